//! What the simulator knows and no operator is told: who spent the budgets.
//! Debriefs and scores read it; pages of a running lab never do.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::base::Money;
use crate::world::Cause;

/// Bad events by cause, for each objective, and what they cost. Counts are
/// simulated requests.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Truth {
    /// By objective: bad events by cause; no cause means the system's own nature.
    pub bad: Vec<BTreeMap<Option<Cause>, u64>>,
    /// Revenue of users' requests that failed (scaled).
    pub lost: Money,
}

impl Truth {
    /// Nothing has happened yet.
    pub fn new(objectives: usize) -> Truth {
        Truth {
            bad: vec![BTreeMap::new(); objectives],
            lost: Money::ZERO,
        }
    }

    /// One bad event of an objective.
    pub fn blame(&mut self, objective: usize, cause: Option<Cause>) {
        if let Some(causes) = self.bad.get_mut(objective) {
            *causes.entry(cause).or_default() += 1;
        }
    }

    /// What has happened since an earlier state of the same run.
    pub fn since(&self, earlier: &Truth) -> Truth {
        let difference = |now: &BTreeMap<Option<Cause>, u64>,
                          then: &BTreeMap<Option<Cause>, u64>| {
            let mut new = now.clone();
            new.retain(|cause, count| {
                *count -= then.get(cause).copied().unwrap_or(0);
                *count > 0
            });
            new
        };
        Truth {
            bad: self
                .bad
                .iter()
                .zip(&earlier.bad)
                .map(|(now, then)| difference(now, then))
                .collect(),
            lost: Money::from_cents(self.lost.cents() - earlier.lost.cents()),
        }
    }
}
