//! Traces and logs of the worlds that ship, whatever goes wrong in them.
#![allow(clippy::unwrap_used)]

mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::sync::Arc;

use serde_json::Value;
use xops_lab::base::{Ratio, Span, Stream};
use xops_lab::formats::otlp;
use xops_lab::session::{Author, Command, Scenario, Session};
use xops_lab::telemetry::logs::Level;
use xops_lab::telemetry::trace::{
    DETACHED, NONE, Sampling, SpanKind, Trace, rows, span_id, trace_id,
};
use xops_lab::world::fault::CATALOGUE;
use xops_lab::world::{FaultKind, FaultSpec};

const WORLDS: [&str; 5] = ["corner", "fintech", "shop", "startup", "tickets"];

fn open(world: &str, seed: u64) -> Session {
    let path = format!("lessons/worlds/{world}.yaml");
    let text = fs::read_to_string(support::project().join(&path)).unwrap();
    let (scenario, _) = Scenario::read(&path, &text).unwrap();
    Session::new(Arc::new(scenario), seed)
}

fn wait(session: &mut Session, span: Span) {
    session.advance(session.now() + span, u64::MAX);
}

fn every() -> Sampling {
    Sampling {
        head: Ratio::new(1.0).unwrap(),
        tail: Ratio::new(1.0).unwrap(),
        ..Sampling::usual()
    }
}

/// Ten minutes in which a new fault is tried every 40 seconds at a service
/// drawn from `seed`; how many began.
fn stormy(session: &mut Session, seed: u64) -> usize {
    let mut draws = Stream::named(seed, "storm");
    let services: Vec<String> = {
        let spec = session.world().spec();
        spec.services
            .iter()
            .map(|found| found.name.clone())
            .collect()
    };
    let mut begun = 0;
    for _ in 0..15 {
        for _ in 0..10 {
            let kind = CATALOGUE[draws.below(CATALOGUE.len() as u32) as usize].kind;
            let service = &services[draws.below(services.len() as u32) as usize];
            let fault = FaultSpec::usual(kind, service);
            if session
                .apply(Author::Learner, Command::Inject { fault })
                .is_ok()
            {
                begun += 1;
                break;
            }
        }
        wait(session, Span::from_secs(40));
    }
    begun
}

/// Everything that must hold of a trace, or what does not.
fn flaw(trace: &Trace) -> Option<String> {
    let Some(root) = trace.root() else {
        return Some("no root".to_owned());
    };
    if root.parent != NONE || !matches!(root.kind, SpanKind::Request | SpanKind::Message) {
        return Some(format!("odd root {root:?}"));
    }
    for (place, span) in trace.spans.iter().enumerate().skip(1) {
        let Some(parent) = trace.spans.get(span.parent as usize) else {
            return Some(format!("{place} is a second root"));
        };
        if span.parent as usize >= place {
            return Some(format!("{place} stands before its parent"));
        }
        if span.end < span.start {
            return Some(format!("{place} ends before it starts"));
        }
        if span.start < parent.start {
            return Some(format!(
                "{place} starts before its parent: {span:?} {parent:?}"
            ));
        }
        if span.end > parent.end && span.flags & DETACHED == 0 {
            return Some(format!("{place} outlives its parent: {span:?} {parent:?}"));
        }
    }
    if let Some(note) = trace.notes.iter().find(|note| {
        let span = trace.spans.get(note.span as usize);
        span.is_none_or(|span| note.at < span.start)
    }) {
        return Some(format!("{note:?} stands outside its span"));
    }
    let rows = rows(trace);
    let critical: u64 = rows.iter().map(|row| row.critical.as_nanos()).sum();
    if critical != root.length().as_nanos() {
        return Some(format!(
            "critical path of {critical} ns in {:?}",
            root.length()
        ));
    }
    (rows.len() != trace.spans.len()).then(|| "a span is not in the tree".to_owned())
}

