//! Asking a call's policies before an attempt, and telling them how it ended.
//!
//! The order is resilience4j's: retries outside, then the breaker, then the
//! bulkhead. What a caller's own policy refuses is not tried again, as Envoy
//! does not retry what its circuit breakers overflow.

use super::super::follow::{LONG, Step, WaitFor, waits};
use super::super::line::Pass;
use super::super::live::Live;
use super::super::paths::{How, PathId};
use super::super::plan::{CallPlan, HALT};
use super::super::probe::{Attempted, Cause, Outcome, Probe};
use super::super::state::{End, Event, Next, Task};
use super::BreakerState;
use crate::base::SimTime;
use crate::engine::{Agenda, Key};

impl<P: Probe> Live<'_, P> {
    /// An attempt of a call with policies, or over a network that a fault
    /// concerns: it is sent, waits or is refused.
    #[inline(never)]
    pub fn ask_policies(&mut self, key: Key, agenda: &mut Agenda<Event>) -> Next {
        let now = agenda.now();
        let Some(line) = self.state.lines.get_mut(key) else {
            return Next::Nothing;
        };
        let call = &self.plan.calls[line.call.plan as usize];
        line.call.hold.guarded = call.site.is_some() | call.hedge.is_some();
        let Some(site) = call.site else {
            return self.go(key, agenda);
        };
        let plan = &self.plan.sites[site as usize];
        let running = &mut self.state.sites[site as usize];
        if line.call.attempts == 1
            && let Some(budget) = &mut running.budget
        {
            budget.begun(now);
        }
        if let (Some(rules), Some(breaker)) = (&plan.breaker, &mut running.breaker) {
            match breaker.ask(rules, now) {
                Ok(era) => {
                    line.call.era = era;
                    line.call.hold.permit = true;
                }
                Err(path) => {
                    return self.deny(key, Outcome::Unavailable, path, How::BreakerOpen, agenda);
                }
            }
        }
        let full = |limit: u32| running.active >= limit;
        match plan.bulkhead.filter(|bulkhead| full(bulkhead.limit)) {
            None => {
                self.begin_attempt(site, key);
                self.go(key, agenda)
            }
            Some(bulkhead) => match bulkhead.wait {
                Some(wait) if (running.waiting.len() as u32) < bulkhead.queue => {
                    running.waiting.push_back((key, now + wait));
                    let at = call.service;
                    self.arm_bulkhead(site, agenda);
                    self.tell_followed(key, now, waits(WaitFor::Bulkhead, at));
                    Next::Nothing
                }
                _ => {
                    let path = self.blame_bulkhead(site, call.service);
                    self.deny(key, Outcome::Overloaded, path, How::BulkheadFull, agenda)
                }
            },
        }
    }

    /// Sends an attempt that the policies let through.
    #[inline(always)]
    fn go(&mut self, key: Key, agenda: &mut Agenda<Event>) -> Next {
        let Some(line) = self.state.lines.get_mut(key) else {
            return Next::Nothing;
        };
        line.call.began = agenda.now();
        let hedge = self.plan.calls[line.call.plan as usize].hedge;
        if line.followed {
            self.tell_sent(key, agenda.now(), false);
        }
        match self.dispatch(key, Key::NONE, agenda) {
            Ok((callee, next)) => {
                if let Some(line) = self.state.lines.get_mut(key) {
                    line.call.callee = callee;
                }
                if let Some((_, lane)) = hedge {
                    self.arm(lane, key, callee, agenda);
                }
                next
            }
            Err(end) => {
                self.answer(key, Key::NONE, end);
                Next::Nothing
            }
        }
    }

    /// Chooses a pod, not `but` if there is another, and arms the timeout.
    #[inline(always)]
    pub fn dispatch(
        &mut self,
        key: Key,
        but: Key,
        agenda: &mut Agenda<Event>,
    ) -> Result<(Key, Next), End> {
        let Some(line) = self.state.lines.get(key) else {
            return Err(End::OK);
        };
        let plan: &CallPlan = &self.plan.calls[line.call.plan as usize];
        let pass = Pass::of(line, plan, agenda.now());
        let led = if self.plan.ground.led {
            self.lead(key, plan.route, agenda.now())
        } else {
            None
        };
        let pod = match led {
            None => self.pod_for(key, plan, but, pass.user, agenda.now())?,
            Some(_) => {
                let found = self.choose_near(plan.service, key, led, but, pass.user);
                found.ok_or_else(|| self.no_pod(plan.service))?
            }
        };
        let crossed = if self.state.wired[plan.route as usize] {
            self.cross(pod, plan.route, key, pass, agenda)
        } else {
            None
        };
        let (callee, next) = match crossed {
            Some(crossed) => crossed?,
            None => self.admit(pod, plan.route, key, pass, agenda)?,
        };
        if let Some(lane) = plan.lane {
            self.arm(lane, key, callee, agenda);
        }
        Ok((callee, next))
    }

    /// Whether a second attempt may be sent beside the first; counted if so.
    pub fn ask_hedge(&mut self, site: u32, key: Key, now: SimTime) -> bool {
        let plan = &self.plan.sites[site as usize];
        let running = &mut self.state.sites[site as usize];
        let closed = running
            .breaker
            .is_none_or(|breaker| breaker.state() == BreakerState::Closed);
        let room = plan
            .bulkhead
            .is_none_or(|bulkhead| running.active < bulkhead.limit);
        let allowed = closed && room && running.affords(&plan.budget, now);
        if allowed {
            self.begin_attempt(site, key);
        }
        allowed
    }

    /// Whether one more attempt is within the budget; counted if so.
    fn may_retry(&mut self, key: Key, site: Option<u32>, now: SimTime) -> bool {
        let Some(site) = site else {
            return true;
        };
        let plan = &self.plan.sites[site as usize];
        let running = &mut self.state.sites[site as usize];
        let allowed = running.affords(&plan.budget, now);
        if allowed && let Some(line) = self.state.lines.get_mut(key) {
            line.call.hold.retried = true;
            running.retrying += 1;
        }
        allowed
    }

    /// An attempt of a guarded call has ended for its caller.
    #[inline(never)]
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
        let second = callee != Key::NONE && line.call.hedge == callee;
        if !second && line.call.callee != callee {
            self.state.wasted += 1;
            return Next::Nothing;
        }
        let other = if second {
            line.call.hedge = Key::NONE;
            line.call.callee
        } else {
            line.call.callee = Key::NONE;
            line.call.hedge
        };
        let (call, kind) = (line.call, line.kind);
        if line.followed | !end.outcome.is_ok() | (now.since(call.began) >= LONG) {
            self.tell_settled(key, now, end.outcome, second);
        }
        let plan = &self.plan.calls[call.plan as usize];
        if let Some(edge) = plan.edge {
            let began = match plan.hedge {
                Some((delay, _)) if second => call.began + delay,
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
        self.attempt_ended(key, second, Some(end), now);
        if other != Key::NONE {
            if !end.outcome.is_ok() {
                return Next::Nothing;
            }
            self.tell_followed(key, now, Step::Dropped { second: !second });
            self.attempt_over(key, !second, None, now);
            self.drop_request(other, plan.cancel, agenda);
            // The line waits for neither any more: what is still armed for the loser is void.
            if let Some(line) = self.state.lines.get_mut(key) {
                (line.call.callee, line.call.hedge) = (Key::NONE, Key::NONE);
            }
        }
        if !end.outcome.is_ok()
            && plan.retry.applies(end.outcome, call.attempts)
            && self.is_wanted(key)
            && self.may_retry(key, plan.site, now)
        {
            self.back_off(key, plan, call.attempts, agenda);
            return Next::Nothing;
        }
        self.let_go(key);
        self.conclude(key, kind, end, agenda)
    }

    /// An attempt has ended, or its caller is gone and there is no result.
    #[inline(never)]
    pub fn attempt_over(&mut self, key: Key, second: bool, result: Option<End>, now: SimTime) {
        self.attempt_ended(key, second, result, now);
    }

    /// [`Live::attempt_over`] for the way that every answer takes.
    #[inline(always)]
    fn attempt_ended(&mut self, key: Key, second: bool, result: Option<End>, now: SimTime) {
        let Some(line) = self.state.lines.get_mut(key) else {
            return;
        };
        let (hold, era) = (&mut line.call.hold, line.call.era);
        let Some(site) = self.plan.calls[line.call.plan as usize].site else {
            return;
        };
        let plan = &self.plan.sites[site as usize];
        let running = &mut self.state.sites[site as usize];
        let mut opened = false;
        if hold.counted > 0 {
            hold.counted -= 1;
            running.active -= 1;
        }
        if hold.retried && !second {
            hold.retried = false;
            running.retrying -= 1;
        }
        if let (Some(rules), Some(breaker)) = (&plan.breaker, &mut running.breaker)
            && (hold.permit || second)
        {
            let result = result.map(|end| (!end.outcome.is_ok()).then_some(end.path));
            let before = breaker.state();
            breaker.ended(rules, now, era, result);
            opened = before != BreakerState::Open && breaker.state() == BreakerState::Open;
        }
        hold.permit &= second;
        if !running.waiting.is_empty() {
            self.take_turns(site);
        }
        if opened {
            self.tell_opened(key, now);
        }
    }

    /// The call of a line is over or nobody waits for it: its policies let go.
    pub fn let_go(&mut self, key: Key) {
        while let Some(line) = self.state.lines.get_mut(key) {
            let hold = &mut line.call.hold;
            if hold.counted == 0 && !hold.retried && !hold.permit {
                line.call.hedge = Key::NONE;
                hold.guarded = false;
                return;
            }
            self.attempt_over(key, false, None, SimTime::ZERO);
        }
    }

    /// Lines that wait for a bulkhead go while there is room.
    pub fn take_turns(&mut self, site: u32) {
        let limit = self.plan.sites[site as usize].bulkhead;
        loop {
            let running = &mut self.state.sites[site as usize];
            if limit.is_some_and(|bulkhead| running.active >= bulkhead.limit) {
                return;
            }
            let Some((key, _)) = running.waiting.pop_front() else {
                return;
            };
            if self.state.lines.contains(key) {
                self.begin_attempt(site, key);
                self.state.tasks.push(Task::Send(key));
            }
        }
    }

    /// A line that waited for its bulkhead has its turn.
    pub fn turn(&mut self, key: Key, agenda: &mut Agenda<Event>) -> Next {
        // Its node may have gone since it was given its turn.
        if self
            .state
            .lines
            .get(key)
            .is_some_and(|line| line.at == HALT)
        {
            return Next::Nothing;
        }
        if self.is_alive(key) && self.is_wanted(key) {
            self.tell_turn(key, agenda.now());
            return self.go(key, agenda);
        }
        self.forsake(key, agenda);
        Next::Nothing
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
            let path = self.blame_bulkhead(site, callee);
            let next = self.deny(key, Outcome::Overloaded, path, How::BulkheadFull, agenda);
            self.later(next);
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

    #[inline(always)]
    fn begin_attempt(&mut self, site: u32, key: Key) {
        let running = &mut self.state.sites[site as usize];
        running.active += 1;
        running.last_begun = key;
        if let Some(line) = self.state.lines.get_mut(key) {
            line.call.hold.counted += 1;
        }
    }

    fn blame_bulkhead(&mut self, site: u32, callee: u32) -> PathId {
        let last = self.state.sites[site as usize].last_begun;
        let holds = self.state.lines.get(last).map(|line| line.call.callee);
        match holds.filter(|callee| self.state.lines.contains(*callee)) {
            Some(request) => self.blame(request),
            None => self.state.paths.first(Cause::Slow { service: callee }),
        }
    }

    /// The caller's own policy stops a call before it is sent.
    fn deny(
        &mut self,
        key: Key,
        outcome: Outcome,
        path: PathId,
        how: How,
        agenda: &mut Agenda<Event>,
    ) -> Next {
        let Some(line) = self.state.lines.get(key) else {
            return Next::Nothing;
        };
        let callee = self.plan.calls[line.call.plan as usize].service;
        let first = match path {
            PathId::NONE => self.state.paths.first(Cause::Slow { service: callee }),
            path => path,
        };
        let end = End::of(outcome, self.state.paths.onward(first, callee, how));
        self.tell_step(key, agenda.now(), Step::Denied { to: callee, how });
        self.let_go(key);
        if self.is_alive(key) {
            return self.call_over(key, end, agenda);
        }
        self.forget(key, agenda.now());
        Next::Nothing
    }
}
