//! Objectives, error budgets and burn rates.
//!
//! In: users' requests as they end, and a scrape per interval. Out: how much
//! of each error budget is left and how fast it burns. The mathematics is the
//! SRE Workbook's (Google, "Implementing SLOs" and "Alerting on SLOs", 2018):
//! the budget is `1 - target` of the window's events, and a burn rate of 1
//! spends it exactly over the window.

mod burn;
mod calendar;
mod change;
mod count;
mod forecast;
mod objective;
mod read;
mod small_print;
mod stakes;
mod terms;
#[cfg(test)]
mod tests;
mod tracker;

pub use burn::{BurnPair, BurnWindow, BurnWindows, Severity};
pub use calendar::{Calendar, CalendarWindow, Date, Unit};
pub use change::{EDGE, ObjectiveChange, change};
pub use count::{Counter, Events};
pub use forecast::{Allowance, Forecast, allowance};
pub use objective::{Indicator, Inside, Loss, Measured, Objective};
pub use read::{indicator, objectives};
pub use stakes::{Gain, Stakes, next_nine};
pub use terms::{
    Compare, Few, FewThen, Maintenance, Method, NoData, PolicyRule, Sla, SliQuery, Stance, Terms,
};
pub use tracker::{Budget, LOOK_BACKS, Tracker};
