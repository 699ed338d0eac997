//! What services keep, and what the steps of a script do with it.
//!
//! In: the steps that concern something kept, and the end of every line that
//! may hold a part of it. Out: whether the line goes on, waits or fails. The
//! rooms [`database`](super::database), [`cache`](super::cache),
//! [`stream`](super::stream) and [`dependency`](super::dependency) know each
//! their own kind; this one knows what they share: holds, timers, the order of
//! things. A world that keeps nothing never comes here. It knows no telemetry.

mod figures;
mod plan;
mod state;

use serde::Serialize;

use crate::base::SimTime;
use crate::engine::{Agenda, Key};
use crate::world::follow::{WaitFor, waited};
use crate::world::line::Line;
use crate::world::live::Live;
use crate::world::paths::PathId;
use crate::world::plan::Plan;
use crate::world::probe::{Cause, Outcome, Probe};
use crate::world::run::Stop;
use crate::world::state::{End, Event, Next, State};
use crate::world::{Unobserved, World};

pub use figures::{Figure, Quantity, RAW, figures};
pub(super) use plan::{LockPlan, ReplicationPlan, StoreOp, StorePlan};
pub(super) use state::{Anew, Beside, Fetch, Hold, NOWHERE, Stores, Wait};

/// What can happen to something kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub(super) enum StoreEvent {
    /// The first wait of a timer is over.
    Timer(u32),
    /// The first resting message of a group's partition may be given out again.
    Rested { group: u32, partition: u32 },
    /// Whoever watches over a replicated database looks at its primary.
    Watch(u32),
    /// A fault floods a queue with one more message.
    Flood { fault: u32, round: u32 },
}

impl World {
    /// What is kept begins to live, once there are pods.
    pub(super) fn start_stores(&mut self) {
        let mut live = Live {
            plan: &self.plan,
            state: &mut self.state,
            probe: &mut Unobserved,
        };
        live.watch_databases(&mut self.agenda);
    }
}

impl State {
    /// Whether what lines hold and what is held agree: for tests and debug checks.
    pub fn stores_are_sound(&self, plan: &Plan) -> bool {
        let stores = &self.stores;
        let alive = |key: Key| self.lines.contains(key);
        let taken: u32 = (0..plan.services.len() as u32)
            .map(|service| self.pooled(plan, service).taken)
            .sum();
        let holders = stores.holds.iter().filter(|(key, _, hold)| {
            alive(*key) && hold.pool != NOWHERE && hold.wait != Wait::Connection
        });
        taken as usize == holders.count()
            && stores
                .databases
                .iter()
                .all(|database| database.rows.iter().all(|row| alive(row.owner)))
            && stores.fetches.iter().all(|fetch| alive(fetch.leader))
    }
}

