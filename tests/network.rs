//! Faults of the network between services: what users and callees see of each,
//! and that it ends cleanly.
//!
//! Seeds are fixed; tolerances are about five standard errors of the samples
//! stated beside each figure.

mod common;

use common::{Tally, close, run, spec};
use xops_lab::base::Span;
use xops_lab::world::{FaultKind, FaultSpec, Forecast, NodeAct, Outcome, World};

const FRONT: u32 = 0;
const BACK: u32 = 2;

/// Users ask `front` and `side`, 50 times a second each, and both ask `back`,
/// which takes 20 ms.
fn world(call: &str) -> World {
    let text = format!(
        "title: three
about: two ask one
traffic: {{rate: 100/s, patience: 60s, mix: [{{route: front/get}}, {{route: side/get}}]}}
services:
  front: {{about: asks, replicas: 1, workers: 10000, queue: 0, routes: {{get: [call: {{to: back/get{call}}}]}}}}
  side: {{about: asks, replicas: 1, workers: 10000, queue: 0, routes: {{get: [call: {{to: back/get{call}}}]}}}}
  back: {{about: answers, replicas: 2, workers: 10000, queue: 0, routes: {{get: [work: 20ms]}}}}
"
    );
    World::new(spec(&text), 1)
}

/// Begins a fault at `back`, with its usual values where none are given.
fn inject(world: &mut World, kind: FaultKind, values: &[f64], seconds: Option<u64>) {
    let mut fault = FaultSpec::usual(kind, "back");
    if !values.is_empty() {
        fault.values = values.to_vec();
    }
    fault.schedule.duration = seconds.map(Span::from_secs);
    let begun = world.inject(&fault, &mut Tally::default());
    begun.expect("a fault that can be");
}

/// After the fault and a minute to settle everyone is answered in 20 ms again.
fn is_calm(world: &mut World) {
    run(world, 61);
    let mut tally = run(world, 60);
    assert_eq!(tally.good(), 1.0);
    assert_eq!(tally.percentile(1.0), 20.0);
    assert!(world.faults().all(|fault| fault.over));
}

#[test]
fn latency_is_added_twice_and_jitter_keeps_its_mean() {
    for jitter in [0.0, 0.05] {
        let mut world = world("");
        inject(&mut world, FaultKind::NetLatency, &[0.1, jitter], Some(100));
        run(&mut world, 5);
        let tally = run(&mut world, 90);
        // 9,000 users; two draws of +-50 ms, sd 41 ms: a standard error of 0.4 ms.
        close("mean", 1, tally.seconds / tally.done as f64, 0.22, 0.01);
        assert_eq!(tally.good(), 1.0);
        run(&mut world, 6);
        is_calm(&mut world);
    }
}

#[test]
fn lost_packets_come_later_and_nothing_fails() {
    // A message is lost k times with chance p^k (1 - p) and then late by
    // 200 ms (2^k - 1): 200 ms p / (1 - 2p) on average, twice a call.
    let p = 0.1;
    let mut world = world("");
    inject(&mut world, FaultKind::Loss, &[p], Some(600));
    let mut tally = run(&mut world, 590);
    let expected = 0.02 + 2.0 * 0.2 * p / (1.0 - 2.0 * p);
    // 59,000 users, sd 0.14 s: a standard error of 0.6 ms.
    close("mean", 1, tally.seconds / tally.done as f64, expected, 0.05);
    assert_eq!(tally.good(), 1.0);
    // Most notice nothing, one in five waits ten times as long.
    assert_eq!(tally.percentile(0.8), 20.0);
    assert!(tally.percentile(0.82) > 200.0);
    run(&mut world, 10);
    is_calm(&mut world);
}

#[test]
fn a_partition_holds_everything_back_until_it_ends() {
    // Without timeouts nobody is told anything, and afterwards all is served.
    let mut world = world("");
    inject(&mut world, FaultKind::Partition, &[], Some(20));
    let during = run(&mut world, 20);
    assert_eq!(during.served.get(&BACK), None);
    assert_eq!(during.done, 0);
    let after = run(&mut world, 2);
    assert!(after.done > 2_000 && after.good() == 1.0, "{}", after.done);
    is_calm(&mut world);
}

