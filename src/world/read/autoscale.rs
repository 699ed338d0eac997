//! Horizontal pod autoscalers, with Kubernetes' defaults.

use crate::base::{At, Report, Span};
use crate::world::spec::{Amount, Autoscale, Behaviour, Metric, ScalePolicy, Select};

use super::fleet::amount;
use super::{MAX_ITEMS, maybe, need, or};

/// The longest of the times here; Kubernetes allows windows up to an hour.
const LONGEST: Span = Span::from_hours(1);

/// An autoscaler; `None` if it has an error.
pub(super) fn read(report: &mut Report, at: &At<'_>) -> Option<Autoscale> {
    let mut fields = report.fields(at)?;
    let min = need(report, &mut fields, "min", |report, at| {
        report.integer(at, 1..=100)
    });
    let max = need(report, &mut fields, "max", |report, at| {
        report.integer(at, min.unwrap_or(1)..=100)
    });
    let found: Vec<Option<(Metric, f64)>> = [
        fields.get("cpu").map(|at| share(report, &at, Metric::Cpu)),
        fields
            .get("workers")
            .map(|at| share(report, &at, Metric::Workers)),
        fields.get("rate").map(|at| {
            let rate = report.rate(&at, 1e9)?;
            Some((Metric::Rate, rate.get()))
        }),
    ]
    .into_iter()
    .flatten()
    .collect();
    let place = fields.at().clone();
    if found.len() != 1 {
        report.error(
            &place,
            format!("an autoscaler has one target, this has {}", found.len()),
            "give exactly one of `cpu: 60%`, `workers: 70%`, `rate: 50/s`",
        );
    }
    let target = found.into_iter().next().flatten();
    if target.is_some_and(|(_, target)| target <= 0.0) {
        report.error(&place, "a target of 0 can never be met", "give one above 0");
        return None;
    }
    let mut span = |report: &mut Report, key, default| {
        or(report, &mut fields, key, default, |report, at| {
            report.duration(at, Span::from_secs(1)..=LONGEST)
        })
    };
    let sync = span(report, "sync", Span::from_secs(15));
    let initial_delay = span(report, "initial-delay", Span::from_secs(30));
    let tolerance = or(report, &mut fields, "tolerance", 0.1, |report, at| {
        report.number(at, 0.0..=1.0)
    });
    let up = or(report, &mut fields, "up", usual_up(), |report, at| {
        behaviour(report, at, usual_up())
    });
    let down = or(report, &mut fields, "down", usual_down(), |report, at| {
        behaviour(report, at, usual_down())
    });
    let schedule = or(report, &mut fields, "schedule", Vec::new(), schedule);
    fields.done(report);
    let (metric, target) = target?;
    Some(Autoscale {
        min: min? as u32,
        max: max? as u32,
        metric,
        target,
        sync: sync?,
        tolerance: tolerance?,
        initial_delay: initial_delay?,
        up: up?,
        down: down?,
        schedule: schedule?,
    })
}

fn share(report: &mut Report, at: &At<'_>, metric: Metric) -> Option<(Metric, f64)> {
    report.ratio(at).map(|share| (metric, share.get()))
}

/// No window; twice as many, or four more, every 15 s.
fn usual_up() -> Behaviour {
    let policy = |amount| ScalePolicy {
        amount,
        per: Span::from_secs(15),
    };
    Behaviour {
        window: Span::ZERO,
        policies: vec![policy(Amount::Percent(100)), policy(Amount::Pods(4))],
        select: Select::Max,
    }
}

/// Five minutes' window; then at once.
fn usual_down() -> Behaviour {
    Behaviour {
        window: Span::from_secs(300),
        policies: vec![ScalePolicy {
            amount: Amount::Percent(100),
            per: Span::from_secs(15),
        }],
        select: Select::Max,
    }
}

fn behaviour(report: &mut Report, at: &At<'_>, usual: Behaviour) -> Option<Behaviour> {
    let mut fields = report.fields(at)?;
    let window = or(report, &mut fields, "window", usual.window, |report, at| {
        report.duration(at, Span::ZERO..=LONGEST)
    });
    let select = or(report, &mut fields, "select", usual.select, |report, at| {
        let words = [
            ("max", Select::Max),
            ("min", Select::Min),
            ("disabled", Select::Disabled),
        ];
        report.choice(at, &words)
    });
    let policies = or(
        report,
        &mut fields,
        "policies",
        usual.policies,
        |report, at| {
            let policies: Vec<Option<ScalePolicy>> = report
                .items(at, MAX_ITEMS)
                .iter()
                .map(|at| policy(report, at))
                .collect();
            policies.into_iter().collect()
        },
    );
    fields.done(report);
    Some(Behaviour {
        window: window?,
        policies: policies?,
        select: select?,
    })
}

fn policy(report: &mut Report, at: &At<'_>) -> Option<ScalePolicy> {
    let mut fields = report.fields(at)?;
    let amount = need(report, &mut fields, "amount", amount);
    let per = need(report, &mut fields, "per", |report, at| {
        report.duration(at, Span::from_secs(1)..=Span::from_mins(30))
    });
    fields.done(report);
    Some(ScalePolicy {
        amount: amount?,
        per: per?,
    })
}

fn schedule(report: &mut Report, at: &At<'_>) -> Option<Vec<(Span, u32, u32)>> {
    let mut times: Vec<(Span, u32, u32)> = Vec::new();
    let mut sound = true;
    for at in report.items(at, MAX_ITEMS) {
        let Some(mut fields) = report.fields(&at) else {
            sound = false;
            continue;
        };
        let from = need(report, &mut fields, "from", |report, at| {
            let day = Span::from_nanos(Span::from_hours(24).as_nanos() - 1);
            report.duration(at, Span::ZERO..=day)
        });
        let min = need(report, &mut fields, "min", |report, at| {
            report.integer(at, 1..=100)
        });
        let max = maybe(report, &mut fields, "max", |report, at| {
            report.integer(at, min.unwrap_or(1)..=100)
        });
        fields.done(report);
        let (Some(from), Some(min), Some(max)) = (from, min, max) else {
            sound = false;
            continue;
        };
        if times.last().is_some_and(|(before, ..)| *before >= from) {
            report.error(&at, "times of day must rise", "sort them by `from`");
            sound = false;
        }
        times.push((from, min as u32, max.unwrap_or(100) as u32));
    }
    sound.then_some(times)
}