impl<P: Probe> Live<'_, P> {
    /// Does one step that concerns something kept: where the line goes on, or why not.
    #[cold]
    #[inline(never)]
    pub fn store_step(
        &mut self,
        key: Key,
        at: u32,
        number: u32,
        agenda: &mut Agenda<Event>,
    ) -> Result<u32, Stop> {
        match self.plan.store.ops[number as usize] {
            StoreOp::Take { pool, call, after } => self.take(key, at, pool, call, after, agenda),
            StoreOp::Give => {
                self.give(key, agenda.now());
                Ok(at + 1)
            }
            StoreOp::Ask(lookup) => {
                self.draw_key(key, lookup, agenda.now());
                Ok(at + 1)
            }
            StoreOp::Looked(lookup) => self.looked(key, at, lookup, agenda.now()),
            StoreOp::Keep(lookup) => {
                self.keep(key, lookup, agenda.now());
                Ok(at + 1)
            }
            StoreOp::Lock(lock) => self.lock(key, at, lock, agenda),
            StoreOp::Commit(database) => self.commit(key, at, database, agenda),
            StoreOp::Publish(queue) => self.take_in(key, at, queue, agenda),
            StoreOp::Door(dependency) => self.door(key, at, dependency, agenda.now()),
        }
    }

    /// Something kept asks for attention.
    pub fn store_event(&mut self, event: StoreEvent, agenda: &mut Agenda<Event>) {
        match event {
            StoreEvent::Timer(timer) => self.waited_enough(timer, agenda),
            StoreEvent::Rested { group, partition } => self.rested(group, partition, agenda),
            StoreEvent::Watch(database) => self.watch_over(database, agenda),
            StoreEvent::Flood { fault, round } => self.flood(fault, round, agenda),
        }
        self.follow(Next::Nothing, agenda);
    }

    /// What a line holds.
    pub fn hold(&mut self, key: Key) -> &mut Hold {
        self.state.stores.holds.at(key, 0)
    }

    /// A line begins to wait, for at most as long as the timer says.
    pub fn begin_wait(&mut self, key: Key, wait: Wait, number: u32, agenda: &mut Agenda<Event>) {
        let hold = self.hold(key);
        hold.wait = wait;
        hold.ticket = hold.ticket.wrapping_add(1);
        let ticket = hold.ticket;
        let due = agenda.now() + self.plan.store.timers[number as usize];
        let timer = &mut self.state.stores.timers[number as usize];
        timer.deadlines.push_back((due, key, ticket));
        if !timer.armed {
            timer.armed = true;
            agenda.at(due, Event::Store(StoreEvent::Timer(number)));
        }
    }

    /// The head of a timer is due: waits that are over are dropped, those that
    /// are due have been in vain.
    fn waited_enough(&mut self, number: u32, agenda: &mut Agenda<Event>) {
        let place = number as usize;
        self.state.stores.timers[place].armed = false;
        while let Some(&(due, key, ticket)) = self.state.stores.timers[place].deadlines.front() {
            let found = self.state.stores.holds.find(key, 0);
            let open = self.state.lines.contains(key)
                && found.is_some_and(|hold| hold.ticket == ticket && hold.wait != Wait::Nothing);
            if open && due > agenda.now() {
                self.state.stores.timers[place].armed = true;
                agenda.at(due, Event::Store(StoreEvent::Timer(number)));
                return;
            }
            self.state.stores.timers[place].deadlines.pop_front();
            if open {
                self.in_vain(key, agenda);
                self.follow(Next::Nothing, agenda);
            }
        }
    }

    /// A line has waited as long as it may.
    fn in_vain(&mut self, key: Key, agenda: &mut Agenda<Event>) {
        let hold = self.hold(key);
        let wait = core::mem::take(&mut hold.wait);
        let (pool, skip) = (hold.pool, hold.skip);
        hold.pool = NOWHERE;
        let service = self.service_of(key);
        let (what, at) = match wait {
            Wait::Connection => (
                WaitFor::Connection,
                self.plan.store.pools[pool as usize].service,
            ),
            _ => (WaitFor::Row, service),
        };
        self.tell_step(key, agenda.now(), waited(what, at, false));
        let cause = match wait {
            Wait::Connection => {
                self.pool_gave_nothing(pool);
                Cause::Pool { service }
            }
            _ => {
                self.lock_gave_nothing(key);
                Cause::Locked { service }
            }
        };
        let end = self.end_of(key, Outcome::Error, cause);
        if let Stop::Goes(line) = self.fails(key, skip, end, agenda) {
            self.later(Next::Run(line));
        }
    }

    /// The end of a line's request, for `cause` if nothing was wrong before.
    pub fn end_of(&mut self, key: Key, outcome: Outcome, cause: Cause) -> End {
        let first = self.state.paths.first(cause);
        let request = self.state.lines.get(key).map(|line| line.request_of(key));
        let request = request.and_then(|request| self.state.lines.get(request));
        let touched = request.map_or(PathId::NONE, |request| request.touched);
        let path = if touched == PathId::NONE {
            first
        } else {
            touched
        };
        End::of(outcome, path)
    }

    /// A step has failed for a line: its request fails, unless it was for a
    /// call that can be done without; then it goes on at `skip`, or as the
    /// call's fallback has it.
    pub fn fails(
        &mut self,
        key: Key,
        skip: Option<u32>,
        end: End,
        agenda: &mut Agenda<Event>,
    ) -> Stop {
        let next = match (skip, self.state.lines.get_mut(key)) {
            (Some(skip), Some(line)) => {
                line.at = skip;
                self.troubled(key, end, agenda)
            }
            _ => self.undo(key, end, agenda),
        };
        match next {
            Next::Run(line) => Stop::Goes(line),
            Next::Nothing => Stop::Waits,
        }
    }

    /// Notes on a request why it waits, unless something was wrong before; what
    /// `holder` suffers from goes before `cause`.
    pub fn held_by(&mut self, key: Key, holder: Key, cause: Option<Cause>) {
        let Some(line) = self.state.lines.get(key) else {
            return;
        };
        let request = line.request_of(key);
        let done = |line: &Line| line.touched != PathId::NONE;
        if self.state.lines.get(request).is_none_or(done) {
            return;
        }
        let holder = self
            .state
            .lines
            .get(holder)
            .map(|line| line.request_of(holder));
        let deeper = holder.map(|holder| self.blame(holder)).filter(|path| {
            !matches!(
                self.state.paths.cause(*path),
                None | Some(Cause::Slow { .. } | Cause::Saturated { .. } | Cause::Pool { .. })
            )
        });
        let path = match (deeper, cause) {
            (Some(path), _) => path,
            (None, Some(cause)) => self.state.paths.first(cause),
            (None, None) => return,
        };
        if let Some(request) = self.state.lines.get_mut(request) {
            request.touched = path;
        }
    }

    pub fn service_of(&self, key: Key) -> u32 {
        self.state.lines.get(key).map_or(0, |line| line.service)
    }

    /// The pod of a line, and how often that was started.
    pub fn pod_of(&self, key: Key) -> (Key, u32) {
        let pod = self.state.lines.get(key).map_or(Key::NONE, |line| line.pod);
        (pod, self.life(pod))
    }

    /// How often a pod was started; nothing is left of what it kept in earlier lives.
    pub fn life(&self, pod: Key) -> u32 {
        self.state.pods.get(pod).map_or(0, |pod| pod.starts)
    }

    /// A line is no more: everything that it holds is free again.
    #[cold]
    #[inline(never)]
    pub fn free(&mut self, key: Key, now: SimTime) {
        let Some(hold) = self.state.stores.holds.find(key, 0) else {
            return;
        };
        let (waits, pool) = (hold.wait == Wait::Connection, hold.pool);
        let leads = hold.leads || hold.outer.iter().any(|(_, leads)| *leads);
        let holds_rows = !hold.rows.is_empty();
        let message = (hold.wait == Wait::Room).then_some(hold.key);
        if waits {
            self.hold(key).pool = NOWHERE;
        } else if pool != NOWHERE {
            self.give(key, now);
        }
        if holds_rows {
            self.unlock(key);
        }
        if leads {
            self.fetched(key, |_| true);
        }
        self.hold(key).wait = Wait::Nothing;
        if let Some(message) = message {
            self.leave_queue(key, message);
        }
    }

    /// The ask of a cache has failed: that counts as a miss.
    pub fn missed(&mut self, key: Key) {
        self.hold(key).failed = true;
    }

    /// Which pod a call goes to where it is not all the same.
    #[cold]
    #[inline(never)]
    pub fn choose_store(
        &mut self,
        line: Key,
        service: u32,
        route: u32,
        user: u32,
        now: SimTime,
    ) -> Result<Key, End> {
        let number = self.plan.store.number[service as usize];
        match self.plan.spec.services[service as usize].store {
            crate::world::spec::Store::Cache(_) => self.choose_cache(line, service),
            _ => self.choose_database((number, route), line, user, now),
        }
    }
}
