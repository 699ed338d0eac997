//! The pages: they render views and emit commands, and know nothing of how
//! the simulation works.

pub mod chart;
pub mod map;
