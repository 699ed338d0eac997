//! Faults: what can go wrong on request, where, when, and for how long.
//!
//! One fault is a kind out of the [`catalogue`], values for the kind's
//! parameters, a [`Target`] and a [`Schedule`]. In: a [`FaultSpec`], checked
//! against the catalogue and the world. Out: what requests and pods go
//! through while it acts ([`strike`] for requests at their pod, [`wire`] on the way between
//! services, [`control`] for its phases). A fault
//! knows nothing of who asked for it.

pub mod catalogue;
mod control;
mod entry;
mod fleet;
mod load;
mod messages;
mod mistakes;
mod network;
mod nodes;
mod pods;
mod stores;
mod strike;
mod telemetry;
mod wire;

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::base::{Ratio, SimTime, Span};
use crate::engine::Key;

pub use catalogue::{CATALOGUE, FaultKind};
pub use control::LONGEST;
pub(super) use control::MAX_FAULTS;
pub(super) use pods::memory_strain;
pub(super) use strike::{Fate, Struck};
pub(super) use wire::{Message, Passage, Way};

/// A fault as someone asks for it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FaultSpec {
    /// What goes wrong.
    pub kind: FaultKind,
    /// One value for each of the kind's parameters, in the catalogue's order
    /// and in base units: seconds, shares of 1, factors, counts.
    pub values: Vec<f64>,
    /// Where.
    pub target: Target,
    /// When, and for how long.
    #[serde(default)]
    pub schedule: Schedule,
}

/// Where a fault acts: every condition that is given must hold.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Target {
    /// The service; empty where it acts on nodes.
    #[serde(default)]
    pub service: String,
    /// The nodes, where it acts on nodes.
    #[serde(default)]
    pub place: Option<Place>,
    /// One of its routes; all where none is named.
    #[serde(default)]
    pub route: Option<String>,
    /// Only pods that run this version.
    #[serde(default)]
    pub version: Option<String>,
    /// Only what this service asks of it; what users and all services ask
    /// where none is named.
    #[serde(default)]
    pub from: Option<String>,
    /// Which of its pods.
    #[serde(default)]
    pub pods: Pods,
    /// Only this share of the requests that all else would let it strike.
    #[serde(default = "all")]
    pub share: Ratio,
}

/// Which nodes, by the names of the world file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Place {
    /// One node.
    Node(String),
    /// All of a zone.
    Zone(String),
    /// All of a region.
    Region(String),
}

/// Which pods of a service, chosen among the ready ones when the fault begins.
/// The names are those of Chaos Mesh's `mode` field.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Pods {
    /// Every one, those that start later included.
    #[default]
    All,
    /// One, by chance.
    One,
    /// So many, by chance.
    Fixed(u32),
    /// This share of them, rounded down, by chance.
    FixedPercent(Ratio),
    /// A share drawn by chance up to this one, rounded down.
    RandomMaxPercent(Ratio),
}

/// When a fault acts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Schedule {
    /// How long it acts each time; until someone ends it where absent.
    #[serde(default)]
    pub duration: Option<Span>,
    /// How long before it acts for the first time.
    #[serde(default)]
    pub delay: Span,
    /// How long it takes to reach its full strength, in a straight line.
    #[serde(default)]
    pub ramp: Span,
    /// Time from one beginning to the next; it acts once where absent.
    #[serde(default)]
    pub every: Option<Span>,
    /// How often it acts where it repeats; until someone ends it where absent.
    #[serde(default)]
    pub times: Option<u32>,
}

impl FaultSpec {
    /// A fault of `kind` at the whole of a service, with the catalogue's usual values, until ended.
    pub fn usual(kind: FaultKind, service: &str) -> FaultSpec {
        FaultSpec {
            kind,
            values: kind.entry().usual(),
            target: Target::service(service),
            schedule: Schedule::default(),
        }
    }
}

