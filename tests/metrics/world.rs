//! Watching does not change what is watched.

use super::{act, lab, run};
use xops_lab::base::{Digest, SimTime, Span};
use xops_lab::session::Session;

/// Digest of the world alone, after twenty minutes with a fault, a deploy of
/// pods and a scaling.
fn outcome(telemetry: &str) -> String {
    let mut session = lab(telemetry, 7);
    run(&mut session, 300);
    act(
        &mut session,
        "[{inject: {service: back, kill: 1}}, {scale: {service: front, replicas: 3}}]",
    );
    run(&mut session, 700);
    act(
        &mut session,
        "[{inject: {service: db, latency: 200ms, for: 2m}}, {restart: back}]",
    );
    run(&mut session, 1_200);
    Digest::of(session.world()).to_string()
}

#[test]
fn telemetry_never_changes_the_world() {
    let usual = outcome("{scrape: 15s}");
    for other in [
        "{scrape: 5s}",
        "{scrape: 60s}",
        "{scrape: 15s, metrics: false}",
        "{scrape: 15s, retention: 1h}",
        "{scrape: 15s, retention: 400d}",
    ] {
        assert_eq!(outcome(other), usual, "{other}");
    }
}

#[test]
fn the_store_is_the_same_in_slices_of_any_size() {
    let text = |session: &Session| session.exposition();
    let mut whole = lab("{scrape: 15s}", 3);
    run(&mut whole, 600);
    for budget in [1, 7, 1_000] {
        let mut sliced = lab("{scrape: 15s}", 3);
        let until = SimTime::ZERO + Span::from_secs(600);
        while sliced.advance(until, budget) == xops_lab::engine::Progress::OutOfBudget {}
        assert_eq!(text(&sliced), text(&whole), "slices of {budget}");
        assert_eq!(sliced.store().counts(), whole.store().counts());
    }
}

#[test]
fn a_clone_goes_on_by_itself() {
    let mut session = lab("{scrape: 15s}", 3);
    run(&mut session, 300);
    let mut fork = session.clone();
    run(&mut fork, 600);
    let before = session.store().counts();
    assert_ne!(fork.store().counts(), before);
    run(&mut session, 600);
    assert_eq!(session.exposition(), fork.exposition());
}
