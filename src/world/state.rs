//! What changes while the world runs: plain data, all of it in the digest.

use std::collections::VecDeque;

use serde::Serialize;

use crate::base::{SimTime, Stream};
use crate::engine::{Key, Slab};

use super::arrive::Source;
use super::crowd::{Crowd, People};
use super::dns::Names;
use super::edge::Edge;
use super::fault::Fault;
use super::fleet::body::{Body, Burst, FleetEvent, FleetState, Rolling, Scaler};
use super::line::Line;
use super::paths::{PathId, Paths};
use super::plan::Plan;
use super::policy::{GuardTuning, Ring, Shield, Site, Tuning};
use super::probe::Outcome;
use super::spec::Balance;
use super::store::{StoreEvent, Stores};
use super::surge::Surges;
use super::wire::Letter;

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
    /// A slice of a burst on a core is over.
    Burst(Key),
    /// Something about pods and nodes.
    Fleet(FleetEvent),
    /// A fault's phase is over: it begins, rests or ends.
    FaultTurn(u32),
    /// Something kept asks for attention.
    Store(StoreEvent),
    /// The first line that waits for a bulkhead has waited long enough.
    Bulkhead(u32),
    /// A pod that callers left out is asked again.
    Return { service: u32, pod: Key },
    /// A request that was on its way reaches its pod.
    Arrive(Key),
    /// An answer that was on its way arrives.
    Letter(Key),
    /// A request that went where nobody is has failed.
    Astray(Key),
    /// A connection of a pod that stayed open is closed; void if its
    /// container is gone.
    Closed { pod: Key, starts: u32 },
    /// Regions are looked at, to be given out by DNS or not.
    Check,
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
    /// A line that waited for its bulkhead has its turn.
    Send(Key),
}

/// How a request or an attempt ended, and why.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub(super) struct End {
    pub outcome: Outcome,
    /// Answered, but without a part or with something else in its place.
    pub degraded: bool,
    /// Why, and how that came here.
    pub path: PathId,
}

/// What a pod is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub(super) enum PodPhase {
    /// No node takes it.
    Pending,
    /// Its container ended and is started again later.
    Waiting,
    Starting,
    /// It serves, but its readiness probe says no.
    Unready,
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
    /// Whether its version or its disk may spoil answers.
    pub errors: bool,
    /// Whether a request that reaches it is taken in.
    pub open: bool,
    /// Whether it counts memory, disk or collections, or may not be at its plain pace.
    pub odd: bool,
    /// Requests that it serves at a time, and that may wait.
    pub workers: u32,
    pub places: u32,
    /// Requests begun by the present container.
    pub begun: u64,
    pub busy: u32,
    /// Workers of them that wait for a connection to close.
    #[serde(skip)]
    pub closing: u32,
    /// Requests that it has, waiting ones included.
    pub requests: u32,
    /// Lines that wait for a worker, longest first.
    pub queue: VecDeque<Key>,
    /// Changes whenever what was planned for the present container is void.
    pub starts: u32,
    /// A fault keeps it from starting.
    pub held: bool,
    /// The request that began last: what a full queue follows to find its cause.
    pub last_begun: Key,
    pub body: Body,
    /// Its own protection.
    pub shield: Shield,
}

/// One service, running.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(super) struct Service {
    /// Every pod, oldest first.
    pub pods: Vec<Key>,
    /// Those that can be asked, oldest first.
    pub ready: Vec<Key>,
    /// The one that is asked where no choice is to be made; none where one is.
    pub sole: Key,
    /// Those that callers leave out although they are ready.
    pub ejected: Vec<Key>,
    /// Where users find their pods, if they are placed by who they are.
    #[serde(skip)]
    pub ring: Ring,
    pub replicas: u32,
    pub version: u32,
    /// Version before the last deploy.
    pub previous: Option<u32>,
    /// Which generation of pods is wanted; others are replaced.
    pub epoch: u32,
    pub next_epoch: u32,
    pub rollout: Option<Rolling>,
    /// The controller is at work; it is not to be called from within.
    pub reconciling: bool,
    /// Pods that are gone while callers do not know yet, and their generations.
    pub ghosts: Vec<(Key, u32)>,
    /// The new set while there are two, and its share of traffic.
    pub canary: Vec<Key>,
    pub split: f64,
    pub scaler: Option<Scaler>,
    /// Requests begun by containers that are gone, by version.
    pub served_by: Vec<u64>,
    pub next_number: u32,
    pub turn: u32,
    pub work: Stream,
    pub balance: Stream,
    pub errors: Stream,
    pub backoff: Stream,
    pub canaries: Stream,
    pub gc: Stream,
    /// Requests that arrived and ended, for conservation.
    pub arrived: u64,
    pub ended: u64,
}

/// Deadlines of one timeout, or of one delay before a second attempt: constant
/// length, so first in is first due. Only the head is on the agenda; an
/// answered call is found out by its key.
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
    pub ended: [u64; Outcome::ALL.len()],
}

