//! Cores, memory, collections and disk of one pod.
//!
//! CPU bursts queue for the pod's cores; waits do not. A limit below the
//! number of threads is a CFS quota: so much CPU in every 100 ms, and nothing
//! runs for the rest of them (Linux kernel documentation, "CFS Bandwidth
//! Control"). Memory over its limit ends the container at once.

use crate::base::{NANOS_PER_SECOND, SimTime, Span, Stream};
use crate::engine::{Agenda, Key};
use crate::world::live::Live;
use crate::world::paths::PathId;
use crate::world::plan::Plan;
use crate::world::probe::{Cause, Probe};
use crate::world::spec::{Cores, Version};
use crate::world::state::{Event, Next, Pod};

use super::body::{Burst, FleetEvent};

/// `cfs_period_us`.
const PERIOD: u64 = NANOS_PER_SECOND / 10;

impl<P: Probe> Live<'_, P> {
    /// The line at operation `at`, a use of a core, needs one for as long as a draw says.
    #[inline(never)]
    pub fn compute(&mut self, key: Key, at: u32, agenda: &mut Agenda<Event>) {
        let Some(line) = self.state.lines.get_mut(key) else {
            return;
        };
        line.at = at + 1;
        let pod_key = line.pod;
        let Some(pod) = self.state.pods.get(pod_key) else {
            return;
        };
        let stream = &mut self.state.services[pod.service as usize].work;
        let need = self.plan.ops[at as usize].draw(stream);
        let need = need.scaled(pace(pod, self.plan, agenda.now()));
        self.take_core(key, pod_key, need, agenda);
    }

    fn take_core(&mut self, line: Key, pod_key: Key, need: Span, agenda: &mut Agenda<Event>) {
        let Some(pod) = self.state.pods.get_mut(pod_key) else {
            return;
        };
        let Some(cores) = self.plan.spec.services[pod.service as usize].fleet.cores else {
            pod.body.cpu_used = pod.body.cpu_used + need;
            agenda.after(need, Event::Wake(line));
            return;
        };
        if pod.body.cores_busy >= cores.threads {
            pod.body.waiting.push_back((line, need));
            return;
        }
        pod.body.cores_busy += 1;
        let starts = pod.starts;
        let burst = self.state.bursts.insert(Burst {
            pod: pod_key,
            starts,
            line,
            left: need,
        });
        self.slice(burst, cores, agenda);
    }

    /// Runs a burst on its core for as long as quota and period allow.
    fn slice(&mut self, key: Key, cores: Cores, agenda: &mut Agenda<Event>) {
        let now = agenda.now();
        let Some(burst) = self.state.bursts.get_mut(key) else {
            return;
        };
        let Some(pod) = self.state.pods.get_mut(burst.pod) else {
            return;
        };
        let body = &mut pod.body;
        let limit = cores.limit.filter(|limit| *limit < cores.threads * 1_000);
        let Some(limit) = limit else {
            body.cpu_used = body.cpu_used + burst.left;
            agenda.after(burst.left, Event::Burst(key));
            burst.left = Span::ZERO;
            return;
        };
        let period = now.as_nanos() / PERIOD;
        if period != body.period || body.fresh {
            body.fresh = false;
            body.period = period;
            body.quota_left = Span::from_nanos(PERIOD / 1_000 * u64::from(limit));
        }
        let end = SimTime::from_nanos((period + 1) * PERIOD);
        if body.quota_left.is_zero() {
            body.throttled = body.throttled + end.since(now);
            agenda.at(end, Event::Burst(key));
            let service = pod.service;
            let line = burst.line;
            let lines = &mut self.state.lines;
            let request = lines.get(line).map_or(line, |at| at.request_of(line));
            if let Some(request) = lines.get_mut(request)
                && request.touched == PathId::NONE
            {
                request.touched = self.state.paths.first(Cause::Throttled { service });
            }
            return;
        }
        let run = [burst.left, body.quota_left, end.since(now)]
            .into_iter()
            .min()
            .unwrap_or(Span::ZERO);
        burst.left = burst.left - run;
        body.quota_left = body.quota_left - run;
        body.cpu_used = body.cpu_used + run;
        agenda.after(run, Event::Burst(key));
    }

    /// A slice is over: on with the burst, or with whatever waits for the core.
    pub fn burst_over(&mut self, key: Key, agenda: &mut Agenda<Event>) {
        let Some(&burst) = self.state.bursts.get(key) else {
            return;
        };
        let Some(pod) = self
            .state
            .pods
            .get_mut(burst.pod)
            .filter(|pod| pod.starts == burst.starts)
        else {
            self.state.bursts.remove(key);
            return;
        };
        let Some(cores) = self.plan.spec.services[pod.service as usize].fleet.cores else {
            return;
        };
        if !burst.left.is_zero() {
            self.slice(key, cores, agenda);
            return;
        }
        self.state.bursts.remove(key);
        pod.body.cores_busy -= 1;
        while let Some((line, need)) = self
            .state
            .pods
            .get_mut(burst.pod)
            .and_then(|pod| pod.body.waiting.pop_front())
        {
            // A request that ended meanwhile needs no core.
            if self.is_alive(line) {
                self.take_core(line, burst.pod, need, agenda);
                break;
            }
            self.forget(line, agenda.now());
        }
        self.follow(Next::Run(burst.line), agenda);
    }

    /// When a pod that collects garbage goes on; nothing where it runs.
    pub fn paused(&self, pod: Key, now: SimTime) -> Option<SimTime> {
        let until = self.state.pods.get(pod)?.body.paused_until;
        (until > now).then_some(until)
    }
}

