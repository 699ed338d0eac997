//! Quantiles and fractions of classic histograms.

use std::collections::BTreeMap;

use super::super::ast::Expr;
use super::super::error::Part;
use super::super::note::Level;
use super::super::number;
use super::call::text_of;
use super::{ABSENT, Column, Evaluated, Evaluator, Grid, is_present};
use crate::base::order::sort_by;
use crate::telemetry::store::Labels;

/// The label with a bucket's upper bound.
const BOUND: &str = "le";
/// Differences of counts, relative to them, that are taken for rounding.
const ROUNDING: f64 = 1e-12;

/// How many observations are at or below a bound.
#[derive(Clone, Copy, Debug)]
struct Bucket {
    bound: f64,
    count: f64,
}

/// The buckets of one histogram: bounds in rising order, and their columns.
struct Histogram {
    labels: Labels,
    buckets: Vec<(f64, Column)>,
}

impl Histogram {
    /// The buckets that there are at a step; those of one bound added up.
    fn at(&self, step: usize, buckets: &mut Vec<Bucket>) {
        buckets.clear();
        for (bound, column) in &self.buckets {
            let count = column.values[step];
            if !is_present(count) {
                continue;
            }
            match buckets.last_mut() {
                Some(last) if last.bound == *bound => last.count += count,
                _ => buckets.push(Bucket {
                    bound: *bound,
                    count,
                }),
            }
        }
    }
}

impl Evaluator<'_> {
    /// Puts buckets together that differ in their bound alone.
    fn histograms(&mut self, inner: &Expr, grid: Grid) -> Evaluated<Vec<Histogram>> {
        let columns = self.vector(inner, grid)?;
        let mut places: BTreeMap<Labels, usize> = BTreeMap::new();
        let mut histograms: Vec<Histogram> = Vec::new();
        for column in columns {
            let text = column.labels.get(BOUND);
            let Ok(bound) = text.parse::<f64>() else {
                let mut note = format!(
                    "bucket label \"{BOUND}\" is missing or has a malformed value of {text:?}"
                );
                let name = column.labels.name();
                if !name.is_empty() {
                    note += &format!(" for metric name {name:?}");
                }
                self.notes.add(Level::Warning, inner.bare().part, note);
                continue;
            };
            let labels = column.labels.with(BOUND, "");
            let place = *places.entry(labels.clone()).or_insert_with(|| {
                histograms.push(Histogram {
                    labels,
                    buckets: Vec::new(),
                });
                histograms.len() - 1
            });
            histograms[place].buckets.push((bound, column));
        }
        for histogram in &mut histograms {
            sort_by(&mut histogram.buckets, |a, b| a.0.total_cmp(&b.0));
        }
        Ok(histograms)
    }

    /// One column for each histogram: what `value` makes of its buckets.
    fn of_histograms(
        &mut self,
        histograms: &[Histogram],
        grid: Grid,
        part: Part,
        mut value: impl FnMut(usize, &mut Vec<Bucket>, &Labels) -> f64,
    ) -> Evaluated<Vec<Column>> {
        self.computed(grid.count * histograms.len(), part)?;
        let mut buckets = Vec::new();
        let columns = histograms.iter().map(|histogram| {
            let values = (0..grid.count).map(|step| {
                histogram.at(step, &mut buckets);
                if buckets.is_empty() {
                    ABSENT
                } else {
                    value(step, &mut buckets, &histogram.labels)
                }
            });
            Column {
                values: values.collect(),
                labels: histogram.labels.clone(),
                nameless: true,
            }
        });
        Ok(columns.collect())
    }

    pub(super) fn histogram_quantile(
        &mut self,
        quantiles: &[f64],
        quantile_part: Part,
        inner: &Expr,
        grid: Grid,
    ) -> Evaluated<Vec<Column>> {
        self.doubt_quantiles(quantiles, quantile_part);
        let histograms = self.histograms(inner, grid)?;
        self.quantiles_of(&histograms, quantiles, inner, grid)
    }

    fn quantiles_of(
        &mut self,
        histograms: &[Histogram],
        quantiles: &[f64],
        inner: &Expr,
        grid: Grid,
    ) -> Evaluated<Vec<Column>> {
        let part = inner.bare().part;
        let mut forced: Vec<Labels> = Vec::new();
        let columns = self.of_histograms(histograms, grid, part, |step, buckets, labels| {
            let (value, mended) = quantile(quantiles[step], buckets);
            if mended && forced.last() != Some(labels) {
                forced.push(labels.clone());
            }
            value
        })?;
        for labels in forced {
            let mut text = "input to histogram_quantile needed to be fixed for monotonicity (see https://prometheus.io/docs/prometheus/latest/querying/functions/#histogram_quantile)".to_owned();
            let name = labels.name();
            if !name.is_empty() {
                text += &format!(" for metric name {name:?}");
            }
            self.notes.add(Level::Info, part, text);
        }
        Ok(columns)
    }

    /// `histogram_quantiles(vector, label, quantiles...)`
    pub(super) fn histogram_quantiles(
        &mut self,
        inner: &Expr,
        label: &Expr,
        quantiles: &[Expr],
        grid: Grid,
        part: Part,
    ) -> Evaluated<Vec<Column>> {
        let label = text_of(label)?;
        let histograms = self.histograms(inner, grid)?;
        let mut columns = Vec::new();
        for expr in quantiles {
            let values = self.scalar(expr, grid)?;
            self.doubt_quantiles(&values, expr.part);
            for column in self.quantiles_of(&histograms, &values, inner, grid)? {
                // A quantile may change from step to step, and its label with it.
                columns.extend(by_value(column, &values, label));
            }
        }
        super::merge(columns, part)
    }

    pub(super) fn histogram_fraction(
        &mut self,
        low: &[f64],
        high: &[f64],
        inner: &Expr,
        grid: Grid,
    ) -> Evaluated<Vec<Column>> {
        let histograms = self.histograms(inner, grid)?;
        self.of_histograms(&histograms, grid, inner.part, |step, buckets, _| {
            fraction(low[step], high[step], buckets)
        })
    }
}

