//! Prometheus rule files: recording and alerting rules.
//!
//! In: YAML as Prometheus reads it, or groups that other formats made. Out:
//! the same as typed groups, or as YAML that Prometheus reads. What an
//! expression means is not decided here.

pub mod duration;
mod read;
mod write;

pub(crate) use read::read_span;
pub use read::{group_list, read};
pub use write::{groups, write};

use super::Labels;
use crate::base::Span;

/// A whole file.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RuleFile {
    /// Its groups; names are unique.
    pub groups: Vec<Group>,
}

/// Rules that are evaluated one after the other, at the same times.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Group {
    /// Its name.
    pub name: String,
    /// Time between evaluations; none takes the server's.
    pub interval: Option<Span>,
    /// How far back in time everything is evaluated.
    pub query_offset: Option<Span>,
    /// Series or alerts that one rule may give; none or 0 is no limit.
    pub limit: Option<u64>,
    /// Labels that every rule gets.
    pub labels: Labels,
    /// The rules in order.
    pub rules: Vec<Rule>,
}

/// One rule.
#[derive(Clone, Debug, PartialEq)]
pub struct Rule {
    /// What becomes of the result.
    pub kind: Kind,
    /// The query.
    pub expr: String,
    /// Labels added to each series of the result.
    pub labels: Labels,
}

/// What becomes of a rule's result.
#[derive(Clone, Debug, PartialEq)]
pub enum Kind {
    /// It is stored as a metric.
    Record {
        /// The metric's name.
        metric: String,
    },
    /// Each series of it is an alert.
    Alert {
        /// The alert's name.
        name: String,
        /// How long it is pending before it fires.
        after: Span,
        /// How long it goes on firing when the series is gone.
        keep_firing: Span,
        /// Texts for people.
        annotations: Labels,
    },
}
