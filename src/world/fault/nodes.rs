//! What faults do to nodes, and how it ends.

use super::{Fault, FaultKind, Phase, Place};
use crate::engine::Agenda;
use crate::world::control::ActionError;
use crate::world::fleet::body::{Node, NodePhase};
use crate::world::live::Live;
use crate::world::plan::Plan;
use crate::world::probe::Probe;
use crate::world::state::{Event, State};

impl Place {
    /// Whether the world has it; nodes may come and go.
    pub(super) fn check(&self, plan: &Plan, state: &State) -> Result<(), ActionError> {
        let zones = || plan.spec.topology.iter().flat_map(|t| &t.zones);
        match self {
            Place::Node(name) => {
                let mut nodes = state.fleet.nodes.iter();
                let known = nodes.any(|node| self.covers(node, plan));
                known
                    .then_some(())
                    .ok_or_else(|| ActionError::UnknownNode(name.clone()))
            }
            Place::Zone(name) => zones()
                .any(|zone| zone.name == *name)
                .then_some(())
                .ok_or_else(|| ActionError::UnknownZone(name.clone())),
            Place::Region(name) => zones()
                .any(|zone| zone.region == *name)
                .then_some(())
                .ok_or_else(|| ActionError::UnknownRegion(name.clone())),
        }
    }

    fn covers(&self, node: &Node, plan: &Plan) -> bool {
        let Some(topology) = &plan.spec.topology else {
            return false;
        };
        let pool = &topology.pools[node.pool as usize];
        let zone = &topology.zones[pool.zone as usize];
        node.phase != NodePhase::Removed
            && match self {
                Place::Node(name) => *name == format!("{}-{}", pool.name, node.number),
                Place::Zone(name) => zone.name == *name,
                Place::Region(name) => zone.region == *name,
            }
    }
}

impl Fault {
    /// Whether pods of a service may not run on a node because of it.
    fn repels(&self, service: u32, node: u32) -> bool {
        self.phase == Phase::Acting
            && self.spec.kind == FaultKind::Taint
            && (self.tainted.is_none_or(|only| only == service))
            && self.nodes.contains(&node)
    }
}

impl State {
    /// Whether a taint keeps pods of a service off a node.
    pub fn tainted(&self, service: u32, node: u32) -> bool {
        self.faults.iter().any(|fault| fault.repels(service, node))
    }
}

impl<P: Probe> Live<'_, P> {
    /// A fault of nodes begins to act.
    pub(super) fn strike_nodes(&mut self, id: u32, agenda: &mut Agenda<Event>) {
        let fault = &self.state.faults[id as usize];
        let (kind, place, tainted) = (
            fault.spec.kind,
            fault.spec.target.place.clone(),
            fault.tainted,
        );
        let Some(place) = place else {
            return;
        };
        let takes = |node: &Node| match kind {
            FaultKind::NodeLoss => node.phase == NodePhase::Ready,
            FaultKind::Cordon | FaultKind::Drain => !node.cordoned,
            _ => true,
        };
        let nodes: Vec<u32> = (0u32..)
            .zip(&self.state.fleet.nodes)
            .filter(|(_, node)| place.covers(node, self.plan) && takes(node))
            .map(|(place, _)| place)
            .collect();
        self.state.faults[id as usize].nodes.clone_from(&nodes);
        for node in &nodes {
            match kind {
                FaultKind::NodeLoss => self.lose_node(*node, Some(id), agenda),
                FaultKind::Cordon => self.state.fleet.nodes[*node as usize].cordoned = true,
                FaultKind::Drain => self.drain_node(*node, agenda),
                FaultKind::Taint => self.evict(*node, tainted, agenda),
                _ => {}
            }
        }
    }

    /// A fault of nodes stops acting: what it did to them is undone.
    pub(super) fn spare_nodes(&mut self, id: u32, agenda: &mut Agenda<Event>) {
        let fault = &mut self.state.faults[id as usize];
        let kind = fault.spec.kind;
        for node in std::mem::take(&mut fault.nodes) {
            let of = &mut self.state.fleet.nodes[node as usize];
            match kind {
                FaultKind::NodeLoss if of.fault == Some(id) => self.return_node(node, agenda),
                FaultKind::Cordon | FaultKind::Drain => of.cordoned = false,
                _ => {}
            }
        }
        self.place_pending(agenda);
    }

    /// A node that has just booted where nodes are lost is lost too.
    pub fn lose_newcomer(&mut self, node: u32, agenda: &mut Agenda<Event>) {
        let found = self.state.faults.iter().position(|fault| {
            fault.phase == Phase::Acting
                && fault.spec.kind == FaultKind::NodeLoss
                && !matches!(fault.spec.target.place, Some(Place::Node(_)))
                && (fault.spec.target.place.as_ref())
                    .is_some_and(|at| at.covers(&self.state.fleet.nodes[node as usize], self.plan))
        });
        if let Some(id) = found {
            self.state.faults[id].nodes.push(node);
            self.lose_node(node, Some(id as u32), agenda);
        }
    }
}
