//! Requests from outside by class of client, as gateways log them.

use serde::Serialize;

use super::{History, RECENT};
use crate::base::Span;
use crate::world::UserDone;

/// Cumulative counts of one class, as a scrape finds them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
struct Counts {
    ended: u64,
    failed: u64,
    refused: u64,
    /// Cents of one real request each.
    earned: i64,
}

/// One class's figures over the last minute.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct ClassRecent {
    /// Requests per simulated second, those turned away included.
    pub rate: f64,
    /// Share that was not answered in full; none without requests.
    pub error_ratio: Option<f64>,
    /// Share that gateways turned away; none without requests.
    pub refused_ratio: Option<f64>,
    /// Revenue per simulated minute, in cents, if each request were one.
    pub earned: f64,
}

/// Every class.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Classes {
    interval: Span,
    now: Vec<Counts>,
    history: Vec<History<Counts>>,
}

impl Classes {
    /// Nothing measured yet.
    pub(super) fn new(classes: usize, interval: Span) -> Classes {
        Classes {
            interval,
            now: vec![Counts::default(); classes],
            history: vec![History::new(interval); classes],
        }
    }

    /// A request ended.
    #[inline]
    pub(super) fn record(&mut self, done: &UserDone) {
        if let Some(counts) = self.now.get_mut(done.class as usize) {
            counts.ended += 1;
            if done.outcome.is_ok() {
                counts.earned = counts.earned.saturating_add(done.value.cents());
            } else {
                counts.failed += 1;
            }
            counts.refused += u64::from(done.refused);
        }
    }

    /// Samples the counters.
    pub(super) fn scrape(&mut self) {
        for (history, counts) in self.history.iter_mut().zip(&self.now) {
            history.push(*counts);
        }
    }

    /// A class's figures as of the last scrape.
    pub fn recent(&self, class: usize) -> ClassRecent {
        let Some(history) = self.history.get(class) else {
            return ClassRecent::default();
        };
        let Some(until) = history.last_time() else {
            return ClassRecent::default();
        };
        let window = until
            .since_start()
            .clamp(self.interval, RECENT.max(self.interval));
        let (Some(newer), Some(older)) = (history.last(), history.at(until.back(window))) else {
            return ClassRecent::default();
        };
        let ended = newer.ended - older.ended;
        let share = |part: u64| (ended > 0).then(|| part as f64 / ended as f64);
        ClassRecent {
            rate: ended as f64 / window.as_secs_f64(),
            error_ratio: share(newer.failed - older.failed),
            refused_ratio: share(newer.refused - older.refused),
            earned: (newer.earned - older.earned) as f64 * 60.0 / window.as_secs_f64(),
        }
    }
}
