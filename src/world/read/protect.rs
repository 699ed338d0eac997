//! What a service does to protect itself.

use crate::base::{At, Fields, Ratio, Report, Span};
use crate::world::TokenBucket;
use crate::world::spec::{Aimd, Codel, Outlier, Protect, QueueOrder, RateLimit, Shed};

/// Rates of a limit, per second.
const MOST_RATE: f64 = 100_000.0;

/// The fields of a service that protect it.
pub(super) fn read(report: &mut Report, fields: &mut Fields<'_>) -> Option<Protect> {
    let rate_limit = maybe(report, fields, "rate-limit", rate_limit);
    let shed = maybe(report, fields, "shed", shed);
    let concurrency = maybe(report, fields, "concurrency-limit", aimd);
    let order = fields
        .get("queue-order")
        .map_or(Some(QueueOrder::Fifo), |at| {
            let words = [
                ("fifo", QueueOrder::Fifo),
                ("lifo", QueueOrder::Lifo),
                ("adaptive-lifo", QueueOrder::AdaptiveLifo),
            ];
            report.choice(&at, &words)
        });
    let codel = maybe(report, fields, "codel", codel);
    let outlier = maybe(report, fields, "outlier-ejection", outlier);
    Some(Protect {
        rate_limit: rate_limit?,
        shed: shed?.flatten(),
        concurrency: concurrency?,
        order: order?,
        codel: codel?,
        outlier: outlier?,
    })
}

type Read<T> = fn(&mut Report, &At<'_>) -> Option<T>;

fn maybe<T>(
    report: &mut Report,
    fields: &mut Fields<'_>,
    key: &'static str,
    read: Read<T>,
) -> Option<Option<T>> {
    match fields.get(key) {
        Some(at) => read(report, &at).map(Some),
        None => Some(None),
    }
}

fn rate_limit(report: &mut Report, at: &At<'_>) -> Option<RateLimit> {
    if at.is_scalar() {
        let rate = report.rate(at, MOST_RATE)?;
        return Some(RateLimit::of(rate));
    }
    let mut fields = report.fields(at)?;
    let rate = fields
        .need(report, "rate")
        .and_then(|at| report.rate(&at, MOST_RATE));
    let burst = match fields.get("burst") {
        Some(at) => report
            .integer(&at, 1..=u64::from(TokenBucket::MOST_BURST))
            .map(Some),
        None => Some(None),
    };
    fields.done(report);
    let usual = RateLimit::of(rate?);
    Some(RateLimit {
        burst: burst?.map_or(usual.burst, |burst| burst as u32),
        ..usual
    })
}

fn shed(report: &mut Report, at: &At<'_>) -> Option<Option<Shed>> {
    if at.is_scalar() {
        return report.boolean(at).map(|yes| yes.then(Shed::default));
    }
    let mut fields = report.fields(at)?;
    let keys = ["critical-plus", "critical", "sheddable-plus", "sheddable"];
    let Shed(mut limits) = Shed::default();
    let mut sound = true;
    for (limit, key) in limits.iter_mut().zip(keys) {
        if let Some(at) = fields.get(key) {
            match report.number(&at, 0.01..=1_000.0) {
                Some(value) => *limit = value,
                None => sound = false,
            }
        }
    }
    fields.done(report);
    sound.then_some(Some(Shed(limits)))
}

fn aimd(report: &mut Report, at: &At<'_>) -> Option<Aimd> {
    let mut fields = report.fields(at)?;
    let latency = fields
        .need(report, "latency")
        .and_then(|at| report.duration(&at, Span::from_millis(1)..=Span::from_hours(1)));
    let mut whole = |report: &mut Report, key, usual: u64| {
        fields
            .get(key)
            .map_or(Some(usual), |at| report.integer(&at, 1..=100_000))
    };
    let (min, max) = (whole(report, "min", 1), whole(report, "max", 1_000));
    let start = whole(report, "start", 20);
    fields.done(report);
    let (min, max) = (min?, max?);
    if min > max {
        report.error(at, "`min` is above `max`", "give the smaller one as `min`");
        return None;
    }
    Some(Aimd {
        latency: latency?,
        min: min as u32,
        max: max as u32,
        start: start?.clamp(min, max) as u32,
    })
}

fn codel(report: &mut Report, at: &At<'_>) -> Option<Codel> {
    let usual = Codel {
        target: Span::from_millis(5),
        interval: Span::from_millis(100),
    };
    if at.is_scalar() {
        let on = report.boolean(at)?;
        if !on {
            report.error(at, "a CoDel that is off does nothing", "leave it out");
        }
        return on.then_some(usual);
    }
    let mut fields = report.fields(at)?;
    let range = Span::from_millis(1)..=Span::from_hours(1);
    let mut span = |report: &mut Report, key, usual| {
        fields
            .get(key)
            .map_or(Some(usual), |at| report.duration(&at, range.clone()))
    };
    let target = span(report, "target", usual.target);
    let interval = span(report, "interval", usual.interval);
    fields.done(report);
    Some(Codel {
        target: target?,
        interval: interval?,
    })
}

/// Defaults are Envoy's: 5 in a row, 30 s, 10 %, 10 s.
fn outlier(report: &mut Report, at: &At<'_>) -> Option<Outlier> {
    let usual = Outlier {
        consecutive: 5,
        base: Span::from_secs(30),
        most: Ratio::new(0.1).unwrap_or_default(),
        interval: Span::from_secs(10),
    };
    if at.is_scalar() {
        let on = report.boolean(at)?;
        if !on {
            report.error(at, "an ejection that is off does nothing", "leave it out");
        }
        return on.then_some(usual);
    }
    let mut fields = report.fields(at)?;
    let consecutive = fields
        .get("consecutive")
        .map_or(Some(5), |at| report.integer(&at, 1..=10_000));
    let range = Span::from_millis(1)..=Span::from_hours(1);
    let mut span = |report: &mut Report, key, usual| {
        fields
            .get(key)
            .map_or(Some(usual), |at| report.duration(&at, range.clone()))
    };
    let base = span(report, "base", usual.base);
    let interval = span(report, "interval", usual.interval);
    let most = fields
        .get("most")
        .map_or(Some(usual.most), |at| report.ratio(&at));
    fields.done(report);
    Some(Outlier {
        consecutive: consecutive? as u32,
        base: base?,
        most: most?,
        interval: interval?,
    })
}
