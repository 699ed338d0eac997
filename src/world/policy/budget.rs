//! The retry budget: retries may be a share of all attempts, so that they
//! cannot multiply an overload.

use serde::Serialize;

use super::window::Window;
use crate::base::{SimTime, Span};
use crate::world::spec::RetryBudget as Rules;

/// A running budget.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub(crate) struct Budget {
    /// Calls begun and retries, for a budget over recent calls.
    window: Option<(Window, Span)>,
}

impl Budget {
    /// Nothing begun yet.
    pub fn new(rules: &Rules) -> Budget {
        Budget {
            window: match rules {
                Rules::Recent { window, .. } => Some((Window::new(*window), *window)),
                Rules::Active { .. } => None,
            },
        }
    }

    /// A call begins.
    pub fn begun(&mut self, now: SimTime) {
        if let Some((window, _)) = &mut self.window {
            window.add(now, 1, 0);
        }
    }

    /// Whether one more retry may be made, beside `retrying` of `active`
    /// attempts under way.
    ///
    /// Envoy: at most `max(share x active, min)` retries under way. Finagle:
    /// over the window, at most `min x window + share x calls` retries.
    pub fn allows(&mut self, rules: &Rules, now: SimTime, active: u32, retrying: u32) -> bool {
        match (rules, &mut self.window) {
            (Rules::Active { share, min }, _) => {
                let share = (share.get() * f64::from(active)) as u32;
                retrying < share.max(*min)
            }
            (Rules::Recent { share, min, .. }, Some((window, length))) => {
                let [calls, retries] = window.sums(now);
                let most = min * length.as_secs_f64() + share.get() * f64::from(calls);
                let allowed = f64::from(retries + 1) <= most;
                if allowed {
                    window.add(now, 0, 1);
                }
                allowed
            }
            (Rules::Recent { .. }, None) => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::Ratio;

    #[test]
    fn a_share_of_recent_calls_may_be_tried_again() {
        let rules = Rules::Recent {
            share: Ratio::new(0.2).unwrap_or_default(),
            min: 0.0,
            window: Span::from_secs(10),
        };
        let mut budget = Budget::new(&rules);
        let now = SimTime::from_secs(1);
        for _ in 0..100 {
            budget.begun(now);
        }
        let allowed = (0..100)
            .filter(|_| budget.allows(&rules, now, 0, 0))
            .count();
        assert_eq!(allowed, 20);
        assert!(!budget.allows(&rules, SimTime::from_secs(60), 0, 0));
    }

    #[test]
    fn a_share_of_active_attempts_has_a_least_number() {
        let rules = Rules::Active {
            share: Ratio::new(0.2).unwrap_or_default(),
            min: 3,
        };
        let mut budget = Budget::new(&rules);
        let mut most = |active| {
            (0..)
                .find(|retrying| !budget.allows(&rules, SimTime::ZERO, active, *retrying))
                .unwrap_or(0)
        };
        assert_eq!((most(0), most(10), most(100)), (3, 3, 20));
    }
}
