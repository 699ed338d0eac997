//! What Alertmanager does: alerts in, notifications out.
//!
//! In: its configuration, as YAML that Alertmanager reads, silences, and alerts
//! with their times. Out: who is told what and when, and why somebody is not.
//! Times are milliseconds.

mod config;
mod dispatch;
mod interval;
mod matchers;
mod mute;
mod read;
mod route;
#[cfg(test)]
mod tests;
mod write;

pub use config::{Config, Inhibition, Interval, NamedIntervals, Receiver, Route};
pub use dispatch::{Incoming, Manager, Muted, Notification, Timing};
pub use interval::{Moment, Range, TimeRange};
pub use matchers::{matcher, matchers, tell};
pub use mute::{Silence, inhibited, is_silenced};
pub use read::{read, section};
pub use route::{Leg, legs};
pub use write::{tree, write};
