//! The root of the engine's module; see `xops_lab::worker`.
#![cfg(target_arch = "wasm32")]

use wasm_bindgen::prelude::wasm_bindgen;

/// Listens for the page's messages; called by `static/worker.js`.
#[wasm_bindgen]
pub fn start_worker() {
    xops_lab::worker::start_worker();
}

/// Panics on purpose, so that tests can see the page survive it.
#[wasm_bindgen]
pub fn provoke_panic() {
    panic!("provoked by a test");
}
