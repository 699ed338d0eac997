//! Time, units, ids, random streams, distributions, diagnostics, digests.
//!
//! The vocabulary of every other layer. It knows nothing of queues, services
//! or learners, does no I/O, and reads no clock.

mod diag;
mod digest;
mod dist;
mod id;
mod random;
mod time;
mod units;

pub use diag::{Diagnostic, Diagnostics, Place, Severity};
pub use digest::Digest;
pub use dist::Duration;
pub use id::{EdgeId, FaultId, PodId, RouteId, ServiceId};
pub use random::Stream;
pub use time::{NANOS_PER_SECOND, SimTime, Span};
pub use units::{Money, Rate, Ratio};
