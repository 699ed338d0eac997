//! A span of time that a question is about, and counts over it.

use serde::{Deserialize, Serialize};

use crate::base::{SimTime, Span};

/// Bars of a count over time.
const BARS: usize = 60;

/// A span of time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct During {
    /// How long it is; zero reaches back to the start of the run.
    pub span: Span,
    /// Its end; now where nothing is said.
    pub until: Option<SimTime>,
}

impl During {
    /// Its first and last instant, as of `now`.
    pub(super) fn bounds(self, now: SimTime) -> (SimTime, SimTime) {
        let until = self.until.unwrap_or(now).min(now);
        let from = if self.span.is_zero() {
            SimTime::ZERO
        } else {
            until.back(self.span)
        };
        (from, until)
    }
}

/// How many there were over time, in bars of equal length.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Bars {
    /// Beginning of the first bar.
    pub from: SimTime,
    /// Length of a bar.
    pub step: Span,
    /// In each bar: all of them, and the bad ones among them.
    pub counts: Vec<(u32, u32)>,
}

impl Bars {
    /// None from `from` to `until`.
    pub(super) fn new(from: SimTime, until: SimTime) -> Bars {
        Bars {
            from,
            step: Span::from_nanos(until.since(from).as_nanos() / BARS as u64 + 1),
            counts: vec![(0, 0); BARS],
        }
    }

    /// Counts `all` at an instant, of which `bad` are bad.
    pub(super) fn add(&mut self, at: SimTime, all: u32, bad: u32) {
        let bar = (at.since(self.from).as_nanos() / self.step.as_nanos()) as usize;
        if let Some(count) = self.counts.get_mut(bar) {
            count.0 += all;
            count.1 += bad;
        }
    }

    /// End of the last bar.
    pub fn until(&self) -> SimTime {
        let all = self.step.as_nanos() * self.counts.len() as u64;
        self.from + Span::from_nanos(all)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_ends_where_it_is_told_to_and_never_after_now() {
        let at = SimTime::from_secs;
        let during = |span, until| During { span, until };
        let minute = Span::from_secs(60);
        assert_eq!(during(minute, None).bounds(at(100)), (at(40), at(100)));
        let earlier = during(minute, Some(at(80)));
        assert_eq!(earlier.bounds(at(100)), (at(20), at(80)));
        let later = during(minute, Some(at(900)));
        assert_eq!(later.bounds(at(100)), (at(40), at(100)));
        assert_eq!(during(Span::ZERO, None).bounds(at(100)), (at(0), at(100)));
    }

    #[test]
    fn every_instant_of_a_span_falls_into_a_bar() {
        let at = SimTime::from_secs;
        let mut bars = Bars::new(at(40), at(100));
        for second in 40..=100 {
            bars.add(at(second), 2, 1);
        }
        assert_eq!(bars.counts.iter().map(|c| c.0).sum::<u32>(), 122);
        assert_eq!(bars.counts.iter().map(|c| c.1).sum::<u32>(), 61);
        assert!(bars.until() > at(100));
    }
}
