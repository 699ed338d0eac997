//! PromQL over what was scraped.

use serde::{Deserialize, Serialize};

use crate::base::order::sort_by;
use crate::base::{SimTime, Span};
use crate::promql::{Error, Note, Options, Query, Shared, Value};
use crate::session::Session;
use crate::telemetry::store::{Labels, Sample};

/// Values of each series over a range where no step is given, about.
const POINTS: u64 = 240;

/// Queries that share their time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MetricQuestion {
    /// The queries.
    pub queries: Vec<String>,
    /// When they are evaluated.
    pub when: When,
    /// Series of each that the answer may carry; of more, those over a range
    /// that are highest on the whole.
    pub most: u32,
}

/// The time of queries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum When {
    /// Once, now.
    Now,
    /// Once, at this instant.
    At(SimTime),
    /// At every step of a span of time.
    Over {
        /// How long it is.
        span: Span,
        /// Its end; now where nothing is said.
        until: Option<SimTime>,
        /// Time between steps; chosen where nothing is said.
        step: Option<Span>,
    },
}

/// What queries found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MetricAnswer {
    /// First step, seconds since the start of the run.
    pub from: f64,
    /// Last step, seconds since the start of the run.
    pub to: f64,
    /// Seconds between steps; 0 where there is one.
    pub step: f64,
    /// One answer for each query, in order.
    pub found: Vec<Asked>,
}

/// The answer to one query: what was found, or why there is none and where in the query.
pub type Asked = Result<Found, Error>;

/// What one query found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Found {
    /// What it is.
    pub shape: Shape,
    /// The series; one without labels for a number.
    pub series: Vec<FoundSeries>,
    /// Series that there was no room for.
    pub left_out: u32,
    /// What is odd about it.
    pub notes: Vec<Note>,
}

/// What kind of thing a query gave.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Shape {
    /// One number.
    Scalar,
    /// One text.
    Text(String),
    /// One number for each series.
    Vector,
    /// Several samples for each series.
    Matrix,
}

/// One series of an answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FoundSeries {
    /// Its name as Prometheus writes it.
    pub name: String,
    /// What tells it apart from the others, in short; empty at a single moment.
    pub legend: String,
    /// Its labels, ordered by name.
    pub labels: Vec<(String, String)>,
    /// (seconds since the start of the run, value); no value is a gap.
    pub points: Vec<(f64, Option<f64>)>,
}

impl Session {
    pub(super) fn ask_metrics(&self, question: &MetricQuestion) -> MetricAnswer {
        let now = self.now().as_millis();
        let (from, to, step) = match question.when {
            When::Now => (now, now, 0),
            When::At(at) => (at.as_millis(), at.as_millis(), 0),
            When::Over { span, until, step } => {
                let step = step.unwrap_or_else(|| step_for(span, self.scrape_interval()));
                let step = step.as_millis().max(1);
                // Steps stand at multiples of their length, so that a line does not
                // change its form as time goes on.
                let to = until.map_or(now, SimTime::as_millis) / step * step;
                let from = (to - span.as_millis()).max(0);
                ((from + step - 1) / step * step, to, step)
            }
        };
        let shared = Shared::default();
        let run = |text: &String| -> Asked {
            let query = Query::new(text, &Options::default())?;
            let answer = if step == 0 {
                query.instant(self.store(), to)
            } else {
                query.range_sharing(self.store(), (from.min(to), to, step), &shared)
            }?;
            let (shape, series, left_out) = collect(answer.value, to, step, question.most as usize);
            Ok(Found {
                shape,
                series,
                left_out,
                notes: answer.notes,
            })
        };
        MetricAnswer {
            from: seconds(from),
            to: seconds(to),
            step: seconds(step),
            found: question.queries.iter().map(run).collect(),
        }
    }
}

