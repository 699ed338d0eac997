//! The same workloads on `desque`, the fastest general simulator in Rust that
//! we know of.

use desque::serial::{OkEvent, Simulation};
use desque::{SimState, SimTime};

use super::network::{ARRIVAL, Network};

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Time(u64);

impl SimTime for Time {}

struct State {
    network: Network,
    left: u64,
}

impl SimState<Time> for State {
    fn is_complete(&self, _: &Time) -> bool {
        self.left == 0
    }
}

#[derive(Debug)]
struct Arrival;

#[derive(Debug)]
struct Completion(u32);

type Sim = Simulation<State, Time>;

fn schedule(sim: &mut Sim, at: u64, payload: u32) {
    let result = if payload == ARRIVAL {
        sim.schedule(Arrival, Time(at))
    } else {
        sim.schedule(Completion(payload), Time(at))
    };
    result.expect("invariant: no span is negative");
}

/// Lets the network act and puts what it started on the agenda.
fn act(sim: &mut Sim, act: impl FnOnce(&mut Network, u64, &mut dyn FnMut(u64, u32))) {
    let now = sim.current_time().0;
    let mut started = [(0, 0); 4];
    let mut count = 0;
    let state = sim.state_mut();
    state.left -= 1;
    act(&mut state.network, now, &mut |span, payload| {
        started[count] = (span, payload);
        count += 1;
    });
    for (span, payload) in &started[..count] {
        schedule(sim, now + span, *payload);
    }
}

impl OkEvent<State, Time> for Arrival {
    fn execute(&mut self, sim: &mut Sim) {
        act(sim, |network, now, mut start| {
            start(network.gap(), ARRIVAL);
            network.arrive(now, &mut start);
        });
    }
}

impl OkEvent<State, Time> for Completion {
    fn execute(&mut self, sim: &mut Sim) {
        let payload = self.0;
        act(sim, |network, now, mut start| {
            network.complete(now, payload, &mut start);
        });
    }
}

/// A [`Network`] on desque.
pub struct Peer(Sim);

impl Peer {
    /// At time zero, with the first arrival on the way.
    pub fn new(servers: u32, tree: bool) -> Peer {
        let mut network = Network::new(servers, tree);
        let gap = network.gap();
        let mut sim = Simulation::new(State { network, left: 0 }, Time(0));
        schedule(&mut sim, gap, ARRIVAL);
        Peer(sim)
    }

    /// Handles so many events.
    pub fn run(&mut self, events: u64) {
        self.0.state_mut().left = events;
        self.0.run().expect("invariant: no event of ours fails");
    }

    /// Mean time in the system, in milliseconds.
    pub fn mean(&self) -> f64 {
        let network = &self.0.state().network;
        network.nanos as f64 / network.done as f64 / 1e6
    }
}
