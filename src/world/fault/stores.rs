//! The kinds of fault that concern what services keep: their lines of the
//! catalogue, and how they begin and end.

use super::catalogue::{Entry, Group, Unit, must};
use super::{FaultKind, Phase};
use crate::base::SimTime;
use crate::engine::Agenda;
use crate::world::fleet::body::Exit;
use crate::world::live::Live;
use crate::world::plan::Plan;
use crate::world::probe::{Cause, Probe};
use crate::world::spec::{Kind, Store};
use crate::world::state::Event;
use crate::world::store::LockPlan;

const HOUR: f64 = 3_600.0;

/// Something of this kind of service as a whole, which goes on.
const fn whole(
    kind: FaultKind,
    (name, title): (&'static str, &'static str),
    (group, only): (Group, Kind),
    does: &'static str,
) -> Entry {
    Entry {
        kind,
        name,
        title,
        does,
        group,
        parameters: &[],
        lasting: true,
        by_request: false,
        only: Some(only),
    }
}

const fn cache(kind: FaultKind, names: (&'static str, &'static str), does: &'static str) -> Entry {
    whole(kind, names, (Group::Cache, Kind::Cache), does)
}

const fn queue(kind: FaultKind, names: (&'static str, &'static str), does: &'static str) -> Entry {
    whole(kind, names, (Group::Queue, Kind::Queue), does)
}

const fn database(
    kind: FaultKind,
    names: (&'static str, &'static str),
    does: &'static str,
) -> Entry {
    whole(kind, names, (Group::Database, Kind::Database), does)
}

const fn dependency(
    kind: FaultKind,
    names: (&'static str, &'static str),
    does: &'static str,
) -> Entry {
    whole(kind, names, (Group::Dependency, Kind::Dependency), does)
}

const fn once(entry: Entry) -> Entry {
    Entry {
        lasting: false,
        ..entry
    }
}

const fn by_request(entry: Entry) -> Entry {
    Entry {
        by_request: true,
        ..entry
    }
}

/// Kinds about stores, in the order of [`FaultKind`].
pub(super) const KINDS: [Entry; 19] = [
    once(cache(
        FaultKind::CacheFlush,
        ("cache-flush", "Flush the cache"),
        "The cache forgets everything at once: what follows is a cold start under full load.",
    )),
    Entry {
        parameters: &[must(
            "share",
            "Share of lookups",
            Unit::Share,
            (0.0001, 1.0),
            0.3,
        )],
        ..cache(
            FaultKind::Penetration,
            ("cache-penetration", "Cache penetration"),
            "This share of lookups asks for things that do not exist, never the same twice, so that each has to be fetched.",
        )
    },
    Entry {
        parameters: &[must(
            "left",
            "Capacity left",
            Unit::Share,
            (0.0001, 1.0),
            0.1,
        )],
        ..cache(
            FaultKind::CacheLimit,
            ("cache-limit", "Cache too small"),
            "Pods of the cache keep no more than this share of their entries until the fault ends.",
        )
    },
    Entry {
        parameters: &[must("ttl", "Time to live", Unit::Time, (0.001, HOUR), 1.0)],
        ..cache(
            FaultKind::WrongTtl,
            ("wrong-ttl", "Wrong time to live"),
            "What is put into the cache is good for this long and no longer, whatever its callers say.",
        )
    },
    Entry {
        parameters: &[must("extra", "Extra wait", Unit::Time, (0.001, HOUR), 1.0)],
        ..queue(
            FaultKind::SlowConsumer,
            ("slow-consumer", "Slow consumers"),
            "Consumers of the queue take this much longer over each message, and keep it in hand meanwhile.",
        )
    },
    Entry {
        parameters: &[must(
            "rate",
            "Messages a second",
            Unit::Count,
            (1.0, 10_000.0),
            100.0,
        )],
        ..queue(
            FaultKind::Flood,
            ("queue-flood", "Flood of messages"),
            "So many messages more come into the queue each second, from nobody in this world.",
        )
    },
    Entry {
        parameters: &[must(
            "share",
            "Share of messages",
            Unit::Share,
            (0.0001, 1.0),
            0.05,
        )],
        ..queue(
            FaultKind::Poison,
            ("poison-messages", "Poison messages"),
            "This share of new messages cannot be handled: each is given out again until it is a dead letter.",
        )
    },
    Entry {
        parameters: &[must(
            "partitions",
            "How many",
            Unit::Count,
            (1.0, 1_000.0),
            1.0,
        )],
        ..queue(
            FaultKind::StoppedPartition,
            ("stopped-partition", "Stopped partitions"),
            "The first so many partitions give nothing out until the fault ends; what is published there waits.",
        )
    },
    Entry {
        parameters: &[must(
            "connections",
            "Leaked by each pool",
            Unit::Count,
            (1.0, 10_000.0),
            8.0,
        )],
        ..database(
            FaultKind::PoolLeak,
            ("pool-exhaustion", "Leaked connections"),
            "Callers lose so many connections of each of their pools to this database, until the fault ends.",
        )
    },
    Entry {
        parameters: &[must(
            "share",
            "Share of locks",
            Unit::Share,
            (0.0001, 1.0),
            0.5,
        )],
        ..database(
            FaultKind::HotRow,
            ("lock-contention", "Everyone wants one row"),
            "This share of all row locks goes to one and the same row, so that queries wait for each other.",
        )
    },
    by_request(Entry {
        parameters: &[must("extra", "Extra time", Unit::Time, (0.001, HOUR), 2.0)],
        ..database(
            FaultKind::SlowQuery,
            ("slow-query", "Slow query"),
            "The chosen queries take this much longer, and hold their connection and their worker meanwhile.",
        )
    }),
    by_request(Entry {
        parameters: &[must(
            "factor",
            "Times as long",
            Unit::Factor,
            (1.01, 10_000.0),
            20.0,
        )],
        ..database(
            FaultKind::LostIndex,
            ("lost-index", "Lost index"),
            "The chosen queries read the whole table instead: all their work takes this many times as long.",
        )
    }),
    by_request(database(
        FaultKind::Migration,
        ("migration", "Migration that locks"),
        "A schema change holds the table: the chosen queries wait until it ends, and go on then.",
    )),
    Entry {
        parameters: &[must(
            "extra",
            "Extra delay",
            Unit::Time,
            (0.001, HOUR),
            10.0,
        )],
        ..database(
            FaultKind::ReplicationLag,
            ("replication-lag", "Replication lag"),
            "Each write reaches the replicas this much later. Nothing happens where nothing is replicated.",
        )
    },
    once(database(
        FaultKind::Failover,
        ("failover", "Lose the primary"),
        "The pod that takes the writes dies. A replica takes over in its time; without replication one pod dies.",
    )),
    by_request(database(
        FaultKind::Credentials,
        ("credentials-revoked", "Credentials revoked"),
        "The chosen queries are refused: the database does not know who asks.",
    )),
    by_request(database(
        FaultKind::DiskFull,
        ("database-disk-full", "Database disk full"),
        "Routes that write are refused; those that read are served.",
    )),
    by_request(dependency(
        FaultKind::Unreachable,
        ("unreachable", "Unreachable"),
        "Packets vanish on the way: nothing is ever answered, and callers wait as long as their patience lasts.",
    )),
    Entry {
        parameters: &[must(
            "rate",
            "Requests a second",
            Unit::Count,
            (1.0, 1_000_000.0),
            1.0,
        )],
        ..dependency(
            FaultKind::RateLimited,
            ("rate-limited", "Quota cut"),
            "No more than so many requests a second are let in; the others are answered 429.",
        )
    },
];

