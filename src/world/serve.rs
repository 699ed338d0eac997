//! Requests inside a service: admission, workers, answers.
//!
//! An ordinary request holds a worker from when it is taken up to its answer.
//! A request to an asynchronous service is taken up at once, and its lines
//! queue for a worker at each of their works.

use crate::base::{Sampler, SimTime, Span};
use crate::engine::{Agenda, Key};

use super::MAX_LINES;
use super::fault::{Fate, Struck};
use super::fleet::{burden, disk_refuses, pace, shows, weigh};
use super::follow::{LONG, Step};
use super::line::{Line, Pass};
use super::live::Live;
use super::paths::{How, PathId};
use super::plan::{HALT, Op, REFUSE};
use super::probe::{Cause, Outcome, Probe, Served};
use super::state::{End, Event, Next, PodPhase};

impl<P: Probe> Live<'_, P> {
    /// A request arrives at a pod: it is taken up, or it waits, or it is
    /// refused. Returns its key and what is next.
    #[inline(always)]
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
            && let Some((path, how)) = self.shield(pod_key, service, pass.criticality, agenda.now())
        {
            return Err(self.turn_away((pod_key, route, owner), path, how, agenda));
        }
        let Some(pod) = self.state.pods.get_mut(pod_key) else {
            return Err(self.refused_by(service));
        };
        if !pod.open {
            return self.shut_out(pod_key, route, owner, pass, agenda.now());
        }
        let free = pod.busy < pod.workers;
        let full = !free && pod.queue.len() as u32 >= pod.places;
        if full | (self.state.lines.len() >= MAX_LINES) {
            return Err(self.refuse((pod_key, route, owner), service, agenda));
        }
        let running = free | plan.asynchronous;
        pod.requests += 1;
        let entry = at_route.entry_at(pod.version, self.plan);
        let now = agenda.now();
        let key = self.state.lines.insert_with(|| Line {
            running,
            ..Line::request((service, route, entry), pod_key, owner, pass, now)
        });
        self.state.services[service as usize].arrived += 1;
        let odd = pod.odd;
        if odd {
            weigh(pod, pod_key, &self.state.faults, self.plan, agenda);
        }
        if pass.followed {
            let waits = !running;
            self.tell_step(key, now, Step::Entered { owner, waits });
        }
        let Some(pod) = self.state.pods.get_mut(pod_key) else {
            return Ok((key, Next::Nothing));
        };
        if !running {
            pod.queue.push_back(key);
            return Ok((key, Next::Nothing));
        }
        pod.busy += u32::from(!plan.asynchronous);
        pod.last_begun = key;
        pod.begun += 1;
        if !(self.state.struck[route as usize] | odd) {
            return Ok((key, Next::Run(key)));
        }
        Ok((key, self.begin_slowly(key, agenda)))
    }

    /// A request reaches a pod that does not serve: a connection refused, or
    /// no answer at all where its node is gone.
    #[cold]
    #[inline(never)]
    fn shut_out(
        &mut self,
        pod: Key,
        route: u32,
        owner: Key,
        pass: Pass,
        now: SimTime,
    ) -> Result<(Key, Next), End> {
        let service = self.plan.routes[route as usize].service;
        let node = self.state.pods.get_mut(pod).and_then(|pod| {
            let node = pod.body.node.filter(|_| pod.body.lost);
            pod.requests += u32::from(node.is_some());
            node
        });
        let Some(node) = node else {
            return Err(self.refused_by(service));
        };
        let touched = self.state.paths.first(self.state.fleet.cause(node));
        let line = Line {
            touched,
            ..Line::request((service, route, HALT), pod, owner, pass, now)
        };
        let key = self.state.lines.insert(line);
        self.state.services[service as usize].arrived += 1;
        Ok((key, Next::Nothing))
    }

    /// The pod that was asked does not serve any more.
    #[cold]
    #[inline(never)]
    pub fn refused_by(&mut self, service: u32) -> End {
        let first = self.state.paths.first(Cause::Refused { service });
        let path = self.state.paths.onward(first, service, How::Reset);
        End::of(Outcome::Unavailable, path)
    }

    /// A pod's queue is full.
    #[cold]
    #[inline(never)]
    fn refuse(&mut self, door: (Key, u32, Key), service: u32, agenda: &Agenda<Event>) -> End {
        let path = self.blame_queue(door.0, service);
        self.turn_away(door, path, How::QueueFull, agenda)
    }

    /// A service answers at once that it will not serve a request; `door` is
    /// the pod, the route, and who asked.
    #[cold]
    #[inline(never)]
    fn turn_away(
        &mut self,
        door: (Key, u32, Key),
        path: PathId,
        how: How,
        agenda: &Agenda<Event>,
    ) -> End {
        let (pod, route, owner) = door;
        self.tell_rejected(pod, route, owner, agenda.now(), how);
        let service = self.plan.routes[route as usize].service;
        let outcome = how.refusal();
        self.probe.served(Served {
            now: agenda.now(),
            service,
            route,
            pod,
            outcome,
            duration: Span::ZERO,
            degraded: false,
        });
        End::of(outcome, self.state.paths.onward(path, service, how))
    }

    /// A request that has waited is taken up.
    #[inline]
    pub fn begin(&mut self, key: Key, agenda: &mut Agenda<Event>) -> Next {
        let Some(line) = self.state.lines.get_mut(key) else {
            return Next::Nothing;
        };
        line.running = true;
        let (route, followed) = (line.route, line.followed);
        let odd = self.state.pods.get_mut(line.pod).is_some_and(|pod| {
            pod.last_begun = key;
            pod.begun += 1;
            pod.odd
        });
        if followed {
            self.tell_step(key, agenda.now(), Step::Begun);
        }
        if self.state.struck[route as usize] | odd {
            return self.begin_slowly(key, agenda);
        }
        Next::Run(key)
    }

    /// A request is taken up, but its pod is not at its plain pace or a fault concerns it.
    #[cold]
    #[inline(never)]
    fn begin_slowly(&mut self, key: Key, agenda: &mut Agenda<Event>) -> Next {
        let Some(line) = self.state.lines.get_mut(key) else {
            return Next::Nothing;
        };
        if let Some(pod) = self.state.pods.get_mut(line.pod)
            && pod.odd
        {
            let stream = &mut self.state.services[line.service as usize].gc;
            if let Some(cause) = burden(pod, self.plan, stream, agenda.now()) {
                line.touched = self.state.paths.first(cause);
            }
        }
        if self.state.struck[line.route as usize] {
            return self.begin_struck(key, agenda);
        }
        Next::Run(key)
    }

    /// A request on a route that a fault concerns is taken up.
    fn begin_struck(&mut self, key: Key, agenda: &mut Agenda<Event>) -> Next {
        let Some(&line) = self.state.lines.get(key) else {
            return Next::Nothing;
        };
        let blow = self.strike_begin(&line, agenda.now());
        let Some(line) = self.state.lines.get_mut(key) else {
            return Next::Nothing;
        };
        let culprit = match blow.fate {
            Fate::Refused(id) => {
                line.at = REFUSE;
                Some(id)
            }
            Fate::Hung(id) | Fate::Held(id) => Some(id),
            Fate::Spared => blow.slowed,
        };
        if let Some(id) = culprit {
            line.touched = self.state.paths.first(Cause::Fault(id));
        }
        if let Fate::Hung(id) | Fate::Held(id) = blow.fate {
            self.hang(id, key, agenda);
            Next::Nothing
        } else if blow.wait.is_zero() {
            Next::Run(key)
        } else {
            agenda.after(blow.wait, Event::Wake(key));
            Next::Nothing
        }
    }

    /// The line at operation `at`, a work, takes time, once it has the worker
    /// that it may still want: lines of an asynchronous service do.
    #[inline(always)]
    pub fn work(
        &mut self,
        key: Key,
        at: u32,
        takes: Sampler,
        wants: bool,
        agenda: &mut Agenda<Event>,
    ) {
        let Some(line) = self.state.lines.get_mut(key) else {
            return;
        };
        let mut pace_now = None;
        if let Some(pod) = self.state.pods.get_mut(line.pod) {
            if wants & (pod.busy >= pod.workers) {
                line.at = at;
                line.running = false;
                pod.queue.push_back(key);
                return;
            }
            pod.busy += u32::from(wants);
            if pod.odd {
                pace_now = Some(pace(pod, self.plan, agenda.now()));
            }
        } else if wants {
            return;
        }
        line.at = at + 1;
        line.running = true;
        let stream = &mut self.state.services[line.service as usize].work;
        let mut span = takes.sample(stream);
        if let Some(pace) = pace_now {
            span = span.scaled(pace);
        }
        if self.state.struck[line.route as usize] {
            span = self.slow_down(key, span, agenda.now());
        }
        agenda.after_inlined(span, Event::Wake(key));
    }

    /// Work on a route that a fault concerns.
    #[cold]
    #[inline(never)]
    pub fn slow_down(&mut self, key: Key, span: Span, now: SimTime) -> Span {
        let Some(&line) = self.state.lines.get(key) else {
            return span;
        };
        let (factor, slowed) = self.strike_work(&line, now);
        if let Some(id) = slowed
            && let Some(request) = self.state.lines.get_mut(line.request_of(key))
        {
            request.touched = match request.touched {
                PathId::NONE => self.state.paths.first(Cause::Fault(id)),
                before => before,
            };
        }
        span.scaled(factor)
    }

    /// A worker is free: what is next in the queue gets it, if anything waits.
    #[inline]
    pub fn release(&mut self, key: Key, agenda: &mut Agenda<Event>) {
        loop {
            let Some(pod) = self.state.pods.get_mut(key) else {
                return;
            };
            let service = pod.service;
            let plan = &self.plan.services[service as usize];
            let waiting = if plan.guarded {
                self.next_waiting(key, service, agenda)
            } else {
                let waiting = pod.queue.pop_front();
                pod.busy -= u32::from(waiting.is_none());
                waiting
            };
            let Some(waiting) = waiting else {
                return;
            };
            if !plan.asynchronous {
                if self.is_watched(waiting) && self.is_idle(waiting, agenda.now()) {
                    self.give_way(waiting, agenda);
                    continue;
                }
                let next = self.begin(waiting, agenda);
                self.later(next);
                return;
            }
            // A line may have died with its request while it waited.
            if self.is_alive(waiting) {
                let at = self.state.lines.get(waiting).map_or(0, |line| line.at);
                if let Op::Burst(sampler) = self.plan.ops[at as usize] {
                    self.work(waiting, at, sampler, false, agenda);
                }
                return;
            }
            self.forget(waiting, agenda.now());
        }
    }

    #[inline]
    fn is_watched(&self, key: Key) -> bool {
        self.state.lines.get(key).is_some_and(|line| line.watched)
    }

    /// What a finished script answers: version and faults may spoil it.
    #[inline(always)]
    pub fn verdict(&mut self, key: Key, now: SimTime) -> End {
        let Some(line) = self.state.lines.get(key) else {
            return End::OK;
        };
        let spoils = self.state.pods.get(line.pod).is_some_and(|pod| pod.errors);
        let struck = self.state.struck[line.route as usize];
        if spoils | struck | line.degraded | (line.touched != PathId::NONE) {
            let line = *line;
            return self.spoilt(&line, spoils, now);
        }
        End::OK
    }

    #[cold]
    #[inline(never)]
    fn spoilt(&mut self, line: &Line, spoils: bool, now: SimTime) -> End {
        let service = line.service;
        let struck = self.state.struck[line.route as usize];
        if spoils || struck {
            let local = self.plan.routes[line.route as usize].local;
            let pod = self.state.pods.get(line.pod);
            if pod.is_some_and(|pod| disk_refuses(pod, self.plan, local, 0.0)) {
                return self.failed(service, Cause::DiskFull { service });
            }
            let shows = pod.is_none_or(|pod| shows(pod, self.plan));
            let version = pod.map_or(0, |pod| pod.version);
            let spec = &self.plan.spec.services[service as usize].versions[version as usize];
            let own = spec.errors.get(local as usize).filter(|_| shows);
            let errors = &mut self.state.services[service as usize].errors;
            if errors.chance(own.map_or(0.0, |ratio| ratio.get())) {
                return self.failed(service, Cause::Version { service, version });
            }
        }
        if struck && let Some(cause) = self.strike_end(line, now) {
            return self.failed(service, cause);
        }
        let how = if line.degraded {
            How::Degraded
        } else {
            How::Slow
        };
        End {
            outcome: Outcome::Ok,
            degraded: line.degraded,
            path: self.state.paths.onward(line.touched, service, how),
        }
    }

    /// A service answers with an error of its own.
    fn failed(&mut self, service: u32, cause: Cause) -> End {
        let first = self.state.paths.first(cause);
        let path = self.state.paths.onward(first, service, How::Failed);
        End::of(Outcome::Error, path)
    }

    /// What a request is answered that a fault refuses at the door.
    pub fn refused(&mut self, key: Key) -> End {
        let line = self.state.lines.get(key);
        let (path, service) = line.map_or((PathId::NONE, 0), |line| (line.touched, line.service));
        let outcome = match self.state.paths.cause(path) {
            Some(Cause::Fault(id)) => self.state.faults[id as usize].refuses_with(),
            _ => Outcome::Error,
        };
        let path = self.state.paths.onward(path, service, How::Failed);
        End::of(outcome, path)
    }

    /// A request ends: its pod has one less. Returns the line to be answered,
    /// or none if nobody waits.
    #[inline(always)]
    pub fn finish(&mut self, key: Key, end: End, agenda: &mut Agenda<Event>) -> Key {
        let Some(line) = self.state.lines.get(key) else {
            return Key::NONE;
        };
        let (pod_key, service, running) = (line.pod, line.service, line.running);
        let route = line.route;
        if self.plan.services[service as usize].guarded {
            let took = agenda.now().since(line.arrived);
            self.learn(pod_key, service, end.outcome, took, agenda);
        }
        let mut caller = self.close(key, end, agenda);
        let wired = self.state.wired[route as usize];
        let from = if wired { self.from(caller) } else { None };
        if wired && caller != Key::NONE {
            caller = self.send_back(caller, key, (route, pod_key), end, agenda);
        }
        let Some(pod) = self.state.pods.get_mut(pod_key) else {
            return caller;
        };
        pod.requests -= 1;
        if pod.requests == 0 && pod.phase == PodPhase::Draining && !pod.open {
            self.drained(pod_key, service, agenda);
        } else if running & !self.plan.services[service as usize].asynchronous {
            if wired {
                let pod = pod_key;
                self.close_connection(Struck { route, pod, from }, agenda);
            } else {
                self.release(pod_key, agenda);
            }
        }
        caller
    }

    /// A draining pod has nothing left.
    #[cold]
    #[inline(never)]
    fn drained(&mut self, pod: Key, service: u32, agenda: &mut Agenda<Event>) {
        self.remove_pod(pod, agenda);
        self.reconcile(service, agenda);
    }

    /// Forgets a request and tells its end; the pod is the caller's business.
    /// Returns the line to be answered, or none if nobody waits.
    #[inline(always)]
    pub fn close(&mut self, key: Key, end: End, agenda: &Agenda<Event>) -> Key {
        let Some(line) = self.state.lines.get(key) else {
            return Key::NONE;
        };
        let (owner, service) = (line.owner, line.service);
        let stopped = line.cancel & !end.outcome.is_ok();
        let now = agenda.now();
        let (outcome, took) = (end.outcome, now.since(line.arrived));
        self.probe.served(Served {
            now,
            service,
            route: line.route,
            pod: line.pod,
            outcome,
            duration: took,
            degraded: end.degraded,
        });
        let guarded = line.call.hold.guarded;
        if line.followed | !outcome.is_ok() | (took >= LONG) {
            self.tell_step(key, now, Step::Ended { outcome, took });
        }
        if guarded {
            self.let_go(key);
        }
        if self.plan.keeps {
            self.free(key, now);
        }
        self.state.lines.remove(key);
        self.state.services[service as usize].ended += 1;
        let orphan = owner == Key::NONE;
        self.state.wasted += u64::from(orphan & !stopped);
        self.state.stopped += u64::from(orphan & stopped);
        owner
    }
}
