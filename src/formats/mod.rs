//! The edges: the lab's own things in formats that others read.
//!
//! In: domain types. Out: texts, and domain types out of texts. Nothing here
//! reads a file or knows a page.

pub mod check;
pub mod graph;
pub mod openslo;
pub mod otlp;
pub mod sloth;

pub use crate::alert::{Labels, is_label, labels, query, rules};
