//! How a service's pods run: requests, cores, memory, probes, roll-outs, price.

use crate::base::{At, Bytes, Fields, Report, Span};
use crate::world::spec::{
    Amount, Cores, Disk, Fleet, Gc, HealthCheck, Memory, Rollout, Spread, Strategy, WarmUp,
};

use super::topology::cores;
use super::{MAX_ITEMS, autoscale, duration, maybe, need, or};

/// The largest quantity of bytes.
const MOST: Bytes = Bytes::new(1 << 50);
/// The longest of the times here.
const LONGEST: Span = Span::from_hours(24);

/// The fields of a service that concern its pods; `None` if any has an error.
pub(super) fn read(report: &mut Report, fields: &mut Fields<'_>, routes: &[&str]) -> Option<Fleet> {
    let requests = or(report, fields, "requests", (0, Bytes::default()), requests);
    let placement = or(
        report,
        fields,
        "placement",
        (Spread::Prefer, false),
        placement,
    );
    let cores = maybe(report, fields, "cores", core_limits);
    let memory = maybe(report, fields, "memory", memory);
    let gc = maybe(report, fields, "gc", gc);
    let disk = maybe(report, fields, "disk", |report, at| {
        disk(report, at, routes)
    });
    let warm_up = maybe(report, fields, "warm-up", warm_up);
    let probes = or(report, fields, "probes", (None, None), probes);
    let stop = or(report, fields, "stop", (Span::ZERO, None), stop);
    let rollout = or(report, fields, "rollout", Rollout::default(), rollout);
    let autoscale = maybe(report, fields, "autoscale", autoscale::read);
    let price = or(report, fields, "price", (0.0, Bytes::default()), price);
    let (cpu_request, memory_request) = requests?;
    let (spread, alone) = placement?;
    let (readiness, liveness) = probes?;
    let (pre_stop, grace) = stop?;
    let (request_price, egress) = price?;
    Some(Fleet {
        cpu_request,
        memory_request,
        spread,
        alone,
        cores: cores?,
        memory: memory?,
        gc: gc?,
        disk: disk?,
        warm_up: warm_up?,
        readiness,
        liveness,
        pre_stop,
        grace,
        rollout: rollout?,
        autoscale: autoscale?,
        request_price,
        egress,
    })
}

fn bytes(report: &mut Report, at: &At<'_>) -> Option<Bytes> {
    report.bytes(at, Bytes::default()..=MOST)
}

fn span(report: &mut Report, at: &At<'_>) -> Option<Span> {
    report.duration(at, Span::ZERO..=LONGEST)
}

fn requests(report: &mut Report, at: &At<'_>) -> Option<(u32, Bytes)> {
    let mut fields = report.fields(at)?;
    let cpu = or(report, &mut fields, "cpu", 0, cores);
    let memory = or(report, &mut fields, "memory", Bytes::default(), bytes);
    fields.done(report);
    Some((cpu?, memory?))
}

fn placement(report: &mut Report, at: &At<'_>) -> Option<(Spread, bool)> {
    let mut fields = report.fields(at)?;
    let spread = or(
        report,
        &mut fields,
        "spread",
        Spread::Prefer,
        |report, at| {
            report.choice(
                at,
                &[("prefer", Spread::Prefer), ("require", Spread::Require)],
            )
        },
    );
    let alone = or(report, &mut fields, "alone", false, |report, at| {
        report.boolean(at)
    });
    fields.done(report);
    Some((spread?, alone?))
}

fn core_limits(report: &mut Report, at: &At<'_>) -> Option<Cores> {
    let mut fields = report.fields(at)?;
    let limit = maybe(report, &mut fields, "limit", cores);
    let threads = maybe(report, &mut fields, "threads", |report, at| {
        report.integer(at, 1..=1_000)
    });
    let place = fields.at().clone();
    fields.done(report);
    let (limit, threads) = (limit?, threads?);
    if limit.is_none() && threads.is_none() {
        report.error(
            &place,
            "neither `limit` nor `threads` is given",
            "give one of them: `limit: 1.5`",
        );
        return None;
    }
    let needed = limit.map_or(1, |limit| limit.div_ceil(1_000));
    Some(Cores {
        threads: threads.map_or(needed, |threads| threads as u32),
        limit,
    })
}

