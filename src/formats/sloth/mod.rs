//! Sloth's files: objectives in, Prometheus rules out.
//!
//! In: `prometheus/v1` specifications, the same as Kubernetes resources
//! (`sloth.slok.dev/v1`, kind `PrometheusServiceLevel`), and alert windows.
//! Out: the recording and alerting rules that Sloth (github.com/slok/sloth)
//! would generate. Plugins are programs and are not run: a file that needs one
//! is refused.

mod generate;
mod read;
pub(in crate::formats) mod template;
mod windows;

pub use generate::{Output, rules};
pub use read::{Dialect, dialect, read, specification};
pub use windows::{is_windows, read_windows, windows};

use super::Labels;
use crate::base::Span;

/// The objectives of one service.
#[derive(Clone, Debug, PartialEq)]
pub struct Specification {
    /// The Kubernetes resource around it, if there is one.
    pub resource: Option<Resource>,
    /// The service.
    pub service: String,
    /// Its objectives, names unique, at least one.
    pub slos: Vec<Slo>,
}

/// What names a Kubernetes resource.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Resource {
    /// Its name.
    pub name: String,
    /// Its namespace.
    pub namespace: Option<String>,
    /// Its labels; unlike those of Prometheus, with any name.
    pub labels: Labels,
    /// Its annotations.
    pub annotations: Labels,
}

/// One objective.
#[derive(Clone, Debug, PartialEq)]
pub struct Slo {
    /// Its name.
    pub name: String,
    /// What it is about.
    pub description: String,
    /// The target in percent, as the file writes it: above 0, at most 100.
    pub objective: f64,
    /// Labels of every rule, those of the service included.
    pub labels: Labels,
    /// What is measured.
    pub sli: Sli,
    /// Time between evaluations of the three groups; none takes the server's.
    pub intervals: Intervals,
    /// The alert that wakes somebody, unless disabled.
    pub page: Option<Alert>,
    /// The alert that waits for working hours, unless disabled.
    pub ticket: Option<Alert>,
}

/// What is measured. Queries hold `{{.window}}` where the window goes.
#[derive(Clone, Debug, PartialEq)]
pub enum Sli {
    /// Bad events over all events.
    Events {
        /// Counts bad events.
        errors: String,
        /// Counts all events.
        total: String,
    },
    /// The share of bad events itself.
    Raw {
        /// Gives 0 to 1.
        ratio: String,
    },
}

/// Time between evaluations of each group of rules.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Intervals {
    /// Of the recorded error ratios.
    pub sli: Option<Span>,
    /// Of what is recorded about the objective.
    pub meta: Option<Span>,
    /// Of the alerts.
    pub alerts: Option<Span>,
}

/// What an alert says beyond what all alerts of its severity say.
#[derive(Clone, Debug, PartialEq)]
pub struct Alert {
    /// Its name.
    pub name: String,
    /// Its labels.
    pub labels: Labels,
    /// Its annotations.
    pub annotations: Labels,
}
