//! What callers do to protect themselves and their callees: the running state
//! of the policies of each call of a script.
//!
//! In: the policies of [`spec::Call`](super::spec::Call). A call without any
//! has no [`Site`] and costs one branch. It knows no script and no pod; the
//! rules that tie it to them are in `guarded`, `hedge` and `cancel`.

mod breaker;
mod budget;
mod cancel;
mod guarded;
mod hedge;
mod ring;
mod shield;
mod tuning;
mod window;

use std::collections::VecDeque;

use serde::Serialize;

use crate::base::SimTime;
use crate::engine::Key;

use super::spec;
use breaker::Breaker;
use budget::Budget;

pub(super) use ring::Ring;
pub(super) use shield::Shield;

pub use breaker::BreakerState;
pub use shield::{GuardStatus, GuardTuning};
pub use tuning::{CallStatus, Tuning};

/// One call of a script that has a policy, across all requests that make it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(super) struct Site {
    /// Attempts under way.
    pub active: u32,
    /// Retries under way or waiting for their turn.
    pub retrying: u32,
    pub breaker: Option<Breaker>,
    pub budget: Option<Budget>,
    /// Calls that wait for the bulkhead, and until when.
    pub waiting: VecDeque<(Key, SimTime)>,
    /// Whether the first deadline in `waiting` is on the agenda.
    pub armed: bool,
    /// The call that began last: what a full bulkhead follows to find its cause.
    pub last_begun: Key,
}

impl Site {
    /// Nothing under way.
    pub fn new(call: &SitePlan) -> Site {
        Site {
            active: 0,
            retrying: 0,
            breaker: call.breaker.as_ref().map(Breaker::new),
            budget: call.budget.as_ref().map(Budget::new),
            waiting: VecDeque::new(),
            armed: false,
            last_begun: Key::NONE,
        }
    }
}

/// What policies keep of one call under way.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub(super) struct Guard {
    /// A second attempt beside the first.
    pub hedge: Key,
    /// The state of the breaker that let the attempt through.
    pub era: u32,
    /// Whether that breaker waits for a result.
    pub permit: bool,
    /// Whether it counts as a retry.
    pub retried: bool,
    /// Attempts of it that count as under way.
    pub counted: u8,
}

impl Guard {
    /// Nothing sent.
    pub const NEW: Guard = Guard {
        hedge: Key::NONE,
        era: 0,
        permit: false,
        retried: false,
        counted: 0,
    };
}

/// The policies of one call of a script, as they stand.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct SitePlan {
    pub breaker: Option<spec::Breaker>,
    pub bulkhead: Option<spec::Bulkhead>,
    pub budget: Option<spec::RetryBudget>,
}
