//! What documents say.

use std::collections::BTreeMap;

use super::Shorthand;
use crate::base::yaml::Tree;

/// One object.
#[derive(Clone, Debug, PartialEq)]
pub struct Document {
    /// What it is called.
    pub metadata: Metadata,
    /// What it is.
    pub body: Body,
}

/// What a document is.
#[derive(Clone, Debug, PartialEq)]
#[allow(missing_docs)] // each is named as OpenSLO names it
pub enum Body {
    DataSource(DataSource),
    Service(Service),
    AlertCondition(AlertCondition),
    AlertNotificationTarget(NotificationTarget),
    Sli(Sli),
    AlertPolicy(AlertPolicy),
    Slo(Box<Slo>),
}

/// The kinds of documents. A kind refers only to kinds before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs)] // each is named as OpenSLO names it
pub enum Kind {
    DataSource,
    Service,
    AlertCondition,
    AlertNotificationTarget,
    Sli,
    AlertPolicy,
    Slo,
}

impl Kind {
    /// Every kind with its name.
    pub const ALL: [(&str, Kind); 7] = [
        ("DataSource", Kind::DataSource),
        ("Service", Kind::Service),
        ("AlertCondition", Kind::AlertCondition),
        ("AlertNotificationTarget", Kind::AlertNotificationTarget),
        ("SLI", Kind::Sli),
        ("AlertPolicy", Kind::AlertPolicy),
        ("SLO", Kind::Slo),
    ];

    /// Its name.
    pub fn name(self) -> &'static str {
        let found = Kind::ALL.iter().find(|(_, kind)| *kind == self);
        found.map_or("", |(name, _)| name)
    }
}

impl Body {
    /// Its kind.
    pub fn kind(&self) -> Kind {
        match self {
            Body::DataSource(_) => Kind::DataSource,
            Body::Service(_) => Kind::Service,
            Body::AlertCondition(_) => Kind::AlertCondition,
            Body::AlertNotificationTarget(_) => Kind::AlertNotificationTarget,
            Body::Sli(_) => Kind::Sli,
            Body::AlertPolicy(_) => Kind::AlertPolicy,
            Body::Slo(_) => Kind::Slo,
        }
    }
}

/// What an object is called.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Metadata {
    /// Its name, by which others refer to it.
    pub name: String,
    /// Its name for people.
    pub display_name: Option<String>,
    /// Labels for users.
    pub labels: BTreeMap<String, LabelValue>,
    /// Annotations for implementations.
    pub annotations: BTreeMap<String, String>,
}

/// One text, or several.
#[derive(Clone, Debug, PartialEq)]
#[allow(missing_docs)] // nothing to add
pub enum LabelValue {
    One(String),
    Many(Vec<String>),
}

/// An object inside another.
#[derive(Clone, Debug, PartialEq)]
pub struct Named<T> {
    /// What it is called.
    pub metadata: Metadata,
    /// What it says.
    pub spec: T,
}

/// A reference to an object by name, or the object itself.
#[derive(Clone, Debug, PartialEq)]
#[allow(missing_docs)] // nothing to add
pub enum Link<T> {
    Ref(String),
    Inline(Named<T>),
}

/// Where metrics come from.
#[derive(Clone, Debug, PartialEq)]
pub struct DataSource {
    /// What it is about.
    pub description: Option<String>,
    /// `Prometheus`, `Datadog`, ...
    pub source_type: String,
    /// Anything.
    pub connection: Option<Tree>,
}

/// A group of SLOs.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Service {
    /// What it is about.
    pub description: Option<String>,
}

/// A service level indicator.
#[derive(Clone, Debug, PartialEq)]
pub struct Sli {
    /// What it is about.
    pub description: Option<String>,
    /// What is measured.
    pub metric: Metric,
}

/// What is measured.
#[derive(Clone, Debug, PartialEq)]
pub enum Metric {
    /// A value, compared by each objective.
    Threshold(Source),
    /// A share.
    Ratio {
        /// Whether counters only rise; means nothing for raw ratios.
        counter: Option<bool>,
        /// Of what.
        ratio: Ratio,
    },
}

/// A share of good events.
#[derive(Clone, Debug, PartialEq)]
#[allow(missing_docs)] // each is named as OpenSLO names it
pub enum Ratio {
    Good { good: Source, total: Source },
    Bad { bad: Source, total: Source },
    Raw { kind: Raw, source: Source },
}

/// What a raw ratio is the share of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Raw {
    /// Good over total.
    Success,
    /// Bad over total.
    Failure,
}

