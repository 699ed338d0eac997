//! A pod's own protection: what it lets in, what it takes up next, what its
//! answers teach it, and when callers leave it out.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::super::live::Live;
use super::super::paths::{How, PathId};
use super::super::probe::{Cause, Outcome, Probe};
use super::super::spec::{Outlier, QueueOrder, RateLimit, Shed};
use super::super::state::{End, Event};
use super::super::{ActionError, TokenBucket, World};
use crate::base::{Rate, SimTime, Span};
use crate::engine::{Agenda, Key};

/// A queue stands if it was not empty for so long ("Fail at scale" takes the
/// same interval for its adaptive LIFO and its CoDel).
const STANDING: Span = Span::from_millis(100);
/// An ejection lasts at most this (Envoy, `max_ejection_time`).
const LONGEST_EJECTION: Span = Span::from_mins(5);

/// What a pod's protection remembers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub(crate) struct Shield {
    bucket: Option<TokenBucket>,
    /// The concurrency limit as it stands; none before the first request.
    limit: Option<f64>,
    /// When its queue was last empty.
    empty: SimTime,
    failures_in_a_row: u32,
    ejections: u32,
    /// When it was let in again after its last ejection.
    back: SimTime,
}

/// One change to how a service protects itself.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GuardTuning {
    /// Whether it sheds by criticality: the world file's limits, or the usual ones.
    Shedding(bool),
    /// Real requests per second that each pod lets in, as pages show them; any
    /// number where absent.
    RateLimit(Option<f64>),
}

/// How a service protects itself, as it stands.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct GuardStatus {
    /// Whether it sheds by criticality.
    pub shedding: bool,
    /// Real requests per second that each pod lets in.
    pub rate_limit: Option<f64>,
}

impl RateLimit {
    /// A rate with a tenth of a second's burst.
    pub fn of(rate: Rate) -> RateLimit {
        let burst = libm::ceil(rate.get() / 10.0);
        RateLimit {
            rate,
            burst: if burst < 1.0 { 1 } else { burst as u32 },
        }
    }
}

impl fmt::Display for GuardTuning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            GuardTuning::Shedding(true) => f.write_str("load shedding on"),
            GuardTuning::Shedding(false) => f.write_str("load shedding off"),
            GuardTuning::RateLimit(Some(rate)) => write!(f, "rate limit {rate}/s a pod"),
            GuardTuning::RateLimit(None) => f.write_str("no rate limit"),
        }
    }
}

impl World {
    /// Changes how a service protects itself.
    pub fn tune_guard(&mut self, service: &str, tuning: GuardTuning) -> Result<(), ActionError> {
        let service = self.service(service)?;
        let plan = Arc::make_mut(&mut self.plan);
        let (scale, usual) = (plan.spec.scale, plan.spec.services[service].protect);
        let protect = &mut plan.protects[service];
        match tuning {
            GuardTuning::Shedding(on) => {
                protect.shed = on.then(|| usual.shed.unwrap_or_default());
            }
            GuardTuning::RateLimit(None) => protect.rate_limit = None,
            GuardTuning::RateLimit(Some(rate)) => {
                let rate = Rate::per_second(rate / f64::from(scale))
                    .filter(|rate| rate.get() <= 100_000.0);
                let rate = rate.ok_or(ActionError::RateLimit)?;
                protect.rate_limit = Some(RateLimit::of(rate));
                // Every pod begins with a full bucket of the new size.
                for key in &self.state.services[service].pods {
                    if let Some(pod) = self.state.pods.get_mut(*key) {
                        pod.shield.bucket = None;
                    }
                }
            }
        }
        plan.services[service].guarded = true;
        let kind = std::mem::discriminant(&tuning);
        let same = |(other, before): &(u32, GuardTuning)| {
            *other == service as u32 && std::mem::discriminant(before) == kind
        };
        self.state.guards_tuned.retain(|entry| !same(entry));
        self.state.guards_tuned.push((service as u32, tuning));
        Ok(())
    }

    /// How a service protects itself now.
    pub fn guard(&self, service: usize) -> GuardStatus {
        let protect = self.plan.protects.get(service);
        GuardStatus {
            shedding: protect.is_some_and(|protect| protect.shed.is_some()),
            rate_limit: protect
                .and_then(|protect| protect.rate_limit)
                .map(|limit| limit.rate.get() * f64::from(self.plan.spec.scale)),
        }
    }

    /// Pods of a service that callers leave out now.
    pub fn ejected(&self, service: usize) -> usize {
        let running = self.state.services.get(service);
        running.map_or(0, |running| running.ejected.len())
    }
}

