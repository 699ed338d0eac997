//! Tables of time and value: steps, rows, and CSV text.

use crate::base::{At, Report, Span, parse};
use crate::world::spec::Profile;

use super::profile::{LONGEST, Unit};

/// Rows of an inline table.
const MAX_ROWS: usize = 1_000;
/// Rows of a CSV text; a file may not hold a longer text than 64 KiB anyway.
const MAX_CSV_ROWS: usize = 5_000;

type Points = Vec<(Span, f64)>;

/// `steps`: each value holds until the next; the first begins at 0.
pub(super) fn steps(report: &mut Report, at: &At<'_>, unit: Unit) -> Option<Profile> {
    let mut points: Points = Vec::new();
    let key = if unit == Unit::Rate { "rate" } else { "value" };
    for at in report.items(at, MAX_ROWS) {
        let mut fields = report.fields(&at)?;
        let from = fields.need(report, "at").and_then(|at| {
            report
                .duration(&at, Span::ZERO..=LONGEST)
                .map(|span| (span, at))
        });
        let value = fields
            .need(report, key)
            .and_then(|at| unit.value(report, &at));
        fields.done(report);
        let ((from, place), value) = (from?, value?);
        let sound = match points.last() {
            None => from.is_zero(),
            Some((before, _)) => *before < from,
        };
        if !sound {
            let remedy = "start at 0s and let every step come later than the one before";
            report.error(&place, "steps are out of order", remedy);
            return None;
        }
        points.push((from, value));
    }
    if points.is_empty() {
        let remedy = format!("start with `- {{at: 0s, {key}: 10}}`");
        report.error(at, "no step is given", remedy);
        return None;
    }
    Some(Profile::Table {
        points,
        linear: false,
        repeat: None,
    })
}

/// `table`: rows or CSV, what lies between, and whether it begins anew.
pub(super) fn table(report: &mut Report, at: &At<'_>, unit: Unit) -> Option<Profile> {
    let mut fields = report.fields(at)?;
    let (inline, text) = (fields.get("rows"), fields.get("csv"));
    let points = match (&inline, &text) {
        (Some(at), None) => rows(report, at, unit),
        (None, Some(at)) => csv(report, at, unit),
        _ => {
            let remedy = "write `rows: [[0s, 10/s], [5m, 20/s]]`, or `csv: |` and lines below it";
            report.error(at, "a table has either rows or csv", remedy);
            None
        }
    };
    let linear = fields.get("between").map_or(Some(true), |at| {
        report.choice(&at, &[("line", true), ("hold", false)])
    });
    let repeat = match fields.get("repeat") {
        Some(at) => report
            .duration(&at, Span::from_secs(1)..=LONGEST)
            .map(|span| Some((span, at))),
        None => Some(None),
    };
    fields.done(report);
    let (points, linear, repeat) = (points?, linear?, repeat?);
    if let (Some((period, place)), Some((last, _))) = (&repeat, points.last())
        && period <= last
    {
        let problem = format!("the table reaches to {last} and repeats after {period}");
        report.error(place, problem, format!("give more than {last}"));
        return None;
    }
    Some(Profile::Table {
        points,
        linear,
        repeat: repeat.map(|(period, _)| period),
    })
}

fn rows(report: &mut Report, at: &At<'_>, unit: Unit) -> Option<Points> {
    let mut points: Points = Vec::new();
    for at in report.items(at, MAX_ROWS) {
        let cells = report.items(&at, 2);
        let [time, value] = &cells[..] else {
            report.error(&at, "a row has a time and a value", "write [5m, 20/s]");
            return None;
        };
        let time_read = report.duration(time, Span::ZERO..=LONGEST);
        let value = unit.value(report, value);
        let (from, value) = (time_read?, value?);
        if points.last().is_some_and(|(before, _)| *before >= from) {
            report.error(
                time,
                "rows are out of order",
                "let every row come later than the one before",
            );
            return None;
        }
        points.push((from, value));
    }
    filled(report, at, points)
}

fn filled(report: &mut Report, at: &At<'_>, points: Points) -> Option<Points> {
    if points.is_empty() {
        report.error(at, "the table is empty", "give at least one time and value");
        return None;
    }
    Some(points)
}

/// Lines of `time,value`. A time is a duration or a number of seconds; a first
/// line that begins with a letter is a heading; empty lines and lines that
/// begin with `#` say nothing.
pub(super) fn csv(report: &mut Report, at: &At<'_>, unit: Unit) -> Option<Points> {
    let Some(text) = at.scalar() else {
        report.error(at, "CSV is a text", "write `csv: |` and the lines below it");
        return None;
    };
    let mut points: Points = Vec::new();
    let mut read = false;
    for (number, line) in text.lines().enumerate() {
        if line.trim().is_empty() || line.starts_with('#') {
            continue;
        }
        let first = !std::mem::replace(&mut read, true);
        if first && line.starts_with(|c: char| c.is_ascii_alphabetic()) {
            continue;
        }
        match row(line, points.last().copied(), unit) {
            _ if points.len() >= MAX_CSV_ROWS => {
                let problem = format!("a CSV text of more than {MAX_CSV_ROWS} rows");
                report.error(at, problem, "give fewer rows, or `repeat` a shorter table");
                return None;
            }
            Ok(point) => points.push(point),
            Err((column, problem)) => {
                let row = number + 1;
                // A block's lines stand one below the other from where it
                // begins; a quoted text stands in one line.
                let block = text.ends_with('\n');
                let place = At {
                    line: at.line + if block { number as u32 } else { 0 },
                    column: at.column + if block { column as u32 - 1 } else { 0 },
                    ..at.clone()
                };
                let problem = format!("row {row}, column {column}: {problem}");
                let remedy = "write rows such as `90s,20/s` or `90,20`, in rising order of time";
                report.error(&place, problem, remedy);
                return None;
            }
        }
    }
    filled(report, at, points)
}

/// One row, or the column of the character where it goes wrong.
fn row(
    line: &str,
    before: Option<(Span, f64)>,
    unit: Unit,
) -> Result<(Span, f64), (usize, String)> {
    let Some((left, right)) = line.split_once(',') else {
        let end = line.chars().count() + 1;
        return Err((end, "there is no comma".to_owned()));
    };
    let indent = |text: &str| text.chars().take_while(|c| c.is_whitespace()).count();
    let (time_column, value_column) = (indent(left) + 1, left.chars().count() + 2 + indent(right));
    let (left, right) = (left.trim(), right.trim());
    let from = if left.ends_with(|c: char| c.is_ascii_digit()) {
        parse::number(left).and_then(|seconds| {
            if (0.0..=LONGEST.as_secs_f64()).contains(&seconds) {
                Ok(Span::from_secs_f64(seconds))
            } else {
                Err(format!("`{left}` is no time within a year"))
            }
        })
    } else {
        parse::duration(left)
    };
    let from = from.map_err(|problem| (time_column, problem))?;
    if from > LONGEST {
        return Err((time_column, format!("{from} is longer than {LONGEST}")));
    }
    if let Some((before, _)) = before
        && before >= from
    {
        let problem = format!("{from} does not come after {before}");
        return Err((time_column, problem));
    }
    let value = unit
        .parse(right)
        .map_err(|problem| (value_column, problem))?;
    Ok((from, value))
}
