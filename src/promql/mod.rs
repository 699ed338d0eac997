//! PromQL: Prometheus's query language over the metric store.
//!
//! In: a query as text, a [`Store`](crate::telemetry::store::Store), and steps
//! in time. Out: series of values, notes on what is odd, or an error that says
//! where and what was expected. It knows nothing of services and objectives.
//!
//! The language is that of Prometheus 3 without native histograms. Of what is
//! experimental there, functions and `limitk`, `limit_ratio` are here; duration
//! expressions, `fill`, `anchored` and `smoothed`, and `info()` are refused as
//! unsupported. Names are dropped last (`promql-delayed-name-removal`).
//!
//! Everything is bounded, see [`Bounds`]: no query hangs and none overflows
//! the stack.

mod ast;
mod error;
mod eval;
mod functions;
mod help;
mod lexer;
mod note;
mod number;
mod parser;
mod print;
mod selector;
pub mod testing;

use serde::{Deserialize, Serialize};

use crate::base::order::sort_by;
use crate::telemetry::store::{Labels, STALE, Sample, Store};

pub use ast::{
    AGGREGATIONS, Aggregation, At, Expr, Many, Matching, Node, Op, Selector, Shift, Type,
};
pub use error::{Error, Kind, Part};
pub use functions::{Function, find as function, names as function_names};
pub use help::{callables, help};
pub use note::{Level, Note};
pub use number::{general as write_number, read as read_number, read_duration};
pub use parser::parse;

pub use eval::Shared;
use eval::{Evaluator, Grid, Outcome};

/// What one query may take. Reaching a bound is an error of [`Kind::Limit`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bounds {
    /// Bytes of its text.
    pub length: u32,
    /// Expressions within expressions.
    pub nesting: u32,
    /// Operations that hang on each other, such as a long chain of sums.
    pub depth: u32,
    /// Steps of a range query.
    pub steps: u32,
    /// Samples read, counted again for every selector.
    pub samples: u64,
    /// Values computed, counted again for every operation; eight bytes each.
    pub values: u64,
}

impl Default for Bounds {
    /// 64 KiB, 64 levels, 250 operations, 11,000 steps (as in Prometheus), 50
    /// million samples and 16 million values.
    fn default() -> Self {
        Bounds {
            length: 1 << 16,
            nesting: 64,
            depth: 250,
            steps: 11_000,
            samples: 50_000_000,
            values: 16_000_000,
        }
    }
}

/// How queries are evaluated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Options {
    /// Milliseconds that an instant selector looks back.
    pub lookback: i64,
    /// Milliseconds between the evaluations of a subquery that does not say.
    pub subquery_step: i64,
    /// What one query may take.
    pub bounds: Bounds,
}

impl Default for Options {
    /// Five minutes and one, as in Prometheus.
    fn default() -> Self {
        Options {
            lookback: 300_000,
            subquery_step: 60_000,
            bounds: Bounds::default(),
        }
    }
}

/// A query that can be run.
#[derive(Clone, Debug)]
pub struct Query {
    text: String,
    expr: Expr,
    options: Options,
}

/// The answer to a query.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The values.
    pub value: Value,
    /// What is odd about them.
    pub notes: Vec<Note>,
}

/// Series and their samples, or a single thing.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// One number.
    Scalar(f64),
    /// One text; not always UTF-8.
    Text(Vec<u8>),
    /// One number for each series, in the order of the query.
    Vector(Vec<(Labels, f64)>),
    /// Several samples for each series, ordered by labels.
    Matrix(Vec<(Labels, Vec<Sample>)>),
}

impl Value {
    /// The one number that this is, if it is one: a scalar, or a vector of one series.
    pub fn number(&self) -> Option<f64> {
        match self {
            Value::Scalar(value) => Some(*value),
            Value::Vector(found) => match found.as_slice() {
                [(_, value)] => Some(*value),
                _ => None,
            },
            _ => None,
        }
    }
}

/// Milliseconds before and after 1970 that queries may be about: 285 years.
const FURTHEST: u64 = 9_000_000_000_000;

impl Query {
    /// Reads a query.
    pub fn new(text: &str, options: &Options) -> Result<Query, Error> {
        Ok(Query {
            expr: parse(text, &options.bounds)?,
            text: text.to_owned(),
            options: *options,
        })
    }

    /// The tree.
    pub fn expr(&self) -> &Expr {
        &self.expr
    }

