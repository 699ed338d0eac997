//! What emerges from the rules, and what cures it; what a file may not say.

use crate::caches::cached;
use crate::databases::pooled;
use crate::front;
use crate::streams::{depending, queued};
use crate::watched::{Seen, inject, is_sound, try_spec, watch, world};
use xops_lab::world::{Cause, FaultKind, Outcome};

/// Users ask for things by Zipf's law; the database can fetch twenty a second.
fn stampeding(coalesce: bool) -> String {
    cached(
        "200/s",
        "capacity: 1000",
        &format!("keys: {{count: 200, zipf: 1.1}}, coalesce: {coalesce}"),
    )
    .replace("{query: db/read}", "{query: {to: db/read, timeout: 2s}}")
    .replace(
        "    workers: 1000
    queue: 0
    routes:
      read: []",
        "    workers: 8
    queue: 40
    routes:
      read: [{work: 200ms}]",
    )
}

#[test]
fn a_flush_starts_a_stampede_that_coalescing_cures() {
    let after_flush = |coalesce: bool| -> (Seen, Seen) {
        let mut world = world(&stampeding(coalesce), 1);
        watch(&mut world, 300);
        let calm = watch(&mut world, 60);
        inject(&mut world, FaultKind::CacheFlush, "cache", &[], 0);
        let seen = watch(&mut world, 10);
        assert_eq!(watch(&mut world, 60).failed, 0, "it is over");
        (calm, seen)
    };
    let (calm, wild) = after_flush(false);
    assert_eq!(calm.failed, 0);
    let (calm, tame) = after_flush(true);
    assert_eq!(calm.failed, 0);
    // The same hundred popular things: once each, or by everyone who asks.
    assert!(
        wild.failed > 50 && wild.failed > 2 * tame.failed,
        "{} and {}",
        wild.failed,
        tame.failed
    );
    assert!(
        wild.served(2) > tame.served(2) * 5 / 4,
        "{} and {}",
        wild.served(2),
        tame.served(2)
    );
}

/// Two kinds of queries through one pool: many that are fast, a few reports.
fn sharing(size: u32, timeout: &str) -> String {
    format!(
        "title: one pool
about: reports and pages share a pool
traffic:
  rate: 55/s
  patience: 5s
  mix:
    - {{route: front/page, weight: 10}}
    - {{route: front/report, weight: 1}}
services:
  front:
    about: asks
    kind: gateway
    replicas: 1
    workers: 1000
    queue: 1000
    pools: {{db: {{size: {size}, wait: 500ms}}}}
    routes:
      page: [{{query: db/read}}]
      report: [{{query: {{to: db/scan{timeout}}}}}]
  db:
    about: keeps
    kind: database
    replicas: 1
    workers: 100
    queue: 100
    database: {{connections: 200}}
    routes:
      read: [{{work: 10ms}}]
      scan: [{{work: 100ms}}]
"
    )
}

#[test]
fn a_slow_query_takes_the_whole_pool_unless_the_pool_or_a_timeout_prevents_it() {
    let pages_failed = |size: u32, timeout: &str| {
        let mut world = world(&sharing(size, timeout), 1);
        assert_eq!(watch(&mut world, 60).failed, 0);
        let mut fault = xops_lab::world::FaultSpec::usual(FaultKind::SlowQuery, "db");
        fault.values = vec![4.0];
        fault.target.route = Some("scan".to_owned());
        world.inject(&fault, &mut Seen::default()).unwrap();
        watch(&mut world, 30);
        let seen = watch(&mut world, 120);
        world.end_fault(0).unwrap();
        watch(&mut world, 30);
        assert_eq!(watch(&mut world, 60).failed, 0, "it is over");
        is_sound(&world);
        // What fails beyond the reports themselves, and whom the engine blames.
        (seen.failed_share(), seen)
    };
    // Five reports a second of four seconds each want twenty connections.
    let (share, seen) = pages_failed(10, "");
    assert!(share > 0.4, "{share}");
    let fault = |cause: &Cause| matches!(cause, Cause::Fault(0));
    assert!(
        seen.blamed(fault) > seen.failed * 9 / 10,
        "{:?}",
        seen.causes
    );
    let (share, _) = pages_failed(60, "");
    assert!(share < 0.01, "a pool of sixty: {share}");
    let (share, _) = pages_failed(10, ", timeout: 300ms");
    assert!(
        share < 0.11,
        "only reports fail where they time out: {share}"
    );
}

/// Every problem of a world, which must be refused.
fn refused(text: &str, wanted: &[&str]) {
    let problems = try_spec(text).expect_err("to be refused");
    for wanted in wanted {
        assert!(
            problems.contains(wanted),
            "`{wanted}` is not in:\n{problems}"
        );
    }
}

#[test]
fn what_cannot_be_is_refused_with_a_reason() {
    refused(
        &pooled("1/s", 0, "1s", "1ms", "connections: 0, writes: [put]"),
        &[
            "0 is below the least value 1",
            "no route of this database is called `put`",
        ],
    );
    refused(
        &pooled("1/s", 1, "1s", "1ms", "replication: {failover: 1s}"),
        &["nothing is written that could be replicated"],
    );
    refused(
        &cached("1/s", "eviction: mru", "keys: {count: 0}, jitter: 10%").replace("query:", "call:"),
        &[
            "the field `capacity` is missing",
            "`mru` is not one of the words",
            "0 is below the least value 1",
            "there is no time to live to shorten",
            "a call does not go to a database",
        ],
    );
    refused(
        &queued(
            "1/s",
            "partitions: 1000, bound: 100000",
            "visibility: 1s, at-once: 3, ordered: true",
            "[]",
        ),
        &["3 is above the greatest value 1"],
    );
    refused(
        &queued(
            "1/s",
            "partitions: 1000, bound: 100000",
            "visibility: 1s",
            "[]",
        ),
        &["together make 100000000 messages"],
    );
    refused(
        &depending(
            "1/s",
            "quota: {rate: 0/s}, maintenance: [{from: 0s, lasts: 1h, every: 1h}]",
        ),
        &["a quota of nothing", "it begins again before it has ended"],
    );
    refused(
        &front("1/s", "[{lock: {rows: 3}}]", "    dependency: {}\n"),
        &["only a dependency has `dependency`"],
    );
    refused(
        &front("1/s", "[{lock: {rows: 3}}]", ""),
        &["only a database has rows to lock"],
    );
}

#[test]
fn an_outcome_tells_refusals_from_failures() {
    struct Outcomes(Vec<Outcome>);
    impl xops_lab::world::Probe for Outcomes {
        fn served(&mut self, _: xops_lab::world::Served) {}
        fn attempted(&mut self, attempted: xops_lab::world::Attempted) {
            self.0.push(attempted.outcome);
        }
        fn user_done(&mut self, _: xops_lab::world::UserDone) {}
        fn happened(&mut self, _: xops_lab::base::SimTime, _: xops_lab::world::Happening) {}
    }
    let mut outcomes = Outcomes(Vec::new());
    let text = depending(
        "20/s",
        "quota: {rate: 1/s}, maintenance: [{from: 10s, lasts: 1h}]",
    );
    let mut world = world(&text, 1);
    world.run_until(
        xops_lab::base::SimTime::from_secs(20),
        u64::MAX,
        &mut outcomes,
    );
    assert!(outcomes.0.contains(&Outcome::Limited), "429 is a refusal");
    assert_eq!(
        outcomes.0.last(),
        Some(&Outcome::Unavailable),
        "and 503 is another"
    );
}
