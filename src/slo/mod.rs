//! Objectives, error budgets and burn rates.
//!
//! In: users' requests as they end, and a scrape per interval. Out: how much
//! of each error budget is left and how fast it burns. The mathematics is the
//! SRE Workbook's (Google, "Implementing SLOs" and "Alerting on SLOs", 2018):
//! the budget is `1 - target` of the window's events, and a burn rate of 1
//! spends it exactly over the window.

mod burn;
mod objective;
mod read;
mod tracker;

pub use burn::{BurnPair, BurnWindow, BurnWindows, Severity};
pub use objective::{Indicator, Measured, Objective};
pub use read::objectives;
pub use tracker::{Budget, LOOK_BACKS, Tracker};
