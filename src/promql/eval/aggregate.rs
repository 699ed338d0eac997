//! Aggregations: from many series to a few.

use std::collections::BTreeMap;

use super::super::ast::{Aggregation, Expr, Node};
use super::super::error::Part;
use super::super::note::Level;
use super::super::number;
use super::call::{nan_last, text_of};
use super::over::{Kahan, Mean, quantile_of};
use super::{ABSENT, Column, Evaluated, Evaluator, Grid, failure, is_present, unfit};
use crate::base::order::sort_by;
use crate::telemetry::store::{Labels, is_of_metric};

/// A group's first value into what is kept of it.
type Start = fn(f64) -> f64;
/// Another value to what is kept.
type Add = fn(&mut f64, f64);

/// Series that are taken together.
struct Group {
    labels: Labels,
    members: Vec<usize>,
    nameless: bool,
}

/// Which labels tell groups apart.
struct Grouping<'a> {
    without: bool,
    labels: &'a [String],
}

impl Grouping<'_> {
    fn of(&self, labels: &Labels) -> Labels {
        let named = |name: &str| self.labels.iter().any(|label| label == name);
        if self.without {
            labels.keep(|name| !is_of_metric(name) && !named(name))
        } else {
            labels.keep(named)
        }
    }

    fn groups(&self, columns: &[Column]) -> Vec<Group> {
        let mut places: BTreeMap<Labels, usize> = BTreeMap::new();
        let mut groups: Vec<Group> = Vec::new();
        for (number, column) in columns.iter().enumerate() {
            let labels = self.of(&column.labels);
            let place = *places.entry(labels.clone()).or_insert(groups.len());
            if place == groups.len() {
                groups.push(Group {
                    labels,
                    members: Vec::new(),
                    nameless: false,
                });
            }
            groups[place].members.push(number);
            groups[place].nameless |= column.nameless;
        }
        groups
    }
}

