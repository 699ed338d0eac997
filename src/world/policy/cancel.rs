//! Giving up, and who hears of it.
//!
//! Without propagation a callee works on for nobody. With it, as in gRPC, the
//! end of a call reaches the callee: a visit that waits for a call of its own
//! ends at once and passes the end on; one that works stops at its next step;
//! one that is queued goes when its turn comes, and holds its place until then.

use super::super::live::Live;
use super::super::probe::{Outcome, Probe};
use super::super::state::{End, Event, Visit};
use crate::base::SimTime;
use crate::engine::{Agenda, Key};

/// Calls that wait for one another; deeper than any acyclic world in practice.
const DEEPEST: usize = 32;

impl<P: Probe> Live<'_, P> {
    /// Whoever asked for a visit has given it up.
    pub fn abandon(&mut self, key: Key, cancel: bool, agenda: &mut Agenda<Event>) {
        if let Some(visit) = self.state.visits.get_mut(key) {
            visit.call = Key::NONE;
        }
        if cancel {
            self.stop(key, agenda);
        }
    }

    /// Ends a visit that waits and those that it waits for; marks one that works.
    fn stop(&mut self, key: Key, agenda: &mut Agenda<Event>) {
        let mut next = key;
        for _ in 0..DEEPEST {
            let Some(visit) = self.state.visits.get_mut(next) else {
                return;
            };
            visit.call = Key::NONE;
            visit.watched = true;
            let Some(call) = self.state.calls.get(visit.last_call).copied() else {
                return;
            };
            let cancel = self.plan.calls[call.plan as usize].cancel;
            if !visit.running || !cancel {
                return;
            }
            let waiting = visit.last_call;
            self.forget(waiting, agenda.now());
            let end = End::failed(Outcome::TimedOut, super::super::paths::Why::NATURE);
            self.finish(next, end, agenda);
            // A hedge of it finds out by itself, at its next step.
            next = call.visit;
        }
    }

    /// Drops a call that nobody waits for, and its strand.
    pub fn forget(&mut self, key: Key, now: SimTime) {
        let Some(call) = self.state.calls.get(key).copied() else {
            return;
        };
        self.state.calls.remove(key);
        self.state.strands.remove(call.strand);
        let outstanding = [call.visit, call.hedge]
            .iter()
            .filter(|visit| **visit != Key::NONE)
            .count();
        let mut left = call;
        for hedge in 0..outstanding.max(1) {
            self.attempt_over(Key::NONE, &left, hedge > 0, None, now);
            left.counted = left.counted.saturating_sub(1);
            left.retried = false;
        }
    }

    /// Whether a visit should stop now: its time is over, or nobody waits.
    pub fn is_idle(&self, key: Key, visit: &Visit, now: SimTime) -> bool {
        visit.watched && (now >= visit.deadline || self.is_orphan(key, visit))
    }

    /// Whether somebody up the chain of cancelling calls has gone.
    fn is_orphan(&self, key: Key, visit: &Visit) -> bool {
        let (mut key, mut call) = (key, visit.call);
        for _ in 0..DEEPEST {
            let Some(waiting) = self.state.calls.get(call) else {
                return true;
            };
            if !self.plan.calls[waiting.plan as usize].cancel {
                return false;
            }
            if waiting.visit != key && waiting.hedge != key {
                return true;
            }
            if waiting.strand == Key::NONE {
                return false;
            }
            let strand = self.state.strands.get(waiting.strand);
            let Some(strand) = strand else {
                return true;
            };
            let Some(visit) = self.state.visits.get(strand.visit) else {
                return true;
            };
            if !visit.watched {
                return false;
            }
            (key, call) = (strand.visit, visit.call);
        }
        false
    }

    /// Whether whoever made a call still waits for it.
    pub fn is_wanted(&self, key: Key) -> bool {
        let Some(call) = self.state.calls.get(key) else {
            return false;
        };
        if call.strand == Key::NONE {
            return true;
        }
        let Some(strand) = self.state.strands.get(call.strand) else {
            return false;
        };
        let visit = self.state.visits.get(strand.visit);
        visit.is_some_and(|visit| !visit.watched || !self.is_orphan(strand.visit, visit))
    }
}
