//! How telemetry sees the world: it is told what happened and can change nothing.

use serde::{Deserialize, Serialize};

use super::Failover;
use super::fleet::body::Exit;
use super::spec::ClassKind;
use crate::base::{Money, SimTime, Span};
use crate::engine::Key;

use super::follow::Told;
use super::paths::PathId;

/// How a request or an attempt ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Outcome {
    /// Answered in full.
    Ok,
    /// Answered with an error (500, or 502 for a failed callee).
    Error,
    /// Not answered in time (504), or given up by whoever asked.
    TimedOut,
    /// Refused: the queue was full (503), or the quota used up (429).
    Overloaded,
    /// No pod to ask, or the connection was reset (503).
    Unavailable,
    /// Turned away: over a rate limit, or blocked (429).
    Limited,
}

impl Outcome {
    /// Every outcome, in the order of their discriminants.
    pub const ALL: [Outcome; 6] = [
        Outcome::Ok,
        Outcome::Error,
        Outcome::TimedOut,
        Outcome::Overloaded,
        Outcome::Unavailable,
        Outcome::Limited,
    ];

    /// Position in [`Outcome::ALL`].
    pub const fn index(self) -> usize {
        self as usize
    }

    /// Whether whoever asked got an answer in full.
    pub const fn is_ok(self) -> bool {
        matches!(self, Outcome::Ok)
    }
}

/// Why something failed or was slow: what the engine knows and no operator is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Cause {
    /// A fault, by its number.
    Fault(u32),
    /// A version of a service, by position.
    Version {
        /// The service.
        service: u32,
        /// Its version.
        version: u32,
    },
    /// A queue was full, or the wait in it too long, and nothing deeper is to blame.
    Saturated {
        /// The service.
        service: u32,
    },
    /// The service took too long by its own nature.
    Slow {
        /// The service.
        service: u32,
    },
    /// No pod was ready.
    NoPod {
        /// The service.
        service: u32,
    },
    /// A service's pool had no connection to a database to spare.
    Pool {
        /// The service.
        service: u32,
    },
    /// A database had as many connections as it allows.
    Connections {
        /// The database.
        service: u32,
    },
    /// Another query had locked the row.
    Locked {
        /// The database.
        service: u32,
    },
    /// The query was aborted to end a deadlock.
    Deadlock {
        /// The database.
        service: u32,
    },
    /// A replicated database had nobody to ask: no primary to write to, or
    /// no copy that was fit to be read.
    NoPrimary {
        /// The database.
        service: u32,
    },
    /// A queue had no room.
    Full {
        /// The queue.
        service: u32,
    },
    /// The message could not be handled.
    Poison {
        /// The queue.
        service: u32,
    },
    /// The quota was used up.
    Quota {
        /// The dependency.
        service: u32,
    },
    /// It was closed for maintenance.
    Closed {
        /// The dependency.
        service: u32,
    },
    /// A limit that was set: more was asked than the service lets in.
    Limit {
        /// The service.
        service: u32,
    },
    /// The network between two services, by the position of the edge.
    Network {
        /// The edge.
        edge: u32,
    },
    /// The service's certificate has expired.
    Certificate {
        /// The service.
        service: u32,
    },
    /// Gateways let nobody of this class in.
    Blocked {
        /// The class.
        class: u32,
    },
    /// The class sent more than gateways let in.
    OverLimit {
        /// The class.
        class: u32,
    },
    /// The gateway was so busy that it turned requests of this criticality away.
    Shed {
        /// The gateway.
        service: u32,
    },
    /// A pod was asked that had stopped, before its callers knew.
    Refused {
        /// The service.
        service: u32,
    },
    /// A pod ended with what it held.
    Died {
        /// The service.
        service: u32,
        /// How it ended.
        exit: Exit,
    },
    /// A node went away.
    Node {
        /// Position of the node.
        node: u32,
    },
    /// A pod had used up its share of CPU.
    Throttled {
        /// The service.
        service: u32,
    },
    /// A pod stood still to collect garbage.
    Collecting {
        /// The service.
        service: u32,
    },
    /// A pod had not warmed up.
    Cold {
        /// The service.
        service: u32,
    },
    /// A pod could not write.
    DiskFull {
        /// The service.
        service: u32,
    },
}

/// A request that a service finished with.
#[derive(Clone, Copy, Debug)]
pub struct Served {
    /// When it was finished with.
    pub now: SimTime,
    /// Position of the service.
    pub service: u32,
    /// Number of the route across all services.
    pub route: u32,
    /// The pod that it was sent to.
    pub pod: Key,
    /// How it ended.
    pub outcome: Outcome,
    /// From arrival at the pod to the answer, waiting included.
    pub duration: Span,
    /// Whether the answer lacks a part or has something else in its place.
    pub degraded: bool,
}

