//! The small print of an objective: how its budget is counted, over which
//! windows, and what follows from it.

use serde::{Deserialize, Serialize};

use super::calendar::Calendar;
use crate::base::{Money, Ratio, SimTime, Span};

/// Everything about an objective that has a usual value.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Terms {
    /// Windows that follow the calendar instead of rolling.
    pub calendar: Option<Calendar>,
    /// How the budget is counted.
    pub method: Method,
    /// What few events mean.
    pub few: Option<Few>,
    /// What a slice without events means.
    pub no_data: NoData,
    /// Times that do not count.
    pub maintenance: Vec<Maintenance>,
    /// What is owed to customers.
    pub sla: Option<Sla>,
    /// What follows from the budget that is left, the most left first.
    pub policy: Vec<PolicyRule>,
    /// What is measured, where the metric store is asked.
    pub query: Option<SliQuery>,
}

/// How an error budget is counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Method {
    /// Good events over all events.
    #[default]
    Occurrences,
    /// Good slices of time over all slices; a slice is good when so many
    /// millionths of its events are.
    Timeslices {
        /// Length of a slice.
        slice: Span,
        /// Millionths of good events that make a slice good.
        good: u32,
    },
    /// The mean of the slices' ratios: a quiet slice weighs as much as a busy one.
    RatioTimeslices {
        /// Length of a slice.
        slice: Span,
    },
}

impl Method {
    /// Length of a slice, where there are slices.
    pub fn slice(self) -> Option<Span> {
        match self {
            Method::Occurrences => None,
            Method::Timeslices { slice, .. } | Method::RatioTimeslices { slice } => Some(slice),
        }
    }

    /// Counter units of one event or slice.
    pub fn unit(self) -> u64 {
        match self {
            Method::RatioTimeslices { .. } => MILLION,
            Method::Occurrences | Method::Timeslices { .. } => 1,
        }
    }
}

/// Parts of a slice that is counted by its ratio.
pub(super) const MILLION: u64 = 1_000_000;

/// When there are too few events to judge by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Few {
    /// Fewer events than these are few.
    pub below: u32,
    /// What is done with them.
    pub then: FewThen,
}

/// What is done with few events.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum FewThen {
    /// The slice does not count; no burn rate is told.
    Skip,
    /// The slice counts as good.
    Good,
    /// They wait for those of the next slice and are judged together.
    Carry,
}

/// What a slice without events means.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum NoData {
    /// Nothing: it does not count.
    #[default]
    Skip,
    /// Nobody was let down.
    Good,
    /// Nobody was served.
    Bad,
}

/// A planned time that does not count.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Maintenance {
    /// What is done then.
    pub title: String,
    /// When it begins, from the run's start.
    pub from: Span,
    /// How long it takes.
    pub length: Span,
    /// After how long it comes again, if it does.
    pub every: Option<Span>,
}

impl Maintenance {
    /// Whether an instant lies in it.
    pub fn covers(&self, at: SimTime) -> bool {
        self.overlaps(at, at + Span::from_nanos(1))
    }

    /// Whether any of the time from one instant to a later one lies in it.
    pub fn overlaps(&self, from: SimTime, to: SimTime) -> bool {
        let (from, to) = (from.as_nanos(), to.as_nanos());
        let (begin, length) = (self.from.as_nanos(), self.length.as_nanos());
        if to <= begin {
            return false;
        }
        let Some(every) = self.every.map(|every| every.as_nanos().max(1)) else {
            return from < begin.saturating_add(length);
        };
        // The last beginning before the end of the time asked for.
        let last = begin + (to - 1 - begin) / every * every;
        from < last.saturating_add(length)
    }
}

/// A service level agreement: what customers get back.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Sla {
    /// The share of good events that is agreed.
    pub target: Ratio,
    /// Tiers: below this share, that part of the fee is credited. The first
    /// is the highest share.
    pub credits: Vec<(Ratio, Ratio)>,
    /// What customers pay for one window.
    pub fee: Money,
}

impl Sla {
    /// The part of the fee that is owed at a share of good events: that of the
    /// last tier it is below.
    pub fn credit(&self, sli: Ratio) -> Ratio {
        let reached = self.credits.iter().rev();
        let tier = reached
            .into_iter()
            .find(|(below, _)| sli.get() < below.get());
        tier.map_or(Ratio::ZERO, |(_, credit)| *credit)
    }

    /// The same as money, rounded to the nearest cent.
    pub fn owed(&self, sli: Ratio) -> Money {
        let cents = self.fee.cents() as f64 * self.credit(sli).get();
        Money::from_cents(libm::round(cents) as i64)
    }
}

/// How a team works, by the budget that is left.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Stance {
    /// Releases go out.
    #[default]
    Ship,
    /// Releases go out, and are watched.
    Careful,
    /// No release; mending only.
    Freeze,
    /// No release; everybody works on reliability.
    Reliability,
}

impl Stance {
    /// Whether releases may go out.
    pub fn ships(self) -> bool {
        self < Stance::Freeze
    }

    /// Its word in files and views.
    pub fn word(self) -> &'static str {
        match self {
            Stance::Ship => "ship",
            Stance::Careful => "careful",
            Stance::Freeze => "freeze",
            Stance::Reliability => "reliability",
        }
    }
}

/// What follows when less of the budget is left than this.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct PolicyRule {
    /// Below this share of the budget.
    pub below: f64,
    /// This.
    pub then: Stance,
}

/// What is measured, as queries to the metric store.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum SliQuery {
    /// Counters that only rise, apart from resets: what is bad and all there is.
    Counters {
        /// The counter of bad events, or of good ones.
        part: String,
        /// Whether `part` counts the good ones.
        good: bool,
        /// The counter of all events.
        total: String,
    },
    /// A value that is compared at each scrape; each scrape is one event.
    Threshold {
        /// The value.
        query: String,
        /// How it is compared when all is well.
        op: Compare,
        /// With what.
        value: f64,
    },
}

/// A comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs)] // each says what it is
pub enum Compare {
    Under,
    AtMost,
    Over,
    AtLeast,
}

impl Compare {
    /// Whether a value passes.
    pub fn holds(self, value: f64, limit: f64) -> bool {
        match self {
            Compare::Under => value < limit,
            Compare::AtMost => value <= limit,
            Compare::Over => value > limit,
            Compare::AtLeast => value >= limit,
        }
    }
}

impl Terms {
    /// The maintenance in which an instant lies.
    pub fn maintenance_at(&self, at: SimTime) -> Option<&Maintenance> {
        self.maintenance.iter().find(|planned| planned.covers(at))
    }

    /// How the team works with so much of the budget left.
    pub fn stance(&self, left: Option<f64>) -> Stance {
        let Some(left) = left else {
            return Stance::Ship;
        };
        let reached = self.policy.iter().filter(|rule| left < rule.below);
        reached.map(|rule| rule.then).max().unwrap_or_default()
    }
}