impl Evaluator<'_> {
    pub(super) fn aggregate(&mut self, expr: &Expr, grid: Grid) -> Evaluated<Vec<Column>> {
        let Node::Aggregate {
            op,
            parameter,
            inner,
            without,
            labels,
        } = &expr.node
        else {
            return Err(unfit(expr));
        };
        let grouping = Grouping {
            without: *without,
            labels,
        };
        let part = expr.part;
        match (op, parameter) {
            (Aggregation::CountValues, Some(label)) => {
                self.count_values(label, inner, &grouping, grid)
            }
            (Aggregation::Quantile, Some(quantile)) => {
                let quantiles = self.scalar(quantile, grid)?;
                self.doubt_quantiles(&quantiles, quantile.part);
                let columns = self.vector(inner, grid)?;
                let mut values = Vec::new();
                self.by_step(&columns, &grouping, grid, part, |step, members| {
                    values.clear();
                    values.extend(members);
                    quantile_of(quantiles[step], &mut values)
                })
            }
            (_, Some(parameter)) => {
                let numbers = self.scalar(parameter, grid)?;
                let columns = self.vector(inner, grid)?;
                if *op == Aggregation::LimitRatio {
                    return self.limit_ratio(&numbers, parameter.part, columns);
                }
                self.some(*op, &numbers, parameter.part, columns, &grouping, grid)
            }
            _ => {
                let columns = self.vector(inner, grid)?;
                self.folded(*op, &columns, &grouping, grid, part)
            }
        }
    }

    /// Aggregations that take one value after the other.
    fn folded(
        &mut self,
        op: Aggregation,
        columns: &[Column],
        grouping: &Grouping<'_>,
        grid: Grid,
        part: Part,
    ) -> Evaluated<Vec<Column>> {
        match op {
            Aggregation::Sum => self.fold(
                columns,
                grouping,
                grid,
                part,
                |value| Kahan {
                    sum: value,
                    rest: 0.0,
                },
                |kahan, value| *kahan = kahan.add(value),
                Kahan::total,
            ),
            Aggregation::Avg => self.fold(
                columns,
                grouping,
                grid,
                part,
                |value| {
                    let mut mean = Mean::default();
                    mean.add(value);
                    mean
                },
                Mean::add,
                Mean::get,
            ),
            Aggregation::Stddev | Aggregation::Stdvar => {
                let root = op == Aggregation::Stddev;
                self.fold(
                    columns,
                    grouping,
                    grid,
                    part,
                    Spread::new,
                    Spread::add,
                    |spread| {
                        let variance = spread.squares / spread.count;
                        if root { variance.sqrt() } else { variance }
                    },
                )
            }
            _ => {
                let (start, add): (Start, Add) = match op {
                    Aggregation::Count => (|_| 1.0, |count, _| *count += 1.0),
                    Aggregation::Min => (
                        |value| value,
                        |least, value| {
                            if *least > value || least.is_nan() {
                                *least = value;
                            }
                        },
                    ),
                    Aggregation::Max => (
                        |value| value,
                        |most, value| {
                            if *most < value || most.is_nan() {
                                *most = value;
                            }
                        },
                    ),
                    _ => (|_| 1.0, |_, _| {}),
                };
                self.fold(columns, grouping, grid, part, start, add, |value| value)
            }
        }
    }

    /// Folds the values of each group and step: `start` with the first, `add`
    /// for each further one, `finish` in the end.
    #[allow(clippy::too_many_arguments)] // three of them are one fold
    fn fold<S: Copy>(
        &mut self,
        columns: &[Column],
        grouping: &Grouping<'_>,
        grid: Grid,
        part: Part,
        start: impl Fn(f64) -> S,
        add: impl Fn(&mut S, f64),
        finish: impl Fn(S) -> f64,
    ) -> Evaluated<Vec<Column>> {
        let groups = grouping.groups(columns);
        self.computed(grid.count * groups.len(), part)?;
        let mut states: Vec<Option<S>> = Vec::new();
        let mut output = Vec::with_capacity(groups.len());
        for group in groups {
            states.clear();
            states.resize(grid.count, None);
            for member in &group.members {
                for (state, value) in states.iter_mut().zip(&columns[*member].values) {
                    if !is_present(*value) {
                        continue;
                    }
                    match state {
                        Some(state) => add(state, *value),
                        None => *state = Some(start(*value)),
                    }
                }
            }
            let values = states.iter().map(|state| state.map_or(ABSENT, &finish));
            output.push(Column {
                values: values.collect(),
                labels: group.labels,
                nameless: group.nameless,
            });
        }
        Ok(output)
    }

    /// Aggregations that need all values of a step at once.
    fn by_step(
        &mut self,
        columns: &[Column],
        grouping: &Grouping<'_>,
        grid: Grid,
        part: Part,
        mut value: impl FnMut(usize, &mut dyn Iterator<Item = f64>) -> f64,
    ) -> Evaluated<Vec<Column>> {
        let groups = grouping.groups(columns);
        self.computed(grid.count * groups.len(), part)?;
        let mut output = Vec::with_capacity(groups.len());
        for group in groups {
            let values = (0..grid.count).map(|step| {
                let members = group.members.iter();
                let mut values = members
                    .map(|member| columns[*member].values[step])
                    .filter(|value| is_present(*value))
                    .peekable();
                if values.peek().is_none() {
                    return ABSENT;
                }
                value(step, &mut values)
            });
            output.push(Column {
                values: values.collect(),
                labels: group.labels,
                nameless: group.nameless,
            });
        }
        Ok(output)
    }

    /// `topk`, `bottomk` and `limitk`: some series of each group, as they are.
    fn some(
        &mut self,
        op: Aggregation,
        numbers: &[f64],
        place: Part,
        columns: Vec<Column>,
        grouping: &Grouping<'_>,
        grid: Grid,
    ) -> Evaluated<Vec<Column>> {
        if numbers.iter().any(|number| number.is_nan()) {
            return Err(failure(place, "Parameter value is NaN"));
        }
        if !numbers.iter().any(|number| *number >= 1.0) {
            return Ok(Vec::new());
        }
        // What fits 64 bits of a signed number.
        let limit = 9_223_372_036_854_775_808.0;
        for number in numbers {
            let how = if *number <= -limit {
                "underflows"
            } else if *number >= limit {
                "overflows"
            } else {
                continue;
            };
            let problem = format!("Scalar value {} {how} int64", number::general(*number));
            return Err(failure(place, problem));
        }
        let groups = grouping.groups(&columns);
        self.computed(grid.count * columns.len(), place)?;
        let mut kept: Vec<Column> = columns
            .iter()
            .map(|column| Column {
                values: vec![ABSENT; grid.count],
                ..column.clone()
            })
            .collect();
        let mut order: Vec<usize> = Vec::new();
        for group in &groups {
            for (step, number) in numbers.iter().enumerate() {
                let most = (*number).max(0.0) as u64;
                let most = usize::try_from(most).unwrap_or(usize::MAX);
                let value = |member: &usize| columns[*member].values[step];
                let members = group.members.iter().copied();
                let mut there: Vec<usize> =
                    members.filter(|member| is_present(value(member))).collect();
                let by: Option<fn(f64, f64) -> Option<std::cmp::Ordering>> = match op {
                    Aggregation::Topk => Some(|a, b| b.partial_cmp(&a)),
                    Aggregation::Bottomk => Some(|a, b| a.partial_cmp(&b)),
                    _ => None,
                };
                if let Some(by) = by {
                    sort_by(&mut there, |a, b| nan_last(value(a), value(b), by));
                }
                there.truncate(most);
                for member in &there {
                    kept[*member].values[step] = value(member);
                }
                if grid.count == 1 {
                    order.append(&mut there);
                }
            }
        }
        if grid.count == 1 {
            return Ok(order.iter().map(|member| kept[*member].clone()).collect());
        }
        kept.retain(|column| !column.is_empty());
        Ok(kept)
    }

    /// `limit_ratio`: a share of series, chosen by what they are called.
    fn limit_ratio(
        &mut self,
        numbers: &[f64],
        place: Part,
        mut columns: Vec<Column>,
    ) -> Evaluated<Vec<Column>> {
        if numbers.iter().any(|number| number.is_nan()) {
            return Err(failure(place, "Ratio value is NaN"));
        }
        let most = numbers.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let least = numbers.iter().copied().fold(f64::INFINITY, f64::min);
        for (wrong, value, cap) in [(most > 1.0, most, 1.0), (least < -1.0, least, -1.0)] {
            if wrong {
                let text = format!(
                    "ratio value should be between -1 and 1, got {}, capping to {}",
                    number::general(value),
                    number::general(cap)
                );
                self.notes.add(Level::Warning, place, text);
            }
        }
        for column in &mut columns {
            let offset = offset_of(&column.labels);
            for (value, ratio) in column.values.iter_mut().zip(numbers) {
                let chosen =
                    (*ratio >= 0.0 && offset < *ratio) || (*ratio < 0.0 && offset >= 1.0 + *ratio);
                if !chosen {
                    *value = ABSENT;
                }
            }
        }
        columns.retain(|column| !column.is_empty());
        Ok(columns)
    }

    /// `count_values`: how often each value occurs.
    fn count_values(
        &mut self,
        label: &Expr,
        inner: &Expr,
        grouping: &Grouping<'_>,
        grid: Grid,
    ) -> Evaluated<Vec<Column>> {
        let name = match text_of(label) {
            Ok(name) if !name.is_empty() => name,
            _ => {
                let problem = format!("invalid label name {}", label.bare());
                return Err(failure(label.part, problem).expected("a text that is not empty"));
            }
        };
        let mut names = grouping.labels.to_vec();
        if !grouping.without {
            names.push(name.to_owned());
        }
        let grouping = Grouping {
            without: grouping.without,
            labels: &names,
        };
        let columns = self.vector(inner, grid)?;
        let mut places: BTreeMap<Labels, usize> = BTreeMap::new();
        let mut output: Vec<Column> = Vec::new();
        for column in &columns {
            let mut last: Option<(u64, usize)> = None;
            for (step, value) in column.values.iter().enumerate() {
                if !is_present(*value) {
                    continue;
                }
                let place = match last {
                    Some((bits, place)) if bits == value.to_bits() => place,
                    _ => {
                        let labels = column.labels.with(name, &number::plain(*value));
                        let labels = grouping.of(&labels);
                        let next = output.len();
                        let place = *places.entry(labels.clone()).or_insert(next);
                        if place == next {
                            self.computed(grid.count, label.part)?;
                            output.push(Column {
                                labels,
                                nameless: false,
                                values: vec![ABSENT; grid.count],
                            });
                        }
                        last = Some((value.to_bits(), place));
                        place
                    }
                };
                let count = &mut output[place].values[step];
                *count = if is_present(*count) {
                    *count + 1.0
                } else {
                    1.0
                };
            }
        }
        Ok(output)
    }
}

/// Mean and squared distances from it, one value after the other (Welford 1962).
#[derive(Clone, Copy)]
struct Spread {
    mean: f64,
    squares: f64,
    count: f64,
}

impl Spread {
    fn new(value: f64) -> Spread {
        Spread {
            mean: value,
            squares: if value.is_finite() { 0.0 } else { f64::NAN },
            count: 1.0,
        }
    }

    fn add(&mut self, value: f64) {
        self.count += 1.0;
        let off = value - self.mean;
        self.mean += off / self.count;
        self.squares += off * (value - self.mean);
    }
}

/// A number from 0 to 1 that only depends on labels: the XXH64 of names and
/// values, each behind its length, as Prometheus has it.
fn offset_of(labels: &Labels) -> f64 {
    let mut bytes = Vec::new();
    for (name, value) in labels.iter() {
        for text in [name, value] {
            if text.len() < 255 {
                bytes.push(text.len() as u8);
            } else {
                bytes.push(255);
                bytes.extend(&(text.len() as u32).to_le_bytes()[..3]);
            }
            bytes.extend(text.as_bytes());
        }
    }
    xxhash_rust::xxh64::xxh64(&bytes, 0) as f64 / u64::MAX as f64
}
