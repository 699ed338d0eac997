//! Asking a call's policies before an attempt, and telling them how it ended.
//!
//! The order is resilience4j's: retries outside, then the breaker, then the
//! bulkhead. What a caller's own policy refuses is not tried again, as Envoy
//! does not retry what its circuit breakers overflow.

use super::super::live::Live;
use super::super::paths::{How, Why};
use super::super::probe::{Outcome, Probe};
use super::super::state::{Call, End, Event, Task};
use super::BreakerState;
use crate::base::SimTime;
use crate::engine::{Agenda, Key};

impl<P: Probe> Live<'_, P> {
    /// An attempt of a call with policies: it is sent, waits or is refused.
    pub fn ask(&mut self, key: Key, site: u32, agenda: &mut Agenda<Event>) {
        let now = agenda.now();
        let Some(call) = self.state.calls.get_mut(key) else {
            return;
        };
        let plan = &self.plan.sites[site as usize];
        let callee = self.plan.calls[call.plan as usize].service;
        let running = &mut self.state.sites[site as usize];
        if call.attempts == 1
            && let Some(budget) = &mut running.budget
        {
            budget.begun(now);
        }
        if let (Some(rules), Some(breaker)) = (&plan.breaker, &mut running.breaker) {
            match breaker.ask(rules, now) {
                Ok(era) => (call.era, call.permit) = (era, true),
                Err(why) => {
                    return self.refuse(key, Outcome::Unavailable, why, How::BreakerOpen);
                }
            }
        }
        let full = |limit: u32| running.active >= limit;
        match plan.bulkhead.filter(|bulkhead| full(bulkhead.limit)) {
            None => {
                self.begin_attempt(key, site);
                self.send(key, agenda);
            }
            Some(bulkhead) => match bulkhead.wait {
                Some(wait) if (running.waiting.len() as u32) < bulkhead.queue => {
                    running.waiting.push_back((key, now + wait));
                    self.arm_bulkhead(site, agenda);
                }
                _ => {
                    let why = self.blame_bulkhead(site, callee);
                    self.refuse(key, Outcome::Overloaded, why, How::BulkheadFull);
                }
            },
        }
    }

    /// Whether a second attempt may be sent beside the first; counted if so.
    pub fn ask_hedge(&mut self, key: Key, site: u32, now: SimTime) -> bool {
        let plan = &self.plan.sites[site as usize];
        let running = &mut self.state.sites[site as usize];
        let closed = running
            .breaker
            .is_none_or(|breaker| breaker.state() == BreakerState::Closed);
        let room = plan
            .bulkhead
            .is_none_or(|bulkhead| running.active < bulkhead.limit);
        let affordable = match (&plan.budget, &mut running.budget) {
            (Some(rules), Some(budget)) => {
                closed && room && budget.allows(rules, now, running.active, running.retrying)
            }
            _ => true,
        };
        let allowed = closed && room && affordable;
        if allowed {
            self.begin_attempt(key, site);
        }
        allowed
    }

    /// Whether one more attempt is within the budget; counted if so.
    pub fn may_retry(&mut self, key: Key, site: Option<u32>, now: SimTime) -> bool {
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
        if allowed && let Some(call) = self.state.calls.get_mut(key) {
            call.retried = true;
            running.retrying += 1;
        }
        allowed
    }

    /// An attempt of a call with policies has ended, or its caller is gone.
    /// `key` may be to a call that is being removed: then `call` is its copy.
    pub fn attempt_over(
        &mut self,
        key: Key,
        call: &Call,
        hedge: bool,
        result: Option<&End>,
        now: SimTime,
    ) {
        let Some(site) = self.plan.calls[call.plan as usize].site else {
            return;
        };
        let plan = &self.plan.sites[site as usize];
        let running = &mut self.state.sites[site as usize];
        let mut ended = *call;
        if ended.counted > 0 {
            ended.counted -= 1;
            running.active -= 1;
        }
        if ended.retried && !hedge {
            ended.retried = false;
            running.retrying -= 1;
        }
        if let (Some(rules), Some(breaker)) = (&plan.breaker, &mut running.breaker)
            && (ended.permit || hedge)
        {
            let result = result.map(|end| (!end.outcome.is_ok()).then(|| end.why()));
            breaker.ended(rules, now, ended.era, result);
        }
        ended.permit &= hedge;
        if let Some(call) = self.state.calls.get_mut(key) {
            (call.counted, call.retried, call.permit) =
                (ended.counted, ended.retried, ended.permit);
        }
        self.take_turns(site);
    }

    /// Calls that wait for a bulkhead go while there is room.
    pub fn take_turns(&mut self, site: u32) {
        while let Some((key, _)) = self.state.sites[site as usize].waiting.front().copied() {
            let running = &self.state.sites[site as usize];
            let limit = self.plan.sites[site as usize].bulkhead;
            if limit.is_some_and(|bulkhead| running.active >= bulkhead.limit) {
                return;
            }
            self.state.sites[site as usize].waiting.pop_front();
            if self.is_wanted(key) {
                self.begin_attempt(key, site);
                self.state.tasks.push(Task::Send(key));
            } else {
                self.forget(key, SimTime::ZERO);
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
            let Some(call) = self.state.calls.get(key) else {
                continue;
            };
            let callee = self.plan.calls[call.plan as usize].service;
            let why = self.blame_bulkhead(site, callee);
            self.refuse(key, Outcome::Overloaded, why, How::BulkheadFull);
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

    fn begin_attempt(&mut self, key: Key, site: u32) {
        let running = &mut self.state.sites[site as usize];
        running.active += 1;
        running.last_begun = key;
        if let Some(call) = self.state.calls.get_mut(key) {
            call.counted += 1;
        }
    }

    fn blame_bulkhead(&mut self, site: u32, callee: u32) -> Why {
        let last = self.state.sites[site as usize].last_begun;
        match self.state.calls.get(last) {
            Some(call) => self.blame(call.visit),
            None => super::super::Cause::Slow { service: callee }.into(),
        }
    }

    /// The caller's own policy stops a call before it is sent.
    fn refuse(&mut self, key: Key, outcome: Outcome, why: Why, how: How) {
        let Some(call) = self.state.calls.get(key).copied() else {
            return;
        };
        self.attempt_over(key, &call, false, None, SimTime::ZERO);
        let callee = self.plan.calls[call.plan as usize].service;
        let why = match why.cause {
            Some(_) => why,
            None => super::super::Cause::Slow { service: callee }.into(),
        };
        let end = End::failed(outcome, self.state.paths.onward(why, callee, how));
        self.state.tasks.push(Task::Refuse { call: key, end });
    }
}
