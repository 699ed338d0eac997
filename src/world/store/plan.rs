//! Steps that use what is kept, made ready to run.

use crate::base::{Ratio, Sampler, Span, Zipf};
use crate::world::plan::{Op, Plan};
use crate::world::spec::{Lock, Lookup, Reads, Replication, Step, Store, Synchronous};

/// One instruction that concerns something kept.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::world) enum StoreOp {
    /// Take a connection out of a pool before the call `call`; a query that
    /// gets none goes on at `after`.
    Take { pool: u32, call: u32, after: u32 },
    /// Give it back.
    Give,
    /// Draw the key that a lookup asks for.
    Ask(u32),
    /// The cache has answered, or it has not.
    Looked(u32),
    /// What was missed has been fetched.
    Keep(u32),
    /// Lock a row.
    Lock(u32),
    /// A write is done at the primary of a database.
    Commit(u32),
    /// Put a message into a queue.
    Publish(u32),
    /// A request comes to somebody else's service.
    Door(u32),
}

/// A lookup.
#[derive(Clone, Debug)]
pub(in crate::world) struct LookupPlan {
    /// Number of the cache among caches.
    pub cache: u32,
    /// Its position among services.
    pub service: u32,
    pub keys: Zipf,
    pub ttl: Option<Span>,
    pub jitter: Ratio,
    pub coalesce: bool,
    pub absent: Ratio,
    pub negative: Option<Span>,
    /// Where the script goes on.
    pub after: u32,
}

/// A pool of a service for a database.
#[derive(Clone, Copy, Debug)]
pub(in crate::world) struct PoolPlan {
    /// Position of the service.
    pub of: u32,
    /// Position of the database among services.
    pub service: u32,
    /// Its number among databases.
    pub database: u32,
    pub size: u32,
    pub timer: u32,
}

/// A lock step.
#[derive(Clone, Copy, Debug)]
pub(in crate::world) struct LockPlan {
    /// Number of the database among databases.
    pub database: u32,
    pub rows: Zipf,
    pub timer: u32,
}

/// A database.
#[derive(Clone, Copy, Debug)]
pub(in crate::world) struct DatabasePlan {
    pub service: u32,
    pub connections: Option<u32>,
    pub replication: Option<ReplicationPlan>,
}

/// How a database's pods follow each other.
#[derive(Clone, Copy, Debug)]
pub(in crate::world) struct ReplicationPlan {
    pub synchronous: Synchronous,
    pub delay: Sampler,
    pub apply: Span,
    pub failover: Span,
    pub reads: Reads,
    pub max_lag: Option<Span>,
}

/// A group of consumers, numbered over all queues.
#[derive(Clone, Copy, Debug)]
pub(in crate::world) struct GroupPlan {
    /// Number of the queue among queues.
    pub queue: u32,
    /// The call that hands a message over.
    pub call: u32,
    pub at_once: u32,
    pub attempts: u32,
    pub pause: Span,
    pub ordered: bool,
}

/// A queue.
#[derive(Clone, Copy, Debug)]
pub(in crate::world) struct QueuePlan {
    pub service: u32,
    pub partitions: u32,
    pub keys: Option<Zipf>,
    pub bound: u32,
    pub block: bool,
    pub poison: Ratio,
    /// Its groups stand together.
    pub first_group: u32,
    pub groups: u32,
}

/// Everything about what is kept; empty in a world that keeps nothing.
#[derive(Clone, Debug, Default)]
pub(in crate::world) struct StorePlan {
    pub ops: Vec<StoreOp>,
    pub lookups: Vec<LookupPlan>,
    pub pools: Vec<PoolPlan>,
    pub locks: Vec<LockPlan>,
    pub databases: Vec<DatabasePlan>,
    /// Positions among services.
    pub caches: Vec<u32>,
    pub queues: Vec<QueuePlan>,
    pub groups: Vec<GroupPlan>,
    /// Positions among services.
    pub dependencies: Vec<u32>,
    /// Waits of one length each.
    pub timers: Vec<Span>,
    /// By route: whether it writes to its database.
    pub writes: Vec<bool>,
    /// By service: its number among those of its kind.
    pub number: Vec<u32>,
}

impl StorePlan {
    /// Whether nothing is kept at all: no step asks for anything that is, and
    /// databases, if any, are services like others.
    pub fn is_empty(&self) -> bool {
        self.ops.is_empty() && self.databases.iter().all(|d| d.replication.is_none())
    }
}

impl Plan {
    /// Numbers databases, caches, queues and dependencies.
    pub(in crate::world) fn stores(&mut self) {
        let mut stores = StorePlan {
            writes: vec![false; self.routes.len()],
            ..StorePlan::default()
        };
        for (service, spec) in self.spec.services.iter().enumerate() {
            let place = service as u32;
            let number = match &spec.store {
                Store::Nothing => 0,
                Store::Database(database) => {
                    for route in &database.writes {
                        stores.writes[self.first_route[service] as usize + route] = true;
                    }
                    stores.databases.push(DatabasePlan {
                        service: place,
                        connections: database.connections,
                        replication: database.replication.map(|found| plan(&found)),
                    });
                    stores.databases.len() - 1
                }
                Store::Cache(_) => {
                    stores.caches.push(place);
                    stores.caches.len() - 1
                }
                Store::Queue(queue) => {
                    stores.queues.push(QueuePlan {
                        service: place,
                        partitions: queue.partitions,
                        keys: queue.keys,
                        bound: queue.bound,
                        block: queue.block,
                        poison: queue.poison,
                        first_group: 0,
                        groups: queue.groups.len() as u32,
                    });
                    stores.queues.len() - 1
                }
                Store::Dependency(_) => {
                    stores.dependencies.push(place);
                    stores.dependencies.len() - 1
                }
            };
            stores.number.push(number as u32);
        }
        for (of, spec) in self.spec.services.iter().enumerate() {
            for pool in &spec.pools {
                let timer = timer(&mut stores.timers, pool.wait);
                stores.pools.push(PoolPlan {
                    of: of as u32,
                    service: pool.database as u32,
                    database: stores.number[pool.database],
                    size: pool.size,
                    timer,
                });
            }
        }
        self.store = stores;
    }

