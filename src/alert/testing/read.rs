//! A test file into typed tests.

use super::{AlertCase, SampleCase, Test, TestFile};
use crate::alert::labels::{self, Labels};
use crate::alert::rules::duration;
use crate::base::yaml::{self, Limits};
use crate::base::{At, Diagnostics, Fields, Report, Span, shown};
use crate::promql;
use crate::promql::testing::{labels as series_labels, line};

/// Tests, series, cases and expectations of each kind.
const MOST: usize = 2_000;
/// Characters of one text.
const LONGEST: usize = 65_536;

/// Reads a file; on failure every problem of it.
pub fn read(file: &str, text: &str) -> Result<TestFile, Diagnostics> {
    let root = yaml::parse(file, text, &Limits::default())?;
    let mut report = Report::new(file, text);
    let found = test_file(&mut report, &At::root(&root));
    match found {
        Some(found) if !report.failed() => Ok(found),
        _ => Err(report.finish()),
    }
}

fn test_file(report: &mut Report, at: &At<'_>) -> Option<TestFile> {
    let mut fields = report.fields(at)?;
    let rule_files = texts(report, &mut fields, "rule_files");
    let order = texts(report, &mut fields, "group_eval_order");
    let interval = span(
        report,
        &mut fields,
        "evaluation_interval",
        Span::from_mins(1),
    );
    let fuzzy = fields
        .get("fuzzy_compare")
        .and_then(|at| report.boolean(&at));
    let tests = fields.need(report, "tests");
    fields.done(report);
    if interval.is_zero() {
        let remedy = "write one such as 1m";
        report.error(at, "no time passes between evaluations", remedy);
    }
    let tests = report.items(&tests?, MOST);
    let tests = tests
        .iter()
        .filter_map(|at| test(report, at, interval))
        .collect();
    Some(TestFile {
        rule_files,
        interval,
        order,
        fuzzy: fuzzy.unwrap_or_default(),
        tests,
    })
}

fn test(report: &mut Report, at: &At<'_>, usual: Span) -> Option<Test> {
    let mut fields = report.fields(at)?;
    let name = fields.get("name").and_then(|at| labels::text(report, &at));
    let interval = span(report, &mut fields, "interval", usual);
    let inputs = list(report, &mut fields, "input_series");
    let alerts = list(report, &mut fields, "alert_rule_test");
    let samples = list(report, &mut fields, "promql_expr_test");
    let external = fields
        .get("external_labels")
        .map(|at| labels::read(report, &at));
    let url = fields
        .get("external_url")
        .and_then(|at| labels::text(report, &at));
    let start = fields
        .get("start_timestamp")
        .and_then(|at| start(report, &at));
    fields.done(report);
    let mut series = Vec::new();
    for at in inputs {
        let Some(mut fields) = report.fields(&at) else {
            continue;
        };
        let [name, values] = ["series", "values"].map(|name| fields.need(report, name));
        fields.done(report);
        let (Some(name), Some(values)) = (name, values) else {
            continue;
        };
        let text = format!(
            "{} {}",
            name.scalar().unwrap_or_default(),
            values.scalar().unwrap_or_default()
        );
        match line(&text) {
            Ok(line) if line.native => {
                report.error(
                    &values,
                    "native histograms are not supported",
                    "write numbers",
                );
            }
            Ok(line) => series.push(line),
            Err(problem) => {
                let remedy =
                    "write a series such as up{job=\"a\"}, and values such as 1 0+10x5 _ stale";
                report.error(&values, problem, remedy);
            }
        }
    }
    Some(Test {
        name: name.unwrap_or_default(),
        line: at.line,
        interval,
        start: start.unwrap_or(0),
        series,
        external: external.unwrap_or_default(),
        url: url.unwrap_or_default(),
        alerts: alerts
            .iter()
            .filter_map(|at| alert_case(report, at))
            .collect(),
        samples: samples
            .iter()
            .filter_map(|at| sample_case(report, at))
            .collect(),
    })
}

