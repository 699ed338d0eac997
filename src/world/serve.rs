//! Requests inside a service: admission, scripts, workers, answers.

use crate::base::{SimTime, Span};
use crate::engine::{Agenda, Key};

use super::live::Live;
use super::plan::Op;
use super::probe::{Cause, Outcome, Probe, Served};
use super::state::{End, Event, PodPhase, Strand, Task, Visit};

impl<P: Probe> Live<'_, P> {
    /// A request arrives at a pod: a worker takes it, or it waits, or it is refused.
    pub fn admit(
        &mut self,
        pod_key: Key,
        route: u32,
        call: Key,
        agenda: &mut Agenda<Event>,
    ) -> Result<Key, End> {
        let service = self.plan.routes[route as usize].service;
        let Some(pod) = self.state.pods.get_mut(pod_key) else {
            let cause = Some(Cause::Refused { service });
            return Err(End {
                outcome: Outcome::Unavailable,
                cause,
            });
        };
        if !pod.open {
            return self.turned_away(pod_key, route, call, agenda.now());
        }
        let odd = pod.odd;
        let running = pod.busy < pod.workers;
        if !running && pod.queue.len() as u32 >= pod.places {
            let now = agenda.now();
            let outcome = Outcome::Overloaded;
            self.probe.served(Served {
                now,
                service,
                route,
                outcome,
                duration: Span::ZERO,
            });
            let cause = Some(self.blame_queue(pod_key, service));
            return Err(End { outcome, cause });
        }
        let visit = self.state.visits.insert(Visit {
            route,
            pod: pod_key,
            call,
            arrived: agenda.now(),
            running,
            last_call: Key::NONE,
            touched: None,
        });
        self.state.services[service as usize].arrived += 1;
        if running {
            pod.busy += 1;
            self.begin(visit, agenda);
        } else {
            pod.queue.push_back(visit);
        }
        if odd {
            self.weigh(pod_key, agenda);
        }
        Ok(visit)
    }

    /// A request reaches a pod that does not serve: a connection refused, or
    /// no answer at all where its node is gone.
    fn turned_away(&mut self, pod: Key, route: u32, call: Key, now: SimTime) -> Result<Key, End> {
        let service = self.plan.routes[route as usize].service;
        let (lost, node) = match self.state.pods.get(pod) {
            Some(pod) => (pod.body.lost, pod.body.node),
            None => (false, None),
        };
        let Some(node) = node.filter(|_| lost) else {
            return Err(End {
                outcome: Outcome::Unavailable,
                cause: Some(Cause::Refused { service }),
            });
        };
        let visit = self.state.visits.insert(Visit {
            route,
            pod,
            call,
            arrived: now,
            running: false,
            last_call: Key::NONE,
            touched: Some(Cause::Node { node }),
        });
        self.state.services[service as usize].arrived += 1;
        Ok(visit)
    }

    /// A worker takes a visit up.
    fn begin(&mut self, key: Key, agenda: &mut Agenda<Event>) {
        let Some(visit) = self.state.visits.get_mut(key) else {
            return;
        };
        visit.running = true;
        let route = &self.plan.routes[visit.route as usize];
        let effect = &self.state.effects[visit.route as usize];
        let (mut version, mut slower, mut odd) = (0, false, false);
        let pod_key = visit.pod;
        if let Some(pod) = self.state.pods.get_mut(pod_key) {
            pod.last_begun = key;
            pod.begun += 1;
            version = pod.version;
            slower = pod.pace > 1.0;
            odd = pod.odd;
        }
        if !effect.extra.is_zero() {
            visit.touched = Some(Cause::Fault(effect.slow_fault));
        } else if slower {
            visit.touched = Some(Cause::Version {
                service: route.service,
                version,
            });
        }
        let strand = self.state.strands.insert(Strand {
            visit: key,
            at: route.entry_at(version, self.plan),
            parent: Key::NONE,
            waits: 0,
        });
        let extra = effect.extra;
        if odd {
            self.burden(pod_key, key, agenda.now());
        }
        if extra.is_zero() {
            self.state.tasks.push(Task::Run(strand));
        } else {
            agenda.after(extra, Event::Wake(strand));
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
        let service = self.plan.routes[visit.route as usize].service as usize;
        let pod = visit.pod;
        if self.plan.pauses[service]
            && let Some(until) = self.paused(pod, agenda.now())
        {
            agenda.at(until, Event::Wake(key));
            return;
        }
        let mut at = at;
        loop {
            match self.plan.ops[at as usize] {
                Op::Work(duration) => {
                    let mut span = duration.sample(&mut self.state.services[service].work);
                    let pace = self.pace(pod, agenda.now());
                    if pace != 1.0 {
                        span = span.scaled(pace);
                    }
                    self.resume_at(key, at + 1);
                    agenda.after(span, Event::Wake(key));
                    return;
                }
                Op::Burst(duration) => {
                    let span = duration.sample(&mut self.state.services[service].work);
                    let span = span.scaled(self.pace(pod, agenda.now()));
                    self.resume_at(key, at + 1);
                    self.burst(key, pod, span, agenda);
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

    /// How many times as long work takes in a pod now.
    #[inline]
    fn pace(&self, pod: Key, now: SimTime) -> f64 {
        match self.state.pods.get(pod) {
            Some(pod) if pod.odd => self.odd_pace(pod, now),
            Some(pod) => pod.pace,
            None => 1.0,
        }
    }

    #[inline]
    fn resume_at(&mut self, key: Key, at: u32) {
        if let Some(strand) = self.state.strands.get_mut(key) {
            strand.at = at;
        }
    }

    /// What a finished script answers: version and faults may spoil it.
    fn verdict(&mut self, key: Key) -> End {
        let Some(visit) = self.state.visits.get(key) else {
            return End::OK;
        };
        let route = &self.plan.routes[visit.route as usize];
        let effect = self.state.effects[visit.route as usize];
        let (mut version, mut shows) = (0, true);
        if let Some(pod) = self.state.pods.get(visit.pod) {
            version = pod.version;
            if pod.odd {
                if self.disk_refuses(pod, route.local) {
                    let service = route.service;
                    return End {
                        outcome: Outcome::Error,
                        cause: Some(Cause::DiskFull { service }),
                    };
                }
                shows = self.shows(pod);
            }
        }
        let spec = &self.plan.spec.services[route.service as usize].versions[version as usize];
        let own = spec
            .errors
            .get(route.local as usize)
            .filter(|_| shows)
            .map_or(0.0, |ratio| ratio.get());
        let errors = &mut self.state.services[route.service as usize].errors;
        if errors.chance(own) {
            let cause = Some(Cause::Version {
                service: route.service,
                version,
            });
            return End {
                outcome: Outcome::Error,
                cause,
            };
        }
        if errors.chance(effect.errors) {
            let cause = Some(Cause::Fault(effect.error_fault));
            return End {
                outcome: Outcome::Error,
                cause,
            };
        }
        End {
            outcome: Outcome::Ok,
            cause: visit.touched,
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
        });
        if visit.call == Key::NONE {
            self.state.wasted += 1;
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
        let Some(pod) = self.state.pods.get_mut(key) else {
            return;
        };
        match pod.queue.pop_front() {
            Some(next) => self.begin(next, agenda),
            None => {
                pod.busy -= 1;
                if pod.phase == PodPhase::Draining && pod.busy == 0 && !pod.open {
                    let service = pod.service;
                    self.remove_pod(key, agenda);
                    self.reconcile(service, agenda);
                }
            }
        }
    }
}