/// A step that gives about [`POINTS`] values: a multiple of the time between
/// scrapes, and of a length that people use.
pub(crate) fn step_for(span: Span, scrape: Span) -> Span {
    const STEPS: [u64; 13] = [
        1, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 10_800,
    ];
    let least = (span.as_nanos() / POINTS).max(scrape.as_nanos());
    let fits = |step: &&u64| Span::from_secs(**step).as_nanos() >= least;
    STEPS
        .iter()
        .find(fits)
        .map_or(scrape.max(Span::from_hours(6)), |step| {
            Span::from_secs(*step)
        })
}

fn collect(value: Value, at: i64, step: i64, most: usize) -> (Shape, Vec<FoundSeries>, u32) {
    let single = |labels: Labels, value: f64| FoundSeries {
        points: vec![(seconds(at), Some(value))],
        ..named(&labels)
    };
    match value {
        Value::Scalar(value) => (Shape::Scalar, vec![single(Labels::default(), value)], 0),
        Value::Text(bytes) => {
            let text = String::from_utf8_lossy(&bytes).into_owned();
            (Shape::Text(text), Vec::new(), 0)
        }
        Value::Vector(found) => {
            let left_out = found.len().saturating_sub(most) as u32;
            let found = found.into_iter().take(most);
            let series = found.map(|(labels, value)| single(labels, value)).collect();
            (Shape::Vector, series, left_out)
        }
        Value::Matrix(mut found) => {
            let left_out = found.len().saturating_sub(most) as u32;
            if left_out > 0 {
                keep_highest(&mut found, most);
            }
            let of: Vec<&Labels> = found.iter().map(|(labels, _)| labels).collect();
            let legends: Vec<String> = of.iter().map(|labels| legend(labels, &of)).collect();
            let series = found
                .iter()
                .zip(legends)
                .map(|((labels, samples), legend)| FoundSeries {
                    points: with_gaps(samples, step),
                    legend,
                    ..named(labels)
                });
            (Shape::Matrix, series.collect(), left_out)
        }
    }
}

/// Leaves the series that are highest on the whole, in their order.
fn keep_highest(found: &mut Vec<(Labels, Vec<Sample>)>, most: usize) {
    let mean = |series: &(Labels, Vec<Sample>)| {
        let finite = series.1.iter().map(|sample| sample.value);
        let finite = finite.filter(|value| value.is_finite());
        finite.sum::<f64>() / series.1.len().max(1) as f64
    };
    sort_by(found, |a, b| mean(b).total_cmp(&mean(a)));
    found.truncate(most);
    sort_by(found, |a, b| a.0.cmp(&b.0));
}

/// What tells a series apart from the others: the values of the labels that differ.
fn legend(labels: &Labels, all: &[&Labels]) -> String {
    let differs = |name: &str| all.iter().any(|other| other.get(name) != labels.get(name));
    let own = labels.iter().filter(|(name, _)| differs(name));
    let values: Vec<&str> = own.map(|(_, value)| value).collect();
    if values.is_empty() {
        labels.to_string()
    } else {
        values.join(", ")
    }
}

/// Samples with a gap wherever a step has none; samples as they were scraped
/// (`step` 0) have no gaps.
fn with_gaps(samples: &[Sample], step: i64) -> Vec<(f64, Option<f64>)> {
    let mut points = Vec::with_capacity(samples.len());
    let mut last = None;
    for sample in samples {
        if let Some(last) = last
            && step > 0
            && sample.time - last > step
        {
            points.push((seconds(last + step), None));
        }
        points.push((seconds(sample.time), Some(sample.value)));
        last = Some(sample.time);
    }
    points
}

fn named(labels: &Labels) -> FoundSeries {
    let pair = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
    FoundSeries {
        name: labels.to_string(),
        legend: String::new(),
        labels: labels.iter().map(pair).collect(),
        points: Vec::new(),
    }
}

fn seconds(millis: i64) -> f64 {
    millis as f64 / 1_000.0
}
