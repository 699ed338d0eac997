//! The evaluator: a tree and a store in, series of values out.
//!
//! Every expression is evaluated for all steps at once. The values of a series
//! stand in a dense column, one for each step; the bits that mark staleness in
//! a store, which no computation yields, say that there is none. Whatever is
//! right at one step is right at every step: an instant query has one step.
//!
//! A metric's name is dropped last of all: until then a series only remembers
//! that its name has to go, so that labels can still be made from it.

mod aggregate;
mod binary;
mod call;
pub(super) mod date;
mod histogram;
mod label;
pub(super) mod over;
mod select;

use std::cell::RefCell;
use std::collections::BTreeMap;

use super::ast::{At, Expr, Node, Shift, Type};
use super::error::{Fault, Kind, Part};
use super::note::Notes;
use super::{Bounds, Options};
use crate::telemetry::store::{Labels, STALE, Store};

type Evaluated<T> = Result<T, Fault>;

/// No value at this step.
const ABSENT: f64 = f64::from_bits(STALE);

/// Whether there is a value.
#[inline]
fn is_present(value: f64) -> bool {
    value.to_bits() != STALE
}

/// The steps of an evaluation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Grid {
    /// The first step, in milliseconds.
    pub start: i64,
    /// Milliseconds from one to the next.
    pub step: i64,
    /// How many there are.
    pub count: usize,
}

impl Grid {
    #[inline]
    fn time(&self, number: usize) -> i64 {
        self.start + self.step * number as i64
    }

    fn end(&self) -> i64 {
        self.time(self.count.saturating_sub(1))
    }
}

/// A series with a value at some steps.
#[derive(Clone, Debug)]
pub(super) struct Column {
    pub labels: Labels,
    /// Its name will be dropped in the end.
    pub nameless: bool,
    pub values: Vec<f64>,
}

impl Column {
    fn is_empty(&self) -> bool {
        !self.values.iter().any(|value| is_present(*value))
    }
}

/// What an expression came to.
pub(super) enum Outcome {
    Scalar(Vec<f64>),
    Vector(Vec<Column>),
}

/// What queries of one store at one time have in common: what aggregations came
/// to, by their text and steps. Three percentiles read their buckets once.
#[derive(Default)]
pub struct Shared(RefCell<Vec<Known>>);

struct Known {
    text: String,
    /// The steps of the whole query and of the aggregation.
    grids: [Grid; 2],
    columns: Vec<Column>,
}

impl Shared {
    fn find(&self, text: &str, grids: [Grid; 2]) -> Option<Vec<Column>> {
        let known = self.0.borrow();
        let mut fits = known.iter();
        let found = fits.find(|known| known.text == text && known.grids == grids)?;
        Some(found.columns.clone())
    }
}

/// An evaluation in progress.
pub(super) struct Evaluator<'a> {
    store: &'a Store,
    /// The query as written.
    text: &'a str,
    shared: Option<&'a Shared>,
    options: &'a Options,
    /// The steps of the whole query.
    query: Grid,
    pub notes: Notes,
    /// Samples read and values computed so far.
    samples: u64,
    values: u64,
}

/// Where selectors look: each step's own time or one moment, and then back.
#[derive(Clone, Copy)]
struct Look {
    at: Option<i64>,
    offset: i64,
}

impl Look {
    #[inline]
    fn time(&self, step: i64) -> i64 {
        self.at.unwrap_or(step).saturating_sub(self.offset)
    }
}

impl<'a> Evaluator<'a> {
    pub fn new(store: &'a Store, options: &'a Options, query: Grid) -> Self {
        Evaluator {
            store,
            text: "",
            shared: None,
            options,
            query,
            notes: Notes::default(),
            samples: 0,
            values: 0,
        }
    }

    /// The same with what other queries found, and for those to come.
    pub fn sharing(self, text: &'a str, shared: &'a Shared) -> Self {
        Evaluator {
            text,
            shared: Some(shared),
            ..self
        }
    }

    /// The whole query: names that have to go are dropped here.
    pub fn run(&mut self, expr: &Expr) -> Evaluated<Outcome> {
        let grid = self.query;
        if expr.gives() == Type::Scalar {
            return Ok(Outcome::Scalar(self.scalar(expr, grid)?));
        }
        let mut columns = self.vector(expr, grid)?;
        for column in &mut columns {
            if column.nameless {
                column.labels = column.labels.without_metric();
            }
        }
        Ok(Outcome::Vector(merge(columns, expr.part)?))
    }

