//! Cores, memory, collections and disk of one pod.
//!
//! CPU bursts queue for the pod's cores; waits do not. A limit below the
//! number of threads is a CFS quota: so much CPU in every 100 ms, and nothing
//! runs for the rest of them (Linux kernel documentation, "CFS Bandwidth
//! Control"). Memory over its limit ends the container at once.

use crate::base::{NANOS_PER_SECOND, SimTime, Span};
use crate::engine::{Agenda, Key};
use crate::world::live::Live;
use crate::world::probe::{Cause, Probe};
use crate::world::spec::Cores;
use crate::world::state::{Event, Pod};

use super::body::{Burst, FleetEvent};

/// `cfs_period_us`.
const PERIOD: u64 = NANOS_PER_SECOND / 10;

impl<P: Probe> Live<'_, P> {
    /// A strand needs a core for `need`.
    pub fn burst(&mut self, strand: Key, pod: Key, need: Span, agenda: &mut Agenda<Event>) {
        let Some(running) = self.state.pods.get_mut(pod) else {
            return;
        };
        let fleet = &self.plan.spec.services[running.service as usize].fleet;
        let Some(cores) = fleet.cores else {
            running.body.cpu_used = running.body.cpu_used + need;
            agenda.after(need, Event::Wake(strand));
            return;
        };
        if running.body.cores_busy >= cores.threads {
            running.body.waiting.push_back((strand, need));
            return;
        }
        running.body.cores_busy += 1;
        let starts = running.starts;
        let burst = self.state.bursts.insert(Burst {
            pod,
            starts,
            strand,
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
        if period != body.period {
            body.period = period;
            body.quota_left = Span::from_nanos(PERIOD / 1_000 * u64::from(limit));
        }
        let end = SimTime::from_nanos((period + 1) * PERIOD);
        if body.quota_left.is_zero() {
            body.throttled = body.throttled + end.since(now);
            agenda.at(end, Event::Burst(key));
            if let Some(visit) = self.state.strands.get(burst.strand).map(|s| s.visit)
                && let Some(visit) = self.state.visits.get_mut(visit)
                && visit.touched.is_none()
            {
                visit.touched = Some(Cause::Throttled {
                    service: pod.service,
                });
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
        while let Some((strand, need)) = self
            .state
            .pods
            .get_mut(burst.pod)
            .and_then(|pod| pod.body.waiting.pop_front())
        {
            // A request that ended meanwhile needs no core.
            let wanted = self
                .state
                .strands
                .get(strand)
                .is_some_and(|strand| self.state.visits.contains(strand.visit));
            if wanted {
                self.burst(strand, burst.pod, need, agenda);
                break;
            }
            self.state.strands.remove(strand);
        }
        self.run(burst.strand, agenda);
    }

    /// When a pod that collects garbage goes on; nothing where it runs.
    pub fn paused(&self, pod: Key, now: SimTime) -> Option<SimTime> {
        let until = self.state.pods.get(pod)?.body.paused_until;
        (until > now).then_some(until)
    }

    /// A request was admitted: its memory may be the last straw.
    pub fn weigh(&mut self, key: Key, agenda: &mut Agenda<Event>) {
        let Some(pod) = self.state.pods.get(key) else {
            return;
        };
        if memory_used(pod, self.plan).is_some_and(|(used, limit)| used > limit) {
            let starts = pod.starts;
            let event = FleetEvent::OutOfMemory { pod: key, starts };
            agenda.after(Span::ZERO, Event::Fleet(event));
        }
    }

    /// A visit begins in a pod that counts what it uses.
    pub fn burden(&mut self, key: Key, visit: Key, now: SimTime) {
        let Some(pod) = self.state.pods.get_mut(key) else {
            return;
        };
        let service = pod.service;
        let spec = &self.plan.spec.services[service as usize];
        let fleet = &spec.fleet;
        if let Some(disk) = &fleet.disk {
            let used = pod.body.disk_used.saturating_add(disk.per_request.get());
            pod.body.disk_used = used.min(disk.size.get());
        }
        let mut touched = None;
        if let Some(gc) = fleet.gc {
            pod.body.since_gc += 1;
            if pod.body.since_gc >= gc.every {
                pod.body.since_gc = 0;
                let pause = gc
                    .pause
                    .sample(&mut self.state.services[service as usize].gc);
                pod.body.paused_until = now + pause;
            }
            if pod.body.paused_until > now {
                touched = Some(Cause::Collecting { service });
            }
        }
        if let Some(warm) = fleet.warm_up
            && pod.body.cold_until > now
            && warm.factor > 1.0
        {
            touched = Some(Cause::Cold { service });
        }
        if let Some(visit) = self.state.visits.get_mut(visit)
            && visit.touched.is_none()
        {
            visit.touched = touched;
        }
    }

    /// How many times as long work takes in a pod that is not at its plain pace.
    pub fn odd_pace(&self, pod: &Pod, now: SimTime) -> f64 {
        let spec = &self.plan.spec.services[pod.service as usize];
        let version = &spec.versions[pod.version as usize];
        let pace = if self.shows(pod) { version.slower } else { 1.0 };
        match spec.fleet.warm_up {
            Some(warm) => {
                let cold = pod.body.cold_until.since(now).as_secs_f64() / warm.over.as_secs_f64();
                pace * (1.0 + (warm.factor - 1.0) * cold)
            }
            None => pace,
        }
    }
}

impl<P: Probe> Live<'_, P> {
    /// Whether what a version hides at first shows by now.
    pub fn shows(&self, pod: &Pod) -> bool {
        let spec = &self.plan.spec.services[pod.service as usize];
        let hidden_for = spec.versions[pod.version as usize].change.hidden_for;
        pod.begun > u64::from(hidden_for)
    }

    /// Whether a route has to write and cannot.
    pub fn disk_refuses(&self, pod: &Pod, route: u32) -> bool {
        let spec = &self.plan.spec.services[pod.service as usize];
        spec.fleet.disk.as_ref().is_some_and(|disk| {
            let writes = disk.writes.get(route as usize).copied().unwrap_or(false);
            writes && pod.body.disk_used >= disk.size.get()
        })
    }
}

/// Memory used and its limit, if there is one.
pub fn memory_used(pod: &Pod, plan: &crate::world::plan::Plan) -> Option<(u64, u64)> {
    let spec = &plan.spec.services[pod.service as usize];
    let memory = spec.fleet.memory?;
    let leak = memory.leak.get() + spec.versions[pod.version as usize].change.leak.get();
    let held = u64::from(pod.busy) + pod.queue.len() as u64;
    let used = memory
        .base
        .get()
        .saturating_add(memory.per_request.get().saturating_mul(held))
        .saturating_add(leak.saturating_mul(pod.begun));
    Some((used, memory.limit.get()))
}
