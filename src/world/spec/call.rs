//! How a caller protects itself: the policies of one call.

use crate::base::{Ratio, Span};

use super::Step;

/// What a caller does beside timeout and retries. The default does nothing.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Policy {
    /// Stop asking a callee that fails.
    pub breaker: Option<Breaker>,
    /// How many attempts may be under way at once.
    pub bulkhead: Option<Bulkhead>,
    /// When a second attempt is sent beside one that has not been answered.
    pub hedge: Option<Span>,
    /// What to do instead when the call has failed; the answer is then degraded.
    pub fallback: Option<Vec<Step>>,
    /// Whether the callee is told how much time is left, and stops when it is over.
    pub deadline: bool,
    /// Whether a callee stops when its caller has given up.
    pub cancel: bool,
}

/// How many attempts may be retries, over all calls of one place in a script.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum RetryBudget {
    /// A share of the attempts under way (Envoy, `retry_budget` of a cluster's circuit breakers).
    Active {
        /// The share.
        share: Ratio,
        /// Retries that may always be under way.
        min: u32,
    },
    /// A share of the calls begun within a window (Finagle, `RetryBudget`).
    Recent {
        /// The share.
        share: Ratio,
        /// Retries per second that are always allowed.
        min: f64,
        /// How far back it looks.
        window: Span,
    },
}

/// A circuit breaker (Nygard, "Release It!", 2007; states and half-open
/// probes as in resilience4j).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Breaker {
    /// When it opens.
    pub trip: Trip,
    /// How long it stays open.
    pub open_for: Span,
    /// Attempts that are let through to find out whether it may close.
    pub probes: u32,
}

/// What opens a breaker.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Trip {
    /// So many failures in a row.
    Consecutive(u32),
    /// A share of failures within a window.
    Rate {
        /// The share at which it opens.
        share: Ratio,
        /// How far back it looks, in ten slices.
        window: Span,
        /// It does not judge fewer attempts than this.
        min_calls: u32,
    },
}

impl Default for Breaker {
    /// Half of at least 20 attempts in 10 seconds; open for 10 seconds; 3 probes.
    fn default() -> Self {
        Breaker {
            trip: Trip::Rate {
                share: Ratio::new(0.5).unwrap_or_default(),
                window: Span::from_secs(10),
                min_calls: 20,
            },
            open_for: Span::from_secs(10),
            probes: 3,
        }
    }
}

/// A limit of attempts under way at once, so that one slow callee cannot hold
/// every worker of its caller.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bulkhead {
    /// Attempts at once.
    pub limit: u32,
    /// How long one more may wait for its turn; refused at once where absent.
    pub wait: Option<Span>,
    /// How many may wait.
    pub queue: u32,
}
