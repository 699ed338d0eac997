//! One service called `app` in a world of its own, and what its users and
//! operators see.

pub use super::text::try_spec;
use xops_lab::base::SimTime;
use xops_lab::world::{Cause, Happening, Outcome, Probe, Served, Spec, UserDone, World};

/// Remembers what users and operators saw.
#[derive(Clone, Default)]
pub struct Seen {
    pub ok: u64,
    pub bad: u64,
    pub seconds: f64,
    pub causes: Vec<Cause>,
    pub happened: Vec<(SimTime, Happening)>,
}

impl Probe for Seen {
    fn served(&mut self, _: Served) {}
    fn attempted(&mut self, _: xops_lab::world::Attempted) {}
    fn user_done(&mut self, done: UserDone) {
        if done.outcome == Outcome::Ok {
            self.ok += 1;
        } else {
            self.bad += 1;
            if let Some(cause) = done.cause
                && !self.causes.contains(&cause)
            {
                self.causes.push(cause);
            }
        }
        self.seconds += done.duration.as_secs_f64();
    }
    fn happened(&mut self, now: SimTime, happening: Happening) {
        self.happened.push((now, happening));
    }
}

impl Seen {
    pub fn mean(&self) -> f64 {
        self.seconds / (self.ok + self.bad) as f64
    }

    pub fn times(&self, wanted: impl Fn(&Happening) -> bool) -> Vec<f64> {
        self.happened
            .iter()
            .filter(|(_, happening)| wanted(happening))
            .map(|(at, _)| at.as_secs_f64())
            .collect()
    }
}

/// One service called `app` with a route `serve`, and what is added to it.
pub fn app(rate: &str, topology: &str, service: &str) -> Spec {
    let text = format!(
        "title: app
about: one service
traffic:
  rate: {rate}
  patience: 5s
  mix: [{{route: app/serve, weight: 1}}]
{topology}
services:
  app:
    about: serves
{service}
"
    );
    try_spec(&text).unwrap_or_else(|problems| panic!("{problems}"))
}

pub const TWO_ZONES: &str = "topology:
  zones: {a: here, b: here}
  pools:
    pa: {zone: a, cpu: 2, memory: 4GiB, nodes: 2, price: 1}
    pb: {zone: b, cpu: 2, memory: 4GiB, nodes: 2, price: 1}
  endpoint-delay: 2s
  unreachable-after: 50s
  evict-after: 5m
";

pub fn run(world: &mut World, until: u64, seen: &mut Seen) {
    world.run_until(SimTime::from_secs(until), u64::MAX, seen);
    conserved(world);
}

pub fn conserved(world: &World) {
    assert!(world.is_settled());
    let users = world.users();
    let ended: u64 = users.ended.iter().sum();
    assert_eq!(users.offered, ended + world.users_in_flight());
    let (arrived, ended) = (0..world.spec().services.len())
        .map(|service| world.visits(service))
        .fold((0, 0), |(a, e), (arrived, ended)| (a + arrived, e + ended));
    assert_eq!(arrived, ended + world.visits_in_flight());
}
