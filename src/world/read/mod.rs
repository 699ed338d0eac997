//! A world file into a [`Spec`]: every problem at once, each with its place.
//!
//! Only the world's own fields are read here; objectives and telemetry stand
//! in the same file and are read by their own layers.

mod autoscale;
mod call;
mod fault;
mod fleet;
mod idle;
mod profile;
mod protect;
mod script;
mod service;
mod store;
mod table;
mod topology;
mod traffic;
mod users;
mod version;

pub use fleet::STRATEGIES;

use crate::base::yaml::Value;
use crate::base::{At, Duration, Fields, Report, Span, near};

pub use fault::fault;

use super::MAX_SERVICES;
use super::spec::{RouteRef, Spec};

/// Scripts, mixes and lists in a file may have this many entries.
pub(super) const MAX_ITEMS: usize = 100;
/// Nothing a service does takes longer.
pub(super) const LONGEST_WORK: Span = Span::from_hours(1);

/// Reads the world's own fields; `None` if any of them has an error.
pub fn spec(report: &mut Report, fields: &mut Fields<'_>) -> Option<Spec> {
    let title = fields
        .need(report, "title")
        .and_then(|at| report.text(&at, 80));
    let about = fields
        .need(report, "about")
        .and_then(|at| report.text(&at, 1_000));
    let scale = match fields.get("scale") {
        Some(at) => report.integer(&at, 1..=1_000_000),
        None => Some(1),
    };
    let topology = match fields.get("topology") {
        Some(at) => topology::read(report, &at).map(Some),
        None => Some(None),
    };
    let traffic = fields.need(report, "traffic");
    let listed = fields.need(report, "services");
    let listed = listed.map(|at| (report.entries(&at, MAX_SERVICES), at));
    let names = Names::gather(listed.as_ref().map_or(&[][..], |(entries, _)| entries));
    let services = listed.map(|(entries, at)| service::all(report, &at, &entries, &names));
    let traffic = traffic.and_then(|at| traffic::read(report, &at, &names));
    let spec = Spec {
        title: title?,
        about: about?,
        scale: scale? as u32,
        traffic: traffic?,
        topology: topology?,
        services: services??,
    };
    topology::refuse_homeless(report, fields.at(), &spec);
    idle::refuse(report, fields.at(), &spec);
    script::refuse_endless(report, fields.at(), &spec).then_some(spec)
}

/// What can be referred to: services and their routes, as the file names them.
pub(super) struct Names<'n> {
    services: Vec<Named<'n>>,
}

struct Named<'n> {
    name: &'n str,
    /// The word of its `kind`.
    kind: &'n str,
    routes: Vec<&'n str>,
}

impl<'n> Names<'n> {
    fn gather(entries: &[(&'n str, At<'n>)]) -> Self {
        let services = entries
            .iter()
            .map(|(name, at)| Named {
                name,
                kind: match field_of(at, "kind") {
                    Some(Value::Scalar { text, .. }) => text,
                    _ => "service",
                },
                routes: match field_of(at, "routes") {
                    Some(Value::Map(routes)) => {
                        routes.iter().map(|entry| entry.key.as_str()).collect()
                    }
                    _ => Vec::new(),
                },
            })
            .collect();
        Names { services }
    }

    /// A reference of the form `service/route`.
    pub fn route(&self, report: &mut Report, at: &At<'_>) -> Option<RouteRef> {
        let text = report.text(at, 130)?;
        self.named(report, at, &text)
    }

    /// The route called `text`; a problem is shown at `at`.
    pub fn named(&self, report: &mut Report, at: &At<'_>, text: &str) -> Option<RouteRef> {
        let found = text.split_once('/').and_then(|(name, local)| {
            let service = self.services.iter().position(|named| named.name == name)?;
            let routes = &self.services[service].routes;
            let route = routes.iter().position(|route| *route == local)?;
            Some(RouteRef { service, route })
        });
        if found.is_some() {
            return found;
        }
        let known: Vec<String> = self
            .services
            .iter()
            .flat_map(|named| {
                let routes = named.routes.iter();
                routes.map(|local| format!("{}/{local}", named.name))
            })
            .collect();
        let names: Vec<&str> = known.iter().map(String::as_str).collect();
        let remedy = near::remedy(text, &names);
        report.error(at, format!("no route is called `{text}`"), remedy);
        None
    }

