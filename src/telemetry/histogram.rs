//! Durations counted in buckets: percentiles with a stated error.

use hdrhistogram::Histogram;
use serde::{Serialize, Serializer};

use crate::base::Span;

/// Microseconds in the longest duration told apart: an hour. Longer ones count as an hour.
const LONGEST: u64 = 3_600_000_000;

/// Up to so many durations are kept as they are: most scrape intervals of a
/// route see a handful, and finding buckets for them, or walking thousands of
/// empty ones, would cost more than the simulation itself.
const FEW: usize = 4_096;

/// Durations from 1 us to 1 h. Percentiles of up to [`FEW`] durations are
/// exact to the microsecond; of more they are at most 1 % off (two significant
/// digits). Merging does not depend on order.
#[derive(Clone, Debug, Default)]
pub struct Latencies {
    /// Microseconds, while there are few.
    few: Vec<u32>,
    /// Everything, once there are many; kept when cleared, to be used again.
    many: Option<Box<Histogram<u32>>>,
    /// Whether there are many.
    spilt: bool,
}

impl Latencies {
    /// Counts one duration.
    #[inline]
    pub fn record(&mut self, duration: Span) {
        let micros = (duration.as_nanos() / 1_000).min(LONGEST) as u32;
        if self.few.len() < FEW && !self.spilt {
            self.few.push(micros);
        } else {
            self.many().saturating_record(u64::from(micros));
        }
    }

    /// Counts everything that `other` has counted.
    pub fn merge(&mut self, other: &Latencies) {
        if !self.spilt && !other.spilt && self.few.len() + other.few.len() <= FEW {
            self.few.extend_from_slice(&other.few);
            return;
        }
        let many = self.many();
        for few in &other.few {
            many.saturating_record(u64::from(*few));
        }
        if let Some(theirs) = other.buckets() {
            many.add(theirs)
                .expect("invariant: all histograms have the same bounds");
        }
    }

    /// The buckets, with everything in them.
    #[cold]
    #[inline(never)]
    fn many(&mut self) -> &mut Histogram<u32> {
        self.spilt = true;
        let many = self.many.get_or_insert_with(empty);
        for few in self.few.drain(..) {
            many.saturating_record(u64::from(few));
        }
        many
    }

    /// The buckets, if there are many.
    fn buckets(&self) -> Option<&Histogram<u32>> {
        self.many.as_deref().filter(|_| self.spilt)
    }

    /// Forgets everything.
    pub fn clear(&mut self) {
        self.few.clear();
        if self.spilt
            && let Some(many) = &mut self.many
        {
            many.reset();
        }
        self.spilt = false;
    }

    /// How many durations were counted.
    pub fn count(&self) -> u64 {
        self.few.len() as u64 + self.buckets().map_or(0, Histogram::len)
    }

    /// For each of `shares`, which ascend, the duration that this share of all
    /// do not exceed; `None` without any. Puts what it has in another order.
    pub fn quantiles<const N: usize>(&mut self, shares: [f64; N]) -> Option<[Span; N]> {
        if let Some(many) = self.buckets() {
            return Some(shares.map(|share| Span::from_micros(many.value_at_quantile(share))));
        }
        let count = self.few.len();
        let last = count.checked_sub(1)?;
        // What is left of a place that was found is not looked at again.
        let mut from = 0;
        Some(shares.map(|share| {
            let rank = libm::ceil(share * count as f64) as usize;
            let place = rank.saturating_sub(1).min(last).max(from);
            let (_, found, _) = self.few[from..].select_nth_unstable(place - from);
            from = place;
            Span::from_micros(u64::from(*found))
        }))
    }

    /// The durations while there are few, the shortest first.
    fn in_order(&self) -> Vec<u32> {
        let mut few = self.few.clone();
        few.sort_unstable();
        few
    }
}

fn empty() -> Box<Histogram<u32>> {
    let histogram = Histogram::new_with_bounds(1, LONGEST, 2);
    Box::new(histogram.expect("invariant: the bounds are constants that hdrhistogram accepts"))
}

impl PartialEq for Latencies {
    /// Whether both have counted the same, in any order.
    fn eq(&self, other: &Self) -> bool {
        self.in_order() == other.in_order() && self.buckets() == other.buckets()
    }
}

impl Serialize for Latencies {
    /// The durations while there are few, else the buckets that hold something.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let buckets: Vec<(u64, u32)> = self
            .buckets()
            .into_iter()
            .flat_map(|many| many.iter_recorded())
            .map(|bucket| (bucket.value_iterated_to(), bucket.count_at_value()))
            .collect();
        (self.in_order(), buckets).serialize(serializer)
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
