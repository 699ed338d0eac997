//! Calls from the caller's side: attempts, timeouts, retries.
//!
//! A caller that gives up leaves its attempt behind: the callee works on, and
//! the answer finds nobody. That wasted work is what makes retry storms.

use crate::base::{SimTime, Span};
use crate::engine::{Agenda, Key};

use super::follow::{LONG, Step};
use super::line::{Kind, Line, Pass};
use super::live::Live;
use super::paths::{How, PathId};
use super::plan::{CallPlan, HALT};
use super::probe::{Attempted, Cause, Outcome, Probe};
use super::spec::{Balance, Retry};
use super::state::{Deadline, End, Event, Next};

impl<P: Probe> Live<'_, P> {
    /// Sends the next attempt of a line's call to a pod and arms its timeout.
    #[inline(always)]
    pub fn attempt(&mut self, key: Key, agenda: &mut Agenda<Event>) -> Next {
        let Some(line) = self.state.lines.get_mut(key) else {
            return Next::Nothing;
        };
        line.call.attempts += 1;
        line.call.began = agenda.now();
        let (call, pass) = (line.call.plan, Pass::plain(line));
        self.try_call(key, call, pass, agenda)
    }

    /// Sends an attempt that the line has noted.
    #[inline(always)]
    pub fn try_call(
        &mut self,
        key: Key,
        call: u32,
        pass: Pass,
        agenda: &mut Agenda<Event>,
    ) -> Next {
        let plan: &CallPlan = &self.plan.calls[call as usize];
        if plan.guarded | self.state.wired[plan.route as usize] {
            return self.ask_policies(key, agenda);
        }
        if pass.followed {
            self.tell_sent(key, agenda.now(), false);
        }
        let admitted = match self.pod_for(key, plan, Key::NONE, pass.user, agenda.now()) {
            Ok(pod) => self.admit(pod, plan.route, key, pass, agenda),
            Err(end) => Err(end),
        };
        match admitted {
            Ok((callee, next)) => {
                if let Some(line) = self.state.lines.get_mut(key) {
                    line.call.callee = callee;
                }
                if let Some(lane) = plan.lane {
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

    /// Nobody to ask.
    #[cold]
    #[inline(never)]
    pub fn no_pod(&mut self, service: u32) -> End {
        let first = self.state.paths.first(Cause::NoPod { service });
        let path = self.state.paths.onward(first, service, How::NoPod);
        End::of(Outcome::Unavailable, path)
    }

    /// The pod that a line's call goes to; not `but` if there is another.
    #[inline(always)]
    pub fn pod_for(
        &mut self,
        key: Key,
        plan: &CallPlan,
        but: Key,
        user: u32,
        now: SimTime,
    ) -> Result<Key, End> {
        if plan.particular {
            return self.choose_store(key, plan.service, plan.route, user, now);
        }
        match self.choose_pod(plan.service, key, but, user) {
            Some(pod) => Ok(pod),
            None => Err(self.no_pod(plan.service)),
        }
    }

    /// One of the service's ready pods; not `but` if there is another.
    #[inline(always)]
    pub fn choose_pod(&mut self, service: u32, line: Key, but: Key, user: u32) -> Option<Key> {
        match self.state.services[service as usize].sole {
            Key::NONE => self.balance(service, line, but, user),
            only => Some(only),
        }
    }

    /// One of several ready pods, by the service's balancing rule.
    fn balance(&mut self, service: u32, line: Key, but: Key, user: u32) -> Option<Key> {
        if self.plan.services[service as usize].balance == Balance::ZoneAware {
            return self.choose_near(service, line, None, but, user);
        }
        let running = &mut self.state.services[service as usize];
        let ready = if running.split > 0.0 && running.canaries.chance(running.split) {
            &running.canary
        } else {
            &running.ready
        };
        let count = ready.len() as u32;
        if count < 2 {
            return ready.first().copied();
        }
        let place = match self.plan.services[service as usize].balance {
            Balance::RoundRobin => {
                running.turn += 1;
                if running.turn >= count {
                    running.turn = 0;
                }
                running.turn
            }
            Balance::RingHash => {
                let ejected = &running.ejected;
                let skip = |key| key == but || ejected.contains(&key) || !ready.contains(&key);
                return running.ring.find(user, skip);
            }
            Balance::Random => running.balance.below(count),
            Balance::LeastRequest | Balance::ZoneAware => {
                let first = running.balance.below(count);
                let second = (first + 1 + running.balance.below(count - 1)) % count;
                let load = |place: u32| {
                    let pod = self.state.pods.get(ready[place as usize]);
                    // A pod that is gone looks idle to its callers.
                    pod.map_or(0, |pod| pod.requests)
                };
                if load(second) < load(first) {
                    second
                } else {
                    first
                }
            }
        };
        let chosen = ready.get(place as usize).copied();
        if but == Key::NONE && running.ejected.is_empty() {
            return chosen;
        }
        let (before, after) = ready.split_at(place as usize);
        let fits = |key: &Key| *key != but && !running.ejected.contains(key);
        after.iter().chain(before).copied().find(fits).or(chosen)
    }

    #[inline(always)]
    pub fn arm(&mut self, lane: u32, line: Key, callee: Key, agenda: &mut Agenda<Event>) {
        let due = agenda.now() + self.plan.lanes[lane as usize].span;
        let state = &mut self.state.lanes[lane as usize];
        state.deadlines.push_back(Deadline { due, line, callee });
        if !state.armed {
            state.armed = true;
            agenda.at(due, Event::Lane(lane));
        }
    }

    /// The head of a lane is due: everything due now is given up, or gets a
    /// second attempt beside it; what was answered is dropped, and the next
    /// live deadline goes on the agenda.
    pub fn deadlines(&mut self, lane: u32, agenda: &mut Agenda<Event>) {
        let hedges = self.plan.lanes[lane as usize].hedges;
        self.state.lanes[lane as usize].armed = false;
        while let Some(deadline) = self.state.lanes[lane as usize].deadlines.front().copied() {
            let open = self.waits_for(deadline.line, deadline.callee);
            if open && deadline.due > agenda.now() {
                self.state.lanes[lane as usize].armed = true;
                agenda.at(deadline.due, Event::Lane(lane));
                return;
            }
            self.state.lanes[lane as usize].deadlines.pop_front();
            if open && hedges {
                let next = self.hedge(deadline.line, deadline.callee, agenda);
                self.follow(next, agenda);
            } else if open {
                let end = self.give_up(deadline.line, deadline.callee, agenda);
                self.answer(deadline.line, deadline.callee, end);
                self.follow(Next::Nothing, agenda);
            }
        }
    }

    /// Whether a line still waits for a request.
    #[inline]
    pub fn waits_for(&self, line: Key, callee: Key) -> bool {
        let line = self.state.lines.get(line);
        line.is_some_and(|line| (line.call.callee == callee) | (line.call.hedge == callee))
    }

    /// An attempt has taken too long: its caller waits no longer. The request
    /// goes on, unless its end is passed on to it.
    fn give_up(&mut self, key: Key, callee: Key, agenda: &mut Agenda<Event>) -> End {
        let plan = self.state.lines.get(key).map_or(0, |line| line.call.plan);
        let plan = &self.plan.calls[plan as usize];
        let path = if self.state.lines.contains(callee) {
            self.blame(callee)
        } else {
            self.blame_letter(callee, key, plan.service)
        };
        let path = self.state.paths.onward(path, plan.service, How::Late);
        if self.plan.services[plan.service as usize].guarded
            && let Some(line) = self.state.lines.get(callee)
        {
            let took = agenda.now().since(line.arrived);
            self.learn(line.pod, plan.service, Outcome::TimedOut, took, agenda);
        }
        self.drop_request(callee, plan.cancel, agenda);
        End::of(Outcome::TimedOut, path)
    }

    /// An attempt has ended for its caller: go on, try again, or fail.
    #[inline(always)]
    pub fn settle(&mut self, key: Key, callee: Key, end: End, agenda: &mut Agenda<Event>) -> Next {
        let Some(line) = self.state.lines.get_mut(key) else {
            self.state.wasted += 1;
            return Next::Nothing;
        };
        if line.call.hold.guarded {
            return self.settle_guarded(key, callee, end, agenda);
        }
        if line.call.callee != callee {
            self.state.wasted += 1;
            return Next::Nothing;
        }
        line.call.callee = Key::NONE;
        let kind = line.kind;
        let (now, attempts) = (agenda.now(), line.call.attempts);
        let took = now.since(line.call.began);
        let plan = &self.plan.calls[line.call.plan as usize];
        if line.followed | !end.outcome.is_ok() | (took >= LONG) {
            self.tell_settled(key, now, end.outcome, false);
        }
        if let Some(edge) = plan.edge {
            self.probe.attempted(Attempted {
                now,
                edge,
                outcome: end.outcome,
                duration: took,
                degraded: end.degraded,
            });
        }
        if !end.outcome.is_ok() && plan.retry.applies(end.outcome, attempts) {
            self.back_off(key, plan, attempts, agenda);
            return Next::Nothing;
        }
        self.conclude(key, kind, end, agenda)
    }

    /// A call is over: its line goes on.
    #[inline(always)]
    pub fn conclude(&mut self, key: Key, kind: Kind, end: End, agenda: &mut Agenda<Event>) -> Next {
        match kind {
            Kind::Request | Kind::Branch if end == End::OK => Next::Run(key),
            Kind::Request | Kind::Branch => self.troubled(key, end, agenda),
            Kind::User => {
                self.user_answered(key, end, agenda);
                Next::Nothing
            }
            Kind::Delivery => {
                self.delivered(key, end, agenda);
                Next::Nothing
            }
        }
    }

    /// A user has the answer.
    fn user_answered(&mut self, key: Key, end: End, agenda: &mut Agenda<Event>) {
        let Some(line) = self.state.lines.get(key) else {
            return;
        };
        let (entry, arrived, user) = (line.route, line.arrived, line.at);
        if line.followed {
            let outcome = end.outcome;
            self.tell_step(key, agenda.now(), Step::Concluded { outcome });
        }
        self.state.lines.remove(key);
        self.user_done(entry, arrived, user, end, false, agenda);
    }

    /// [`Live::conclude`] for those who are not in the hot loop.
    #[inline(never)]
    pub fn call_over(&mut self, key: Key, end: End, agenda: &mut Agenda<Event>) -> Next {
        match self.state.lines.get(key) {
            Some(line) => self.conclude(key, line.kind, end, agenda),
            None => Next::Nothing,
        }
    }

    /// Waits before the next attempt.
    #[cold]
    #[inline(never)]
    pub fn back_off(
        &mut self,
        key: Key,
        plan: &CallPlan,
        attempts: u32,
        agenda: &mut Agenda<Event>,
    ) {
        let step = Step::Retries {
            to: plan.service,
            attempt: attempts + 1,
            most: plan.retry.attempts,
        };
        self.tell_step(key, agenda.now(), step);
        let mut wait = plan.retry.wait(attempts);
        if plan.retry.jitter {
            let caller = plan.edge.map(|edge| self.plan.edges[edge as usize].from);
            let service = caller.unwrap_or(plan.service);
            wait = wait.scaled(self.state.services[service as usize].backoff.unit());
        }
        agenda.after(wait, Event::Retry(key));
    }

    /// The wait before another attempt is over, unless the request died meanwhile.
    pub fn try_again(&mut self, key: Key, agenda: &mut Agenda<Event>) -> Next {
        let kind = self.state.lines.get(key).map(|line| line.kind);
        if kind == Some(Kind::Delivery) {
            return self.hand_over(key, agenda);
        }
        if self.is_alive(key) {
            let halted = |line: &Line| line.at == HALT && line.kind != Kind::User;
            if self.state.lines.get(key).is_some_and(halted) {
                return Next::Nothing;
            }
            if self.is_wanted(key) {
                return self.send(key, agenda);
            }
        }
        self.forsake(key, agenda);
        Next::Nothing
    }

    /// A line has the answer that it waited for, but a late, a poor or a bad one.
    #[cold]
    #[inline(never)]
    pub fn troubled(&mut self, key: Key, end: End, agenda: &mut Agenda<Event>) -> Next {
        let lines = &mut self.state.lines;
        let Some(line) = lines.get(key) else {
            return Next::Nothing;
        };
        let plan = &self.plan.calls[line.call.plan as usize];
        let request_key = line.request_of(key);
        let Some(request) = lines.get_mut(request_key) else {
            // The request died while this branch of it was waiting.
            self.forget(key, agenda.now());
            return Next::Nothing;
        };
        if request.touched == PathId::NONE {
            request.touched = end.path;
        }
        request.degraded |= end.degraded;
        if end.outcome.is_ok() {
            return Next::Run(key);
        }
        if plan.optional || plan.fallback.is_some() {
            request.degraded = true;
            if let Some(line) = lines.get_mut(key) {
                line.at = plan.fallback.unwrap_or(line.at);
            }
            if self.plan.keeps {
                self.missed(key);
            }
            return Next::Run(key);
        }
        self.undo(key, end, agenda)
    }

    /// A line cannot go on: its request fails.
    pub fn undo(&mut self, key: Key, end: End, agenda: &mut Agenda<Event>) -> Next {
        let Some(line) = self.state.lines.get(key) else {
            return Next::Nothing;
        };
        let (request_key, service) = (line.request_of(key), line.service);
        if key != request_key {
            self.forget(key, agenda.now());
        }
        let outcome = match end.outcome {
            Outcome::TimedOut => Outcome::TimedOut,
            _ => Outcome::Error,
        };
        let end = End::of(
            outcome,
            self.state.paths.onward(end.path, service, How::Failed),
        );
        let caller = self.finish(request_key, end, agenda);
        self.answer(caller, request_key, end);
        Next::Nothing
    }
}

impl Retry {
    /// What `retry: {attempts: n}` means in a world file.
    pub fn usual() -> Retry {
        Retry {
            attempts: 1,
            backoff: Span::from_millis(25),
            max_backoff: Span::from_secs(10),
            jitter: true,
            on_error: true,
            on_timeout: true,
            on_unavailable: true,
            budget: None,
        }
    }

    /// Whether another attempt follows the `attempts`-th, which ended in `outcome`.
    pub fn applies(&self, outcome: Outcome, attempts: u32) -> bool {
        attempts < self.attempts
            && match outcome {
                Outcome::Ok => false,
                Outcome::Error => self.on_error,
                Outcome::TimedOut => self.on_timeout,
                Outcome::Overloaded | Outcome::Unavailable | Outcome::Limited => {
                    self.on_unavailable
                }
            }
    }

    /// The wait after the `attempts`-th attempt: backoff 2^(attempts-1), at most the longest.
    fn wait(&self, attempts: u32) -> Span {
        let doublings = if attempts > 21 { 20 } else { attempts - 1 };
        let wait = Span::from_nanos(self.backoff.as_nanos().saturating_mul(1 << doublings));
        if wait > self.max_backoff {
            self.max_backoff
        } else {
            wait
        }
    }
}
