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
    counts: [[u32; 2]; SLICES],
}

impl Window {
    /// Nothing counted yet.
    pub fn new(length: Span) -> Window {
        Window {
            slice: Span::from_nanos((length.as_nanos() / SLICES as u64).max(1)),
            newest: 0,
            counts: [[0; 2]; SLICES],
        }
    }

    /// Adds to both counters.
    pub fn add(&mut self, now: SimTime, first: u32, second: u32) {
        self.roll(now);
        let slice = &mut self.counts[(self.newest % SLICES as u64) as usize];
        slice[0] += first;
        slice[1] += second;
    }

    /// Both counters over the window that ends now.
    pub fn sums(&mut self, now: SimTime) -> [u32; 2] {
        self.roll(now);
        self.counts
            .iter()
            .fold([0; 2], |sum, slice| [sum[0] + slice[0], sum[1] + slice[1]])
    }

    /// Forgets everything.
    pub fn clear(&mut self) {
        self.counts = [[0; 2]; SLICES];
    }

    fn roll(&mut self, now: SimTime) {
        let slice = now.as_nanos() / self.slice.as_nanos();
        let passed = slice.saturating_sub(self.newest);
        for step in 1..=passed.min(SLICES as u64) {
            self.counts[((self.newest + step) % SLICES as u64) as usize] = [0; 2];
        }
        if passed > SLICES as u64 {
            self.counts = [[0; 2]; SLICES];
        }
        self.newest += passed;
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
