//! Things that keep state, as a file describes them: databases, caches, queues
//! and somebody else's services; and the steps that use them.

use super::{Call, RouteRef, Step};
use crate::base::{Duration, Rate, Ratio, Span, Zipf};

/// What a service keeps, beyond being a service.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Store {
    /// Nothing.
    #[default]
    Nothing,
    /// Rows.
    Database(Database),
    /// Copies of what is dear to fetch.
    Cache(Cache),
    /// Messages.
    Queue(Queue),
    /// It is not ours: it has its own quota and hours.
    Dependency(Dependency),
}

/// What a database may have beyond workers.
#[derive(Clone, Debug, PartialEq)]
pub struct Database {
    /// Routes that write, by position.
    pub writes: Vec<usize>,
    /// Connections of all pools together, idle ones included; any number where absent.
    pub connections: Option<u32>,
    /// Primary and replicas; every pod is alike where absent.
    pub replication: Option<Replication>,
}

/// One pod takes the writes and the others follow it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Replication {
    /// What a write waits for.
    pub synchronous: Synchronous,
    /// How long a write travels to a replica.
    pub delay: Duration,
    /// How long a replica takes to apply one write, one after the other.
    pub apply: Span,
    /// How long the primary must be lost before a replica takes over.
    pub failover: Span,
    /// Who answers routes that do not write.
    pub reads: Reads,
    /// A replica that is further behind is not read from; any may be where absent.
    pub max_lag: Option<Span>,
}

/// Who must have a write before it is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Synchronous {
    /// The primary.
    No,
    /// One replica.
    Any,
    /// One replica in another region than the primary's.
    OtherRegion,
}

/// Which pods of a replicated database answer reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reads {
    /// Any.
    Any,
    /// Replicas, and the primary only where none can.
    Replicas,
    /// The primary.
    Primary,
}

/// A pool of connections that each pod of a service keeps to a database.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Connections {
    /// Position of the database.
    pub database: usize,
    /// Connections at most.
    pub size: u32,
    /// How long a request waits for one.
    pub wait: Span,
}

/// A lock on one row, kept until the query ends.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Lock {
    /// Which row.
    pub rows: Zipf,
    /// How long it is waited for.
    pub wait: Span,
}

/// What a cache is made of.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Cache {
    /// Entries that one pod can keep.
    pub capacity: u32,
    /// Which entry makes room for another.
    pub eviction: Eviction,
}

/// Which entry makes room when a cache is full.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
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
    /// Share of asks for things that do not exist, so that there is nothing to keep.
    pub absent: Ratio,
    /// How long it is remembered that a thing does not exist; not at all where absent.
    pub negative: Option<Span>,
    /// What is done on a miss.
    pub miss: Vec<Step>,
}

/// What a queue or stream is made of.
#[derive(Clone, Debug, PartialEq)]
pub struct Queue {
    /// Parts that are consumed side by side.
    pub partitions: u32,
    /// What decides a message's partition; they take turns where absent.
    pub keys: Option<Zipf>,
    /// Messages that one partition keeps for one group of consumers, those in
    /// their hands included.
    pub bound: u32,
    /// Whether publishers wait where a partition is full; else they are refused.
    pub block: bool,
    /// Share of messages that no consumer can handle.
    pub poison: Ratio,
    /// Who consumes: each group gets every message. Never empty.
    pub groups: Vec<Group>,
}

/// A group of consumers: the workers of a service's pods.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Group {
    /// What handles a message.
    pub to: RouteRef,
    /// Messages of one partition in hand at once.
    pub at_once: u32,
    /// A message that is not done within this time is given out again.
    pub visibility: Span,
    /// How often a message is given out before it goes to the dead letters.
    pub attempts: u32,
    /// How long a message rests after its handling has failed.
    pub pause: Span,
    /// Whether a resting message holds up those behind it, as in a stream.
    pub ordered: bool,
}

/// What somebody else's service may have beyond its nature.
#[derive(Clone, Debug, PartialEq)]
pub struct Dependency {
    /// Requests that it lets us have; any number where absent.
    pub quota: Option<Quota>,
    /// When it is closed.
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

impl Window {
    /// Whether a time since the start lies in it.
    pub fn holds(&self, since: Span) -> bool {
        if since < self.from {
            return false;
        }
        let into = (since - self.from).as_nanos();
        let into = match self.every {
            Some(every) => into % every.as_nanos().max(1),
            None => into,
        };
        into < self.lasts.as_nanos()
    }
}
