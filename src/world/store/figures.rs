//! What can be measured of something kept: raw numbers at an instant, and how
//! figures are made of them.

use crate::base::SimTime;
use crate::world::World;
use crate::world::database::Failover;
use crate::world::spec::{Kind, Store};

/// Raw numbers of one service.
pub const RAW: usize = 12;

/// How a figure is made of raw numbers, by their place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quantity {
    /// As it stands.
    Count(usize),
    /// Milliseconds, as they stand.
    Millis(usize),
    /// Its increase, per second.
    Rate(usize),
    /// The share of the first one's increase in the increase of both.
    Share(usize, usize),
}

/// A figure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Figure {
    /// Stable name.
    pub id: &'static str,
    /// Title for people.
    pub title: &'static str,
    /// What it is, one sentence.
    pub about: &'static str,
    /// How it is made.
    pub quantity: Quantity,
    /// The place of what it can be at most.
    pub limit: Option<usize>,
    /// It is shown only where the number at this place is not 0.
    pub needs: Option<usize>,
}

const fn figure(
    id: &'static str,
    title: &'static str,
    quantity: Quantity,
    about: &'static str,
) -> Figure {
    Figure {
        id,
        title,
        about,
        quantity,
        limit: None,
        needs: None,
    }
}

const fn within(figure: Figure, limit: usize) -> Figure {
    Figure {
        limit: Some(limit),
        needs: Some(limit),
        ..figure
    }
}

const fn given(figure: Figure, needs: usize) -> Figure {
    Figure {
        needs: Some(needs),
        ..figure
    }
}

const DATABASE: &[Figure] = &[
    within(
        figure(
            "pool-taken",
            "Pool connections taken",
            Quantity::Count(0),
            "Connections that requests have, of all that the callers' pools may open.",
        ),
        1,
    ),
    given(
        figure(
            "pool-waiting",
            "Waiting for a connection",
            Quantity::Count(2),
            "Requests in the callers that wait for a connection of their pool.",
        ),
        1,
    ),
    given(
        figure(
            "pool-timeouts",
            "Got no connection",
            Quantity::Rate(5),
            "Requests that waited for a connection in vain, or that the server let not connect.",
        ),
        1,
    ),
    within(
        figure(
            "connections",
            "Server connections",
            Quantity::Count(3),
            "Connections open at the server, idle ones included, of those that it allows.",
        ),
        4,
    ),
    given(
        figure(
            "lock-waits",
            "Lock waits",
            Quantity::Rate(6),
            "Queries that had to wait for a row.",
        ),
        6,
    ),
    given(
        figure(
            "lock-failures",
            "Lock timeouts and deadlocks",
            Quantity::Rate(7),
            "Queries that waited for a row in vain, or were aborted to end a deadlock.",
        ),
        6,
    ),
    given(
        figure(
            "replication-lag",
            "Replication lag",
            Quantity::Millis(8),
            "Age of the oldest write that the slowest replica has not applied.",
        ),
        10,
    ),
    given(
        figure(
            "stale-reads",
            "Reads from a replica that was behind",
            Quantity::Rate(9),
            "Reads that may have missed what had just been written.",
        ),
        10,
    ),
];

const CACHE: &[Figure] = &[
    figure(
        "hit-ratio",
        "Hit ratio",
        Quantity::Share(0, 1),
        "Share of lookups that the cache answered.",
    ),
    within(
        figure(
            "entries",
            "Entries",
            Quantity::Count(2),
            "Entries kept, of all that the pods may keep.",
        ),
        3,
    ),
    figure(
        "misses",
        "Misses",
        Quantity::Rate(1),
        "Lookups that had to be fetched, or waited for another's fetch.",
    ),
    figure(
        "evictions",
        "Evictions",
        Quantity::Rate(4),
        "Entries that made room for others.",
    ),
    given(
        figure(
            "coalesced",
            "Waited for another's fetch",
            Quantity::Rate(5),
            "Misses that were spared a fetch of their own.",
        ),
        5,
    ),
];

const QUEUE: &[Figure] = &[
    within(
        figure(
            "lag",
            "Lag",
            Quantity::Count(0),
            "Messages that wait, of the group of consumers that is furthest behind.",
        ),
        8,
    ),
    figure(
        "age",
        "Age of the oldest",
        Quantity::Millis(1),
        "How long the oldest waiting message has been there.",
    ),
    figure(
        "in-hand",
        "In hand",
        Quantity::Count(2),
        "Messages that consumers have.",
    ),
    figure(
        "published",
        "Published",
        Quantity::Rate(7),
        "Messages that were taken into the queue.",
    ),
    figure(
        "redelivered",
        "Given out again",
        Quantity::Rate(3),
        "Messages whose handling failed or took too long.",
    ),
    figure(
        "dead",
        "Dead letters",
        Quantity::Count(4),
        "Messages that were given out as often as they may be, since the start.",
    ),
    figure(
        "refused",
        "Refused",
        Quantity::Rate(5),
        "Messages for which there was no room.",
    ),
    given(
        figure(
            "blocked",
            "Publishers blocked",
            Quantity::Count(6),
            "Publishers that wait for room.",
        ),
        9,
    ),
];

const DEPENDENCY: &[Figure] = &[
    figure(
        "let-in",
        "Let in",
        Quantity::Rate(0),
        "Requests that it served.",
    ),
    figure(
        "limited",
        "Over quota",
        Quantity::Rate(1),
        "Requests answered 429.",
    ),
    figure(
        "closed",
        "Closed",
        Quantity::Rate(2),
        "Requests answered 503 during maintenance.",
    ),
];