/// Where one metric comes from.
#[derive(Clone, Debug, PartialEq)]
pub struct Source {
    /// A data source by name.
    pub reference: Option<String>,
    /// `Prometheus`, `Datadog`, ...
    pub source_type: Option<String>,
    /// Anything, as the type of source needs it.
    pub spec: Tree,
}

/// A service level objective.
#[derive(Clone, Debug, PartialEq)]
pub struct Slo {
    /// What it is about.
    pub description: Option<String>,
    /// The service.
    pub service: String,
    /// What is measured; none where each objective has its own.
    pub indicator: Option<Link<Sli>>,
    /// Over which time.
    pub window: Option<TimeWindow>,
    /// How the budget is counted.
    pub method: Method,
    /// What is promised.
    pub objectives: Vec<Objective>,
    /// What alerts on it.
    pub alert_policies: Vec<Link<AlertPolicy>>,
}

/// How an error budget is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// Good events over all events.
    Occurrences,
    /// Good slices of time over all slices.
    Timeslices,
    /// The mean of all slices' ratios.
    RatioTimeslices,
}

/// The time that an error budget is for.
#[derive(Clone, Debug, PartialEq)]
pub struct TimeWindow {
    /// How long.
    pub duration: Shorthand,
    /// Where it begins; none where it rolls.
    pub calendar: Option<Calendar>,
}

/// Where windows begin that do not roll.
#[derive(Clone, Debug, PartialEq)]
pub struct Calendar {
    /// The first beginning, on the clocks of the zone.
    pub start: Moment,
    /// A name of the IANA time zone database.
    pub zone: String,
}

/// A moment on a clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)] // nothing to add
pub struct Moment {
    pub year: u16,
    pub month: u8,
    pub day: u8,
    pub hour: u8,
    pub minute: u8,
    pub second: u8,
}

/// What an objective promises.
#[derive(Clone, Debug, PartialEq)]
pub struct Objective {
    /// Its name for people.
    pub display_name: Option<String>,
    /// How a value is compared.
    pub op: Option<Op>,
    /// What a value is compared with.
    pub value: Option<f64>,
    /// The share that must be good.
    pub target: Target,
    /// The share that must be good for a slice to be good, above 0, at most 1.
    pub slice_target: Option<f64>,
    /// The length of a slice.
    pub slice_window: Option<Shorthand>,
    /// The objective's own part in a composite SLO.
    pub part: Option<Indicated>,
}

/// An objective's own part in a composite SLO.
#[derive(Clone, Debug, PartialEq)]
pub struct Indicated {
    /// What is measured.
    pub indicator: Link<Sli>,
    /// Its weight.
    pub weight: Option<f64>,
}

/// A share, as it is written.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Target {
    /// From 0, below 1.
    Share(f64),
    /// From 0, below 100.
    Percent(f64),
}

/// A comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)] // each is named as OpenSLO names it
pub enum Op {
    Lte,
    Gte,
    Lt,
    Gt,
}

impl Op {
    /// Every comparison with its name.
    pub const ALL: [(&str, Op); 4] = [
        ("lte", Op::Lte),
        ("gte", Op::Gte),
        ("lt", Op::Lt),
        ("gt", Op::Gt),
    ];
}

/// When an alert on an SLO is sent, and to whom.
#[derive(Clone, Debug, PartialEq)]
pub struct AlertPolicy {
    /// What it is about.
    pub description: Option<String>,
    /// Whether missing data alerts.
    pub when_no_data: Option<bool>,
    /// Whether it alerts when the condition is over.
    pub when_resolved: Option<bool>,
    /// Whether it alerts when the condition holds.
    pub when_breaching: Option<bool>,
    /// The condition.
    pub condition: Link<AlertCondition>,
    /// Who is told, at least one.
    pub targets: Vec<Link<NotificationTarget>>,
}

/// A burn rate that is too much.
#[derive(Clone, Debug, PartialEq)]
pub struct AlertCondition {
    /// What it is about.
    pub description: Option<String>,
    /// How bad it is: `page`, `ticket`, `sev1`, ...
    pub severity: String,
    /// How the burn rate is compared.
    pub op: Op,
    /// What it is compared with.
    pub threshold: f64,
    /// Over which time it is measured.
    pub look_back: Shorthand,
    /// How long it has to hold.
    pub after: Shorthand,
}

/// Who is told.
#[derive(Clone, Debug, PartialEq)]
pub struct NotificationTarget {
    /// What it is about.
    pub description: Option<String>,
    /// `email`, `slack`, ...
    pub target: String,
}
