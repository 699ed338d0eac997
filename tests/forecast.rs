//! What is worked out about a world on paper, against running it. Seed 3; the
//! tolerances are stated beside the figures and are some five standard errors.

mod support;

use std::fs;

use support::project;
use xops_lab::base::{SimTime, Span};
use xops_lab::session::{Scenario, Session};
use xops_lab::world::Forecast;

/// Runs a world and compares rates and the share of busy workers, each within `tolerance`.
fn check(path: &str, length: Span, tolerance: f64) {
    let text = fs::read_to_string(project().join(path)).expect("a world");
    let (scenario, _) = Scenario::read(path, &text).expect("a sound world");
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
