//! A fault as files write it: the kind as a key, its values beside or below it.

use crate::base::{At, Fields, Ratio, Report, Span};
use crate::world::fault::catalogue::{CATALOGUE, Entry, Parameter, Unit};
use crate::world::fault::{FaultSpec, LONGEST, Pods, Schedule, Target};

/// Reads a fault such as `{service: payment, latency: 300ms, for: 5m}`.
pub fn fault(report: &mut Report, at: &At<'_>) -> Option<FaultSpec> {
    let mut fields = report.fields(at)?;
    let target = target(report, &mut fields);
    let schedule = schedule(report, &mut fields);
    let found: Vec<_> = CATALOGUE
        .iter()
        .filter_map(|entry| Some((entry, values(report, entry, &fields.get(entry.name)?))))
        .collect();
    let place = fields.at().clone();
    fields.done(report);
    let [(entry, values)] = found.as_slice() else {
        let names: Vec<&str> = CATALOGUE.iter().map(|entry| entry.name).collect();
        report.error(
            &place,
            format!("a fault has one kind, this has {}", found.len()),
            format!(
                "give exactly one of {}, such as `latency: 300ms`",
                names.join(", ")
            ),
        );
        return None;
    };
    Some(FaultSpec {
        kind: entry.kind,
        values: values.clone()?,
        target: target?,
        schedule: schedule?,
    })
}

/// One value for each parameter; a bare value is the first.
fn values(report: &mut Report, entry: &Entry, at: &At<'_>) -> Option<Vec<f64>> {
    if entry.parameters.is_empty() {
        // `no-op: true` reads better than a key without a value.
        return report.boolean(at).map(|_| Vec::new());
    }
    if at.is_scalar() {
        let mut values: Vec<Option<f64>> = entry.parameters.iter().map(|p| p.absent).collect();
        if let (Some(first), Some(parameter)) = (values.first_mut(), entry.parameters.first()) {
            *first = value(report, parameter, at);
        }
        return values.into_iter().collect();
    }
    let mut fields = report.fields(at)?;
    let values: Vec<Option<f64>> = entry
        .parameters
        .iter()
        .map(|parameter| match parameter.absent {
            None => fields
                .need(report, parameter.name)
                .and_then(|at| value(report, parameter, &at)),
            Some(absent) => fields
                .get(parameter.name)
                .map_or(Some(absent), |at| value(report, parameter, &at)),
        })
        .collect();
    fields.done(report);
    values.into_iter().collect()
}

fn value(report: &mut Report, parameter: &Parameter, at: &At<'_>) -> Option<f64> {
    let (least, most) = (parameter.least, parameter.most);
    let found = match parameter.unit {
        Unit::Time => {
            let range = Span::from_secs_f64(least)..=Span::from_secs_f64(most);
            return report.duration(at, range).map(|span| span.as_secs_f64());
        }
        Unit::Factor => return report.number(at, least..=most),
        Unit::Count => {
            return report
                .integer(at, least as u64..=most as u64)
                .map(|count| count as f64);
        }
        Unit::Share => report.ratio(at)?.get(),
    };
    if found < least {
        report.error(
            at,
            format!("a {} of {found} is too small to be seen", parameter.name),
            format!("give at least {least}"),
        );
        return None;
    }
    Some(found)
}

fn target(report: &mut Report, fields: &mut Fields<'_>) -> Option<Target> {
    let service = fields
        .need(report, "service")
        .and_then(|at| report.name(&at));
    let route = optional(fields, "route", |at| report.name(&at));
    let version = optional(fields, "version", |at| report.name(&at));
    let from = optional(fields, "from", |at| report.name(&at));
    let share = optional(fields, "share", |at| report.ratio(&at));
    let pods = optional(fields, "pods", |at| pods(report, &at));
    Some(Target {
        service: service?,
        route: route?,
        version: version?,
        from: from?,
        pods: pods?.unwrap_or_default(),
        share: share?.unwrap_or(Ratio::ONE),
    })
}

fn pods(report: &mut Report, at: &At<'_>) -> Option<Pods> {
    const KINDS: [&str; 5] = ["all", "one", "fixed", "fixed-percent", "random-max-percent"];
    let (kind, at) = report.tagged(at, &KINDS)?;
    match kind {
        "all" => Some(Pods::All),
        "one" => Some(Pods::One),
        "fixed" => report
            .integer(&at, 1..=100)
            .map(|count| Pods::Fixed(count as u32)),
        "fixed-percent" => report.ratio(&at).map(Pods::FixedPercent),
        _ => report.ratio(&at).map(Pods::RandomMaxPercent),
    }
}

fn schedule(report: &mut Report, fields: &mut Fields<'_>) -> Option<Schedule> {
    let second = Span::from_secs(1);
    let duration = optional(fields, "for", |at| report.duration(&at, second..=LONGEST));
    let delay = optional(fields, "in", |at| {
        report.duration(&at, Span::ZERO..=LONGEST)
    });
    let ramp = optional(fields, "ramp", |at| {
        report.duration(&at, Span::ZERO..=LONGEST)
    });
    let every = optional(fields, "every", |at| report.duration(&at, second..=LONGEST));
    let times = optional(fields, "times", |at| report.integer(&at, 1..=10_000));
    Some(Schedule {
        duration: duration?,
        delay: delay?.unwrap_or_default(),
        ramp: ramp?.unwrap_or_default(),
        every: every?,
        times: times?.map(|times| times as u32),
    })
}

/// `Some(None)` where the field is absent, `None` where it is wrong.
fn optional<'n, T>(
    fields: &mut Fields<'n>,
    key: &'static str,
    read: impl FnOnce(At<'n>) -> Option<T>,
) -> Option<Option<T>> {
    match fields.get(key) {
        Some(at) => read(at).map(Some),
        None => Some(None),
    }
}