#[test]
fn every_trace_is_a_well_formed_tree_whatever_goes_wrong() {
    // 5 worlds, 4 seeds, up to 15 faults of any kind in ten minutes each.
    let (mut traces, mut spans, mut begun, mut failed) = (0, 0, 0, 0);
    let mut kinds = BTreeSet::new();
    for world in WORLDS {
        for seed in 1..=4 {
            let mut session = open(world, seed);
            session.sample(every());
            begun += stormy(&mut session, seed);
            let mut ids = BTreeSet::new();
            for trace in session.tracer().traces() {
                if let Some(flaw) = flaw(trace) {
                    panic!("{world}, seed {seed}, request {}: {flaw}", trace.number);
                }
                traces += 1;
                spans += trace.spans.len();
                failed += usize::from(trace.spans.iter().any(|span| span.failed()));
                assert!(ids.insert(trace_id(seed, trace.number)));
                for (place, span) in trace.spans.iter().enumerate() {
                    kinds.insert(format!("{:?}", span.kind));
                    let id = span_id(seed, trace.number, place as u16);
                    assert!(ids.insert(id), "an id twice");
                }
            }
            let tally = session.tracer().tally();
            assert!(tally.kept > 0 && session.tracer().spans() <= every().spans);
        }
    }
    println!("{traces} traces, {spans} spans, {failed} failed, {begun} faults, {kinds:?}");
    assert!(traces > 10_000 && failed > 1_000 && begun > 150);
    for kind in [
        "Request",
        "Message",
        "Call",
        "Serve",
        "Queue",
        "Wait(Connection)",
    ] {
        assert!(kinds.contains(kind), "no span of kind {kind}");
    }
}

#[test]
fn the_world_takes_the_same_course_whatever_is_sampled() {
    for world in ["shop", "tickets"] {
        let digest = |sampling| {
            let mut session = open(world, 9);
            session.sample(sampling);
            stormy(&mut session, 9);
            session.digest()
        };
        let nothing = digest(Sampling::OFF);
        assert_eq!(nothing, digest(every()), "{world}");
        assert_eq!(nothing, digest(Sampling::usual()), "{world}");
    }
}

#[test]
fn a_share_is_kept_at_the_head_and_what_failed_at_the_tail() {
    let mut session = open("shop", 3);
    let fault = FaultSpec::usual(FaultKind::Abort, "payment");
    session
        .apply(Author::Learner, Command::Inject { fault })
        .unwrap();
    let tenth = Sampling {
        head: Ratio::new(0.1).unwrap(),
        tail: Ratio::new(0.1).unwrap(),
        spans: 1_000_000,
        ..Sampling::OFF
    };
    session.sample(tenth);
    wait(&mut session, Span::from_mins(10));
    let tally = session.tracer().tally();
    let all: u64 = session.world().users().offered;
    let share = tally.followed as f64 / all as f64;
    println!("{all} requests, {tally:?}");
    // Messages are followed as well, each by its own lot.
    assert!(share > 0.08 && share < 0.4, "{share}");
    assert_eq!(tally.evicted, 0);
    let failed = session
        .tracer()
        .traces()
        .filter(|t| t.root().unwrap().failed());
    assert!(failed.count() > 10);
    let calm = Sampling {
        head: Ratio::ZERO,
        ..every()
    };
    let mut session = open("shop", 3);
    session.sample(calm);
    wait(&mut session, Span::from_mins(10));
    let tally = session.tracer().tally();
    assert!(tally.kept * 4 < tally.followed, "{tally:?}");
    assert!(tally.kept > 20, "{tally:?}");
}

#[test]
fn a_request_given_up_by_its_caller_is_detached_and_goes_on() {
    let mut session = open("shop", 5);
    session.sample(every());
    let mut fault = FaultSpec::usual(FaultKind::Latency, "payment");
    fault.values[0] = 30.0;
    session
        .apply(Author::Learner, Command::Inject { fault })
        .unwrap();
    wait(&mut session, Span::from_mins(5));
    let spans = session.tracer().traces().flat_map(|trace| &trace.spans);
    let detached = spans.filter(|span| span.has(DETACHED)).count();
    assert!(detached > 10, "{detached}");
}

#[test]
fn logs_name_what_was_called_and_carry_the_trace() {
    let mut session = open("shop", 3);
    session.sample(every());
    let mut fault = FaultSpec::usual(FaultKind::Latency, "payment");
    fault.values[0] = 5.0;
    session
        .apply(Author::Learner, Command::Inject { fault })
        .unwrap();
    wait(&mut session, Span::from_mins(5));
    let world = session.world();
    let lines: Vec<String> = session
        .logs()
        .found(session.now())
        .filter(|record| record.level() >= Level::Warn)
        .map(|record| format!("{} {}", record.service(world), record.text(world)))
        .collect();
    assert!(
        lines
            .iter()
            .any(|line| line.starts_with("checkout ") && line.contains("payment")),
        "{lines:#?}"
    );
    // No writer knows that there is a fault.
    assert!(lines.iter().all(|line| !line.contains("fault")));
    let traced = session
        .logs()
        .found(session.now())
        .find(|r| r.context.is_some());
    let (number, place) = traced.unwrap().context.unwrap();
    assert_eq!(trace_id(3, number).len(), 32);
    let kept = session.logs().found(session.now()).filter_map(|record| {
        let (number, place) = record.context?;
        Some((session.tracer().trace(number)?.spans.len(), place))
    });
    let kept: Vec<_> = kept.collect();
    assert!(!kept.is_empty() && place != NONE);
    assert!(
        kept.iter()
            .all(|(spans, place)| usize::from(*place) < *spans)
    );
    assert!(session.logs().bytes() > 1_000);
}

