//! Commands, journal, and views of a running lab.

mod command;
mod view;

pub use command::{Author, Command, JournalEntry, Refusal};
pub use view::{
    BurnRate, Charts, EdgeView, EventKind, FaultView, Health, Latency, Panel, PodState, PodView,
    RouteView, Scope, Series, ServiceKind, ServiceView, SloView, TimelineEvent, Unit, VersionView,
    View,
};
