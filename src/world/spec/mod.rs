//! The world as its file describes it: names resolved, values in range.
//!
//! A [`Spec`] can only be made by [`read`](super::read), which refuses what
//! could not run, or by tests that build one by hand.

mod call;
mod fleet;
mod profile;
mod protect;
mod store;
mod traffic;

use serde::{Deserialize, Serialize};

pub use fleet::{
    Amount, Autoscale, Behaviour, Cores, Disk, Dns, DnsPolicy, Fleet, Gc, HealthCheck, Hop, Memory,
    Metric, Network, Pool, Rollout, ScalePolicy, Select, Spread, Strategy, Topology, WarmUp, Zone,
};
pub use profile::Profile;
pub use traffic::{
    Class, ClassKind, Criticality, Drive, Entry, Journey, JourneyStep, Limit, Population, Traffic,
};

pub use store::{
    Cache, Connections, Database, Dependency, Eviction, Group, Lock, Lookup, Queue, Quota, Reads,
    Replication, Store, Synchronous, Window,
};

use crate::base::{Bytes, Duration, Ratio, Span};
pub use call::{Breaker, Bulkhead, Policy, RetryBudget, Trip};
pub use protect::{Aimd, Codel, Outlier, Protect, QueueOrder, RateLimit, Shed};

/// A whole system and its users.
#[derive(Clone, Debug, PartialEq)]
pub struct Spec {
    /// Title for people.
    pub title: String,
    /// What it is, one or two sentences.
    pub about: String,
    /// One simulated request stands for this many real ones.
    pub scale: u32,
    /// Who comes, how often, and for what.
    pub traffic: Traffic,
    /// Where pods run; one endless node where absent.
    pub topology: Option<Topology>,
    /// Every service, in the order of the file; at most [`MAX_SERVICES`](super::MAX_SERVICES).
    pub services: Vec<Service>,
}

/// What kind of thing a service is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Kind {
    /// Where users enter.
    Gateway,
    /// An ordinary service.
    Service,
    /// A database: workers are connections, routes are queries.
    Database,
    /// A cache: routes are kinds of things that it keeps.
    Cache,
    /// A queue or stream of messages: routes are ways to publish.
    Queue,
    /// Somebody else's service: it has its own quota and its own hours.
    Dependency,
}

/// One service.
#[derive(Clone, Debug, PartialEq)]
pub struct Service {
    /// Its name in commands.
    pub name: String,
    /// What it does, one sentence.
    pub about: String,
    /// What it is.
    pub kind: Kind,
    /// Pods wanted at the start.
    pub replicas: u32,
    /// Requests that one pod serves at a time.
    pub workers: u32,
    /// Whether a worker is held for `work` only, and not while a request waits
    /// for an answer. Such a request is in the pod from its arrival to its
    /// answer, and queues for a worker at each of its works.
    pub asynchronous: bool,
    /// Requests that may wait at one pod; one more is answered 503 at once.
    pub queue: u32,
    /// From the start of a pod until it can serve.
    pub start_up: Span,
    /// How callers choose a pod.
    pub balance: Balance,
    /// How it protects itself.
    pub protect: Protect,
    /// What it can be asked for.
    pub routes: Vec<Route>,
    /// What can be deployed; the first runs at the start. Never empty.
    pub versions: Vec<Version>,
    /// How its pods run.
    pub fleet: Fleet,
    /// Size of a request to it and of an answer of it: what a narrow link
    /// takes its time over.
    pub messages: (Bytes, Bytes),
    /// What it keeps, if it keeps anything.
    pub store: Store,
    /// Pools of connections that each pod keeps to databases.
    pub pools: Vec<Connections>,
}

/// How a caller chooses among ready pods.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Balance {
    /// One after the other.
    RoundRobin,
    /// Any.
    Random,
    /// The less busy of two chosen at random (Mitzenmacher, "The power of two choices", 2001).
    LeastRequest,
    /// The same for the same user, by consistent hashing.
    RingHash,
    /// The less busy of two in the caller's own zone; where there is none, in
    /// its region, and then anywhere (Istio: locality load balancing).
    ZoneAware,
}

/// A route: a script that a worker runs.
#[derive(Clone, Debug, PartialEq)]
pub struct Route {
    /// Its name.
    pub name: String,
    /// What happens, in order.
    pub script: Vec<Step>,
}

/// A route of a service, by position.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RouteRef {
    /// Position of the service.
    pub service: usize,
    /// Position among its routes.
    pub route: usize,
}

/// One step of a script.
#[derive(Clone, Debug, PartialEq)]
pub enum Step {
    /// Take time.
    Work(Duration),
    /// Use one of the pod's cores, then wait without one.
    Compute {
        /// Time on a core.
        cpu: Duration,
        /// Time without.
        wait: Option<Duration>,
    },
    /// Ask another service and wait for its answer: a call, a query, a message
    /// for a queue.
    Call(Call),
    /// Run several scripts at once and wait for all.
    Parallel(Vec<Vec<Step>>),
    /// Run one of several scripts, chosen by weight.
    Branch(Vec<(f64, Vec<Step>)>),
    /// Ask a cache, and fetch what it does not have.
    Lookup(Box<Lookup>),
    /// Lock one row. Only in the routes of a database.
    Lock(Lock),
}

/// A call and how the caller protects itself.
#[derive(Clone, Debug, PartialEq)]
pub struct Call {
    /// Whom.
    pub to: RouteRef,
    /// How long one attempt may take; forever where absent.
    pub timeout: Option<Span>,
    /// What to try again.
    pub retry: Retry,
    /// Whether the answer can do without this call: its failure then degrades instead of fails.
    pub optional: bool,
    /// What else the caller does.
    pub policy: Policy,
}

/// When and how a call is tried again.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Retry {
    /// Attempts in all, the first included; 1 is no retry.
    pub attempts: u32,
    /// Wait before the second attempt; doubles from attempt to attempt.
    pub backoff: Span,
    /// The longest wait.
    pub max_backoff: Span,
    /// Whether the wait is drawn uniformly from 0 to its length ("full jitter").
    pub jitter: bool,
    /// Try again after an error.
    pub on_error: bool,
    /// Try again after a timeout.
    pub on_timeout: bool,
    /// Try again after a refusal: queue full, no pod, connection reset.
    pub on_unavailable: bool,
    /// What share of the attempts may be retries; any where absent.
    pub budget: Option<RetryBudget>,
}

/// A version: a difference to its service.
#[derive(Clone, Debug, PartialEq)]
pub struct Version {
    /// Its name.
    pub name: String,
    /// What its release note says.
    pub note: String,
    /// All its work takes this many times as long.
    pub slower: f64,
    /// Share of answers that are errors, by position of the route.
    pub errors: Vec<Ratio>,
    /// What else it changes.
    pub change: Change,
}

/// What a version changes besides speed and errors. The default changes nothing.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Change {
    /// Scripts that run before the service's own, by position of the route.
    pub before: Vec<Vec<Step>>,
    /// Another timeout for calls to these routes; `None` waits forever.
    pub timeouts: Vec<(RouteRef, Option<Span>)>,
    /// Another number of workers.
    pub workers: Option<u32>,
    /// Another length of the queue.
    pub queue: Option<u32>,
    /// Another start-up time.
    pub start_up: Option<Span>,
    /// It exits by itself so long after each start.
    pub crash_after: Option<Span>,
    /// Memory that each request leaves behind.
    pub leak: Bytes,
    /// `slower` and `errors` begin once a pod has served this many requests.
    pub hidden_for: u32,
    /// Price of one request, in addition to the service's.
    pub request_price: f64,
}
