//! A world under observation: what users got, stretch by stretch.
#![allow(dead_code)]

#[path = "text.rs"]
mod text;

pub use text::try_spec;
use xops_lab::base::{SimTime, Span};
use xops_lab::engine::Progress;
use xops_lab::world::store::{Quantity, figures};
use xops_lab::world::{
    Attempted, Cause, Failover, FaultKind, FaultSpec, Happening, Outcome, Probe, Served, UserDone,
    World,
};

/// What users got, and what operators saw.
#[derive(Clone, Debug, Default)]
pub struct Seen {
    pub done: u64,
    pub failed: u64,
    pub seconds: f64,
    pub causes: Vec<(Cause, u64)>,
    pub failovers: Vec<Failover>,
    /// Requests served, by position of the service.
    pub served: Vec<u64>,
}

impl Probe for Seen {
    fn served(&mut self, served: Served) {
        let place = served.service as usize;
        if self.served.len() <= place {
            self.served.resize(place + 1, 0);
        }
        self.served[place] += 1;
    }
    fn attempted(&mut self, _: Attempted) {}
    fn user_done(&mut self, done: UserDone) {
        self.done += 1;
        self.failed += u64::from(done.outcome != Outcome::Ok);
        self.seconds += done.duration.as_secs_f64();
        if let (Some(cause), true) = (done.cause, done.outcome != Outcome::Ok) {
            match self.causes.iter_mut().find(|(known, _)| *known == cause) {
                Some((_, count)) => *count += 1,
                None => self.causes.push((cause, 1)),
            }
        }
    }
    fn happened(&mut self, _: SimTime, happening: Happening) {
        if let Happening::FailedOver(failover) = happening {
            self.failovers.push(failover);
        }
    }
}

impl Seen {
    pub fn failed_share(&self) -> f64 {
        self.failed as f64 / self.done.max(1) as f64
    }

    pub fn mean(&self) -> f64 {
        self.seconds / self.done.max(1) as f64
    }

    /// Failures that are put down to a cause.
    pub fn blamed(&self, wanted: impl Fn(&Cause) -> bool) -> u64 {
        let found = self.causes.iter().filter(|(cause, _)| wanted(cause));
        found.map(|(_, count)| count).sum()
    }

    pub fn served(&self, service: usize) -> u64 {
        self.served.get(service).copied().unwrap_or(0)
    }
}

pub fn world(text: &str, seed: u64) -> World {
    World::new(try_spec(text).expect("a sound world"), seed)
}

/// Runs on for so many seconds and tells what was seen meanwhile.
pub fn watch(world: &mut World, seconds: u64) -> Seen {
    let mut seen = Seen::default();
    let until = world.now() + Span::from_secs(seconds);
    assert_eq!(
        world.run_until(until, u64::MAX, &mut seen),
        Progress::Reached
    );
    seen
}

/// A fault with values, at a service, for so many seconds.
pub fn inject(world: &mut World, kind: FaultKind, service: &str, values: &[f64], seconds: u64) {
    let mut fault = FaultSpec::usual(kind, service);
    fault.values = values.to_vec();
    if kind.entry().lasting {
        fault.schedule.duration = Some(Span::from_secs(seconds));
    }
    let mut seen = Seen::default();
    world
        .inject(&fault, &mut seen)
        .expect("a fault that can be");
}

/// A raw figure of a service, by its name in the catalogue of figures.
pub fn figure(world: &World, service: &str, id: &str) -> u32 {
    let place = world.service(service).expect("a service");
    let kind = world.spec().services[place].kind;
    let figure = figures(kind).iter().find(|figure| figure.id == id);
    let raw = world.raw(place);
    match figure.expect("a figure").quantity {
        Quantity::Count(at) | Quantity::Millis(at) | Quantity::Rate(at) => raw[at],
        Quantity::Share(at, _) => raw[at],
    }
}

/// Nothing is lost, nothing is stuck.
pub fn is_sound(world: &World) {
    assert!(world.is_settled());
    let users = world.users();
    let ended: u64 = users.ended.iter().sum();
    assert_eq!(users.offered, ended + world.users_in_flight());
    for service in 0..world.spec().services.len() {
        for (published, ends) in world.messages(service) {
            assert_eq!(published, ends.iter().sum::<u64>(), "{ends:?}");
        }
    }
}
