//! What tests of whole worlds share: a world from text, and a tally of what users got.

#![allow(dead_code, reason = "each test binary uses a part")]

#[path = "../support/text.rs"]
mod text;

use std::collections::BTreeMap;

#[allow(unused_imports)] // each test binary uses a part
pub use text::{spec, try_spec};
use xops_lab::base::{Digest, SimTime, Span};
use xops_lab::world::{
    Attempted, Cause, Happening, Outcome, PathId, Probe, Served, Spec, UserDone, World,
};

/// What happened to users and at services.
#[derive(Default)]
pub struct Tally {
    pub done: u64,
    pub ok: u64,
    pub degraded: u64,
    pub seconds: f64,
    pub outcomes: [u64; Outcome::ALL.len()],
    /// Requests that each service finished with.
    pub served: BTreeMap<u32, u64>,
    /// Requests that each service answered in full.
    pub served_ok: BTreeMap<u32, u64>,
    /// Attempts over each edge.
    pub attempts: BTreeMap<u32, u64>,
    pub paths: BTreeMap<PathId, u64>,
    pub causes: BTreeMap<Option<Cause>, u64>,
    /// Waits of the users that were answered, in milliseconds.
    pub waits: Vec<f64>,
}

impl Probe for Tally {
    fn served(&mut self, served: Served) {
        *self.served.entry(served.service).or_default() += 1;
        if served.outcome == Outcome::Ok {
            *self.served_ok.entry(served.service).or_default() += 1;
        }
    }
    fn attempted(&mut self, attempted: Attempted) {
        *self.attempts.entry(attempted.edge).or_default() += 1;
    }
    fn user_done(&mut self, done: UserDone) {
        self.done += 1;
        self.outcomes[done.outcome.index()] += 1;
        self.degraded += u64::from(done.degraded);
        self.seconds += done.duration.as_secs_f64();
        if done.outcome == Outcome::Ok {
            self.ok += 1;
            self.waits.push(done.duration.as_millis_f64());
        } else {
            *self.paths.entry(done.path).or_default() += 1;
            *self.causes.entry(done.cause).or_default() += 1;
        }
    }
    fn happened(&mut self, _: SimTime, _: Happening) {}
}

impl Tally {
    /// Share of users who got an answer.
    pub fn good(&self) -> f64 {
        self.ok as f64 / self.done.max(1) as f64
    }

    /// A percentile of the answered users' waits, in milliseconds.
    pub fn percentile(&mut self, share: f64) -> f64 {
        self.waits.sort_by(f64::total_cmp);
        let place = (share * (self.waits.len().max(1) - 1) as f64) as usize;
        self.waits.get(place).copied().unwrap_or(0.0)
    }
}

/// Runs for so many seconds more.
pub fn run(world: &mut World, seconds: u64) -> Tally {
    let mut tally = Tally::default();
    let until = world.now() + Span::from_secs(seconds);
    world.run_until(until, u64::MAX, &mut tally);
    conserve(world);
    tally
}

/// Everything that arrived has ended or is in flight.
pub fn conserve(world: &World) {
    let users = world.users();
    let ended: u64 = users.ended.iter().sum();
    assert_eq!(users.offered, ended + world.users_in_flight());
    let (arrived, ended) = (0..world.spec().services.len())
        .map(|service| world.visits(service))
        .fold((0, 0), |sum, visits| (sum.0 + visits.0, sum.1 + visits.1));
    assert_eq!(arrived, ended + world.visits_in_flight());
    assert!(world.is_settled());
}

/// The same digest at every slice budget.
pub fn check_slices(spec: &Spec, seconds: u64, act: impl Fn(&mut World)) {
    let digest = |budget: u64| {
        let mut world = World::new(spec.clone(), 7);
        act(&mut world);
        let until = SimTime::from_secs(seconds);
        while world.run_until(until, budget, &mut Tally::default())
            == xops_lab::engine::Progress::OutOfBudget
        {}
        Digest::of(&world)
    };
    let whole = digest(u64::MAX);
    for budget in [1, 997] {
        assert_eq!(digest(budget), whole, "slices of {budget}");
    }
}

pub fn close(what: &str, seed: u64, found: f64, expected: f64, relative: f64) {
    assert!(
        (found / expected - 1.0).abs() < relative,
        "{what}, seed {seed}: {found} instead of {expected} (+- {relative})"
    );
}
