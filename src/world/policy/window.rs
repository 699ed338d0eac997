//! Counts over the recent past: a ring of ten slices.

use serde::Serialize;

use crate::base::{SimTime, Span};

/// Slices of a window; the oldest drops out whole, as in resilience4j's and
/// Hystrix's rolling windows.
const SLICES: usize = 10;

/// Two counters over a sliding window, in memory of fixed size.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub(crate) struct Window {
    slice: Span,
    /// Number of the newest slice, counted from the start of the run.
    newest: u64,
    /// When that one ends: until then nothing drops out.
    until: SimTime,
    counts: [[u32; 2]; SLICES],
    /// Over all slices.
    sums: [u32; 2],
}

impl Window {
    /// Nothing counted yet.
    pub fn new(length: Span) -> Window {
        let slice = Span::from_nanos((length.as_nanos() / SLICES as u64).max(1));
        Window {
            slice,
            newest: 0,
            until: SimTime::ZERO + slice,
            counts: [[0; 2]; SLICES],
            sums: [0; 2],
        }
    }

    /// Adds to both counters.
    #[inline]
    pub fn add(&mut self, now: SimTime, first: u32, second: u32) {
        self.roll(now);
        let slice = &mut self.counts[(self.newest % SLICES as u64) as usize];
        for (place, more) in [first, second].into_iter().enumerate() {
            slice[place] += more;
            self.sums[place] += more;
        }
    }

    /// Both counters over the window that ends now.
    #[inline]
    pub fn sums(&mut self, now: SimTime) -> [u32; 2] {
        self.roll(now);
        self.sums
    }

    /// Forgets everything.
    pub fn clear(&mut self) {
        self.counts = [[0; 2]; SLICES];
        self.sums = [0; 2];
    }

    #[inline]
    fn roll(&mut self, now: SimTime) {
        if now >= self.until {
            self.drop_old(now);
        }
    }

    #[cold]
    fn drop_old(&mut self, now: SimTime) {
        let newest = now.as_nanos() / self.slice.as_nanos();
        let passed = newest - self.newest;
        for step in 1..=passed.min(SLICES as u64) {
            let slice = &mut self.counts[((self.newest + step) % SLICES as u64) as usize];
            self.sums = [self.sums[0] - slice[0], self.sums[1] - slice[1]];
            *slice = [0; 2];
        }
        self.newest = newest;
        self.until = SimTime::from_nanos((newest + 1).saturating_mul(self.slice.as_nanos()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_older_than_the_window_is_forgotten() {
        let mut window = Window::new(Span::from_secs(10));
        for second in 0..30 {
            window.add(SimTime::from_secs(second), 1, second as u32 % 2);
        }
        assert_eq!(window.sums(SimTime::from_secs(29)), [10, 5]);
        assert_eq!(window.sums(SimTime::from_secs(34)), [5, 3]);
        assert_eq!(window.sums(SimTime::from_secs(500)), [0, 0]);
    }
}
