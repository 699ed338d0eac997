//! Requests of one kind: how many, how they ended, how long they took.

use std::collections::VecDeque;

use serde::Serialize;

use super::history::COARSE_EVERY;
use super::{History, Latencies, RECENT};
use crate::base::{SimTime, Span};
use crate::world::Outcome;

/// Cumulative counts, as a scrape finds them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// Requests that ended.
    pub total: u64,
    /// Those that did not end well.
    pub failed: u64,
}

/// Percentiles over one scrape interval (or one coarse step), in microseconds;
/// [`Percentiles::NONE`] without requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Percentiles([u32; 3]);

impl Percentiles {
    /// No request, no percentile.
    pub const NONE: Percentiles = Percentiles([u32::MAX; 3]);
    /// Which percentiles these are.
    pub const SHARES: [f64; 3] = [0.5, 0.95, 0.99];

    fn of(latencies: &mut Latencies) -> Percentiles {
        match latencies.quantiles(Self::SHARES) {
            Some(spans) => Percentiles(spans.map(|span| (span.as_nanos() / 1_000) as u32)),
            None => Percentiles::NONE,
        }
    }

    /// p50, p95 and p99, or nothing.
    pub fn get(self) -> Option<[Span; 3]> {
        (self != Self::NONE).then(|| self.0.map(|micros| Span::from_micros(u64::from(micros))))
    }
}

/// Figures over the last minute.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Recent {
    /// Requests per simulated second.
    pub rate: f64,
    /// Share that failed; none without requests.
    pub error_ratio: Option<f64>,
    /// p50, p95 and p99; none without requests.
    pub latency: Option<[Span; 3]>,
}

/// Counters and latencies of one kind of request, of the last minute alone.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Lately {
    interval: Span,
    outcomes: [u64; Outcome::ALL.len()],
    now: Latencies,
    /// Latencies of the scrape intervals within the last minute, oldest first.
    minute: VecDeque<Latencies>,
    /// Counts at the scrapes of the last minute, and at the one before it.
    counts: VecDeque<Counts>,
}

impl Lately {
    /// Nothing measured yet.
    pub fn new(interval: Span) -> Lately {
        Lately {
            interval,
            outcomes: [0; Outcome::ALL.len()],
            now: Latencies::default(),
            minute: VecDeque::new(),
            counts: VecDeque::new(),
        }
    }

    /// One request ended.
    #[inline]
    pub fn record(&mut self, outcome: Outcome, duration: Span) {
        self.outcomes[outcome.index()] += 1;
        self.now.record(duration);
    }

    /// Closes a scrape interval, and tells what was counted since the start.
    pub fn scrape(&mut self) -> Counts {
        let total: u64 = self.outcomes.iter().sum();
        let counts = Counts {
            total,
            failed: total - self.outcomes[Outcome::Ok.index()],
        };
        let keep = (RECENT.as_nanos() / self.interval.as_nanos().max(1)).max(1) as usize;
        if self.counts.len() > keep {
            self.counts.pop_front();
        }
        self.counts.push_back(counts);
        // The oldest histogram becomes the next interval's: nothing is allocated in the long run.
        let oldest = if self.minute.len() >= keep {
            self.minute.pop_front()
        } else {
            None
        };
        let mut next = oldest.unwrap_or_default();
        next.clear();
        self.minute
            .push_back(std::mem::replace(&mut self.now, next));
        counts
    }

    /// Figures over the last minute, as of the last scrape.
    pub fn recent(&self) -> Recent {
        let (Some(first), Some(last)) = (self.counts.front(), self.counts.back()) else {
            return Recent::default();
        };
        let intervals = (self.counts.len() - 1).max(1) as f64;
        let (total, failed) = (last.total - first.total, last.failed - first.failed);
        let mut latencies = Latencies::default();
        for part in &self.minute {
            latencies.merge(part);
        }
        Recent {
            rate: total as f64 / (intervals * self.interval.as_secs_f64()),
            error_ratio: (total > 0).then(|| failed as f64 / total as f64),
            latency: Percentiles::of(&mut latencies).get(),
        }
    }
}

/// Counters and latencies of one kind of request, of the last minute and over time.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Meter {
    lately: Lately,
    step: Latencies,
    counts: History<Counts>,
    percentiles: History<Percentiles>,
    scrapes: u64,
}

impl Meter {
    /// Nothing measured yet.
    pub fn new(interval: Span) -> Meter {
        Meter {
            lately: Lately::new(interval),
            step: Latencies::default(),
            counts: History::new(interval),
            percentiles: History::new(interval),
            scrapes: 0,
        }
    }

    /// One request ended.
    #[inline]
    pub fn record(&mut self, outcome: Outcome, duration: Span) {
        self.lately.record(outcome, duration);
    }

    /// One request ended whose duration a part of this [hands over](Meter::take).
    #[inline]
    pub fn count(&mut self, outcome: Outcome) {
        self.lately.outcomes[outcome.index()] += 1;
    }

    /// Takes the durations of this scrape interval from a part of what this measures.
    pub fn take(&mut self, part: &Lately) {
        self.lately.now.merge(&part.now);
    }

    /// Requests that ended, by outcome, since the start.
    pub fn outcomes(&self) -> [u64; Outcome::ALL.len()] {
        self.lately.outcomes
    }

    /// Cumulative counts over time.
    pub fn counts(&self) -> &History<Counts> {
        &self.counts
    }

    /// Percentiles over time.
    pub fn percentiles(&self) -> &History<Percentiles> {
        &self.percentiles
    }

    /// Closes a scrape interval.
    pub fn scrape(&mut self) {
        let now = &mut self.lately.now;
        self.step.merge(now);
        let fine = Percentiles::of(now);
        if self.scrapes.is_multiple_of(COARSE_EVERY) {
            self.percentiles
                .push_both(fine, Percentiles::of(&mut self.step));
            self.step.clear();
        } else {
            self.percentiles.push(fine);
        }
        self.scrapes += 1;
        self.counts.push(self.lately.scrape());
    }

    /// Increase of the counters over `window` up to `until`.
    pub fn increase(&self, until: SimTime, window: Span) -> Counts {
        let (Some(newer), Some(older)) =
            (self.counts.at(until), self.counts.at(until.back(window)))
        else {
            return Counts::default();
        };
        Counts {
            total: newer.total - older.total,
            failed: newer.failed - older.failed,
        }
    }

    /// Figures over the last minute, as of the last scrape.
    pub fn recent(&self) -> Recent {
        self.lately.recent()
    }
}
