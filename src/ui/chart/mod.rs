//! Charts.
pub mod color;
pub mod columns;
pub mod format;
pub mod marks;
pub mod plot;
pub mod summary;
pub mod ticks;
