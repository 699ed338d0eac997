//! What is promised to users.

use serde::{Deserialize, Serialize};

use crate::base::{Ratio, Span};
use crate::world::spec::ClassKind;
use crate::world::{Outcome, UserDone};

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
    /// Length of the rolling window.
    pub window: Span,
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
}

impl Objective {
    /// Whether a request is one of its events.
    pub fn counts(&self, done: &UserDone) -> bool {
        match self.of {
            Measured::Users => done.kind == ClassKind::Users,
            Measured::Probes => done.kind == ClassKind::Probes,
        }
    }

    /// Whether a request is good by this objective.
    pub fn is_good(&self, done: &UserDone) -> bool {
        match self.indicator {
            Indicator::Availability => done.outcome == Outcome::Ok,
            Indicator::Latency { under } => done.outcome == Outcome::Ok && done.duration <= under,
            Indicator::Quality => done.outcome == Outcome::Ok && !done.degraded,
        }
    }

    /// The objective in one sentence.
    pub fn sentence(&self) -> String {
        let what = match self.indicator {
            Indicator::Availability => "are answered without an error".to_owned(),
            Indicator::Latency { under } => format!("are answered within {under}"),
            Indicator::Quality => "are answered in full".to_owned(),
        };
        let whose = match self.of {
            Measured::Users => "users'",
            Measured::Probes => "probes'",
        };
        format!(
            "{} of {whose} requests {what}, over any {}",
            self.target, self.window
        )
    }
}
