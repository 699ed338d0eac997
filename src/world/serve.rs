//! Requests inside a service: admission, scripts, workers, answers.

use crate::base::Span;
use crate::engine::{Agenda, Key};

use super::live::Live;
use super::paths::{How, Why};
use super::plan::Op;
use super::probe::{Cause, Outcome, Probe, Served};
use super::state::{End, Event, PodPhase, Strand, Task, Visit};

impl<P: Probe> Live<'_, P> {
    /// A request arrives at a pod: a worker takes it, or it waits, or it is refused.
    pub fn admit(&mut self, mut visit: Visit, agenda: &mut Agenda<Event>) -> Result<Key, End> {
        let (pod_key, route) = (visit.pod, visit.route);
        let service = self.plan.routes[route as usize].service;
        let spec = &self.plan.spec.services[service as usize];
        let Some(pod) = self.state.pods.get_mut(pod_key) else {
            let cause = Cause::NoPod { service };
            let why = self.state.paths.onward(cause.into(), service, How::NoPod);
            return Err(End::failed(Outcome::Unavailable, why));
        };
        let running = pod.busy < spec.workers;
        if !running && pod.queue.len() as u32 >= spec.queue {
            let why = self.blame_queue(pod_key, service);
            return Err(self.turn_away(route, Outcome::Overloaded, why, How::QueueFull, agenda));
        }
        visit.running = running;
        if running {
            pod.busy += 1;
        }
        let visit = self.state.visits.insert(visit);
        self.state.services[service as usize].arrived += 1;
        if running {
            self.begin(visit, agenda);
        } else if let Some(pod) = self.state.pods.get_mut(pod_key) {
            pod.queue.push_back(visit);
        }
        Ok(visit)
    }

    /// A service answers at once that it will not serve a request.
    pub fn turn_away(
        &mut self,
        route: u32,
        outcome: Outcome,
        why: Why,
        how: How,
        agenda: &mut Agenda<Event>,
    ) -> End {
        let service = self.plan.routes[route as usize].service;
        self.probe.served(Served {
            now: agenda.now(),
            service,
            route,
            outcome,
            duration: Span::ZERO,
            degraded: false,
        });
        End::failed(outcome, self.state.paths.onward(why, service, how))
    }

    /// A worker takes a visit up.
    fn begin(&mut self, key: Key, agenda: &mut Agenda<Event>) {
        let Some(visit) = self.state.visits.get_mut(key) else {
            return;
        };
        visit.running = true;
        let route = &self.plan.routes[visit.route as usize];
        let effect = &self.state.effects[visit.route as usize];
        let mut version = 0;
        if let Some(pod) = self.state.pods.get_mut(visit.pod) {
            pod.last_begun = key;
            version = pod.version;
        }
        if !effect.extra.is_zero() {
            visit.touched = Some(Cause::Fault(effect.slow_fault));
        } else if self.plan.spec.services[route.service as usize].versions[version as usize].slower
            > 1.0
        {
            visit.touched = Some(Cause::Version {
                service: route.service,
                version,
            });
        }
        let strand = self.state.strands.insert(Strand {
            visit: key,
            at: route.entry,
            parent: Key::NONE,
            waits: 0,
        });
        if effect.extra.is_zero() {
            self.state.tasks.push(Task::Run(strand));
        } else {
            agenda.after(effect.extra, Event::Wake(strand));
        }
    }

    /// Runs a strand until it has to wait or ends.
    #[inline]
    pub fn run(&mut self, key: Key, agenda: &mut Agenda<Event>) {
        let Some(&Strand {
            visit: visit_key,
            at,
            parent,
            ..
        }) = self.state.strands.get(key)
        else {
            return;
        };
        let Some(visit) = self.state.visits.get(visit_key) else {
            // The request was failed or its pod killed meanwhile.
            self.state.strands.remove(key);
            return;
        };
        if visit.watched && self.is_idle(visit_key, visit, agenda.now()) {
            return self.give_way(visit_key, agenda);
        }
        let service = self.plan.routes[visit.route as usize].service as usize;
        let pod = visit.pod;
        let mut at = at;
        loop {
            match self.plan.ops[at as usize] {
                Op::Work(duration) => {
                    let mut span = duration.sample(&mut self.state.services[service].work);
                    let version = self.state.pods.get(pod).map_or(0, |pod| pod.version);
                    let slower = self.plan.spec.services[service].versions[version as usize].slower;
                    if slower != 1.0 {
                        span = span.scaled(slower);
                    }
                    self.resume_at(key, at + 1);
                    agenda.after(span, Event::Wake(key));
                    return;
                }
                Op::Call(plan) => {
                    self.resume_at(key, at + 1);
                    self.call(key, plan, visit_key, agenda);
                    return;
                }
                Op::Fork { first, count, next } => {
                    if let Some(strand) = self.state.strands.get_mut(key) {
                        strand.at = next;
                        strand.waits = count;
                    }
                    // The last pushed runs first: push in reverse to start branches in order.
                    for branch in (first..first + count).rev() {
                        let at = self.plan.targets[branch as usize];
                        let strand = Strand {
                            visit: visit_key,
                            at,
                            parent: key,
                            waits: 0,
                        };
                        let strand = self.state.strands.insert(strand);
                        self.state.tasks.push(Task::Run(strand));
                    }
                    return;
                }
                Op::Join => {
                    self.state.strands.remove(key);
                    if let Some(waiting) = self.state.strands.get_mut(parent) {
                        waiting.waits -= 1;
                        if waiting.waits == 0 {
                            self.state.tasks.push(Task::Run(parent));
                        }
                    }
                    return;
                }
                Op::Choose { first, count } => {
                    let draw = self.state.services[service].work.unit();
                    let choices = &self.plan.choices[first as usize..(first + count) as usize];
                    let chosen = choices.iter().find(|(reached, _)| draw < *reached);
                    at = chosen
                        .or(choices.last())
                        .map_or(at + 1, |(_, place)| *place);
                }
                Op::Jump(to) => at = to,
                Op::End => {
                    self.state.strands.remove(key);
                    let end = self.verdict(visit_key);
                    self.finish(visit_key, end, agenda);
                    return;
                }
            }
        }
    }

    #[inline]
    fn resume_at(&mut self, key: Key, at: u32) {
        if let Some(strand) = self.state.strands.get_mut(key) {
            strand.at = at;
        }
    }

    /// A visit stops: nobody waits for it, or nobody will when it is done.
    fn give_way(&mut self, key: Key, agenda: &mut Agenda<Event>) {
        let Some(visit) = self.state.visits.get(key) else {
            return;
        };
        let service = self.plan.routes[visit.route as usize].service;
        let why = match visit.touched {
            Some(cause) => Why {
                cause: Some(cause),
                path: visit.path,
            },
            None => Cause::Slow { service }.into(),
        };
        let why = self.state.paths.onward(why, service, How::GivenUp);
        self.finish(key, End::failed(Outcome::TimedOut, why), agenda);
    }

    /// What a finished script answers: version and faults may spoil it.
    fn verdict(&mut self, key: Key) -> End {
        let Some(&visit) = self.state.visits.get(key) else {
            return End::OK;
        };
        let route = &self.plan.routes[visit.route as usize];
        let service = route.service;
        let effect = self.state.effects[visit.route as usize];
        let version = self.state.pods.get(visit.pod).map_or(0, |pod| pod.version);
        let spec = &self.plan.spec.services[service as usize].versions[version as usize];
        let own = spec
            .errors
            .get(route.local as usize)
            .map_or(0.0, |ratio| ratio.get());
        let errors = &mut self.state.services[service as usize].errors;
        let cause = if errors.chance(own) {
            Some(Cause::Version { service, version })
        } else if errors.chance(effect.errors) {
            Some(Cause::Fault(effect.error_fault))
        } else {
            None
        };
        if let Some(cause) = cause {
            let why = self.state.paths.onward(cause.into(), service, How::Failed);
            return End::failed(Outcome::Error, why);
        }
        let Some(cause) = visit.touched else {
            return End {
                degraded: visit.degraded,
                ..End::OK
            };
        };
        let why = Why {
            cause: Some(cause),
            path: visit.path,
        };
        let how = if visit.degraded {
            How::Degraded
        } else {
            How::Slow
        };
        let why = self.state.paths.onward(why, service, how);
        End {
            outcome: Outcome::Ok,
            cause: why.cause,
            path: why.path,
            degraded: visit.degraded,
        }
    }

    /// A visit ends: its worker takes the next one, its caller gets the answer.
    pub fn finish(&mut self, key: Key, end: End, agenda: &mut Agenda<Event>) {
        let Some(&visit) = self.state.visits.get(key) else {
            return;
        };
        self.state.visits.remove(key);
        let service = self.plan.routes[visit.route as usize].service;
        self.state.services[service as usize].ended += 1;
        let now = agenda.now();
        let duration = now.since(visit.arrived);
        let (route, outcome) = (visit.route, end.outcome);
        self.probe.served(Served {
            now,
            service,
            route,
            outcome,
            duration,
            degraded: end.degraded,
        });
        if visit.call == Key::NONE {
            if visit.watched && !outcome.is_ok() {
                self.state.stopped += 1;
            } else {
                self.state.wasted += 1;
            }
        } else {
            self.state.tasks.push(Task::Settle {
                call: visit.call,
                visit: key,
                end,
            });
        }
        if visit.running {
            self.release(visit.pod, agenda);
        }
    }

    /// A worker is free: it takes the longest waiting visit, if any.
    fn release(&mut self, key: Key, agenda: &mut Agenda<Event>) {
        loop {
            let Some(pod) = self.state.pods.get_mut(key) else {
                return;
            };
            let Some(next) = pod.queue.pop_front() else {
                pod.busy -= 1;
                if pod.phase == PodPhase::Draining && pod.busy == 0 {
                    let service = pod.service;
                    self.remove_pod(key);
                    self.reconcile(service, agenda);
                }
                return;
            };
            let Some(visit) = self.state.visits.get(next) else {
                continue;
            };
            if visit.watched && self.is_idle(next, visit, agenda.now()) {
                self.give_way(next, agenda);
                continue;
            }
            return self.begin(next, agenda);
        }
    }
}
