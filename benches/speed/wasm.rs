//! The workloads as a WASM module, for `wasm.mjs` to run in Node and in Chromium.
//!
//! An example and not a bench, because Cargo makes a `cdylib` of nothing else
//! beside a library. It is compiled as the site's engine is.
#![cfg(target_arch = "wasm32")]

mod network;
mod ours;
mod peer;
mod plain;
mod queries;
mod workloads;

use std::cell::RefCell;

use wasm_bindgen::prelude::wasm_bindgen;

use queries::Queries;
use workloads::{Engine, WORKLOADS};

thread_local! {
    static QUERIES: RefCell<Option<Queries>> = const { RefCell::new(None) };
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
    letter(WORKLOADS[workload as usize].name, place)
}

fn letter(name: &str, place: u32) -> u32 {
    let byte = name.as_bytes().get(place as usize);
    byte.map_or(0, |byte| u32::from(*byte))
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

/// Simulates what the queries are about. Returns how many rows there are.
#[wasm_bindgen]
pub fn bench_queries() -> u32 {
    let queries = Queries::new();
    let count = queries.names().len() as u32;
    QUERIES.with_borrow_mut(|held| *held = Some(queries));
    count
}

/// The byte of a row's name at a place; 0 past its end.
#[wasm_bindgen]
pub fn bench_question(row: u32, place: u32) -> u32 {
    QUERIES.with_borrow(|held| {
        let name = held.iter().flat_map(Queries::names).nth(row as usize);
        letter(name.unwrap_or(""), place)
    })
}

/// Asks everything of a row.
#[wasm_bindgen]
pub fn bench_ask(row: u32) {
    QUERIES.with_borrow(|held| held.iter().for_each(|queries| queries.ask(row as usize)));
}
