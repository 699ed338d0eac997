//! Pods, nodes, roll-outs and autoscalers: what keeps services running.
//!
//! In: a service's [`Fleet`](super::spec::Fleet), the world's topology, and
//! operators' actions. Out: pods that are started, asked, drained and lost.
//! It follows Kubernetes; each file says which part.

mod autoscale;
pub mod body;
mod compute;
pub mod cost;
pub mod figures;
mod hpa;
mod nodes;
pub mod operate;
mod place;
mod pods;
mod probes;
mod rollout;
pub mod status;
mod switch;

use crate::engine::{Agenda, Key};

use super::live::Live;
use super::probe::Probe;
use super::state::Event;
use body::{Exit, FleetEvent, FleetState};

pub use compute::{burden, disk_refuses, memory_used, pace, shows, weigh};
pub use status::reason;

impl<P: Probe> Live<'_, P> {
    /// Something happens to a pod or a node; void if it is no longer about
    /// the same container.
    pub fn fleet_event(&mut self, event: FleetEvent, agenda: &mut Agenda<Event>) {
        match event {
            FleetEvent::Restart { pod, starts } if self.runs(pod, starts) => {
                self.start_container(pod, agenda);
            }
            FleetEvent::Exit { pod, starts } if self.runs(pod, starts) => {
                self.container_exits(pod, Exit::Crashed, agenda);
            }
            FleetEvent::OutOfMemory { pod, starts } if self.runs(pod, starts) => {
                self.container_exits(pod, Exit::OutOfMemory, agenda);
            }
            FleetEvent::Terminate { pod, starts } if self.runs(pod, starts) => {
                self.terminate(pod, agenda);
            }
            FleetEvent::Kill { pod, starts } if self.runs(pod, starts) => {
                self.delete_pod(pod, Exit::Grace, agenda);
            }
            FleetEvent::Ready { pod, starts } if self.runs(pod, starts) => {
                self.send_readiness(pod, agenda);
            }
            FleetEvent::ReadyDue { pod, starts } if self.runs(pod, starts) => {
                self.readiness_due(pod, agenda);
            }
            FleetEvent::Live { pod, starts } if self.runs(pod, starts) => {
                self.send_liveness(pod, agenda);
            }
            FleetEvent::LiveDue { pod, starts } if self.runs(pod, starts) => {
                self.liveness_due(pod, agenda);
            }
            FleetEvent::Endpoint { pod, on } => self.list(pod, on),
            FleetEvent::NodeUp { node, generation } => self.node_up(node, generation, agenda),
            FleetEvent::NodeSilent { node, generation } => {
                self.node_silent(node, generation, agenda);
            }
            FleetEvent::NodeEvict { node, generation } => {
                self.node_evict(node, generation, agenda);
            }
            FleetEvent::NodeIdle { node, generation } => self.node_idle(node, generation, agenda),
            FleetEvent::PoolScan => self.pool_scan(agenda),
            FleetEvent::Autoscale { service } => self.autoscale(service, agenda),
            FleetEvent::Progress { service, roll } => self.progress_due(service, roll, agenda),
            FleetEvent::Step { service, roll } => self.step_over(service, roll, agenda),
            _ => {}
        }
    }

    /// Whether the container that an event is about still runs.
    fn runs(&self, pod: Key, starts: u32) -> bool {
        self.state
            .pods
            .get(pod)
            .is_some_and(|pod| pod.starts == starts)
    }
}

impl FleetState {
    /// The nodes that stand at the start.
    pub fn new(spec: &super::Spec) -> FleetState {
        let mut fleet = FleetState::default();
        for (pool, spec) in spec.topology.iter().flat_map(|t| &t.pools).enumerate() {
            fleet.next_node.push(0);
            for _ in 0..spec.nodes {
                fleet.add(pool as u32, body::NodePhase::Ready);
            }
        }
        fleet
    }
}
