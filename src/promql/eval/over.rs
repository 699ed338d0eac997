//! Functions over the samples of a window.
//!
//! Rates and their relatives follow Prometheus to the letter: a window is open
//! on its left and closed on its right, and rates reach out to its borders
//! where samples lie close to them.

use crate::telemetry::store::Sample;

/// The samples that a function sees; at least one.
#[derive(Debug)]
pub struct Window<'a> {
    /// Samples after `from`, up to and with `to`; none is a mark of staleness.
    pub samples: &'a [Sample],
    /// The left border, in milliseconds; not included.
    pub from: i64,
    /// The right border; included.
    pub to: i64,
    /// The step's own time.
    pub now: i64,
    /// The numbers that the function was called with.
    pub numbers: [f64; 2],
}

impl Window<'_> {
    fn values(&self) -> impl Iterator<Item = f64> {
        self.samples.iter().map(|sample| sample.value)
    }

    fn ends(&self) -> Option<(Sample, Sample)> {
        Some((*self.samples.first()?, *self.samples.last()?))
    }
}

/// A sum that keeps what rounding would lose (Kahan and Babuška, as Neumaier
/// describes it, ZAMM 54, 1974).
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Kahan {
    pub sum: f64,
    pub rest: f64,
}

impl Kahan {
    #[inline]
    pub fn add(self, value: f64) -> Kahan {
        let sum = self.sum + value;
        let lost = if sum.is_infinite() {
            return Kahan { sum, rest: 0.0 };
        } else if self.sum.abs() >= value.abs() {
            (self.sum - sum) + value
        } else {
            (value - sum) + self.sum
        };
        Kahan {
            sum,
            rest: self.rest + lost,
        }
    }

    pub fn total(self) -> f64 {
        self.sum + self.rest
    }
}

/// A mean that does not overflow where its values do not.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Mean {
    kahan: Kahan,
    count: f64,
    /// The sum would overflow: `kahan` holds the mean so far.
    stepwise: bool,
}

impl Mean {
    #[inline]
    pub fn add(&mut self, value: f64) {
        self.count += 1.0;
        if self.count == 1.0 {
            self.kahan.sum = value;
            return;
        }
        if !self.stepwise {
            let next = self.kahan.add(value);
            if !next.sum.is_infinite() {
                self.kahan = next;
                return;
            }
            self.stepwise = true;
            self.kahan.sum /= self.count - 1.0;
            self.kahan.rest /= self.count - 1.0;
        }
        let share = (self.count - 1.0) / self.count;
        let scaled = Kahan {
            sum: self.kahan.sum * share,
            rest: self.kahan.rest * share,
        };
        self.kahan = scaled.add(value / self.count);
    }

    pub fn get(self) -> f64 {
        if self.stepwise {
            self.kahan.total()
        } else {
            self.kahan.sum / self.count + self.kahan.rest / self.count
        }
    }
}

pub(in super::super) fn rate(window: &Window<'_>) -> Option<f64> {
    let seconds = (window.to - window.from) as f64 / 1_000.0;
    extrapolated(window, true).map(|(value, factor)| value * (factor / seconds))
}

pub(in super::super) fn increase(window: &Window<'_>) -> Option<f64> {
    extrapolated(window, true).map(|(value, factor)| value * factor)
}

pub(in super::super) fn delta(window: &Window<'_>) -> Option<f64> {
    extrapolated(window, false).map(|(value, factor)| value * factor)
}

/// The difference of last and first, counter resets made good, and the factor
/// that stretches it to the borders.
fn extrapolated(window: &Window<'_>, counter: bool) -> Option<(f64, f64)> {
    if window.samples.len() < 2 {
        return None;
    }
    let (first, last) = window.ends()?;
    let mut value = last.value - first.value;
    if counter {
        for pair in window.samples.windows(2) {
            if pair[1].value < pair[0].value {
                value += pair[0].value;
            }
        }
    }
    let mut to_start = (first.time - window.from) as f64 / 1_000.0;
    let mut to_end = (window.to - last.time) as f64 / 1_000.0;
    let sampled = (last.time - first.time) as f64 / 1_000.0;
    let between = sampled / (window.samples.len() - 1) as f64;
    // Further out than a little more than one interval, the series is taken
    // to begin or end within the window, half an interval out.
    let threshold = between * 1.1;
    if to_start >= threshold {
        to_start = between / 2.0;
    }
    if counter && value > 0.0 && first.value >= 0.0 {
        // No counter was ever below zero.
        let to_zero = sampled * (first.value / value);
        if to_zero < to_start {
            to_start = to_zero;
        }
    }
    if to_end >= threshold {
        to_end = between / 2.0;
    }
    Some((value, (sampled + to_start + to_end) / sampled))
}

