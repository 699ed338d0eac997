//! Owns the running lab off the page's thread and runs it in slices.
//!
//! In: [`ToWorker`] messages and a clock. Out: [`FromWorker`] messages. The
//! loop itself ([`Runner`]) is plain code and tested natively; only `web`
//! knows that it runs in a browser's worker.

mod lab;
mod pace;
mod protocol;
mod runner;
#[cfg(target_arch = "wasm32")]
mod web;

pub use protocol::{File, Frame, FromWorker, LessonFiles, Opening, Speed, ToWorker};
pub use runner::{Next, Runner};
#[cfg(target_arch = "wasm32")]
pub use web::{provoke_panic, start_worker};
