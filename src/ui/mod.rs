//! The pages: they render views and emit commands, and know nothing of how
//! the simulation works.
//!
//! In: [`crate::worker::FromWorker`] messages, the catalogue and lesson files,
//! what the browser stores. Out: [`crate::worker::ToWorker`] messages. No
//! arithmetic about the simulation happens here, and no text is written here
//! but in `strings`.
//!
//! [`route`], [`routes`], [`format`] and the planning halves of [`chart`] and
//! [`map`] import nothing of the web, so that they are tested natively.

pub mod chart;
pub mod format;
pub mod map;
pub mod route;
pub mod routes;

#[cfg(target_arch = "wasm32")]
mod app;
#[cfg(target_arch = "wasm32")]
mod asking;
#[cfg(target_arch = "wasm32")]
mod client;
#[cfg(target_arch = "wasm32")]
mod evidence;
#[cfg(target_arch = "wasm32")]
mod explore;
#[cfg(target_arch = "wasm32")]
mod fetch;
#[cfg(target_arch = "wasm32")]
mod hooks;
#[cfg(target_arch = "wasm32")]
mod keys;
#[cfg(target_arch = "wasm32")]
mod lab;
#[cfg(target_arch = "wasm32")]
mod lesson;
#[cfg(target_arch = "wasm32")]
mod notices;
#[cfg(target_arch = "wasm32")]
mod page;
#[cfg(target_arch = "wasm32")]
mod running;
#[cfg(target_arch = "wasm32")]
mod settings;
#[cfg(target_arch = "wasm32")]
mod store;
#[cfg(target_arch = "wasm32")]
mod strings;
#[cfg(target_arch = "wasm32")]
mod widget;
#[cfg(target_arch = "wasm32")]
mod workspace;

/// Mounts the application at `#app`.
#[cfg(target_arch = "wasm32")]
pub fn start_app() {
    let document = gloo::utils::document();
    if let Some(boot) = document.get_element_by_id("boot") {
        boot.remove();
    }
    let root = document
        .get_element_by_id("app")
        .unwrap_or_else(|| gloo::utils::body().into());
    yew::Renderer::<app::App>::with_root(root).render();
}
