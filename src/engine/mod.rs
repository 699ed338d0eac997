//! Event queue and kernel: discrete-event simulation in general.
//!
//! In: events with a time. Out: the same events, one at a time, in order of
//! (time, scheduling). It knows no microservice.

mod kernel;
mod queue;
mod slab;

pub use kernel::{Agenda, Model, Progress};
pub use queue::{EventQueue, MAX_PENDING};
pub use slab::{Key, Slab};
