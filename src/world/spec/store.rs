//! Things that keep state: caches, queues, databases, dependencies, and the
//! steps that use them.

use serde::{Deserialize, Serialize};

use super::{Call, RouteRef, Step};
use crate::base::{Duration, Rate, Ratio, Span, Zipf};

/// What a cache is made of.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Cache {
    /// Entries that one pod can keep.
    pub capacity: u32,
    /// Which entry makes room for another.
    pub eviction: Eviction,
}

/// Which entry makes room when a cache is full.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Eviction {
    /// The one that was not asked for the longest.
    Lru,
    /// Of five by chance the one that was asked for least often, as Redis does.
    Lfu,
    /// Any.
    Random,
}

/// Cache-aside: ask a cache, and on a miss fetch and keep.
#[derive(Clone, Debug, PartialEq)]
pub struct Lookup {
    /// How the cache is asked. An ask that fails counts as a miss.
    pub call: Call,
    /// Which key is asked for.
    pub keys: Zipf,
    /// How long an entry is good; for ever where absent.
    pub ttl: Option<Span>,
    /// By how much of itself a time to live is shortened at most, by chance.
    pub jitter: Ratio,
    /// Whether, in one pod, only one request fetches a key and the others wait for it.
    pub coalesce: bool,
    /// Share of keys that do not exist, so that fetching them gives nothing to keep.
    pub absent: Ratio,
    /// How long it is remembered that a key does not exist; not at all where absent.
    pub negative: Option<Span>,
    /// What is done on a miss.
    pub miss: Vec<Step>,
}

/// What a queue or stream is made of.
#[derive(Clone, Debug, PartialEq)]
pub struct Log {
    /// Parts that are consumed side by side.
    pub partitions: u32,
    /// Messages that one partition keeps for one group of consumers, those in their hands included.
    pub bound: u32,
    /// What a publisher meets when a partition is full.
    pub full: Full,
    /// Older messages are dropped; never where absent.
    pub retention: Option<Span>,
    /// Who consumes: each gets every message.
    pub consumers: Vec<Consumer>,
}

/// What a publisher meets when a queue is full.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Full {
    /// An error.
    Fail,
    /// A wait until there is room.
    Block,
}

/// A group of consumers: the workers of a service's pods.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Consumer {
    /// What handles a message.
    pub route: RouteRef,
    /// Messages of one partition in hand at once.
    pub at_once: u32,
    /// A message that is not done within this time is given out again.
    pub visibility: Span,
    /// How often a message is given out before it goes to the dead letters.
    pub deliveries: u32,
    /// How long a message rests after its handling has failed.
    pub pause: Span,
    /// Whether a resting message holds up those behind it, as in a stream.
    pub ordered: bool,
}

/// Put a message into a queue and wait until the queue has it.
#[derive(Clone, Debug, PartialEq)]
pub struct Publish {
    /// How the queue is asked.
    pub call: Call,
    /// What decides the partition; they take turns where absent.
    pub keys: Option<Zipf>,
    /// Share of messages that no consumer can handle.
    pub poison: Ratio,
}

/// A pool of connections that each pod of a service keeps to a database.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pool {
    /// Position of the database.
    pub database: usize,
    /// Connections at most.
    pub size: u32,
    /// How long a request waits for one.
    pub wait: Span,
}

/// Steps on one connection; what they lock stays locked to the end.
#[derive(Clone, Debug, PartialEq)]
pub struct Transaction {
    /// Position of the database.
    pub database: usize,
    /// What is done.
    pub script: Vec<Step>,
}

/// A lock on one row, kept until the transaction ends.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Lock {
    /// Which row.
    pub rows: Zipf,
    /// How long it is waited for; until the deadlock check where absent, and on.
    pub wait: Option<Span>,
}

/// What a database may have beyond workers.
#[derive(Clone, Debug, PartialEq)]
pub struct Database {
    /// Connections of all pools together, idle ones included; any number where absent.
    pub connections: Option<u32>,
    /// How long a lock is waited for before a deadlock is looked for.
    pub deadlock_after: Span,
    /// Primary and replicas; every pod is alike where absent.
    pub replication: Option<Replication>,
    /// Time from one backup to the next, and how long restoring one takes.
    pub backup: Option<(Span, Span)>,
}

/// One pod takes the writes and the others follow it.
#[derive(Clone, Debug, PartialEq)]
pub struct Replication {
    /// Routes that write, by position.
    pub writes: Vec<usize>,
    /// Whether a write is answered only when a replica has it.
    pub synchronous: bool,
    /// How long a write takes to reach a replica.
    pub delay: Duration,
    /// How long a replica needs to apply one write.
    pub apply: Span,
    /// From the loss of the primary until a replica is asked to take over.
    pub failover: Span,
    /// Who answers routes that do not write.
    pub reads: Reads,
}

/// Which pods of a replicated database answer reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Reads {
    /// Any.
    Any,
    /// Replicas, and the primary only where there is none.
    Replicas,
    /// The primary.
    Primary,
}

/// What somebody else's service may have beyond its nature.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Dependency {
    /// Requests that it lets us have.
    pub quota: Option<Quota>,
    /// When it is closed, in order.
    pub maintenance: Vec<Window>,
}

/// A token bucket.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Quota {
    /// Requests per second in the long run.
    pub rate: Rate,
    /// Requests at once.
    pub burst: u32,
}

/// A stretch of time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Window {
    /// Its beginning, from the start of the run.
    pub from: Span,
    /// Its length.
    pub lasts: Span,
    /// From one beginning to the next; it comes once where absent.
    pub every: Option<Span>,
}
