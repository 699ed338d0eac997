//! How often a cache hits, worked out on paper.

use crate::base::Zipf;

/// Ranks that are summed one by one; those behind are taken in groups, each as
/// if all had the popularity of its middle.
const EXACT: u32 = 1_000;
/// Each group is longer than the one before by this factor.
const GROWTH: f64 = 1.05;
/// Halvings of the interval in which the characteristic time lies.
const HALVINGS: u32 = 100;

/// Share of lookups that hit an LRU cache of so many entries: Che's
/// approximation (Che, Tung and Wang, "Hierarchical Web caching systems",
/// 2002). Times to live are taken to be long, and the cache to be this
/// lookup's own. 1,000 of 10,000 things at exponent 0.8: 0.513.
pub fn hit_ratio(keys: &Zipf, capacity: f64) -> f64 {
    if capacity >= f64::from(keys.count()) {
        return 1.0;
    }
    let groups = groups(keys);
    let sum: f64 = groups.iter().map(|(weight, count)| weight * count).sum();
    let misses = |weight: f64, time: f64| libm::exp(-weight / sum * time);
    let filled = |time: f64| -> f64 {
        let each = groups.iter();
        each.map(|(weight, count)| count * (1.0 - misses(*weight, time)))
            .sum()
    };
    // Measured in lookups, and its logarithm halved: it may be very long.
    let (mut low, mut high) = (0.0, 60.0);
    for _ in 0..HALVINGS {
        let middle = (low + high) / 2.0;
        if filled(libm::exp(middle)) < capacity {
            low = middle;
        } else {
            high = middle;
        }
    }
    let time = libm::exp(low);
    let each = groups.iter();
    each.map(|(weight, count)| count * weight / sum * (1.0 - misses(*weight, time)))
        .sum()
}

/// Popularity and number of things that are about as popular.
fn groups(keys: &Zipf) -> Vec<(f64, f64)> {
    let exponent = keys.exponent();
    let weight = |rank: f64| libm::exp(-exponent * libm::log(rank));
    let count = f64::from(keys.count());
    let mut groups = Vec::new();
    let mut rank = 1.0;
    while rank <= count {
        let mut length = 1.0;
        if rank > f64::from(EXACT) {
            length = libm::ceil(rank * (GROWTH - 1.0));
            if rank + length > count + 1.0 {
                length = count + 1.0 - rank;
            }
        }
        groups.push((weight(rank + (length - 1.0) / 2.0), length));
        rank += length;
    }
    groups
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The same, rank by rank.
    fn summed(count: u32, exponent: f64, capacity: f64) -> f64 {
        let weights: Vec<f64> = (1..=count)
            .map(|rank| f64::from(rank).powf(-exponent))
            .collect();
        let sum: f64 = weights.iter().sum();
        let filled = |time: f64| -> f64 {
            let each = weights.iter();
            each.map(|weight| 1.0 - (-weight / sum * time).exp()).sum()
        };
        let (mut low, mut high) = (0.0, 1e12);
        for _ in 0..100 {
            let middle = (low + high) / 2.0;
            if filled(middle) < capacity {
                low = middle;
            } else {
                high = middle;
            }
        }
        let each = weights.iter();
        each.map(|weight| weight / sum * (1.0 - (-weight / sum * low).exp()))
            .sum()
    }

    #[test]
    fn groups_change_nothing_that_matters() {
        for (count, exponent, capacity) in [
            (500, 1.0, 20.0),
            (10_000, 0.8, 1_000.0),
            (100_000, 1.1, 300.0),
            (100_000, 0.0, 50_000.0),
        ] {
            let found = hit_ratio(&Zipf::new(count, exponent), capacity);
            let expected = summed(count, exponent, capacity);
            assert!((found - expected).abs() < 1e-4, "{found}, not {expected}");
        }
        assert_eq!(hit_ratio(&Zipf::new(10, 1.0), 10.0), 1.0);
    }
}
