//! Calls from the caller's side: attempts, timeouts, retries.
//!
//! A caller that gives up leaves its attempt behind: the callee works on, and
//! the answer finds nobody. That wasted work is what makes retry storms.

use crate::base::{SimTime, Span};
use crate::engine::{Agenda, Key};

use super::live::Live;
use super::paths::How;
use super::plan::CallPlan;
use super::probe::{Attempted, Cause, Outcome, Probe};
use super::spec::{Balance, Retry};
use super::state::{Call, Deadline, End, Event, Task, Visit};

impl<P: Probe> Live<'_, P> {
    /// A strand asks another service and waits.
    pub fn call(&mut self, strand: Key, plan: u32, visit: Key, agenda: &mut Agenda<Event>) {
        let mut call = Call::new(strand, plan, 0, agenda.now());
        if let Some(visit) = self.state.visits.get(visit) {
            (call.user, call.class) = (visit.user, visit.class);
        }
        let call = self.state.calls.insert(call);
        if let Some(visit) = self.state.visits.get_mut(visit) {
            visit.last_call = call;
        }
        self.attempt(call, agenda);
    }

    /// A call's next attempt: past its policies, if it has any.
    pub fn attempt(&mut self, key: Key, agenda: &mut Agenda<Event>) {
        let Some(call) = self.state.calls.get_mut(key) else {
            return;
        };
        call.attempts += 1;
        match self.plan.calls[call.plan as usize].site {
            None => self.send(key, agenda),
            Some(site) => self.ask(key, site, agenda),
        }
    }

    /// Sends a call's attempt to a pod.
    pub fn send(&mut self, key: Key, agenda: &mut Agenda<Event>) {
        let Some(call) = self.state.calls.get_mut(key) else {
            return;
        };
        call.attempt_began = agenda.now();
        let (attempt, hedge) = (call.attempts, self.plan.calls[call.plan as usize].hedge);
        match self.dispatch(key, None, agenda) {
            Ok(visit) => {
                if let Some(call) = self.state.calls.get_mut(key) {
                    call.visit = visit;
                }
                if let Some(delay) = hedge {
                    agenda.after(delay, Event::Hedge { call: key, attempt });
                }
            }
            Err(end) => {
                self.state.tasks.push(Task::Settle {
                    call: key,
                    visit: Key::NONE,
                    end,
                });
            }
        }
    }

    /// Chooses a pod, not `but` if there is another, and arms the timeout.
    pub fn dispatch(
        &mut self,
        key: Key,
        but: Option<Key>,
        agenda: &mut Agenda<Event>,
    ) -> Result<Key, End> {
        let Some(call) = self.state.calls.get(key) else {
            return Err(End::OK);
        };
        let plan: &CallPlan = &self.plan.calls[call.plan as usize];
        let mut visit = Visit::new(plan.route, key, agenda.now());
        (visit.user, visit.class) = (call.user, call.class);
        if plan.deadline || plan.cancel {
            visit.watched = true;
            visit.deadline = self.deadline(call, plan, agenda.now());
        }
        let service = plan.service;
        let Some(pod) = self.choose_pod(service, but) else {
            let cause = Cause::NoPod { service };
            let why = self.state.paths.onward(cause.into(), service, How::NoPod);
            return Err(End::failed(Outcome::Unavailable, why));
        };
        visit.pod = pod;
        let visit = self.admit(visit, agenda)?;
        if let Some(lane) = plan.lane {
            self.arm(lane, key, visit, agenda);
        }
        Ok(visit)
    }

    /// When nobody waits for the next attempt any more, as far as the callee
    /// is told: the earlier of the caller's own deadline and its timeout.
    fn deadline(&self, call: &Call, plan: &CallPlan, now: SimTime) -> SimTime {
        if !plan.deadline {
            return SimTime::MAX;
        }
        let strand = self.state.strands.get(call.strand);
        let caller = strand.and_then(|strand| self.state.visits.get(strand.visit));
        let theirs = caller.map_or(SimTime::MAX, |visit| visit.deadline);
        match plan.timeout {
            Some(timeout) if now + timeout < theirs => now + timeout,
            _ => theirs,
        }
    }

    /// One of the service's ready pods, by its balancing rule.
    fn choose_pod(&mut self, service: u32, but: Option<Key>) -> Option<Key> {
        let running = &mut self.state.services[service as usize];
        let ready = &running.ready;
        let count = ready.len() as u32;
        match count {
            0 => None,
            1 => ready.first().copied(),
            _ => {
                let place = match self.plan.spec.services[service as usize].balance {
                    Balance::RoundRobin => {
                        running.turn = (running.turn + 1) % count;
                        running.turn
                    }
                    Balance::Random => running.balance.below(count),
                    Balance::LeastRequest => {
                        let first = running.balance.below(count);
                        let second = (first + 1 + running.balance.below(count - 1)) % count;
                        let load = |place: u32| {
                            let pod = self.state.pods.get(ready[place as usize]);
                            pod.map_or(u32::MAX, |pod| pod.busy + pod.queue.len() as u32)
                        };
                        if load(second) < load(first) {
                            second
                        } else {
                            first
                        }
                    }
                };
                let chosen = ready.get(place as usize).copied();
                if but.is_some() && chosen == but {
                    ready.get(((place + 1) % count) as usize).copied()
                } else {
                    chosen
                }
            }
        }
    }

    fn arm(&mut self, lane: u32, call: Key, visit: Key, agenda: &mut Agenda<Event>) {
        let due = agenda.now() + self.plan.lanes[lane as usize];
        let state = &mut self.state.lanes[lane as usize];
        state.deadlines.push_back(Deadline { due, call, visit });
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
            let open =
                self.state.calls.get(deadline.call).is_some_and(|call| {
                    call.visit == deadline.visit || call.hedge == deadline.visit
                });
            if open && deadline.due > agenda.now() {
                self.state.lanes[lane as usize].armed = true;
                agenda.at(deadline.due, Event::Lane(lane));
                return;
            }
            self.state.lanes[lane as usize].deadlines.pop_front();
            if open {
                self.give_up(deadline.call, deadline.visit, agenda);
                self.finish_tasks(agenda);
            }
        }
    }

    /// An attempt has taken too long: its caller waits no longer.
    fn give_up(&mut self, key: Key, visit: Key, agenda: &mut Agenda<Event>) {
        let why = self.blame(visit);
        let plan = self.state.calls.get(key).map_or(0, |call| call.plan);
        let plan = &self.plan.calls[plan as usize];
        let why = self.state.paths.onward(why, plan.service, How::Late);
        self.abandon(visit, plan.cancel, agenda);
        self.settle(key, visit, End::failed(Outcome::TimedOut, why), agenda);
    }

    /// An attempt has ended for its caller: go on, try again, or fail.
    pub fn settle(&mut self, key: Key, visit: Key, end: End, agenda: &mut Agenda<Event>) {
        let now = agenda.now();
        let Some(call) = self.state.calls.get_mut(key) else {
            self.state.wasted += 1;
            return;
        };
        let second = visit != Key::NONE && call.hedge == visit;
        if call.visit != visit && !second {
            self.state.wasted += 1;
            return;
        }
        let other = if second {
            call.hedge = Key::NONE;
            call.visit
        } else {
            call.visit = Key::NONE;
            call.hedge
        };
        let call = *call;
        let plan = &self.plan.calls[call.plan as usize];
        if let Some(edge) = plan.edge {
            let began = match plan.hedge {
                Some(delay) if second => call.attempt_began + delay,
                _ => call.attempt_began,
            };
            self.probe.attempted(Attempted {
                now,
                edge,
                outcome: end.outcome,
                duration: now.since(began),
                degraded: end.degraded,
            });
        }
        if plan.site.is_some() {
            self.attempt_over(key, &call, second, Some(&end), now);
        }
        if other != Key::NONE {
            if !end.outcome.is_ok() {
                return;
            }
            self.lose(key, other, second, agenda);
        }
        if !end.outcome.is_ok()
            && plan.retry.applies(end.outcome, call.attempts)
            && self.is_wanted(key)
            && self.may_retry(key, plan.site, now)
        {
            let wait = plan.retry.wait(call.attempts);
            let service = self.caller_of(plan);
            let wait = if plan.retry.jitter {
                wait.scaled(self.state.services[service as usize].backoff.unit())
            } else {
                wait
            };
            agenda.after(wait, Event::Retry(key));
            return;
        }
        self.conclude(key, end, agenda);
    }

    /// The attempt that was not answered first.
    fn lose(&mut self, key: Key, loser: Key, first: bool, agenda: &mut Agenda<Event>) {
        let Some(call) = self.state.calls.get(key).copied() else {
            return;
        };
        let cancel = self.plan.calls[call.plan as usize].cancel;
        self.attempt_over(key, &call, !first, None, agenda.now());
        self.abandon(loser, cancel, agenda);
    }

    /// A call is over: whoever made it goes on.
    pub fn conclude(&mut self, key: Key, end: End, agenda: &mut Agenda<Event>) {
        let Some(call) = self.state.calls.get(key).copied() else {
            return;
        };
        self.state.calls.remove(key);
        if call.strand == Key::NONE {
            self.user_done(&call, end, agenda.now());
        } else {
            self.answer(call.strand, call.plan, end, agenda);
        }
    }

    /// The service whose back-off stream a call draws from.
    fn caller_of(&self, plan: &CallPlan) -> u32 {
        plan.edge
            .map_or(plan.service, |edge| self.plan.edges[edge as usize].from)
    }

    /// The wait before another attempt is over, unless the request died meanwhile.
    pub fn try_again(&mut self, key: Key, agenda: &mut Agenda<Event>) {
        let Some(call) = self.state.calls.get(key) else {
            return;
        };
        if call.strand == Key::NONE || self.is_wanted(key) {
            self.attempt(key, agenda);
        } else {
            self.forget(key, agenda.now());
        }
    }

    /// A strand has the answer that it waited for.
    fn answer(&mut self, key: Key, plan: u32, end: End, agenda: &mut Agenda<Event>) {
        let Some(strand) = self.state.strands.get_mut(key) else {
            return;
        };
        let at = strand.visit;
        let Some(visit) = self.state.visits.get_mut(at) else {
            // The request died while this branch of it was waiting.
            self.state.strands.remove(key);
            return;
        };
        if visit.touched.is_none() {
            (visit.touched, visit.path) = (end.cause, end.path);
        }
        visit.degraded |= end.degraded;
        let plan = &self.plan.calls[plan as usize];
        if end.outcome.is_ok() {
            self.state.tasks.push(Task::Run(key));
            return;
        }
        if plan.optional || plan.fallback.is_some() {
            visit.degraded = true;
            strand.at = plan.fallback.unwrap_or(strand.at);
            self.state.tasks.push(Task::Run(key));
            return;
        }
        let service = self.plan.routes[visit.route as usize].service;
        self.state.strands.remove(key);
        let outcome = match end.outcome {
            Outcome::TimedOut => Outcome::TimedOut,
            _ => Outcome::Error,
        };
        let why = self.state.paths.onward(end.why(), service, How::Failed);
        self.finish(at, End::failed(outcome, why), agenda);
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
    fn applies(&self, outcome: Outcome, attempts: u32) -> bool {
        attempts < self.attempts
            && match outcome {
                Outcome::Ok => false,
                Outcome::Error => self.on_error,
                Outcome::TimedOut => self.on_timeout,
                Outcome::Overloaded | Outcome::Unavailable => self.on_unavailable,
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