fn memory(report: &mut Report, at: &At<'_>) -> Option<Memory> {
    let mut fields = report.fields(at)?;
    let limit = need(report, &mut fields, "limit", bytes);
    let mut part = |report: &mut Report, key| {
        or(report, &mut fields, key, Bytes::default(), |report, at| {
            report.bytes(at, Bytes::default()..=limit.unwrap_or(MOST))
        })
    };
    let base = part(report, "base");
    let per_request = part(report, "per-request");
    let leak = part(report, "leak");
    fields.done(report);
    Some(Memory {
        limit: limit?,
        base: base?,
        per_request: per_request?,
        leak: leak?,
    })
}

fn gc(report: &mut Report, at: &At<'_>) -> Option<Gc> {
    let mut fields = report.fields(at)?;
    let every = need(report, &mut fields, "every", |report, at| {
        report.integer(at, 1..=1_000_000_000)
    });
    let pause = need(report, &mut fields, "pause", duration);
    fields.done(report);
    Some(Gc {
        every: every? as u32,
        pause: pause?,
    })
}

fn disk(report: &mut Report, at: &At<'_>, routes: &[&str]) -> Option<Disk> {
    let mut fields = report.fields(at)?;
    let size = need(report, &mut fields, "size", bytes);
    let per_request = need(report, &mut fields, "per-request", bytes);
    let writes = need(report, &mut fields, "writes", |report, at| {
        let mut writes = vec![false; routes.len()];
        let mut sound = true;
        for at in report.items(at, MAX_ITEMS) {
            match report.known(&at, "route", routes.iter().copied()) {
                Some(place) => writes[place] = true,
                None => sound = false,
            }
        }
        sound.then_some(writes)
    });
    let price = or(report, &mut fields, "price", 0.0, |report, at| {
        report.number(at, 0.0..=1_000.0)
    });
    fields.done(report);
    Some(Disk {
        size: size?,
        per_request: per_request?,
        writes: writes?,
        price: price?,
    })
}

fn warm_up(report: &mut Report, at: &At<'_>) -> Option<WarmUp> {
    let mut fields = report.fields(at)?;
    let factor = need(report, &mut fields, "factor", |report, at| {
        report.number(at, 1.0..=100.0)
    });
    let over = need(report, &mut fields, "over", |report, at| {
        report.duration(at, Span::from_millis(1)..=LONGEST)
    });
    fields.done(report);
    Some(WarmUp {
        factor: factor?,
        over: over?,
    })
}

type Probes = (Option<HealthCheck>, Option<HealthCheck>);

fn probes(report: &mut Report, at: &At<'_>) -> Option<Probes> {
    let mut fields = report.fields(at)?;
    let readiness = maybe(report, &mut fields, "readiness", |report, at| {
        check(report, at, 100)
    });
    // Kubernetes: a liveness probe's success threshold must be 1.
    let liveness = maybe(report, &mut fields, "liveness", |report, at| {
        check(report, at, 1)
    });
    fields.done(report);
    Some((readiness?, liveness?))
}

/// Defaults as in Kubernetes: every 10 s, timeout 1 s, 3 failures, 1 success.
fn check(report: &mut Report, at: &At<'_>, most_successes: u64) -> Option<HealthCheck> {
    let mut fields = report.fields(at)?;
    let delay = or(report, &mut fields, "delay", Span::ZERO, span);
    let second = Span::from_secs(1);
    let mut time = |report: &mut Report, key, default| {
        or(report, &mut fields, key, default, |report, at| {
            report.duration(at, second..=Span::from_hours(1))
        })
    };
    let period = time(report, "period", Span::from_secs(10));
    let timeout = time(report, "timeout", second);
    let mut count = |report: &mut Report, key, default, most| {
        or(report, &mut fields, key, default, |report, at| {
            report.integer(at, 1..=most)
        })
    };
    let failures = count(report, "failures", 3, 100);
    let successes = count(report, "successes", 1, most_successes);
    fields.done(report);
    Some(HealthCheck {
        delay: delay?,
        period: period?,
        timeout: timeout?,
        failures: failures? as u32,
        successes: successes? as u32,
    })
}

