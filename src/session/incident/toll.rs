//! What users' requests came to, counted as they end.

use crate::base::{SimTime, Span};
use crate::slo::{Indicator, Objective};
use crate::telemetry::History;
use crate::world::UserDone;
use crate::world::spec::ClassKind;

/// Requests of people since the start of a run; simulated ones, money of real ones.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Toll {
    /// All that ended.
    pub requests: u64,
    /// Those that were not answered well.
    pub failed: u64,
    /// Those that were answered well, but later than the strictest objective allows.
    pub slow: u64,
    /// Revenue of those that failed, in cents.
    pub lost: i64,
}

/// The same over time, once per scrape.
#[derive(Clone, Debug)]
pub struct Tolls {
    now: Toll,
    history: History<Toll>,
    slow_over: Option<Span>,
    scale: i64,
}

impl Tolls {
    /// Nothing has happened. Slow is what misses the strictest of the
    /// objectives about users' latency; nothing is where there is none.
    pub fn new(objectives: &[Objective], scrape: Span, scale: u32) -> Tolls {
        let bounds = objectives.iter().filter(|slo| slo.inside.is_none());
        let bounds = bounds.filter_map(|slo| match slo.indicator {
            Indicator::Latency { under } => Some(under),
            _ => None,
        });
        Tolls {
            now: Toll::default(),
            history: History::begin(scrape, SimTime::ZERO, Toll::default()),
            slow_over: bounds.min(),
            scale: i64::from(scale),
        }
    }

    /// A request ended.
    #[inline]
    pub fn count(&mut self, done: &UserDone) {
        if done.kind != ClassKind::Users {
            return;
        }
        let now = &mut self.now;
        now.requests += 1;
        if !done.outcome.is_ok() {
            now.failed += 1;
            let lost = done.value.cents().saturating_mul(self.scale);
            now.lost = now.lost.saturating_add(lost);
        } else if self.slow_over.is_some_and(|over| done.duration > over) {
            now.slow += 1;
        }
    }

    /// A scrape.
    pub fn scrape(&mut self) {
        self.history.push(self.now);
    }

    /// From one scrape to another, as far back as memory goes.
    pub fn between(&self, from: SimTime, until: SimTime) -> Toll {
        let (Some(older), Some(newer)) = (self.history.at(from), self.history.at(until)) else {
            return Toll::default();
        };
        Toll {
            requests: newer.requests.saturating_sub(older.requests),
            failed: newer.failed.saturating_sub(older.failed),
            slow: newer.slow.saturating_sub(older.slow),
            lost: newer.lost.saturating_sub(older.lost),
        }
    }
}
