//! What it costs: nodes by the hour, disks, requests, data that leaves.

use crate::base::{SimTime, Span};
use crate::world::World;
use crate::world::fault::{Fault, FaultKind};
use crate::world::live::Live;
use crate::world::plan::Plan;
use crate::world::probe::Probe;
use crate::world::spec::{Kind, Service};
use crate::world::state::State;

use super::body::NodePhase;

/// What the system costs.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Cost {
    /// Nodes and disks, per hour, as they stand.
    pub per_hour: f64,
    /// Everything since the start.
    pub total: f64,
    /// Everything since the start, by real request of a user.
    pub per_request: Option<f64>,
}

impl<P: Probe> Live<'_, P> {
    /// Counts what nodes cost up to now; to be called before their number changes.
    pub fn spend(&mut self, now: SimTime) {
        if self.state.fleet.settled == now {
            return;
        }
        let price = standing(self.plan, self.state);
        let fleet = &mut self.state.fleet;
        fleet.spent += price * hours(now.since(fleet.settled));
        fleet.settled = now;
    }

    /// Counts what a fault has cost since it began; to be called before it ends.
    pub fn charge(&mut self, fault: u32, now: SimTime) {
        let (_, cost) = self
            .state
            .running_up(&self.state.faults[fault as usize], now);
        self.state.fleet.spent += cost;
    }
}

impl State {
    /// What a fault costs now: money an hour, and money since it began.
    fn running_up(&self, fault: &Fault, now: SimTime) -> (f64, f64) {
        if fault.spec.kind != FaultKind::Cost || !fault.is_acting() {
            return (0.0, 0.0);
        }
        let (ramp, since) = (fault.spec.schedule.ramp, now.since(fault.began));
        // While it grows evenly, half of what it has reached on average.
        let full = if since > ramp {
            since - ramp
        } else {
            Span::ZERO
        };
        let grown = hours(since - full) * fault.strength(now.min(fault.began + ramp)) / 2.0;
        let each = fault.value(0);
        (each * fault.strength(now), each * (grown + hours(full)))
    }

    /// What faults cost now: an hour, and since each began.
    fn charged(&self, now: SimTime, service: Option<u32>) -> (f64, f64) {
        let ours = |fault: &&Fault| service.is_none_or(|only| only == fault.service);
        let faults = self.faults.iter().filter(ours);
        faults.fold((0.0, 0.0), |sum, fault| {
            let more = self.running_up(fault, now);
            (sum.0 + more.0, sum.1 + more.1)
        })
    }
}

/// Nodes and disks per hour, as they stand.
fn standing(plan: &Plan, state: &State) -> f64 {
    let disks = plan.spec.services.iter().zip(&state.services);
    let disks = disks.map(|(spec, running)| disk_price(spec) * running.pods.len() as f64);
    nodes(plan, state) + disks.sum::<f64>()
}

/// A node that boots is paid for; one that is lost is paid for as well.
fn nodes(plan: &Plan, state: &State) -> f64 {
    let Some(topology) = &plan.spec.topology else {
        return 0.0;
    };
    let nodes = state.fleet.nodes.iter();
    nodes
        .filter(|node| node.phase != NodePhase::Removed)
        .map(|node| topology.pools[node.pool as usize].price)
        .sum()
}

/// The disk of one pod per hour.
fn disk_price(spec: &Service) -> f64 {
    let disk = spec.fleet.disk.as_ref();
    disk.map_or(0.0, |disk| disk.size.gib() * disk.price)
}

fn hours(span: Span) -> f64 {
    span.as_secs_f64() / 3_600.0
}

impl World {
    /// What the whole system costs.
    pub fn cost(&self) -> Cost {
        let fleet = &self.state.fleet;
        let standing = standing(&self.plan, &self.state);
        let (charged, charges) = self.state.charged(self.now(), None);
        let requests: f64 = (0..self.plan.spec.services.len())
            .map(|service| self.requests_cost(service))
            .sum();
        let total =
            fleet.spent + standing * hours(self.now().since(fleet.settled)) + charges + requests;
        let scale = f64::from(self.plan.spec.scale);
        let users = self.users().ended.iter().sum::<u64>() as f64 * scale;
        Cost {
            per_hour: standing + charged,
            total,
            per_request: (users > 0.0).then(|| total / users),
        }
    }

    /// A service's part of the cost per hour: of the nodes, what its pods have
    /// reserved of their CPU (in pods, where nothing is reserved), and its own disks.
    pub fn service_cost(&self, service: usize) -> f64 {
        let reserved = |service: usize| {
            let spec = &self.plan.spec.services[service];
            if spec.kind == Kind::Dependency {
                return 0.0;
            }
            let each = f64::from(spec.fleet.cpu_request.max(1));
            self.state.services[service].pods.len() as f64 * each
        };
        let all: f64 = (0..self.plan.spec.services.len()).map(reserved).sum();
        let share = if all > 0.0 {
            reserved(service) / all
        } else {
            0.0
        };
        let spec = &self.plan.spec.services[service];
        let pods = self.state.services[service].pods.len() as f64;
        let (charged, _) = self.state.charged(self.now(), Some(service as u32));
        nodes(&self.plan, &self.state) * share + disk_price(spec) * pods + charged
    }

    /// Prices of requests and of data that left, since the start.
    fn requests_cost(&self, service: usize) -> f64 {
        let spec = &self.plan.spec.services[service];
        let topology = self.plan.spec.topology.as_ref();
        let egress = topology.map_or(0.0, |topology| topology.egress_price);
        let each = spec.fleet.request_price + spec.fleet.egress.gib() * egress;
        let running = &self.state.services[service];
        let mut served = running.served_by.clone();
        for pod in running
            .pods
            .iter()
            .filter_map(|key| self.state.pods.get(*key))
        {
            served[pod.version as usize] += pod.begun;
        }
        let priced = served.iter().zip(&spec.versions);
        let cost: f64 = priced
            .map(|(served, version)| *served as f64 * (each + version.change.request_price))
            .sum();
        cost * f64::from(self.plan.spec.scale)
    }
}
