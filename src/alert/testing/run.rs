//! Tests carried out.

use super::{Test, TestFile};
use crate::alert::rules::{Group, Kind, RuleFile};
use crate::alert::{Evaluation, Labels, State};
use crate::base::Span;
use crate::base::order::sort_by;
use crate::promql::{Options, Query, Value};
use crate::telemetry::store::{self, Limits, Sample, Store};

/// Evaluations of one test.
const MOST: i64 = 200_000;

/// Runs every test; what was found and not expected, test by test.
pub fn run(file: &TestFile, rules: &[RuleFile]) -> Vec<Vec<String>> {
    let mut groups: Vec<&Group> = rules.iter().flat_map(|file| &file.groups).collect();
    let place = |group: &Group| file.order.iter().position(|name| *name == group.name);
    sort_by(&mut groups, |a, b| {
        let place = |group: &Group| place(group).unwrap_or(usize::MAX);
        place(a).cmp(&place(b))
    });
    let run = |test: &Test| run_test(file, test, &groups).unwrap_or_else(|problem| vec![problem]);
    file.tests.iter().map(run).collect()
}

fn run_test(file: &TestFile, test: &Test, groups: &[&Group]) -> Result<Vec<String>, String> {
    let mut store = Store::new(Limits {
        retention: i64::MAX,
        ..Limits::default()
    });
    for line in &test.series {
        let fail = |problem: &dyn std::fmt::Display| format!("{}: {problem}", line.labels);
        let id = store
            .series(&line.labels)
            .map_err(|refused| fail(&refused))?;
        for (number, value) in line.values.iter().enumerate() {
            let time = test.start + test.interval.as_millis() * number as i64;
            if let Some(value) = *value {
                let sample = Sample { time, value };
                store.append(id, sample).map_err(|refused| fail(&refused))?;
            }
        }
    }
    let mut running: Vec<Evaluation> = groups
        .iter()
        .map(|group| Evaluation::new(group, &test.external, &test.url))
        .collect();
    let (step, mut problems) = (file.interval.as_millis().max(1), Vec::new());
    let ends = test.alerts.iter().map(|case| case.at);
    let ends = ends.chain(test.samples.iter().map(|case| case.at));
    let last = ends.max().map_or(0, Span::as_millis);
    if last / step > MOST {
        return Err(format!(
            "more than {MOST} evaluations: choose a longer evaluation_interval"
        ));
    }
    let mut passed = 0;
    while passed <= last {
        for group in &mut running {
            group.evaluate(&mut store, test.start + passed);
            for rule in group.rules() {
                if let Some(error) = rule.error {
                    let problem = format!(
                        "rule: {}, time: {}: {error}",
                        name(&rule.rule.kind),
                        tell(passed)
                    );
                    problems.push(problem);
                }
            }
        }
        // A case belongs to the evaluation at its time or the last before it.
        let here = |at: Span| (passed..passed + step).contains(&at.as_millis());
        for case in test.alerts.iter().filter(|case| here(case.at)) {
            let rules = running.iter().flat_map(Evaluation::rules);
            let named = rules.filter(
                |rule| matches!(&rule.rule.kind, Kind::Alert { name, .. } if *name == case.name),
            );
            let mut got: Vec<(Labels, Labels)> = named
                .flat_map(|rule| rule.alerts())
                .filter(|alert| alert.state == State::Firing)
                .map(|alert| (alert.labels.clone(), alert.annotations.clone()))
                .collect();
            let mut expected = case.expected.clone();
            sort_by(&mut got, |a, b| a.cmp(b));
            sort_by(&mut expected, |a, b| a.cmp(b));
            if got != expected {
                let list = |alerts: &[(Labels, Labels)]| {
                    let each = alerts.iter().map(|(labels, texts)| {
                        format!(
                            "\n        labels {} annotations {}",
                            show(labels),
                            show(texts)
                        )
                    });
                    let all: String = each.collect();
                    if all.is_empty() {
                        " none".to_owned()
                    } else {
                        all
                    }
                };
                let (name, at) = (&case.name, tell(case.at.as_millis()));
                problems.push(format!(
                    "alertname: {name}, time: {at},\n    expected:{}\n    got:{}",
                    list(&expected),
                    list(&got)
                ));
            }
        }
        passed += step;
    }
    for case in &test.samples {
        let at = test.start + case.at.as_millis();
        let found = Query::new(&case.expr, &Options::default())
            .and_then(|query| query.instant(&store, at))
            .map_err(|error| error.to_string());
        let mut got = match found.map(|answer| answer.value) {
            Ok(Value::Vector(found)) => found,
            Ok(Value::Scalar(value)) => vec![(store::Labels::default(), value)],
            Ok(_) => {
                problems.push(format!("expr: {:?}: it gives no numbers", case.expr));
                continue;
            }
            Err(error) => {
                problems.push(format!(
                    "expr: {:?}, time: {}: {error}",
                    case.expr,
                    tell(case.at.as_millis())
                ));
                continue;
            }
        };
        let mut expected = case.expected.clone();
        let order = |samples: &mut Vec<(store::Labels, f64)>| {
            sort_by(samples, |a, b| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)));
        };
        order(&mut got);
        order(&mut expected);
        let near = |a: f64, b: f64| {
            a.to_bits() == b.to_bits()
                || a == b
                || (a.is_nan() && b.is_nan())
                || (file.fuzzy && (a - b).abs() <= 1e-9 * a.abs().max(b.abs()))
        };
        let same = got.len() == expected.len()
            && got
                .iter()
                .zip(&expected)
                .all(|(a, b)| a.0 == b.0 && near(a.1, b.1));
        if !same {
            let list = |samples: &[(store::Labels, f64)]| {
                let each = samples
                    .iter()
                    .map(|(labels, value)| format!("\n        {labels} {value}"));
                let all: String = each.collect();
                if all.is_empty() {
                    " none".to_owned()
                } else {
                    all
                }
            };
            problems.push(format!(
                "expr: {:?}, time: {},\n    expected:{}\n    got:{}",
                case.expr,
                tell(case.at.as_millis()),
                list(&expected),
                list(&got)
            ));
        }
    }
    Ok(problems)
}

fn name(kind: &Kind) -> &str {
    match kind {
        Kind::Record { metric } => metric,
        Kind::Alert { name, .. } => name,
    }
}

fn show(labels: &Labels) -> String {
    let pairs = labels
        .iter()
        .map(|(name, value)| format!("{name}={value:?}"));
    format!("{{{}}}", pairs.collect::<Vec<_>>().join(", "))
}

fn tell(millis: i64) -> String {
    crate::alert::rules::duration::write(Span::from_millis(millis.unsigned_abs()))
}