impl<P: Probe> Live<'_, P> {
    /// Whether a pod's own limits let a request in; if not, why and how it is told.
    #[inline(never)]
    pub fn shield(
        &mut self,
        pod_key: Key,
        service: u32,
        criticality: u8,
        now: SimTime,
    ) -> Option<(PathId, How)> {
        let protect = &self.plan.protects[service as usize];
        let pod = self.state.pods.get_mut(pod_key)?;
        if let Some(Shed(limits)) = protect.shed {
            let limit = limits
                .get(criticality as usize)
                .copied()
                .unwrap_or(limits[1]);
            if f64::from(pod.requests) >= limit * f64::from(pod.workers) {
                return Some((self.blame_queue(pod_key, service), How::Shed));
            }
        }
        if let Some(aimd) = protect.concurrency {
            let limit = *pod.shield.limit.get_or_insert(f64::from(aimd.start));
            if f64::from(pod.requests) + 1.0 > limit {
                return Some((self.blame_queue(pod_key, service), How::Limited));
            }
        }
        if let Some(limit) = protect.rate_limit {
            let fresh = || TokenBucket::new(limit.rate, limit.burst);
            if !pod.shield.bucket.get_or_insert_with(fresh).take(now) {
                let path = self.state.paths.first(Cause::Limit { service });
                return Some((path, How::RateLimited));
            }
        }
        if pod.queue.is_empty() {
            pod.shield.empty = now;
        }
        None
    }

    /// The next of a pod's waiting lines, by the order of its queue, past
    /// those that have waited too long; the worker rests if there is none.
    #[inline(never)]
    pub fn next_waiting(
        &mut self,
        pod: Key,
        service: u32,
        agenda: &mut Agenda<Event>,
    ) -> Option<Key> {
        let asynchronous = self.plan.services[service as usize].asynchronous;
        loop {
            let waiting = self.by_order(pod, service, agenda.now());
            let Some(waiting) = waiting else {
                if let Some(pod) = self.state.pods.get_mut(pod) {
                    pod.busy -= 1;
                }
                return None;
            };
            match self
                .dropped(waiting, agenda.now())
                .filter(|_| !asynchronous)
            {
                None => return Some(waiting),
                Some(end) => {
                    let caller = self.finish(waiting, end, agenda);
                    self.answer(caller, waiting, end);
                }
            }
        }
    }

    fn by_order(&mut self, pod: Key, service: u32, now: SimTime) -> Option<Key> {
        let order = self.plan.protects[service as usize].order;
        let pod = self.state.pods.get_mut(pod)?;
        let newest = match order {
            QueueOrder::Fifo => false,
            QueueOrder::Lifo => true,
            QueueOrder::AdaptiveLifo => now.since(pod.shield.empty) > STANDING,
        };
        if newest {
            pod.queue.pop_back()
        } else {
            pod.queue.pop_front()
        }
    }

    /// Drops a waiting request whose turn comes too late; the answer if so.
    fn dropped(&mut self, key: Key, now: SimTime) -> Option<End> {
        let line = self.state.lines.get(key)?;
        let (service, pod_key) = (line.service, line.pod);
        let codel = self.plan.protects[service as usize].codel?;
        let pod = self.state.pods.get(pod_key)?;
        let limit = if now.since(pod.shield.empty) > codel.interval {
            codel.target
        } else {
            codel.interval
        };
        if now.since(line.arrived) <= limit {
            return None;
        }
        let path = self.blame_queue(pod_key, service);
        let path = self.state.paths.onward(path, service, How::Dropped);
        Some(End::of(Outcome::Overloaded, path))
    }

    /// A pod has answered, or its caller has given up waiting for it.
    #[inline(never)]
    pub fn learn(
        &mut self,
        pod_key: Key,
        service: u32,
        outcome: Outcome,
        took: Span,
        agenda: &mut Agenda<Event>,
    ) {
        let protect = &self.plan.protects[service as usize];
        let Some(pod) = self.state.pods.get_mut(pod_key) else {
            return;
        };
        if let Some(aimd) = protect.concurrency {
            let limit = pod.shield.limit.get_or_insert(f64::from(aimd.start));
            if outcome != Outcome::Ok || took > aimd.latency {
                *limit = (*limit * 0.9).clamp(f64::from(aimd.min), f64::from(aimd.max));
            } else if f64::from(pod.requests) * 2.0 >= *limit {
                *limit = (*limit + 1.0).clamp(f64::from(aimd.min), f64::from(aimd.max));
            }
        }
        if let Some(outlier) = protect.outlier {
            if outcome.is_ok() {
                pod.shield.failures_in_a_row = 0;
                return;
            }
            pod.shield.failures_in_a_row += 1;
            if pod.shield.failures_in_a_row >= outlier.consecutive {
                self.eject(pod_key, service, &outlier, agenda);
            }
        }
    }

    fn eject(&mut self, key: Key, service: u32, rules: &Outlier, agenda: &mut Agenda<Event>) {
        let running = &mut self.state.services[service as usize];
        let most = (rules.most.get() * running.pods.len() as f64) as usize;
        if running.ejected.contains(&key) || running.ejected.len() >= most.max(1) {
            return;
        }
        let Some(pod) = self.state.pods.get_mut(key) else {
            return;
        };
        let shield = &mut pod.shield;
        let healthy = agenda.now().since(shield.back).as_nanos() / rules.interval.as_nanos();
        let remembered = u64::from(shield.ejections).saturating_sub(healthy) as u32;
        shield.ejections = remembered + 1;
        shield.failures_in_a_row = 0;
        let time = Span::from_nanos(
            rules
                .base
                .as_nanos()
                .saturating_mul(u64::from(shield.ejections)),
        );
        let time = if time > LONGEST_EJECTION && rules.base < LONGEST_EJECTION {
            LONGEST_EJECTION
        } else {
            time
        };
        running.ejected.push(key);
        agenda.after(time, Event::Return { service, pod: key });
    }

    /// An ejected pod is asked again.
    pub fn readmit(&mut self, service: u32, key: Key, now: SimTime) {
        let running = &mut self.state.services[service as usize];
        running.ejected.retain(|ejected| *ejected != key);
        if let Some(pod) = self.state.pods.get_mut(key) {
            pod.shield.back = now;
        }
    }
}
