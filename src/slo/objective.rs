//! What is promised to users.

use serde::{Deserialize, Serialize};

use super::calendar::Unit;
use super::terms::{Method, Terms};
use crate::base::{Ratio, Span};
use crate::world::spec::ClassKind;
use crate::world::{Outcome, Served, UserDone};

/// A service level objective over a rolling window.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Objective {
    /// Its name in commands.
    pub name: String,
    /// A short name for people.
    pub title: String,
    /// Whose requests are its events.
    pub of: Measured,
    /// What makes an event good.
    pub indicator: Indicator,
    /// Share of events that must be good, below 1.
    pub target: Ratio,
    /// Length of the rolling window; of the calendar's, about.
    pub window: Span,
    /// The service where it is measured; none at the edge, where users are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub inside: Option<Inside>,
    /// Everything that has a usual value.
    #[serde(default, skip_serializing_if = "is_usual")]
    pub terms: Terms,
}

/// A service, or a route of it, whose answers an objective is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Inside {
    /// As files write it: `service` or `service/route`.
    pub name: String,
    /// Position of the service.
    pub service: u32,
    /// Number of the route across all services; all of the service's where absent.
    pub route: Option<u32>,
}

fn is_usual(terms: &Terms) -> bool {
    *terms == Terms::default()
}

/// How a request let its user down.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Loss {
    /// It failed so.
    Failed(Outcome),
    /// It was answered too late.
    Slow,
    /// Its answer lacked a part.
    Poor,
}

impl Loss {
    /// In a word or two.
    pub fn word(self) -> &'static str {
        match self {
            Loss::Failed(Outcome::TimedOut) => "timed out",
            Loss::Failed(Outcome::Overloaded) => "overloaded",
            Loss::Failed(Outcome::Unavailable) => "unavailable",
            Loss::Failed(Outcome::Limited) => "turned away",
            Loss::Failed(_) => "error",
            Loss::Slow => "slow",
            Loss::Poor => "not in full",
        }
    }
}

/// Whose requests an objective is about. Bots are nobody's promise.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Measured {
    /// People's: what was promised to them.
    #[default]
    Users,
    /// Synthetic probes': a black-box view that goes on when no user is there.
    Probes,
}

/// A service level indicator: which of the users' requests are good.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub enum Indicator {
    /// Answered without an error.
    Availability,
    /// Answered without an error, and no later than this. Requests that failed
    /// count as bad here too: a fast error is no fast answer.
    Latency {
        /// The threshold.
        under: Span,
    },
    /// Answered without an error and in full: no part missing, nothing in its
    /// place.
    Quality,
    /// What queries to the metric store say, see [`Terms::query`].
    Query,
}

impl Objective {
    /// Whether a request is one of its events.
    pub fn counts(&self, done: &UserDone) -> bool {
        if self.indicator == Indicator::Query || self.inside.is_some() {
            return false;
        }
        match self.of {
            Measured::Users => done.kind == ClassKind::Users,
            Measured::Probes => done.kind == ClassKind::Probes,
        }
    }

    /// Whether an answer of a service is one of its events.
    pub fn counts_inside(&self, served: &Served) -> bool {
        self.inside.as_ref().is_some_and(|inside| {
            inside.service == served.service
                && inside.route.is_none_or(|route| route == served.route)
        })
    }

    /// How a request is bad by this objective; none if it is good.
    pub fn loss(&self, outcome: Outcome, duration: Span, degraded: bool) -> Option<Loss> {
        if outcome != Outcome::Ok {
            return Some(Loss::Failed(outcome));
        }
        match self.indicator {
            Indicator::Latency { under } if duration > under => Some(Loss::Slow),
            Indicator::Quality if degraded => Some(Loss::Poor),
            _ => None,
        }
    }

    /// The objective in one sentence.
    pub fn sentence(&self) -> String {
        let what = match self.indicator {
            Indicator::Availability => "are answered without an error".to_owned(),
            Indicator::Latency { under } => format!("are answered within {under}"),
            Indicator::Quality => "are answered in full".to_owned(),
            Indicator::Query => "are good".to_owned(),
        };
        let whose = match (&self.inside, self.indicator, self.of) {
            (Some(inside), ..) => &*format!("requests at {}", inside.name),
            (_, Indicator::Query, _) => "measured events",
            (.., Measured::Users) => "users' requests",
            (.., Measured::Probes) => "probes' requests",
        };
        let units = match self.terms.method {
            Method::Occurrences => format!("{whose} {what}"),
            Method::Timeslices { slice, good } => {
                let share = f64::from(good) / 1e6;
                let share = Ratio::new(share).unwrap_or_default();
                format!("slices of {slice} are good: in each, {share} of {whose} {what}")
            }
            Method::RatioTimeslices { slice } => {
                format!("{whose} {what}, as the mean of slices of {slice}")
            }
        };
        format!("{} of {units}, {}", self.target, self.over())
    }

    /// Its window in words.
    pub fn over(&self) -> String {
        match self.terms.calendar.map(|calendar| calendar.unit) {
            None => format!("over any {}", self.window),
            Some(Unit::Day) => "each day".to_owned(),
            Some(Unit::Week) => "each week".to_owned(),
            Some(Unit::Month) => "each month".to_owned(),
        }
    }
}
