//! Words for spans: names and attributes by OpenTelemetry's semantic
//! conventions 1.38 (<https://opentelemetry.io/docs/specs/semconv/>): HTTP,
//! database, messaging, service, Kubernetes and cloud. What they have no name
//! for stands under `xops.`.

use super::span::{CANCELLED, HEDGE, HIT, MISS, NoteKind, Span, SpanKind, Trace, UNFINISHED};
use crate::world::spec::Kind;
use crate::world::{How, NOWHERE, Outcome, Spot, WaitFor, World};

/// A value of an attribute.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// Text.
    Text(String),
    /// An integer.
    Int(i64),
    /// Yes or no.
    Flag(bool),
}

/// A name and its value.
pub type Attribute = (&'static str, Value);

/// Position of an entry's class, and of the service and route that it enters.
fn entry(world: &World, entry: u32) -> Option<(usize, usize, usize)> {
    let mut left = entry as usize;
    for (class, spec) in world.spec().traffic.classes.iter().enumerate() {
        match spec.mix.get(left) {
            Some(found) => return Some((class, found.to.service, found.to.route)),
            None => left -= spec.mix.len(),
        }
    }
    None
}

/// Name of a service.
pub(crate) fn service(world: &World, service: u32) -> &str {
    let spec = world.spec().services.get(service as usize);
    spec.map_or("?", |spec| spec.name.as_str())
}

fn kind_of(world: &World, service: u32) -> Kind {
    let spec = world.spec().services.get(service as usize);
    spec.map_or(Kind::Service, |spec| spec.kind)
}

/// Name of a service's route, by its number across all services.
pub(crate) fn route(world: &World, service: u32, route: u32) -> &str {
    let first = world.first_route(service as usize) as u32;
    let spec = world.spec().services.get(service as usize);
    let route = spec.and_then(|spec| spec.routes.get(route.wrapping_sub(first) as usize));
    route.map_or("?", |route| route.name.as_str())
}

/// The service that a route belongs to, by its number across all services.
fn owner(world: &World, route: u32) -> u32 {
    let count = world.spec().services.len();
    let first = |service: &usize| world.first_route(*service) as u32 <= route;
    (0..count).rev().find(first).unwrap_or(0) as u32
}

/// What is said of the requests of a root: the service and the route asked for.
pub fn asked(world: &World, root: &Span) -> (String, String) {
    if root.kind == SpanKind::Message {
        let of = owner(world, root.route);
        return (
            service(world, of).to_owned(),
            route(world, of, root.route).to_owned(),
        );
    }
    match entry(world, root.to) {
        Some((_, to, local)) => {
            let spec = &world.spec().services[to];
            (spec.name.clone(), spec.routes[local].name.clone())
        }
        None => Default::default(),
    }
}

/// Value of `service.name`: whose span it is.
pub fn service_name<'a>(world: &'a World, span: &Span) -> &'a str {
    match span.kind {
        SpanKind::Message if span.route != NOWHERE => service(world, owner(world, span.route)),
        _ if span.spot.service != NOWHERE => service(world, span.spot.service),
        SpanKind::Request => {
            let classes = &world.spec().traffic.classes;
            let class = entry(world, span.to).map(|(class, ..)| &classes[class]);
            class.map_or("client", |class| class.name.as_str())
        }
        _ => "client",
    }
}

/// The name of a span.
pub fn span_name(world: &World, span: &Span) -> String {
    match span.kind {
        SpanKind::Request => match entry(world, span.to) {
            Some((_, to, local)) => {
                let to = &world.spec().services[to];
                format!("{} /{}", to.name, to.routes[local].name)
            }
            None => "request".to_owned(),
        },
        SpanKind::Message => format!("process {}", service(world, span.to)),
        SpanKind::Serve => format!("/{}", route(world, span.spot.service, span.spot.route)),
        SpanKind::Call => {
            let (to, route) = (service(world, span.to), route(world, span.to, span.route));
            match kind_of(world, span.to) {
                Kind::Database => format!("{route} {to}"),
                Kind::Cache => format!("GET {to}"),
                Kind::Queue => format!("send {to}"),
                Kind::Gateway | Kind::Service | Kind::Dependency => format!("{to} /{route}"),
            }
        }
        SpanKind::Queue => "wait for a worker".to_owned(),
        SpanKind::Wait(what) => format!("wait for {} {}", wait(what), service(world, span.to)),
    }
}

