//! Calls of a script and their policies.

use crate::base::{At, Fields, Ratio, Report, Span};
use crate::world::spec::{Breaker, Bulkhead, Call, Policy, Retry, RetryBudget, Trip};

use super::{Names, script};

/// Timeouts, hedges and the like are at least and at most this long.
const SPANS: std::ops::RangeInclusive<Span> = Span::from_millis(1)..=Span::from_hours(1);

/// A call: a bare `service/route`, or a mapping.
pub(super) fn read(
    report: &mut Report,
    at: &At<'_>,
    names: &Names<'_>,
    nesting: u32,
    (step, kinds): (&str, &[&str]),
) -> Option<Call> {
    if at.is_scalar() {
        return Some(Call {
            to: names.route_of(report, at, step, kinds)?,
            timeout: None,
            retry: Retry {
                attempts: 1,
                ..Retry::default()
            },
            optional: false,
            policy: Policy::default(),
        });
    }
    let mut fields = report.fields(at)?;
    let to = fields
        .need(report, "to")
        .and_then(|at| names.route_of(report, &at, step, kinds));
    let timeout = span(report, &mut fields, "timeout");
    let retry = match fields.get("retry") {
        Some(at) => retry(report, &at),
        None => Some(Retry {
            attempts: 1,
            ..Retry::default()
        }),
    };
    let optional = flag(report, &mut fields, "optional", false);
    let policy = policy(report, &mut fields, names, nesting);
    fields.done(report);
    Some(Call {
        to: to?,
        timeout: timeout?,
        retry: retry?,
        optional: optional?,
        policy: policy?,
    })
}

fn policy(
    report: &mut Report,
    fields: &mut Fields<'_>,
    names: &Names<'_>,
    nesting: u32,
) -> Option<Policy> {
    let breaker = match fields.get("breaker") {
        Some(at) => breaker(report, &at).map(Some),
        None => Some(None),
    };
    let bulkhead = match fields.get("bulkhead") {
        Some(at) => bulkhead(report, &at).map(Some),
        None => Some(None),
    };
    let hedge = span(report, fields, "hedge");
    let fallback = match fields.get("fallback") {
        Some(at) if at.is_list() => script::read(report, &at, names, nesting + 1).map(Some),
        Some(at) => report.boolean(&at).map(|yes| yes.then(Vec::new)),
        None => Some(None),
    };
    let deadline = flag(report, fields, "deadline", false);
    let cancel = flag(report, fields, "cancel", false);
    Some(Policy {
        breaker: breaker?,
        bulkhead: bulkhead?,
        hedge: hedge?,
        fallback: fallback?,
        deadline: deadline?,
        cancel: cancel?,
    })
}

fn breaker(report: &mut Report, at: &At<'_>) -> Option<Breaker> {
    let usual = Breaker::default();
    if at.is_scalar() {
        return report.boolean(at).and_then(|yes| {
            if !yes {
                report.error(at, "a breaker that is off does nothing", "leave it out");
            }
            yes.then_some(usual)
        });
    }
    let mut fields = report.fields(at)?;
    let failures = match fields.get("failures") {
        Some(at) => report.integer(&at, 1..=10_000).map(Some),
        None => Some(None),
    };
    let rate = match fields.get("failure-rate") {
        Some(at) => share(report, &at).map(|ratio| Some((ratio, at))),
        None => Some(None),
    };
    let window = span_or(report, &mut fields, "window", Span::from_secs(10));
    let min_calls = whole_or(report, &mut fields, "min-calls", 1..=100_000, 20);
    let open_for = span_or(report, &mut fields, "open-for", usual.open_for);
    let probes = whole_or(report, &mut fields, "probes", 1..=1_000, 3);
    fields.done(report);
    let trip = match (failures?, rate?) {
        (Some(_), Some((_, at))) => {
            let remedy = "give `failures` or `failure-rate`, not both";
            report.error(&at, "a breaker has one rule that opens it", remedy);
            return None;
        }
        (Some(count), None) => Trip::Consecutive(count as u32),
        (None, rate) => Trip::Rate {
            share: rate.map_or(Ratio::new(0.5).unwrap_or_default(), |(share, _)| share),
            window: window?,
            min_calls: min_calls?,
        },
    };
    Some(Breaker {
        trip,
        open_for: open_for?,
        probes: probes?,
    })
}