/// Everything that changes.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(super) struct State {
    pub services: Vec<Service>,
    pub pods: Slab<Pod>,
    pub bursts: Slab<Burst>,
    pub fleet: FleetState,
    pub lines: Slab<Line>,
    pub lanes: Vec<Lane>,
    /// By number of the policies.
    pub sites: Vec<Site>,
    /// What operators changed about calls, newest last.
    pub tuned: Vec<(u32, Tuning)>,
    /// What they changed about services' own protection.
    pub guards_tuned: Vec<(u32, GuardTuning)>,
    pub paths: Paths,
    pub faults: Vec<Fault>,
    /// By route number: whether an acting fault concerns its requests.
    pub struck: Vec<bool>,
    /// By route number: whether an acting fault concerns messages to and from it.
    pub wired: Vec<bool>,
    /// Answers on their way.
    pub letters: Slab<Letter>,
    /// How much longer than usual messages take, where they take time at all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub network: Option<Stream>,
    /// What DNS says, where it leads clients to regions.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub names: Option<Names>,
    /// Pods to choose among; empty between choices.
    #[serde(skip)]
    pub near: Vec<Key>,
    /// Whether any pod may stop to collect garbage.
    pub pauses: bool,
    pub fault_chance: Stream,
    /// Who users are, where pods are chosen by it.
    pub keys: Stream,
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
    /// What services keep; not in the digest of a world that keeps nothing.
    #[serde(skip_serializing_if = "Stores::is_empty")]
    pub stores: Stores,
    /// Requests that stopped because nobody waited.
    pub stopped: u64,
    /// To be done before the next event; empty between events.
    #[serde(skip)]
    pub tasks: Vec<Task>,
}

impl State {
    /// Every pod ready, no user yet.
    pub fn new(plan: &Plan, seed: u64) -> State {
        let mut services = Vec::with_capacity(plan.spec.services.len());
        for spec in &plan.spec.services {
            let stream = |purpose: &str| Stream::named(seed, &format!("{purpose}/{}", spec.name));
            services.push(Service {
                ready: Vec::new(),
                sole: Key::NONE,
                pods: Vec::new(),
                ejected: Vec::new(),
                ring: Ring::default(),
                replicas: spec.replicas,
                version: 0,
                previous: None,
                epoch: 0,
                next_epoch: 1,
                rollout: None,
                reconciling: false,
                ghosts: Vec::new(),
                canary: Vec::new(),
                split: 0.0,
                scaler: spec.fleet.autoscale.as_ref().map(|_| Scaler::default()),
                served_by: vec![0; spec.versions.len()],
                next_number: 0,
                turn: 0,
                work: stream("work"),
                balance: stream("balance"),
                errors: stream("errors"),
                backoff: stream("backoff"),
                canaries: stream("canary"),
                gc: stream("gc"),
                arrived: 0,
                ended: 0,
            });
        }
        State {
            services,
            pods: Slab::default(),
            bursts: Slab::default(),
            fleet: FleetState::new(&plan.spec),
            lines: Slab::default(),
            lanes: vec![Lane::default(); plan.lanes.len()],
            sites: plan.sites.iter().map(Site::new).collect(),
            tuned: Vec::new(),
            guards_tuned: Vec::new(),
            paths: Paths::default(),
            faults: Vec::new(),
            struck: vec![false; plan.routes.len()],
            wired: plan.wired.clone(),
            network: plan
                .ground
                .networked
                .then(|| Stream::named(seed, "network")),
            names: plan.ground.led.then(|| Names::new(plan, seed)),
            near: Vec::new(),
            letters: Slab::default(),
            pauses: plan.pauses,
            fault_chance: Stream::named(seed, "faults"),
            keys: Stream::named(seed, "user-keys"),
            sources: Source::all(plan, seed),
            crowds: Crowd::all(plan, seed),
            people: People::default(),
            edge: Edge::new(&plan.spec),
            surges: Surges::default(),
            load_factor: 1.0,
            users: vec![Users::default(); plan.classes.len()],
            wasted: 0,
            stores: Stores::new(plan, seed),
            stopped: 0,
            tasks: Vec::new(),
        }
    }
}

impl Service {
    /// Puts the pods that are asked on the hash ring, if users are placed by one.
    pub fn place_ring(&mut self, plan: &Plan, service: u32, pods: &Slab<Pod>) {
        if plan.services[service as usize].balance != Balance::RingHash {
            return;
        }
        let of_old = self.canary.iter().filter(|key| !self.ready.contains(key));
        let asked = self.ready.iter().chain(of_old);
        let numbered = asked.filter_map(|key| Some((*key, pods.get(*key)?.number)));
        self.ring.place(numbered);
    }
}

impl Pod {
    /// A pod that is not placed yet, of the version and roll-out given.
    pub fn new(
        plan: &Plan,
        service: u32,
        number: u32,
        version: u32,
        epoch: u32,
        now: SimTime,
    ) -> Pod {
        let service_spec = &plan.spec.services[service as usize];
        let fleet = &service_spec.fleet;
        let spec = &service_spec.versions[version as usize];
        Pod {
            service,
            number,
            phase: PodPhase::Pending,
            version,
            epoch,
            slower: spec.slower,
            errors: spec.errors.iter().any(|ratio| ratio.get() > 0.0) || fleet.disk.is_some(),
            open: false,
            odd: spec.slower != 1.0
                || fleet.memory.is_some()
                || fleet.disk.is_some()
                || fleet.gc.is_some()
                || fleet.warm_up.is_some()
                || spec.change.hidden_for > 0,
            workers: spec.change.workers.unwrap_or(service_spec.workers),
            places: spec.change.queue.unwrap_or(service_spec.queue),
            begun: 0,
            busy: 0,
            closing: 0,
            requests: 0,
            queue: VecDeque::new(),
            starts: 1,
            held: false,
            last_begun: Key::NONE,
            body: Body::new(now),
            shield: Shield::default(),
        }
    }
}

impl End {
    /// Answered in full.
    pub const OK: End = End {
        outcome: Outcome::Ok,
        degraded: false,
        path: PathId::NONE,
    };

    /// Not answered, or late, for what the path says.
    pub const fn of(outcome: Outcome, path: PathId) -> End {
        End {
            outcome,
            degraded: false,
            path,
        }
    }
}
