//! Where a run stood when something was done: cheap to take, and enough to
//! find out from which moment on two runs were not the same.

use serde::{Deserialize, Serialize};

use super::Session;
use crate::base::{Money, SimTime};
use crate::world::Outcome;

/// What had become of users until an instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark {
    /// The instant.
    pub at: SimTime,
    /// Requests of users that had ended, simulated ones.
    pub requests: u64,
    /// Those among them that were not answered well.
    pub failed: u64,
    /// Sales lost.
    pub lost: Money,
}

impl Session {
    /// Where the run stands.
    pub fn mark(&self) -> Mark {
        let outcomes = self.telemetry.edge().outcomes();
        let requests: u64 = outcomes.iter().sum();
        let good = Outcome::ALL.iter().zip(outcomes);
        let good: u64 = good
            .filter(|(o, _)| **o == Outcome::Ok)
            .map(|(_, n)| n)
            .sum();
        Mark {
            at: self.now(),
            requests,
            failed: requests - good,
            lost: self.truth.lost,
        }
    }

    /// Where it stood after each command of the journal.
    pub fn marks(&self) -> &[Mark] {
        &self.marks
    }
}
