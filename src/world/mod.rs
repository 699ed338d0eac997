//! The simulated system: services, pods, calls, users and faults.
//!
//! In: a [`Spec`] and a seed, then operators' actions. Out: what happens, told
//! to a [`Probe`]; and what a control plane knows, through [`World`]'s getters.
//! It knows no telemetry, no objective and no learner.

mod arrive;
mod audit;
mod blame;
mod bucket;
mod cache;
mod calls;
mod control;
mod crowd;
mod database;
mod dependency;
mod dns;
mod edge;
pub mod fault;
mod fleet;
mod follow;
mod forecast;
mod ground;
mod inspect;
mod line;
mod live;
mod paths;
mod plan;
mod policy;
mod probe;
mod profile;
pub mod read;
mod run;
mod serve;
pub mod spec;
mod state;
pub mod store;
mod stream;
mod surge;
mod wire;

use std::sync::Arc;

use serde::Serialize;

use crate::base::SimTime;
use crate::engine::{Agenda, Progress};

pub use bucket::TokenBucket;
pub use control::{ActionError, LoadFactor};
pub use database::Failover;
pub use dns::{RegionAct, RegionStatus};
pub use edge::{Admission, ClassRule};
pub use fault::{FaultKind, FaultSpec, Place, Pods, Schedule, Target};
pub use fleet::body::{Exit, NodePhase, Stage};
pub use fleet::cost::Cost;
pub use fleet::figures::PodFigures;
pub use fleet::operate::{NodeAct, RolloutAct};
pub use fleet::status::{NodeStatus, RolloutStatus, ScalerStatus};
pub use follow::{LONG, NOWHERE, Spot, Step, Told, WaitFor};
pub use forecast::{Forecast, ServiceForecast, erlang_wait, reach};
pub use inspect::{FaultStatus, PodStatus, PodWord};
pub use paths::{How, MAX_HOPS, PathId};
pub use policy::{BreakerState, CallStatus, GuardStatus, GuardTuning, Tuning};
pub use probe::{Attempted, Cause, Happening, Outcome, Probe, Served, Unobserved, UserDone};
pub use spec::Spec;
pub use state::Users;
pub use surge::{SurgeKind, SurgeSpec, SurgeStatus, Who};

use live::Live;
use plan::Plan;
use state::{Event, State};

/// Services in one world.
pub const MAX_SERVICES: usize = 100;

/// Lines of execution under way at a time: users, requests, branches of them and
/// messages in hand. A pod refuses one more as if its queue were full.
pub const MAX_LINES: usize = 1_000_000;

/// Classes of clients in one world; a set of them fits into 32 bits.
pub const MAX_CLASSES: usize = 32;

/// Users of closed loops in one world, all classes together.
pub const MAX_USERS: u32 = 100_000;

/// A running system. A clone is an independent continuation.
#[derive(Clone, Debug, Serialize)]
pub struct World {
    #[serde(skip)]
    plan: Arc<Plan>,
    agenda: Agenda<Event>,
    state: State,
}

impl World {
    /// The system at time zero: every pod ready, the first user on the way.
    pub fn new(spec: Spec, seed: u64) -> World {
        let plan = Arc::new(Plan::new(spec));
        let mut state = State::new(&plan, seed);
        let mut agenda = Agenda::default();
        let mut live = Live {
            plan: &plan,
            state: &mut state,
            probe: &mut Unobserved,
        };
        live.open_the_doors(&mut agenda);
        live.watch_regions(&mut agenda);
        let mut world = World {
            plan,
            agenda,
            state,
        };
        world.start_fleet();
        world.start_stores();
        world
    }

    /// Lets everything happen that is due by `limit`, at most `budget` events.
    pub fn run_until<P: Probe>(&mut self, limit: SimTime, budget: u64, probe: &mut P) -> Progress {
        let mut live = Live {
            plan: &self.plan,
            state: &mut self.state,
            probe,
        };
        self.agenda.run_until(&mut live, limit, budget)
    }

    /// What it was built from.
    pub fn spec(&self) -> &Spec {
        &self.plan.spec
    }

    /// The simulated clock.
    pub fn now(&self) -> SimTime {
        self.agenda.now()
    }

    /// Events handled since the start.
    pub fn events(&self) -> u64 {
        self.agenda.handled()
    }
}
