//! The simulated system.

mod fault;

pub use fault::{FaultKind, FaultSpec};
