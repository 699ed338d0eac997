//! Selectors: from a store to columns and windows.

use super::super::ast::{Expr, Node, Selector};
use super::super::error::Part;
use super::over::Window;
use super::{ABSENT, Column, Evaluated, Evaluator, Grid, Look, is_present};
use crate::base::order::sort_by;
use crate::telemetry::store::{Labels, Sample, SeriesId, is_stale};

/// Where the samples of a range come from.
pub(super) enum Source {
    /// Straight from the store.
    Stored(Vec<(SeriesId, Labels)>),
    /// From the columns of a subquery.
    Computed(Vec<Column>, Grid),
}

/// A range vector: series, each of which is looked at window by window.
pub(super) struct Ranges {
    source: Source,
    range: i64,
    look: Look,
    grid: Grid,
    part: Part,
}

impl Evaluator<'_> {
    /// An instant selector: the newest value within the lookback, or its time.
    pub(super) fn select(
        &mut self,
        selector: &Selector,
        grid: Grid,
        part: Part,
        times: bool,
    ) -> Evaluated<Vec<Column>> {
        let look = self.look(&selector.shift);
        let lookback = self.options.lookback;
        let (first, last) = (look.time(grid.start), look.time(grid.end()));
        let mut columns = Vec::new();
        let mut samples: Vec<Sample> = Vec::new();
        for (id, labels) in self.store.select(&selector.matchers) {
            samples.clear();
            self.store
                .read(id, first.saturating_sub(lookback) + 1, last, &mut samples);
            self.read(samples.len(), part)?;
            if samples.is_empty() {
                continue;
            }
            self.computed(grid.count, part)?;
            let mut values = Vec::with_capacity(grid.count);
            let mut next = 0;
            for number in 0..grid.count {
                let now = look.time(grid.time(number));
                while samples.get(next).is_some_and(|sample| sample.time <= now) {
                    next += 1;
                }
                let newest = next.checked_sub(1).and_then(|last| samples.get(last));
                values.push(match newest {
                    Some(sample) if is_stale(sample.value) => ABSENT,
                    Some(sample) if sample.time > now - lookback => {
                        if times {
                            sample.time as f64 / 1_000.0
                        } else {
                            sample.value
                        }
                    }
                    _ => ABSENT,
                });
            }
            let column = Column {
                labels: labels.clone(),
                nameless: times,
                values,
            };
            if !column.is_empty() {
                columns.push(column);
            }
        }
        Ok(columns)
    }

    /// A range selector or subquery.
    pub(super) fn ranges(&mut self, expr: &Expr, grid: Grid) -> Evaluated<Ranges> {
        let part = expr.part;
        match &expr.node {
            Node::Range { selector, range } => {
                let found = self.store.select(&selector.matchers);
                let found = found.into_iter().map(|(id, labels)| (id, labels.clone()));
                Ok(Ranges {
                    source: Source::Stored(found.collect()),
                    range: *range,
                    look: self.look(&selector.shift),
                    grid,
                    part,
                })
            }
            Node::Subquery {
                inner,
                range,
                step,
                shift,
            } => {
                let look = self.look(shift);
                let step = step.unwrap_or(self.options.subquery_step).max(1);
                let (first, last) = (look.time(grid.start), look.time(grid.end()));
                // Steps are multiples of the step; the range is open on its left.
                let start = (first.saturating_sub(*range)).div_euclid(step) + 1;
                let end = last.div_euclid(step);
                let count = (end - start + 1).max(0);
                if count as u64 > self.bounds().values {
                    return Err(super::limit(
                        part,
                        self.bounds().values,
                        "values are computed",
                    ));
                }
                let count = count as usize;
                let inside = Grid {
                    start: start.saturating_mul(step),
                    step,
                    count,
                };
                let columns = if count == 0 {
                    Vec::new()
                } else {
                    self.computed(count, part)?;
                    self.vector(inner, inside)?
                };
                Ok(Ranges {
                    source: Source::Computed(columns, inside),
                    range: *range,
                    look,
                    grid,
                    part,
                })
            }
            Node::Paren(inner) => self.ranges(inner, grid),
            _ => Err(super::unfit(expr)),
        }
    }

    /// Calls a function for every window that has samples; `parameters` has
    /// the function's numbers for each step.
    pub(super) fn over(
        &mut self,
        ranges: Ranges,
        parameters: &[Vec<f64>],
        function: fn(&Window<'_>) -> Option<f64>,
        keep_name: bool,
    ) -> Evaluated<Vec<Column>> {
        let mut columns = Vec::new();
        let mut samples: Vec<Sample> = Vec::new();
        let count = ranges.len();
        for number in 0..count {
            let (labels, nameless) = self.samples(&ranges, number, &mut samples)?;
            if samples.is_empty() {
                continue;
            }
            self.computed(ranges.grid.count, ranges.part)?;
            let values = ranges.windows(&samples, parameters, function);
            let column = Column {
                labels,
                nameless: nameless || !keep_name,
                values,
            };
            if !column.is_empty() {
                columns.push(column);
            }
        }
        Ok(columns)
    }

    /// A range vector by itself: the samples of its one window.
    pub fn window(&mut self, expr: &Expr, grid: Grid) -> Evaluated<Vec<(Labels, Vec<Sample>)>> {
        let ranges = self.ranges(expr, grid)?;
        let mut found = Vec::new();
        let mut samples = Vec::new();
        for number in 0..ranges.len() {
            let (mut labels, nameless) = self.samples(&ranges, number, &mut samples)?;
            if samples.is_empty() {
                continue;
            }
            if nameless {
                labels = labels.without_metric();
            }
            found.push((labels, samples.clone()));
        }
        sort_by(&mut found, |a, b| a.0.cmp(&b.0));
        Ok(found)
    }

    /// Reads every sample that any window of a series can see, without marks
    /// of staleness.
    pub(super) fn samples(
        &mut self,
        ranges: &Ranges,
        number: usize,
        samples: &mut Vec<Sample>,
    ) -> Evaluated<(Labels, bool)> {
        samples.clear();
        let named = match &ranges.source {
            Source::Stored(series) => {
                let (id, labels) = &series[number];
                let from = ranges
                    .look
                    .time(ranges.grid.start)
                    .saturating_sub(ranges.range)
                    + 1;
                let to = ranges.look.time(ranges.grid.end());
                self.store.read(*id, from, to, samples);
                samples.retain(|sample| !is_stale(sample.value));
                (labels.clone(), false)
            }
            Source::Computed(columns, grid) => {
                let column = &columns[number];
                let values = column.values.iter().enumerate();
                let present = values.filter(|(_, value)| is_present(**value));
                samples.extend(present.map(|(step, value)| Sample {
                    time: grid.time(step),
                    value: *value,
                }));
                (column.labels.clone(), column.nameless)
            }
        };
        self.read(samples.len(), ranges.part)?;
        Ok(named)
    }
}

impl Ranges {
    /// How many series there are.
    pub fn len(&self) -> usize {
        match &self.source {
            Source::Stored(series) => series.len(),
            Source::Computed(columns, _) => columns.len(),
        }
    }

    /// A value for each step: that of its window, if it has samples.
    fn windows(
        &self,
        samples: &[Sample],
        parameters: &[Vec<f64>],
        function: fn(&Window<'_>) -> Option<f64>,
    ) -> Vec<f64> {
        let mut values = Vec::with_capacity(self.grid.count);
        let (mut low, mut high) = (0, 0);
        let mut numbers = [0.0; 2];
        for number in 0..self.grid.count {
            let now = self.grid.time(number);
            let to = self.look.time(now);
            let from = to - self.range;
            while samples.get(high).is_some_and(|sample| sample.time <= to) {
                high += 1;
            }
            while low < high && samples[low].time <= from {
                low += 1;
            }
            for (slot, column) in numbers.iter_mut().zip(parameters) {
                *slot = column[number];
            }
            let window = Window {
                samples: &samples[low..high],
                from,
                to,
                now,
                numbers,
            };
            let value = if low == high { None } else { function(&window) };
            values.push(value.unwrap_or(ABSENT));
        }
        values
    }
}
