//! Every kind of fault: its name in files, its parameters, what it does.
//!
//! Readers, forms, the reference page and the checks all use this one table.

use serde::{Deserialize, Serialize};

use super::{fleet, load, messages, mistakes, network, stores, telemetry};
use crate::world::spec::Kind;

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
    /// Pods die with all they hold, and are started again.
    Kill,
    /// Pods die and stay down.
    PodFailure,
    /// Pods fail their readiness probe: nobody sends them anything new.
    Unready,
    /// Pods that start never become ready.
    StartHang,
    /// Nothing is wrong.
    NoOp,
    /// Requests and answers take longer on their way.
    NetLatency,
    /// Packets are lost and sent again.
    Loss,
    /// Nothing gets through, in either direction.
    Partition,
    /// Requests do not get through.
    PartitionTo,
    /// Answers do not get through.
    PartitionFrom,
    /// Requests vanish.
    BlackHole,
    /// Connections break before the answer is read.
    Reset,
    /// Callers do not find the service's address.
    DnsError,
    /// Callers do not trust the service's certificate any more.
    CertificateExpired,
    /// Answers cannot be read.
    WrongBody,
    /// A cache forgets everything.
    CacheFlush,
    /// Lookups ask for what does not exist.
    #[serde(rename = "cache-penetration")]
    Penetration,
    /// A cache may keep less.
    CacheLimit,
    /// A cache's entries are good for another time.
    WrongTtl,
    /// Consumers take longer.
    SlowConsumer,
    /// More messages come.
    #[serde(rename = "queue-flood")]
    Flood,
    /// Messages that nobody can handle come.
    #[serde(rename = "poison-messages")]
    Poison,
    /// Partitions give nothing out.
    StoppedPartition,
    /// Callers lose connections.
    #[serde(rename = "pool-exhaustion")]
    PoolLeak,
    /// Locks go to one row.
    #[serde(rename = "lock-contention")]
    HotRow,
    /// Queries take longer.
    SlowQuery,
    /// Queries take many times as long.
    LostIndex,
    /// Queries wait for a table.
    Migration,
    /// Replicas are further behind.
    ReplicationLag,
    /// The primary dies.
    Failover,
    /// Queries are refused.
    #[serde(rename = "credentials-revoked")]
    Credentials,
    /// Writes are refused.
    #[serde(rename = "database-disk-full")]
    DiskFull,
    /// A dependency does not answer.
    Unreachable,
    /// A dependency lets few requests in.
    RateLimited,
    /// More users come.
    Spike,
    /// Many more users come at once, and fewer and fewer of them.
    FlashSale,
    /// One tenant sends more.
    HotTenant,
    /// Bots come.
    BotCrawl,
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
    /// Targets are not scraped.
    MissingScrape,
    /// Targets tell old numbers.
    StaleTarget,
    /// Targets tell ever new series.
    #[serde(rename = "cardinality-explosion")]
    Cardinality,
    /// Targets stamp their samples with a wrong time.
    WrongClock,
    /// Clients keep old answers of DNS.
    StaleDns,
    /// DNS gives an address where nobody is.
    #[serde(rename = "dns-wrong-answer")]
    WrongAddress,
    /// Requests arrive twice.
    Duplication,
    /// Packets are spoilt.
    Corruption,
    /// Messages come late, and hold up those behind them.
    Reordering,
    /// Messages queue for a narrow link.
    Bandwidth,
    /// Connections stay open after the answer.
    SlowClose,
    /// Requests arrive with another header.
    ReplacedHeader,
    /// Pods have the wrong time.
    ClockSkew,
    /// No connection to a database can be opened.
    UserMissing,
    /// Queries name what is not there.
    SchemaMismatch,
    /// Lookups go to one key.
    HotKey,
    /// Lookups have keys that never come again.
    #[serde(rename = "bad-cache-key")]
    BadKey,
    /// No pod may be added.
    #[serde(rename = "quota-exceeded")]
    Quota,
    /// New pods share no node.
    AntiAffinity,
    /// Containers miss their configuration.
    BadEnvironment,
    /// Writes to a pod's disk take longer.
    DiskSlow,
    /// Writes to a pod's disk fail.
    DiskErrors,
    /// Pods can have few requests open.
    #[serde(rename = "fd-exhaustion")]
    Descriptors,
    /// Callers ask at the wrong port.
    WrongPort,
    /// Something costs money.
    #[serde(rename = "cost-explosion")]
    Cost,
}

