//! Functions that are not a matter of windows or of single values alone.

use std::cmp::Ordering;

use super::super::ast::{Expr, Node};
use super::super::error::Part;
use super::super::functions::{Body, Constant, Function, Own};
use super::super::note::Level;
use super::super::number;
use super::super::print::metric_name;
use super::date::Date;
use super::over::{greater, lesser};
use super::{ABSENT, Column, Evaluated, Evaluator, Grid, failure, is_present, unfit};
use crate::base::order::sort_by;
use crate::telemetry::store::{Compare, Labels, NAME};

/// How names of counters end.
const COUNTERS: [&str; 4] = ["_total", "_sum", "_count", "_bucket"];

impl Evaluator<'_> {
    /// A function that gives a number for each step.
    pub(super) fn scalar_call(
        &mut self,
        function: &Function,
        arguments: &[Expr],
        grid: Grid,
        part: Part,
    ) -> Evaluated<Vec<f64>> {
        let Body::Own(own) = function.body else {
            return Err(failure(part, "no scalar function"));
        };
        let seconds = |millis: i64| millis as f64 / 1_000.0;
        self.computed(grid.count, part)?;
        Ok(match (own, arguments) {
            (Own::Constant(what), _) => {
                let query = self.query;
                let value = match what {
                    Constant::Pi => std::f64::consts::PI,
                    Constant::Start => seconds(query.start),
                    Constant::End => seconds(query.end()),
                    // An instant query has no steps.
                    Constant::Step if query.count < 2 => 0.0,
                    Constant::Step => seconds(query.step),
                    Constant::Range => seconds(query.end() - query.start),
                };
                vec![value; grid.count]
            }
            (Own::Time, _) => (0..grid.count).map(|n| seconds(grid.time(n))).collect(),
            (Own::MinOf | Own::MaxOf, [a, b]) => {
                let pick = if own == Own::MinOf { lesser } else { greater };
                let mut values = self.scalar(a, grid)?;
                let others = self.scalar(b, grid)?;
                for (value, other) in values.iter_mut().zip(others) {
                    *value = pick(*value, other);
                }
                values
            }
            (Own::Scalar, [inner]) => {
                let columns = self.vector(inner, grid)?;
                let single = |step: usize| {
                    let mut present = columns
                        .iter()
                        .map(|c| c.values[step])
                        .filter(|v| is_present(*v));
                    match (present.next(), present.next()) {
                        (Some(value), None) => value,
                        _ => f64::NAN,
                    }
                };
                (0..grid.count).map(single).collect()
            }
            _ => return Err(failure(part, "no scalar function")),
        })
    }

    /// A function that gives a vector.
    pub(super) fn vector_call(
        &mut self,
        function: &'static Function,
        arguments: &[Expr],
        grid: Grid,
        part: Part,
    ) -> Evaluated<Vec<Column>> {
        match (function.body, arguments) {
            (Body::Math(math), [inner]) => {
                let columns = self.vector(inner, grid)?;
                Ok(mapped(columns, |_, value| math(value)))
            }
            (Body::Date(part_of), [inner]) => {
                let columns = self.vector(inner, grid)?;
                Ok(mapped(columns, |_, value| {
                    part_of(&Date::new(value as i64))
                }))
            }
            (Body::Date(part_of), _) => {
                self.computed(grid.count, part)?;
                let now = |step| part_of(&Date::new(grid.time(step).div_euclid(1_000)));
                Ok(vec![unnamed((0..grid.count).map(now).collect())])
            }
            (Body::Over(_), _) => self.over_call(function, arguments, grid, part),
            (Body::Nothing, [inner]) => self.vector(inner, grid).map(|_| Vec::new()),
            (Body::Own(own), _) => self.own(own, arguments, grid, part),
            _ => Err(failure(part, "an argument is missing")),
        }
    }

    /// A function over windows: one argument is a range, the others are numbers.
    fn over_call(
        &mut self,
        function: &'static Function,
        arguments: &[Expr],
        grid: Grid,
        part: Part,
    ) -> Evaluated<Vec<Column>> {
        let Body::Over(body) = function.body else {
            return Err(failure(part, "no function over time"));
        };
        let mut ranges = None;
        let mut numbers = Vec::new();
        for argument in arguments {
            if argument.gives() == super::Type::Range {
                ranges = Some((self.ranges(argument, grid)?, argument));
            } else {
                numbers.push(self.scalar(argument, grid)?);
            }
        }
        let Some((ranges, source)) = ranges else {
            return Err(failure(part, "a range vector is missing"));
        };
        let name = function.name;
        if name == "double_exponential_smoothing" && ranges.len() > 0 {
            for (column, what) in numbers.iter().zip(["smoothing", "trend"]) {
                let wrong = column.iter().find(|value| **value <= 0.0 || **value >= 1.0);
                if let Some(value) = wrong {
                    let problem = format!("invalid {what} factor, got {}", number::general(*value));
                    return Err(failure(part, problem).expected("a number between 0 and 1"));
                }
            }
        }
        let keep_name = matches!(name, "last_over_time" | "first_over_time");
        let columns = self.over(ranges, &numbers, body, keep_name)?;
        match name {
            "rate" | "increase" => self.doubt_counters(&columns, source.bare().part),
            "quantile_over_time" if !columns.is_empty() => {
                self.doubt_quantiles(&numbers[0], arguments[0].part);
            }
            "absent_over_time" => return Ok(absent(&columns, grid, source)),
            _ => {}
        }
        Ok(columns)
    }

    fn doubt_counters(&mut self, columns: &[Column], part: Part) {
        for column in columns {
            let name = column.labels.name();
            if !name.is_empty() && !COUNTERS.iter().any(|end| name.ends_with(end)) {
                let text = format!(
                    "metric might not be a counter, name does not end in _total/_sum/_count/_bucket: {name:?}"
                );
                self.notes.add(Level::Info, part, text);
            }
        }
    }

    /// Notes quantiles outside 0 to 1: each kind once.
    pub(super) fn doubt_quantiles(&mut self, quantiles: &[f64], part: Part) {
        let outside = |value: &&f64| !(0.0..=1.0).contains(*value);
        let mut seen: Vec<u64> = Vec::new();
        for value in quantiles.iter().filter(outside) {
            if seen.len() < 3 && !seen.contains(&value.to_bits()) {
                seen.push(value.to_bits());
                let text = format!(
                    "quantile value should be between 0 and 1, got {}",
                    number::general(*value)
                );
                self.notes.add(Level::Warning, part, text);
            }
        }
    }

    fn own(
        &mut self,
        own: Own,
        arguments: &[Expr],
        grid: Grid,
        part: Part,
    ) -> Evaluated<Vec<Column>> {
        match (own, arguments) {
            (Own::Absent, [inner]) => {
                let columns = self.vector(inner, grid)?;
                Ok(absent(&columns, grid, inner))
            }
            (Own::Clamp, [inner, low, high]) => {
                let columns = self.vector(inner, grid)?;
                let low = self.scalar(low, grid)?;
                let high = self.scalar(high, grid)?;
                Ok(clamped(columns, &low, &high))
            }
            (Own::ClampMin, [inner, low]) => {
                let columns = self.vector(inner, grid)?;
                let low = self.scalar(low, grid)?;
                Ok(clamped(columns, &low, &vec![f64::INFINITY; grid.count]))
            }
            (Own::ClampMax, [inner, high]) => {
                let columns = self.vector(inner, grid)?;
                let high = self.scalar(high, grid)?;
                Ok(clamped(
                    columns,
                    &vec![f64::NEG_INFINITY; grid.count],
                    &high,
                ))
            }
            (Own::Round, [inner, rest @ ..]) => {
                let columns = self.vector(inner, grid)?;
                let nearest = match rest.first() {
                    Some(nearest) => self.scalar(nearest, grid)?,
                    None => vec![1.0; grid.count],
                };
                Ok(mapped(columns, |step, value| {
                    // By the inverse, which loses less.
                    let inverse = 1.0 / nearest[step];
                    (value * inverse + 0.5).floor() / inverse
                }))
            }
            (Own::Vector, [inner]) => Ok(vec![unnamed(self.scalar(inner, grid)?)]),
            (Own::Timestamp, [inner]) => match &inner.bare().node {
                Node::Vector(selector) => self.select(selector, grid, inner.part, true),
                _ => {
                    let columns = self.vector(inner, grid)?;
                    let seconds = |step| grid.time(step) as f64 / 1_000.0;
                    Ok(mapped(columns, |step, _| seconds(step)))
                }
            },
            (
                Own::Sort | Own::SortDesc | Own::SortByLabel | Own::SortByLabelDesc,
                [inner, by @ ..],
            ) => self.sort(own, inner, by, grid, part),
            (Own::LabelReplace, _) => self.label_replace(arguments, grid, part),
            (Own::LabelJoin, _) => self.label_join(arguments, grid, part),
            (Own::HistogramQuantile, [quantile, inner]) => {
                let quantiles = self.scalar(quantile, grid)?;
                self.histogram_quantile(&quantiles, quantile.part, inner, grid)
            }
            (Own::HistogramQuantiles, [inner, label, quantiles @ ..]) => {
                self.histogram_quantiles(inner, label, quantiles, grid, part)
            }
            (Own::HistogramFraction, [low, high, inner]) => {
                let low = self.scalar(low, grid)?;
                let high = self.scalar(high, grid)?;
                self.histogram_fraction(&low, &high, inner, grid)
            }
            _ => Err(failure(part, "an argument is missing")),
        }
    }

    fn sort(
        &mut self,
        own: Own,
        inner: &Expr,
        by: &[Expr],
        grid: Grid,
        part: Part,
    ) -> Evaluated<Vec<Column>> {
        let mut columns = self.vector(inner, grid)?;
        if self.query.count > 1 {
            let text =
                "sort is ineffective for range queries since results are always ordered by labels";
            self.notes.add(Level::Warning, part, text.to_owned());
            return Ok(columns);
        }
        if grid.count != 1 {
            return Ok(columns);
        }
        columns.retain(|column| is_present(column.values[0]));
        let labels: Vec<&str> = by.iter().map(text_of).collect::<Evaluated<_>>()?;
        match own {
            Own::Sort => sort_by(&mut columns, |a, b| {
                nan_last(a.values[0], b.values[0], |a, b| a.partial_cmp(&b))
            }),
            Own::SortDesc => sort_by(&mut columns, |a, b| {
                nan_last(a.values[0], b.values[0], |a, b| b.partial_cmp(&a))
            }),
            _ => {
                sort_by(&mut columns, |a, b| by_labels(&labels, a, b));
                if own == Own::SortByLabelDesc {
                    columns.reverse();
                }
            }
        }
        Ok(columns)
    }
}