fn wait(what: WaitFor) -> &'static str {
    match what {
        WaitFor::Connection => "a connection to",
        WaitFor::Row => "a row of",
        WaitFor::Fetch => "another's fetch for",
        WaitFor::Room => "room in",
        WaitFor::Bulkhead => "the bulkhead to",
    }
}

/// OTLP's number of a span's kind: 1 internal, 2 server, 3 client, 4 producer, 5 consumer.
pub fn span_kind(world: &World, span: &Span) -> u8 {
    match span.kind {
        SpanKind::Request | SpanKind::Queue | SpanKind::Wait(_) => 1,
        SpanKind::Serve => 2,
        SpanKind::Call if kind_of(world, span.to) == Kind::Queue => 4,
        SpanKind::Call => 3,
        SpanKind::Message => 5,
    }
}

/// Status code of an answer.
pub fn status_code(outcome: Outcome) -> u16 {
    match outcome {
        Outcome::Ok => 200,
        Outcome::Error => 500,
        Outcome::TimedOut => 504,
        Outcome::Overloaded | Outcome::Unavailable => 503,
        Outcome::Limited => 429,
    }
}

/// Value of `error.type`; nothing where all went well.
pub fn error_type(outcome: Outcome) -> Option<&'static str> {
    match outcome {
        Outcome::Ok => None,
        Outcome::Error => Some("500"),
        Outcome::TimedOut => Some("timeout"),
        Outcome::Overloaded => Some("503"),
        Outcome::Unavailable => Some("unavailable"),
        Outcome::Limited => Some("429"),
    }
}

/// What identifies a place: `service.name` and where its pod runs.
pub fn resource(world: &World, name: &str, spot: &Spot) -> Vec<Attribute> {
    let mut found = vec![("service.name", Value::Text(name.to_owned()))];
    let Some(spec) = world.spec().services.get(spot.service as usize) else {
        return found;
    };
    if let Some(version) = spec.versions.get(spot.version as usize) {
        found.push(("service.version", Value::Text(version.name.clone())));
    }
    if spot.pod != NOWHERE {
        let pod = Value::Text(format!("{}-{}", spec.name, spot.pod));
        found.push(("k8s.pod.name", pod));
    }
    let zones = world.spec().topology.as_ref().map(|found| &found.zones);
    if let Some(zone) = zones.and_then(|zones| zones.get(spot.zone as usize)) {
        let name = Value::Text(zone.name.clone());
        found.push(("cloud.availability_zone", name));
        found.push(("cloud.region", Value::Text(zone.region.clone())));
    }
    found
}

