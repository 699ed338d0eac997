//! Worlds from text, and what their clients went through.

#[path = "../support/text.rs"]
mod text;

pub use text::try_spec;
use xops_lab::base::{SimTime, Span};
use xops_lab::world::{
    Attempted, Happening, Outcome, Probe, Served, Spec, Unobserved, UserDone, World,
};

/// Every request from outside that ended.
#[derive(Default)]
pub struct Log(pub Vec<UserDone>);

impl Probe for Log {
    fn served(&mut self, _: Served) {}
    fn attempted(&mut self, _: Attempted) {}
    fn user_done(&mut self, done: UserDone) {
        self.0.push(done);
    }
    fn happened(&mut self, _: SimTime, _: Happening) {}
}

impl Log {
    /// Those of one class.
    pub fn of(&self, class: u32) -> impl Iterator<Item = &UserDone> {
        self.0.iter().filter(move |done| done.class == class)
    }

    /// How many of one class ended so.
    pub fn count(&self, class: u32, outcome: Outcome) -> usize {
        self.of(class)
            .filter(|done| done.outcome == outcome)
            .count()
    }
}

/// A world of one service with room for everyone, and this traffic (indented by two).
pub fn roomy(traffic: &str) -> Spec {
    let text = format!("{}\n{ROOMY}", head(traffic));
    try_spec(&text).unwrap_or_else(|problems| panic!("{problems}"))
}

pub fn head(traffic: &str) -> String {
    format!("title: test\nabout: a test\ntraffic:\n{traffic}")
}

pub const ROOMY: &str = "services:
  shop:
    kind: gateway
    about: serves
    replicas: 1
    workers: 10000
    queue: 0
    routes:
      page: []
      cart: []
      pay: []
";

/// Lets `spec` run and logs what ends.
pub fn run(spec: &Spec, seed: u64, time: Span) -> (World, Log) {
    let mut world = World::new(spec.clone(), seed);
    let mut log = Log::default();
    world.run_until(SimTime::ZERO + time, u64::MAX, &mut log);
    (world, log)
}

/// The same after a warm-up that nobody logs.
pub fn run_warm(spec: &Spec, seed: u64, warm: Span, time: Span) -> (World, Log) {
    let mut world = World::new(spec.clone(), seed);
    world.run_until(SimTime::ZERO + warm, u64::MAX, &mut Unobserved);
    let mut log = Log::default();
    world.run_until(SimTime::ZERO + warm + time, u64::MAX, &mut log);
    (world, log)
}

/// A count against a Poisson or binomial mean: within five standard errors.
pub fn check_count(what: &str, seed: u64, found: usize, expected: f64) {
    let error = (found as f64 - expected) / expected.sqrt().max(1.0);
    assert!(
        error.abs() < 5.0,
        "{what}, seed {seed}: {found} instead of {expected:.1} ({error:.1} standard errors)"
    );
}

pub fn check(what: &str, seed: u64, found: f64, expected: f64, relative: f64) {
    assert!(
        (found / expected - 1.0).abs() < relative,
        "{what}, seed {seed}: {found} instead of {expected} (+- {relative})"
    );
}
