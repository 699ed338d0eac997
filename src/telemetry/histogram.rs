//! Durations counted in buckets: percentiles with a stated error.

use hdrhistogram::Histogram;
use serde::{Serialize, Serializer};

use crate::base::Span;

/// Microseconds in the longest duration told apart: an hour. Longer ones count as an hour.
const LONGEST: u64 = 3_600_000_000;

/// A histogram of durations from 1 us to 1 h. Percentiles are at most 1 % off
/// (two significant digits); merging is exact and does not depend on order.
#[derive(Clone, Debug, PartialEq)]
pub struct Latencies(Histogram<u32>);

impl Default for Latencies {
    fn default() -> Self {
        let histogram = Histogram::new_with_bounds(1, LONGEST, 2);
        Latencies(histogram.expect("invariant: the bounds are constants that hdrhistogram accepts"))
    }
}

impl Latencies {
    /// Counts one duration.
    #[inline]
    pub fn record(&mut self, duration: Span) {
        self.0.saturating_record(duration.as_nanos() / 1_000);
    }

    /// Counts everything that `other` has counted.
    pub fn merge(&mut self, other: &Latencies) {
        let added = self.0.add(&other.0);
        added.expect("invariant: all histograms have the same bounds");
    }

    /// Forgets everything.
    pub fn clear(&mut self) {
        self.0.reset();
    }

    /// How many durations were counted.
    pub fn count(&self) -> u64 {
        self.0.len()
    }

    /// The duration that `share` of all do not exceed; `None` without any.
    pub fn quantile(&self, share: f64) -> Option<Span> {
        (self.count() > 0).then(|| Span::from_micros(self.0.value_at_quantile(share)))
    }
}

impl Serialize for Latencies {
    /// The buckets that hold something, as (highest value, count).
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let buckets: Vec<(u64, u32)> = self
            .0
            .iter_recorded()
            .map(|bucket| (bucket.value_iterated_to(), bucket.count_at_value()))
            .collect();
        buckets.serialize(serializer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::{Duration, Stream};

    #[test]
    fn percentiles_are_within_a_hundredth_of_the_exact_ones() {
        let ms = Span::from_millis;
        let shapes = [
            Duration::Exponential { mean: ms(20) },
            Duration::Lognormal {
                p50: ms(8),
                p99: ms(300),
            },
            Duration::Pareto {
                min: ms(1),
                shape: 1.5,
            },
            Duration::Uniform {
                min: ms(1),
                max: ms(100),
            },
        ];
        for shape in shapes {
            let mut stream = Stream::named(1, "test");
            let mut exact: Vec<Span> = (0..50_000).map(|_| shape.sample(&mut stream)).collect();
            let (mut whole, mut halves) = (
                Latencies::default(),
                [Latencies::default(), Latencies::default()],
            );
            for (place, span) in exact.iter().enumerate() {
                whole.record(*span);
                halves[place % 2].record(*span);
            }
            let [mut merged, other] = halves;
            merged.merge(&other);
            assert_eq!(merged, whole);
            exact.sort_unstable();
            for share in [0.5, 0.9, 0.95, 0.99, 0.999] {
                let expected = exact[(share * 50_000.0) as usize - 1].as_secs_f64();
                let found = whole.quantile(share).map_or(0.0, Span::as_secs_f64);
                assert!(
                    (found / expected - 1.0).abs() < 0.011,
                    "{shape:?} {share}: {found} {expected}"
                );
            }
        }
    }

    #[test]
    fn nothing_counted_has_no_percentile() {
        assert_eq!(Latencies::default().quantile(0.5), None);
    }
}