fn bulkhead(report: &mut Report, at: &At<'_>) -> Option<Bulkhead> {
    if at.is_scalar() {
        let limit = report.integer(at, 1..=100_000)? as u32;
        return Some(Bulkhead {
            limit,
            wait: None,
            queue: 0,
        });
    }
    let mut fields = report.fields(at)?;
    let limit = fields
        .need(report, "limit")
        .and_then(|at| report.integer(&at, 1..=100_000));
    let wait = span(report, &mut fields, "wait");
    let queue = whole_or(report, &mut fields, "queue", 1..=100_000, 1_000);
    fields.done(report);
    Some(Bulkhead {
        limit: limit? as u32,
        wait: wait?,
        queue: queue?,
    })
}

fn retry(report: &mut Report, at: &At<'_>) -> Option<Retry> {
    let span = Span::ZERO..=Span::from_mins(10);
    let mut fields = report.fields(at)?;
    let attempts = fields
        .need(report, "attempts")
        .and_then(|at| report.integer(&at, 2..=20));
    let backoff = fields
        .get("backoff")
        .map_or(Some(Span::from_millis(25)), |at| {
            report.duration(&at, span.clone())
        });
    let longest = fields
        .get("max-backoff")
        .map_or(Some(Span::from_secs(10)), |at| report.duration(&at, span));
    let jitter = flag(report, &mut fields, "jitter", true);
    let mut retry = Retry {
        attempts: attempts? as u32,
        ..Retry::default()
    };
    match fields.get("on") {
        Some(at) => {
            for at in report.items(&at, 3) {
                match report.choice(&at, &[("error", 0), ("timeout", 1), ("unavailable", 2)])? {
                    0 => retry.on_error = true,
                    1 => retry.on_timeout = true,
                    _ => retry.on_unavailable = true,
                }
            }
        }
        None => (retry.on_error, retry.on_timeout, retry.on_unavailable) = (true, true, true),
    }
    retry.budget = match fields.get("budget") {
        Some(at) => Some(budget(report, &at)?),
        None => None,
    };
    fields.done(report);
    retry.backoff = backoff?;
    retry.max_backoff = longest?;
    retry.jitter = jitter?;
    Some(retry)
}

/// Defaults are Envoy's (20 %, 3) and Finagle's (20 %, 10 a second, 10 s).
fn budget(report: &mut Report, at: &At<'_>) -> Option<RetryBudget> {
    let usual = Ratio::new(0.2).unwrap_or_default();
    let (kind, at) = report.tagged(at, &["active", "recent"])?;
    let mut fields = match at.is_null() {
        true => None,
        false => Some(report.fields(&at)?),
    };
    let ratio = match fields.as_mut().and_then(|fields| fields.get("share")) {
        Some(at) => report.ratio(&at),
        None => Some(usual),
    };
    let min = fields.as_mut().and_then(|fields| fields.get("min"));
    let found = if kind == "active" {
        let min = min.map_or(Some(3), |at| report.integer(&at, 0..=100_000));
        RetryBudget::Active {
            share: ratio?,
            min: min? as u32,
        }
    } else {
        let min = min.map_or(Some(10.0), |at| {
            report.rate(&at, 100_000.0).map(|rate| rate.get())
        });
        let window = match fields.as_mut() {
            Some(fields) => span_or(report, fields, "window", Span::from_secs(10)),
            None => Some(Span::from_secs(10)),
        };
        RetryBudget::Recent {
            share: ratio?,
            min: min?,
            window: window?,
        }
    };
    if let Some(fields) = fields {
        fields.done(report);
    }
    Some(found)
}

/// A share above 0.
fn share(report: &mut Report, at: &At<'_>) -> Option<Ratio> {
    let ratio = report.ratio(at)?;
    if ratio == Ratio::ZERO {
        report.error(at, "a share of 0 is always reached", "give a share above 0");
        return None;
    }
    Some(ratio)
}

/// `Some(None)` where the field is absent, `None` where it is wrong.
fn span(report: &mut Report, fields: &mut Fields<'_>, key: &'static str) -> Option<Option<Span>> {
    match fields.get(key) {
        Some(at) => report.duration(&at, SPANS).map(Some),
        None => Some(None),
    }
}

fn span_or(
    report: &mut Report,
    fields: &mut Fields<'_>,
    key: &'static str,
    usual: Span,
) -> Option<Span> {
    fields
        .get(key)
        .map_or(Some(usual), |at| report.duration(&at, SPANS))
}

fn whole_or(
    report: &mut Report,
    fields: &mut Fields<'_>,
    key: &'static str,
    range: std::ops::RangeInclusive<u64>,
    usual: u32,
) -> Option<u32> {
    fields.get(key).map_or(Some(usual), |at| {
        report.integer(&at, range).map(|whole| whole as u32)
    })
}

fn flag(
    report: &mut Report,
    fields: &mut Fields<'_>,
    key: &'static str,
    usual: bool,
) -> Option<bool> {
    fields
        .get(key)
        .map_or(Some(usual), |at| report.boolean(&at))
}
