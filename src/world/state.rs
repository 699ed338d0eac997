//! What changes while the world runs: plain data, all of it in the digest.

use std::collections::VecDeque;

use serde::Serialize;

use crate::base::{SimTime, Stream};
use crate::engine::{Key, Slab};

use super::arrive::Source;
use super::crowd::{Crowd, People};
use super::edge::Edge;
use super::fault::Fault;
use super::line::Line;
use super::plan::Plan;
use super::probe::Cause;
use super::surge::Surges;

/// What can happen.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub(super) enum Event {
    /// A request arrives from outside; void if the source has changed since.
    Arrival { source: u32, generation: u32 },
    /// A source that found no arrival within a long stretch looks on.
    Look { source: u32, generation: u32 },
    /// A user of a closed loop acts.
    Act(u32),
    /// A class's users are counted anew; void if its source has changed since.
    Census { class: u32, generation: u32 },
    /// A surge's time is over.
    SurgeEnd(u32),
    /// A line goes on: its work is done.
    Wake(Key),
    /// A line tries its call again.
    Retry(Key),
    /// The first deadline of a lane is due.
    Lane(u32),
    /// A pod has started; void if it was started again since.
    PodReady { pod: Key, starts: u32 },
    /// A fault's phase is over: it begins, rests or ends.
    FaultTurn(u32),
}

/// Who goes on at this very instant. Small enough to pass in two registers:
/// what is larger waits on the stack of tasks.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Next {
    /// Nobody along this way.
    Nothing,
    /// A line.
    Run(Key),
}

/// Something to do at this very instant, beside or after what is [`Next`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Task {
    /// A line goes on.
    Run(Key),
    /// A request has ended for the line that waits for it, if that still does.
    Answer { line: Key, callee: Key, end: End },
}

/// How a request or an attempt ended, and why.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct End {
    pub outcome: super::Outcome,
    pub cause: Option<Cause>,
}

/// What a pod is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub(super) enum PodPhase {
    Starting,
    Ready,
    Draining,
}

/// One replica.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(super) struct Pod {
    pub service: u32,
    /// Unique within its service, for its name.
    pub number: u32,
    pub phase: PodPhase,
    pub version: u32,
    /// Which roll-out made it; older ones are replaced.
    pub epoch: u32,
    /// Its version's factor on all work.
    pub slower: f64,
    /// Whether its version spoils answers.
    pub errors: bool,
    pub busy: u32,
    /// Requests that it has, waiting ones included.
    pub requests: u32,
    /// Lines that wait for a worker, longest first.
    pub queue: VecDeque<Key>,
    pub starts: u32,
    /// A fault keeps it from starting.
    pub held: bool,
    /// The request that began last: what a full queue follows to find its cause.
    pub last_begun: Key,
}

/// One service, running.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(super) struct Service {
    /// Every pod, oldest first.
    pub pods: Vec<Key>,
    /// Those that can be asked, oldest first.
    pub ready: Vec<Key>,
    pub replicas: u32,
    pub version: u32,
    /// Version before the last deploy.
    pub previous: Option<u32>,
    pub epoch: u32,
    pub rolling: bool,
    pub next_number: u32,
    pub turn: u32,
    pub work: Stream,
    pub balance: Stream,
    pub errors: Stream,
    pub backoff: Stream,
    /// Requests that arrived and ended, for conservation.
    pub arrived: u64,
    pub ended: u64,
}

/// Deadlines of one timeout: constant length, so first in is first due. Only
/// the head is on the agenda; an answered call is found out by its key.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub(super) struct Lane {
    pub deadlines: VecDeque<Deadline>,
    pub armed: bool,
}

/// One attempt's deadline.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub(super) struct Deadline {
    pub due: SimTime,
    /// Who waits.
    pub line: Key,
    /// For what.
    pub callee: Key,
}

/// Counts of users' requests; offered = ended + in flight at any instant.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Users {
    /// Requests that arrived.
    pub offered: u64,
    /// Requests that ended, by outcome.
    pub ended: [u64; super::Outcome::ALL.len()],
}

/// Everything that changes.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(super) struct State {
    pub services: Vec<Service>,
    pub pods: Slab<Pod>,
    pub lines: Slab<Line>,
    pub lanes: Vec<Lane>,
    pub faults: Vec<Fault>,
    /// By route number: whether an acting fault concerns its requests.
    pub struck: Vec<bool>,
    pub fault_chance: Stream,
    /// The common one, then one per class.
    pub sources: Vec<Source>,
    /// By class.
    pub crowds: Vec<Crowd>,
    pub people: People,
    pub edge: Edge,
    pub surges: Surges,
    pub load_factor: f64,
    /// By class.
    pub users: Vec<Users>,
    /// Attempts whose caller had given up when the answer came.
    pub wasted: u64,
    /// To be done before the next event; empty between events.
    #[serde(skip)]
    pub tasks: Vec<Task>,
}

impl State {
    /// Every pod ready, no user yet.
    pub fn new(plan: &Plan, seed: u64) -> State {
        let mut pods = Slab::default();
        let mut services = Vec::with_capacity(plan.spec.services.len());
        for (service, spec) in plan.spec.services.iter().enumerate() {
            let keys: Vec<Key> = (0..spec.replicas)
                .map(|number| {
                    let mut pod = Pod::new(plan, service as u32, number, 0, 0);
                    pod.phase = PodPhase::Ready;
                    pods.insert(pod)
                })
                .collect();
            let stream = |purpose: &str| Stream::named(seed, &format!("{purpose}/{}", spec.name));
            services.push(Service {
                ready: keys.clone(),
                pods: keys,
                replicas: spec.replicas,
                version: 0,
                previous: None,
                epoch: 0,
                rolling: false,
                next_number: spec.replicas,
                turn: 0,
                work: stream("work"),
                balance: stream("balance"),
                errors: stream("errors"),
                backoff: stream("backoff"),
                arrived: 0,
                ended: 0,
            });
        }
        State {
            services,
            pods,
            lines: Slab::default(),
            lanes: vec![Lane::default(); plan.lanes.len()],
            faults: Vec::new(),
            struck: vec![false; plan.routes.len()],
            fault_chance: Stream::named(seed, "faults"),
            sources: Source::all(plan, seed),
            crowds: Crowd::all(plan, seed),
            people: People::default(),
            edge: Edge::new(&plan.spec),
            surges: Surges::default(),
            load_factor: 1.0,
            users: vec![Users::default(); plan.classes.len()],
            wasted: 0,
            tasks: Vec::new(),
        }
    }
}

impl Pod {
    /// A pod that starts, of the version and roll-out given.
    pub fn new(plan: &Plan, service: u32, number: u32, version: u32, epoch: u32) -> Pod {
        let spec = &plan.spec.services[service as usize].versions[version as usize];
        Pod {
            service,
            number,
            phase: PodPhase::Starting,
            version,
            epoch,
            slower: spec.slower,
            errors: spec.errors.iter().any(|ratio| ratio.get() > 0.0),
            busy: 0,
            requests: 0,
            queue: VecDeque::new(),
            starts: 1,
            held: false,
            last_begun: Key::NONE,
        }
    }
}
