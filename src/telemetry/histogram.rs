//! Durations counted in buckets: percentiles with a stated error.

use hdrhistogram::Histogram;
use serde::{Serialize, Serializer};

use crate::base::Span;

/// Microseconds in the longest duration told apart: an hour. Longer ones count as an hour.
const LONGEST: u64 = 3_600_000_000;

/// Up to so many durations are kept as they are: most scrape intervals of a
/// route see a handful, and walking thousands of empty buckets for them would
/// cost more than the simulation itself.
const FEW: usize = 256;

/// Durations from 1 us to 1 h. Percentiles of up to [`FEW`] durations are
/// exact to the microsecond; of more they are at most 1 % off (two significant
/// digits). Merging does not depend on order.
#[derive(Clone, Debug, Default)]
pub struct Latencies {
    /// Microseconds, while there are few.
    few: Vec<u64>,
    /// Everything, once there are many; kept when cleared, to be used again.
    many: Option<Histogram<u32>>,
}

impl Latencies {
    /// Counts one duration.
    #[inline]
    pub fn record(&mut self, duration: Span) {
        self.record_micros(duration.as_nanos() / 1_000);
    }

    #[inline]
    fn record_micros(&mut self, micros: u64) {
        match &mut self.many {
            Some(many) if !many.is_empty() => many.saturating_record(micros),
            _ if self.few.len() < FEW => self.few.push(micros),
            many => {
                let many = many.get_or_insert_with(empty);
                for few in self.few.drain(..) {
                    many.saturating_record(few);
                }
                many.saturating_record(micros);
            }
        }
    }

    /// Counts everything that `other` has counted.
    pub fn merge(&mut self, other: &Latencies) {
        match &other.many {
            Some(theirs) if !theirs.is_empty() => {
                let many = self.many.get_or_insert_with(empty);
                for few in self.few.drain(..) {
                    many.saturating_record(few);
                }
                many.add(theirs)
                    .expect("invariant: all histograms have the same bounds");
            }
            _ => other
                .few
                .iter()
                .for_each(|micros| self.record_micros(*micros)),
        }
    }

    /// Forgets everything.
    pub fn clear(&mut self) {
        self.few.clear();
        if let Some(many) = self.many.as_mut().filter(|many| !many.is_empty()) {
            many.reset();
        }
    }

    /// How many durations were counted.
    pub fn count(&self) -> u64 {
        self.few.len() as u64 + self.many.as_ref().map_or(0, Histogram::len)
    }

    /// For each of `shares`, the duration that this share of all do not
    /// exceed; `None` without any. Puts what it has in order on the way.
    pub fn quantiles<const N: usize>(&mut self, shares: [f64; N]) -> Option<[Span; N]> {
        if let Some(many) = self.many.as_ref().filter(|many| !many.is_empty()) {
            return Some(shares.map(|share| Span::from_micros(many.value_at_quantile(share))));
        }
        let last = self.few.len().checked_sub(1)?;
        self.few.sort_unstable();
        Some(shares.map(|share| {
            let rank = libm::ceil(share * self.few.len() as f64) as usize;
            let place = rank.saturating_sub(1).min(last);
            Span::from_micros(self.few[place])
        }))
    }
}

fn empty() -> Histogram<u32> {
    let histogram = Histogram::new_with_bounds(1, LONGEST, 2);
    histogram.expect("invariant: the bounds are constants that hdrhistogram accepts")
}

impl PartialEq for Latencies {
    /// Whether both have counted the same, in any order.
    fn eq(&self, other: &Self) -> bool {
        fn sorted(latencies: &Latencies) -> Vec<u64> {
            let mut few = latencies.few.clone();
            few.sort_unstable();
            few
        }
        let many = |latencies: &Latencies| latencies.many.clone().filter(|many| !many.is_empty());
        sorted(self) == sorted(other) && many(self) == many(other)
    }
}

impl Serialize for Latencies {
    /// The durations while there are few, else the buckets that hold something.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let buckets: Vec<(u64, u32)> = self
            .many
            .iter()
            .flat_map(|many| many.iter_recorded())
            .map(|bucket| (bucket.value_iterated_to(), bucket.count_at_value()))
            .collect();
        (&self.few, buckets).serialize(serializer)
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
                let [found] = whole.quantiles([share]).unwrap_or_default();
                let found = found.as_secs_f64();
                let expected = exact[(share * 50_000.0) as usize - 1].as_secs_f64();
                assert!(
                    (found / expected - 1.0).abs() < 0.011,
                    "{shape:?} {share}: {found} {expected}"
                );
            }
        }
    }

    #[test]
    fn nothing_counted_has_no_percentile() {
        assert_eq!(Latencies::default().quantiles([0.5]), None);
    }

    #[test]
    fn few_durations_have_exact_percentiles() {
        let mut latencies = Latencies::default();
        for micros in (1..=100).rev() {
            latencies.record(Span::from_micros(micros));
        }
        let expected = [50, 95, 99, 100].map(Span::from_micros);
        assert_eq!(latencies.quantiles([0.5, 0.95, 0.99, 1.0]), Some(expected));
        latencies.clear();
        assert_eq!(latencies.count(), 0);
    }
}
