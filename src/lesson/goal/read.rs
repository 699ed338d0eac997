//! Goals as lesson files write them.

use super::told;
use super::{Action, Bound, Goal};
use crate::base::{At, Report, Span};
use crate::lesson::measure::{self, Measure};
use crate::lesson::names::Names;

/// Goals within goals.
const MOST_DEPTH: u32 = 8;

const KEYS: [&str; 28] = [
    "answered",
    "answer-is",
    "passed",
    "runs",
    "used",
    "burn",
    "budget",
    "hints",
    "changes",
    "all",
    "any",
    "not",
    "errors",
    "p50",
    "p95",
    "p99",
    "busy",
    "rate",
    "per-user",
    "pods",
    "hold",
    "before",
    "objective",
    "firing",
    "pages",
    "page",
    "rule",
    "query",
];

/// Reads a goal; `None` if it has an error.
pub(in crate::lesson) fn read(
    report: &mut Report,
    at: &At<'_>,
    names: &Names<'_>,
    depth: u32,
) -> Option<Goal> {
    if depth > MOST_DEPTH {
        report.error(
            at,
            format!("goals nest deeper than {MOST_DEPTH}"),
            "split the check",
        );
        return None;
    }
    let (kind, at) = report.tagged(at, &KEYS)?;
    if let Some((_, quantity)) = measure::GOALS.iter().find(|(word, _)| *word == kind) {
        let mut fields = report.fields(&at)?;
        let measure = Measure::read(*quantity, report, &mut fields, names);
        let bound = bound(report, &mut fields, |report, at| quantity.limit(report, at));
        fields.done(report);
        return Some(Goal::Measured(measure?, bound?));
    }
    let most = |report: &mut Report, at: &At<'_>| report.integer(at, 0..=10_000).map(|n| n as u32);
    match kind {
        "answered" => names.question(report, &at).map(Goal::Answered),
        "answer-is" => {
            let mut fields = report.fields(&at)?;
            let question = fields
                .need(report, "question")
                .and_then(|at| names.question(report, &at));
            let value = fields
                .need(report, "value")
                .and_then(|at| report.number(&at, -1e12..=1e12));
            fields.done(report);
            Some(Goal::AnswerIs {
                question: question?,
                value: value?,
            })
        }
        "passed" => report
            .duration(&at, Span::from_secs(1)..=Span::from_days(90))
            .map(Goal::Passed),
        "runs" => {
            let mut fields = report.fields(&at)?;
            let service = fields
                .need(report, "service")
                .and_then(|at| names.service(report, &at));
            let version = fields.need(report, "version");
            let version = version
                .and_then(|at| names.version(report, &at, service.as_deref().unwrap_or_default()));
            fields.done(report);
            Some(Goal::Runs {
                service: service?,
                version: version?,
            })
        }
        "used" => {
            if at.is_scalar() {
                let action = report.choice(&at, &Action::NAMES)?;
                return Some(Goal::Used {
                    action,
                    service: None,
                });
            }
            let words = Action::NAMES.map(|(name, _)| name);
            let (word, at) = report.tagged(&at, &words)?;
            let action = Action::NAMES.iter().find(|(name, _)| *name == word)?.1;
            names.service(report, &at).map(|service| Goal::Used {
                action,
                service: Some(service),
            })
        }
        "burn" => {
            let mut fields = report.fields(&at)?;
            let slo = fields
                .need(report, "slo")
                .and_then(|at| names.slo(report, &at));
            let over = fields
                .need(report, "over")
                .and_then(|at| report.duration(&at, Span::from_mins(1)..=Span::from_days(30)));
            let bound = bound(report, &mut fields, |report, at| {
                report.number(at, 0.0..=1e6)
            });
            fields.done(report);
            Some(Goal::Burn {
                slo: slo?,
                over: over?,
                bound: bound?,
            })
        }
        "budget" => {
            let mut fields = report.fields(&at)?;
            let slo = fields
                .need(report, "slo")
                .and_then(|at| names.slo(report, &at));
            let bound = bound(report, &mut fields, |report, at| {
                report.ratio(at).map(|ratio| ratio.get())
            });
            fields.done(report);
            Some(Goal::Budget {
                slo: slo?,
                bound: bound?,
            })
        }
        "hints" => most(report, &at).map(Goal::Hints),
        "changes" => most(report, &at).map(Goal::Changes),
        "not" => read(report, &at, names, depth + 1).map(|goal| Goal::Not(Box::new(goal))),
        "hold" | "before" => timed(report, kind, &at, names, depth),
        kind if told::KEYS.contains(&kind) => told::read(report, kind, &at, names).map(Goal::Told),
        _ => {
            let items = report.items(&at, 20);
            if items.is_empty() {
                report.error(&at, "no goal is given", "list at least one");
                return None;
            }
            let goals: Vec<Option<Goal>> = items
                .iter()
                .map(|at| read(report, at, names, depth + 1))
                .collect();
            let goals: Vec<Goal> = goals.into_iter().collect::<Option<_>>()?;
            Some(if kind == "all" {
                Goal::All(goals)
            } else {
                Goal::Any(goals)
            })
        }
    }
}

/// `{for: 10m, when: ...}` or `{passed: 30m, when: ...}`.
fn timed(
    report: &mut Report,
    kind: &str,
    at: &At<'_>,
    names: &Names<'_>,
    depth: u32,
) -> Option<Goal> {
    let mut fields = report.fields(at)?;
    let key = if kind == "hold" { "for" } else { "passed" };
    let length = fields
        .need(report, key)
        .and_then(|at| report.duration(&at, Span::from_secs(1)..=Span::from_days(90)));
    let goal = fields.need(report, "when");
    let goal = goal.and_then(|at| read(report, &at, names, depth + 1));
    let place = (fields.at().line, fields.at().column);
    fields.done(report);
    let (length, goal) = (length?, Box::new(goal?));
    Some(match key {
        "for" => Goal::Hold {
            place,
            length,
            goal,
        },
        _ => Goal::Before {
            passed: length,
            goal,
        },
    })
}

/// The limit that a goal's fields give.
pub(super) fn bound(
    report: &mut Report,
    fields: &mut crate::base::Fields<'_>,
    read: impl Fn(&mut Report, &At<'_>) -> Option<f64>,
) -> Option<Bound> {
    match (fields.get("below"), fields.get("above")) {
        (Some(at), None) => read(report, &at).map(Bound::Below),
        (None, Some(at)) => read(report, &at).map(Bound::Above),
        _ => {
            let at = fields.at().clone();
            report.error(
                &at,
                "a limit needs one side",
                "give either `below` or `above`",
            );
            None
        }
    }
}
