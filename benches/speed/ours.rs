//! The workloads as world files, on the product's engine.

use std::sync::Arc;

use xops_lab::base::{SimTime, Span};
use xops_lab::session::{Scenario, Session};
use xops_lab::telemetry::Latencies;
use xops_lab::telemetry::trace::Sampling;
use xops_lab::world::{Attempted, Happening, Probe, Served, UserDone, World};

/// Events between two looks at the clock, as in the browser's slices.
const SLICE: u64 = 20_000;

/// A world with a probe that counts, or a whole lab.
pub struct Ours {
    system: System,
    watch: Watch,
}

enum System {
    World(Box<World>),
    Lab(Box<Session>),
}

/// What is measured: users' waits always, every call's latency on request.
#[derive(Default)]
struct Watch {
    done: u64,
    nanos: u64,
    /// By edge; empty where calls are not measured.
    calls: Vec<Latencies>,
}

impl Probe for Watch {
    #[inline]
    fn served(&mut self, _: Served) {}
    #[inline]
    fn attempted(&mut self, attempted: Attempted) {
        if let Some(latencies) = self.calls.get_mut(attempted.edge as usize) {
            latencies.record(attempted.duration);
        }
    }
    #[inline]
    fn user_done(&mut self, done: UserDone) {
        self.done += 1;
        self.nanos += done.duration.as_nanos();
    }
    fn happened(&mut self, _: SimTime, _: Happening) {}
}

/// A lab at time zero.
pub fn lab(text: &str) -> Session {
    let (scenario, _) = Scenario::read("bench", text).expect("invariant: our worlds are sound");
    Session::new(Arc::new(scenario), 1)
}

impl Ours {
    /// The world of a file at time zero.
    pub fn new(text: &str, histograms: bool) -> Ours {
        let (scenario, _) = Scenario::read("bench", text).expect("invariant: our worlds are sound");
        let world = World::new(scenario.world, 1);
        let mut watch = Watch::default();
        if histograms {
            watch.calls = world.edges().map(|_| Latencies::default()).collect();
        }
        let system = System::World(Box::new(world));
        Ours { system, watch }
    }

    /// The lab of a file at time zero, with the telemetry that the file asks
    /// for; it follows some requests, or none.
    pub fn lab(text: &str, follows: bool) -> Ours {
        let mut session = lab(text);
        if !follows {
            session.sample(Sampling::OFF);
        }
        Ours {
            system: System::Lab(Box::new(session)),
            watch: Watch::default(),
        }
    }

    fn world(&self) -> &World {
        match &self.system {
            System::World(world) => world,
            System::Lab(session) => session.world(),
        }
    }

    /// Handles about so many events; returns how many arrivals and completions they were.
    pub fn run(&mut self, events: u64) -> u64 {
        let before = self.events();
        let mut left = events;
        while left > 0 {
            let slice = if left < SLICE { left } else { SLICE };
            match &mut self.system {
                System::World(world) => world.run_until(SimTime::MAX, slice, &mut self.watch),
                System::Lab(session) => session.advance(SimTime::MAX, slice),
            };
            left -= slice;
        }
        self.events() - before
    }

    /// Arrivals of users and completions of services so far.
    fn events(&self) -> u64 {
        self.world().users().offered + self.visits()
    }

    /// Completions of services so far.
    pub fn visits(&self) -> u64 {
        let services = 0..self.world().spec().services.len();
        services.map(|service| self.world().visits(service).1).sum()
    }

    /// Mean time in the system, in milliseconds; a lab does not tell it.
    pub fn mean(&self) -> f64 {
        Span::from_nanos(self.watch.nanos / self.watch.done.max(1)).as_millis_f64()
    }
}