/// What a kind is about; the page groups by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Group {
    /// Answers to requests.
    Requests,
    /// The way between services.
    Network,
    /// Pods as a whole.
    Pods,
    /// What a cache keeps.
    Cache,
    /// Messages.
    Queue,
    /// Queries and what they need.
    Database,
    /// Somebody else's service.
    Dependency,
    /// Clients: who comes.
    Load,
    /// What pods use.
    Resources,
    /// Nodes, with all that runs there.
    Nodes,
    /// What is measured, and not what is served.
    Telemetry,
    /// Nothing of the kind.
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
    /// The only kind of service that can have it.
    pub only: Option<Kind>,
}

pub(super) const fn must(
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

pub(super) const fn may(parameter: Parameter, absent: f64) -> Parameter {
    Parameter {
        absent: Some(absent),
        ..parameter
    }
}

pub(super) const HOUR: f64 = 3_600.0;

pub(super) const SHARE: Parameter = must(
    "share",
    "Share of requests",
    Unit::Share,
    (0.0001, 1.0),
    0.3,
);

/// Kinds that any service can have, in the order of [`FaultKind`].
const GENERAL: [Entry; 10] = [
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
        only: None,
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
        only: None,
    },
    Entry {
        kind: FaultKind::Abort,
        name: "abort",
        title: "Refused at the door",
        does: "This share of requests is answered with an error before any work is done: errors that are fast and cheap.",
        group: Group::Requests,
        parameters: &[
            SHARE,
            may(
                must("status", "HTTP status", Unit::Count, (400.0, 599.0), 500.0),
                500.0,
            ),
        ],
        lasting: true,
        by_request: true,
        only: None,
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
        only: None,
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
        only: None,
    },
    Entry {
        kind: FaultKind::Kill,
        name: "kill",
        title: "Kill pods",
        does: "So many ready pods die at once with all the requests they hold, and are started again.",
        group: Group::Pods,
        parameters: &[must("pods", "How many", Unit::Count, (1.0, 100.0), 1.0)],
        lasting: false,
        by_request: false,
        only: None,
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
        only: None,
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
        only: None,
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
        only: None,
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
        only: None,
    },
];

/// Places of the first kinds of each other table.
const OF_NETWORK: usize = GENERAL.len();
const OF_STORES: usize = OF_NETWORK + network::KINDS.len();
const OF_LOAD: usize = OF_STORES + stores::KINDS.len();
const OF_FLEET: usize = OF_LOAD + load::KINDS.len();
const OF_TELEMETRY: usize = OF_FLEET + fleet::KINDS.len();
const OF_MESSAGES: usize = OF_TELEMETRY + telemetry::KINDS.len();
const OF_MISTAKES: usize = OF_MESSAGES + messages::KINDS.len();
/// How many kinds there are.
const COUNT: usize = OF_MISTAKES + mistakes::KINDS.len();

/// Every kind, in the order of [`FaultKind`].
pub const CATALOGUE: [Entry; COUNT] = {
    let mut all = [GENERAL[0]; COUNT];
    let mut place = 0;
    while place < COUNT {
        all[place] = if place < OF_NETWORK {
            GENERAL[place]
        } else if place < OF_STORES {
            network::KINDS[place - OF_NETWORK]
        } else if place < OF_LOAD {
            stores::KINDS[place - OF_STORES]
        } else if place < OF_FLEET {
            load::KINDS[place - OF_LOAD]
        } else if place < OF_TELEMETRY {
            fleet::KINDS[place - OF_FLEET]
        } else if place < OF_MESSAGES {
            telemetry::KINDS[place - OF_TELEMETRY]
        } else if place < OF_MISTAKES {
            messages::KINDS[place - OF_MESSAGES]
        } else {
            mistakes::KINDS[place - OF_MISTAKES]
        };
        place += 1;
    }
    all
};

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

    /// Whether it acts on pods that are made while it acts.
    pub(super) fn of_making(self) -> bool {
        matches!(
            self,
            FaultKind::WrongImage | FaultKind::Quota | FaultKind::AntiAffinity
        )
    }

    /// Whether requests have to ask what it does to them.
    pub fn strikes(self) -> bool {
        let entry = self.entry();
        entry.by_request || entry.group == Group::Resources || self == FaultKind::NoisyNeighbour
    }
}