/// An attempt that its caller finished with.
#[derive(Clone, Copy, Debug)]
pub struct Attempted {
    /// When.
    pub now: SimTime,
    /// Position of the edge.
    pub edge: u32,
    /// How it ended, for the caller.
    pub outcome: Outcome,
    /// How long the caller waited.
    pub duration: Span,
    /// Whether the answer lacks a part or has something else in its place.
    pub degraded: bool,
}

/// A user's request that ended.
#[derive(Clone, Copy, Debug)]
pub struct UserDone {
    /// When.
    pub now: SimTime,
    /// Position among everything that clients ask for, class by class.
    pub entry: u32,
    /// Position of the class of clients.
    pub class: u32,
    /// What that class is.
    pub kind: ClassKind,
    /// Revenue of one real request of this kind that succeeds.
    pub value: Money,
    /// Whether a gateway turned it away before any pod saw it.
    pub refused: bool,
    /// How it ended, for the user.
    pub outcome: Outcome,
    /// How long the user waited.
    pub duration: Span,
    /// Why it failed, or what made it slower or poorer than it is by nature.
    pub cause: Option<Cause>,
    /// How that reached the user.
    pub path: PathId,
    /// Whether the answer lacks a part or has something else in its place.
    pub degraded: bool,
}

/// Something that operators can see happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Happening {
    /// A pod was started (again).
    PodStarting {
        /// Position of the service.
        service: u32,
        /// Number of the pod within its service.
        pod: u32,
    },
    /// A pod can serve.
    PodReady {
        /// Position of the service.
        service: u32,
        /// Number of the pod within its service.
        pod: u32,
    },
    /// A pod died with what it held.
    PodDied {
        /// Position of the service.
        service: u32,
        /// Number of the pod within its service.
        pod: u32,
        /// The pod, as finished requests name it.
        key: Key,
        /// Requests lost.
        lost: u32,
        /// How it ended.
        exit: Exit,
    },
    /// A pod serves, but its readiness probe failed.
    PodUnready {
        /// Position of the service.
        service: u32,
        /// Number of the pod within its service.
        pod: u32,
    },
    /// A pod fits no node.
    PodPending {
        /// Position of the service.
        service: u32,
        /// Number of the pod within its service.
        pod: u32,
    },
    /// A roll-out has not moved within its deadline.
    RolloutStalled {
        /// Position of the service.
        service: u32,
        /// Position of the version.
        version: u32,
    },
    /// An autoscaler changed the number of pods.
    Scaled {
        /// Position of the service.
        service: u32,
        /// Pods before.
        from: u32,
        /// Pods now.
        to: u32,
    },
    /// A node was asked for.
    NodeBooting {
        /// Its position.
        node: u32,
    },
    /// A node can take pods.
    NodeUp {
        /// Its position.
        node: u32,
    },
    /// A node went away; nobody is told.
    NodeLost {
        /// Its position.
        node: u32,
    },
    /// The control plane noticed that a node is silent.
    NodeSilent {
        /// Its position.
        node: u32,
    },
    /// A node was given back.
    NodeRemoved {
        /// Its position.
        node: u32,
    },
    /// Every pod is ready at the wanted version and number.
    RolloutDone {
        /// Position of the service.
        service: u32,
        /// Position of the version.
        version: u32,
    },
    /// A replica of a database took over.
    FailedOver(Failover),
    /// Health checks of a region changed their mind.
    RegionChecked {
        /// Its position.
        region: u32,
        /// Whether it is well now.
        healthy: bool,
    },
    /// A fault ended by itself.
    FaultEnded {
        /// Its number.
        fault: u32,
    },
    /// A surge of traffic ended by itself.
    SurgeEnded {
        /// Its number.
        surge: u32,
    },
    /// A class would have more users than one world may simulate.
    CrowdFull {
        /// Position of the class.
        class: u32,
    },
}

/// Told everything, asked nothing.
pub trait Probe {
    /// A service finished with a request.
    fn served(&mut self, served: Served);
    /// A caller finished with an attempt.
    fn attempted(&mut self, attempted: Attempted);
    /// A user's request ended.
    fn user_done(&mut self, done: UserDone);
    /// Operators can see something.
    fn happened(&mut self, now: SimTime, happening: Happening);
    /// Whether to be told every step of the request that a client now makes.
    /// The world hands the answer on with the request and never acts on it.
    #[inline]
    fn follows(&mut self) -> bool {
        false
    }
    /// A request took a step: one that is followed, or one that failed or took long.
    #[inline]
    fn told(&mut self, _: &Told) {}
    /// What to mark a message with that a followed request publishes.
    #[inline]
    fn mark(&mut self, _: Key) -> u64 {
        0
    }
}

/// A probe that looks away.
#[derive(Clone, Copy, Debug, Default)]
pub struct Unobserved;

impl Probe for Unobserved {
    fn served(&mut self, _: Served) {}
    fn attempted(&mut self, _: Attempted) {}
    fn user_done(&mut self, _: UserDone) {}
    fn happened(&mut self, _: SimTime, _: Happening) {}
}
