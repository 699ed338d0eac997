//! Plain numbers about pods, as an agent on their node and their own
//! telemetry tell them at a scrape: no texts, so that reading them is cheap.

use crate::base::{SimTime, Span};
use crate::engine::Key;
use crate::world::World;
use crate::world::fault::memory_strain;
use crate::world::state::{Pod, PodPhase};

use super::body::{Exit, NodePhase};
use super::memory_used;

/// One pod in numbers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PodFigures {
    /// The pod, as probes are told of it.
    pub key: Key,
    /// Unique within its service.
    pub number: u32,
    /// Position of its version.
    pub version: u32,
    /// Position of its node.
    pub node: Option<u32>,
    /// Whether a process runs that can be asked how it is.
    pub answers: bool,
    /// Whether its node can be asked about it.
    pub seen: bool,
    /// No node takes it.
    pub pending: bool,
    /// Its container ended and waits for its back-off, or for its image.
    pub backing_off: bool,
    /// Its image is not there.
    pub unpulled: bool,
    /// It is ready.
    pub ready: bool,
    /// It is being stopped.
    pub stopping: bool,
    /// Workers that serve, and all.
    pub workers: (u32, u32),
    /// Requests that wait, and may wait.
    pub queue: (u32, u32),
    /// Requests that it has.
    pub requests: u32,
    /// How often it was started again.
    pub restarts: u32,
    /// What ended its last container.
    pub last_exit: Option<Exit>,
    /// When the present container was started.
    pub started: SimTime,
    /// Time on cores since the pod was made.
    pub cpu: Span,
    /// Time throttled since the pod was made.
    pub throttled: Span,
    /// Bytes used and allowed.
    pub memory: Option<(u64, u64)>,
    /// Bytes used and there are.
    pub disk: Option<(u64, u64)>,
}

impl World {
    /// Pods of a service in numbers, oldest first.
    pub fn pod_figures(&self, service: usize) -> impl Iterator<Item = PodFigures> + '_ {
        let of = self.state.services.get(service);
        let keys = of.map_or(&[][..], |of| &of.pods[..]);
        let pods = keys
            .iter()
            .filter_map(|key| Some((*key, self.state.pods.get(*key)?)));
        pods.map(|(key, pod)| self.figures_of(key, pod))
    }

    fn figures_of(&self, key: Key, pod: &Pod) -> PodFigures {
        let nodes = &self.state.fleet.nodes;
        let node = pod.body.node.and_then(|node| nodes.get(node as usize));
        let seen = node.is_none_or(|node| node.phase == NodePhase::Ready);
        let fleet = &self.plan.spec.services[pod.service as usize].fleet;
        let runs = matches!(
            pod.phase,
            PodPhase::Ready | PodPhase::Unready | PodPhase::Draining
        );
        let strain = memory_strain(&self.state.faults, key, pod, self.now());
        PodFigures {
            key,
            number: pod.number,
            version: pod.version,
            node: pod.body.node,
            answers: runs && seen && !pod.body.lost,
            seen: seen && !pod.body.lost && pod.phase != PodPhase::Pending,
            pending: pod.phase == PodPhase::Pending,
            backing_off: pod.phase == PodPhase::Waiting,
            unpulled: !pod.body.pulled,
            ready: pod.phase == PodPhase::Ready,
            stopping: pod.phase == PodPhase::Draining,
            workers: (pod.busy, pod.workers),
            queue: (pod.queue.len() as u32, pod.places),
            requests: pod.requests,
            restarts: pod.body.restarts,
            last_exit: pod.body.last_exit,
            started: pod.body.started,
            cpu: pod.body.cpu_used,
            throttled: pod.body.throttled,
            memory: memory_used(pod, &self.plan, strain),
            disk: fleet
                .disk
                .as_ref()
                .map(|disk| (pod.body.disk_used, disk.size.get())),
        }
    }
}
