//! Requests inside a service: admission, scripts, workers, answers.

use crate::base::{SimTime, Span};
use crate::engine::{Agenda, Key};

use super::fault::Fate;
use super::live::Live;
use super::plan::{Op, REFUSE};
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
        let spec = &self.plan.spec.services[service as usize];
        let Some(pod) = self.state.pods.get_mut(pod_key) else {
            let cause = Some(Cause::NoPod { service });
            return Err(End {
                outcome: Outcome::Unavailable,
                cause,
            });
        };
        let running = pod.busy < spec.workers;
        if !running && pod.queue.len() as u32 >= spec.queue {
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
        Ok(visit)
    }

    /// A worker takes a visit up.
    fn begin(&mut self, key: Key, agenda: &mut Agenda<Event>) {
        let Some(visit) = self.state.visits.get_mut(key) else {
            return;
        };
        visit.running = true;
        let route = &self.plan.routes[visit.route as usize];
        let mut version = 0;
        if let Some(pod) = self.state.pods.get_mut(visit.pod) {
            pod.last_begun = key;
            version = pod.version;
        }
        if self.plan.spec.services[route.service as usize].versions[version as usize].slower > 1.0 {
            visit.touched = Some(Cause::Version {
                service: route.service,
                version,
            });
        }
        let strand = Strand {
            visit: key,
            at: route.entry,
            parent: Key::NONE,
            waits: 0,
        };
        if self.state.struck[visit.route as usize] {
            self.begin_struck(key, strand, agenda);
        } else {
            let strand = self.state.strands.insert(strand);
            self.state.tasks.push(Task::Run(strand));
        }
    }

    /// A visit begins on a route that a fault concerns.
    fn begin_struck(&mut self, key: Key, mut strand: Strand, agenda: &mut Agenda<Event>) {
        let Some(&visit) = self.state.visits.get(key) else {
            return;
        };
        let blow = self.strike_begin(&visit, agenda.now());
        let culprit = match blow.fate {
            Fate::Refused(id) => {
                strand.at = REFUSE;
                Some(id)
            }
            Fate::Hung(id) => Some(id),
            Fate::Spared => blow.slowed,
        };
        if let (Some(id), Some(visit)) = (culprit, self.state.visits.get_mut(key)) {
            visit.touched = Some(Cause::Fault(id));
        }
        match blow.fate {
            Fate::Hung(id) => self.hang(id, key),
            Fate::Refused(_) | Fate::Spared => {
                let strand = self.state.strands.insert(strand);
                if blow.wait.is_zero() {
                    self.state.tasks.push(Task::Run(strand));
                } else {
                    agenda.after(blow.wait, Event::Wake(strand));
                }
            }
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
        let (pod, route, visit_touched) = (visit.pod, visit.route, visit.touched);
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
                    if self.state.struck[route as usize] {
                        span = self.slow_down(visit_key, span, agenda.now());
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
                Op::Refuse => {
                    self.state.strands.remove(key);
                    let end = End {
                        outcome: Outcome::Error,
                        cause: visit_touched,
                    };
                    self.finish(visit_key, end, agenda);
                    return;
                }
                Op::End => {
                    self.state.strands.remove(key);
                    let end = self.verdict(visit_key, agenda.now());
                    self.finish(visit_key, end, agenda);
                    return;
                }
            }
        }
    }

    /// Work on a route that a fault concerns.
    fn slow_down(&mut self, key: Key, span: Span, now: SimTime) -> Span {
        let Some(&visit) = self.state.visits.get(key) else {
            return span;
        };
        let (factor, slowed) = self.strike_work(&visit, now);
        if let Some(visit) = self.state.visits.get_mut(key)
            && slowed.is_some()
        {
            visit.touched = visit.touched.or(slowed.map(Cause::Fault));
        }
        span.scaled(factor)
    }

    #[inline]
    fn resume_at(&mut self, key: Key, at: u32) {
        if let Some(strand) = self.state.strands.get_mut(key) {
            strand.at = at;
        }
    }

    /// What a finished script answers: version and faults may spoil it.
    fn verdict(&mut self, key: Key, now: SimTime) -> End {
        let Some(&visit) = self.state.visits.get(key) else {
            return End::OK;
        };
        let route = &self.plan.routes[visit.route as usize];
        let version = self.state.pods.get(visit.pod).map_or(0, |pod| pod.version);
        let spec = &self.plan.spec.services[route.service as usize].versions[version as usize];
        let own = spec
            .errors
            .get(route.local as usize)
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
        if self.state.struck[visit.route as usize]
            && let Some(end) = self.strike_end(&visit, now)
        {
            return end;
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
                if pod.phase == PodPhase::Draining && pod.busy == 0 {
                    let service = pod.service;
                    self.remove_pod(key);
                    self.reconcile(service, agenda);
                }
            }
        }
    }
}
