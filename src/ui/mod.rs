//! Pages.
pub mod chart;