fn last_two(window: &Window<'_>) -> Option<(Sample, Sample)> {
    match window.samples {
        [.., before, last] => Some((*before, *last)),
        _ => None,
    }
}

pub(in super::super) fn irate(window: &Window<'_>) -> Option<f64> {
    let (before, last) = last_two(window)?;
    let grown = if last.value < before.value {
        last.value
    } else {
        last.value - before.value
    };
    Some(grown / ((last.time - before.time) as f64 / 1_000.0))
}

pub(in super::super) fn idelta(window: &Window<'_>) -> Option<f64> {
    let (before, last) = last_two(window)?;
    Some(last.value - before.value)
}

pub(in super::super) fn changes(window: &Window<'_>) -> Option<f64> {
    let changed = |pair: &&[Sample]| {
        let (a, b) = (pair[0].value, pair[1].value);
        a != b && !(a.is_nan() && b.is_nan())
    };
    Some(window.samples.windows(2).filter(changed).count() as f64)
}

pub(in super::super) fn resets(window: &Window<'_>) -> Option<f64> {
    let fell = |pair: &&[Sample]| pair[1].value < pair[0].value;
    Some(window.samples.windows(2).filter(fell).count() as f64)
}

/// Slope and value at `origin` of the straight line that fits best.
fn line(samples: &[Sample], origin: i64) -> (f64, f64) {
    let first = samples[0].value;
    if samples.iter().all(|sample| sample.value == first) {
        if first.is_infinite() {
            return (f64::NAN, f64::NAN);
        }
        return (0.0, first);
    }
    let mut sums = [Kahan::default(); 4];
    for sample in samples {
        let x = (sample.time - origin) as f64 / 1_000.0;
        let parts = [x, sample.value, x * sample.value, x * x];
        for (sum, part) in sums.iter_mut().zip(parts) {
            *sum = sum.add(part);
        }
    }
    let [x, y, xy, x2] = sums.map(Kahan::total);
    let n = samples.len() as f64;
    let slope = (xy - x * y / n) / (x2 - x * x / n);
    (slope, y / n - slope * x / n)
}

pub(in super::super) fn deriv(window: &Window<'_>) -> Option<f64> {
    if window.samples.len() < 2 {
        return None;
    }
    Some(line(window.samples, window.samples[0].time).0)
}

pub(in super::super) fn predict(window: &Window<'_>) -> Option<f64> {
    if window.samples.len() < 2 {
        return None;
    }
    let (slope, here) = line(window.samples, window.now);
    Some(slope * window.numbers[0] + here)
}

/// Double exponential smoothing (Holt): level and trend, each smoothed.
pub(in super::super) fn smooth(window: &Window<'_>) -> Option<f64> {
    let [level_factor, trend_factor] = window.numbers;
    let [first, second, ..] = window.samples else {
        return None;
    };
    let mut trend = second.value - first.value;
    let (mut before, mut level) = (0.0, first.value);
    for (number, sample) in window.samples.iter().enumerate().skip(1) {
        if number > 1 {
            trend = trend_factor * (level - before) + (1.0 - trend_factor) * trend;
        }
        let next = level_factor * sample.value + (1.0 - level_factor) * (level + trend);
        (before, level) = (level, next);
    }
    Some(level)
}

pub(in super::super) fn sum(window: &Window<'_>) -> Option<f64> {
    let kahan = window.values().fold(Kahan::default(), Kahan::add);
    if kahan.sum.is_infinite() {
        return Some(kahan.sum);
    }
    Some(kahan.total())
}

pub(in super::super) fn avg(window: &Window<'_>) -> Option<f64> {
    let mut mean = Mean::default();
    window.values().for_each(|value| mean.add(value));
    Some(mean.get())
}

pub(in super::super) fn count(window: &Window<'_>) -> Option<f64> {
    Some(window.samples.len() as f64)
}

pub(in super::super) fn present(_: &Window<'_>) -> Option<f64> {
    Some(1.0)
}

pub(in super::super) fn first(window: &Window<'_>) -> Option<f64> {
    window.ends().map(|(first, _)| first.value)
}

pub(in super::super) fn last(window: &Window<'_>) -> Option<f64> {
    window.ends().map(|(_, last)| last.value)
}

