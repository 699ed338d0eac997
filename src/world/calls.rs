//! Calls from the caller's side: attempts, timeouts, retries.
//!
//! A caller that gives up leaves its attempt behind: the callee works on, and
//! the answer finds nobody. That wasted work is what makes retry storms.

use crate::base::Span;
use crate::engine::{Agenda, Key};

use super::line::Kind;
use super::live::Live;
use super::plan::CallPlan;
use super::probe::{Attempted, Outcome, Probe};
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
        let plan: &CallPlan = &self.plan.calls[line.call.plan as usize];
        let admitted = match self.choose_pod(plan.service) {
            Some(pod) => self.admit(pod, plan.route, key, agenda),
            None => Err(End::no_pod(plan.service)),
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

    /// One of the service's ready pods.
    #[inline(always)]
    fn choose_pod(&mut self, service: u32) -> Option<Key> {
        match self.state.services[service as usize].ready[..] {
            [] => None,
            [only] => Some(only),
            _ => self.balance(service),
        }
    }

    /// One of several ready pods, by the service's balancing rule.
    fn balance(&mut self, service: u32) -> Option<Key> {
        let running = &mut self.state.services[service as usize];
        let ready = &running.ready;
        let count = ready.len() as u32;
        let place = match self.plan.services[service as usize].balance {
            Balance::RoundRobin => {
                running.turn += 1;
                if running.turn >= count {
                    running.turn = 0;
                }
                running.turn
            }
            Balance::Random => running.balance.below(count),
            Balance::LeastRequest => {
                let first = running.balance.below(count);
                let second = (first + 1 + running.balance.below(count - 1)) % count;
                let load = |place: u32| {
                    let pod = self.state.pods.get(ready[place as usize]);
                    pod.map_or(u32::MAX, |pod| pod.requests)
                };
                if load(second) < load(first) {
                    second
                } else {
                    first
                }
            }
        };
        ready.get(place as usize).copied()
    }

    #[inline(always)]
    fn arm(&mut self, lane: u32, line: Key, callee: Key, agenda: &mut Agenda<Event>) {
        let due = agenda.now() + self.plan.lanes[lane as usize];
        let state = &mut self.state.lanes[lane as usize];
        state.deadlines.push_back(Deadline { due, line, callee });
        if !state.armed {
            state.armed = true;
            agenda.at(due, Event::Lane(lane));
        }
    }

    /// The head of a lane is due: everything due now is given up, what was
    /// answered is dropped, and the next live deadline goes on the agenda.
    pub fn deadlines(&mut self, lane: u32, agenda: &mut Agenda<Event>) {
        self.state.lanes[lane as usize].armed = false;
        while let Some(deadline) = self.state.lanes[lane as usize].deadlines.front().copied() {
            let open = self
                .state
                .lines
                .get(deadline.line)
                .is_some_and(|line| line.call.callee == deadline.callee);
            if open && deadline.due > agenda.now() {
                self.state.lanes[lane as usize].armed = true;
                agenda.at(deadline.due, Event::Lane(lane));
                return;
            }
            self.state.lanes[lane as usize].deadlines.pop_front();
            if open {
                let end = End {
                    outcome: Outcome::TimedOut,
                    cause: Some(self.blame(deadline.callee)),
                };
                // The request goes on, but nobody waits for it.
                if let Some(request) = self.state.lines.get_mut(deadline.callee) {
                    request.owner = Key::NONE;
                }
                self.answer(deadline.line, deadline.callee, end);
                self.follow(Next::Nothing, agenda);
            }
        }
    }

    /// An attempt has ended for its caller: go on, try again, or fail.
    #[inline(always)]
    pub fn settle(&mut self, key: Key, callee: Key, end: End, agenda: &mut Agenda<Event>) -> Next {
        let Some(line) = self
            .state
            .lines
            .get_mut(key)
            .filter(|line| line.call.callee == callee)
        else {
            self.state.wasted += 1;
            return Next::Nothing;
        };
        line.call.callee = Key::NONE;
        let plan = &self.plan.calls[line.call.plan as usize];
        if let Some(edge) = plan.edge {
            let now = agenda.now();
            self.probe.attempted(Attempted {
                now,
                edge,
                outcome: end.outcome,
                duration: now.since(line.call.began),
            });
        }
        if !end.outcome.is_ok() && plan.retry.applies(end.outcome, line.call.attempts) {
            let attempts = line.call.attempts;
            self.back_off(key, plan, attempts, agenda);
            return Next::Nothing;
        }
        if line.kind == Kind::User {
            let (entry, arrived, user) = (line.route, line.arrived, line.at);
            self.state.lines.remove(key);
            self.user_done(entry, arrived, user, end, false, agenda);
            return Next::Nothing;
        }
        if end == End::OK {
            return Next::Run(key);
        }
        self.troubled(key, plan.optional, end, agenda)
    }

    /// Waits before the next attempt.
    #[cold]
    #[inline(never)]
    fn back_off(&mut self, key: Key, plan: &CallPlan, attempts: u32, agenda: &mut Agenda<Event>) {
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
        if self.is_alive(key) {
            return self.send(key, agenda);
        }
        self.state.lines.remove(key);
        Next::Nothing
    }

    /// A line has the answer that it waited for, but a late or a bad one.
    #[cold]
    #[inline(never)]
    fn troubled(&mut self, key: Key, optional: bool, end: End, agenda: &mut Agenda<Event>) -> Next {
        let lines = &mut self.state.lines;
        let request_key = lines.get(key).map_or(key, |line| line.request_of(key));
        let Some(request) = lines.get_mut(request_key) else {
            // The request died while this branch of it was waiting.
            lines.remove(key);
            return Next::Nothing;
        };
        if request.touched.is_none() {
            request.touched = end.cause;
        }
        if end.outcome.is_ok() || optional {
            return Next::Run(key);
        }
        if key != request_key {
            lines.remove(key);
        }
        let outcome = match end.outcome {
            Outcome::TimedOut => Outcome::TimedOut,
            _ => Outcome::Error,
        };
        let cause = end.cause;
        let end = End { outcome, cause };
        let caller = self.finish(request_key, end, agenda);
        self.answer(caller, request_key, end);
        Next::Nothing
    }
}

impl Retry {
    /// Whether another attempt follows the `attempts`-th, which ended in `outcome`.
    fn applies(&self, outcome: Outcome, attempts: u32) -> bool {
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