/// Order of values with NaN at the end, whichever way the others go.
pub(super) fn nan_last(a: f64, b: f64, order: fn(f64, f64) -> Option<Ordering>) -> Ordering {
    order(a, b).unwrap_or_else(|| a.is_nan().cmp(&b.is_nan()))
}

fn by_labels(labels: &[&str], a: &Column, b: &Column) -> Ordering {
    let orders = labels
        .iter()
        .map(|label| natural(a.labels.get(label), b.labels.get(label)));
    let first = orders.into_iter().find(|order| order.is_ne());
    first.unwrap_or_else(|| a.labels.cmp(&b.labels))
}

/// The order in which people number things: `a2` before `a10`.
fn natural(a: &str, b: &str) -> Ordering {
    let (mut a, mut b) = (a, b);
    loop {
        let (left, right) = (chunk(a), chunk(b));
        if left.is_empty() || right.is_empty() {
            return left.len().cmp(&right.len());
        }
        let numbers = (left.parse::<u64>(), right.parse::<u64>());
        let order = match numbers {
            (Ok(left), Ok(right)) => left.cmp(&right),
            _ => left.cmp(right),
        };
        if order.is_ne() {
            return order;
        }
        (a, b) = (&a[left.len()..], &b[right.len()..]);
    }
}

