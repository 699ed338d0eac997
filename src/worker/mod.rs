//! Owns the running lab off the page's thread and runs it in slices.
//!
//! In: [`ToWorker`] messages and a clock. Out: [`FromWorker`] messages. The
//! loop itself ([`Runner`]) is plain code and tested natively; only `web`
//! knows that it runs in a browser's worker.

mod pace;
mod protocol;
mod recorded;
mod runner;
#[cfg(target_arch = "wasm32")]
mod web;

pub use crate::session::{File, LessonFiles, Opening};
pub use protocol::{Frame, FromWorker, Speed, ToWorker};
pub use runner::{Next, Runner};
#[cfg(target_arch = "wasm32")]
pub use web::start_worker;
