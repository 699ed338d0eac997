//! What operators can do to the running system. Each action takes effect at
//! the present instant, or is refused and changes nothing.

use std::fmt;

use crate::base::Span;
use crate::engine::Key;

use super::World;
use super::fault::MAX_FAULTS;
use super::live::Live;
use super::probe::Probe;

/// Pods that one service may be scaled to.
pub(super) const MAX_REPLICAS: u32 = 100;

/// Traffic relative to a world's profile, 0..=100.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LoadFactor(f64);

impl LoadFactor {
    /// The largest factor.
    pub const MOST: f64 = 100.0;

    /// A factor, or `None` outside 0..=100 (and for not-a-number).
    pub fn new(factor: f64) -> Option<Self> {
        (0.0..=Self::MOST)
            .contains(&factor)
            .then_some(LoadFactor(factor))
    }
}

/// Why an action was refused. Nothing has changed, and the run goes on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ActionError {
    /// No service has this name.
    UnknownService(String),
    /// The service has no such route.
    UnknownRoute(String),
    /// The service has no such version.
    UnknownVersion(String),
    /// The service already runs or is getting this version.
    AlreadyAt(String),
    /// There was no deploy to undo.
    NothingToRollBack(String),
    /// Outside 1..=100.
    Replicas(u32),
    /// No fault with this number acts.
    NoSuchFault(u32),
    /// The service has no roll-out under way.
    NoRollout(String),
    /// The roll-out takes no steps.
    NoStep(String),
    /// It is so already, or cannot be so now.
    AlreadySo(String),
    /// The service has no autoscaler.
    NoAutoscaler(String),
    /// Not 1 <= min <= max <= 100.
    Bounds(u32, u32),
    /// No node has this name.
    UnknownNode(String),
    /// No zone has this name.
    UnknownZone(String),
    /// No region has this name.
    UnknownRegion(String),
    /// No DNS leads clients to regions.
    NoDns,
    /// It is the last region that is given out.
    LastRegion,
    /// No pod of the service is ready, so none can be killed.
    NothingToKill(String),
    /// A fault that cannot be: what is wrong with it.
    BadFault(String),
    /// The run has had as many faults as it may have.
    TooManyFaults,
    /// No script of the caller asks this callee.
    NoSuchCall(String),
    /// Outside 1..=20.
    Attempts(u32),
    /// Outside 1 ms..=1 h.
    Timeout(Span),
    /// A bulkhead that lets nothing through.
    EmptyBulkhead,
    /// No rate, or one above what a world may have.
    RateLimit,
    /// No class of clients is called so, or has this label.
    NobodyLikeThat(String),
    /// A surge that would add nothing, or more than can be simulated.
    BadSurge,
    /// No surge with this number acts.
    NoSuchSurge(u32),
    /// The run has had as many surges as it may have.
    TooManySurges,
    /// A rate limit that lets nothing through, or is beyond all measure.
    BadLimit,
    /// A load so low that it would be exceeded all the time.
    ShedsAlways,
}

impl ActionError {
    /// How to mend it.
    pub fn remedy(&self) -> String {
        match self {
            ActionError::UnknownService(_) => "use a service of this world".to_owned(),
            ActionError::UnknownRoute(_) => "use a route of that service, or none".to_owned(),
            ActionError::UnknownVersion(_) => "use a version of that service".to_owned(),
            ActionError::AlreadyAt(_) => "choose another version, or restart instead".to_owned(),
            ActionError::NothingToRollBack(_) => "deploy something first".to_owned(),
            ActionError::Replicas(_) => format!("give a number from 1 to {MAX_REPLICAS}"),
            ActionError::NoRollout(_) => "deploy something first".to_owned(),
            ActionError::NoStep(_) => "wait: it goes on by itself, or abort it".to_owned(),
            ActionError::AlreadySo(_) => "look at its present state first".to_owned(),
            ActionError::NoAutoscaler(_) => {
                "give the service an `autoscale` in the world file".to_owned()
            }
            ActionError::Bounds(..) => {
                format!("give two numbers from 1 to {MAX_REPLICAS}, the smaller one first")
            }
            ActionError::UnknownNode(_) => "use a node of this world".to_owned(),
            ActionError::UnknownZone(_) => "use a zone of this world".to_owned(),
            ActionError::UnknownRegion(_) => "use a region of this world".to_owned(),
            ActionError::NoDns => "give the world's `topology` a `dns`".to_owned(),
            ActionError::LastRegion => "restore another region first".to_owned(),
            ActionError::NoSuchFault(_) => "choose a fault that acts now".to_owned(),
            ActionError::NothingToKill(_) => "wait until a pod is ready".to_owned(),
            ActionError::BadFault(_) => "correct the fault; `xops lint` checks files".to_owned(),
            ActionError::NoSuchCall(_) => "name a callee of that service".to_owned(),
            ActionError::Attempts(_) => "give a number from 1 to 20".to_owned(),
            ActionError::Timeout(_) => "give a duration from 1ms to 1h".to_owned(),
            ActionError::RateLimit => "give a rate from 0 to 100000 a second".to_owned(),
            ActionError::EmptyBulkhead => "let at least one call through".to_owned(),
            ActionError::TooManyFaults | ActionError::TooManySurges => {
                "start again from a fresh run".to_owned()
            }
            ActionError::NobodyLikeThat(_) => {
                "use a class of this world, or a label of one".to_owned()
            }
            ActionError::BadSurge => "multiply by 1 to 100 (for a flash sale, with a half-life of \
                                      1s or more), or add a rate above zero and below 100000 \
                                      simulated requests per second"
                .to_owned(),
            ActionError::NoSuchSurge(_) => "choose a surge that acts now".to_owned(),
            ActionError::BadLimit => "give a rate above zero".to_owned(),
            ActionError::ShedsAlways => "give a load of 1 % or more".to_owned(),
        }
    }
}