/// A request was admitted: its memory may be the last straw.
pub fn weigh(pod: &Pod, key: Key, plan: &Plan, agenda: &mut Agenda<Event>) {
    if memory_used(pod, plan).is_some_and(|(used, limit)| used > limit) {
        let starts = pod.starts;
        let event = FleetEvent::OutOfMemory { pod: key, starts };
        agenda.after(Span::ZERO, Event::Fleet(event));
    }
}

/// A request begins in a pod that counts what it uses; what makes it slow, if anything does.
pub fn burden(pod: &mut Pod, plan: &Plan, gc_stream: &mut Stream, now: SimTime) -> Option<Cause> {
    let service = pod.service;
    let fleet = &plan.spec.services[service as usize].fleet;
    if let Some(disk) = &fleet.disk {
        let used = pod.body.disk_used.saturating_add(disk.per_request.get());
        pod.body.disk_used = used.min(disk.size.get());
    }
    if let Some(gc) = fleet.gc {
        pod.body.since_gc += 1;
        if pod.body.since_gc >= gc.every {
            pod.body.since_gc = 0;
            pod.body.paused_until = now + gc.pause.sample(gc_stream);
        }
        if pod.body.paused_until > now {
            return Some(Cause::Collecting { service });
        }
    }
    if fleet.warm_up.is_some_and(|warm| warm.factor > 1.0) && pod.body.cold_until > now {
        return Some(Cause::Cold { service });
    }
    let version = pod.version;
    (pod.slower > 1.0 && shows(pod, plan)).then_some(Cause::Version { service, version })
}

/// How many times as long work takes in a pod now.
pub fn pace(pod: &Pod, plan: &Plan, now: SimTime) -> f64 {
    if !pod.odd {
        return 1.0;
    }
    let pace = if shows(pod, plan) { pod.slower } else { 1.0 };
    match plan.spec.services[pod.service as usize].fleet.warm_up {
        Some(warm) => {
            let cold = pod.body.cold_until.since(now).as_secs_f64() / warm.over.as_secs_f64();
            pace * (1.0 + (warm.factor - 1.0) * cold)
        }
        None => pace,
    }
}

fn version_of<'a>(pod: &Pod, plan: &'a Plan) -> &'a Version {
    &plan.spec.services[pod.service as usize].versions[pod.version as usize]
}

/// Whether what a version hides at first shows by now.
pub fn shows(pod: &Pod, plan: &Plan) -> bool {
    pod.begun > u64::from(version_of(pod, plan).change.hidden_for)
}

/// Whether a route has to write and cannot.
pub fn disk_refuses(pod: &Pod, plan: &Plan, route: u32) -> bool {
    let disk = plan.spec.services[pod.service as usize].fleet.disk.as_ref();
    disk.is_some_and(|disk| {
        let writes = disk.writes.get(route as usize).copied().unwrap_or(false);
        writes && pod.body.disk_used >= disk.size.get()
    })
}

/// Memory used and its limit, if there is one.
pub fn memory_used(pod: &Pod, plan: &Plan) -> Option<(u64, u64)> {
    let memory = plan.spec.services[pod.service as usize].fleet.memory?;
    let leak = memory.leak.get() + version_of(pod, plan).change.leak.get();
    let used = memory
        .base
        .get()
        .saturating_add(
            memory
                .per_request
                .get()
                .saturating_mul(u64::from(pod.requests)),
        )
        .saturating_add(leak.saturating_mul(pod.begun));
    Some((used, memory.limit.get()))
}
