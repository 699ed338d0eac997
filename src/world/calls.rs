//! Calls from the caller's side: attempts, timeouts, retries.
//!
//! A caller that gives up leaves its attempt behind: the callee works on, and
//! the answer finds nobody. That wasted work is what makes retry storms.

use crate::base::Span;
use crate::engine::{Agenda, Key};

use super::live::Live;
use super::plan::CallPlan;
use super::probe::{Attempted, Cause, Outcome, Probe};
use super::spec::{Balance, Retry};
use super::state::{Call, Deadline, End, Event, Task};

impl<P: Probe> Live<'_, P> {
    /// A strand asks another service and waits.
    pub fn call(&mut self, strand: Key, plan: u32, visit: Key, agenda: &mut Agenda<Event>) {
        let now = agenda.now();
        let call = self.state.calls.insert(Call {
            strand,
            plan,
            entry: 0,
            attempts: 0,
            visit: Key::NONE,
            began: now,
            attempt_began: now,
        });
        if let Some(visit) = self.state.visits.get_mut(visit) {
            visit.last_call = call;
        }
        self.attempt(call, agenda);
    }

    /// Sends a call's next attempt to a pod and arms its timeout.
    pub fn attempt(&mut self, key: Key, agenda: &mut Agenda<Event>) {
        let Some(call) = self.state.calls.get_mut(key) else {
            return;
        };
        call.attempts += 1;
        call.attempt_began = agenda.now();
        let plan: &CallPlan = &self.plan.calls[call.plan as usize];
        let Some(pod) = self.choose_pod(plan.service) else {
            let cause = Some(Cause::NoPod {
                service: plan.service,
            });
            let end = End {
                outcome: Outcome::Unavailable,
                cause,
            };
            self.state.tasks.push(Task::Settle {
                call: key,
                visit: Key::NONE,
                end,
            });
            return;
        };
        match self.admit(pod, plan.route, key, agenda) {
            Ok(visit) => {
                if let Some(call) = self.state.calls.get_mut(key) {
                    call.visit = visit;
                }
                if let Some(lane) = plan.lane {
                    self.arm(lane, key, visit, agenda);
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

    /// One of the service's ready pods, by its balancing rule.
    fn choose_pod(&mut self, service: u32) -> Option<Key> {
        let running = &mut self.state.services[service as usize];
        let ready = if running.split > 0.0 && running.canaries.chance(running.split) {
            &running.canary
        } else {
            &running.ready
        };
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
                ready.get(place as usize).copied()
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
            let open = self
                .state
                .calls
                .get(deadline.call)
                .is_some_and(|call| call.visit == deadline.visit);
            if open && deadline.due > agenda.now() {
                self.state.lanes[lane as usize].armed = true;
                agenda.at(deadline.due, Event::Lane(lane));
                return;
            }
            self.state.lanes[lane as usize].deadlines.pop_front();
            if open {
                let cause = Some(self.blame(deadline.visit));
                let end = End {
                    outcome: Outcome::TimedOut,
                    cause,
                };
                // The visit goes on, but nobody waits for it.
                if let Some(visit) = self.state.visits.get_mut(deadline.visit) {
                    visit.call = Key::NONE;
                }
                self.settle(deadline.call, deadline.visit, end, agenda);
                self.finish_tasks(agenda);
            }
        }
    }

    /// An attempt has ended for its caller: go on, try again, or fail.
    pub fn settle(&mut self, key: Key, visit: Key, end: End, agenda: &mut Agenda<Event>) {
        let now = agenda.now();
        let Some(call) = self
            .state
            .calls
            .get_mut(key)
            .filter(|call| call.visit == visit)
        else {
            self.state.wasted += 1;
            return;
        };
        call.visit = Key::NONE;
        let call = *call;
        let plan = &self.plan.calls[call.plan as usize];
        if let Some(edge) = plan.edge {
            let duration = now.since(call.attempt_began);
            self.probe.attempted(Attempted {
                now,
                edge,
                outcome: end.outcome,
                duration,
            });
        }
        if !end.outcome.is_ok() && plan.retry.applies(end.outcome, call.attempts) {
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
        self.state.calls.remove(key);
        if call.strand == Key::NONE {
            self.user_done(&call, end, now);
        } else {
            self.answer(call.strand, plan.optional, end, agenda);
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
        let strand = call.strand;
        let waiting = strand == Key::NONE
            || self
                .state
                .strands
                .get(strand)
                .is_some_and(|strand| self.state.visits.contains(strand.visit));
        if waiting {
            self.attempt(key, agenda);
        } else {
            self.state.strands.remove(strand);
            self.state.calls.remove(key);
        }
    }

    /// A strand has the answer that it waited for.
    fn answer(&mut self, key: Key, optional: bool, end: End, agenda: &mut Agenda<Event>) {
        let Some(strand) = self.state.strands.get(key).copied() else {
            return;
        };
        let Some(visit) = self.state.visits.get_mut(strand.visit) else {
            // The request died while this branch of it was waiting.
            self.state.strands.remove(key);
            return;
        };
        if visit.touched.is_none() {
            visit.touched = end.cause;
        }
        if end.outcome.is_ok() || optional {
            self.state.tasks.push(Task::Run(key));
            return;
        }
        self.state.strands.remove(key);
        let outcome = match end.outcome {
            Outcome::TimedOut => Outcome::TimedOut,
            _ => Outcome::Error,
        };
        self.finish(
            strand.visit,
            End {
                outcome,
                cause: end.cause,
            },
            agenda,
        );
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
