//! `TracesData`.

use serde_json::{Value as Json, json};

use super::{attributes, by_resource, instant, object};
use crate::telemetry::scrape::methods;
use crate::telemetry::trace::{
    self, NONE, Trace, marked, resource, service_name, span_id, span_kind, span_name, trace_id,
};
use crate::world::{Outcome, World};

/// OTLP's number of a status: 0 unset, 2 error.
const ERROR: u8 = 2;

/// Traces as one `TracesData` message; `seed` is what ids are made of.
pub fn traces<'a>(world: &World, seed: u64, found: impl Iterator<Item = &'a Trace>) -> String {
    let methods = methods(world);
    let mut spans = Vec::new();
    for trace in found {
        for place in 0..trace.spans.len() as u16 {
            let span = &trace.spans[place as usize];
            let name = service_name(world, span);
            let resource = resource(world, name, &span.spot);
            spans.push((resource, span_of(world, &methods, seed, trace, place)));
        }
    }
    json!({ "resourceSpans": by_resource(spans, "scopeSpans", "spans") }).to_string()
}

fn span_of(world: &World, methods: &[&'static str], seed: u64, trace: &Trace, place: u16) -> Json {
    let span = &trace.spans[place as usize];
    let parent = (span.parent != NONE).then(|| span_id(seed, trace.number, span.parent).into());
    let events: Vec<Json> = trace::events(world, trace, place)
        .iter()
        .map(|(at, name, about)| {
            json!({
                "timeUnixNano": (super::EPOCH + at).to_string(),
                "name": name,
                "attributes": attributes(about),
            })
        })
        .collect();
    let link = marked(trace.mark).filter(|_| place == 0).map(|(number, of)| {
        json!([{ "traceId": trace_id(seed, number), "spanId": span_id(seed, number, of) }])
    });
    let kind = span_kind(world, span);
    // A server's 4xx is the client's fault and leaves the status unset.
    let servers = kind == 2 && span.outcome == Some(Outcome::Limited);
    let status = (span.failed() && !servers).then(|| json!({ "code": ERROR }));
    object(vec![
        ("traceId", Some(trace_id(seed, trace.number).into())),
        ("spanId", Some(span_id(seed, trace.number, place).into())),
        ("parentSpanId", parent),
        ("name", Some(span_name(world, span).into())),
        ("kind", Some(kind.into())),
        ("startTimeUnixNano", Some(instant(span.start))),
        ("endTimeUnixNano", Some(instant(span.end))),
        (
            "attributes",
            Some(attributes(&trace::attributes(world, methods, span))),
        ),
        (
            "events",
            (!events.is_empty()).then_some(Json::Array(events)),
        ),
        ("links", link),
        ("status", status),
    ])
}
