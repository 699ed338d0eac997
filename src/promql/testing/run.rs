//! Carrying the commands of a file out.

use super::super::{At, Error, Expr, Kind, Node, Options, Query, Value};
use super::compare;
use super::script::{Command, Eval, Load, When, commands};
use super::{Case, Outcome, Report};
use crate::telemetry::store::{Labels, Limits, NAME, Sample, Store};

/// Functions whose results depend on when they are evaluated.
const TIMELY: [&str; 15] = [
    "days_in_month",
    "day_of_month",
    "day_of_week",
    "day_of_year",
    "hour",
    "minute",
    "month",
    "year",
    "predict_linear",
    "time",
    "timestamp",
    "start",
    "end",
    "step",
    "range",
];
const NATIVE: &str = "native histograms";
const STARTED: &str = "start timestamps";

/// Runs every command of a file in the order of the file.
pub fn run(text: &str) -> Report {
    let mut runner = Runner::default();
    let mut report = Report::default();
    for placed in commands(text) {
        let outcome = match placed.command {
            Ok(Command::Clear) => {
                runner = Runner::default();
                continue;
            }
            // What was loaded is no case, unless it could not be.
            Ok(Command::Load(load)) => match runner.load(&load) {
                Ok(()) => continue,
                Err(problem) => Outcome::Failed(problem),
            },
            Ok(Command::Eval(eval)) => runner.eval(&eval),
            Err(problem) => Outcome::Failed(problem),
        };
        report.cases.push(Case {
            line: placed.line,
            text: placed.text,
            outcome,
        });
    }
    report
}

struct Runner {
    store: Store,
    /// Series that the store does not have, and why.
    lacking: Vec<(Labels, &'static str)>,
    options: Options,
}

impl Default for Runner {
    fn default() -> Self {
        Runner {
            store: Store::new(Limits {
                retention: i64::MAX,
                ..Limits::default()
            }),
            lacking: Vec::new(),
            options: Options::default(),
        }
    }
}

impl Runner {
    fn load(&mut self, load: &Load) -> Result<(), String> {
        for line in &load.series {
            let started = load.all_started || load.started.contains(&line.labels);
            if line.native || started {
                let why = if line.native { NATIVE } else { STARTED };
                self.lacking.push((line.labels.clone(), why));
                continue;
            }
            if load.natives {
                self.lacking
                    .extend(native(&line.labels).map(|labels| (labels, NATIVE)));
            }
            if line.values.iter().all(Option::is_none) {
                continue;
            }
            let fail = |problem: &dyn std::fmt::Display| format!("{}: {problem}", line.labels);
            let id = self
                .store
                .series(&line.labels)
                .map_err(|refused| fail(&refused))?;
            for (number, value) in line.values.iter().enumerate() {
                let time = load.step * number as i64;
                if let Some(value) = *value {
                    let sample = Sample { time, value };
                    self.store
                        .append(id, sample)
                        .map_err(|refused| fail(&refused))?;
                }
            }
        }
        Ok(())
    }

    fn eval(&self, eval: &Eval) -> Outcome {
        if eval.expected.rows.iter().any(|row| row.native) {
            return Outcome::Unsupported(format!("{NATIVE} are expected"));
        }
        let query = match Query::new(&eval.query, &self.options) {
            Ok(query) => query,
            Err(error) if error.kind == Kind::Unsupported => {
                return Outcome::Unsupported(error.to_string());
            }
            Err(error) => return ended(failed(&error, eval)),
        };
        if let Some(why) = self.lacks(query.expr()) {
            return Outcome::Unsupported(format!("it selects series with {why}"));
        }
        ended(match eval.when {
            When::Range { from, to, step } => {
                let answer = query.range(&self.store, from, to, step);
                self.check(answer, eval, (from, step)).map(|_| ())
            }
            When::Moment(at) => self.instant(&query, eval, at),
        })
    }

    /// Whether an expression selects series that could not be loaded.
    fn lacks(&self, expr: &Expr) -> Option<&'static str> {
        let mut why = None;
        expr.walk(&mut |expr| {
            let (Node::Vector(selector) | Node::Range { selector, .. }) = &expr.node else {
                return;
            };
            let fits = |labels: &Labels| {
                let mut matchers = selector.matchers.iter();
                matchers.all(|matcher| matcher.fits(labels.get(&matcher.name)))
            };
            let found = self.lacking.iter().find(|(labels, _)| fits(labels));
            why = why.or(found.map(|(_, why)| *why));
        });
        why
    }

    /// Compares an answer; the value if there is one.
    fn check(
        &self,
        answer: Result<super::super::Answer, Error>,
        eval: &Eval,
        rows: (i64, i64),
    ) -> Result<Option<Value>, String> {
        let answer = match answer {
            Ok(answer) => answer,
            Err(error) => return failed(&error, eval).map(|()| None),
        };
        if eval.expected.fail.is_some() {
            return Err("expected an error, got none".to_owned());
        }
        compare::notes(&answer, &eval.expected)?;
        compare::value(&answer.value, &eval.expected, rows)?;
        Ok(Some(answer.value))
    }

