//! Who comes, how often, for what, and what they are worth.

use serde::{Deserialize, Serialize};

use super::{Profile, RouteRef};
use crate::base::{Duration, Money, Rate, Ratio, Span};

/// Everyone who sends requests from outside.
#[derive(Clone, Debug, PartialEq)]
pub struct Traffic {
    /// Simulated requests per second that the classes with a share divide among them.
    pub rate: Profile,
    /// Kinds of clients, in the order of the file; never empty. The last is of
    /// kind [`ClassKind::Bots`], if need be one that the file does not name
    /// and that sends nothing until someone lets it loose.
    pub classes: Vec<Class>,
    /// Load from which gateways shed, where they do from the start.
    pub shed: Option<Ratio>,
}

/// Clients that are alike, and are treated alike.
#[derive(Clone, Debug, PartialEq)]
pub struct Class {
    /// Its name in commands.
    pub name: String,
    /// What they are.
    pub kind: ClassKind,
    /// Which customer they belong to; commands can choose by it.
    pub tenant: Option<String>,
    /// What they hold in their hands; commands can choose by it.
    pub device: Option<String>,
    /// Where they are; commands can choose by it.
    pub region: Option<String>,
    /// How much it matters that they are answered.
    pub criticality: Criticality,
    /// What makes them send.
    pub drive: Drive,
    /// How long they wait before giving up; forever where absent.
    pub patience: Option<Span>,
    /// What they ask for; never empty.
    pub mix: Vec<Entry>,
    /// How many of their requests gateways let in, where it is limited from the start.
    pub limit: Option<Limit>,
}

/// What clients are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClassKind {
    /// People: their requests are what objectives and revenue are about.
    Users,
    /// Programs that crawl or flood: they load the system, but neither
    /// objectives nor revenue count them.
    Bots,
    /// Synthetic probes of one's own: only objectives that name them count
    /// them, and revenue never does.
    Probes,
}

/// How much it matters that a request is answered, most important first: the
/// four values of the SRE book's chapter "Handling Overload" (Google, 2016).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Criticality {
    /// Users notice a failure at once and badly.
    CriticalPlus,
    /// Users notice a failure: the default.
    Critical,
    /// Some failures are expected; what batch jobs use.
    SheddablePlus,
    /// May fail often, and for long.
    Sheddable,
}

/// What makes the clients of a class send.
#[derive(Clone, Debug, PartialEq)]
pub enum Drive {
    /// They are this part of the traffic's common rate, relative to the other shares.
    Share(f64),
    /// An open loop of their own: simulated requests per second.
    Open(Profile),
    /// A closed loop: each waits for the answer before going on.
    Closed(Population),
}

/// One kind of request.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// Where it enters.
    pub to: RouteRef,
    /// Its share relative to the other entries.
    pub weight: f64,
    /// Revenue of one real request that succeeds.
    pub value: Money,
}

/// People who think, ask, wait for the answer, and ask on.
#[derive(Clone, Debug, PartialEq)]
pub struct Population {
    /// How many simulated users there are, over time.
    pub users: Profile,
    /// How long one thinks before a journey and between its steps.
    pub think: Duration,
    /// What they come for; never empty.
    pub journeys: Vec<Journey>,
    /// How often one clicks again after a failure before leaving the journey.
    pub clicks: u32,
    /// How long one waits before clicking again.
    pub click_after: Duration,
}

/// A way through the system.
#[derive(Clone, Debug, PartialEq)]
pub struct Journey {
    /// Its share relative to the other journeys.
    pub weight: f64,
    /// What is asked for, in order; never empty.
    pub steps: Vec<JourneyStep>,
}

/// One request of a journey.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct JourneyStep {
    /// Position in the class's mix.
    pub entry: usize,
    /// How long one thinks after its answer, where it differs from the population's.
    pub think: Option<Duration>,
}

/// A token bucket's measures, in simulated requests.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Limit {
    /// Requests per second in the long run.
    pub rate: Rate,
    /// Requests at once.
    pub burst: u32,
}