/// Why a fault about what a service keeps could have no effect there, if so.
pub(super) fn lacks(plan: &Plan, kind: FaultKind, service: usize) -> Option<&'static str> {
    let store = &plan.store;
    let place = service as u32;
    let number = store.number[service] as usize;
    let (there, missing) = match kind {
        FaultKind::Penetration | FaultKind::WrongTtl | FaultKind::HotKey | FaultKind::BadKey => (
            store.lookups.iter().any(|lookup| lookup.service == place),
            "no step looks anything up in this cache",
        ),
        FaultKind::PoolLeak | FaultKind::UserMissing => (
            store.pools.iter().any(|pool| pool.service == place),
            "nobody keeps a pool of connections to this database",
        ),
        FaultKind::HotRow => {
            let ours = |lock: &LockPlan| lock.database as usize == number;
            (store.locks.iter().any(ours), "no query locks a row here")
        }
        FaultKind::ReplicationLag => (
            store.databases[number].replication.is_some(),
            "this database is not replicated",
        ),
        FaultKind::DiskFull => {
            let first = plan.first_route[service] as usize;
            let count = plan.spec.services[service].routes.len();
            let writes = &store.writes[first..first + count];
            (writes.contains(&true), "no route of this database writes")
        }
        _ => (true, ""),
    };
    (!there).then_some(missing)
}

impl<P: Probe> Live<'_, P> {
    /// A fault that concerns what a service keeps begins.
    pub(super) fn begin_store_fault(&mut self, id: u32, agenda: &mut Agenda<Event>) {
        let fault = &self.state.faults[id as usize];
        let (kind, service, round) = (fault.spec.kind, fault.service, fault.rounds);
        let value = fault.value(0);
        let number = self.plan.store.number[service as usize];
        match kind {
            FaultKind::CacheFlush => self.flush(number),
            FaultKind::CacheLimit => {
                let whole = f64::from(self.whole_capacity(service));
                self.limit_cache(number, (whole * value) as u32);
            }
            FaultKind::Flood => {
                self.next_flood(id, round, value, agenda);
            }
            FaultKind::Failover => {
                let primary = self.primary_or_first(service);
                if let Some(pod) = primary {
                    self.kill(pod, Exit::Killed, Cause::Fault(id), agenda);
                }
            }
            _ => {}
        }
    }

    /// It ends; what it held back goes on.
    pub(super) fn end_store_fault(&mut self, id: u32, agenda: &mut Agenda<Event>) {
        let fault = &self.state.faults[id as usize];
        let (kind, service) = (fault.spec.kind, fault.service);
        let number = self.plan.store.number[service as usize];
        match kind {
            FaultKind::CacheLimit => {
                let whole = self.whole_capacity(service);
                self.limit_cache(number, whole);
            }
            FaultKind::PoolLeak | FaultKind::UserMissing => {
                self.pools_recover(service, agenda.now());
            }
            FaultKind::StoppedPartition => self.deliver_all(number, agenda),
            FaultKind::RateLimited => self.unlimit(number),
            _ => {}
        }
    }

    fn whole_capacity(&self, service: u32) -> u32 {
        match &self.plan.spec.services[service as usize].store {
            Store::Cache(cache) => cache.capacity,
            _ => 1,
        }
    }

    /// The fault of a kind that acts on a service, with the value that it has reached.
    pub fn struck_by(&self, kind: FaultKind, service: u32, now: SimTime) -> Option<(u32, f64)> {
        let acts = |fault: &super::Fault| {
            fault.phase == Phase::Acting && fault.spec.kind == kind && fault.service == service
        };
        let id = self.state.faults.iter().position(acts)?;
        let fault = &self.state.faults[id];
        Some((id as u32, fault.value(0) * fault.strength(now)))
    }
}