    /// An instant case: as it is, and with `@` at other times; each also as a range.
    fn instant(&self, query: &Query, eval: &Eval, at: i64) -> Result<(), String> {
        self.instant_once(query, eval, at)?;
        if timely(query.expr()) {
            return Ok(());
        }
        // A range vector's own times are those of its window.
        let at = eval.expected.window.map_or(at, |(_, to, _)| to);
        let pinned = query.with_expr(pin(query.expr(), at));
        let times = if at == 0 {
            vec![-1_000, 0, 1_000]
        } else {
            vec![-10 * at, 0, at / 5, at, 10 * at]
        };
        for time in times {
            self.instant_once(&pinned, eval, time)
                .map_err(|problem| format!("{problem} ({} at {time} ms)", pinned.expr()))?;
        }
        Ok(())
    }

    fn instant_once(&self, query: &Query, eval: &Eval, at: i64) -> Result<(), String> {
        let window = eval.expected.window.map(|(from, _, step)| (from, step));
        let answer = query.instant(&self.store, at);
        let value = self.check(answer, eval, window.unwrap_or((at, 1)))?;
        let as_range = match value {
            None | Some(Value::Text(_) | Value::Matrix(_)) => return Ok(()),
            Some(_) if eval.expected.ordered || contextual(query.expr()) => return Ok(()),
            Some(value) => value,
        };
        let fail = |problem: String| format!("{problem} (as a range)");
        let answer = query
            .range(&self.store, at - 60_000, at + 60_000, 60_000)
            .map_err(|error| fail(error.to_string()))?;
        let Value::Matrix(series) = answer.value else {
            return Err(fail("no series".to_owned()));
        };
        let here = |samples: &[Sample]| samples.iter().find(|sample| sample.time == at).copied();
        let values = series
            .iter()
            .filter_map(|(labels, samples)| Some((labels.clone(), here(samples)?.value)));
        let value = match as_range {
            Value::Scalar(_) => {
                let first = values.into_iter().next();
                Value::Scalar(first.map_or(f64::NAN, |(_, value)| value))
            }
            _ => Value::Vector(values.collect()),
        };
        compare::value(&value, &eval.expected, (at, 1)).map_err(fail)
    }
}

fn ended(result: Result<(), String>) -> Outcome {
    match result {
        Ok(()) => Outcome::Passed,
        Err(problem) => Outcome::Failed(problem),
    }
}

/// Whether an error is what was expected.
fn failed(error: &Error, eval: &Eval) -> Result<(), String> {
    match &eval.expected.fail {
        None => Err(error.to_string()),
        Some(text) if text.fits(&error.problem) => Ok(()),
        Some(text) => Err(format!("expected the error {}, got {error}", text.shown())),
    }
}

/// What a classic histogram's series would be as part of a native one.
fn native(labels: &Labels) -> Option<Labels> {
    let name = labels.name();
    let base = ["_bucket", "_count", "_sum"]
        .iter()
        .find_map(|end| name.strip_suffix(end));
    base.map(|base| labels.with(NAME, base).with("le", ""))
}

fn timely(expr: &Expr) -> bool {
    calls(expr, &TIMELY)
}

/// Whether the steps of the query itself matter.
fn contextual(expr: &Expr) -> bool {
    calls(expr, &["start", "end", "step", "range"])
        || expr.to_string().contains("@ start()")
        || expr.to_string().contains("@ end()")
}

fn calls(expr: &Expr, names: &[&str]) -> bool {
    let mut found = false;
    expr.walk(&mut |expr| {
        if let Node::Call { function, .. } = &expr.node {
            found |= names.contains(&function.name);
        }
    });
    found
}

/// The same with `@ at` on every selector and outermost subquery without one.
fn pin(expr: &Expr, at: i64) -> Expr {
    let at = At::Time(at);
    let pinned = |shift: &mut super::super::Shift| {
        if !matches!(shift.at, Some(At::Time(_))) {
            shift.at = Some(at);
        }
    };
    let At::Time(millis) = at else {
        return expr.clone();
    };
    let inside = |inner: &Expr| Box::new(pin(inner, millis));
    let mut expr = expr.clone();
    match &mut expr.node {
        Node::Number(_) | Node::Text(_) => {}
        Node::Vector(selector) | Node::Range { selector, .. } => pinned(&mut selector.shift),
        // What is inside of it sees the subquery's times.
        Node::Subquery { shift, .. } => pinned(shift),
        Node::Paren(inner) | Node::Unary { inner, .. } => *inner = inside(inner),
        Node::Binary { left, right, .. } => {
            *left = inside(left);
            *right = inside(right);
        }
        Node::Aggregate {
            parameter, inner, ..
        } => {
            *inner = inside(inner);
            if let Some(parameter) = parameter {
                *parameter = inside(parameter);
            }
        }
        Node::Call { arguments, .. } => {
            for argument in arguments {
                *argument = pin(argument, millis);
            }
        }
    }
    expr
}
