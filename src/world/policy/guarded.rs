//! Asking a call's policies before an attempt, and telling them how it ended.
//!
//! The order is resilience4j's: retries outside, then the breaker, then the
//! bulkhead. What a caller's own policy refuses is not tried again, as Envoy
//! does not retry what its circuit breakers overflow.

use super::super::live::Live;
use super::super::paths::{How, Why};
use super::super::probe::{Attempted, Cause, Outcome, Probe};
use super::super::state::{End, Event, Next};
use super::{BreakerState, Guard};
use crate::base::SimTime;
use crate::engine::{Agenda, Key};

impl<P: Probe> Live<'_, P> {
    /// An attempt of a call with policies: it is sent, waits or is refused.
    pub fn ask(&mut self, key: Key, agenda: &mut Agenda<Event>) -> Next {
        let now = agenda.now();
        let Some(line) = self.state.lines.get_mut(key) else {
            return Next::Nothing;
        };
        if line.call.guard == Key::NONE {
            line.call.guard = self.state.guards.insert(Guard::NEW);
        }
        let (guard, attempts) = (line.call.guard, line.call.attempts);
        let call = &self.plan.calls[line.call.plan as usize];
        let Some(site) = call.site else {
            return self.send(key, agenda);
        };
        let plan = &self.plan.sites[site as usize];
        let running = &mut self.state.sites[site as usize];
        if attempts == 1
            && let Some(budget) = &mut running.budget
        {
            budget.begun(now);
        }
        if let (Some(rules), Some(breaker)) = (&plan.breaker, &mut running.breaker) {
            match breaker.ask(rules, now) {
                Ok(era) => {
                    if let Some(guard) = self.state.guards.get_mut(guard) {
                        (guard.era, guard.permit) = (era, true);
                    }
                }
                Err(why) => {
                    return self.deny(key, Outcome::Unavailable, why, How::BreakerOpen);
                }
            }
        }
        let full = |limit: u32| running.active >= limit;
        match plan.bulkhead.filter(|bulkhead| full(bulkhead.limit)) {
            None => {
                self.begin_attempt(guard, site, key);
                self.send(key, agenda)
            }
            Some(bulkhead) => match bulkhead.wait {
                Some(wait) if (running.waiting.len() as u32) < bulkhead.queue => {
                    running.waiting.push_back((key, now + wait));
                    self.arm_bulkhead(site, agenda);
                    Next::Nothing
                }
                _ => {
                    let why = self.blame_bulkhead(site, call.service);
                    self.deny(key, Outcome::Overloaded, why, How::BulkheadFull)
                }
            },
        }
    }

    /// Whether a second attempt may be sent beside the first; counted if so.
    pub fn ask_hedge(&mut self, guard: Key, site: u32, key: Key, now: SimTime) -> bool {
        let plan = &self.plan.sites[site as usize];
        let running = &mut self.state.sites[site as usize];
        let closed = running
            .breaker
            .is_none_or(|breaker| breaker.state() == BreakerState::Closed);
        let room = plan
            .bulkhead
            .is_none_or(|bulkhead| running.active < bulkhead.limit);
        let allowed = closed
            && room
            && match (&plan.budget, &mut running.budget) {
                (Some(rules), Some(budget)) => {
                    budget.allows(rules, now, running.active, running.retrying)
                }
                _ => true,
            };
        if allowed {
            self.begin_attempt(guard, site, key);
        }
        allowed
    }

    /// Whether one more attempt is within the budget; counted if so.
    fn may_retry(&mut self, guard: Key, site: Option<u32>, now: SimTime) -> bool {
        let Some(site) = site else {
            return true;
        };
        let plan = &self.plan.sites[site as usize];
        let running = &mut self.state.sites[site as usize];
        let allowed = match (&plan.budget, &mut running.budget) {
            (Some(rules), Some(budget)) => {
                budget.allows(rules, now, running.active, running.retrying)
            }
            _ => true,
        };
        if allowed && let Some(guard) = self.state.guards.get_mut(guard) {
            guard.retried = true;
            running.retrying += 1;
        }
        allowed
    }

    /// An attempt of a guarded call has ended for its caller.
    pub fn settle_guarded(
        &mut self,
        key: Key,
        callee: Key,
        end: End,
        agenda: &mut Agenda<Event>,
    ) -> Next {
        let now = agenda.now();
        let Some(line) = self.state.lines.get_mut(key) else {
            return Next::Nothing;
        };
        let guard = line.call.guard;
        let Some(held) = self.state.guards.get_mut(guard) else {
            return Next::Nothing;
        };
        let second = callee != Key::NONE && held.hedge == callee;
        if !second && line.call.callee != callee {
            self.state.wasted += 1;
            return Next::Nothing;
        }
        let other = if second {
            held.hedge = Key::NONE;
            line.call.callee
        } else {
            line.call.callee = Key::NONE;
            held.hedge
        };
        let call = line.call;
        let plan = &self.plan.calls[call.plan as usize];
        if let Some(edge) = plan.edge {
            let began = match plan.hedge {
                Some(delay) if second => call.began + delay,
                _ => call.began,
            };
            self.probe.attempted(Attempted {
                now,
                edge,
                outcome: end.outcome,
                duration: now.since(began),
                degraded: end.degraded,
            });
        }
        self.attempt_over(guard, call.plan, second, Some(&end), now);
        if other != Key::NONE {
            if !end.outcome.is_ok() {
                return Next::Nothing;
            }
            self.attempt_over(guard, call.plan, !second, None, now);
            self.drop_request(other, plan.cancel, agenda);
        }
        if !end.outcome.is_ok()
            && plan.retry.applies(end.outcome, call.attempts)
            && self.is_wanted(key)
            && self.may_retry(guard, plan.site, now)
        {
            self.back_off(key, plan, call.attempts, agenda);
            return Next::Nothing;
        }
        self.drop_guard(key);
        self.conclude(key, end, agenda)
    }

    /// An attempt has ended, or its caller is gone and there is no result.
    pub fn attempt_over(
        &mut self,
        guard: Key,
        plan: u32,
        hedge: bool,
        result: Option<&End>,
        now: SimTime,
    ) {
        let Some(site) = self.plan.calls[plan as usize].site else {
            return;
        };
        let Some(guard) = self.state.guards.get_mut(guard) else {
            return;
        };
        let plan = &self.plan.sites[site as usize];
        let running = &mut self.state.sites[site as usize];
        if guard.counted > 0 {
            guard.counted -= 1;
            running.active -= 1;
        }
        if guard.retried && !hedge {
            guard.retried = false;
            running.retrying -= 1;
        }
        if let (Some(rules), Some(breaker)) = (&plan.breaker, &mut running.breaker)
            && (guard.permit || hedge)
        {
            let result = result.map(|end| (!end.outcome.is_ok()).then(|| end.why()));
            breaker.ended(rules, now, guard.era, result);
        }
        guard.permit &= hedge;
        self.take_turns(site);
    }

    /// The call of a line is over or nobody waits for it: its policies let go.
    pub fn drop_guard(&mut self, key: Key) {
        let Some(line) = self.state.lines.get_mut(key) else {
            return;
        };
        let (key, plan) = (line.call.guard, line.call.plan);
        line.call.guard = Key::NONE;
        while let Some(guard) = self.state.guards.get(key) {
            if guard.counted == 0 && !guard.retried && !guard.permit {
                break;
            }
            self.attempt_over(key, plan, false, None, SimTime::ZERO);
        }
        self.state.guards.remove(key);
    }

    /// Lines that wait for a bulkhead go while there is room.
    pub fn take_turns(&mut self, site: u32) {
        while let Some((key, _)) = self.state.sites[site as usize].waiting.front().copied() {
            let running = &self.state.sites[site as usize];
            let limit = self.plan.sites[site as usize].bulkhead;
            if limit.is_some_and(|bulkhead| running.active >= bulkhead.limit) {
                return;
            }
            self.state.sites[site as usize].waiting.pop_front();
            let Some(line) = self.state.lines.get(key) else {
                continue;
            };
            let guard = line.call.guard;
            if self.is_alive(key) && self.is_wanted(key) {
                self.begin_attempt(guard, site, key);
                self.state.tasks.push(Next::Send(key));
            } else {
                let end = End::failed(Outcome::TimedOut, Why::NATURE);
                self.state.tasks.push(Next::Refused { line: key, end });
            }
        }
    }

    /// The first of those that wait for a bulkhead may have waited long enough.
    pub fn waited(&mut self, site: u32, agenda: &mut Agenda<Event>) {
        self.state.sites[site as usize].armed = false;
        while let Some((key, due)) = self.state.sites[site as usize].waiting.front().copied() {
            if due > agenda.now() {
                break;
            }
            self.state.sites[site as usize].waiting.pop_front();
            let Some(line) = self.state.lines.get(key) else {
                continue;
            };
            let callee = self.plan.calls[line.call.plan as usize].service;
            let why = self.blame_bulkhead(site, callee);
            let next = self.deny(key, Outcome::Overloaded, why, How::BulkheadFull);
            self.state.tasks.push(next);
        }
        self.arm_bulkhead(site, agenda);
    }

    fn arm_bulkhead(&mut self, site: u32, agenda: &mut Agenda<Event>) {
        let running = &mut self.state.sites[site as usize];
        if let Some((_, due)) = running.waiting.front()
            && !running.armed
        {
            running.armed = true;
            agenda.at(*due, Event::Bulkhead(site));
        }
    }

    fn begin_attempt(&mut self, guard: Key, site: u32, line: Key) {
        let running = &mut self.state.sites[site as usize];
        running.active += 1;
        running.last_begun = line;
        if let Some(guard) = self.state.guards.get_mut(guard) {
            guard.counted += 1;
        }
    }

    fn blame_bulkhead(&mut self, site: u32, callee: u32) -> Why {
        let last = self.state.sites[site as usize].last_begun;
        let holds = self.state.lines.get(last).map(|line| line.call.callee);
        match holds.filter(|callee| self.state.lines.contains(*callee)) {
            Some(request) => self.blame(request),
            None => Cause::Slow { service: callee }.into(),
        }
    }

    /// The caller's own policy stops a call before it is sent.
    fn deny(&mut self, key: Key, outcome: Outcome, why: Why, how: How) -> Next {
        let Some(line) = self.state.lines.get(key) else {
            return Next::Nothing;
        };
        let callee = self.plan.calls[line.call.plan as usize].service;
        let why = match why.cause {
            Some(_) => why,
            None => Cause::Slow { service: callee }.into(),
        };
        let end = End::failed(outcome, self.state.paths.onward(why, callee, how));
        Next::Refused { line: key, end }
    }

    /// A call that was not sent is over.
    pub fn refused(&mut self, key: Key, end: End, agenda: &mut Agenda<Event>) -> Next {
        self.drop_guard(key);
        if self.is_alive(key) {
            return self.conclude(key, end, agenda);
        }
        self.state.lines.remove(key);
        Next::Nothing
    }
}
