//! The worlds that ship: calm when they are left alone, and each with ways to
//! fall over that can be found and cured.
//!
//! A run is repeated with `xops run WORLD --seed N --for 1d`; what breaks and
//! what cures a world is written here as `--commands` would take it.
#![allow(clippy::unwrap_used)]

mod support;

use std::fs;
use std::sync::Arc;

use xops_lab::base::{At, Report, Span, yaml};
use xops_lab::session::{Author, Scenario, Session, commands};

fn open(world: &str, seed: u64) -> Session {
    let path = format!("lessons/worlds/{world}.yaml");
    let text = fs::read_to_string(support::project().join(&path)).unwrap();
    let (scenario, warnings) = Scenario::read(&path, &text).unwrap();
    assert!(warnings.is_empty(), "{warnings}");
    Session::new(Arc::new(scenario), seed)
}

fn perform(session: &mut Session, script: &str) {
    let node = yaml::parse("script", script, &yaml::Limits::default()).unwrap();
    let mut report = Report::new("script", script);
    let read = commands(&mut report, &At::root(&node));
    for step in read.unwrap_or_else(|| panic!("{}", report.finish())) {
        wait(session, step.after);
        if let Some(command) = step.command {
            session.apply(Author::Learner, command).unwrap();
        }
    }
}

fn wait(session: &mut Session, span: Span) {
    session.advance(session.now() + span, u64::MAX);
}

/// Burn rate of the worse objective over the last five minutes.
fn burn(session: &Session) -> f64 {
    let view = session.view();
    let rates = view.slos.iter().filter_map(|slo| slo.burn.first()?.rate);
    rates.fold(0.0, f64::max)
}

/// For a whole day nobody does anything, on three seeds; every objective holds.
fn calm(world: &str) {
    for seed in 1..=3 {
        let mut session = open(world, seed);
        wait(&mut session, Span::from_hours(24));
        for slo in session.view().slos {
            let sli = slo.sli.unwrap();
            assert!(
                sli >= slo.target,
                "{world}, seed {seed}: {} is {sli:.3} after a day",
                slo.name
            );
        }
    }
}

/// Half an hour before the busiest hour `harm` makes a budget burn at least ten
/// times too fast, and half an hour after `cure` none burns faster than allowed.
fn falls(world: &str, hour: u64, ways: &[(&str, &str)]) {
    let mut busy = open(world, 5);
    wait(&mut busy, Span::from_hours(hour) - Span::from_mins(30));
    let before = burn(&busy);
    assert!(
        before <= 1.0,
        "{world} burns {before:.1} before anything happens"
    );
    for (harm, cure) in ways {
        let mut session = busy.clone();
        perform(&mut session, harm);
        let hurt = burn(&session);
        assert!(hurt >= 10.0, "{world}: {harm} burns only {hurt:.1}");
        perform(&mut session, cure);
        wait(&mut session, Span::from_mins(30));
        let healed = burn(&session);
        assert!(
            healed <= 1.0,
            "{world}: {harm}\n{cure}\nleave a burn of {healed:.1}"
        );
    }
}

#[test]
fn the_shop_is_calm_for_a_day() {
    calm("shop");
}

#[test]
fn the_startup_is_calm_for_a_day() {
    calm("startup");
}

#[test]
fn the_payment_company_is_calm_for_a_day() {
    calm("fintech");
}

#[test]
fn the_shop_falls_in_seven_ways_and_gets_up_again() {
    let ways = [
        (
            "[{inject: {service: cache, cache-limit: 0.01%}}, {after: 20m}]",
            "[{end-fault: 0}]",
        ),
        (
            "[{inject: {service: bank, latency: 6s}}, {after: 10m}]",
            "[{end-fault: 0}]",
        ),
        (
            "[{deploy: {service: payment, version: v2}}, {after: 40m}]",
            "[{roll-back: payment}]",
        ),
        (
            "[{zone: {name: a, act: lose}}, {after: 3m}]",
            "[{after: 10m}]",
        ),
        (
            "[{inject: {service: orders, stopped-partition: 3}}, {after: 40m}]",
            "[{end-fault: 0}]",
        ),
        ("[{load: 5}, {after: 10m}]", "[{load: 1}]"),
        (
            "[{inject: {service: products-db, slow-query: 1s}}, {after: 10m}]",
            "[{end-fault: 0}]",
        ),
    ];
    falls("shop", 19, &ways);
}

#[test]
fn the_startup_falls_in_six_ways_and_gets_up_again() {
    let ways = [
        (
            "[{deploy: {service: app, version: v2}}, {after: 20m}]",
            "[{roll-back: app}]",
        ),
        (
            "[{inject: {service: database, pod-failure: true}}, {after: 5m}]",
            "[{end-fault: 0}]",
        ),
        (
            "[{deploy: {service: app, version: v3}}, {after: 40m}]",
            "[{roll-back: app}]",
        ),
        ("[{load: 6}, {after: 10m}]", "[{load: 1}]"),
        (
            "[{flood: {rate: 120/s, for: 2h}}, {after: 10m}]",
            "[{block: crawler}]",
        ),
        (
            "[{inject: {service: database, lost-index: 40}}, {after: 10m}]",
            "[{end-fault: 0}]",
        ),
    ];
    falls("startup", 14, &ways);
}

#[test]
fn the_payment_company_falls_in_seven_ways_and_gets_up_again() {
    let ways = [
        (
            "[{inject: {region: north, node-loss: true}}, {after: 3m}]",
            "[{after: 4m}, {end-fault: 0}]",
        ),
        (
            "[{inject: {service: gateway, stale-dns: 60%}}, {inject: {region: north, node-loss: true}}, {after: 15m}]",
            "[{end-fault: 0}]",
        ),
        (
            "[{inject: {service: ledger, replication-lag: 2s}}, {after: 10m}]",
            "[{end-fault: 0}]",
        ),
        (
            "[{inject: {service: fraud, latency: 3s}}, {after: 10m}]",
            "[{end-fault: 0}]",
        ),
        (
            "[{inject: {service: ledger, slow-query: 2500ms}}, {after: 10m}]",
            "[{end-fault: 0}]",
        ),
        ("[{load: 6}, {after: 10m}]", "[{load: 1}]"),
        (
            "[{deploy: {service: payments, version: v3}}, {after: 60m}]",
            "[{roll-back: payments}]",
        ),
    ];
    falls("fintech", 13, &ways);
}
