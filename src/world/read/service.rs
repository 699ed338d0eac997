//! Services, routes and versions of a world file.

use crate::base::{At, Bytes, Ratio, Report, Span};
use crate::world::spec::{Balance, Change, Kind, Route, Service, Version};

use super::{MAX_ITEMS, Names, fleet, or, protect, script, store, version};

/// Every service; `None` if any has an error.
pub(super) fn all(
    report: &mut Report,
    at: &At<'_>,
    entries: &[(&str, At<'_>)],
    names: &Names<'_>,
) -> Option<Vec<Service>> {
    if entries.is_empty() && !report.failed() {
        report.error(
            at,
            "a world needs at least one service",
            "add one under `services`",
        );
    }
    let services: Vec<Option<Service>> = entries
        .iter()
        .map(|(name, at)| service(report, name, at, names))
        .collect();
    let services: Vec<Service> = services.into_iter().collect::<Option<_>>()?;
    (!services.is_empty()).then_some(services)
}

fn service(report: &mut Report, name: &str, at: &At<'_>, names: &Names<'_>) -> Option<Service> {
    let name = name_of(report, name, at);
    let mut fields = report.fields(at)?;
    let about = fields
        .need(report, "about")
        .and_then(|at| report.text(&at, 300));
    let kind = fields.get("kind").map_or(Some(Kind::Service), |at| {
        let words = [
            ("gateway", Kind::Gateway),
            ("service", Kind::Service),
            ("database", Kind::Database),
            ("cache", Kind::Cache),
            ("queue", Kind::Queue),
            ("dependency", Kind::Dependency),
        ];
        report.choice(&at, &words)
    });
    let replicas = fields
        .need(report, "replicas")
        .and_then(|at| report.integer(&at, 1..=100));
    let workers = fields
        .need(report, "workers")
        .and_then(|at| report.integer(&at, 1..=10_000));
    let queue = fields
        .need(report, "queue")
        .and_then(|at| report.integer(&at, 0..=100_000));
    let asynchronous = fields
        .get("async")
        .map_or(Some(false), |at| report.boolean(&at));
    let start_up = fields
        .get("start-up")
        .map_or(Some(Span::from_secs(10)), |at| {
            report.duration(&at, Span::ZERO..=Span::from_hours(1))
        });
    let balance = fields
        .get("balance")
        .map_or(Some(Balance::RoundRobin), |at| {
            let words = [
                ("round-robin", Balance::RoundRobin),
                ("random", Balance::Random),
                ("least-request", Balance::LeastRequest),
                ("ring-hash", Balance::RingHash),
                ("zone-aware", Balance::ZoneAware),
            ];
            report.choice(&at, &words)
        });
    let protect = protect::read(report, &mut fields);
    let routes = fields
        .need(report, "routes")
        .and_then(|at| routes(report, &at, names));
    let route_names: Vec<&str> = routes
        .iter()
        .flatten()
        .map(|route| route.name.as_str())
        .collect();
    let versions = match fields.get("versions") {
        Some(at) => version::all(report, &at, &route_names, names),
        None => Some(vec![Version {
            name: "v1".to_owned(),
            note: "as it has been running".to_owned(),
            slower: 1.0,
            errors: vec![Ratio::ZERO; route_names.len()],
            change: Change::default(),
        }]),
    };
    let pools = store::pools(report, &mut fields, names);
    let store = kind.and_then(|kind| store::store(report, &mut fields, kind, &route_names, names));
    let fleet = fleet::read(report, &mut fields, &route_names);
    let messages = fields.get("messages");
    let messages = messages.map_or(Some(MESSAGES), |at| messages_of(report, &at));
    let at = fields.at().clone();
    fields.done(report);
    if let (Some(kind), Some(routes), Some(versions), Some(pools)) =
        (kind, &routes, &versions, &pools)
    {
        store::refuse_idle(report, &at, kind, (routes, versions), pools).then_some(())?;
    }
    Some(Service {
        name: name?,
        about: about?,
        kind: kind?,
        replicas: replicas? as u32,
        workers: workers? as u32,
        asynchronous: asynchronous?,
        queue: queue? as u32,
        start_up: start_up?,
        balance: balance?,
        protect: protect?,
        versions: versions?,
        fleet: fleet?,
        store: store?,
        pools: pools?,
        routes: routes?,
        messages: messages?,
    })
}

/// A request and an answer of whoever does not say how large they are: the
/// head of a request, and some JSON.
const MESSAGES: (Bytes, Bytes) = (Bytes::new(1 << 10), Bytes::new(16 << 10));

/// `{request: 1KiB, answer: 16KiB}`.
fn messages_of(report: &mut Report, at: &At<'_>) -> Option<(Bytes, Bytes)> {
    let mut fields = report.fields(at)?;
    let mut size = |report: &mut Report, key, default| {
        or(report, &mut fields, key, default, |report, at| {
            report.bytes(at, Bytes::new(1)..=Bytes::new(1 << 30))
        })
    };
    let (request, answer) = (
        size(report, "request", MESSAGES.0),
        size(report, "answer", MESSAGES.1),
    );
    fields.done(report);
    Some((request?, answer?))
}

/// A name that stands as a key.
pub(super) fn name_of(report: &mut Report, name: &str, at: &At<'_>) -> Option<String> {
    match crate::base::parse::name(name) {
        Ok(name) => Some(name.to_owned()),
        Err(problem) => {
            report.error(at, problem, crate::base::parse::NAME_FORM);
            None
        }
    }
}

fn routes(report: &mut Report, at: &At<'_>, names: &Names<'_>) -> Option<Vec<Route>> {
    let entries = report.entries(at, MAX_ITEMS);
    if entries.is_empty() {
        report.error(
            at,
            "a service needs at least one route",
            "add one, such as `index: []`",
        );
        return None;
    }
    let mut routes = Vec::with_capacity(entries.len());
    let mut sound = true;
    for (name, at) in entries {
        let name = name_of(report, name, &at);
        let script = script::read(report, &at, names, 0);
        match (name, script) {
            (Some(name), Some(script)) => routes.push(Route { name, script }),
            _ => sound = false,
        }
    }
    sound.then_some(routes)
}
