//! All metrics together: groups, weights, and what to do.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::classify::{Class, Finding, Rule, classify};

/// From this share of metrics without values on, nothing can be said.
const MOST_WITHOUT_DATA: f64 = 0.5;

/// One metric of a canary analysis.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Metric {
    /// What is measured.
    pub name: String,
    /// The groups that it counts in.
    pub groups: Vec<String>,
    /// Whether it is shown only, and has no part in the score.
    pub muted: bool,
    /// How it is judged.
    pub rule: Rule,
    /// The old version's values.
    pub baseline: Vec<f64>,
    /// The new version's, over the same time.
    pub canary: Vec<f64>,
}

/// What a metric brings to the score.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scored {
    /// What was found.
    pub class: Class,
    /// Whether anything but a pass fails the canary.
    pub critical: bool,
    /// The groups that it counts in.
    pub groups: Vec<String>,
}

/// The scores that matter, from 0 to 100.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Thresholds {
    /// At least this passes.
    pub pass: f64,
    /// At least this is marginal.
    pub marginal: f64,
}

impl Default for Thresholds {
    /// What Kayenta's documentation uses in its examples.
    fn default() -> Self {
        Thresholds {
            pass: 95.0,
            marginal: 75.0,
        }
    }
}

/// How a score stands to the thresholds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Level {
    /// At or above the first.
    Pass,
    /// Between them.
    Marginal,
    /// Below both.
    Fail,
}

/// What to do with the canary.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Advice {
    /// Go on with the rollout.
    Promote,
    /// Wait, and let a person look.
    Pause,
    /// Take it back.
    Abort,
    /// Too little was measured to say; it must not go on by itself.
    Inconclusive,
}

/// One group of metrics.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Group {
    /// Its name.
    pub name: String,
    /// Metrics that passed.
    pub passed: u32,
    /// Metrics that passed or failed; the others had nothing to say.
    pub counted: u32,
    /// How much it weighs, in percent.
    pub weight: f64,
}

impl Group {
    /// The share that passed, in percent; 0 if nothing counted.
    pub fn score(&self) -> f64 {
        if self.counted == 0 {
            return 0.0;
        }
        f64::from(self.passed) / f64::from(self.counted) * 100.0
    }
}

/// Why a score is 0 whatever the groups say.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Stop {
    /// The critical metric at this place, from 0, did not pass.
    Critical(u32),
    /// Half of the metrics or more had no values, or there was no metric.
    NoData,
}

/// The score and its parts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Score {
    /// From 0 to 100, to two decimals.
    pub value: f64,
    /// The groups, by name.
    pub groups: Vec<Group>,
    /// What made it 0, if something did.
    pub stop: Option<Stop>,
}

/// What was found of a canary.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Judgement {
    /// Of each metric, in their order.
    pub findings: Vec<Finding>,
    /// The score of those that are not muted; [`Stop::Critical`] counts all.
    pub score: Score,
    /// How it stands to the thresholds.
    pub level: Level,
    /// What to do.
    pub advice: Advice,
}

/// Scores metrics. A group's score is the share of its metrics that passed;
/// groups without a weight share what the weights leave of 100, and a group
/// that measured nothing counts as if all had passed.
pub fn score(results: &[Scored], weights: &[(String, f64)]) -> Score {
    let groups = groups(results, weights);
    let critical = results
        .iter()
        .position(|result| result.critical && result.class != Class::Pass);
    let silent = results
        .iter()
        .filter(|result| result.class == Class::Nodata)
        .count();
    let stop = match critical {
        Some(place) => Some(Stop::Critical(u32::try_from(place).unwrap_or(u32::MAX))),
        None if silent as f64 >= MOST_WITHOUT_DATA * results.len() as f64 => Some(Stop::NoData),
        None => None,
    };
    let sum: f64 = groups
        .iter()
        .map(|group| {
            let score = if group.counted == 0 {
                100.0
            } else {
                group.score()
            };
            score * (group.weight / 100.0)
        })
        .sum();
    Score {
        value: if stop.is_some() { 0.0 } else { to_cents(sum) },
        groups,
        stop,
    }
}

fn groups(results: &[Scored], weights: &[(String, f64)]) -> Vec<Group> {
    let mut counts: BTreeMap<&str, (u32, u32)> = BTreeMap::new();
    for result in results {
        let (passed, counted) = match result.class {
            Class::Pass => (1, 1),
            Class::High | Class::Low | Class::NodataFailMetric => (0, 1),
            Class::Nodata | Class::Error => (0, 0),
        };
        for group in &result.groups {
            let count = counts.entry(group).or_default();
            count.0 += passed;
            count.1 += counted;
        }
    }
    let given = |name: &str| {
        let found = weights.iter().find(|(group, _)| group == name);
        found.map(|(_, weight)| *weight)
    };
    let total: f64 = weights.iter().map(|(_, weight)| weight).sum();
    let without = counts.keys().filter(|name| given(name).is_none()).count();
    let share = (100.0 - total) / without.max(1) as f64;
    counts
        .iter()
        .map(|(name, (passed, counted))| Group {
            name: (*name).to_owned(),
            passed: *passed,
            counted: *counted,
            weight: given(name).unwrap_or(share),
        })
        .collect()
}

/// To two decimals, halves up.
fn to_cents(value: f64) -> f64 {
    libm::floor(value * 100.0 + 0.5) / 100.0
}

impl Thresholds {
    /// How a score stands to them.
    pub fn level(&self, score: f64) -> Level {
        if score >= self.pass {
            Level::Pass
        } else if score >= self.marginal {
            Level::Marginal
        } else {
            Level::Fail
        }
    }
}

impl Score {
    /// What to do about a score that stands so.
    pub fn advice(&self, level: Level) -> Advice {
        match (level, self.stop) {
            (Level::Pass, _) => Advice::Promote,
            (Level::Marginal, _) => Advice::Pause,
            (Level::Fail, Some(Stop::NoData)) => Advice::Inconclusive,
            (Level::Fail, _) => Advice::Abort,
        }
    }
}

/// Classifies every metric, scores them, and says what to do.
pub fn judge(metrics: &[Metric], weights: &[(String, f64)], thresholds: &Thresholds) -> Judgement {
    let findings: Vec<Finding> = metrics
        .iter()
        .map(|metric| classify(&metric.baseline, &metric.canary, &metric.rule))
        .collect();
    let heard: Vec<usize> = (0..metrics.len()).filter(|m| !metrics[*m].muted).collect();
    let results: Vec<Scored> = heard
        .iter()
        .map(|place| Scored {
            class: findings[*place].class,
            critical: findings[*place].critical,
            groups: metrics[*place].groups.clone(),
        })
        .collect();
    let mut score = score(&results, weights);
    // A place among those that are heard, as a place among all.
    if let Some(Stop::Critical(place)) = &mut score.stop {
        *place = heard
            .get(*place as usize)
            .and_then(|place| u32::try_from(*place).ok())
            .unwrap_or(*place);
    }
    let level = thresholds.level(score.value);
    Judgement {
        advice: score.advice(level),
        findings,
        score,
        level,
    }
}
