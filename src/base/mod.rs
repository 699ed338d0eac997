//! Time, units, ids, random streams, distributions, YAML with places, digests.
//!
//! The vocabulary of every other layer. It knows nothing of queues, services
//! or learners, does no I/O, and reads no clock.

mod diag;
mod digest;
mod dist;
mod id;
pub(crate) mod near;
pub mod order;
pub mod parse;
mod random;
mod read;
mod time;
mod units;
pub mod yaml;
mod zipf;

pub use diag::{Diagnostic, Diagnostics, Place, Severity, shown};
pub use digest::Digest;
pub use dist::{Duration, Sampler};
pub use id::{EdgeId, FaultId, PodId, RouteId, ServiceId};
pub use near::remedy as did_you_mean;
pub use random::Stream;
pub use read::{At, Fields, Report};
pub use time::{NANOS_PER_SECOND, SimTime, Span};
pub use units::{Bytes, Money, Rate, Ratio};
pub use zipf::Zipf;
