//! The root of the page's module; see `xops_lab::ui`.
#![cfg(target_arch = "wasm32")]

use wasm_bindgen::prelude::wasm_bindgen;

/// Mounts the application; called by `static/boot.js`.
#[wasm_bindgen]
pub fn start_app() {
    xops_lab::ui::start_app();
}
