//! Databases, caches, queues and dependencies against theory and closed forms,
//! what emerges from them, and every fault that concerns them.
//!
//! Seeds are stated beside each figure, and so are samples and tolerance;
//! tolerances are about five standard errors, autocorrelation included.
#![allow(clippy::unwrap_used)]

mod caches;
mod databases;
mod emergence;
mod faults;
mod streams;
#[path = "../support/watched.rs"]
mod watched;

fn near(what: &str, found: f64, expected: f64, relative: f64) {
    assert!(
        (found / expected - 1.0).abs() < relative,
        "{what}: {found} instead of {expected} (+- {relative})"
    );
}

/// A front whose only page runs `script`, and whatever it needs.
fn front(rate: &str, script: &str, others: &str) -> String {
    format!(
        "title: stores
about: one page
traffic:
  rate: {rate}
  mix: [{{route: front/page}}]
services:
  front:
    about: asks
    kind: gateway
    replicas: 1
    workers: 10000
    queue: 10000
    routes:
      page: {script}
{others}"
    )
}
