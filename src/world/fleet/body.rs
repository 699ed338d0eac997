//! What changes about pods, nodes and roll-outs: plain data, in the digest.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use crate::base::{SimTime, Span};
use crate::engine::Key;
use crate::world::spec::Strategy;

/// What can happen to pods and nodes. `starts` tells whether the container
/// that it was meant for still runs.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub enum FleetEvent {
    /// A back-off is over.
    Restart {
        pod: Key,
        starts: u32,
    },
    /// A container exits by itself.
    Exit {
        pod: Key,
        starts: u32,
    },
    /// A container has used too much memory.
    OutOfMemory {
        pod: Key,
        starts: u32,
    },
    /// Pre-stop is over.
    Terminate {
        pod: Key,
        starts: u32,
    },
    /// The grace period is over.
    Kill {
        pod: Key,
        starts: u32,
    },
    /// Callers learn whether a pod can be asked.
    Endpoint {
        pod: Key,
        on: bool,
    },
    /// A probe is sent.
    Ready {
        pod: Key,
        starts: u32,
    },
    /// A probe that had to wait is due.
    ReadyDue {
        pod: Key,
        starts: u32,
    },
    /// The same for liveness.
    Live {
        pod: Key,
        starts: u32,
    },
    LiveDue {
        pod: Key,
        starts: u32,
    },
    /// A node can take pods.
    NodeUp {
        node: u32,
        generation: u32,
    },
    /// A node has been silent for too long.
    NodeSilent {
        node: u32,
        generation: u32,
    },
    /// Its pods are given up.
    NodeEvict {
        node: u32,
        generation: u32,
    },
    /// A node has been empty for long enough, unless something changed.
    NodeIdle {
        node: u32,
        generation: u32,
    },
    /// Node pools look for pods that fit nowhere.
    PoolScan,
    /// An autoscaler looks.
    Autoscale {
        service: u32,
    },
    /// A roll-out should have moved by now.
    Progress {
        service: u32,
        roll: u32,
    },
    /// A canary step or the keeping of the old set is over.
    Step {
        service: u32,
        roll: u32,
    },
}

/// Why a container ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Exit {
    /// By a fault.
    Killed,
    /// Over its memory limit.
    OutOfMemory,
    /// By itself.
    Crashed,
    /// Its liveness probe failed.
    Unhealthy,
    /// It did not finish within its grace period.
    Grace,
    /// Its node went away.
    Node,
}

/// Why a pod fits no node: how many nodes were ruled out by what.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Misfit {
    /// Nodes that exist.
    pub nodes: u32,
    /// Booting, lost, or cordoned.
    pub unschedulable: u32,
    /// Too little CPU left.
    pub cpu: u32,
    /// Too little memory left.
    pub memory: u32,
    /// A pod of the same service is there.
    pub alone: u32,
    /// Zones would differ by more than one.
    pub spread: u32,
    /// Another node may not be added.
    pub quota: bool,
    /// A quota lets no pod in at all.
    #[serde(skip)]
    pub refused: bool,
}

/// What one pod has besides its requests.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Body {
    /// Where it runs; none without a topology or while pending.
    pub node: Option<u32>,
    /// Why it runs nowhere.
    pub misfit: Option<Misfit>,
    /// Whether callers ask it.
    pub listed: bool,
    /// Whether its node is silent: packets to it vanish.
    pub lost: bool,
    /// Whether it was ready once.
    pub was_ready: bool,
    /// When the present container was started.
    pub started: SimTime,
    /// When it has warmed up.
    pub cold_until: SimTime,
    /// Containers that ended, in a row, without ten good minutes.
    pub crashes: u32,
    pub restarts: u32,
    pub last_exit: Option<Exit>,
    pub readiness: Health,
    pub liveness: Health,
    /// Bursts on cores, and those that wait for one.
    pub cores_busy: u32,
    pub waiting: VecDeque<(Key, Span)>,
    /// CFS period and what is left of its quota.
    pub period: u64,
    /// No period has begun yet.
    pub fresh: bool,
    pub quota_left: Span,
    pub throttled: Span,
    pub cpu_used: Span,
    /// At the autoscaler's last look.
    pub cpu_seen: Span,
    pub begun_seen: u64,
    /// Everything stands still until then.
    pub paused_until: SimTime,
    pub since_gc: u32,
    /// The same for collections that a fault causes.
    pub since_stop: u32,
    /// Memory left behind by requests under a fault.
    pub leaked: u64,
    /// Whether its image is there.
    pub pulled: bool,
    /// Whether its configuration is not there.
    #[serde(skip)]
    pub unset: bool,
    pub disk_used: u64,
}

