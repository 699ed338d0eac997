//! `LogsData`.

use serde_json::json;

use super::{attributes, by_resource, instant, object};
use crate::telemetry::logs::Record;
use crate::telemetry::trace::{Value, resource, span_id, trace_id};
use crate::world::{NOWHERE, World};

/// Lines as one `LogsData` message; `seed` is what ids are made of.
pub fn logs<'a>(world: &World, seed: u64, found: impl Iterator<Item = &'a Record>) -> String {
    let lines = found.map(|record| {
        let level = record.level();
        let body = json!({ "stringValue": record.text(world) });
        let repeats = ("xops.repeats", Value::Int(i64::from(record.repeats)));
        let about = if record.repeats > 0 {
            vec![repeats]
        } else {
            Vec::new()
        };
        let context = record.context.map(|(number, place)| {
            let trace = trace_id(seed, number);
            let span = (place != u16::MAX).then(|| span_id(seed, number, place).into());
            (trace, span)
        });
        let (trace, span) = match context {
            Some((trace, span)) => (Some(trace.into()), span),
            None => (None, None),
        };
        let line = object(vec![
            ("timeUnixNano", Some(instant(record.at))),
            ("observedTimeUnixNano", Some(instant(record.at))),
            ("severityNumber", Some(level.severity().into())),
            ("severityText", Some(level.word().into())),
            ("body", Some(body)),
            ("attributes", Some(attributes(&about))),
            ("traceId", trace),
            ("spanId", span),
        ]);
        let name = record.service(world);
        let mut spot = record.spot;
        if name == crate::telemetry::logs::CONTROL_PLANE {
            spot.service = NOWHERE;
        }
        (resource(world, name, &spot), line)
    });
    json!({ "resourceLogs": by_resource(lines.collect(), "scopeLogs", "logRecords") }).to_string()
}