/// The figures of a kind of service, most important first.
pub fn figures(kind: Kind) -> &'static [Figure] {
    match kind {
        Kind::Gateway | Kind::Service => &[],
        Kind::Database => DATABASE,
        Kind::Cache => CACHE,
        Kind::Queue => QUEUE,
        Kind::Dependency => DEPENDENCY,
    }
}

/// Large counts wrap around: only their increase is told.
fn low(count: u64) -> u32 {
    count as u32
}

impl World {
    /// Whether anything is kept anywhere.
    pub fn keeps(&self) -> bool {
        self.plan.keeps
    }

    /// The raw numbers of what a service keeps, at this instant.
    pub fn raw(&self, service: usize) -> [u32; RAW] {
        let mut raw = [0; RAW];
        let now = self.now();
        let plan = &self.plan.store;
        let Some(number) = plan.number.get(service).map(|number| *number as usize) else {
            return raw;
        };
        let stores = &self.state.stores;
        let millis = |span: crate::base::Span| (span.as_nanos() / 1_000_000) as u32;
        match &self.plan.spec.services[service].store {
            Store::Nothing => {}
            Store::Database(_) => {
                let database = &stores.databases[number];
                let pools = self.state.pooled(&self.plan, service as u32);
                let counts = &database.counts;
                raw[..4].copy_from_slice(&[pools.taken, pools.size, pools.waiting, pools.open]);
                raw[4] = plan.databases[number].connections.unwrap_or(0);
                raw[5] = low(counts.pool_timeouts + counts.refused);
                raw[6] = low(counts.lock_waits);
                raw[7] = low(counts.lock_timeouts + counts.deadlocks);
                raw[8] = millis(self.state.lag(database, service, now));
                raw[9] = low(counts.stale);
                raw[10] = u32::from(plan.databases[number].replication.is_some());
            }
            Store::Cache(_) => {
                let cache = &stores.caches[number];
                let ready = &self.state.services[service].ready;
                let entries = ready.iter().map(|pod| {
                    let life = self.state.pods.get(*pod).map_or(0, |pod| pod.starts);
                    cache.entries(*pod, life)
                });
                let counts = &cache.counts;
                raw[0] = low(counts.hits);
                raw[1] = low(counts.misses);
                raw[2] = entries.sum();
                raw[3] = cache.capacity() * ready.len() as u32;
                raw[4] = low(counts.evicted);
                raw[5] = low(counts.coalesced);
            }
            Store::Queue(_) => {
                let queue = &stores.queues[number];
                let of = &plan.queues[number];
                let groups = of.first_group..of.first_group + of.groups;
                for group in groups.map(|group| &stores.groups[group as usize]) {
                    raw[0] = raw[0].max(low(group.lag()));
                    raw[1] = raw[1].max(millis(group.age(now)));
                    raw[2] += low(group.in_hand());
                    raw[3] = raw[3].wrapping_add(low(group.again));
                    raw[4] = raw[4].wrapping_add(low(group.dead));
                }
                raw[5] = low(queue.refused);
                raw[6] = queue.blocked();
                raw[7] = low(queue.published);
                raw[8] = of.bound * of.partitions;
                raw[9] = u32::from(of.block);
            }
            Store::Dependency(_) => {
                let counts = &stores.dependencies[number].counts;
                raw[0] = low(counts.let_in);
                raw[1] = low(counts.limited);
                raw[2] = low(counts.closed);
            }
        }
        raw
    }

    /// Each group of a queue's consumers: what was published for it, and what
    /// has become of that: consumed, dead, waiting or resting, in hand.
    pub fn messages(&self, service: usize) -> Vec<(u64, [u64; 4])> {
        let plan = &self.plan.store;
        let Some(Store::Queue(_)) = self.plan.spec.services.get(service).map(|s| &s.store) else {
            return Vec::new();
        };
        let number = plan.number[service] as usize;
        let of = &plan.queues[number];
        let published = self.state.stores.queues[number].published;
        (of.first_group..of.first_group + of.groups)
            .map(|group| &self.state.stores.groups[group as usize])
            .map(|g| (published, [g.consumed, g.dead, g.lag(), g.in_hand()]))
            .collect()
    }

    /// The last takeover of a replicated database, as it was measured.
    pub fn failover(&self, service: usize) -> Option<Failover> {
        let Some(Store::Database(_)) = self.plan.spec.services.get(service).map(|s| &s.store)
        else {
            return None;
        };
        let number = self.plan.store.number[service] as usize;
        self.state.stores.databases[number].replicas.last
    }

    /// Number of the pod that takes a replicated database's writes.
    pub fn primary(&self, service: usize) -> Option<u32> {
        let Some(Store::Database(_)) = self.plan.spec.services.get(service).map(|s| &s.store)
        else {
            return None;
        };
        let number = self.plan.store.number[service] as usize;
        let (pod, _) = self.state.stores.databases[number].replicas.primary?;
        self.state.pods.get(pod).map(|pod| pod.number)
    }
}

impl crate::world::state::State {
    /// How far the slowest replica is behind.
    fn lag(
        &self,
        database: &crate::world::database::DatabaseState,
        service: usize,
        now: SimTime,
    ) -> crate::base::Span {
        let mut most = crate::base::Span::ZERO;
        for pod in &self.services[service].ready {
            let life = self.pods.get(*pod).map_or(0, |pod| pod.starts);
            let copy = database.replicas.copies.find(*pod, life);
            let lag = copy.map_or(most, |copy| copy.lag(now));
            if lag > most {
                most = lag;
            }
        }
        most
    }
}
