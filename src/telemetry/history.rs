//! Samples over time in bounded memory: fine for a while, coarse for long.

use std::collections::VecDeque;

use serde::Serialize;

use crate::base::{SimTime, Span};

/// Fine samples kept: 6 hours at 15 seconds.
const FINE: usize = 1_440;
/// Coarse samples kept: 31 days at 5 minutes, the longest month, and one more
/// to look back over all of them.
const COARSE: usize = 8_929;
/// Every so many fine samples, one is kept as a coarse one.
pub(super) const COARSE_EVERY: u64 = 20;

/// One value per scrape. The n-th scrape, counted from 0, is at n intervals.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct History<T> {
    interval: Span,
    scrapes: u64,
    fine: VecDeque<T>,
    coarse: VecDeque<T>,
}

impl<T: Copy> History<T> {
    /// Nothing yet.
    pub fn new(interval: Span) -> Self {
        History {
            interval,
            scrapes: 0,
            fine: VecDeque::new(),
            coarse: VecDeque::new(),
        }
    }

    /// A history that begins with a value at the scrape of `time`.
    pub fn begin(interval: Span, time: SimTime, value: T) -> Self {
        let mut history = History::new(interval);
        history.scrapes = time.as_nanos() / interval.as_nanos().max(1) + 1;
        history.fine.push_back(value);
        history.coarse.push_back(value);
        history
    }

    /// Adds the value of the next scrape.
    pub fn push(&mut self, value: T) {
        self.push_both(value, value);
    }

    /// Adds the value of the next scrape; where it falls on a coarse step,
    /// `coarse` (which may sum up the whole step) is kept for long.
    pub fn push_both(&mut self, fine: T, coarse: T) {
        keep(&mut self.fine, fine, FINE);
        if self.scrapes.is_multiple_of(COARSE_EVERY) {
            keep(&mut self.coarse, coarse, COARSE);
        }
        self.scrapes += 1;
    }

    /// The newest value.
    pub fn last(&self) -> Option<T> {
        self.fine.back().copied()
    }

    /// The newest value sampled at or before `time`, as far back as memory
    /// goes; before that, the oldest that is left.
    pub fn at(&self, time: SimTime) -> Option<T> {
        let newest = self.scrapes.checked_sub(1)?;
        let wanted = (time.as_nanos() / self.interval.as_nanos().max(1)).min(newest);
        let back = newest - wanted;
        if back < self.fine.len() as u64 {
            return self.fine.get(self.fine.len() - 1 - back as usize).copied();
        }
        let back = newest / COARSE_EVERY - wanted / COARSE_EVERY;
        match self.coarse.len().checked_sub(1 + back as usize) {
            Some(place) => self.coarse.get(place).copied(),
            None => self.coarse.front().copied(),
        }
    }

    /// When the newest value was sampled.
    pub fn last_time(&self) -> Option<SimTime> {
        let newest = self.scrapes.checked_sub(1)?;
        Some(SimTime::from_nanos(newest * self.interval.as_nanos()))
    }

    /// When the next value is due.
    pub fn next_time(&self) -> SimTime {
        SimTime::from_nanos(self.scrapes * self.interval.as_nanos())
    }

    /// Instants from `from` to the newest sample, at most `most` of them, at
    /// multiples of a whole number of intervals.
    pub fn instants(&self, from: SimTime, most: u64) -> Vec<SimTime> {
        let Some(newest) = self.scrapes.checked_sub(1) else {
            return Vec::new();
        };
        let interval = self.interval.as_nanos().max(1);
        let first = from.as_nanos().div_ceil(interval);
        if first > newest || most == 0 {
            return Vec::new();
        }
        let mut stride = (newest - first + 1).div_ceil(most).max(1);
        if (newest - first) >= FINE as u64 {
            stride = stride.next_multiple_of(COARSE_EVERY);
        }
        let start = first.next_multiple_of(stride);
        (start..=newest)
            .step_by(stride as usize)
            .map(|scrape| SimTime::from_nanos(scrape * interval))
            .collect()
    }
}

fn keep<T>(ring: &mut VecDeque<T>, value: T, most: usize) {
    if ring.len() == most {
        ring.pop_front();
    }
    ring.push_back(value);
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// The oracle keeps everything; fine look-backs are exact, older ones
        /// are at most one coarse step old.
        #[test]
        fn a_look_back_finds_the_value_of_its_time(
            scrapes in 1u64..40_000, back in 0u64..40_000, offset in 0u64..10,
        ) {
            let interval = Span::from_secs(10);
            let mut history = History::new(interval);
            for scrape in 0..scrapes {
                history.push(scrape);
            }
            let wanted = (scrapes - 1).saturating_sub(back);
            let found = history.at(SimTime::from_secs(wanted * 10 + offset)).unwrap_or(u64::MAX);
            if scrapes - 1 - wanted < FINE as u64 {
                prop_assert_eq!(found, wanted);
            } else if scrapes - 1 - wanted < FINE as u64 * COARSE_EVERY {
                prop_assert_eq!(found, wanted / COARSE_EVERY * COARSE_EVERY);
            }
        }

        #[test]
        fn instants_are_few_rising_and_not_before_the_start(
            scrapes in 0u64..20_000, from in 0u64..300_000, most in 0u64..500,
        ) {
            let mut history = History::new(Span::from_secs(15));
            for _ in 0..scrapes {
                history.push(());
            }
            let instants = history.instants(SimTime::from_secs(from), most);
            prop_assert!(instants.len() as u64 <= most);
            prop_assert!(instants.windows(2).all(|pair| pair[0] < pair[1]));
            prop_assert!(instants.iter().all(|at| *at >= SimTime::from_secs(from)));
        }
    }
}
