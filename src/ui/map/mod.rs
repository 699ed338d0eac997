//! The service map: the face of the product.
//!
//! In: a [`crate::session::View`] and which service is selected. Out: which
//! service was chosen. The map knows nothing of how the system works: it shows
//! what telemetry and the control plane would tell.
//!
//! Where everything stands is worked out by [`crate::formats::graph`]. Pure and
//! tested natively: how dots travel ([`flow`]), where arrow keys lead
//! ([`walk`]), what is said ([`words`]). For the browser: pictures of services, pods, queues and calls
//! in SVG, and a canvas between them for the dots.

pub mod flow;
pub mod walk;
pub mod words;

#[cfg(target_arch = "wasm32")]
mod edge;
#[cfg(target_arch = "wasm32")]
mod key;
#[cfg(target_arch = "wasm32")]
mod motion;
#[cfg(target_arch = "wasm32")]
mod node;
#[cfg(target_arch = "wasm32")]
mod pods;
#[cfg(target_arch = "wasm32")]
mod service_map;

#[cfg(target_arch = "wasm32")]
pub use service_map::ServiceMap;
