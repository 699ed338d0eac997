//! Whether an answer is what was expected.

use super::super::number::general;
use super::super::{Answer, Level, Value};
use super::script::{Expected, Text};
use super::series::Line;
use crate::telemetry::store::{Labels, Sample};

/// Relative difference that is taken for rounding, as in Prometheus.
const NEAR: f64 = 1e-6;

/// Whether two numbers are equal but for rounding; NaN is NaN.
pub(super) fn near(a: f64, b: f64) -> bool {
    if (a.is_nan() && b.is_nan()) || a == b {
        return true;
    }
    let sum = a.abs() + b.abs();
    let apart = (a - b).abs();
    if a == 0.0 || b == 0.0 || sum < f64::MIN_POSITIVE {
        return apart < NEAR * f64::MIN_POSITIVE;
    }
    apart / sum.min(f64::MAX) < NEAR
}

/// Whether the notes of an answer are those that were expected.
pub(super) fn notes(answer: &Answer, expected: &Expected) -> Result<(), String> {
    level(
        answer,
        Level::Warning,
        "warning",
        &expected.warn,
        expected.no_warn,
    )?;
    level(
        answer,
        Level::Info,
        "info",
        &expected.info,
        expected.no_info,
    )
}

fn level(
    answer: &Answer,
    level: Level,
    name: &str,
    expected: &[Text],
    none: bool,
) -> Result<(), String> {
    let notes = answer.notes.iter().filter(|note| note.level == level);
    let notes: Vec<String> = notes.map(ToString::to_string).collect();
    if none && !notes.is_empty() {
        return Err(format!("expected no {name}, got: {}", notes.join("; ")));
    }
    for text in expected {
        if !notes.iter().any(|note| text.fits(note)) {
            let shown = text.shown();
            return Err(format!(
                "expected a {name} ({shown}), got: {}",
                notes.join("; ")
            ));
        }
    }
    let strange = notes
        .iter()
        .find(|note| !expected.iter().any(|text| text.fits(note)));
    match strange.filter(|_| !expected.is_empty()) {
        Some(note) => Err(format!("unexpected {name}: {note}")),
        None => Ok(()),
    }
}

/// Whether a value is what was expected; `start` and `step` are those of the rows.
pub(super) fn value(
    found: &Value,
    expected: &Expected,
    (start, step): (i64, i64),
) -> Result<(), String> {
    if let Some(text) = &expected.text {
        return match found {
            Value::Text(found) if found == text => Ok(()),
            other => Err(format!("expected a string, got {}", shown(other))),
        };
    }
    match (found, expected.scalar) {
        (Value::Scalar(found), Some(wanted)) if near(*found, wanted) => Ok(()),
        (Value::Scalar(found), Some(wanted)) => Err(format!(
            "expected {}, got {}",
            general(wanted),
            general(*found)
        )),
        (found, Some(_)) => Err(format!("expected a scalar, got {}", shown(found))),
        (Value::Vector(found), None) => vector(found, expected),
        (Value::Matrix(found), None) => {
            if expected.ordered {
                return Err("a range has no order".to_owned());
            }
            matrix(found, &expected.rows, start, step)
        }
        (found, None) => Err(format!("expected series, got {}", shown(found))),
    }
}

fn shown(value: &Value) -> String {
    match value {
        Value::Scalar(value) => format!("the scalar {}", general(*value)),
        Value::Text(text) => format!("the string {:?}", String::from_utf8_lossy(text)),
        Value::Vector(series) => format!("{} series", series.len()),
        Value::Matrix(series) => format!("{} series of samples", series.len()),
    }
}

fn vector(found: &[(Labels, f64)], expected: &Expected) -> Result<(), String> {
    for (number, (labels, value)) in found.iter().enumerate() {
        let place = expected.rows.iter().position(|row| row.labels == *labels);
        let Some(place) = place else {
            return Err(format!("unexpected series {labels} {}", general(*value)));
        };
        if expected.ordered && place != number {
            let (place, number) = (place + 1, number + 1);
            return Err(format!(
                "expected {labels} in place {place}, got it in place {number}"
            ));
        }
        match expected.rows[place].values.first() {
            Some(Some(wanted)) if near(*wanted, *value) => {}
            Some(Some(wanted)) => {
                let (wanted, value) = (general(*wanted), general(*value));
                return Err(format!("expected {labels} {wanted}, got {value}"));
            }
            _ => {
                return Err(format!(
                    "expected no value of {labels}, got {}",
                    general(*value)
                ));
            }
        }
    }
    missing(&expected.rows, |labels| {
        found.iter().any(|(known, _)| known == labels)
    })
}

fn missing(rows: &[Line], there: impl Fn(&Labels) -> bool) -> Result<(), String> {
    match rows.iter().find(|row| !there(&row.labels)) {
        Some(row) => Err(format!("expected series {} is missing", row.labels)),
        None => Ok(()),
    }
}

fn matrix(
    found: &[(Labels, Vec<Sample>)],
    rows: &[Line],
    start: i64,
    step: i64,
) -> Result<(), String> {
    for pair in found.windows(2) {
        if pair[0].0 > pair[1].0 {
            return Err("series are not ordered by their labels".to_owned());
        }
    }
    for (labels, samples) in found {
        let Some(row) = rows.iter().find(|row| row.labels == *labels) else {
            return Err(format!("unexpected series {labels} {}", list(samples)));
        };
        let values = row.values.iter().enumerate();
        let wanted: Vec<Sample> = values
            .filter_map(|(number, value)| {
                let time = start + step * number as i64;
                value.map(|value| Sample { time, value })
            })
            .collect();
        let same = |(a, b): (&Sample, &Sample)| a.time == b.time && near(a.value, b.value);
        if wanted.len() != samples.len() || !wanted.iter().zip(samples).all(same) {
            let (wanted, got) = (list(&wanted), list(samples));
            return Err(format!("expected {labels} {wanted}, got {got}"));
        }
    }
    missing(rows, |labels| {
        found.iter().any(|(known, _)| known == labels)
    })
}

fn list(samples: &[Sample]) -> String {
    let shown = samples.iter().take(20).map(|sample| {
        let seconds = sample.time as f64 / 1_000.0;
        format!("{}@{}", general(sample.value), general(seconds))
    });
    let mut text = shown.collect::<Vec<_>>().join(" ");
    if samples.len() > 20 {
        text += &format!(" and {} more", samples.len() - 20);
    }
    text
}