/// How a probe has gone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Health {
    pub failures: u32,
    pub successes: u32,
    /// The waiting probe is served when so many requests have begun.
    pub turn: u64,
}

impl Body {
    /// A new pod's.
    pub fn new(now: SimTime) -> Body {
        Body {
            node: None,
            misfit: None,
            listed: false,
            lost: false,
            was_ready: false,
            started: now,
            cold_until: SimTime::ZERO,
            crashes: 0,
            restarts: 0,
            last_exit: None,
            readiness: Health::default(),
            liveness: Health::default(),
            cores_busy: 0,
            waiting: VecDeque::new(),
            period: 0,
            fresh: true,
            quota_left: Span::ZERO,
            throttled: Span::ZERO,
            cpu_used: Span::ZERO,
            cpu_seen: Span::ZERO,
            begun_seen: 0,
            paused_until: SimTime::ZERO,
            since_gc: 0,
            since_stop: 0,
            leaked: 0,
            pulled: false,
            unset: false,
            disk_used: 0,
        }
    }
}

/// One burst on a core.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Burst {
    pub pod: Key,
    pub starts: u32,
    pub line: Key,
    /// What is left of it after the present slice.
    pub left: Span,
}

/// What a node is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum NodePhase {
    /// Asked for.
    Booting,
    /// Takes pods.
    Ready,
    /// Gone without a word; nobody knows yet.
    Lost,
    /// Known to be gone.
    Silent,
    /// Given back; the place can be used again.
    Removed,
}

/// One node.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Node {
    pub pool: u32,
    pub number: u32,
    pub phase: NodePhase,
    pub cordoned: bool,
    /// The fault that it was lost by, if any.
    pub fault: Option<u32>,
    pub generation: u32,
    /// Reserved by its pods.
    pub cpu: u32,
    pub memory: u64,
    pub pods: u32,
    pub empty_since: SimTime,
}

/// A roll-out under way.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Rolling {
    pub strategy: Strategy,
    pub stage: Stage,
    /// Unique within the service.
    pub roll: u32,
    /// What it came from.
    pub stable_version: u32,
    pub stable_epoch: u32,
    /// New pods ready, at the most so far.
    pub best: u32,
    pub progressed: SimTime,
    pub stalled: bool,
    pub paused: bool,
    /// Whether the present step's time runs.
    pub timing: bool,
}

/// How far a roll-out is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Stage {
    /// New pods replace old ones, within surge and unavailability.
    Replace,
    /// Old pods go first.
    Empty,
    /// So many steps of a canary are done.
    Weigh(u32),
    /// A full second set is made ready.
    Fill,
    /// All traffic has been switched; the old set stands by.
    Keep,
}

/// An autoscaler's memory.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Scaler {
    pub on: bool,
    /// Bounds that someone has set instead of the world file's.
    pub bounds: Option<(u32, u32)>,
    /// Wanted at past looks, newest last.
    pub wanted: VecDeque<(SimTime, u32)>,
    /// Pods added and removed, newest last.
    pub changes: VecDeque<(SimTime, i64)>,
    /// The last measured value relative to the target.
    pub ratio: Option<f64>,
}

impl Default for Scaler {
    /// On, and nothing seen yet.
    fn default() -> Scaler {
        Scaler {
            on: true,
            bounds: None,
            wanted: VecDeque::new(),
            changes: VecDeque::new(),
            ratio: None,
        }
    }
}

/// What concerns the whole fleet.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct FleetState {
    pub nodes: Vec<Node>,
    pub next_node: Vec<u32>,
    pub scan_armed: bool,
    /// Spent on nodes until `settled`.
    pub spent: f64,
    pub settled: SimTime,
}
