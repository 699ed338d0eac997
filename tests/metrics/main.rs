//! The metrics that a simulated Prometheus has of a world, held against what
//! happened by another route: a probe that keeps every duration, the world's
//! own counts, and the meters behind the charts.

mod boards;
mod faults;
mod names;
mod truth;
mod world;

use std::sync::Arc;

use xops_lab::base::{At, Report, SimTime, Span, yaml};
use xops_lab::engine::Progress;
use xops_lab::promql::{Options, Query, Value};
use xops_lab::session::{Author, Scenario, Session, commands};

/// Two services and a database; `telemetry` stands in the world file.
fn scenario(telemetry: &str) -> Scenario {
    match Scenario::read("test.yaml", &text(telemetry)) {
        Ok((scenario, _)) => scenario,
        Err(problems) => panic!("{problems}"),
    }
}

fn text(telemetry: &str) -> String {
    format!(
        "format: xops-world/1
title: test
about: front asks back, back asks a database
scale: 10
telemetry: {telemetry}
traffic:
  rate: 20/s
  patience: 5s
  mix: [{{route: front/buy, weight: 1, value: 2.50}}, {{route: front/look, weight: 3}}]
services:
  front:
    kind: gateway
    about: asks back
    replicas: 2
    workers: 16
    queue: 16
    start-up: 10s
    routes:
      buy: [{{work: {{exponential: {{mean: 20ms}}}}}}, {{call: {{to: back/save, timeout: 2s}}}}]
      look: [{{work: {{exponential: {{mean: 10ms}}}}}}]
  back:
    about: asks the database
    replicas: 2
    workers: 8
    queue: 8
    start-up: 10s
    routes:
      save: [{{work: {{lognormal: {{p50: 30ms, p99: 900ms}}}}}}, {{query: db/write}}]
  db:
    kind: database
    about: keeps it
    replicas: 1
    workers: 32
    queue: 32
    start-up: 10s
    database: {{writes: [write]}}
    routes:
      write: [{{work: 3ms}}]
"
    )
}

fn lab(telemetry: &str, seed: u64) -> Session {
    Session::new(Arc::new(scenario(telemetry)), seed)
}

fn run(session: &mut Session, seconds: u64) {
    let until = SimTime::ZERO + Span::from_secs(seconds);
    assert_eq!(session.advance(until, u64::MAX), Progress::Reached);
}

/// The one number that a query finds at the present instant.
fn number(session: &Session, query: &str) -> f64 {
    let found = vector(session, query);
    assert_eq!(found.len(), 1, "{query}: {found:?}");
    found[0].1
}

/// Every series that a query finds at the present instant.
fn vector(session: &Session, query: &str) -> Vec<(String, f64)> {
    let now = (session.now().as_nanos() / 1_000_000) as i64;
    let parsed = Query::new(query, &Options::default()).unwrap_or_else(|e| panic!("{query}: {e}"));
    match parsed.instant(session.store(), now) {
        Ok(answer) => match answer.value {
            Value::Vector(found) => found
                .into_iter()
                .map(|(labels, value)| (labels.to_string(), value))
                .collect(),
            Value::Scalar(value) => vec![(String::new(), value)],
            other => panic!("{query}: {other:?}"),
        },
        Err(error) => panic!("{query}: {error}"),
    }
}

/// Carries out a command that must not be refused.
fn act(session: &mut Session, command: &str) {
    let node = yaml::parse("commands", command, &yaml::Limits::default()).expect("valid YAML");
    let mut report = Report::new("commands", command);
    let read = commands(&mut report, &At::root(&node)).unwrap_or_else(|| panic!("{command}"));
    for command in read.into_iter().filter_map(|scripted| scripted.command) {
        let done = session.apply(Author::Learner, command);
        assert!(done.is_ok(), "{done:?}");
    }
}
