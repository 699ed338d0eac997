//! Traces and logs as OTLP/JSON, for Jaeger, Tempo or a collector.
//!
//! The encoding is that of the OpenTelemetry protocol
//! (<https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding>): names
//! in lowerCamelCase, ids as hexadecimal digits, 64-bit integers as decimal
//! strings, enumerations as numbers. In: a lab's traces and logs, and the
//! instant that its clock began at. Out: text. It reads nothing.

mod logs;
mod traces;

use serde_json::{Map, Value as Json, json};

use crate::base::SimTime;
use crate::telemetry::trace::{Attribute, Value};

pub use logs::logs;
pub use traces::traces;

/// 2026-01-05T00:00:00Z, a Monday: what time zero of a run is taken for, in
/// nanoseconds since 1970.
pub const EPOCH: u64 = 1_767_571_200_000_000_000;

/// An instant as OTLP has it.
fn instant(at: SimTime) -> Json {
    Json::String((EPOCH + at.as_nanos()).to_string())
}

/// One attribute.
fn attribute((key, value): &Attribute) -> Json {
    let value = match value {
        Value::Text(text) => json!({ "stringValue": text }),
        Value::Int(number) => json!({ "intValue": number.to_string() }),
        Value::Flag(flag) => json!({ "boolValue": flag }),
    };
    json!({ "key": key, "value": value })
}

fn attributes(found: &[Attribute]) -> Json {
    Json::Array(found.iter().map(attribute).collect())
}

/// Who speaks.
fn scope() -> Json {
    json!({ "name": "xops-lab", "version": env!("CARGO_PKG_VERSION") })
}

/// An object out of pairs; what is absent is left out.
fn object(pairs: Vec<(&str, Option<Json>)>) -> Json {
    let present = pairs
        .into_iter()
        .filter_map(|(key, value)| Some((key.to_owned(), value?)));
    Json::Object(present.collect::<Map<_, _>>())
}

/// Things by resource, in the order of their first: an array of
/// `{resource, <scopes>: [{scope, <things>: [...]}]}`.
fn by_resource(found: Vec<(Vec<Attribute>, Json)>, scopes: &str, things: &str) -> Json {
    let mut groups: Vec<(Vec<Attribute>, Vec<Json>)> = Vec::new();
    let mut places = std::collections::BTreeMap::new();
    for (resource, thing) in found {
        let place = *places.entry(format!("{resource:?}")).or_insert_with(|| {
            groups.push((resource, Vec::new()));
            groups.len() - 1
        });
        groups[place].1.push(thing);
    }
    let groups = groups.into_iter().map(|(resource, of)| {
        json!({
            "resource": { "attributes": attributes(&resource) },
            scopes: [{ "scope": scope(), things: of }],
        })
    });
    Json::Array(groups.collect())
}
