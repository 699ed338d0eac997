//! Giving up, and who hears of it.
//!
//! Without propagation a callee works on for nobody. With it, as in gRPC, the
//! end of a call reaches the callee: a request that waits for a call of its
//! own ends at once and passes the end on; one that works stops at its next
//! step; one that is queued goes when its turn comes, and holds its place
//! until then.

use super::super::line::{Kind, Line};
use super::super::live::Live;
use super::super::paths::{How, PathId};
use super::super::plan::Op;
use super::super::probe::{Cause, Outcome, Probe};
use super::super::state::{End, Event};
use crate::base::SimTime;
use crate::engine::{Agenda, Key};

/// Calls that wait for one another; deeper than any acyclic world in practice.
const DEEPEST: usize = 32;

impl<P: Probe> Live<'_, P> {
    /// Whoever asked for a request has given it up.
    pub fn drop_request(&mut self, key: Key, cancel: bool, agenda: &mut Agenda<Event>) {
        if let Some(request) = self.state.lines.get_mut(key) {
            request.owner = Key::NONE;
        }
        if cancel {
            self.stop(key, agenda);
        }
    }

    /// Ends a request that waits and those that it waits for; marks one that works.
    fn stop(&mut self, key: Key, agenda: &mut Agenda<Event>) {
        let mut next = key;
        for _ in 0..DEEPEST {
            let Some(request) = self.state.lines.get_mut(next) else {
                return;
            };
            request.owner = Key::NONE;
            (request.cancel, request.watched) = (true, true);
            let (running, last) = (request.running, request.last_caller);
            let Some(caller) = self.state.lines.get(last) else {
                return;
            };
            let callee = caller.call.callee;
            let cancels = self.plan.calls[caller.call.plan as usize].cancel;
            if !running || callee == Key::NONE || !cancels {
                return;
            }
            if last != next {
                self.let_go(last);
                self.forget(last, agenda.now());
            }
            let end = End::of(Outcome::TimedOut, PathId::NONE);
            self.finish(next, end, agenda);
            // A hedge of it finds out by itself, at its next step.
            next = callee;
        }
    }

    /// Whether a watched line should stop now: its time is over, or nobody waits.
    #[cold]
    #[inline(never)]
    pub fn is_idle(&self, key: Key, now: SimTime) -> bool {
        let Some(line) = self.state.lines.get(key) else {
            return false;
        };
        now >= line.deadline || self.is_orphan(line.request_of(key))
    }

    /// Whether somebody up the chain of cancelling calls has gone.
    fn is_orphan(&self, request: Key) -> bool {
        let mut key = request;
        for _ in 0..DEEPEST {
            let Some(request) = self.state.lines.get(key) else {
                return true;
            };
            if !request.cancel {
                return false;
            }
            let owner = request.owner;
            if !self.waits_for(owner, key) {
                return true;
            }
            let Some(waiting) = self.state.lines.get(owner) else {
                return true;
            };
            if waiting.kind == Kind::User {
                return false;
            }
            key = waiting.request_of(owner);
        }
        false
    }

    /// Whether whoever waits for a line's call would use its answer.
    pub fn is_wanted(&self, key: Key) -> bool {
        let Some(line) = self.state.lines.get(key) else {
            return false;
        };
        line.kind == Kind::User || !line.watched || !self.is_orphan(line.request_of(key))
    }

    /// A line stops, and the request that it is part of with it.
    #[cold]
    #[inline(never)]
    pub fn forsake(&mut self, key: Key, agenda: &mut Agenda<Event>) {
        let Some(&Line {
            kind,
            request,
            at,
            pod,
            ..
        }) = self.state.lines.get(key)
        else {
            return;
        };
        match kind {
            Kind::User | Kind::Delivery => {}
            Kind::Branch => {
                self.let_go(key);
                self.abandon(key, agenda);
                self.give_way(request, agenda);
            }
            Kind::Request => {
                if self.plan.ops[at as usize] == Op::Release {
                    self.release(pod, agenda);
                }
                self.give_way(key, agenda);
            }
        }
    }

    /// A request ends early: nobody waits for it, or its time is over.
    pub fn give_way(&mut self, key: Key, agenda: &mut Agenda<Event>) {
        let Some(line) = self.state.lines.get(key) else {
            return;
        };
        let (service, touched) = (line.service, line.touched);
        let path = match touched {
            PathId::NONE => self.state.paths.first(Cause::Slow { service }),
            touched => touched,
        };
        let path = self.state.paths.onward(path, service, How::GivenUp);
        let end = End::of(Outcome::TimedOut, path);
        let caller = self.finish(key, end, agenda);
        self.answer(caller, key, end);
    }
}
