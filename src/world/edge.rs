//! What gateways let in: blocked classes, rate limits, and shedding by
//! criticality when a gateway is too busy.
//!
//! A request that is turned away costs no worker: 429 for a blocked class and
//! for one over its limit, 503 for a request that is shed.

use serde::{Deserialize, Serialize};

use crate::base::{Rate, Ratio, SimTime};

use super::World;
use super::bucket::TokenBucket;
use super::control::ActionError;
use super::live::Live;
use super::probe::{Cause, Outcome, Probe};
use super::spec::{Criticality, Limit, Spec};
use super::state::End;
use super::surge::Who;

/// The smoothed load forgets with this time constant, in seconds.
const SMOOTHING: f64 = 1.0;

/// What gateways are to do with some clients. Rates are real requests per
/// second, as pages show them.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Admission {
    /// Let everyone in.
    Allow,
    /// Let nobody in.
    Block,
    /// Let so many in, all of the chosen clients together.
    Limit {
        /// Requests per second in the long run.
        rate: f64,
        /// Requests at once; a second's worth where absent.
        burst: Option<f64>,
    },
}

/// What holds for a class at present; rates are simulated requests per second.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum ClassRule {
    /// Everyone is let in.
    Open,
    /// Nobody is.
    Blocked,
    /// So many a second.
    Limited(Limit),
}

/// The rules at the edge.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(super) struct Edge {
    /// Whether there is any rule at all.
    pub guarded: bool,
    /// Set of blocked classes.
    blocked: u32,
    /// Limits; no class stands in two.
    limits: Vec<Limited>,
    /// Load from which gateways shed.
    shed: Option<f64>,
    /// Smoothed load, by service.
    loads: Vec<(SimTime, f64)>,
}

/// Classes that share a bucket.
#[derive(Clone, Debug, PartialEq, Serialize)]
struct Limited {
    classes: u32,
    #[serde(skip)]
    limit: Limit,
    bucket: TokenBucket,
}

impl Edge {
    /// The rules that hold from the start.
    pub fn new(spec: &Spec) -> Edge {
        let mut edge = Edge {
            guarded: false,
            blocked: 0,
            limits: Vec::new(),
            shed: spec.traffic.shed.map(Ratio::get),
            loads: vec![(SimTime::ZERO, 0.0); spec.services.len()],
        };
        for (class, spec) in spec.traffic.classes.iter().enumerate() {
            if let Some(limit) = spec.limit {
                edge.limits.push(Limited::new(1 << class, limit));
            }
        }
        edge.refresh();
        edge
    }

    fn refresh(&mut self) {
        self.limits.retain(|limited| limited.classes != 0);
        self.guarded = self.blocked != 0 || !self.limits.is_empty() || self.shed.is_some();
    }
}

impl Limited {
    fn new(classes: u32, limit: Limit) -> Limited {
        Limited {
            classes,
            limit,
            bucket: TokenBucket::new(limit.rate, limit.burst),
        }
    }
}

impl Criticality {
    /// The load from which requests of this criticality are shed, where
    /// shedding begins at `over`: the sheddable first, then half-way to a full
    /// gateway the somewhat sheddable, the critical only when every worker is
    /// taken, and the most critical never (a full queue still refuses them).
    pub fn shed_from(self, over: f64) -> f64 {
        match self {
            Criticality::Sheddable => over,
            Criticality::SheddablePlus => (over + 1.0) / 2.0,
            Criticality::Critical => 1.0,
            Criticality::CriticalPlus => f64::INFINITY,
        }
    }
}