/// What is said of a span; `methods` are the HTTP methods by number of the route
/// ([`methods`](crate::telemetry::scrape::methods)).
pub fn attributes(world: &World, methods: &[&'static str], span: &Span) -> Vec<Attribute> {
    let mut found: Vec<Attribute> = Vec::new();
    let mut put = |key, value| found.push((key, value));
    let text = |text: &str| Value::Text(text.to_owned());
    let method =
        |route: u32| Value::Text((*methods.get(route as usize).unwrap_or(&"GET")).to_owned());
    match span.kind {
        SpanKind::Serve => {
            let spot = span.spot;
            let path = format!("/{}", route(world, spot.service, spot.route));
            // Only what speaks HTTP; what a database does is told by who asked it.
            if matches!(kind_of(world, spot.service), Kind::Gateway | Kind::Service) {
                put("http.request.method", method(spot.route));
                put("http.route", Value::Text(path));
                if let Some(outcome) = span.outcome {
                    let code = i64::from(status_code(outcome));
                    put("http.response.status_code", Value::Int(code));
                }
            }
        }
        SpanKind::Call => {
            let (to, path) = (service(world, span.to), route(world, span.to, span.route));
            match kind_of(world, span.to) {
                Kind::Database => {
                    put("db.system.name", text("postgresql"));
                    put("db.namespace", text(to));
                    put("db.operation.name", text(path));
                }
                Kind::Cache => {
                    put("db.system.name", text("redis"));
                    put("db.operation.name", text("GET"));
                    if span.flags & (HIT | MISS) != 0 {
                        put("xops.cache.hit", Value::Flag(span.has(HIT)));
                    }
                }
                Kind::Queue => {
                    put("messaging.system", text("kafka"));
                    put("messaging.destination.name", text(to));
                    put("messaging.operation.name", text("send"));
                    put("messaging.operation.type", text("send"));
                }
                Kind::Gateway | Kind::Service | Kind::Dependency => {
                    put("http.request.method", method(span.route));
                    put("url.template", Value::Text(format!("/{path}")));
                    if let Some(outcome) = span.outcome
                        && outcome != Outcome::TimedOut
                    {
                        let code = i64::from(status_code(outcome));
                        put("http.response.status_code", Value::Int(code));
                    }
                    if span.attempt > 1 {
                        let before = i64::from(span.attempt) - 1;
                        put("http.request.resend_count", Value::Int(before));
                    }
                }
            }
            put("server.address", text(to));
            if span.has(HEDGE) {
                put("xops.hedge", Value::Flag(true));
            }
        }
        SpanKind::Message => {
            put("messaging.system", text("kafka"));
            put("messaging.destination.name", text(service(world, span.to)));
            put("messaging.operation.name", text("process"));
            put("messaging.operation.type", text("process"));
            let group = service_name(world, span);
            put("messaging.consumer.group.name", text(group));
            if span.attempt > 0 {
                let before = Value::Int(i64::from(span.attempt));
                put("xops.messaging.redeliveries", before);
            }
        }
        SpanKind::Wait(WaitFor::Connection) => {
            let pool = text(service(world, span.to));
            put("db.client.connection.pool.name", pool);
        }
        SpanKind::Request | SpanKind::Queue | SpanKind::Wait(_) => {}
    }
    if span.failed()
        && let Some(kind) = span.outcome.and_then(error_type)
    {
        put("error.type", text(kind));
    }
    if span.has(CANCELLED) {
        put("xops.cancelled", Value::Flag(true));
    }
    if span.has(UNFINISHED) {
        put("xops.unfinished", Value::Flag(true));
    }
    found
}

/// What a policy or a pod that turns requests away says of itself.
pub(crate) fn refusal(how: How) -> &'static str {
    match how {
        How::QueueFull => "queue full",
        How::BreakerOpen => "breaker open",
        How::BulkheadFull => "bulkhead full",
        How::Shed => "load shed",
        How::RateLimited => "rate limit reached",
        How::Limited => "concurrency limit reached",
        How::Dropped => "waited too long in the queue",
        _ => "refused",
    }
}

/// The events of one span: when, their name, what is said of them.
pub fn events(world: &World, trace: &Trace, place: u16) -> Vec<(u64, String, Vec<Attribute>)> {
    let of = trace.notes.iter().filter(|note| note.span == place);
    of.map(|note| {
        let mut about = Vec::new();
        if note.to != NOWHERE {
            let to = service(world, note.to).to_owned();
            about.push(("server.address", Value::Text(to)));
        }
        let name = match note.kind {
            NoteKind::Retry(attempt, most) => {
                about.push(("xops.attempt", Value::Int(i64::from(attempt))));
                about.push(("xops.attempts", Value::Int(i64::from(most))));
                "retry".to_owned()
            }
            NoteKind::BreakerOpened => "breaker opened".to_owned(),
            NoteKind::Denied(how) | NoteKind::Rejected(how) => refusal(how).to_owned(),
            NoteKind::TimedOut => "timeout".to_owned(),
        };
        (note.at.as_nanos(), name, about)
    })
    .collect()
}
