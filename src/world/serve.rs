//! Requests inside a service: admission, workers, answers.
//!
//! An ordinary request holds a worker from when it is taken up to its answer.
//! A request to an asynchronous service is taken up at once, and its lines
//! queue for a worker at each of their works.

use crate::base::{SimTime, Span};
use crate::engine::{Agenda, Key};

use super::line::{Kind, Line, Pass, Sent};
use super::live::Live;
use super::paths::{How, PathId, Why};
use super::plan::Op;
use super::probe::{Cause, Outcome, Probe, Served};
use super::state::{End, Event, Next, PodPhase};

impl<P: Probe> Live<'_, P> {
    /// A request arrives at a pod: it is taken up, or it waits, or it is
    /// refused. Returns its key and what is next.
    #[inline]
    pub fn admit(
        &mut self,
        pod_key: Key,
        route: u32,
        owner: Key,
        pass: Pass,
        agenda: &mut Agenda<Event>,
    ) -> Result<(Key, Next), End> {
        let at_route = &self.plan.routes[route as usize];
        let service = at_route.service;
        let plan = &self.plan.services[service as usize];
        if plan.guarded
            && let Some((why, how)) = self.shield(pod_key, service, pass.class, agenda.now())
        {
            return Err(self.turn_away(route, why, how, agenda));
        }
        let Some(pod) = self.state.pods.get_mut(pod_key) else {
            return Err(self.no_pod(service));
        };
        let free = pod.busy < plan.workers;
        if !free && pod.queue.len() as u32 >= plan.queue {
            let why = self.blame_queue(pod_key, service);
            return Err(self.turn_away(route, why, How::QueueFull, agenda));
        }
        let running = free | plan.asynchronous;
        pod.requests += 1;
        let key = self.state.lines.insert(Line {
            kind: Kind::Request,
            running,
            service,
            route,
            at: at_route.entry,
            waits: 0,
            pod: pod_key,
            owner,
            request: Key::NONE,
            arrived: agenda.now(),
            call: Sent::NOTHING,
            last_caller: Key::NONE,
            touched: None,
            path: PathId::NONE,
            degraded: false,
            watched: pass.cancel || pass.deadline < SimTime::MAX,
            cancel: pass.cancel,
            class: pass.class,
            user: pass.user,
            deadline: pass.deadline,
        });
        self.state.services[service as usize].arrived += 1;
        if !running {
            pod.queue.push_back(key);
            return Ok((key, Next::Nothing));
        }
        pod.busy += u32::from(!plan.asynchronous);
        Ok((key, self.begin(key, agenda)))
    }

    /// A service answers at once that it will not serve a request.
    #[cold]
    pub fn turn_away(&mut self, route: u32, why: Why, how: How, agenda: &Agenda<Event>) -> End {
        let service = self.plan.routes[route as usize].service;
        let outcome = Outcome::Overloaded;
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

    /// A request is taken up.
    #[inline]
    fn begin(&mut self, key: Key, agenda: &mut Agenda<Event>) -> Next {
        let Some(line) = self.state.lines.get_mut(key) else {
            return Next::Nothing;
        };
        line.running = true;
        if let Some(pod) = self.state.pods.get_mut(line.pod) {
            pod.last_begun = key;
            if pod.slower > 1.0 {
                line.touched = Some(Cause::Version {
                    service: line.service,
                    version: pod.version,
                });
            }
        }
        let effect = &self.state.effects[line.route as usize];
        if effect.extra.is_zero() {
            return Next::Run(key);
        }
        line.touched = Some(Cause::Fault(effect.slow_fault));
        agenda.after(effect.extra, Event::Wake(key));
        Next::Nothing
    }

    /// A line takes time, as much as its pod's version makes of a draw.
    #[inline]
    pub fn work(&mut self, key: Key, agenda: &mut Agenda<Event>) {
        let Some(line) = self.state.lines.get_mut(key) else {
            return;
        };
        let (Op::Work(sampler) | Op::Burst(sampler)) = &self.plan.ops[line.at as usize] else {
            return;
        };
        line.at += 1;
        line.running = true;
        let stream = &mut self.state.services[line.service as usize].work;
        let mut span = sampler.sample(stream);
        if let Some(pod) = self.state.pods.get(line.pod)
            && pod.slower != 1.0
        {
            span = span.scaled(pod.slower);
        }
        agenda.after(span, Event::Wake(key));
    }

    /// A line of an asynchronous service wants a worker for a work.
    #[inline]
    pub fn burst(&mut self, key: Key, agenda: &mut Agenda<Event>) {
        let Some(line) = self.state.lines.get_mut(key) else {
            return;
        };
        let Some(pod) = self.state.pods.get_mut(line.pod) else {
            return;
        };
        if pod.busy < self.plan.services[line.service as usize].workers {
            pod.busy += 1;
            self.work(key, agenda);
        } else {
            line.running = false;
            pod.queue.push_back(key);
        }
    }

    /// A worker is free: what waits longest gets it, if anything waits.
    #[inline]
    pub fn release(&mut self, key: Key, agenda: &mut Agenda<Event>) {
        loop {
            let Some(pod) = self.state.pods.get_mut(key) else {
                return;
            };
            let service = pod.service;
            let plan = &self.plan.services[service as usize];
            let waiting = if plan.guarded {
                self.next_waiting(key, service, agenda.now())
            } else {
                pod.queue.pop_front()
            };
            let Some(waiting) = waiting else {
                if let Some(pod) = self.state.pods.get_mut(key) {
                    pod.busy -= 1;
                }
                return;
            };
            if plan.guarded
                && !plan.asynchronous
                && let Some(end) = self.dropped(waiting, agenda.now())
            {
                let next = self.finish(waiting, end, agenda);
                self.state.tasks.push(next);
                continue;
            }
            if !plan.asynchronous {
                if self.is_idle(waiting, agenda.now()) {
                    let next = self.give_way(waiting, agenda);
                    self.state.tasks.push(next);
                    continue;
                }
                let next = self.begin(waiting, agenda);
                self.state.tasks.push(next);
                return;
            }
            // A line may have died with its request while it waited.
            if self.is_alive(waiting) {
                self.work(waiting, agenda);
                return;
            }
            self.state.lines.remove(waiting);
        }
    }

    /// What a finished script answers: version and faults may spoil it.
    #[inline]
    pub fn verdict(&mut self, key: Key) -> End {
        let Some(line) = self.state.lines.get(key) else {
            return End::OK;
        };
        let spoils = self.state.pods.get(line.pod).is_some_and(|pod| pod.errors);
        if spoils || self.state.effects[line.route as usize].errors > 0.0 {
            let line = *line;
            return self.spoilt(&line);
        }
        if line.touched.is_none() {
            return End {
                degraded: line.degraded,
                ..End::OK
            };
        }
        let line = *line;
        self.marked(&line)
    }

    /// The answer of a request that was slowed down or lacks a part.
    fn marked(&mut self, line: &Line) -> End {
        let how = if line.degraded {
            How::Degraded
        } else {
            How::Slow
        };
        let why = self.state.paths.onward(line.why(), line.service, how);
        End {
            degraded: line.degraded,
            ..End::failed(Outcome::Ok, why)
        }
    }

    fn spoilt(&mut self, line: &Line) -> End {
        let route = &self.plan.routes[line.route as usize];
        let effect = self.state.effects[line.route as usize];
        let version = self.state.pods.get(line.pod).map_or(0, |pod| pod.version);
        let service = line.service;
        let spec = &self.plan.spec.services[service as usize].versions[version as usize];
        let own = spec.errors.get(route.local as usize);
        let errors = &mut self.state.services[service as usize].errors;
        let cause = if errors.chance(own.map_or(0.0, |ratio| ratio.get())) {
            Cause::Version { service, version }
        } else if errors.chance(effect.errors) {
            Cause::Fault(effect.error_fault)
        } else {
            return self.marked(line);
        };
        let why = self.state.paths.onward(cause.into(), service, How::Failed);
        End::failed(Outcome::Error, why)
    }

    /// A request ends: its pod has one less, its caller gets the answer.
    #[inline]
    pub fn finish(&mut self, key: Key, end: End, agenda: &mut Agenda<Event>) -> Next {
        let Some(line) = self.state.lines.get(key) else {
            return Next::Nothing;
        };
        let (pod_key, service, running) = (line.pod, line.service, line.running);
        if self.plan.services[service as usize].guarded {
            let took = agenda.now().since(line.arrived);
            self.learn(pod_key, service, end.outcome, took, agenda);
        }
        let next = self.close(key, end, agenda);
        let Some(pod) = self.state.pods.get_mut(pod_key) else {
            return next;
        };
        pod.requests -= 1;
        if pod.phase == PodPhase::Draining && pod.requests == 0 {
            self.remove_pod(pod_key);
            self.reconcile(service, agenda);
        } else if running && !self.plan.services[service as usize].asynchronous {
            self.release(pod_key, agenda);
        }
        next
    }

    /// Forgets a request and tells its end; the pod is the caller's business.
    #[inline]
    pub fn close(&mut self, key: Key, end: End, agenda: &Agenda<Event>) -> Next {
        let Some(line) = self.state.lines.get(key) else {
            return Next::Nothing;
        };
        let (owner, service) = (line.owner, line.service);
        let now = agenda.now();
        self.probe.served(Served {
            now,
            service,
            route: line.route,
            outcome: end.outcome,
            duration: now.since(line.arrived),
            degraded: end.degraded,
        });
        let stopped = line.cancel && !end.outcome.is_ok();
        if line.call.guard != Key::NONE {
            self.drop_guard(key);
        }
        self.state.lines.remove(key);
        self.state.services[service as usize].ended += 1;
        if owner == Key::NONE {
            let count = if stopped {
                &mut self.state.stopped
            } else {
                &mut self.state.wasted
            };
            *count += 1;
            return Next::Nothing;
        }
        let (line, callee) = (owner, key);
        Next::Answer { line, callee, end }
    }
}