/// One column for each number that stands at some step, labelled with it.
fn by_value(column: Column, numbers: &[f64], label: &str) -> Vec<Column> {
    let mut seen: Vec<u64> = numbers.iter().map(|number| number.to_bits()).collect();
    seen.sort_unstable();
    seen.dedup();
    let only = |bits: &u64| {
        let values = column.values.iter().zip(numbers);
        Column {
            values: values
                .map(|(value, number)| {
                    if number.to_bits() == *bits {
                        *value
                    } else {
                        ABSENT
                    }
                })
                .collect(),
            labels: column
                .labels
                .with(label, &open_metrics(f64::from_bits(*bits))),
            nameless: column.nameless,
        }
    };
    seen.iter().map(only).collect()
}

/// A number as label values have it: with a point, whole or not.
fn open_metrics(value: f64) -> String {
    let text = number::general(value);
    if text.contains(['.', 'e', 'N', 'I']) {
        text
    } else {
        text + ".0"
    }
}

/// The quantile, and whether counts had to be mended because they fell.
fn quantile(quantile: f64, buckets: &mut [Bucket]) -> (f64, bool) {
    if quantile.is_nan() {
        return (f64::NAN, false);
    }
    if quantile < 0.0 {
        return (f64::NEG_INFINITY, false);
    }
    if quantile > 1.0 {
        return (f64::INFINITY, false);
    }
    if buckets
        .last()
        .is_none_or(|last| last.bound != f64::INFINITY)
    {
        return (f64::NAN, false);
    }
    let mended = make_rising(buckets);
    let [inner @ .., last] = &*buckets else {
        return (f64::NAN, mended);
    };
    let Some(highest) = inner.last().filter(|_| last.count != 0.0) else {
        return (f64::NAN, mended);
    };
    if last.count.is_nan() {
        return (f64::NAN, mended);
    }
    let rank = quantile * last.count;
    // Counts rise, so those below the rank come first.
    let place = inner.partition_point(|bucket| bucket.count < rank);
    if place == inner.len() {
        return (highest.bound, mended);
    }
    let bucket = inner[place];
    let value = match place.checked_sub(1) {
        None if bucket.bound <= 0.0 => bucket.bound,
        None => bucket.bound * (rank / bucket.count),
        Some(before) => {
            let below = inner[before];
            let share = (rank - below.count) / (bucket.count - below.count);
            below.bound + (bucket.bound - below.bound) * share
        }
    };
    (value, mended)
}

/// Lifts counts that are below the one before; differences that are rounding
/// are evened out in silence.
fn make_rising(buckets: &mut [Bucket]) -> bool {
    let mut mended = false;
    let mut before = buckets.first().map_or(0.0, |bucket| bucket.count);
    for bucket in buckets.iter_mut().skip(1) {
        let count = bucket.count;
        if count == before {
            continue;
        }
        let near = (count - before).abs() <= ROUNDING * (count.abs() + before.abs());
        if near || count < before {
            mended |= !near;
            bucket.count = before;
        } else {
            before = count;
        }
    }
    mended
}

/// The share of observations between two values.
fn fraction(low: f64, high: f64, buckets: &[Bucket]) -> f64 {
    let Some(last) = buckets.last().filter(|last| last.bound == f64::INFINITY) else {
        return f64::NAN;
    };
    if last.count == 0.0 || last.count.is_nan() || low.is_nan() || high.is_nan() {
        return f64::NAN;
    }
    if low >= high {
        return 0.0;
    }
    let below = |value: f64| rank_of(value, buckets).min(last.count);
    (below(high) - below(low)) / last.count
}

/// How many observations are below a value.
fn rank_of(value: f64, buckets: &[Bucket]) -> f64 {
    let mut rank = 0.0;
    let mut lower = match buckets.first() {
        Some(first) if first.bound <= 0.0 => f64::NEG_INFINITY,
        _ => 0.0,
    };
    for bucket in buckets {
        if lower >= value {
            return rank;
        }
        if bucket.bound > value {
            if lower == f64::NEG_INFINITY {
                return bucket.count;
            }
            return rank + (bucket.count - rank) * (value - lower) / (bucket.bound - lower);
        }
        rank = bucket.count;
        lower = bucket.bound;
    }
    rank
}
