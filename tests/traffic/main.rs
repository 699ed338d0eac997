//! Traffic against theory: thinned profiles, closed networks, admission.
//!
//! Seeds are 1 to 5 unless a test says otherwise, and every run repeats
//! exactly, so a failure repeats with `cargo test --test traffic`. Tolerances
//! stand beside the figures and are five standard errors or more.

mod admission;
mod closed;
mod faults;
mod files;
mod profiles;
mod support;
mod whole;
