//! The engine against queueing theory.
//!
//! Seeds are 1 to 5, so a failure repeats with the printed seed; a tolerance is
//! stated beside each figure, chosen as about five standard errors of the mean
//! of its samples, which are autocorrelated at these loads.

#[path = "support/text.rs"]
mod text;

use text::spec;
use xops_lab::base::{SimTime, Span};
use xops_lab::world::{Attempted, Happening, Outcome, Probe, Served, Spec, UserDone, World};

/// Adds up users' waits and counts outcomes.
#[derive(Default)]
struct Tally {
    done: u64,
    ok: u64,
    seconds: f64,
}

impl Probe for Tally {
    fn served(&mut self, _: Served) {}
    fn attempted(&mut self, _: Attempted) {}
    fn user_done(&mut self, done: UserDone) {
        self.done += 1;
        self.ok += u64::from(done.outcome == Outcome::Ok);
        self.seconds += done.duration.as_secs_f64();
    }
    fn happened(&mut self, _: SimTime, _: Happening) {}
}

/// One station with exponential or other service.
fn station(rate: &str, workers: u32, queue: u32, work: &str) -> Spec {
    spec(&format!(
        "title: station
about: one queue
traffic:
  rate: {rate}
  mix: [{{route: station/serve}}]
services:
  station:
    about: serves
    replicas: 1
    workers: {workers}
    queue: {queue}
    routes:
      serve:
        - work: {work}
"
    ))
}

/// Mean sojourn time in seconds and share refused, after a warm-up of a tenth.
fn measure(spec: &Spec, seed: u64, hours: u64) -> (f64, f64) {
    let mut world = World::new(spec.clone(), seed);
    let warm = SimTime::ZERO + Span::from_mins(hours * 6);
    world.run_until(warm, u64::MAX, &mut Tally::default());
    let mut tally = Tally::default();
    world.run_until(
        SimTime::ZERO + Span::from_hours(hours),
        u64::MAX,
        &mut tally,
    );
    (
        tally.seconds / tally.done as f64,
        1.0 - tally.ok as f64 / tally.done as f64,
    )
}

fn check(what: &str, seed: u64, found: f64, expected: f64, relative: f64) {
    assert!(
        (found / expected - 1.0).abs() < relative,
        "{what}, seed {seed}: {found} instead of {expected} (+- {relative}); repeat with \
         `cargo test --test queueing`"
    );
}

/// Erlang's C formula: the chance to wait with `c` servers and offered load `a`.
fn erlang_c(c: u32, a: f64) -> f64 {
    let mut blocked = 1.0; // Erlang B by its recursion
    for servers in 1..=c {
        blocked = a * blocked / (f64::from(servers) + a * blocked);
    }
    blocked / (1.0 - a / f64::from(c) * (1.0 - blocked))
}

#[test]
fn mean_sojourn_of_an_m_m_1_is_one_over_mu_minus_lambda() {
    // lambda 80/s, mu 100/s: W = 1 / 20 s = 50 ms. 20 h are 5.8 million samples.
    let spec = station("80/s", 1, 100_000, "{exponential: {mean: 10ms}}");
    for seed in 1..=5 {
        check("M/M/1", seed, measure(&spec, seed, 20).0, 0.050, 0.02);
    }
}

#[test]
fn mean_sojourn_of_an_m_m_c_follows_erlang_c() {
    // lambda 320/s, mu 50/s, c = 8: W = 1/mu + C / (c mu - lambda).
    let spec = station("320/s", 8, 100_000, "{exponential: {mean: 20ms}}");
    let expected = 0.020 + erlang_c(8, 6.4) / (400.0 - 320.0);
    for seed in 1..=5 {
        check("M/M/8", seed, measure(&spec, seed, 5).0, expected, 0.02);
    }
}

#[test]
fn an_m_m_c_k_refuses_the_share_that_theory_says() {
    // lambda 90/s, mu 50/s, c = 2, 3 places to wait: K = 5.
    let spec = station("90/s", 2, 3, "{exponential: {mean: 20ms}}");
    let a: f64 = 1.8;
    let weight = |n: i32| {
        if n <= 2 {
            a.powi(n) / [1.0, 1.0, 2.0][n as usize]
        } else {
            a.powi(n) / 2.0 / 2f64.powi(n - 2)
        }
    };
    let expected = weight(5) / (0..=5).map(weight).sum::<f64>();
    for seed in 1..=5 {
        check(
            "M/M/2/5 loss",
            seed,
            measure(&spec, seed, 5).1,
            expected,
            0.01,
        );
    }
}

#[test]
fn mean_sojourn_of_an_m_g_1_follows_pollaczek_and_khinchine() {
    // lambda 70/s, mean service 10 ms: W = s + lambda s^2 (1 + cv^2) / (2 (1 - rho)).
    let cases = [
        ("10ms", 0.0, 0.02),
        ("{erlang: {stages: 4, mean: 10ms}}", 0.25, 0.02),
        ("{uniform: {min: 0ms, max: 20ms}}", 1.0 / 3.0, 0.02),
    ];
    for (work, variation, tolerance) in cases {
        let spec = station("70/s", 1, 100_000, work);
        let expected = 0.010 + 70.0 * 1e-4 * (1.0 + variation) / (2.0 * 0.3);
        for seed in 1..=5 {
            check(work, seed, measure(&spec, seed, 10).0, expected, tolerance);
        }
    }
}
