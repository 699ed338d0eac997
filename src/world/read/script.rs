//! Scripts: what a route does, step by step.

use crate::base::{At, Report, Span};
use crate::world::spec::{Call, Retry, RouteRef, Spec, Step};

use super::{MAX_ITEMS, Names, duration, store};

/// Scripts within scripts.
const MAX_NESTING: u32 = 8;

/// A list of steps.
pub(super) fn read(
    report: &mut Report,
    at: &At<'_>,
    names: &Names<'_>,
    nesting: u32,
) -> Option<Vec<Step>> {
    if nesting > MAX_NESTING {
        let remedy = "move the inner steps to a route of their own";
        report.error(
            at,
            format!("scripts nest deeper than {MAX_NESTING} levels"),
            remedy,
        );
        return None;
    }
    if !at.is_list() {
        report.error(
            at,
            "a script is a list of steps",
            "write `- work: 5ms` and the like",
        );
        return None;
    }
    let steps: Vec<Option<Step>> = report
        .items(at, MAX_ITEMS)
        .iter()
        .map(|at| step(report, at, names, nesting))
        .collect();
    steps.into_iter().collect()
}

/// Whether work is split into time on a core and time without.
fn has_cores(at: &At<'_>) -> bool {
    use crate::base::yaml::Value;
    matches!(&at.node.value, Value::Map(entries)
        if entries.iter().any(|entry| entry.key == "cpu" || entry.key == "wait"))
}

fn compute(report: &mut Report, at: &At<'_>) -> Option<Step> {
    let mut fields = report.fields(at)?;
    let cpu = fields
        .need(report, "cpu")
        .and_then(|at| duration(report, &at));
    let wait = match fields.get("wait") {
        Some(at) => duration(report, &at).map(Some),
        None => Some(None),
    };
    fields.done(report);
    Some(Step::Compute {
        cpu: cpu?,
        wait: wait?,
    })
}

fn step(report: &mut Report, at: &At<'_>, names: &Names<'_>, nesting: u32) -> Option<Step> {
    const KINDS: [&str; 8] = [
        "work", "call", "query", "publish", "cache", "lock", "parallel", "branch",
    ];
    let (kind, at) = report.tagged(at, &KINDS)?;
    match kind {
        "work" if has_cores(&at) => compute(report, &at),
        "work" => duration(report, &at).map(Step::Work),
        "call" => {
            let kinds = ["gateway", "service", "dependency"];
            call(report, &at, names, kind, &kinds).map(Step::Call)
        }
        "query" => call(report, &at, names, kind, &["database"]).map(Step::Call),
        "publish" => call(report, &at, names, kind, &["queue"]).map(Step::Call),
        "cache" => {
            let lookup = store::lookup(report, &at, names, nesting)?;
            Some(Step::Lookup(Box::new(lookup)))
        }
        "lock" => store::lock(report, &at).map(Step::Lock),
        "parallel" => {
            let items = report.items(&at, MAX_ITEMS);
            if items.len() < 2 {
                report.error(
                    &at,
                    "parallel needs at least two scripts",
                    "add one, or drop it",
                );
                return None;
            }
            let scripts: Vec<Option<Vec<Step>>> = items
                .iter()
                .map(|at| read(report, at, names, nesting + 1))
                .collect();
            scripts
                .into_iter()
                .collect::<Option<_>>()
                .map(Step::Parallel)
        }
        _ => {
            let items = report.items(&at, MAX_ITEMS);
            if items.is_empty() {
                report.error(
                    &at,
                    "branch needs at least one choice",
                    "add one, or drop it",
                );
                return None;
            }
            let choices: Vec<Option<(f64, Vec<Step>)>> = items
                .iter()
                .map(|at| choice(report, at, names, nesting))
                .collect();
            choices.into_iter().collect::<Option<_>>().map(Step::Branch)
        }
    }
}

