//! The workspace: a running lab with everything that is needed to operate it.

mod act;
mod alerts;
mod calls;
mod crash;
mod dashboards;
mod designer;
mod diagnostics;
mod faults;
mod fleet;
mod help;
mod input;
mod inspector;
mod map_tab;
mod objective;
mod panels;
mod ranges;
mod recording;
mod run_dialog;
mod service;
mod sharing;
mod shell;
mod slo_chip;
mod slos;
mod speed;
mod theme;
mod timeline;
mod topbar;
mod traffic;

pub use crash::copy;
pub use panels::{ComparisonPanel, use_annotations};
pub use ranges::Times;
pub use sharing::download;
pub use shell::Workspace;
pub use theme::theme_switch;
