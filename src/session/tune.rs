//! Commands that change calls and guards, as a file writes them.

use crate::base::{At, Report, Span};
use crate::world::{GuardTuning, Tuning};

use super::Command;

/// `set-call: {service: shop, to: payment, timeout: 2s}`; `none` takes a
/// timeout or a bulkhead away.
pub(super) fn call(report: &mut Report, at: &At<'_>) -> Option<Command> {
    let mut fields = report.fields(at)?;
    let service = fields
        .need(report, "service")
        .and_then(|at| report.name(&at));
    let to = fields
        .need(report, "to")
        .and_then(|at| report.text(&at, 130));
    let found: Vec<Option<Tuning>> = [
        fields.get("timeout").map(|at| {
            let range = Span::from_millis(1)..=Span::from_hours(1);
            none_or(report, &at, |report, at| report.duration(at, range)).map(Tuning::Timeout)
        }),
        fields.get("attempts").map(|at| {
            let count = report.integer(&at, 1..=20);
            count.map(|count| Tuning::Attempts(count as u32))
        }),
        fields
            .get("breaker")
            .map(|at| report.boolean(&at).map(Tuning::Breaker)),
        fields.get("bulkhead").map(|at| {
            let limit = none_or(report, &at, |report, at| report.integer(at, 1..=100_000));
            limit.map(|limit| Tuning::Bulkhead(limit.map(|limit| limit as u32)))
        }),
    ]
    .into_iter()
    .flatten()
    .collect();
    let place = fields.at().clone();
    fields.done(report);
    let forms = "`timeout: 2s`, `attempts: 3`, `breaker: true`, `bulkhead: 10`";
    Some(Command::SetCall {
        service: service?,
        to: to?,
        set: one(report, &place, found, forms)?,
    })
}

/// `set-guard: {service: shop, shedding: true}` or `rate-limit: 100/s`.
pub(super) fn guard(report: &mut Report, at: &At<'_>) -> Option<Command> {
    let mut fields = report.fields(at)?;
    let service = fields
        .need(report, "service")
        .and_then(|at| report.name(&at));
    let found: Vec<Option<GuardTuning>> = [
        fields
            .get("shedding")
            .map(|at| report.boolean(&at).map(GuardTuning::Shedding)),
        fields.get("rate-limit").map(|at| {
            let rate = none_or(report, &at, |report, at| report.rate(at, 100_000.0));
            rate.map(|rate| GuardTuning::RateLimit(rate.map(|rate| rate.get())))
        }),
    ]
    .into_iter()
    .flatten()
    .collect();
    let place = fields.at().clone();
    fields.done(report);
    let forms = "`shedding: true`, `rate-limit: 100/s`";
    Some(Command::SetGuard {
        service: service?,
        set: one(report, &place, found, forms)?,
    })
}

/// The word `none`, or a value.
fn none_or<T>(
    report: &mut Report,
    at: &At<'_>,
    read: impl FnOnce(&mut Report, &At<'_>) -> Option<T>,
) -> Option<Option<T>> {
    if at.scalar() == Some("none") {
        return Some(None);
    }
    read(report, at).map(Some)
}

fn one<T>(report: &mut Report, at: &At<'_>, found: Vec<Option<T>>, forms: &str) -> Option<T> {
    if found.len() != 1 {
        report.error(
            at,
            format!("one change at a time, this has {}", found.len()),
            format!("give exactly one of {forms}"),
        );
        return None;
    }
    found.into_iter().next()?
}