#[test]
fn a_partition_one_way_differs_in_who_works_for_nothing() {
    for (kind, serves) in [
        (FaultKind::PartitionTo, false),
        (FaultKind::PartitionFrom, true),
    ] {
        let mut world = world(", timeout: 1s");
        inject(&mut world, kind, &[], Some(30));
        let during = run(&mut world, 29);
        assert_eq!(during.ok, 0);
        let timed_out = during.outcomes[Outcome::TimedOut.index()];
        assert_eq!(timed_out, during.done);
        let served = during.served.get(&BACK).copied().unwrap_or(0);
        assert_eq!(served > 2_500, serves, "{served}");
        let (path, _) = during.paths.iter().next().expect("failures");
        let told = world.tell_path(*path);
        let fault = kind.entry().title.to_ascii_lowercase();
        assert!(
            told.starts_with(&format!("fault: {fault} at back")),
            "{told}"
        );
        assert!(told.contains("back too late"), "{told}");
        is_calm(&mut world);
    }
}

#[test]
fn a_fault_can_be_limited_to_one_caller() {
    let mut world = world(", timeout: 1s");
    let mut fault = FaultSpec::usual(FaultKind::Partition, "back");
    fault.target.from = Some("front".to_owned());
    let refused = |fault: &FaultSpec, world: &mut World| {
        let begun = world.inject(fault, &mut Tally::default());
        begun.map_err(|error| error.to_string())
    };
    assert!(refused(&fault, &mut world).is_ok());
    run(&mut world, 5);
    let tally = run(&mut world, 60);
    // 6,000 users, half of them by `front`: a standard error of 0.65 %.
    close("share answered", 1, tally.good(), 0.5, 0.07);
    let at_front = tally.served_ok.get(&FRONT);
    assert_eq!(at_front, None);
    // What happens inside a service does not depend on who asks.
    fault.target.from = Some("nobody".to_owned());
    assert!(refused(&fault, &mut world).is_err());
    fault.target.from = Some("front".to_owned());
    fault.kind = FaultKind::Slow;
    fault.values = vec![2.0];
    let problem = refused(&fault, &mut world).expect_err("refused");
    assert!(problem.contains("network"), "{problem}");
}

#[test]
fn a_black_hole_never_answers_and_its_end_frees_who_still_waits() {
    let mut world = world("");
    inject(&mut world, FaultKind::BlackHole, &[0.4], Some(40));
    let during = run(&mut world, 39);
    // 3,900 users: a standard error of 0.8 %.
    let lost = world.users_in_flight() as f64;
    close(
        "share lost",
        1,
        lost / (during.done as f64 + lost),
        0.4,
        0.1,
    );
    assert_eq!(during.good(), 1.0);
    let after = run(&mut world, 2);
    let failed = after.done - after.ok;
    assert!((failed as f64) > lost - 5.0, "{failed} of {lost}");
    is_calm(&mut world);
}

#[test]
fn faults_of_a_share_fail_it_and_the_callee_sees_what_its_kind_lets_through() {
    // What share of users fails, and what share of its usual requests `back` serves.
    for (kind, serves) in [
        (FaultKind::Reset, 1.0),
        (FaultKind::WrongBody, 1.0),
        (FaultKind::DnsError, 0.7),
        (FaultKind::CertificateExpired, 0.0),
    ] {
        let share = if serves == 0.0 { 1.0 } else { 0.3 };
        let values: &[f64] = if serves == 0.0 { &[] } else { &[0.3] };
        let mut world = world("");
        inject(&mut world, kind, values, Some(100));
        let tally = run(&mut world, 100);
        // 10,000 users: a standard error of 0.5 %.
        close(kind.entry().name, 1, 1.0 - tally.good(), share, 0.08);
        let served = tally.served_ok.get(&BACK).copied().unwrap_or(0);
        let ratio = served as f64 / tally.done as f64;
        assert!((ratio - serves).abs() < 0.02, "{kind:?}: {ratio}");
        is_calm(&mut world);
    }
}

#[test]
fn a_retry_mends_what_breaks_by_chance() {
    let mut world = world(", retry: {attempts: 2, backoff: 1ms}");
    inject(&mut world, FaultKind::Reset, &[0.3], None);
    let tally = run(&mut world, 200);
    // Both attempts fail: 0.09; 20,000 users, a standard error of 0.2 %.
    close("share failed", 1, 1.0 - tally.good(), 0.09, 0.11);
    // And the callee does 1.3 times the work.
    let served = tally.served.get(&BACK).copied().unwrap_or(0);
    close("work", 1, served as f64 / tally.done as f64, 1.3, 0.02);
}

#[test]
fn an_abort_has_a_status() {
    for (status, outcome) in [
        (500.0, Outcome::Error),
        (429.0, Outcome::Limited),
        (503.0, Outcome::Overloaded),
        (504.0, Outcome::TimedOut),
    ] {
        let mut world = world("");
        let fault = FaultSpec {
            values: vec![1.0, status],
            ..FaultSpec::usual(FaultKind::Abort, "front")
        };
        let begun = world.inject(&fault, &mut Tally::default());
        begun.expect("a fault that can be");
        let tally = run(&mut world, 10);
        let failed = tally.done - tally.ok;
        assert!(failed > 300);
        assert_eq!(tally.outcomes[outcome.index()], failed, "{status}");
    }
}