impl FaultSpec {
    /// The fault in words: `errors (30 %) at payment/charge`.
    pub fn tell(&self) -> String {
        let mut text = self.kind.entry().tell(&self.values);
        if let Some(which) = self.target.pods.tell() {
            text.push_str(&format!(" on {which}"));
        }
        text.push_str(&self.target.to_string());
        if let Some(route) = &self.target.route {
            text.push_str(&format!("/{route}"));
        }
        if let Some(version) = &self.target.version {
            text.push_str(&format!(" {version}"));
        }
        if let Some(from) = &self.target.from {
            text.push_str(&format!(" asked by {from}"));
        }
        if self.target.share != Ratio::ONE {
            text.push_str(&format!(", {} of requests", self.target.share));
        }
        text
    }
}

impl Target {
    /// Every request and pod of a service.
    pub fn service(name: &str) -> Target {
        Target {
            service: name.to_owned(),
            share: Ratio::ONE,
            ..Target::default()
        }
    }
}

impl Target {
    /// Every pod that runs at a place.
    pub fn place(place: Place) -> Target {
        Target {
            place: Some(place),
            share: Ratio::ONE,
            ..Target::default()
        }
    }
}

impl fmt::Display for Target {
    /// Where it acts, such as ` at payment`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.place {
            Some(place) if self.service.is_empty() => write!(f, " at {place}"),
            Some(place) => write!(f, " at {place} for {}", self.service),
            None => write!(f, " at {}", self.service),
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Place::Node(name) => write!(f, "node {name}"),
            Place::Zone(name) => write!(f, "zone {name}"),
            Place::Region(name) => write!(f, "region {name}"),
        }
    }
}

impl Pods {
    fn tell(self) -> Option<String> {
        match self {
            Pods::All => None,
            Pods::One => Some("one pod".to_owned()),
            Pods::Fixed(1) => Some("1 pod".to_owned()),
            Pods::Fixed(count) => Some(format!("{count} pods")),
            Pods::FixedPercent(share) => Some(format!("{share} of pods")),
            Pods::RandomMaxPercent(most) => Some(format!("up to {most} of pods")),
        }
    }
}

fn all() -> Ratio {
    Ratio::ONE
}

/// A fault that acts, will act or has acted.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(super) struct Fault {
    pub spec: FaultSpec,
    /// Position of its service, or [`NOWHERE`].
    pub service: u32,
    /// Number of the route among its service's.
    pub route: Option<u32>,
    pub version: Option<u32>,
    /// Position of the caller whose messages it is limited to.
    pub from: Option<u32>,
    /// When someone asked for it.
    pub asked: SimTime,
    pub phase: Phase,
    /// When the present phase ends by itself.
    pub until: Option<SimTime>,
    /// When it last began to act.
    pub began: SimTime,
    /// How often it has begun.
    pub rounds: u32,
    /// The pods it was given, sorted; none where it takes every pod.
    pub pods: Option<Vec<Key>>,
    /// Requests that will have no answer before it ends.
    pub hung: Vec<Key>,
    /// Answers that do not arrive before it ends.
    pub letters: Vec<Key>,
    /// The nodes that it holds while it acts, sorted.
    pub nodes: Vec<u32>,
    /// Position of the service whose pods a taint repels; all where absent.
    pub tainted: Option<u32>,
    /// Pods wanted before it wanted none.
    pub replicas: Option<u32>,
    /// Where messages go one after the other because of it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub links: Vec<messages::Link>,
}

/// In place of a service for a fault of nodes.
pub(super) const NOWHERE: u32 = u32::MAX;

/// Where a fault stands in its schedule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub(super) enum Phase {
    /// It will act.
    Waiting,
    /// It acts.
    Acting,
    /// It is over.
    Over,
}

impl Fault {
    /// Whether it acts now.
    pub fn is_acting(&self) -> bool {
        self.phase == Phase::Acting
    }

    /// How much of its full strength it has reached, 0..=1.
    pub fn strength(&self, now: SimTime) -> f64 {
        let ramp = self.spec.schedule.ramp;
        let since = now.since(self.began);
        if since >= ramp {
            1.0
        } else {
            since.as_secs_f64() / ramp.as_secs_f64()
        }
    }
}