fn alert_case(report: &mut Report, at: &At<'_>) -> Option<AlertCase> {
    let mut fields = report.fields(at)?;
    let when = fields
        .need(report, "eval_time")
        .and_then(|at| read_span(report, &at));
    let name = fields
        .need(report, "alertname")
        .and_then(|at| report.text(&at, 1_024));
    let expected = list(report, &mut fields, "exp_alerts");
    fields.done(report);
    let mut found = Vec::new();
    for at in expected {
        let Some(mut fields) = report.fields(&at) else {
            continue;
        };
        let [own, annotations] = ["exp_labels", "exp_annotations"].map(|name| {
            fields
                .get(name)
                .map_or_else(Labels::new, |at| labels::read(report, &at))
        });
        fields.done(report);
        let mut own = own;
        own.insert("alertname".to_owned(), name.clone().unwrap_or_default());
        found.push((own, annotations));
    }
    Some(AlertCase {
        at: when?,
        name: name?,
        expected: found,
    })
}

fn sample_case(report: &mut Report, at: &At<'_>) -> Option<SampleCase> {
    let mut fields = report.fields(at)?;
    let when = fields
        .need(report, "eval_time")
        .and_then(|at| read_span(report, &at));
    let expr = fields.need(report, "expr").and_then(|at| {
        let text = report.text(&at, LONGEST)?;
        crate::alert::query::check(report, &at, &text);
        Some(text)
    });
    let expected = list(report, &mut fields, "exp_samples");
    fields.done(report);
    let mut found = Vec::new();
    for at in expected {
        let Some(mut fields) = report.fields(&at) else {
            continue;
        };
        let own = fields.get("labels");
        let value = fields.get("value");
        if let Some(at) = fields.get("histogram") {
            report.error(&at, "native histograms are not supported", "expect numbers");
        }
        fields.done(report);
        let text = own.as_ref().and_then(|at| at.scalar()).unwrap_or("{}");
        let own_labels = series_labels(text).map_err(|problem| {
            let place = own.as_ref().unwrap_or(&at);
            report.error(place, problem, "write labels such as up{job=\"a\"}");
        });
        let number = match &value {
            None => Some(0.0),
            Some(at) => {
                let number = promql::read_number(at.scalar().unwrap_or_default());
                if number.is_none() {
                    report.error(at, "this is no number", "write one such as 12 or 0.5");
                }
                number
            }
        };
        if let (Ok(labels), Some(number)) = (own_labels, number) {
            found.push((labels, number));
        }
    }
    Some(SampleCase {
        at: when?,
        expr: expr?,
        expected: found,
    })
}

/// Milliseconds since 1970, or `2024-01-31T00:00:00Z`.
fn start(report: &mut Report, at: &At<'_>) -> Option<i64> {
    let text = at.scalar().unwrap_or_default();
    if let Ok(seconds) = text.parse::<f64>()
        && seconds.abs() < 9e9
    {
        return Some((seconds * 1_000.0) as i64);
    }
    let found = text.split_once('T').and_then(|(day, time)| {
        let date = crate::slo::Date::read(day)?;
        let mut parts = time.strip_suffix('Z')?.split(':').map(str::parse::<i64>);
        let mut part = |below: i64| parts.next()?.ok().filter(|n| (0..below).contains(n));
        let seconds = part(24)? * 3_600 + part(60)? * 60 + part(60)?;
        Some((date.days() * 86_400 + seconds) * 1_000)
    });
    if found.is_none() {
        let remedy = "write seconds since 1970, or a moment such as 2024-01-31T00:00:00Z";
        report.error(at, format!("`{}` is no moment", shown(text)), remedy);
    }
    found
}

fn list<'n>(report: &mut Report, fields: &mut Fields<'n>, name: &'static str) -> Vec<At<'n>> {
    let at = fields.get(name);
    at.map_or_else(Vec::new, |at| report.items(&at, MOST))
}

fn texts(report: &mut Report, fields: &mut Fields<'_>, name: &'static str) -> Vec<String> {
    let items = list(report, fields, name);
    items
        .iter()
        .filter_map(|at| report.text(at, 4_096))
        .collect()
}

fn span(report: &mut Report, fields: &mut Fields<'_>, name: &'static str, usual: Span) -> Span {
    let at = fields.get(name);
    at.map_or(Some(usual), |at| read_span(report, &at))
        .unwrap_or(usual)
}

fn read_span(report: &mut Report, at: &At<'_>) -> Option<Span> {
    let text = at.scalar().unwrap_or_default();
    let span = duration::read(text)
        .map_err(|problem| report.error(at, problem, duration::FORM))
        .ok()?;
    if span > Span::from_days(400) {
        report.error(at, "longer than 400 days", "give a shorter time");
        return None;
    }
    Some(span)
}
