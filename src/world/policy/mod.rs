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

    /// Whether a retry budget, if there is one, has room for one more attempt.
    fn affords(&mut self, rules: &Option<spec::RetryBudget>, now: SimTime) -> bool {
        match (rules, &mut self.budget) {
            (Some(rules), Some(budget)) => budget.allows(rules, now, self.active, self.retrying),
            _ => true,
        }
    }
}

/// The policies of one call of a script, as they stand.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct SitePlan {
    pub breaker: Option<spec::Breaker>,
    pub bulkhead: Option<spec::Bulkhead>,
    pub budget: Option<spec::RetryBudget>,
}