/// The digits, or the other letters, that a text begins with.
fn chunk(text: &str) -> &str {
    let digits = text.starts_with(|c: char| c.is_ascii_digit());
    let end = text.find(|c: char| c.is_ascii_digit() != digits);
    &text[..end.unwrap_or(text.len())]
}

/// Every value changed; names go.
fn mapped(mut columns: Vec<Column>, change: impl Fn(usize, f64) -> f64) -> Vec<Column> {
    for column in &mut columns {
        column.nameless = true;
        for (step, value) in column.values.iter_mut().enumerate() {
            if is_present(*value) {
                *value = change(step, *value);
            }
        }
    }
    columns
}

fn clamped(columns: Vec<Column>, low: &[f64], high: &[f64]) -> Vec<Column> {
    mapped(columns, |step, value| {
        if high[step] < low[step] {
            ABSENT
        } else {
            greater(low[step], lesser(high[step], value))
        }
    })
}

/// One series without labels.
fn unnamed(values: Vec<f64>) -> Column {
    Column {
        labels: Labels::default(),
        nameless: false,
        values,
    }
}

/// 1 wherever no series has a value, with the labels that were asked for.
fn absent(columns: &[Column], grid: Grid, asked: &Expr) -> Vec<Column> {
    let there = |step: usize| columns.iter().any(|column| is_present(column.values[step]));
    let values = (0..grid.count).map(|step| if there(step) { ABSENT } else { 1.0 });
    let column = Column {
        labels: labels_of(asked),
        ..unnamed(values.collect())
    };
    if column.is_empty() {
        return Vec::new();
    }
    vec![column]
}

/// Labels that a selector asks for by equality, each only once.
fn labels_of(asked: &Expr) -> Labels {
    let (Node::Vector(selector) | Node::Range { selector, .. }) = &asked.bare().node else {
        return Labels::default();
    };
    let matchers = selector.matchers.iter().filter(|m| m.name != NAME);
    let single = |name: &str| {
        let same = selector.matchers.iter().filter(|m| m.name == name);
        same.count() == 1
    };
    let equal = matchers.filter(|m| m.compare == Compare::Equal && single(&m.name));
    debug_assert!(!metric_name(selector).contains('\0'));
    Labels::new(equal.map(|m| (m.name.as_str(), m.value.as_str())))
}

/// A text that stands in a query.
pub(super) fn text_of(expr: &Expr) -> Evaluated<&str> {
    match &expr.bare().node {
        Node::Text(bytes) => std::str::from_utf8(bytes).map_err(|_| {
            failure(expr.part, "the string is not valid UTF-8").expected("text in UTF-8")
        }),
        _ => Err(unfit(expr)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_in_labels_count_as_numbers() {
        let mut names = [
            "a10", "a2", "b", "a", "4m1000", "4m5", "1.11.3", "1.2.3", "",
        ];
        names.sort_by(|a, b| natural(a, b));
        assert_eq!(
            names,
            [
                "", "1.2.3", "1.11.3", "4m5", "4m1000", "a", "a2", "a10", "b"
            ]
        );
        assert_eq!(natural("a01", "a1"), Ordering::Equal);
    }
}