impl<P: Probe> Live<'_, P> {
    /// How a gateway turns a request away, if it does.
    #[inline(never)]
    pub fn turned_away(&mut self, entry: u32, now: SimTime) -> Option<End> {
        let plan = &self.plan.entries[entry as usize];
        let (class, bit) = (plan.class, 1 << plan.class);
        let edge = &mut self.state.edge;
        if edge.blocked & bit != 0 {
            let path = self.state.paths.first(Cause::Blocked { class });
            return Some(End::of(Outcome::Limited, path));
        }
        let limit = edge.limits.iter_mut().find(|of| of.classes & bit != 0);
        if let Some(limit) = limit
            && !limit.bucket.take(now)
        {
            let path = self.state.paths.first(Cause::OverLimit { class });
            return Some(End::of(Outcome::Limited, path));
        }
        let over = edge.shed?;
        let service = self.plan.calls[plan.call as usize].service;
        let load = self.smoothed_load(service, now);
        let criticality = self.plan.spec.traffic.classes[class as usize].criticality;
        (load >= criticality.shed_from(over)).then(|| {
            let path = self.state.paths.first(Cause::Shed { service });
            End::of(Outcome::Overloaded, path)
        })
    }

    /// Requests served and waiting over workers, smoothed exponentially as the
    /// SRE book's executor load average is ("Handling Overload"): 1 means that
    /// on average every worker is taken.
    fn smoothed_load(&mut self, service: u32, now: SimTime) -> f64 {
        let each = self.plan.spec.services[service as usize].workers;
        let (mut held, mut workers) = (0, 0);
        for key in &self.state.services[service as usize].ready {
            if let Some(pod) = self.state.pods.get(*key) {
                held += pod.busy + pod.queue.len() as u32;
                workers += each;
            }
        }
        let (since, load) = &mut self.state.edge.loads[service as usize];
        if workers > 0 {
            let sample = f64::from(held) / f64::from(workers);
            let elapsed = now.since(*since).as_secs_f64();
            *load += (sample - *load) * (1.0 - libm::exp(-elapsed / SMOOTHING));
            *since = now;
        }
        *load
    }
}

impl World {
    /// Changes what gateways do with some clients.
    pub fn admit(&mut self, who: &Who, rule: Admission) -> Result<(), ActionError> {
        let classes = self.classes_of(who)?;
        let limit = match rule {
            Admission::Limit { rate, burst } => {
                let scale = f64::from(self.plan.spec.scale);
                let simulated = rate / scale;
                let burst = burst.unwrap_or(rate) / scale;
                let range = 0.0..=1e6;
                let sound = simulated > 0.0 && range.contains(&simulated) && range.contains(&burst);
                let rate = Rate::per_second(simulated)
                    .filter(|_| sound)
                    .ok_or(ActionError::BadLimit)?;
                let burst = libm::ceil(burst) as u32;
                let burst = if burst == 0 { 1 } else { burst };
                Some(Limit { rate, burst })
            }
            Admission::Allow | Admission::Block => None,
        };
        let edge = &mut self.state.edge;
        edge.blocked &= !classes;
        for limited in &mut edge.limits {
            limited.classes &= !classes;
        }
        if rule == Admission::Block {
            edge.blocked |= classes;
        }
        if let Some(limit) = limit {
            edge.limits.push(Limited::new(classes, limit));
        }
        edge.refresh();
        Ok(())
    }

    /// Lets gateways shed from this load on, or not at all.
    pub fn shed(&mut self, over: Option<Ratio>) -> Result<(), ActionError> {
        if over.is_some_and(|over| over.get() < 0.01) {
            return Err(ActionError::ShedsAlways);
        }
        self.state.edge.shed = over.map(Ratio::get);
        self.state.edge.refresh();
        Ok(())
    }

    /// What holds for a class.
    pub fn class_rule(&self, class: usize) -> ClassRule {
        let edge = &self.state.edge;
        let bit = 1u32.checked_shl(class as u32).unwrap_or(0);
        if edge.blocked & bit != 0 {
            return ClassRule::Blocked;
        }
        let limit = edge.limits.iter().find(|of| of.classes & bit != 0);
        limit.map_or(ClassRule::Open, |of| ClassRule::Limited(of.limit))
    }

    /// The load from which gateways shed, where they do.
    pub fn sheds_over(&self) -> Option<f64> {
        self.state.edge.shed
    }
}
