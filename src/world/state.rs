//! What changes while the world runs: plain data, all of it in the digest.

use std::collections::VecDeque;

use serde::Serialize;

use crate::base::{SimTime, Span, Stream};
use crate::engine::{Key, Slab};

use super::fault::FaultKind;
use super::paths::{PathId, Paths, Why};
use super::plan::Plan;
use super::policy::{Site, Tuning};
use super::probe::Cause;

/// What can happen.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub(super) enum Event {
    /// A user may arrive (thinning decides); void if the load has changed since.
    Arrival { generation: u32 },
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
    /// A call's attempt has not been answered for so long that a second is due.
    Hedge { call: Key, attempt: u32 },
    /// The first call that waits for a bulkhead has waited long enough.
    Bulkhead(u32),
}

/// Something to do at this very instant, before the next event.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Task {
    Run(Key),
    Settle {
        call: Key,
        visit: Key,
        end: End,
    },
    /// A call that waited for its bulkhead has its turn.
    Send(Key),
    /// A call is stopped by its caller's own policy.
    Refuse {
        call: Key,
        end: End,
    },
}

/// How a visit or an attempt ended, and why.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct End {
    pub outcome: super::Outcome,
    pub cause: Option<Cause>,
    /// How the cause came here.
    pub path: PathId,
    /// Answered, but without a part or with something else in its place.
    pub degraded: bool,
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
    /// How that came here.
    pub path: PathId,
    /// Whether its answer will lack a part.
    pub degraded: bool,
    /// Whether it looks, before each step, if somebody still waits for it.
    pub watched: bool,
    /// Nobody waits for it after this; the end of time where it was not told.
    pub deadline: SimTime,
    /// Who asks: what a hash ring places it by.
    pub user: u32,
    /// How important it is: position in the classes of criticality.
    pub class: u8,
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
    /// For users: position in the mix.
    pub entry: u32,
    pub attempts: u32,
    /// The present attempt at the callee; none between attempts.
    pub visit: Key,
    /// A second attempt beside it.
    pub hedge: Key,
    /// The state of the breaker that let the present attempt through.
    pub era: u32,
    /// Whether that breaker waits for a result.
    pub permit: bool,
    /// Attempts of it that its policies count as under way.
    pub counted: u8,
    /// Whether its policies count it as a retry.
    pub retried: bool,
    /// How important it is: position in the classes of criticality.
    pub class: u8,
    /// Who asks: what a hash ring places it by.
    pub user: u32,
    pub began: SimTime,
    pub attempt_began: SimTime,
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
    /// By number of the policies.
    pub sites: Vec<Site>,
    /// What operators changed about calls, newest last.
    pub tuned: Vec<(u32, Tuning)>,
    pub paths: Paths,
    pub faults: Vec<Fault>,
    /// By route number.
    pub effects: Vec<Effect>,
    pub arrivals: Stream,
    pub mix: Stream,
    pub load_factor: f64,
    pub load_generation: u32,
    pub users: Users,
    /// Attempts whose caller had given up when the answer came.
    pub wasted: u64,
    /// Visits that stopped because nobody waited.
    pub stopped: u64,
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
            sites: plan.sites.iter().map(Site::new).collect(),
            tuned: Vec::new(),
            paths: Paths::default(),
            faults: Vec::new(),
            effects: vec![Effect::default(); plan.routes.len()],
            arrivals: Stream::named(seed, "arrivals"),
            mix: Stream::named(seed, "mix"),
            load_factor: 1.0,
            load_generation: 0,
            users: Users::default(),
            wasted: 0,
            stopped: 0,
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

impl End {
    /// Answered in full.
    pub const OK: End = End {
        outcome: super::Outcome::Ok,
        cause: None,
        path: PathId::NONE,
        degraded: false,
    };

    /// Not answered, for this cause.
    pub fn failed(outcome: super::Outcome, why: impl Into<Why>) -> End {
        let why = why.into();
        End {
            outcome,
            cause: why.cause,
            path: why.path,
            degraded: false,
        }
    }

    /// The cause and the way that it came.
    pub fn why(&self) -> Why {
        Why {
            cause: self.cause,
            path: self.path,
        }
    }
}

impl Call {
    /// Before its first attempt.
    #[inline]
    pub fn new(strand: Key, plan: u32, entry: u32, now: SimTime) -> Call {
        Call {
            strand,
            plan,
            entry,
            attempts: 0,
            visit: Key::NONE,
            hedge: Key::NONE,
            era: 0,
            permit: false,
            counted: 0,
            retried: false,
            class: 0,
            user: 0,
            began: now,
            attempt_began: now,
        }
    }
}

impl Visit {
    /// On its way to a pod.
    #[inline]
    pub fn new(route: u32, call: Key, now: SimTime) -> Visit {
        Visit {
            route,
            pod: Key::NONE,
            call,
            arrived: now,
            running: false,
            last_call: Key::NONE,
            touched: None,
            path: PathId::NONE,
            degraded: false,
            watched: false,
            deadline: SimTime::MAX,
            user: 0,
            class: 0,
        }
    }
}
