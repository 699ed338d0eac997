//! Versions of a service: what each of them changes.

use crate::base::{At, Bytes, Fields, Ratio, Report, Span};
use crate::world::spec::{Change, RouteRef, Step, Version};

use super::service::name_of;
use super::{MAX_ITEMS, Names, maybe, need, or, script};

/// Every version; `None` if any has an error.
pub(super) fn all(
    report: &mut Report,
    at: &At<'_>,
    routes: &[&str],
    names: &Names<'_>,
) -> Option<Vec<Version>> {
    let entries = report.entries(at, MAX_ITEMS);
    if entries.is_empty() {
        report.error(
            at,
            "no version is given",
            "leave `versions` out, or name one",
        );
        return None;
    }
    let versions: Vec<Option<Version>> = entries
        .iter()
        .map(|(name, at)| version(report, name, at, routes, names))
        .collect();
    versions.into_iter().collect()
}

fn version(
    report: &mut Report,
    name: &str,
    at: &At<'_>,
    routes: &[&str],
    names: &Names<'_>,
) -> Option<Version> {
    let name = name_of(report, name, at);
    let mut fields = report.fields(at)?;
    let note = need(report, &mut fields, "note", |report, at| {
        report.text(at, 300)
    });
    let slower = or(report, &mut fields, "slower", 1.0, |report, at| {
        report.number(at, 0.01..=1_000.0)
    });
    let errors = by_route(
        report,
        &mut fields,
        "errors",
        routes,
        Ratio::ZERO,
        |report, at| report.ratio(at),
    );
    let change = change(report, &mut fields, routes, names);
    fields.done(report);
    Some(Version {
        name: name?,
        note: note?,
        slower: slower?,
        errors: errors?,
        change: change?,
    })
}

fn change(
    report: &mut Report,
    fields: &mut Fields<'_>,
    routes: &[&str],
    names: &Names<'_>,
) -> Option<Change> {
    let before = by_route(
        report,
        fields,
        "before",
        routes,
        Vec::<Step>::new(),
        |report, at| script::read(report, at, names, 0),
    );
    let timeouts = maybe(report, fields, "timeouts", |report, at| {
        timeouts(report, at, names)
    });
    let integer = |most| move |report: &mut Report, at: &At<'_>| report.integer(at, 0..=most);
    let workers = maybe(report, fields, "workers", |report, at| {
        report.integer(at, 1..=10_000)
    });
    let queue = maybe(report, fields, "queue", integer(100_000));
    let start_up = maybe(report, fields, "start-up", |report, at| {
        report.duration(at, Span::ZERO..=Span::from_hours(1))
    });
    let crash_after = maybe(report, fields, "crash-after", |report, at| {
        report.duration(at, Span::from_millis(1)..=Span::from_days(1))
    });
    let leak = or(report, fields, "leak", Bytes::default(), |report, at| {
        report.bytes(at, Bytes::default()..=Bytes::new(1 << 40))
    });
    let hidden_for = or(report, fields, "hidden-for", 0, integer(1_000_000_000));
    let request_price = or(report, fields, "request-price", 0.0, |report, at| {
        report.number(at, 0.0..=1_000.0)
    });
    Some(Change {
        before: before?,
        timeouts: timeouts?.unwrap_or_default(),
        workers: workers?.map(|workers| workers as u32),
        queue: queue?.map(|queue| queue as u32),
        start_up: start_up?,
        crash_after: crash_after?,
        leak: leak?,
        hidden_for: hidden_for? as u32,
        request_price: request_price?,
    })
}

/// `callee/route: 2s` lines.
fn timeouts(
    report: &mut Report,
    at: &At<'_>,
    names: &Names<'_>,
) -> Option<Vec<(RouteRef, Option<Span>)>> {
    let found: Vec<Option<(RouteRef, Option<Span>)>> = report
        .entries(at, MAX_ITEMS)
        .iter()
        .map(|(route, at)| {
            let to = names.named(report, at, route);
            let timeout = if at.scalar() == Some("none") {
                Some(None)
            } else {
                let range = Span::from_millis(1)..=Span::from_hours(1);
                report.duration(at, range).map(Some)
            };
            Some((to?, timeout?))
        })
        .collect();
    found.into_iter().collect()
}

/// A value for some of the routes, by position.
pub(super) fn by_route<'n, T: Clone>(
    report: &mut Report,
    fields: &mut Fields<'n>,
    key: &'static str,
    routes: &[&str],
    absent: T,
    read: impl Fn(&mut Report, &At<'n>) -> Option<T>,
) -> Option<Vec<T>> {
    let mut values = vec![absent; routes.len()];
    let Some(at) = fields.get(key) else {
        return Some(values);
    };
    let mut sound = true;
    for (route, at) in report.entries(&at, MAX_ITEMS) {
        let value = read(report, &at);
        match (routes.iter().position(|known| *known == route), value) {
            (Some(place), Some(value)) => values[place] = value,
            (None, _) => {
                report.error(
                    &at,
                    format!("this service has no route `{route}`"),
                    format!("use one of its routes: {}", routes.join(", ")),
                );
                sound = false;
            }
            _ => sound = false,
        }
    }
    sound.then_some(values)
}
