//! Faults: what can go wrong on request, where, and for how long.

use serde::{Deserialize, Serialize};

use crate::base::{Ratio, Span};

/// A fault as someone asks for it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FaultSpec {
    /// The service it acts on.
    pub service: String,
    /// One of its routes; all where none is named.
    pub route: Option<String>,
    /// What it does.
    pub kind: FaultKind,
    /// When it ends by itself; until someone ends it where absent.
    pub duration: Option<Span>,
}

/// What a fault does.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FaultKind {
    /// Every request waits this much longer before its work begins, holding its worker.
    Latency {
        /// The extra wait.
        extra: Span,
    },
    /// This share of requests is answered with an error after its work is done.
    Errors {
        /// The share.
        ratio: Ratio,
    },
    /// So many ready pods die at once, with all they hold, and are started again.
    KillPods {
        /// How many; all that are ready if fewer.
        pods: u32,
    },
}
