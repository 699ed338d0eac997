//! The edges: the lab's own things in formats that others read.
//!
//! In: domain types. Out: texts, and domain types out of texts. Nothing here
//! reads a file or knows a page.

pub mod check;
pub mod graph;
mod labels;
pub mod openslo;
pub mod otlp;
mod query;
pub mod rules;
pub mod sloth;

pub use labels::{Labels, is_label};
