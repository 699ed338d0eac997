//! Databases: pools of connections at their callers, row locks, replicas.
//!
//! In: queries, which are requests like others, on their way to a pod. Out:
//! whether they get a connection and a lock, which pod they go to, and what is
//! lost when a replica takes over. It knows nothing of caches and queues.

mod locks;
mod replicas;

use std::collections::VecDeque;

use serde::Serialize;

use crate::base::{SimTime, Span, Stream};
use crate::engine::{Agenda, Key};
use crate::world::fault::FaultKind;
use crate::world::follow::{WaitFor, waited, waits};
use crate::world::live::Live;
use crate::world::paths::How;
use crate::world::probe::{Cause, Outcome, Probe};
use crate::world::run::Stop;
use crate::world::state::{End, Event, Next};
use crate::world::store::{Anew, NOWHERE, Wait};

pub(super) use locks::Row;
pub(super) use replicas::Replicas;

/// Holders of connections that a wait looks at to find its cause.
const LOOKED_AT: usize = 8;

/// One database.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(super) struct DatabaseState {
    /// Rows that are locked, in order.
    pub rows: Vec<Row>,
    /// Which rows are asked for.
    pub draws: Stream,
    pub replicas: Replicas,
    pub counts: Counts,
}

/// What has happened to a database since the start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub(super) struct Counts {
    /// Waits for a connection, and those in vain.
    pub pool_waits: u64,
    pub pool_timeouts: u64,
    /// Connections that the server refused.
    pub refused: u64,
    /// Waits for a row, those in vain, and deadlocks.
    pub lock_waits: u64,
    pub lock_timeouts: u64,
    pub deadlocks: u64,
    /// Reads at a replica that was behind.
    pub stale: u64,
}

/// The connections that one pod keeps to one database.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub(super) struct Pool {
    /// Connections that are open, idle ones included.
    pub open: u32,
    /// Lines that have one.
    pub holders: Vec<Key>,
    /// Lines that wait for one, longest first.
    pub waiting: VecDeque<Key>,
}

impl Anew for Pool {
    fn anew(&mut self) {
        self.open = 0;
        self.holders.clear();
        self.waiting.clear();
    }
}

impl DatabaseState {
    /// Nothing locked.
    pub fn new(draws: Stream, delays: Stream) -> DatabaseState {
        DatabaseState {
            rows: Vec::new(),
            draws,
            replicas: Replicas::new(delays),
            counts: Counts::default(),
        }
    }
}

/// The pools of one database, added up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Pooled {
    pub open: u32,
    pub taken: u32,
    pub waiting: u32,
    pub size: u32,
}