fn stop(report: &mut Report, at: &At<'_>) -> Option<(Span, Option<Span>)> {
    let mut fields = report.fields(at)?;
    let pre_stop = or(report, &mut fields, "pre-stop", Span::ZERO, span);
    let grace = or(report, &mut fields, "grace", Span::from_secs(30), span);
    fields.done(report);
    Some((pre_stop?, Some(grace?)))
}

fn price(report: &mut Report, at: &At<'_>) -> Option<(f64, Bytes)> {
    let mut fields = report.fields(at)?;
    let request = or(report, &mut fields, "request", 0.0, |report, at| {
        report.number(at, 0.0..=1_000.0)
    });
    let egress = or(report, &mut fields, "egress", Bytes::default(), bytes);
    fields.done(report);
    Some((request?, egress?))
}

/// The words for strategies, in files and commands.
pub const STRATEGIES: [(&str, Strategy); 4] = [
    ("rolling", Strategy::Rolling),
    ("recreate", Strategy::Recreate),
    ("blue-green", Strategy::BlueGreen),
    ("canary", Strategy::Canary),
];

fn rollout(report: &mut Report, at: &At<'_>) -> Option<Rollout> {
    let usual = Rollout::default();
    let mut fields = report.fields(at)?;
    let strategy = or(
        report,
        &mut fields,
        "strategy",
        usual.strategy,
        |report, at| report.choice(at, &STRATEGIES),
    );
    let max_surge = or(report, &mut fields, "max-surge", usual.max_surge, amount);
    let max_unavailable = or(
        report,
        &mut fields,
        "max-unavailable",
        usual.max_unavailable,
        amount,
    );
    let deadline = or(
        report,
        &mut fields,
        "progress-deadline",
        usual.progress_deadline,
        |report, at| report.duration(at, Span::from_secs(1)..=LONGEST),
    );
    let keep = or(report, &mut fields, "keep", usual.keep, span);
    let steps = or(report, &mut fields, "steps", usual.steps, |report, at| {
        let steps: Vec<Option<(f64, Option<Span>)>> = report
            .items(at, MAX_ITEMS)
            .iter()
            .map(|at| step(report, at))
            .collect();
        steps.into_iter().collect()
    });
    fields.done(report);
    Some(Rollout {
        strategy: strategy?,
        max_surge: max_surge?,
        max_unavailable: max_unavailable?,
        progress_deadline: deadline?,
        keep: keep?,
        steps: steps?,
    })
}

fn step(report: &mut Report, at: &At<'_>) -> Option<(f64, Option<Span>)> {
    let mut fields = report.fields(at)?;
    let weight = need(report, &mut fields, "weight", |report, at| report.ratio(at));
    let time = maybe(report, &mut fields, "for", |report, at| {
        report.duration(at, Span::from_secs(1)..=LONGEST)
    });
    fields.done(report);
    Some((weight?.get(), time?))
}

/// A number of pods, or a percentage of them.
pub(super) fn amount(report: &mut Report, at: &At<'_>) -> Option<Amount> {
    match at.scalar().and_then(|text| text.strip_suffix('%')) {
        Some(percent) => match crate::base::parse::integer(percent) {
            Ok(percent) if percent <= 10_000 => Some(Amount::Percent(percent as u32)),
            _ => {
                report.error(
                    at,
                    format!("`{percent}%` is not a whole percentage up to 10000"),
                    "write such as 25%",
                );
                None
            }
        },
        None => report
            .integer(at, 0..=10_000)
            .map(|pods| Amount::Pods(pods as u32)),
    }
}
