//! Row locks: exclusive, first come first served, held to the end of the query.
//!
//! A deadlock is found at once, by following who waits for whom, and the
//! request that closes the circle is aborted, as InnoDB does with
//! `innodb_deadlock_detect` on (which prefers the one that changed the fewest
//! rows; here all are alike).

use std::collections::VecDeque;

use serde::Serialize;

use crate::engine::{Agenda, Key};
use crate::world::fault::FaultKind;
use crate::world::follow::Step;
use crate::world::live::Live;
use crate::world::probe::{Cause, Outcome, Probe};
use crate::world::run::Stop;
use crate::world::state::{End, Event, Next};
use crate::world::store::Wait;

/// How far a chain of waits is followed. InnoDB gives up after 200
/// (LOCK_MAX_N_STEPS_IN_DEADLOCK_CHECK bounds it there too).
const LONGEST_CHAIN: u32 = 10_000;

/// A row that is locked.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(in crate::world) struct Row {
    pub row: u32,
    /// The request that has it.
    pub owner: Key,
    /// Lines that wait for it, longest first.
    pub waiting: VecDeque<Key>,
}

impl<P: Probe> Live<'_, P> {
    /// A line wants a row.
    pub fn lock(
        &mut self,
        key: Key,
        at: u32,
        number: u32,
        agenda: &mut Agenda<Event>,
    ) -> Result<u32, Stop> {
        let plan = &self.plan.store.locks[number as usize];
        let (database, timer) = (plan.database, plan.timer);
        let service = self.service_of(key);
        let hot = self.struck_by(FaultKind::HotRow, service, agenda.now());
        let kept = &mut self.state.stores.databases[database as usize];
        let mut row = plan.rows.sample(&mut kept.draws);
        let mut cause = Cause::Locked { service };
        if let Some((fault, share)) = hot
            && kept.draws.chance(share)
        {
            row = 1;
            cause = Cause::Fault(fault);
        }
        let Some(line) = self.state.lines.get(key) else {
            return Err(Stop::Waits);
        };
        let request = line.request_of(key);
        let place = match kept.rows.binary_search_by_key(&row, |locked| locked.row) {
            Err(place) => {
                let waiting = self.state.stores.list();
                let owner = request;
                let locked = Row {
                    row,
                    owner,
                    waiting,
                };
                let kept = &mut self.state.stores.databases[database as usize];
                kept.rows.insert(place, locked);
                self.hold(request).rows.push((database, row));
                return Ok(at + 1);
            }
            Ok(place) => place,
        };
        let owner = kept.rows[place].owner;
        if owner == request {
            return Ok(at + 1);
        }
        if self.closes_a_circle(database, owner, request) {
            self.counts(database).deadlocks += 1;
            self.tell_step(key, agenda.now(), Step::Deadlocked);
            let path = self.state.paths.first(Cause::Deadlock { service });
            let end = End::of(Outcome::Error, path);
            return Err(self.fails(key, None, end, agenda));
        }
        let kept = &mut self.state.stores.databases[database as usize];
        kept.rows[place].waiting.push_back(key);
        kept.counts.lock_waits += 1;
        if let Some(line) = self.state.lines.get_mut(key) {
            line.at = at + 1;
        }
        self.hold(request).row_wait = key;
        self.hold(key).skip = None;
        self.held_by(key, owner, Some(cause));
        self.begin_wait(key, Wait::Row(row), timer, agenda);
        Err(Stop::Waits)
    }

    /// Whether `owner` waits, through others perhaps, for `request`.
    fn closes_a_circle(&self, database: u32, owner: Key, request: Key) -> bool {
        let stores = &self.state.stores;
        let rows = &stores.databases[database as usize].rows;
        let mut next = owner;
        for _ in 0..LONGEST_CHAIN {
            if next == request {
                return true;
            }
            let waits = stores.holds.find(next, 0).map(|hold| hold.row_wait);
            let waits = waits.and_then(|line| stores.holds.find(line, 0));
            let Some(Wait::Row(row)) = waits.map(|hold| hold.wait) else {
                return false;
            };
            match rows.binary_search_by_key(&row, |locked| locked.row) {
                Ok(place) => next = rows[place].owner,
                Err(_) => return false,
            }
        }
        false
    }

    /// A request is no more: its rows go to those who wait for them.
    pub fn unlock(&mut self, request: Key) {
        while let Some((database, row)) = self.hold(request).rows.pop() {
            let rows = &mut self.state.stores.databases[database as usize].rows;
            let Ok(place) = rows.binary_search_by_key(&row, |locked| locked.row) else {
                continue;
            };
            let heir = self.next_for(database, place, row);
            let rows = &mut self.state.stores.databases[database as usize].rows;
            match heir {
                Some((line, request)) => {
                    rows[place].owner = request;
                    let hold = self.hold(line);
                    hold.wait = Wait::Nothing;
                    self.hold(request).rows.push((database, row));
                    self.later(Next::Run(line));
                }
                None => {
                    let locked = rows.remove(place);
                    self.state.stores.give_list(locked.waiting);
                }
            }
        }
    }

    /// Who gets a row next: a line and its request.
    fn next_for(&mut self, database: u32, place: usize, row: u32) -> Option<(Key, Key)> {
        loop {
            let rows = &mut self.state.stores.databases[database as usize].rows;
            let line = rows[place].waiting.pop_front()?;
            let found = self.state.stores.holds.find(line, 0);
            let wants = found.is_some_and(|hold| hold.wait == Wait::Row(row));
            if let Some(found) = self.state.lines.get(line).filter(|_| wants) {
                let request = found.request_of(line);
                if self.state.lines.contains(request) {
                    return Some((line, request));
                }
                // A branch whose request is gone: it is woken to end.
                self.hold(line).wait = Wait::Nothing;
                self.later(Next::Run(line));
            }
        }
    }

    /// A wait for a row was in vain.
    pub fn lock_gave_nothing(&mut self, key: Key) {
        let service = self.service_of(key);
        let database = self.plan.store.number[service as usize];
        self.counts(database).lock_timeouts += 1;
    }
}
