//! `xops query` and `xops metrics`: what a simulated Prometheus has of a run.

pub(super) mod words;

use std::io::Write;

use super::complain;
use super::outcome::Failure;
use super::run::played;
use super::words::Run;
use crate::base::{SimTime, Span};
use crate::promql::write_number;
use crate::session::{Asked, Found, MetricQuestion, Question, Shape, When};

/// `xops query`.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Ask {
    pub run: Run,
    pub queries: Vec<String>,
    pub at: Option<Span>,
    pub over: Option<Span>,
    pub step: Option<Span>,
}

/// Runs, then prints what each query finds; false if one of them is wrong.
pub(super) fn run(ask: &Ask, out: &mut dyn Write) -> Result<bool, Failure> {
    let (_, lab, _) = played(&ask.run)?;
    let session = lab.session();
    let when = match (ask.at, ask.step) {
        (Some(at), _) => When::At(SimTime::ZERO + at),
        (None, None) => When::Now,
        (None, Some(step)) => When::Over {
            span: ask.over.unwrap_or(session.now().since_start()),
            until: None,
            step: Some(step),
        },
    };
    let question = Question::Metrics(MetricQuestion {
        queries: ask.queries.clone(),
        when,
        most: u32::MAX,
    });
    let answer = session.answer(&question);
    let Some(answer) = answer.metrics() else {
        return Ok(false);
    };
    let mut sound = true;
    for (query, found) in ask.queries.iter().zip(&answer.found) {
        if ask.queries.len() > 1 {
            writeln!(out, "# {query}")?;
        }
        sound &= tell(query, found, out)?;
    }
    Ok(sound)
}

fn tell(query: &str, found: &Asked, out: &mut dyn Write) -> Result<bool, Failure> {
    match found {
        Ok(found) => {
            for note in &found.notes {
                complain(&note.to_string());
            }
            series(found, out)?;
            if found.left_out > 0 {
                complain(&format!("{} more series are left out", found.left_out));
            }
            Ok(true)
        }
        Err(error) => {
            out.flush()?;
            complain(&format!("{query}\n{error}"));
            Ok(false)
        }
    }
}

/// One line for each series; over a range, every value with its second.
fn series(found: &Found, out: &mut dyn Write) -> Result<(), Failure> {
    match &found.shape {
        Shape::Text(text) => writeln!(out, "{text}")?,
        Shape::Scalar | Shape::Vector => {
            for series in &found.series {
                let value = series.points.last().and_then(|point| point.1);
                let value = value.map_or_else(String::new, write_number);
                writeln!(out, "{} {value}", series.name)?;
            }
        }
        Shape::Matrix => {
            for series in &found.series {
                write!(out, "{}", series.name)?;
                for (at, value) in &series.points {
                    if let Some(value) = value {
                        write!(out, " {}@{at}", write_number(*value))?;
                    }
                }
                writeln!(out)?;
            }
        }
    }
    Ok(())
}

/// Runs, then prints the last scrape.
pub(super) fn metrics(task: &Run, out: &mut dyn Write) -> Result<(), Failure> {
    let (_, lab, _) = played(task)?;
    out.write_all(lab.session().exposition().as_bytes())?;
    Ok(())
}
