//! Ranks of two samples: how far one lies above the other.
//!
//! H. B. Mann and D. R. Whitney, On a test of whether one of two random
//! variables is stochastically larger than the other, 1947; the interval and
//! the estimate of the shift are those of J. L. Hodges and E. L. Lehmann,
//! Estimates of location based on rank tests, 1963, found by inverting the
//! test as R's `wilcox.test(x, y, conf.int = TRUE, exact = FALSE)` does.
//!
//! Always the normal approximation, with corrections for ties and continuity:
//! that is what Kayenta computes, for samples of any size.

use serde::{Deserialize, Serialize};

use super::clean::sorted;
use super::normal::{below, quantile};
use super::root::{Point, root};

/// By how much the values of one sample exceed those of another.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Interval {
    /// The least shift that the samples allow at the chosen confidence.
    pub low: f64,
    /// The greatest.
    pub high: f64,
    /// The Hodges-Lehmann estimate: the median of all differences between a
    /// value of one and a value of the other.
    pub estimate: f64,
}

/// The rank-sum test of "no difference".
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct RankTest {
    /// Pairs in which the first sample's value is greater; ties count half.
    pub u: f64,
    /// `u` in standard deviations from its mean, ties and continuity corrected.
    pub z: f64,
    /// The chance of a `z` as far from zero if there is no difference.
    pub p: f64,
}

/// Why two samples cannot be compared by ranks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Unfit {
    /// One has no values.
    Empty,
    /// All values are equal, at some shift that has to be looked at.
    Tied,
    /// A value, or the distance between two, is not a finite number.
    Infinite,
}

/// `u`, and how many values share their rank.
struct Ranks {
    u: f64,
    /// The sum of `t^3 - t` over groups of `t` equal values.
    ties: f64,
}

/// The ranks of sorted `x`, moved down by `shift`, among sorted `y`.
fn ranks(x: &[f64], y: &[f64], shift: f64) -> Ranks {
    let (mut i, mut j) = (0, 0);
    let mut ranks = Ranks { u: 0.0, ties: 0.0 };
    loop {
        let value = match (x.get(i), y.get(j)) {
            (None, None) => return ranks,
            (Some(x), None) => x - shift,
            (None, Some(y)) => *y,
            (Some(x), Some(y)) => (x - shift).min(*y),
        };
        let of_x = x[i..].iter().take_while(|x| **x - shift <= value).count();
        let of_y = y[j..].iter().take_while(|y| **y <= value).count();
        if of_x + of_y == 0 {
            return ranks;
        }
        ranks.u += of_x as f64 * (j as f64 + 0.5 * of_y as f64);
        let equal = (of_x + of_y) as f64;
        ranks.ties += equal * equal * equal - equal;
        i += of_x;
        j += of_y;
    }
}

/// `u` of two samples moved by `shift`, in standard deviations from its mean,
/// and half a pair nearer to it (the correction for continuity):
/// `(|u - mn/2| - 1/2) / sqrt(mn/12 (m + n + 1 - ties / ((m + n) (m + n - 1))))`.
fn standardized(x: &[f64], y: &[f64], shift: f64) -> Option<f64> {
    let (m, n) = (x.len() as f64, y.len() as f64);
    let ranks = ranks(x, y, shift);
    let away = ranks.u - m * n / 2.0;
    let nearer = if away > 0.0 {
        away - 0.5
    } else if away < 0.0 {
        away + 0.5
    } else {
        0.0
    };
    let all = m + n;
    let variance = (m * n / 12.0) * ((all + 1.0) - ranks.ties / (all * (all - 1.0)));
    // Not a number where a single value is all there is.
    (variance > 0.0).then(|| nearer / libm::sqrt(variance))
}

/// By how much `x` lies above `y`, at a `confidence` between 0 and 1.
///
/// The ends of the interval and the estimate are where the standardized `u`,
/// as a function of the shift, crosses the normal quantiles and zero. They are
/// looked for between the least and the greatest difference, and found to
/// within `precision`, which has the unit of the values: choose it well below
/// the differences that matter. R and Kayenta use 0.0001.
pub fn interval(x: &[f64], y: &[f64], confidence: f64, precision: f64) -> Result<Interval, Unfit> {
    let (x, y) = (sorted(x), sorted(y));
    let (Some(least_x), Some(most_x)) = (x.first(), x.last()) else {
        return Err(Unfit::Empty);
    };
    let (Some(least_y), Some(most_y)) = (y.first(), y.last()) else {
        return Err(Unfit::Empty);
    };
    let (from, to) = (least_x - most_y, most_x - least_y);
    if !from.is_finite() || !to.is_finite() {
        return Err(Unfit::Infinite);
    }
    let (Some(at_from), Some(at_to)) = (standardized(&x, &y, from), standardized(&x, &y, to))
    else {
        return Err(Unfit::Tied);
    };
    let crossing = |z: f64| {
        let low = Point {
            x: from,
            y: at_from - z,
        };
        let high = Point {
            x: to,
            y: at_to - z,
        };
        if low.y <= 0.0 {
            return from;
        }
        if high.y >= 0.0 {
            return to;
        }
        // Between the ends some values differ, so there is always a variance.
        let f = |shift: f64| standardized(&x, &y, shift).unwrap_or(0.0) - z;
        root(&f, low, high, precision)
    };
    let z = quantile((1.0 - confidence) / 2.0);
    Ok(Interval {
        low: crossing(-z),
        high: crossing(z),
        estimate: crossing(0.0),
    })
}

/// Tests whether `x` and `y` come from one distribution.
pub fn rank_test(x: &[f64], y: &[f64]) -> Result<RankTest, Unfit> {
    if x.is_empty() || y.is_empty() {
        return Err(Unfit::Empty);
    }
    if x.iter().chain(y).any(|value| !value.is_finite()) {
        return Err(Unfit::Infinite);
    }
    let (x, y) = (sorted(x), sorted(y));
    let z = standardized(&x, &y, 0.0).ok_or(Unfit::Tied)?;
    Ok(RankTest {
        u: ranks(&x, &y, 0.0).u,
        z,
        p: (2.0 * below(-z.abs())).min(1.0),
    })
}

/// The common language effect size: the share of pairs in which the value of
/// `x` is the greater one, ties counted half; 0.5 without difference. None
/// without pairs.
///
/// A. Vargha and H. D. Delaney, A critique and improvement of the CL common
/// language effect size statistics of McGraw and Wong, 2000: `u / mn`.
pub fn cles(x: &[f64], y: &[f64]) -> Option<f64> {
    let pairs = x.len() as f64 * y.len() as f64;
    (pairs > 0.0).then(|| ranks(&sorted(x), &sorted(y), 0.0).u / pairs)
}
