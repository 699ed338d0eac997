//! Faults of telemetry: the world goes on as if nothing had happened, and what
//! was measured of it is wrong in the way of each.

use super::{act, lab, number, run, vector};
use xops_lab::session::Session;

fn struck(fault: &str, seconds: u64) -> Session {
    let mut session = lab("{scrape: 15s}", 6);
    run(&mut session, 600);
    act(
        &mut session,
        &format!("[{{inject: {{service: back, {fault}}}}}]"),
    );
    run(&mut session, seconds);
    session
}

const RATE: &str = "sum(rate(http_server_request_duration_seconds_count{service='back'}[5m]))";

/// What users got, by outcome, is the same with each of them as without.
#[test]
fn users_notice_nothing() {
    let calm = struck("no-op: true", 1_500);
    for fault in [
        "missing-scrape: 50%",
        "stale-target: true",
        "cardinality-explosion: 100",
        "wrong-clock: 2m",
    ] {
        let session = struck(fault, 1_500);
        assert_eq!(session.world().users(), calm.world().users(), "{fault}");
        let served = |session: &Session| (session.world().visits(0), session.world().visits(1));
        assert_eq!(served(&session), served(&calm), "{fault}");
        assert_eq!(
            session.telemetry().edge(),
            calm.telemetry().edge(),
            "{fault}"
        );
    }
}

/// 60 scrapes of 2 pods, each missed with a chance of 30 %: 36 of 120 are
/// expected, with a standard deviation of 5; seed 6.
#[test]
fn missed_scrapes_are_gaps_and_targets_that_are_down() {
    let session = struck("missing-scrape: 30%", 1_500);
    let missed = number(
        &session,
        "sum(count_over_time(up{service='back'}[900s])) - sum(sum_over_time(up{service='back'}[900s]))",
    );
    assert!((16.0..=56.0).contains(&missed), "{missed}");
    let there = number(
        &session,
        "sum(count_over_time(server_workers_max{service='back'}[900s]))",
    );
    assert_eq!(there, 120.0 - missed);
    // Rates reach over the gaps.
    let front = number(
        &session,
        "sum(rate(http_client_request_duration_seconds_count{server_address='back'}[5m]))",
    );
    assert!((number(&session, RATE) / front - 1.0).abs() < 0.15);
}

#[test]
fn a_target_that_stands_still_shows_no_rate_and_is_up() {
    let session = struck("stale-target: true", 1_500);
    assert_eq!(number(&session, RATE), 0.0);
    assert_eq!(number(&session, "sum(up{service='back'})"), 2.0);
    // Who calls it tells another story.
    let front = "sum(rate(http_client_request_duration_seconds_count{server_address='back'}[5m]))";
    assert!(number(&session, front) > 30.0);
    let mut session = session;
    act(&mut session, "[{end-fault: 0}]");
    run(&mut session, 1_900);
    assert!(number(&session, RATE) > 30.0);
}

#[test]
fn a_label_with_ever_new_values_fills_the_store_until_new_pods_are_missing() {
    let mut session = struck("cardinality-explosion: 2000", 700);
    assert_eq!(session.store().len(), 20_000);
    assert!(session.store().counts().refused_series > 0);
    let before = vector(&session, "count(up{service='back'})");
    act(&mut session, "[{scale: {service: back, replicas: 4}}]");
    run(&mut session, 800);
    assert_eq!(session.world().pods(1).count(), 4);
    assert_eq!(vector(&session, "count(up{service='back'})"), before);
    // What was there before goes on.
    assert!(number(&session, RATE) > 30.0);
    assert_eq!(number(&session, "prometheus_tsdb_head_series"), 20_000.0);
}

#[test]
fn a_clock_that_is_ahead_leaves_a_hole_when_it_is_set_right() {
    let mut session = struck("wrong-clock: 2m", 1_200);
    // The newest samples stand in the future: two minutes ago there was all of it.
    let last = "max(timestamp(server_workers_max{service='back'}))";
    assert!(number(&session, last) <= 1_200.0);
    let refused = session.store().counts().out_of_order;
    act(&mut session, "[{end-fault: 0}]");
    run(&mut session, 1_275);
    assert!(session.store().counts().out_of_order > refused + 100);
    run(&mut session, 1_500);
    let counts = session.store().counts().out_of_order;
    run(&mut session, 1_800);
    assert_eq!(session.store().counts().out_of_order, counts);
    assert!(number(&session, RATE) > 30.0);
}