fn choice(
    report: &mut Report,
    at: &At<'_>,
    names: &Names<'_>,
    nesting: u32,
) -> Option<(f64, Vec<Step>)> {
    let mut fields = report.fields(at)?;
    let weight = fields
        .need(report, "weight")
        .and_then(|at| report.number(&at, 1e-6..=1e6));
    let script = fields
        .need(report, "do")
        .and_then(|at| read(report, &at, names, nesting + 1));
    fields.done(report);
    Some((weight?, script?))
}

/// Asking another service, of one of `kinds`, in a step called `step`.
pub(super) fn call(
    report: &mut Report,
    at: &At<'_>,
    names: &Names<'_>,
    step: &str,
    kinds: &[&str],
) -> Option<Call> {
    if at.is_scalar() {
        let to = names.route_of(report, at, step, kinds)?;
        let retry = Retry {
            attempts: 1,
            ..Retry::default()
        };
        return Some(Call {
            to,
            timeout: None,
            retry,
            optional: false,
        });
    }
    let mut fields = report.fields(at)?;
    let to = fields
        .need(report, "to")
        .and_then(|at| names.route_of(report, &at, step, kinds));
    let timeout = match fields.get("timeout") {
        Some(at) => report
            .duration(&at, Span::from_millis(1)..=Span::from_hours(1))
            .map(Some),
        None => Some(None),
    };
    let retry = match fields.get("retry") {
        Some(at) => retry(report, &at),
        None => Some(Retry {
            attempts: 1,
            ..Retry::default()
        }),
    };
    let optional = fields
        .get("optional")
        .map_or(Some(false), |at| report.boolean(&at));
    fields.done(report);
    Some(Call {
        to: to?,
        timeout: timeout?,
        retry: retry?,
        optional: optional?,
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
    let jitter = fields
        .get("jitter")
        .map_or(Some(true), |at| report.boolean(&at));
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
    fields.done(report);
    retry.backoff = backoff?;
    retry.max_backoff = longest?;
    retry.jitter = jitter?;
    Some(retry)
}

/// Calls must not lead back to where they came from: a request would never end.
pub(super) fn refuse_cycles(report: &mut Report, at: &At<'_>, spec: &Spec) -> bool {
    // Depth-first with an own stack: a world may have a hundred services of a hundred routes.
    let number = |route: RouteRef| route.service * MAX_ITEMS + route.route;
    let mut done = vec![false; spec.services.len() * MAX_ITEMS];
    let mut open = done.clone();
    for (service, spec_of) in spec.services.iter().enumerate() {
        for route in 0..spec_of.routes.len() {
            let mut stack = vec![(RouteRef { service, route }, false)];
            while let Some((here, leaving)) = stack.pop() {
                if leaving {
                    open[number(here)] = false;
                    done[number(here)] = true;
                    continue;
                }
                if open[number(here)] {
                    let name = |route: RouteRef| {
                        let service = &spec.services[route.service];
                        format!("{}/{}", service.name, service.routes[route.route].name)
                    };
                    report.error(
                        at,
                        format!("calls lead from {} back to itself", name(here)),
                        "take one call of the circle out",
                    );
                    return false;
                }
                if done[number(here)] {
                    continue;
                }
                open[number(here)] = true;
                stack.push((here, true));
                let script = &spec.services[here.service].routes[here.route].script;
                callees(script, &mut |to| stack.push((to, false)));
                for version in &spec.services[here.service].versions {
                    if let Some(script) = version.change.before.get(here.route) {
                        callees(script, &mut |to| stack.push((to, false)));
                    }
                }
            }
        }
    }
    true
}

fn callees(script: &[Step], visit: &mut impl FnMut(RouteRef)) {
    for step in script {
        match step {
            Step::Work(_) | Step::Compute { .. } | Step::Lock(_) => {}
            Step::Call(call) => visit(call.to),
            Step::Lookup(lookup) => {
                visit(lookup.call.to);
                callees(&lookup.miss, visit);
            }
            Step::Parallel(scripts) => {
                for script in scripts {
                    callees(script, visit);
                }
            }
            Step::Branch(choices) => {
                for (_, script) in choices {
                    callees(script, visit);
                }
            }
        }
    }
}