impl<P: Probe> Live<'_, P> {
    /// A query wants a connection out of its pod's pool.
    pub fn take(
        &mut self,
        key: Key,
        at: u32,
        number: u32,
        call: u32,
        after: u32,
        agenda: &mut Agenda<Event>,
    ) -> Result<u32, Stop> {
        let now = agenda.now();
        let plan = self.plan.store.pools[number as usize];
        if let Some(line) = self.state.lines.get_mut(key) {
            // What becomes of the query without a connection is the call's matter.
            line.call.plan = call;
        }
        let (pod, life) = self.pod_of(key);
        let size = self.pool_size(number, now);
        let pool = self.state.stores.pools[number as usize].at(pod, life);
        let taken = pool.holders.len() as u32;
        if taken < size && pool.waiting.is_empty() {
            if taken == pool.open && self.is_full(plan.database, plan.service, now) {
                self.counts(plan.database).refused += 1;
                let service = plan.service;
                let cause = match self.struck_by(FaultKind::UserMissing, service, now) {
                    Some((fault, _)) => Cause::Fault(fault),
                    None => Cause::Connections { service },
                };
                let end = self.end_of(key, Outcome::Error, cause);
                return Err(self.fails(key, Some(after), end, agenda));
            }
            self.take_one(key, number, pod, life);
            return Ok(at + 1);
        }
        pool.waiting.push_back(key);
        if let Some(line) = self.state.lines.get_mut(key) {
            line.at = at + 1;
        }
        let hold = self.hold(key);
        (hold.pool, hold.skip) = (number, Some(after));
        self.counts(plan.database).pool_waits += 1;
        let service = plan.of;
        let cause = match self.struck_by(FaultKind::PoolLeak, plan.service, now) {
            Some((fault, _)) => Cause::Fault(fault),
            None => Cause::Pool { service },
        };
        // What keeps most of the holders is likely to keep one of a few.
        for place in 0..LOOKED_AT {
            let pool = self.state.stores.pools[number as usize].at(pod, life);
            let holder = pool.holders.get(place).copied().unwrap_or_default();
            let cause = if place + 1 == LOOKED_AT {
                Some(cause)
            } else {
                None
            };
            self.held_by(key, holder, cause);
        }
        let step = waits(WaitFor::Connection, plan.service);
        self.tell_followed(key, now, step);
        self.begin_wait(key, Wait::Connection, plan.timer, agenda);
        Err(Stop::Waits)
    }

    fn take_one(&mut self, key: Key, number: u32, pod: Key, life: u32) {
        let pool = self.state.stores.pools[number as usize].at(pod, life);
        pool.holders.push(key);
        let taken = pool.holders.len() as u32;
        if taken > pool.open {
            pool.open = taken;
        }
        let hold = self.hold(key);
        (hold.pool, hold.wait) = (number, Wait::Nothing);
    }

    /// A line gives its connection back; who waits longest gets it.
    pub fn give(&mut self, key: Key, now: SimTime) {
        let number = core::mem::replace(&mut self.hold(key).pool, NOWHERE);
        let (pod, life) = self.pod_of(key);
        let Some(pools) = self.state.stores.pools.get_mut(number as usize) else {
            return;
        };
        if let Some(pool) = pools.find_mut(pod, life) {
            pool.holders.retain(|holder| *holder != key);
            self.pool_has_room(number, pod, life, now);
        }
    }

    /// Gives free connections of a pool to those who wait.
    fn pool_has_room(&mut self, number: u32, pod: Key, life: u32, now: SimTime) {
        let size = self.pool_size(number, now);
        let plan = self.plan.store.pools[number as usize];
        loop {
            let full = self.is_full(plan.database, plan.service, now);
            let Some(pool) = self.state.stores.pools[number as usize].find_mut(pod, life) else {
                return;
            };
            let taken = pool.holders.len() as u32;
            if taken >= size || (full && taken >= pool.open) {
                return;
            }
            let Some(waiting) = pool.waiting.pop_front() else {
                return;
            };
            let found = self.state.stores.holds.find(waiting, 0);
            let wants = found.is_some_and(|hold| hold.wait == Wait::Connection);
            if wants && self.state.lines.contains(waiting) {
                self.take_one(waiting, number, pod, life);
                let at = self.plan.store.pools[number as usize].service;
                self.tell_followed(waiting, now, waited(WaitFor::Connection, at, true));
                self.later(Next::Run(waiting));
            }
        }
    }

    /// Pools to a database have their full size again.
    pub fn pools_recover(&mut self, service: u32, now: SimTime) {
        for number in 0..self.plan.store.pools.len() as u32 {
            if self.plan.store.pools[number as usize].service != service {
                continue;
            }
            let owners: Vec<(Key, u32)> = self.state.stores.pools[number as usize]
                .iter()
                .filter(|(_, _, pool)| !pool.waiting.is_empty())
                .map(|(pod, life, _)| (pod, life))
                .collect();
            for (pod, life) in owners {
                self.pool_has_room(number, pod, life, now);
            }
        }
    }

    /// Connections that a pod may have; a leak takes some.
    fn pool_size(&self, number: u32, now: SimTime) -> u32 {
        let plan = &self.plan.store.pools[number as usize];
        match self.struck_by(FaultKind::PoolLeak, plan.service, now) {
            Some((_, leaked)) => plan.size.saturating_sub(leaked as u32),
            None => plan.size,
        }
    }

    /// Whether the server lets nobody connect any more.
    fn is_full(&self, database: u32, service: u32, now: SimTime) -> bool {
        let limit = self.plan.store.databases[database as usize].connections;
        limit.is_some_and(|limit| self.pooled(service).open >= limit)
            || self
                .struck_by(FaultKind::UserMissing, service, now)
                .is_some()
    }

    /// All pools to a database together.
    fn pooled(&self, service: u32) -> Pooled {
        self.state.pooled(self.plan, service)
    }

    /// A wait for a connection was in vain.
    pub fn pool_gave_nothing(&mut self, number: u32) {
        if let Some(plan) = self.plan.store.pools.get(number as usize) {
            self.counts(plan.database).pool_timeouts += 1;
        }
    }

    pub fn counts(&mut self, database: u32) -> &mut Counts {
        &mut self.state.stores.databases[database as usize].counts
    }

    /// The pod that a query goes to.
    pub fn choose_database(
        &mut self,
        (number, route): (u32, u32),
        line: Key,
        user: u32,
        now: SimTime,
    ) -> Result<Key, End> {
        let plan = &self.plan.store.databases[number as usize];
        let service = plan.service;
        let Some(replication) = &plan.replication else {
            let pod = self.choose_pod(service, line, Key::NONE, user);
            return pod.ok_or_else(|| self.no_pod(service));
        };
        let writes = self.plan.store.writes[route as usize];
        if let Some(pod) = self.choose_copy(number, replication, line, writes, now) {
            return Ok(pod);
        }
        let first = self.state.paths.first(Cause::NoPrimary { service });
        let path = self.state.paths.onward(first, service, How::NoPod);
        Err(End::of(Outcome::Unavailable, path))
    }
}

impl crate::world::state::State {
    /// All pools to the database at `service` together, over pods that live.
    pub(super) fn pooled(&self, plan: &crate::world::plan::Plan, service: u32) -> Pooled {
        let mut sum = Pooled::default();
        for (number, pool) in plan.store.pools.iter().enumerate() {
            if pool.service != service {
                continue;
            }
            let pods = &self.services[pool.of as usize].pods;
            sum.size += pool.size * pods.len() as u32;
            for key in pods {
                let life = self.pods.get(*key).map_or(0, |pod| pod.starts);
                if let Some(found) = self.stores.pools[number].find(*key, life) {
                    sum.open += found.open;
                    sum.taken += found.holders.len() as u32;
                    sum.waiting += found.waiting.len() as u32;
                }
            }
        }
        sum
    }
}

/// What a failover cost, as it was measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Failover {
    /// Position of the database.
    pub service: u32,
    /// Number of the pod that took over.
    pub pod: u32,
    /// Answered writes that are lost.
    pub lost: u64,
    /// From the oldest lost write to the loss of the primary: what a recovery
    /// point objective (RPO) limits.
    pub data: Span,
    /// From the loss of the primary to the takeover: what a recovery time
    /// objective (RTO) limits.
    pub time: Span,
}