#[test]
fn messages_take_the_time_between_the_zones_of_caller_and_callee() {
    // Two pods of `back` in two zones of two regions, asked in turn by one in
    // the first: 10 ms + 2 x 1 ms and 10 ms + 2 x 40 ms.
    let text = |network: &str| {
        format!(
            "title: far
about: two regions
traffic: {{rate: 50/s, patience: 60s, mix: [{{route: front/get}}]}}
topology:
  zones: {{north: one, south: two}}
  pools:
    a: {{zone: north, cpu: 2, memory: 4GiB, nodes: 1}}
    b: {{zone: south, cpu: 2, memory: 4GiB, nodes: 1}}
  network: {network}
services:
  front: {{about: asks, replicas: 1, workers: 10000, queue: 0, requests: {{cpu: 1, memory: 1GiB}}, routes: {{get: [call: {{to: back/get, timeout: 60ms}}]}}}}
  back: {{about: answers, replicas: 2, workers: 10000, queue: 0, requests: {{cpu: 1, memory: 1GiB}}, routes: {{get: [work: 10ms]}}}}
"
        )
    };
    let mut world = World::new(spec(&text("{same-zone: 1ms, other-region: 10ms}")), 1);
    let mut tally = run(&mut world, 100);
    assert_eq!(tally.good(), 1.0);
    assert_eq!(tally.percentile(0.0), 12.0);
    assert_eq!(tally.percentile(1.0), 30.0);
    // 5,000 users in turn.
    close("mean", 1, tally.seconds / tally.done as f64, 0.021, 0.01);
    // A pair says otherwise, and is too far for the timeout of 60 ms.
    let pair = "{pairs: [{zones: [south, north], latency: 40ms}]}";
    let mut world = World::new(spec(&text(pair)), 1);
    let tally = run(&mut world, 100);
    close("share answered", 1, tally.good(), 0.5, 0.01);
    let (path, _) = tally.paths.iter().next().expect("failures");
    let told = world.tell_path(*path);
    assert!(told.starts_with("network from front to back"), "{told}");
    common::check_slices(&spec(&text("{other-region: 5ms, jitter: 2ms}")), 10, |_| {});
}

#[test]
fn zone_aware_balancing_spares_the_way_to_the_other_zone() {
    // Two pods of `front` and four of `back` in two zones, 1 ms and 10 ms
    // apart: half of all calls cross by turns, and none that can be spared.
    let text = |balance: &str| {
        format!(
            "title: two zones
about: near and far
traffic: {{rate: 50/s, mix: [{{route: front/get}}]}}
topology:
  zones: {{a: one, b: one}}
  pools:
    a: {{zone: a, cpu: 4, memory: 4GiB, nodes: 1}}
    b: {{zone: b, cpu: 4, memory: 4GiB, nodes: 1}}
  network: {{same-zone: 1ms, same-region: 10ms, jitter: 500us}}
services:
  front: {{about: asks, replicas: 2, workers: 1000, queue: 0, requests: {{cpu: 1}}, routes: {{get: [call: {{to: back/get}}]}}}}
  back: {{about: answers, replicas: 4, workers: 1000, queue: 0, balance: {balance}, requests: {{cpu: 0.5}}, routes: {{get: [work: 10ms]}}}}
"
        )
    };
    // 5,000 users each; the wait of one that may cross has sd 9 ms: a standard
    // error of 0.13 ms, and of 4 us where none crosses.
    for (balance, expected, relative) in [("random", 0.021, 0.03), ("zone-aware", 0.012, 0.002)] {
        let mut world = World::new(spec(&text(balance)), 1);
        let tally = run(&mut world, 100);
        let mean = tally.seconds / tally.done as f64;
        close(balance, 1, mean, expected, relative);
        let forecast = Forecast::of(world.spec());
        close(
            "on paper",
            1,
            forecast.response.as_secs_f64(),
            expected,
            1e-6,
        );
        common::check_slices(world.spec(), 5, |_| {});
    }
    // Where a zone has no pod left, the other one is asked.
    let mut world = World::new(spec(&text("zone-aware")), 1);
    world
        .act_on_node("a-0", NodeAct::Cordon, &mut Tally::default())
        .expect("it can be");
    world
        .act_on_node("a-0", NodeAct::Drain, &mut Tally::default())
        .expect("it can be");
    run(&mut world, 60);
    let tally = run(&mut world, 60);
    assert_eq!(tally.good(), 1.0);
}
