//! Which node a pod runs on.
//!
//! As kube-scheduler does it: nodes that cannot take the pod are filtered out,
//! the rest are scored. Filters: ready and not cordoned, requested CPU and
//! memory, anti-affinity, zone spread where it is required. Scores: fewest
//! pods of the service in the zone, then on the node, then the most CPU left;
//! the older node wins a tie, so that nothing is drawn.

use crate::base::SimTime;
use crate::engine::{Agenda, Key};
use crate::world::fault::FaultKind;
use crate::world::live::Live;
use crate::world::probe::Probe;
use crate::world::spec::{Kind, Spread};
use crate::world::state::{Event, PodPhase};

use super::body::{FleetEvent, Misfit, NodePhase};
use super::nodes::SCAN;

impl<P: Probe> Live<'_, P> {
    /// Binds a pod to a node; false if it has to wait for one.
    pub fn place(&mut self, key: Key, agenda: &mut Agenda<Event>) -> bool {
        let Some(pod) = self.state.pods.get(key) else {
            return false;
        };
        let (service, version) = (pod.service, pod.version);
        if self.pod_struck(FaultKind::Quota, service, key, version) {
            if let Some(pod) = self.state.pods.get_mut(key) {
                pod.body.misfit = Some(Misfit {
                    refused: true,
                    ..Misfit::default()
                });
            }
            return false;
        }
        let Some(topology) = &self.plan.spec.topology else {
            return true;
        };
        let spec = &self.plan.spec.services[service as usize];
        if spec.kind == Kind::Dependency {
            // It runs on somebody else's machines.
            return true;
        }
        let fleet = &spec.fleet;
        match self.find_node(service, None) {
            Ok(place) => {
                let node = &mut self.state.fleet.nodes[place as usize];
                node.cpu += fleet.cpu_request;
                node.memory += fleet.memory_request.get();
                node.pods += 1;
                if let Some(pod) = self.state.pods.get_mut(key) {
                    pod.body.node = Some(place);
                    pod.body.misfit = None;
                }
                true
            }
            Err(mut misfit) => {
                if let Some(pod) = self.state.pods.get_mut(key) {
                    let before = pod.body.misfit.map(|before| before.quota);
                    misfit.quota = before.unwrap_or(false);
                    pod.body.misfit = Some(misfit);
                }
                let grows = topology.pools.iter().any(|pool| pool.max > pool.nodes);
                if grows && !self.state.fleet.scan_armed {
                    self.state.fleet.scan_armed = true;
                    agenda.after(SCAN, Event::Fleet(FleetEvent::PoolScan));
                }
                false
            }
        }
    }

    /// The best node for another pod of `service`, or why there is none.
    /// `only` asks about one node.
    pub fn find_node(&self, service: u32, only: Option<u32>) -> Result<u32, Misfit> {
        let Some(topology) = &self.plan.spec.topology else {
            return Err(Misfit::default());
        };
        let fleet = &self.plan.spec.services[service as usize].fleet;
        let alone = self.stands_alone(service);
        let nodes = &self.state.fleet.nodes;
        let mut in_zone = vec![0u32; topology.zones.len()];
        let mut on_node = vec![0u32; nodes.len()];
        for key in &self.state.services[service as usize].pods {
            let Some(pod) = self.state.pods.get(*key) else {
                continue;
            };
            if let Some(node) = pod.body.node
                && pod.phase != PodPhase::Draining
            {
                on_node[node as usize] += 1;
                in_zone[topology.pools[nodes[node as usize].pool as usize].zone as usize] += 1;
            }
        }
        let zone_of = |node: &super::body::Node| topology.pools[node.pool as usize].zone as usize;
        // Zones without any node are no place to spread to.
        let emptiest = nodes
            .iter()
            .filter(|node| node.phase != NodePhase::Removed)
            .map(|node| in_zone[zone_of(node)])
            .min()
            .unwrap_or(0);
        let mut misfit = Misfit::default();
        let mut best: Option<((u32, u32, u32), u32)> = None;
        for (place, node) in nodes.iter().enumerate() {
            if node.phase == NodePhase::Removed || only.is_some_and(|only| only != place as u32) {
                continue;
            }
            misfit.nodes += 1;
            let pool = &topology.pools[node.pool as usize];
            // A node that is lost without anybody knowing still gets pods.
            let schedulable = matches!(node.phase, NodePhase::Ready | NodePhase::Lost);
            if !schedulable || node.cordoned || self.state.tainted(service, place as u32) {
                misfit.unschedulable += 1;
            } else if node.cpu + fleet.cpu_request > pool.cpu {
                misfit.cpu += 1;
            } else if node.memory + fleet.memory_request.get() > pool.memory.get() {
                misfit.memory += 1;
            } else if alone && on_node[place] > 0 {
                misfit.alone += 1;
            } else if fleet.spread == Spread::Require && in_zone[zone_of(node)] > emptiest {
                misfit.spread += 1;
            } else {
                let share_used = node.cpu * 1_000 / pool.cpu.max(1);
                let score = (in_zone[zone_of(node)], on_node[place], share_used);
                if best.is_none_or(|(other, _)| score < other) {
                    best = Some((score, place as u32));
                }
            }
        }
        best.map(|(_, place)| place).ok_or(misfit)
    }

    /// Whether new pods of a service go to no node where one of them is.
    pub fn stands_alone(&self, service: u32) -> bool {
        let apart = || self.struck_by(FaultKind::AntiAffinity, service, SimTime::ZERO);
        self.plan.spec.services[service as usize].fleet.alone || apart().is_some()
    }

    /// Gives back what a pod had reserved.
    pub fn unplace(&mut self, key: Key, agenda: &mut Agenda<Event>) {
        let Some(pod) = self.state.pods.get_mut(key) else {
            return;
        };
        let (service, node) = (pod.service, pod.body.node.take());
        let Some(place) = node else {
            return;
        };
        let fleet = &self.plan.spec.services[service as usize].fleet;
        let node = &mut self.state.fleet.nodes[place as usize];
        node.cpu -= fleet.cpu_request;
        node.memory -= fleet.memory_request.get();
        node.pods -= 1;
        if node.pods == 0 {
            self.node_empty(place, agenda);
        }
    }

    /// Tries every pending pod again, oldest first.
    pub fn place_pending(&mut self, agenda: &mut Agenda<Event>) {
        for service in 0..self.state.services.len() {
            for at in 0..self.state.services[service].pods.len() {
                let key = self.state.services[service].pods[at];
                let pending = self
                    .state
                    .pods
                    .get(key)
                    .is_some_and(|pod| pod.phase == PodPhase::Pending);
                if pending && self.place(key, agenda) {
                    self.start_container(key, agenda);
                }
            }
        }
    }
}