impl fmt::Display for ActionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ActionError::UnknownService(name) => write!(f, "no service is called `{name}`"),
            ActionError::UnknownRoute(name) => write!(f, "the service has no route `{name}`"),
            ActionError::UnknownVersion(name) => write!(f, "the service has no version `{name}`"),
            ActionError::AlreadyAt(name) => write!(f, "the service is already at `{name}`"),
            ActionError::NothingToRollBack(name) => {
                write!(f, "`{name}` has had no deploy to roll back")
            }
            ActionError::Replicas(count) => write!(f, "{count} pods cannot be had"),
            ActionError::NoRollout(name) => write!(f, "`{name}` has no roll-out under way"),
            ActionError::NoStep(name) => {
                write!(f, "the roll-out of `{name}` has no step to promote now")
            }
            ActionError::AlreadySo(name) => write!(f, "this cannot be done to `{name}` now"),
            ActionError::NoAutoscaler(name) => write!(f, "`{name}` has no autoscaler"),
            ActionError::Bounds(min, max) => write!(f, "{min} to {max} pods cannot be had"),
            ActionError::UnknownNode(name) => write!(f, "no node is called `{name}`"),
            ActionError::UnknownZone(name) => write!(f, "no zone is called `{name}`"),
            ActionError::UnknownRegion(name) => write!(f, "no region is called `{name}`"),
            ActionError::NoDns => f.write_str("no DNS leads clients to regions"),
            ActionError::LastRegion => f.write_str("clients would be led nowhere"),
            ActionError::NoSuchFault(id) => write!(f, "no fault {id} acts now"),
            ActionError::NothingToKill(name) => write!(f, "`{name}` has no ready pod to kill"),
            ActionError::BadFault(problem) => write!(f, "this fault cannot be: {problem}"),
            ActionError::TooManyFaults => write!(f, "a run may have {MAX_FAULTS} faults"),
            ActionError::NoSuchCall(call) => write!(f, "there is no call from {call}"),
            ActionError::Attempts(count) => write!(f, "{count} attempts cannot be made"),
            ActionError::Timeout(span) => write!(f, "no timeout can be {span}"),
            ActionError::RateLimit => f.write_str("this is no rate limit"),
            ActionError::EmptyBulkhead => f.write_str("a bulkhead of 0 stops every call"),
            ActionError::NobodyLikeThat(who) => write!(f, "no clients are called `{who}`"),
            ActionError::BadSurge => f.write_str("this surge cannot be simulated"),
            ActionError::NoSuchSurge(id) => write!(f, "no surge {id} acts now"),
            ActionError::TooManySurges => f.write_str("a run cannot have more surges"),
            ActionError::BadLimit => f.write_str("this limit cannot be kept"),
            ActionError::ShedsAlways => f.write_str("requests would be shed all the time"),
        }
    }
}

impl World {
    /// Position of the service called `name`.
    pub fn service(&self, name: &str) -> Result<usize, ActionError> {
        let found = self
            .plan
            .spec
            .services
            .iter()
            .position(|service| service.name == name);
        found.ok_or_else(|| ActionError::UnknownService(name.to_owned()))
    }

    /// Multiplies the users' traffic from now on.
    pub fn set_load<P: Probe>(&mut self, factor: LoadFactor, probe: &mut P) {
        self.state.load_factor = factor.0;
        let mut live = Live {
            plan: &self.plan,
            state: &mut self.state,
            probe,
        };
        live.refresh_traffic(&mut self.agenda);
    }
}

impl World {
    /// Whether nothing is left half-done between events: for tests and debug checks.
    pub fn is_settled(&self) -> bool {
        self.state.tasks.is_empty()
            && self.state.stores_are_sound(&self.plan)
            && self.state.pods.iter().all(|(key, pod)| {
                // Where lines queue for each work, those that were let in may be more.
                let bound = !self.plan.services[pod.service as usize].asynchronous;
                key != Key::NONE
                    && pod.busy <= pod.workers
                    && (!bound || pod.queue.len() as u32 <= pod.places)
            })
    }
}