/// The sample that no other one beats; NaN only if there is nothing else.
fn best(window: &Window<'_>, beats: fn(f64, f64) -> bool) -> Option<Sample> {
    let mut samples = window.samples.iter().copied();
    let first = samples.next()?;
    Some(samples.fold(first, |best, next| {
        if beats(next.value, best.value) || best.value.is_nan() {
            next
        } else {
            best
        }
    }))
}

pub(in super::super) fn min(window: &Window<'_>) -> Option<f64> {
    best(window, |a, b| a < b).map(|sample| sample.value)
}

pub(in super::super) fn max(window: &Window<'_>) -> Option<f64> {
    best(window, |a, b| a > b).map(|sample| sample.value)
}

fn seconds(sample: Sample) -> f64 {
    sample.time as f64 / 1_000.0
}

pub(in super::super) fn time_of_min(window: &Window<'_>) -> Option<f64> {
    best(window, |a, b| a <= b).map(seconds)
}

pub(in super::super) fn time_of_max(window: &Window<'_>) -> Option<f64> {
    best(window, |a, b| a >= b).map(seconds)
}

pub(in super::super) fn time_of_first(window: &Window<'_>) -> Option<f64> {
    window.ends().map(|(first, _)| seconds(first))
}

pub(in super::super) fn time_of_last(window: &Window<'_>) -> Option<f64> {
    window.ends().map(|(_, last)| seconds(last))
}

pub(in super::super) fn stdvar(window: &Window<'_>) -> Option<f64> {
    let (mut mean, mut squares) = (Kahan::default(), Kahan::default());
    let mut count = 0.0;
    for value in window.values() {
        count += 1.0;
        let off = value - mean.total();
        mean = mean.add(off / count);
        squares = squares.add(off * (value - mean.total()));
    }
    Some(squares.total() / count)
}

pub(in super::super) fn stddev(window: &Window<'_>) -> Option<f64> {
    stdvar(window).map(f64::sqrt)
}

pub(in super::super) fn quantile(window: &Window<'_>) -> Option<f64> {
    let mut values: Vec<f64> = window.values().collect();
    Some(quantile_of(window.numbers[0], &mut values))
}

/// Median of the distances from the median; NaN if there is one among them.
pub(in super::super) fn mad(window: &Window<'_>) -> Option<f64> {
    let mut values: Vec<f64> = window.values().collect();
    if values.iter().any(|value| value.is_nan()) {
        return Some(f64::NAN);
    }
    let median = quantile_of(0.5, &mut values);
    let mut distances: Vec<f64> = values.iter().map(|value| (value - median).abs()).collect();
    Some(quantile_of(0.5, &mut distances))
}

/// The order of quantiles: NaN before everything else.
fn nan_first(a: &f64, b: &f64) -> std::cmp::Ordering {
    a.partial_cmp(b)
        .unwrap_or_else(|| b.is_nan().cmp(&a.is_nan()))
}

/// The quantile of some values, between two of which it is interpolated.
pub(super) fn quantile_of(quantile: f64, values: &mut [f64]) -> f64 {
    if values.is_empty() || quantile.is_nan() {
        return f64::NAN;
    }
    if quantile < 0.0 {
        return f64::NEG_INFINITY;
    }
    if quantile > 1.0 {
        return f64::INFINITY;
    }
    values.sort_unstable_by(nan_first);
    let rank = quantile * (values.len() - 1) as f64;
    let low = rank.floor();
    let weight = rank - low;
    let low = low as usize;
    let high = (low + 1).min(values.len() - 1);
    values[low] * (1.0 - weight) + values[high] * weight
}

pub(in super::super) fn degrees(value: f64) -> f64 {
    value * 180.0 / std::f64::consts::PI
}

pub(in super::super) fn radians(value: f64) -> f64 {
    value * std::f64::consts::PI / 180.0
}

/// -1, 1, or what is neither above nor below zero.
pub(in super::super) fn sign(value: f64) -> f64 {
    if value < 0.0 {
        -1.0
    } else if value > 0.0 {
        1.0
    } else {
        value
    }
}

/// The lesser of two; NaN if one is NaN, unless the other is -Inf.
pub(super) fn lesser(a: f64, b: f64) -> f64 {
    if a == f64::NEG_INFINITY || b == f64::NEG_INFINITY {
        f64::NEG_INFINITY
    } else if a.is_nan() || b.is_nan() {
        f64::NAN
    } else if a < b {
        a
    } else {
        b
    }
}

/// The greater of two; NaN if one is NaN, unless the other is +Inf.
pub(super) fn greater(a: f64, b: f64) -> f64 {
    -lesser(-a, -b)
}
