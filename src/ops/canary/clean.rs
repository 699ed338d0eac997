//! Values before they are compared: gaps, outliers, and what they are like.

use serde::{Deserialize, Serialize};

/// Where values count as outliers, after J. W. Tukey, Exploratory Data
/// Analysis, 1977: farther from the quartiles than so many times their
/// distance.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Fence {
    /// How many times; Tukey's is 1.5, Kayenta's 3.
    pub factor: f64,
    /// Whether values between the 1st and the 99th percentile are kept in any
    /// case, as Kayenta's judge does: where most values are equal, every other
    /// one lies outside the fence.
    pub gentle: bool,
}

impl Fence {
    /// The fence of Kayenta's judge.
    pub const KAYENTA: Fence = Fence {
        factor: 3.0,
        gentle: true,
    };

    /// The least and the greatest value that are no outliers; none without values.
    pub fn ends(&self, values: &[f64]) -> Option<(f64, f64)> {
        let values = sorted(values);
        let (lower, upper) = (at_share(&values, 0.25)?, at_share(&values, 0.75)?);
        let reach = self.factor * (upper - lower);
        let (low, high) = (lower - reach, upper + reach);
        if !self.gentle {
            return Some((low, high));
        }
        let (first, last) = (at_share(&values, 0.01)?, at_share(&values, 0.99)?);
        Some((low.min(first), high.max(last)))
    }
}

/// What values are like.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Summary {
    /// The least value; 0 without values, like the others.
    pub min: f64,
    /// The greatest.
    pub max: f64,
    /// The arithmetic mean.
    pub mean: f64,
    /// The standard deviation of the population that they are a sample of
    /// (divided by one less than their number).
    pub deviation: f64,
    /// How many there are.
    pub count: u32,
}

/// Sums values up.
pub fn summary(values: &[f64]) -> Summary {
    if values.is_empty() {
        return Summary::default();
    }
    let count = values.len() as f64;
    let mean = mean(values);
    let squares: f64 = values.iter().map(|v| (v - mean) * (v - mean)).sum();
    Summary {
        min: values.iter().copied().fold(f64::INFINITY, f64::min),
        max: values.iter().copied().fold(f64::NEG_INFINITY, f64::max),
        mean,
        deviation: libm::sqrt(squares / (count - 1.0).max(1.0)),
        count: u32::try_from(values.len()).unwrap_or(u32::MAX),
    }
}

/// The arithmetic mean; the second pass takes the rounding of the first away.
pub(super) fn mean(values: &[f64]) -> f64 {
    let count = values.len() as f64;
    let rough = values.iter().sum::<f64>() / count;
    rough + values.iter().map(|value| value - rough).sum::<f64>() / count
}

/// The value below which `percent` of the values lie, from 0 to 100; none
/// without values. Between two values it is interpolated, with the least at 0
/// and the greatest at 100: type 7 of R. J. Hyndman and Y. Fan, Sample
/// quantiles in statistical packages, 1996, which R and Kayenta use.
pub fn percentile(values: &[f64], percent: f64) -> Option<f64> {
    at_share(&sorted(values), percent / 100.0)
}

fn at_share(sorted: &[f64], share: f64) -> Option<f64> {
    let last = sorted.len().checked_sub(1)?;
    let place = share.clamp(0.0, 1.0) * last as f64;
    let before = (libm::floor(place) as usize).min(last);
    let value = sorted.get(before)?;
    let next = sorted.get(before + 1).unwrap_or(value);
    Some(value + (place - before as f64) * (next - value))
}

/// The values, least first.
pub(super) fn sorted(values: &[f64]) -> Vec<f64> {
    let mut values = values.to_vec();
    values.sort_by(f64::total_cmp);
    values
}