    /// Numbers the groups of consumers and their calls.
    pub(in crate::world) fn consumers(&mut self) {
        for queue in 0..self.store.queues.len() {
            let service = self.store.queues[queue].service;
            self.store.queues[queue].first_group = self.store.groups.len() as u32;
            let Store::Queue(spec) = self.spec.services[service as usize].store.clone() else {
                continue;
            };
            for group in &spec.groups {
                let call = self.consumer_call(service, group);
                self.store.groups.push(GroupPlan {
                    queue: queue as u32,
                    call,
                    at_once: group.at_once,
                    attempts: group.attempts,
                    pause: group.pause,
                    ordered: group.ordered,
                });
            }
        }
    }

    fn store_op(&mut self, op: StoreOp) {
        self.ops.push(Op::Store(self.store.ops.len() as u32));
        self.store.ops.push(op);
    }

    /// What a route of this service does before its script.
    pub(in crate::world) fn prologue(&mut self, service: u32, store: &Store) {
        if let Store::Dependency(_) = store {
            self.store_op(StoreOp::Door(self.store.number[service as usize]));
        }
    }

    /// What a route of this service does after its script.
    pub(in crate::world) fn epilogue(&mut self, service: u32, route: u32, store: &Store) {
        let number = self.store.number[service as usize];
        match store {
            Store::Queue(_) => self.store_op(StoreOp::Publish(number)),
            Store::Database(database)
                if database.replication.is_some() && self.store.writes[route as usize] =>
            {
                self.store_op(StoreOp::Commit(number));
            }
            _ => {}
        }
    }

    /// A call; one that goes to a database for which there is a pool needs a connection.
    pub(in crate::world) fn pooled_call(&mut self, from: u32, call: u32) {
        let to = self.calls[call as usize].service;
        let found = |pool: &PoolPlan| pool.of == from && pool.service == to;
        let Some(pool) = self.store.pools.iter().position(found) else {
            self.ops.push(Op::Call(call));
            return;
        };
        self.store_op(StoreOp::Take {
            pool: pool as u32,
            call,
            after: self.ops.len() as u32 + 3,
        });
        self.ops.push(Op::Call(call));
        self.store_op(StoreOp::Give);
    }

    /// Where a call that may have needed a connection has failed and something
    /// else is done instead, the connection is given back first.
    pub(in crate::world) fn give_back(&mut self, from: u32, call: u32) {
        let to = self.calls[call as usize].service;
        let pools = &self.store.pools;
        if pools
            .iter()
            .any(|pool| pool.of == from && pool.service == to)
        {
            self.store_op(StoreOp::Give);
        }
    }

    /// The step `lock`.
    pub(in crate::world) fn lock(&mut self, service: u32, lock: &Lock) {
        let timer = timer(&mut self.store.timers, lock.wait);
        self.store.locks.push(LockPlan {
            database: self.store.number[service as usize],
            rows: lock.rows,
            timer,
        });
        self.store_op(StoreOp::Lock(self.store.locks.len() as u32 - 1));
    }

    /// The step `cache`; `miss` writes what is done on a miss.
    pub(in crate::world) fn lookup(
        &mut self,
        lookup: &Lookup,
        call: u32,
        miss: impl FnOnce(&mut Plan, &[Step]),
    ) {
        let place = self.store.lookups.len();
        self.store.lookups.push(LookupPlan {
            cache: self.store.number[lookup.call.to.service],
            service: lookup.call.to.service as u32,
            keys: lookup.keys,
            ttl: lookup.ttl,
            jitter: lookup.jitter,
            coalesce: lookup.coalesce,
            absent: lookup.absent,
            negative: lookup.negative,
            after: 0,
        });
        self.store_op(StoreOp::Ask(place as u32));
        self.ops.push(Op::Call(call));
        self.store_op(StoreOp::Looked(place as u32));
        miss(self, &lookup.miss);
        self.store_op(StoreOp::Keep(place as u32));
        self.store.lookups[place].after = self.ops.len() as u32;
    }
}

fn plan(replication: &Replication) -> ReplicationPlan {
    ReplicationPlan {
        synchronous: replication.synchronous,
        delay: replication.delay.sampler(),
        apply: replication.apply,
        failover: replication.failover,
        reads: replication.reads,
        max_lag: replication.max_lag,
    }
}

fn timer(timers: &mut Vec<Span>, wait: Span) -> u32 {
    let place = timers.iter().position(|present| *present == wait);
    let place = place.unwrap_or_else(|| {
        timers.push(wait);
        timers.len() - 1
    });
    place as u32
}
