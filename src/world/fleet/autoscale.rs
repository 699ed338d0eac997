//! Autoscalers at work: what they measure, what they remember, what they do.

use crate::base::{NANOS_PER_SECOND, Span};
use crate::engine::Agenda;
use crate::world::live::Live;
use crate::world::probe::{Happening, Probe};
use crate::world::spec::{Autoscale, Metric};
use crate::world::state::{Event, Pod, PodPhase};

use super::body::FleetEvent;
use super::hpa::{self, Sample};

/// Past changes are forgotten after the longest period that a policy may have.
const MEMORY: Span = Span::from_hours(1);

impl<P: Probe> Live<'_, P> {
    /// One look of an autoscaler.
    pub fn autoscale(&mut self, service: u32, agenda: &mut Agenda<Event>) {
        let now = agenda.now();
        let fleet = &self.plan.spec.services[service as usize].fleet;
        let Some(spec) = &fleet.autoscale else {
            return;
        };
        agenda.after(spec.sync, Event::Fleet(FleetEvent::Autoscale { service }));
        let samples = self.sample(service, spec);
        let current = self.state.services[service as usize].replicas;
        let (wanted, ratio) = hpa::desired(&samples, current, spec.target, spec.tolerance);
        let running = &mut self.state.services[service as usize];
        let Some(scaler) = &mut running.scaler else {
            return;
        };
        scaler.ratio = ratio;
        let (min, max) = scaler
            .bounds
            .unwrap_or_else(|| spec.bounds(now.since_start()));
        let wanted = wanted.clamp(min, max);
        let stale = |at| now.since(at) > MEMORY;
        while scaler.wanted.front().is_some_and(|(at, _)| stale(*at)) {
            scaler.wanted.pop_front();
        }
        while scaler.changes.front().is_some_and(|(at, _)| stale(*at)) {
            scaler.changes.pop_front();
        }
        scaler.wanted.push_back((now, wanted));
        if !scaler.on {
            return;
        }
        let calm = hpa::stabilised(
            &scaler.wanted,
            now,
            current,
            wanted,
            spec.up.window,
            spec.down.window,
        );
        let next = hpa::limited(&scaler.changes, now, current, calm, &spec.up, &spec.down);
        // Out of bounds is mended at once, whatever the policies say.
        let next = next.clamp(min, max);
        if next == current {
            return;
        }
        scaler
            .changes
            .push_back((now, i64::from(next) - i64::from(current)));
        running.replicas = next;
        self.probe.happened(
            now,
            Happening::Scaled {
                service,
                from: current,
                to: next,
            },
        );
        self.reconcile(service, agenda);
    }

    /// What every pod shows, and a fresh start for the next look.
    fn sample(&mut self, service: u32, spec: &Autoscale) -> Vec<Sample> {
        let request = f64::from(self.plan.spec.services[service as usize].fleet.cpu_request) / 1e3;
        let seconds = spec.sync.as_secs_f64();
        let keys = &self.state.services[service as usize].pods;
        let mut samples = Vec::with_capacity(keys.len());
        for key in keys {
            let Some(pod) = self.state.pods.get_mut(*key) else {
                continue;
            };
            if pod.phase == PodPhase::Draining {
                continue;
            }
            let used =
                (pod.body.cpu_used - pod.body.cpu_seen).as_nanos() as f64 / NANOS_PER_SECOND as f64;
            let begun = pod.begun.saturating_sub(pod.body.begun_seen);
            pod.body.cpu_seen = pod.body.cpu_used;
            pod.body.begun_seen = pod.begun;
            samples.push(match spec.metric {
                _ if !pod.counts(spec.metric) => Sample::Unready,
                _ if pod.body.lost => Sample::Missing,
                Metric::Cpu => Sample::Value(used / seconds / request),
                Metric::Workers => Sample::Value(f64::from(pod.busy) / f64::from(pod.workers)),
                Metric::Rate => Sample::Value(begun as f64 / seconds),
            });
        }
        samples
    }
}

impl Pod {
    /// Whether its value counts. For CPU, a pod that was ready before goes on
    /// to count; one that never was does not. For other metrics every pod that
    /// serves counts.
    fn counts(&self, metric: Metric) -> bool {
        match metric {
            Metric::Cpu => self.body.was_ready,
            _ => self.open || self.body.lost,
        }
    }
}

impl Autoscale {
    /// The fewest and the most pods at a time since the start of the run.
    pub fn bounds(&self, since_start: Span) -> (u32, u32) {
        let time = since_start.as_nanos() % Span::from_hours(24).as_nanos();
        let at = self
            .schedule
            .iter()
            .rposition(|(from, ..)| from.as_nanos() <= time)
            .or(self.schedule.len().checked_sub(1));
        match at.and_then(|at| self.schedule.get(at)) {
            Some((_, min, max)) => (*min, *max),
            None => (self.min, self.max),
        }
    }
}
