//! A rule file into typed groups.

use std::collections::BTreeMap;

use super::duration;
use super::{Group, Kind, Rule, RuleFile};
use crate::base::yaml::{self, Limits};
use crate::base::{At, Diagnostics, Fields, Report, Span, shown};
use crate::formats::{labels, query};

/// Groups of one file.
const MOST_GROUPS: usize = 2_000;
/// Rules of one group.
const MOST_RULES: usize = 2_000;
/// Characters of a name.
const LONGEST_NAME: usize = 1_024;

/// Reads a file; on failure every problem of it.
pub fn read(file: &str, text: &str) -> Result<RuleFile, Diagnostics> {
    let root = yaml::parse(file, text, &Limits::default())?;
    let mut report = Report::new(file, text);
    let found = group_list(&mut report, &At::root(&root));
    if report.failed() {
        return Err(report.finish());
    }
    found.ok_or_else(|| report.finish())
}

/// Reads a document whose one field is `groups`.
pub fn group_list(report: &mut Report, at: &At<'_>) -> Option<RuleFile> {
    let mut fields = report.fields(at)?;
    let list = fields.need(report, "groups");
    fields.done(report);
    let mut groups = Vec::new();
    let mut lines: BTreeMap<String, u32> = BTreeMap::new();
    for at in report.items(&list?, MOST_GROUPS) {
        let Some(group) = group(report, &at) else {
            continue;
        };
        if let Some(line) = lines.insert(group.name.clone(), at.line) {
            let problem = format!(
                "a group called `{}` is already in line {line}",
                shown(&group.name)
            );
            report.error(&at, problem, "give each group of a file a name of its own");
        }
        groups.push(group);
    }
    Some(RuleFile { groups })
}

fn group(report: &mut Report, at: &At<'_>) -> Option<Group> {
    let mut fields = report.fields(at)?;
    let name = fields
        .need(report, "name")
        .and_then(|at| report.text(&at, LONGEST_NAME));
    let interval = span(report, &mut fields, "interval");
    let query_offset = span(report, &mut fields, "query_offset");
    let limit = fields
        .get("limit")
        .and_then(|at| report.integer(&at, 0..=1_000_000_000));
    let labels = fields.get("labels").map(|at| labels::read(report, &at));
    let rules = fields.get("rules").map(|at| report.items(&at, MOST_RULES));
    let rules = rules.unwrap_or_default();
    let rules = rules.iter().filter_map(|at| rule(report, at)).collect();
    fields.done(report);
    Some(Group {
        name: name?,
        interval,
        query_offset,
        limit,
        labels: labels.unwrap_or_default(),
        rules,
    })
}

fn rule(report: &mut Report, at: &At<'_>) -> Option<Rule> {
    let mut fields = report.fields(at)?;
    let record = fields.get("record");
    let alert = fields.get("alert");
    let expr = fields.need(report, "expr").and_then(|at| {
        let text = report.text(&at, labels::LONGEST)?;
        query::check(report, &at, &text);
        Some(text)
    });
    let labels = fields.get("labels").map(|at| labels::read(report, &at));
    let after = fields.get("for");
    let keep_firing = fields.get("keep_firing_for");
    let annotations = fields.get("annotations");
    fields.done(report);
    let kind = match (record, alert) {
        (Some(name), None) => {
            for at in [&after, &keep_firing, &annotations].into_iter().flatten() {
                report.error(
                    at,
                    "a recording rule has no use for this field",
                    "leave it out, or make this an alert: `alert:` instead of `record:`",
                );
            }
            let metric = report.text(&name, LONGEST_NAME)?;
            if !labels::is_metric(&metric) {
                report.error(
                    &name,
                    format!("`{}` cannot name a metric", shown(&metric)),
                    "write letters, digits, underscores and colons, no digit first",
                );
            }
            Kind::Record { metric }
        }
        (None, Some(name)) => Kind::Alert {
            name: report.text(&name, LONGEST_NAME)?,
            after: after
                .and_then(|at| read_span(report, &at))
                .unwrap_or_default(),
            keep_firing: keep_firing
                .and_then(|at| read_span(report, &at))
                .unwrap_or_default(),
            annotations: annotations
                .map(|at| labels::read(report, &at))
                .unwrap_or_default(),
        },
        (Some(_), Some(at)) => {
            let problem = "a rule either records or alerts, not both";
            report.error(&at, problem, "make two rules of it");
            return None;
        }
        (None, None) => {
            let problem = "neither `record` nor `alert` is given";
            let remedy =
                "add `record: <metric>` to store the result, `alert: <name>` to alert on it";
            report.error(at, problem, remedy);
            return None;
        }
    };
    Some(Rule {
        kind,
        expr: expr?,
        labels: labels.unwrap_or_default(),
    })
}

/// A field with a duration as Prometheus writes them.
fn span(report: &mut Report, fields: &mut Fields<'_>, name: &'static str) -> Option<Span> {
    fields.get(name).and_then(|at| read_span(report, &at))
}

/// A duration as Prometheus writes them.
pub(in crate::formats) fn read_span(report: &mut Report, at: &At<'_>) -> Option<Span> {
    let text = at.scalar().unwrap_or_default();
    duration::read(text)
        .map_err(|problem| report.error(at, problem, duration::FORM))
        .ok()
}
