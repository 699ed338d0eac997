//! Every kind of fault: its name in files, its parameters, what it does.
//!
//! Readers, forms, the reference page and the checks all use this one table.

use serde::{Deserialize, Serialize};

/// What goes wrong. The discriminant is the place in [`CATALOGUE`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FaultKind {
    /// Requests wait before their work begins, holding their worker.
    Latency,
    /// Requests are answered with an error after their work is done.
    Errors,
    /// Requests are refused with an error before any work is done.
    Abort,
    /// All work takes longer.
    Slow,
    /// Requests are never answered, and hold their worker.
    Hang,
    /// Pods are deleted with all they hold, and others are made.
    Kill,
    /// Pods die and stay down.
    PodFailure,
    /// Pods fail their readiness probe: nobody sends them anything new.
    Unready,
    /// Pods that start never become ready.
    StartHang,
    /// Nothing is wrong.
    NoOp,
    /// Containers die with all they hold, and are started again in place.
    ContainerKill,
    /// Pods fail their liveness probe.
    Unhealthy,
    /// New pods cannot get their image.
    WrongImage,
    /// Containers exit as soon as they start.
    BadCommand,
    /// Nobody wants any pod of a service.
    ScaleToZero,
    /// Something else uses the cores of a pod.
    CpuStress,
    /// A pod gets less CPU.
    CpuLimit,
    /// Something else uses the memory of a container.
    MemoryStress,
    /// Every request leaves memory behind.
    MemoryLeak,
    /// Everything stops now and then to collect garbage.
    Gc,
    /// Something else fills the disk of a pod.
    DiskFill,
    /// Nodes go away without a word.
    NodeLoss,
    /// Nothing new is placed on nodes.
    Cordon,
    /// Everything is moved off nodes.
    Drain,
    /// Nodes repel pods.
    Taint,
    /// Other tenants slow nodes down.
    NoisyNeighbour,
}

/// What a kind is about; the page groups by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Group {
    /// Answers to requests.
    Requests,
    /// Pods as a whole.
    Pods,
    /// What pods use.
    Resources,
    /// Nodes, with all that runs there.
    Nodes,
    /// Neither.
    Other,
}

/// How a value is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Seconds; written as a duration.
    Time,
    /// A share of 1; written in percent.
    Share,
    /// A factor; written as a number.
    Factor,
    /// Cores; written as a number.
    Cores,
    /// Bytes; written as a quantity such as `512MiB`.
    Bytes,
    /// A whole number.
    Count,
}

/// One parameter of a kind.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Parameter {
    /// Its key in files.
    pub name: &'static str,
    /// Its label.
    pub title: &'static str,
    /// How its value is written.
    pub unit: Unit,
    /// Smallest value.
    pub least: f64,
    /// Largest value.
    pub most: f64,
    /// What a form offers first.
    pub usual: f64,
    /// Whether a file may leave it out, and what it is then.
    pub absent: Option<f64>,
}

/// One kind.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Entry {
    /// The kind.
    pub kind: FaultKind,
    /// Its key in files.
    pub name: &'static str,
    /// Its title.
    pub title: &'static str,
    /// What it does, one sentence.
    pub does: &'static str,
    /// What it is about.
    pub group: Group,
    /// Its parameters; a bare value in a file is the first.
    pub parameters: &'static [Parameter],
    /// Whether it goes on; what does not is over at once.
    pub lasting: bool,
    /// Whether it can be narrowed to a route or to a share of requests.
    pub by_request: bool,
}

const fn must(
    name: &'static str,
    title: &'static str,
    unit: Unit,
    range: (f64, f64),
    usual: f64,
) -> Parameter {
    Parameter {
        name,
        title,
        unit,
        least: range.0,
        most: range.1,
        usual,
        absent: None,
    }
}

const fn may(parameter: Parameter, absent: f64) -> Parameter {
    Parameter {
        absent: Some(absent),
        ..parameter
    }
}

const HOUR: f64 = 3_600.0;
const TIB: f64 = 1_099_511_627_776.0;

const SHARE: Parameter = must(
    "share",
    "Share of requests",
    Unit::Share,
    (0.0001, 1.0),
    0.3,
);

