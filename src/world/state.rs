//! What changes while the world runs: plain data, all of it in the digest.

use std::collections::VecDeque;

use serde::Serialize;

use crate::base::{SimTime, Span, Stream};
use crate::engine::{Key, Slab};

use super::arrive::Source;
use super::crowd::{Crowd, People};
use super::edge::Edge;
use super::fault::FaultKind;
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
    /// A strand's work is done.
    Wake(Key),
    /// A call tries again.
    Retry(Key),
    /// The first deadline of a lane is due.
    Lane(u32),
    /// A pod has started; void if it was started again since.
    PodReady { pod: Key, starts: u32 },
    /// A fault's time is over.
    FaultEnd(u32),
}

/// Something to do at this very instant, before the next event.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Task {
    Run(Key),
    Settle { call: Key, visit: Key, end: End },
}

/// How a visit or an attempt ended, and why.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct End {
    pub outcome: super::Outcome,
    pub cause: Option<Cause>,
}

/// A request inside one service, from its arrival at a pod to its answer.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub(super) struct Visit {
    pub route: u32,
    pub pod: Key,
    /// Who waits for the answer, if anyone still does.
    pub call: Key,
    pub arrived: SimTime,
    pub running: bool,
    /// The last call it made: what a timeout follows to find its cause.
    pub last_call: Key,
    /// What first made it slower than it is by nature, or failed a part it can do without.
    pub touched: Option<Cause>,
}

/// One line of execution within a visit.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub(super) struct Strand {
    pub visit: Key,
    /// Next operation.
    pub at: u32,
    /// The strand that waits for this branch.
    pub parent: Key,
    /// Branches that this strand waits for.
    pub waits: u32,
}

/// A call from the caller's side: all its attempts.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub(super) struct Call {
    /// The strand that waits; none for a user.
    pub strand: Key,
    pub plan: u32,
    /// For users: position among all entries.
    pub entry: u32,
    /// For users of a closed loop: which; [`NOBODY`] otherwise.
    pub user: u32,
    pub attempts: u32,
    /// The present attempt at the callee; none between attempts.
    pub visit: Key,
    pub began: SimTime,
    pub attempt_began: SimTime,
}

/// No user of a closed loop.
pub(super) const NOBODY: u32 = u32::MAX;

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
    pub busy: u32,
    pub queue: VecDeque<Key>,
    pub starts: u32,
    /// The visit that began last: what a full queue follows to find its cause.
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
    /// Visits begun and ended, for conservation.
    pub arrived: u64,
    pub ended: u64,
}

/// What active faults and nothing else do to a route.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub(super) struct Effect {
    pub extra: Span,
    pub slow_fault: u32,
    pub errors: f64,
    pub error_fault: u32,
}

/// A fault that acts or has acted.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(super) struct Fault {
    pub service: u32,
    pub route: Option<u32>,
    pub kind: FaultKind,
    pub began: SimTime,
    pub until: Option<SimTime>,
    pub active: bool,
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
    pub call: Key,
    pub visit: Key,
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
    pub visits: Slab<Visit>,
    pub strands: Slab<Strand>,
    pub calls: Slab<Call>,
    pub lanes: Vec<Lane>,
    pub faults: Vec<Fault>,
    /// By route number.
    pub effects: Vec<Effect>,
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
                .map(|number| pods.insert(Pod::ready(service as u32, number)))
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
            visits: Slab::default(),
            strands: Slab::default(),
            calls: Slab::default(),
            lanes: vec![Lane::default(); plan.lanes.len()],
            faults: Vec::new(),
            effects: vec![Effect::default(); plan.routes.len()],
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
    /// A pod that has been serving for a while.
    fn ready(service: u32, number: u32) -> Pod {
        Pod {
            service,
            number,
            phase: PodPhase::Ready,
            version: 0,
            epoch: 0,
            busy: 0,
            queue: VecDeque::new(),
            starts: 1,
            last_begun: Key::NONE,
        }
    }
}