    /// A route of a service of one of these kinds: what a step of this kind may ask.
    pub fn route_of(
        &self,
        report: &mut Report,
        at: &At<'_>,
        step: &str,
        kinds: &[&str],
    ) -> Option<RouteRef> {
        let found = self.route(report, at)?;
        let kind = self.services[found.service].kind;
        if kinds.contains(&kind) {
            return Some(found);
        }
        let fitting = match kind {
            "database" => "a database is asked by `query`",
            "cache" => "a cache is asked by `cache`",
            "queue" => "a queue is filled by `publish`",
            _ => "another service is asked by `call`",
        };
        let problem = format!("a {step} does not go to a {kind}");
        report.error(at, problem, fitting);
        None
    }

    /// Position of the database that stands as a key.
    pub fn database(&self, report: &mut Report, name: &str, at: &At<'_>) -> Option<usize> {
        let found = self
            .services
            .iter()
            .position(|named| named.name == name && named.kind == "database");
        if found.is_none() {
            let known = self
                .services
                .iter()
                .filter(|named| named.kind == "database");
            let known: Vec<&str> = known.map(|named| named.name).collect();
            report.error(
                at,
                format!("no database is called `{name}`"),
                near::remedy(name, &known),
            );
        }
        found
    }
}

fn field_of<'n>(at: &At<'n>, key: &str) -> Option<&'n Value> {
    let Value::Map(fields) = &at.node.value else {
        return None;
    };
    let found = fields.iter().find(|entry| entry.key == key)?;
    Some(&found.node.value)
}

/// A distribution: a bare duration is constant.
pub(super) fn duration(report: &mut Report, at: &At<'_>) -> Option<Duration> {
    let range = Span::ZERO..=LONGEST_WORK;
    if at.is_scalar() {
        return report.duration(at, range).map(Duration::Constant);
    }
    const KINDS: [&str; 6] = [
        "constant",
        "uniform",
        "exponential",
        "erlang",
        "lognormal",
        "pareto",
    ];
    let (kind, at) = report.tagged(at, &KINDS)?;
    if kind == "constant" {
        return report.duration(&at, range).map(Duration::Constant);
    }
    let mut fields = report.fields(&at)?;
    let mut span = |report: &mut Report, key| {
        fields
            .need(report, key)
            .and_then(|at| report.duration(&at, range.clone()).map(|s| (s, at)))
    };
    let found = match kind {
        "uniform" => {
            let (min, max) = (span(report, "min"), span(report, "max"));
            let ((min, _), (max, place)) = (min?, max?);
            ordered(report, &place, min, max)?;
            Duration::Uniform { min, max }
        }
        "exponential" => Duration::Exponential {
            mean: span(report, "mean")?.0,
        },
        "erlang" => {
            let mean = span(report, "mean");
            let stages = fields
                .need(report, "stages")
                .and_then(|at| report.integer(&at, 1..=100));
            Duration::Erlang {
                mean: mean?.0,
                stages: stages? as u32,
            }
        }
        "lognormal" => {
            let (p50, p99) = (span(report, "p50"), span(report, "p99"));
            let ((p50, _), (p99, place)) = (p50?, p99?);
            ordered(report, &place, p50, p99)?;
            Duration::Lognormal { p50, p99 }
        }
        _ => {
            let min = span(report, "min");
            let shape = fields
                .need(report, "shape")
                .and_then(|at| report.number(&at, 1.01..=100.0));
            Duration::Pareto {
                min: min?.0,
                shape: shape?,
            }
        }
    };
    fields.done(report);
    Some(found)
}

fn ordered(report: &mut Report, at: &At<'_>, low: Span, high: Span) -> Option<()> {
    if low <= high {
        return Some(());
    }
    report.error(
        at,
        format!("{high} is shorter than {low}"),
        "give the longer one here",
    );
    None
}

/// `Some(None)` where the field is absent, `None` where it is wrong.
pub(super) fn maybe<'n, T>(
    report: &mut Report,
    fields: &mut Fields<'n>,
    key: &'static str,
    read: impl FnOnce(&mut Report, &At<'n>) -> Option<T>,
) -> Option<Option<T>> {
    match fields.get(key) {
        Some(at) => read(report, &at).map(Some),
        None => Some(None),
    }
}

/// A field that has a default.
pub(super) fn or<'n, T>(
    report: &mut Report,
    fields: &mut Fields<'n>,
    key: &'static str,
    default: T,
    read: impl FnOnce(&mut Report, &At<'n>) -> Option<T>,
) -> Option<T> {
    match fields.get(key) {
        Some(at) => read(report, &at),
        None => Some(default),
    }
}

/// A field that must be there.
pub(super) fn need<'n, T>(
    report: &mut Report,
    fields: &mut Fields<'n>,
    key: &'static str,
    read: impl FnOnce(&mut Report, &At<'n>) -> Option<T>,
) -> Option<T> {
    let at = fields.need(report, key)?;
    read(report, &at)
}
