//! OpenSLO v1 (github.com/OpenSLO/OpenSLO): documents in and out.
//!
//! In: YAML with one or many documents, or lists of them. Out: every field of
//! the specification as typed values, what the specification forbids, what
//! this lab cannot run, and YAML again. References are followed between all
//! documents that are given together.

mod link;
mod model;
pub(in crate::formats) use read::items;
mod read;
mod shorthand;
#[cfg(test)]
mod tests;
mod write;

pub use link::resolve;
pub use model::{
    AlertCondition, AlertPolicy, Body, Calendar, DataSource, Document, Indicated, Kind, LabelValue,
    Link, Metadata, Method, Metric, Moment, Named, NotificationTarget, Objective, Op, Ratio, Raw,
    Service, Sli, Slo, Source, Target, TimeWindow,
};
pub use read::{Reading, is_openslo, read, reading};
pub use shorthand::{Shorthand, Unit};
pub use write::write;
