//! XOps Lab: a flight simulator for running production systems.
//!
//! Layers, lowest first; an import may only point to an earlier line. The map
//! for contributors is `src/README.md`.

pub mod alert;
pub mod base;
#[cfg(not(target_arch = "wasm32"))]
pub mod cli;
pub mod engine;
pub mod formats;
pub mod lesson;
pub mod ops;
pub mod promql;
pub mod session;
pub mod slo;
pub mod telemetry;
#[cfg(any(test, target_arch = "wasm32"))]
pub mod ui;
pub mod worker;
pub mod world;
