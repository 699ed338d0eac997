//! What is worked out about a world on paper, against running it. Seed 3; the
//! tolerances are stated beside the figures and are some five standard errors.

mod support;

use std::fs;

use support::project;
use xops_lab::base::{SimTime, Span};
use xops_lab::session::{Scenario, Session};
use xops_lab::world::Forecast;

/// Clients of every kind: a share of the common rate, a rate of their own, a
/// closed loop. So many workers that hardly anybody waits.
const CLASSES: &str = "\
format: xops-world/1
title: Classes
about: Three kinds of clients.
traffic:
  rate: 20/s
  mix: [{route: shop/browse}]
  classes:
    web: {share: 1}
    crawler: {kind: bots, rate: 5/s}
    app:
      users:
        count: 60
        think: {exponential: {mean: 2s}}
        journeys:
          - {weight: 3, steps: [shop/browse, {route: shop/buy, think: 1s}]}
          - {weight: 1, steps: [shop/buy]}
services:
  shop:
    about: Sells.
    replicas: 1
    workers: 200
    queue: 100
    routes:
      browse: [{work: {exponential: {mean: 500ms}}}]
      buy: [{work: {exponential: {mean: 100ms}}}, {call: bank/pay}]
  bank:
    about: Pays.
    replicas: 2
    workers: 100
    queue: 100
    routes:
      pay: [{work: {exponential: {mean: 300ms}}}]
";

/// Runs a world file and compares rates and the share of busy workers, each
/// within `tolerance`.
fn check(path: &str, length: Span, tolerance: f64) {
    let text = fs::read_to_string(project().join(path)).expect("a world");
    check_text(path, &text, length, tolerance);
}

fn check_text(path: &str, text: &str, length: Span, tolerance: f64) {
    let (scenario, _) = Scenario::read(path, text).expect("a sound world");
    let forecast = Forecast::of(&scenario.world);
    let services = scenario.world.services.len();
    let mut session = Session::new(scenario.into(), 3);
    let mut busy = vec![0.0; services];
    let looks = 2_000;
    for look in 1..=looks {
        let until = SimTime::ZERO + length.scaled(f64::from(look) / f64::from(looks));
        session.advance(until, u64::MAX);
        for (service, busy) in busy.iter_mut().enumerate() {
            let (now, all) = session.world().workers(service);
            *busy += f64::from(now) / f64::from(all) / f64::from(looks);
        }
    }
    for (service, expected) in forecast.services.iter().enumerate() {
        let (arrived, _) = session.world().visits(service);
        let rate = arrived as f64 / length.as_secs_f64();
        let near = |found: f64, expected: f64| (found / expected - 1.0).abs() < tolerance;
        assert!(
            near(rate, expected.rate),
            "{path}, service {service}, seed 3: {rate}/s instead of {}",
            expected.rate
        );
        assert!(
            near(busy[service], expected.utilisation),
            "{path}, service {service}, seed 3: {} busy instead of {}",
            busy[service],
            expected.utilisation
        );
    }
}

#[test]
fn rates_and_busy_workers_are_as_forecast() {
    // Ten stations at 80 %: some 200,000 requests; busy servers vary slowly.
    check("benches/worlds/c.yaml", Span::from_mins(5), 0.05);
    check("benches/worlds/a.yaml", Span::from_hours(1), 0.05);
}

#[test]
fn clients_of_every_kind_are_in_the_forecast() {
    // Some 180,000 requests. A journey takes 0.75 x (0.5 + 2 + 0.4 + 1) +
    // 0.25 x (0.4 + 2) = 3.525 s, so that 60 users begin 17.02 a second; each
    // buys once, and three of four browse first.
    check_text("classes.yaml", CLASSES, Span::from_hours(1), 0.02);
    let (scenario, _) = Scenario::read("classes.yaml", CLASSES).expect("a sound world");
    let found = Forecast::of(&scenario.world);
    assert!((found.arrivals - (25.0 + 1.75 * 60.0 / 3.525)).abs() < 1e-9);
}