    /// The same for another tree, such as one that was changed.
    pub fn with_expr(&self, expr: Expr) -> Query {
        Query {
            expr,
            ..self.clone()
        }
    }

    /// The answer at one moment, in milliseconds.
    pub fn instant(&self, store: &Store, at: i64) -> Result<Answer, Error> {
        let grid = self.grid(at, at, 1)?;
        let mut evaluator = Evaluator::new(store, &self.options, grid);
        let fail = |fault: error::Fault| fault.at(&self.text);
        let bare = self.expr.bare();
        let value = match &bare.node {
            Node::Text(text) => Value::Text(text.clone()),
            Node::Range { .. } | Node::Subquery { .. } => {
                Value::Matrix(evaluator.window(bare, grid).map_err(fail)?)
            }
            _ => match evaluator.run(&self.expr).map_err(fail)? {
                Outcome::Scalar(values) => Value::Scalar(values.first().copied().unwrap_or(0.0)),
                Outcome::Vector(columns) => Value::Vector(
                    columns
                        .into_iter()
                        .filter_map(|column| {
                            let value = column.values.first().copied()?;
                            (value.to_bits() != STALE).then_some((column.labels, value))
                        })
                        .collect(),
                ),
            },
        };
        let notes = evaluator.notes.finish(&self.text);
        Ok(Answer { value, notes })
    }

    /// The answers from one moment to another, one at each step.
    pub fn range(&self, store: &Store, from: i64, to: i64, step: i64) -> Result<Answer, Error> {
        self.range_sharing(store, (from, to, step), &Shared::default())
    }

    /// The same with what other queries of the same store at the same time found,
    /// and for those to come.
    pub fn range_sharing(
        &self,
        store: &Store,
        (from, to, step): (i64, i64, i64),
        shared: &Shared,
    ) -> Result<Answer, Error> {
        let gives = self.expr.gives();
        if !matches!(gives, Type::Scalar | Type::Vector) {
            let problem = format!("a {} cannot be evaluated over a range", gives.name());
            let fault = error::Fault::new(Kind::Type, self.expr.part, problem);
            return Err(fault
                .expected("a scalar or an instant vector")
                .at(&self.text));
        }
        let grid = self.grid(from, to, step)?;
        let evaluator = Evaluator::new(store, &self.options, grid);
        let mut evaluator = evaluator.sharing(&self.text, shared);
        let outcome = evaluator
            .run(&self.expr)
            .map_err(|fault| fault.at(&self.text))?;
        let samples = |values: Vec<f64>| -> Vec<Sample> {
            let values = values.into_iter().enumerate();
            values
                .filter(|(_, value)| value.to_bits() != STALE)
                .map(|(step, value)| Sample {
                    time: grid.start + grid.step * step as i64,
                    value,
                })
                .collect()
        };
        let mut series: Vec<(Labels, Vec<Sample>)> = match outcome {
            Outcome::Scalar(values) => vec![(Labels::default(), samples(values))],
            Outcome::Vector(columns) => columns
                .into_iter()
                .map(|column| (column.labels, samples(column.values)))
                .collect(),
        };
        series.retain(|(_, samples)| !samples.is_empty());
        sort_by(&mut series, |a, b| a.0.cmp(&b.0));
        let notes = evaluator.notes.finish(&self.text);
        let value = Value::Matrix(series);
        Ok(Answer { value, notes })
    }

    fn grid(&self, from: i64, to: i64, step: i64) -> Result<Grid, Error> {
        let fail = |problem: String, expected: &str| {
            let fault = error::Fault::new(Kind::Limit, self.expr.part, problem);
            Err(fault.expected(expected).at(&self.text))
        };
        if from.unsigned_abs() > FURTHEST || to.unsigned_abs() > FURTHEST {
            return fail(
                "the time is out of range".to_owned(),
                "a time within 285 years",
            );
        }
        if step <= 0 || to < from {
            let expected = "an end after the start and a step above 0";
            return fail("there are no steps to evaluate".to_owned(), expected);
        }
        let count = ((to - from) / step) as u64 + 1;
        let most = self.options.bounds.steps;
        if count > u64::from(most) {
            return fail(format!("more than {most} steps"), "longer steps");
        }
        Ok(Grid {
            start: from,
            step,
            count: count as usize,
        })
    }
}

#[cfg(test)]
mod tests;
