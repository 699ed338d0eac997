//! When the budget will be gone, and how sure that is; what a target allows.

use super::Tracker;
use crate::base::{Ratio, SimTime, Span};

/// Parts into which the hour is cut to see how much it varies.
const PARTS: u64 = 12;
/// The 97.5 % point of Student's t with 11 degrees of freedom.
const STUDENT: f64 = 2.201;

/// When a budget is gone if the last hour goes on as it did.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Forecast {
    /// By the hour's mean.
    pub likely: Span,
    /// By the upper end of the mean's 95 % interval.
    pub soonest: Span,
    /// By its lower end; none where that is no burn at all.
    pub latest: Option<Span>,
}

impl Tracker {
    /// When the budget is gone, with a 95 % interval from how the twelve parts
    /// of the last hour differ. None while nothing burns or nothing is left.
    ///
    /// Twelve parts with 10 bad events each, give or take 3: the mean's
    /// standard error is 3 / sqrt 12 = 0.87, so the mean lies within 10 plus
    /// or minus 1.9, and a budget of 100 bad events lasts 8.4 to 12.4 parts.
    pub fn forecast(&self, at: SimTime) -> Option<Forecast> {
        let likely = self.exhausted_in(at)?;
        let hour = Span::from_hours(1);
        let part = Span::from_nanos(hour.as_nanos() / PARTS);
        let (mut sum, mut squares) = (0.0, 0.0);
        for number in 0..PARTS {
            let end = at.back(Span::from_nanos(part.as_nanos() * number));
            let bad = self.rise(end, part).bad as f64;
            sum += bad;
            squares += bad * bad;
        }
        let count = PARTS as f64;
        let mean = sum / count;
        let variance = ((squares - count * mean * mean) / (count - 1.0)).max(0.0);
        let margin = STUDENT * libm::sqrt(variance / count);
        if mean <= 0.0 {
            return None;
        }
        Some(Forecast {
            likely,
            soonest: likely.scaled(mean / (mean + margin)),
            latest: (mean > margin).then(|| likely.scaled(mean / (mean - margin))),
        })
    }
}

/// What a target allows over a span of time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Allowance {
    /// Time without any good answer.
    pub down: Span,
    /// Bad events, at a rate of events per second.
    pub bad: f64,
}

/// What a target allows: `1 - target` of the time, or of the events. 99.9 % of
/// 30 days are 43 m 12 s down, or at 100 events per second 259,200 bad ones.
pub fn allowance(target: Ratio, over: Span, per_second: f64) -> Allowance {
    let share = target.complement().get();
    Allowance {
        down: over.scaled(share),
        bad: over.as_secs_f64() * per_second * share,
    }
}