/// Every kind, in the order of [`FaultKind`].
pub const CATALOGUE: [Entry; 26] = [
    Entry {
        kind: FaultKind::Latency,
        name: "latency",
        title: "Extra latency",
        does: "Every request waits this much longer while it holds its worker, so that queues build up behind it.",
        group: Group::Requests,
        parameters: &[
            must("extra", "Extra wait", Unit::Time, (0.001, HOUR), 0.3),
            may(
                must("jitter", "More or less by", Unit::Time, (0.0, HOUR), 0.0),
                0.0,
            ),
        ],
        lasting: true,
        by_request: true,
    },
    Entry {
        kind: FaultKind::Errors,
        name: "errors",
        title: "Errors",
        does: "This share of requests does its work and is then answered with an error.",
        group: Group::Requests,
        parameters: &[SHARE],
        lasting: true,
        by_request: true,
    },
    Entry {
        kind: FaultKind::Abort,
        name: "abort",
        title: "Refused at the door",
        does: "This share of requests is answered with an error before any work is done: errors that are fast and cheap.",
        group: Group::Requests,
        parameters: &[SHARE],
        lasting: true,
        by_request: true,
    },
    Entry {
        kind: FaultKind::Slow,
        name: "slow",
        title: "Slow work",
        does: "All work takes this many times as long, as on a throttled processor or beside a noisy neighbour.",
        group: Group::Requests,
        parameters: &[must(
            "factor",
            "Times as long",
            Unit::Factor,
            (1.01, 1_000.0),
            3.0,
        )],
        lasting: true,
        by_request: true,
    },
    Entry {
        kind: FaultKind::Hang,
        name: "hang",
        title: "Deadlock",
        does: "This share of requests is never answered and keeps its worker until the fault ends or the pod dies.",
        group: Group::Requests,
        parameters: &[must(
            "share",
            "Share of requests",
            Unit::Share,
            (0.0001, 1.0),
            0.01,
        )],
        lasting: true,
        by_request: true,
    },
    Entry {
        kind: FaultKind::Kill,
        name: "kill",
        title: "Kill pods",
        does: "So many ready pods are deleted at once with all the requests they hold, and new ones are made in their place.",
        group: Group::Pods,
        parameters: &[must("pods", "How many", Unit::Count, (1.0, 100.0), 1.0)],
        lasting: false,
        by_request: false,
    },
    Entry {
        kind: FaultKind::PodFailure,
        name: "pod-failure",
        title: "Pods stay down",
        does: "The chosen pods die with all the requests they hold and stay down until the fault ends.",
        group: Group::Pods,
        parameters: &[],
        lasting: true,
        by_request: false,
    },
    Entry {
        kind: FaultKind::Unready,
        name: "unready",
        title: "Readiness probe fails",
        does: "The chosen pods answer what they have and get nothing new until the fault ends.",
        group: Group::Pods,
        parameters: &[],
        lasting: true,
        by_request: false,
    },
    Entry {
        kind: FaultKind::StartHang,
        name: "start-hang",
        title: "Start-up hangs",
        does: "Pods that start do not become ready before the fault ends. Nothing is seen until one has to start.",
        group: Group::Pods,
        parameters: &[],
        lasting: true,
        by_request: false,
    },
    Entry {
        kind: FaultKind::NoOp,
        name: "no-op",
        title: "Nothing",
        does: "Nothing is wrong. A false alarm is a lesson too.",
        group: Group::Other,
        parameters: &[],
        lasting: true,
        by_request: false,
    },
    Entry {
        kind: FaultKind::ContainerKill,
        name: "container-kill",
        title: "Kill containers",
        does: "So many ready pods lose their container with all the requests it holds. It is started again in place, later and later if it happens again and again.",
        group: Group::Pods,
        parameters: &[must("pods", "How many", Unit::Count, (1.0, 100.0), 1.0)],
        lasting: false,
        by_request: false,
    },
    Entry {
        kind: FaultKind::Unhealthy,
        name: "unhealthy",
        title: "Liveness probe fails",
        does: "The chosen pods fail every liveness probe: they are killed with all they hold, again and again, though they would serve.",
        group: Group::Pods,
        parameters: &[],
        lasting: true,
        by_request: false,
    },
    Entry {
        kind: FaultKind::WrongImage,
        name: "wrong-image",
        title: "Wrong image",
        does: "New pods cannot get their image, which is tried later and later. Pods that run go on; nothing is seen until one has to be made.",
        group: Group::Pods,
        parameters: &[],
        lasting: true,
        by_request: false,
    },
    Entry {
        kind: FaultKind::BadCommand,
        name: "bad-command",
        title: "Bad command",
        does: "Containers exit as soon as they start, and are started later and later. Nothing is seen until one has to start.",
        group: Group::Pods,
        parameters: &[],
        lasting: true,
        by_request: false,
    },
    Entry {
        kind: FaultKind::ScaleToZero,
        name: "scale-to-zero",
        title: "Scaled to zero",
        does: "Nobody wants any pod of the service until the fault ends; then as many as before.",
        group: Group::Pods,
        parameters: &[],
        lasting: true,
        by_request: false,
    },
    Entry {
        kind: FaultKind::CpuStress,
        name: "cpu-stress",
        title: "CPU stress",
        does: "So many busy loops run in each chosen pod and get their share of its cores and of its quota.",
        group: Group::Resources,
        parameters: &[must(
            "loops",
            "Busy loops",
            Unit::Count,
            (1.0, 1_000.0),
            4.0,
        )],
        lasting: true,
        by_request: false,
    },
    Entry {
        kind: FaultKind::CpuLimit,
        name: "cpu-limit",
        title: "CPU throttling",
        does: "The chosen pods get no more than this much CPU and stand still for the rest of every tenth of a second.",
        group: Group::Resources,
        parameters: &[must("limit", "Limit", Unit::Cores, (0.001, 1_000.0), 0.2)],
        lasting: true,
        by_request: false,
    },
    Entry {
        kind: FaultKind::MemoryStress,
        name: "memory-stress",
        title: "Memory stress",
        does: "Something else uses this much memory in each chosen container. Over its limit it is killed, again and again.",
        group: Group::Resources,
        parameters: &[must(
            "size",
            "Memory used",
            Unit::Bytes,
            (1_048_576.0, TIB),
            268_435_456.0,
        )],
        lasting: true,
        by_request: false,
    },
    Entry {
        kind: FaultKind::MemoryLeak,
        name: "memory-leak",
        title: "Memory leak",
        does: "Every request leaves this much memory behind until its container is killed for it.",
        group: Group::Resources,
        parameters: &[must(
            "per-request",
            "Left behind by each request",
            Unit::Bytes,
            (1.0, TIB),
            1_048_576.0,
        )],
        lasting: true,
        by_request: false,
    },
    Entry {
        kind: FaultKind::Gc,
        name: "gc",
        title: "Long collections",
        does: "After so many requests everything in a pod stops to collect garbage.",
        group: Group::Resources,
        parameters: &[
            must("pause", "Pause", Unit::Time, (0.001, HOUR), 0.5),
            must(
                "every",
                "Requests between",
                Unit::Count,
                (1.0, 1_000_000.0),
                200.0,
            ),
        ],
        lasting: true,
        by_request: false,
    },
    Entry {
        kind: FaultKind::DiskFill,
        name: "disk-fill",
        title: "Disk fills",
        does: "Something else uses this share of the disk of each chosen pod. Routes that have to write fail when it is full.",
        group: Group::Resources,
        parameters: &[must(
            "share",
            "Share of the disk",
            Unit::Share,
            (0.0001, 1.0),
            1.0,
        )],
        lasting: true,
        by_request: false,
    },
    Entry {
        kind: FaultKind::NodeLoss,
        name: "node-loss",
        title: "Nodes are lost",
        does: "The nodes go away without a word. What they did is never answered, they are asked until someone notices, and their pods are replaced elsewhere much later. At the end they come back.",
        group: Group::Nodes,
        parameters: &[],
        lasting: true,
        by_request: false,
    },
    Entry {
        kind: FaultKind::Cordon,
        name: "cordon",
        title: "Cordon",
        does: "Nothing new is placed on the nodes until the fault ends.",
        group: Group::Nodes,
        parameters: &[],
        lasting: true,
        by_request: false,
    },
    Entry {
        kind: FaultKind::Drain,
        name: "drain",
        title: "Drain",
        does: "Everything is moved off the nodes, and nothing new is placed there until the fault ends.",
        group: Group::Nodes,
        parameters: &[],
        lasting: true,
        by_request: false,
    },
    Entry {
        kind: FaultKind::Taint,
        name: "taint",
        title: "Taint",
        does: "Pods of one service, or all, may not run on the nodes: those that do are moved at once.",
        group: Group::Nodes,
        parameters: &[],
        lasting: true,
        by_request: false,
    },
    Entry {
        kind: FaultKind::NoisyNeighbour,
        name: "noisy-neighbour",
        title: "Noisy neighbour",
        does: "Other tenants of the machines make all work on these nodes take this many times as long.",
        group: Group::Nodes,
        parameters: &[must(
            "factor",
            "Times as long",
            Unit::Factor,
            (1.01, 1_000.0),
            3.0,
        )],
        lasting: true,
        by_request: false,
    },
];

impl FaultKind {
    /// Its line of the catalogue.
    pub fn entry(self) -> &'static Entry {
        &CATALOGUE[self as usize]
    }

    /// The kind that files call `name`.
    pub fn named(name: &str) -> Option<FaultKind> {
        let found = CATALOGUE.iter().find(|entry| entry.name == name);
        found.map(|entry| entry.kind)
    }

    /// Whether it acts on nodes.
    pub fn of_nodes(self) -> bool {
        self.entry().group == Group::Nodes
    }

    /// Whether requests have to ask what it does to them.
    pub fn strikes(self) -> bool {
        let entry = self.entry();
        entry.by_request || entry.group == Group::Resources || self == FaultKind::NoisyNeighbour
    }
}
