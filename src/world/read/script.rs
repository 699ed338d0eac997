//! Scripts: what a route does, step by step.

use crate::base::{At, Report};
use crate::world::spec::{RouteRef, Spec, Step};

use super::{MAX_ITEMS, Names, call, duration, store};

/// Scripts within scripts.
const MAX_NESTING: u32 = 8;
/// Requests that one request can lead to, retries aside, all branches together.
const MAX_CALLS: u64 = 10_000;

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
            call::read(report, &at, names, nesting, (kind, &kinds)).map(Step::Call)
        }
        "query" => call::read(report, &at, names, nesting, (kind, &["database"])).map(Step::Call),
        "publish" => call::read(report, &at, names, nesting, (kind, &["queue"])).map(Step::Call),
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

/// Calls must not lead back to where they came from, nor branch out without
/// bound: a request would never end, or take all the time of the page.
pub(super) fn refuse_endless(report: &mut Report, at: &At<'_>, spec: &Spec) -> bool {
    // Depth-first with an own stack: a world may have a hundred services of a hundred routes.
    let number = |route: RouteRef| route.service * MAX_ITEMS + route.route;
    let mut done = vec![false; spec.services.len() * MAX_ITEMS];
    let mut open = done.clone();
    // Requests that one on each route can be, itself included, without retries.
    let mut sizes = vec![1_u64; done.len()];
    for (service, spec_of) in spec.services.iter().enumerate() {
        for route in 0..spec_of.routes.len() {
            let mut stack = vec![(RouteRef { service, route }, false)];
            while let Some((here, leaving)) = stack.pop() {
                let name = |route: RouteRef| {
                    let service = &spec.services[route.service];
                    format!("{}/{}", service.name, service.routes[route.route].name)
                };
                if leaving {
                    open[number(here)] = false;
                    done[number(here)] = true;
                    let mut size = 1_u64;
                    scripts(spec, here, &mut |script| {
                        callees(script, &mut |to| {
                            size = size.saturating_add(sizes[number(to)])
                        });
                    });
                    sizes[number(here)] = size;
                    if size > MAX_CALLS {
                        report.error(
                            at,
                            format!(
                                "a request to {} can lead to more than {MAX_CALLS} others",
                                name(here)
                            ),
                            "take some calls out",
                        );
                        return false;
                    }
                    continue;
                }
                if open[number(here)] {
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
                scripts(spec, here, &mut |script| {
                    callees(script, &mut |to| stack.push((to, false)));
                });
            }
        }
    }
    true
}

/// Every script of a route: its own, and what versions do before it.
fn scripts(spec: &Spec, of: RouteRef, visit: &mut impl FnMut(&[Step])) {
    let service = &spec.services[of.service];
    visit(&service.routes[of.route].script);
    for version in &service.versions {
        if let Some(script) = version.change.before.get(of.route) {
            visit(script);
        }
    }
}

fn callees(script: &[Step], visit: &mut impl FnMut(RouteRef)) {
    for step in script {
        match step {
            Step::Work(_) | Step::Compute { .. } | Step::Lock(_) => {}
            Step::Lookup(lookup) => {
                visit(lookup.call.to);
                callees(
                    lookup.call.policy.fallback.as_deref().unwrap_or_default(),
                    visit,
                );
                callees(&lookup.miss, visit);
            }
            Step::Call(call) => {
                visit(call.to);
                callees(call.policy.fallback.as_deref().unwrap_or_default(), visit);
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