    /// A number for each step.
    fn scalar(&mut self, expr: &Expr, grid: Grid) -> Evaluated<Vec<f64>> {
        match &expr.node {
            Node::Number(value) => {
                self.computed(grid.count, expr.part)?;
                Ok(vec![*value; grid.count])
            }
            Node::Paren(inner) => self.scalar(inner, grid),
            Node::Unary { minus, inner } => {
                let mut values = self.scalar(inner, grid)?;
                if *minus {
                    values.iter_mut().for_each(|value| *value = -*value);
                }
                Ok(values)
            }
            Node::Binary {
                op, left, right, ..
            } => {
                let mut values = self.scalar(left, grid)?;
                let others = self.scalar(right, grid)?;
                for (value, other) in values.iter_mut().zip(others) {
                    *value = binary::of_scalars(*op, *value, other);
                }
                Ok(values)
            }
            Node::Call {
                function,
                arguments,
            } => self.scalar_call(function, arguments, grid, expr.part),
            _ => Err(unfit(expr)),
        }
    }

    /// Series with values at steps.
    fn vector(&mut self, expr: &Expr, grid: Grid) -> Evaluated<Vec<Column>> {
        match &expr.node {
            Node::Vector(selector) => self.select(selector, grid, expr.part, false),
            Node::Paren(inner) => self.vector(inner, grid),
            Node::Unary { minus, inner } => {
                let mut columns = self.vector(inner, grid)?;
                if *minus {
                    for column in &mut columns {
                        column.nameless = true;
                        let present = column.values.iter_mut().filter(|v| is_present(**v));
                        present.for_each(|value| *value = -*value);
                    }
                }
                Ok(columns)
            }
            Node::Binary { .. } => self.binary(expr, grid),
            Node::Aggregate { .. } => self.aggregate_once(expr, grid),
            Node::Call {
                function,
                arguments,
            } => self.vector_call(function, arguments, grid, expr.part),
            _ => Err(unfit(expr)),
        }
    }

    /// An aggregation, unless a query before has found the same.
    fn aggregate_once(&mut self, expr: &Expr, grid: Grid) -> Evaluated<Vec<Column>> {
        let place = expr.part.start as usize..expr.part.end as usize;
        let (Some(shared), Some(text)) = (self.shared, self.text.get(place)) else {
            return self.aggregate(expr, grid);
        };
        let grids = [self.query, grid];
        if let Some(columns) = shared.find(text, grids) {
            return Ok(columns);
        }
        let noted = self.notes.count();
        let columns = self.aggregate(expr, grid)?;
        // A note names its place in its own query, so what is odd is found anew.
        if self.notes.count() == noted {
            shared.0.borrow_mut().push(Known {
                text: text.to_owned(),
                grids,
                columns: columns.clone(),
            });
        }
        Ok(columns)
    }

    /// Resolves `start()` and `end()`, which are those of the whole query.
    fn look(&self, shift: &Shift) -> Look {
        let at = shift.at.map(|at| match at {
            At::Time(millis) => millis,
            At::Start => self.query.start,
            At::End => self.query.end(),
        });
        Look {
            at,
            offset: shift.offset,
        }
    }

    /// Counts samples that were read.
    fn read(&mut self, samples: usize, part: Part) -> Evaluated<()> {
        self.samples += samples as u64;
        let most = self.bounds().samples;
        if self.samples > most {
            return Err(limit(part, most, "samples are needed"));
        }
        Ok(())
    }

    /// Counts values that will be held.
    fn computed(&mut self, values: usize, part: Part) -> Evaluated<()> {
        self.values += values as u64;
        let most = self.bounds().values;
        if self.values > most {
            return Err(limit(part, most, "values are computed"));
        }
        Ok(())
    }

    fn bounds(&self) -> &Bounds {
        &self.options.bounds
    }
}

fn limit(part: Part, most: u64, what: &str) -> Fault {
    let fault = Fault::new(Kind::Limit, part, format!("more than {most} {what}"));
    fault.expected("fewer series, a shorter time or longer steps")
}

/// The parser lets no such expression through.
fn unfit(expr: &Expr) -> Fault {
    let problem = format!("a {} cannot be used here", expr.gives().name());
    Fault::new(Kind::Type, expr.part, problem)
}

pub(super) fn failure(part: Part, problem: impl Into<String>) -> Fault {
    Fault::new(Kind::Evaluation, part, problem)
}

/// Two series at one step that cannot be told apart.
fn same_labels(part: Part) -> Fault {
    failure(part, "vector cannot contain metrics with the same labelset")
        .expected("labels that tell series apart")
}

/// Makes one of series with equal labels, which must not meet at any step.
fn merge(columns: Vec<Column>, part: Part) -> Evaluated<Vec<Column>> {
    let mut places: BTreeMap<Labels, usize> = BTreeMap::new();
    let mut merged: Vec<Column> = Vec::new();
    for column in columns {
        match places.get(&column.labels) {
            None => {
                places.insert(column.labels.clone(), merged.len());
                merged.push(column);
            }
            Some(place) => {
                let into = &mut merged[*place].values;
                for (value, other) in into.iter_mut().zip(column.values) {
                    if !is_present(other) {
                        continue;
                    }
                    if is_present(*value) {
                        return Err(same_labels(part));
                    }
                    *value = other;
                }
            }
        }
    }
    Ok(merged)
}
