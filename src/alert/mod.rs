//! Alerts: from rules over metrics to a person who answers.
//!
//! In: rule files as Prometheus reads them and an Alertmanager's configuration,
//! both YAML; a metric store; the time. Out: the states of alerts and their
//! series, notifications, and who was paged when. It knows nothing of services
//! and objectives: those who do make rules of them.

pub mod designer;
pub mod labels;
pub mod notify;
pub mod oncall;
pub mod query;
pub mod rules;
mod state;
pub mod template;
pub mod testing;

pub use labels::{Labels, is_label};
pub use state::{Alert, Evaluation, RuleState, State, Written, record};
