//! The canary judge: is a new version worse than the old one beside it?
//!
//! The definition is that of Spinnaker's automated canary analysis
//! (`NetflixACAJudge` of Kayenta), as its documentation "How canary judgment
//! works" describes it, in four steps: [`clean`](Rule::clean) the values of
//! both versions, [`classify`] each metric as high, low or neither, [`score`]
//! the metrics by groups, and compare the score with two thresholds. [`judge`]
//! does all four.
//!
//! In: for each metric the values of baseline and canary over the same time,
//! and its [`Rule`]. Out: a [`Judgement`], with every number it rests on. Pure
//! arithmetic: no clock, no randomness, nothing of the simulated world.
//!
//! ```
//! use xops_lab::ops::canary::{Advice, Metric, Rule, Thresholds, judge};
//!
//! let latency = Metric {
//!     name: "latency".to_owned(),
//!     groups: vec!["latency".to_owned()],
//!     muted: false,
//!     rule: Rule::default(),
//!     baseline: vec![98.0, 101.0, 99.0, 103.0, 100.0, 97.0, 102.0, 104.0],
//!     canary: vec![181.0, 176.0, 190.0, 188.0, 184.0, 179.0, 192.0, 187.0],
//! };
//! let found = judge(&[latency], &[], &Thresholds::default());
//! assert_eq!((found.score.value, found.advice), (0.0, Advice::Abort));
//! ```

mod classify;
mod clean;
mod normal;
mod rank;
mod root;
mod score;
#[cfg(test)]
mod tests;

pub use classify::{
    Class, Direction, Effects, Evidence, Finding, Measure, Missing, Rule, Why, classify,
};
pub use clean::{Fence, Summary, percentile, summary};
pub use rank::{Interval, RankTest, Unfit, cles, interval, rank_test};
pub use score::{
    Advice, Group, Judgement, Level, Metric, Score, Scored, Stop, Thresholds, judge, score,
};