/// What is wrong with a message of OTLP/JSON, beside examples of which each
/// key and the type of its value are known.
fn unlike(found: &Value, known: &mut dyn FnMut(&str) -> Option<char>, path: &str) -> Vec<String> {
    match found {
        Value::Array(items) => items
            .iter()
            .flat_map(|item| unlike(item, known, path))
            .collect(),
        Value::Object(fields) => {
            let mut wrong = Vec::new();
            for (key, value) in fields {
                let kind = known(key);
                if kind.is_some_and(|kind| kind != kind_of(value)) {
                    wrong.push(format!("{path}.{key}: {value}"));
                } else if kind.is_none() && !MORE.contains(&key.as_str()) {
                    wrong.push(format!("{path}.{key} is not in the examples"));
                }
                wrong.extend(unlike(value, known, key));
            }
            wrong
        }
        _ => Vec::new(),
    }
}

/// Keys of the protocol that the examples do not show.
const MORE: [&str; 4] = ["events", "links", "status", "code"];

fn kind_of(value: &Value) -> char {
    match value {
        Value::String(_) => 's',
        Value::Number(_) => 'n',
        Value::Bool(_) => 'b',
        Value::Array(_) => 'a',
        Value::Object(_) => 'o',
        Value::Null => '0',
    }
}

fn keys(value: &Value, into: &mut BTreeMap<String, char>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| keys(item, into)),
        Value::Object(fields) => {
            for (key, value) in fields {
                into.insert(key.clone(), kind_of(value));
                keys(value, into);
            }
        }
        _ => {}
    }
}

#[test]
fn exports_have_the_keys_and_types_of_the_protocols_own_examples() {
    let mut session = open("shop", 4);
    session.sample(every());
    stormy(&mut session, 3);
    let traces = otlp::traces(session.world(), 4, session.tracer().traces().take(300));
    let logs = otlp::logs(session.world(), 4, session.logs().found(session.now()));
    let read = |text: &str| serde_json::from_str::<Value>(text).unwrap();
    let (traces, logs) = (read(&traces), read(&logs));
    let mut spans = 0;
    for resource in traces["resourceSpans"].as_array().unwrap() {
        let first = &resource["resource"]["attributes"][0];
        assert_eq!(first["key"], "service.name");
        for span in resource["scopeSpans"][0]["spans"].as_array().unwrap() {
            spans += 1;
            let hex = |key: &str, length: usize| {
                let id = span[key].as_str().unwrap();
                assert!(
                    id.len() == length && id.bytes().all(|b| b.is_ascii_hexdigit()),
                    "{id}"
                );
            };
            hex("traceId", 32);
            hex("spanId", 16);
            let nanos = |key: &str| span[key].as_str().unwrap().parse::<u64>().unwrap();
            assert!(nanos("startTimeUnixNano") >= otlp::EPOCH);
            assert!(nanos("endTimeUnixNano") >= nanos("startTimeUnixNano"));
            assert!((1..=5).contains(&span["kind"].as_u64().unwrap()));
        }
    }
    assert!(spans > 1_000);
    let Some(folder) = support::conformance() else {
        return;
    };
    // Both share attributes and times, so each is held against both examples.
    let mut known = BTreeMap::new();
    for file in ["trace.json", "logs.json"] {
        let example = fs::read_to_string(folder.join("otlp").join(file)).unwrap();
        keys(&read(&example), &mut known);
    }
    for (found, path) in [(traces, "traces"), (logs, "logs")] {
        let wrong = unlike(&found, &mut |key| known.get(key).copied(), path);
        let few: Vec<_> = wrong.iter().take(5).collect();
        assert!(wrong.is_empty(), "{few:?}");
    }
}
