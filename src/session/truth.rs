//! What the simulator knows and no operator is told: who spent the budgets.
//! Debriefs and scores read it; pages of a running lab never do.

use std::collections::{BTreeMap, VecDeque};

use serde::Serialize;

use crate::base::{Money, SimTime, Span};
use crate::world::{Cause, Outcome, PathId, UserDone};

/// Bad events by cause, for each objective, and what they cost. Counts are
/// simulated requests.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Truth {
    /// By objective: bad events by cause; no cause means the system's own nature.
    pub bad: Vec<BTreeMap<Option<Cause>, u64>>,
    /// Revenue of users' requests that failed (scaled).
    pub lost: Money,
    /// Requests that failed, were slowed down or lack a part, by position in
    /// the mix, path and whether they failed. Bounded: a run has at most
    /// [`MAX_HOPS`](crate::world::MAX_HOPS) different ways beside its first causes.
    pub paths: BTreeMap<(u32, PathId, bool), u64>,
    /// Some of them in full, newest last.
    pub samples: VecDeque<Sample>,
    /// Names of the objectives, in their order.
    #[serde(skip)]
    pub names: Vec<String>,
}

/// One request that did not go as it should.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Sample {
    /// When it ended.
    pub at: SimTime,
    /// Position in the mix.
    pub entry: u32,
    /// How it ended.
    pub outcome: Outcome,
    /// How long its user waited.
    pub waited: Span,
    /// Why.
    pub cause: Option<Cause>,
    /// How that reached the user.
    pub path: PathId,
    /// Whether the answer lacked a part.
    pub degraded: bool,
}

/// One way from a first cause to users.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Way {
    /// The way.
    pub path: PathId,
    /// Requests that failed by it.
    pub failed: u64,
    /// Requests that were answered, but later or poorer.
    pub poor: u64,
}

/// Samples kept.
const MOST_SAMPLES: usize = 256;

impl Truth {
    /// Nothing has happened yet.
    pub fn new(names: Vec<String>) -> Truth {
        Truth {
            bad: vec![BTreeMap::new(); names.len()],
            names,
            lost: Money::ZERO,
            paths: BTreeMap::new(),
            samples: VecDeque::new(),
        }
    }

    /// An objective is new.
    pub fn expect(&mut self, name: &str) {
        self.names.push(name.to_owned());
        self.bad.push(BTreeMap::new());
    }

    /// An objective is gone.
    pub fn forget(&mut self, name: &str) {
        if let Some(place) = self.names.iter().position(|known| known == name) {
            self.names.remove(place);
            self.bad.remove(place);
        }
    }

    /// A request ended; what went wrong with it is counted under its path. Of
    /// each path the 1st, 2nd, 4th, 8th, ... request is kept in full.
    pub fn trace(&mut self, done: &UserDone) {
        if done.path == PathId::NONE {
            return;
        }
        let key = (done.entry, done.path, !done.outcome.is_ok());
        let count = self.paths.entry(key).or_default();
        *count += 1;
        if !count.is_power_of_two() {
            return;
        }
        if self.samples.len() == MOST_SAMPLES {
            self.samples.pop_front();
        }
        self.samples.push_back(Sample {
            at: done.now,
            entry: done.entry,
            outcome: done.outcome,
            waited: done.duration,
            cause: done.cause,
            path: done.path,
            degraded: done.degraded,
        });
    }

    /// The ways by which trouble reached users, over all entries: those by
    /// which most requests failed first, then those that slowed most.
    pub fn ways(&self) -> Vec<Way> {
        let mut ways: BTreeMap<PathId, Way> = BTreeMap::new();
        for ((_, path, failed), count) in &self.paths {
            let way = ways.entry(*path).or_insert(Way {
                path: *path,
                failed: 0,
                poor: 0,
            });
            *(if *failed {
                &mut way.failed
            } else {
                &mut way.poor
            }) += count;
        }
        let mut ways: Vec<Way> = ways.into_values().collect();
        ways.sort_by_key(|way| std::cmp::Reverse((way.failed, way.poor)));
        ways
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
                *count = count.saturating_sub(then.get(cause).copied().unwrap_or(0));
                *count > 0
            });
            new
        };
        let none = BTreeMap::new();
        let before = |name: &String| {
            let place = earlier.names.iter().position(|known| known == name);
            place
                .and_then(|place| earlier.bad.get(place))
                .unwrap_or(&none)
        };
        Truth {
            bad: self
                .bad
                .iter()
                .zip(&self.names)
                .map(|(now, name)| difference(now, before(name)))
                .collect(),
            names: self.names.clone(),
            lost: Money::from_cents(self.lost.cents() - earlier.lost.cents()),
            paths: self
                .paths
                .iter()
                .map(|(key, count)| (*key, count - earlier.paths.get(key).copied().unwrap_or(0)))
                .filter(|(_, count)| *count > 0)
                .collect(),
            samples: self
                .samples
                .iter()
                .filter(|sample| {
                    earlier
                        .samples
                        .back()
                        .is_none_or(|last| sample.at > last.at)
                })
                .copied()
                .collect(),
        }
    }
}
