//! The workloads as a WASM module, for `wasm.mjs` to run in Node.
//!
//! An example and not a bench, because Cargo makes a `cdylib` of nothing else
//! beside a library. It is compiled as the site's engine is.
#![cfg(target_arch = "wasm32")]

mod network;
mod ours;
mod peer;
mod plain;
mod workloads;

use std::cell::RefCell;

use wasm_bindgen::prelude::wasm_bindgen;

use workloads::{Engine, WORKLOADS};

thread_local! {
    static ENGINES: RefCell<Vec<Engine>> = const { RefCell::new(Vec::new()) };
}

/// Number of workloads.
#[wasm_bindgen]
pub fn bench_workloads() -> u32 {
    WORKLOADS.len() as u32
}

/// The byte of a workload's name at a place; 0 past its end.
#[wasm_bindgen]
pub fn bench_name(workload: u32, place: u32) -> u32 {
    let name = WORKLOADS[workload as usize].name.as_bytes();
    name.get(place as usize).map_or(0, |byte| u32::from(*byte))
}

/// Makes every engine that can run a workload: ours, plain, peer. Returns how many.
#[wasm_bindgen]
pub fn bench_start(workload: u32) -> u32 {
    let engines = Engine::all(&WORKLOADS[workload as usize]);
    let count = engines.len() as u32;
    ENGINES.with_borrow_mut(|held| *held = engines);
    count
}

/// Lets an engine handle about so many events; returns how many they were.
#[wasm_bindgen]
pub fn bench_run(engine: u32, events: u32) -> f64 {
    ENGINES.with_borrow_mut(|held| held[engine as usize].run(u64::from(events)) as f64)
}

/// Mean time in the system, in milliseconds.
#[wasm_bindgen]
pub fn bench_mean(engine: u32) -> f64 {
    ENGINES.with_borrow(|held| held[engine as usize].mean())
}
