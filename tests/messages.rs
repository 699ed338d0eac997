//! Faults of messages: what users and callees see of each, against closed
//! forms, and that it ends cleanly.
//!
//! Seeds are fixed; tolerances are about five standard errors of the samples
//! stated beside each figure.

mod common;

use common::{Tally, check_slices, close, run, spec};
use xops_lab::base::Span;
use xops_lab::world::{FaultKind, FaultSpec, Outcome, Spec, World};

const BACK: u32 = 1;
const LEAF: u32 = 2;

/// 100 users a second ask `front`, which asks `back`, which works 20 ms and
/// asks `leaf`, which takes no time.
fn plan(call: &str, workers: u32, queue: u32) -> Spec {
    spec(&format!(
        "title: chain
about: one asks the next
traffic: {{rate: 100/s, patience: 10m, mix: [{{route: front/get}}]}}
services:
  front: {{about: asks, replicas: 1, workers: 10000, queue: 0, routes: {{get: [call: {{to: back/get{call}}}]}}}}
  back: {{about: answers, replicas: 1, workers: {workers}, queue: {queue}, messages: {{request: 1000B, answer: 8000B}}, routes: {{get: [{{work: 20ms}}, {{call: leaf/get}}]}}}}
  leaf: {{about: is asked, replicas: 1, workers: 10000, queue: 0, routes: {{get: []}}}}
"
    ))
}

fn world(call: &str) -> World {
    World::new(plan(call, 10_000, 0), 1)
}

fn fault(kind: FaultKind, values: &[f64]) -> FaultSpec {
    FaultSpec {
        values: values.to_vec(),
        ..FaultSpec::usual(kind, "back")
    }
}

fn inject(world: &mut World, kind: FaultKind, values: &[f64], seconds: u64) {
    let mut fault = fault(kind, values);
    fault.schedule.duration = Some(Span::from_secs(seconds));
    let begun = world.inject(&fault, &mut Tally::default());
    begun.expect("a fault that can be");
}

fn mean(tally: &Tally) -> f64 {
    tally.seconds / tally.done as f64
}

/// After the fault and a time to settle everyone is answered in 20 ms again.
fn is_calm(world: &mut World, settled: u64) {
    run(world, settled);
    let mut tally = run(world, 60);
    assert_eq!(tally.good(), 1.0);
    assert_eq!(tally.percentile(1.0), 20.0);
    assert!(world.faults().all(|fault| fault.over));
}

#[test]
fn every_kind_gives_the_same_outcome_at_any_slice_size() {
    for (kind, values) in [
        (FaultKind::WrongAddress, &[0.3][..]),
        (FaultKind::Duplication, &[0.3]),
        (FaultKind::Corruption, &[0.1, 0.5]),
        (FaultKind::Reordering, &[0.1, 0.1]),
        (FaultKind::Bandwidth, &[1_000_000.0]),
        (FaultKind::SlowClose, &[0.5]),
        (FaultKind::ReplacedHeader, &[0.3]),
        (FaultKind::ClockSkew, &[60.0, 300.0]),
    ] {
        check_slices(&plan("", 20, 20), 10, |world| {
            inject(world, kind, values, 5);
        });
    }
}

#[test]
fn a_duplicated_request_is_served_twice_and_answered_once() {
    let mut world = world("");
    inject(&mut world, FaultKind::Duplication, &[0.3], 100);
    let tally = run(&mut world, 100);
    assert_eq!(tally.good(), 1.0);
    close("users' wait", 1, mean(&tally), 0.02, 1e-9);
    // 10,000 users: a standard error of 0.5 % of all.
    for service in [BACK, LEAF] {
        let served = tally.served[&service] as f64;
        close("work", 1, served / tally.done as f64, 1.3, 0.02);
    }
    is_calm(&mut world, 5);
}

#[test]
fn what_fails_its_checksum_comes_late_and_what_passes_it_is_an_error() {
    // As with loss: 200 ms p / (1 - 2p) on average, twice a call.
    let p = 0.1;
    let mut first = world("");
    inject(&mut first, FaultKind::Corruption, &[p, 0.0], 600);
    let tally = run(&mut first, 590);
    let expected = 0.02 + 2.0 * 0.2 * p / (1.0 - 2.0 * p);
    // 59,000 users, sd 0.14 s: a standard error of 0.6 ms.
    close("mean", 1, mean(&tally), expected, 0.05);
    assert_eq!(tally.good(), 1.0);
    run(&mut first, 10);
    is_calm(&mut first, 60);
    // A message is sent until it is well, or spoilt unnoticed: p u in all
    // sendings against 1 - p, so that p u / (1 - p + p u) are unreadable,
    // twice a call.
    let unread = |u: f64| p * u / (1.0 - p + p * u);
    let mut second = world("");
    inject(&mut second, FaultKind::Corruption, &[p, 0.5], 100);
    let tally = run(&mut second, 100);
    let good = (1.0 - unread(0.5)) * (1.0 - unread(0.5));
    // 10,000 users: a standard error of 0.3 %.
    close("answered", 1, tally.good(), good, 0.015);
    // A request that cannot be read is answered by whom it reaches.
    let bad = (tally.served[&BACK] - tally.served_ok[&BACK]) as f64;
    close("unread", 1, bad / tally.done as f64, unread(0.5), 0.2);
    is_calm(&mut second, 60);
}

#[test]
fn a_late_message_holds_up_those_behind_it() {
    // Messages come as a Poisson stream of rate r on one connection. One has
    // to wait longer than x if it, or some message within the d - x before it,
    // is late: 1 - (1 - p) exp(-r p (d - x)). Over x this gives a mean of
    // d - (1 - p) (1 - exp(-r p d)) / (r p), for each way.
    let (r, p, d) = (100.0, 0.02, 0.2);
    let alone = 2.0 * p * d;
    let wait = 2.0 * (d - (1.0 - p) * (1.0 - libm::exp(-r * p * d)) / (r * p));
    let mut world = world("");
    inject(&mut world, FaultKind::Reordering, &[p, d], 1_000);
    let tally = run(&mut world, 990);
    // 99,000 users in about 2,000 groups a way, sd of a wait 0.1 s: a
    // standard error of about 2 ms. The answers' stream is not quite Poisson.
    close("mean", 1, mean(&tally) - 0.02, wait, 0.08);
    assert!(wait > 5.0 * alone);
    assert_eq!(tally.good(), 1.0);
    run(&mut world, 10);
    is_calm(&mut world, 5);
}

#[test]
fn a_narrow_link_is_a_queue_with_constant_service() {
    // M/D/1 (Pollaczek-Khinchine): a message of s seconds waits
    // rho s / (2 (1 - rho)) and takes s. Answers of 8,000 bytes keep a link
    // of 1 MB/s 0.8 busy; requests of 1,000 bytes keep another 0.1 busy.
    let through = |s: f64| {
        let rho = 100.0 * s;
        s + rho * s / (2.0 * (1.0 - rho))
    };
    let mut wide = world("");
    inject(&mut wide, FaultKind::Bandwidth, &[1_000_000.0], 2_000);
    let tally = run(&mut wide, 1_990);
    let expected = 0.02 + through(0.001) + through(0.008);
    // 199,000 users; waits are correlated over some 0.2 s: a standard error
    // of about 1 %.
    close("mean", 1, mean(&tally), expected, 0.04);
    run(&mut wide, 10);
    is_calm(&mut wide, 5);
    // Too narrow for all: half of the answers get through, the others fail
    // after the queue of a minute is full.
    let mut narrow = world("");
    inject(&mut narrow, FaultKind::Bandwidth, &[400_000.0], 300);
    run(&mut narrow, 200);
    let tally = run(&mut narrow, 100);
    // 10,000 users, of whom the link takes 50 a second exactly.
    close("answered", 1, tally.ok as f64, 5_000.0, 0.01);
    assert_eq!(tally.outcomes[Outcome::Unavailable.index()], 0);
    is_calm(&mut narrow, 61);
}

#[test]
fn slow_closes_hold_workers_until_none_is_left() {
    // Erlang's B formula: whoever finds all of 50 workers held is refused.
    // Each is held for 0.02 + 0.48 s, an offered load of 50.
    let (workers, load) = (50_u32, 50.0);
    let blocked = (1..=workers).fold(1.0, |b, n| load * b / (f64::from(n) + load * b));
    let mut world = World::new(plan("", workers, 0), 1);
    inject(&mut world, FaultKind::SlowClose, &[0.48], 1_000);
    run(&mut world, 5);
    let mut tally = run(&mut world, 990);
    // 99,000 users, correlated over half a second: a standard error of 0.4 % of all.
    let refused = tally.outcomes[Outcome::Error.index()] as f64 / tally.done as f64;
    assert!((refused - blocked).abs() < 0.015, "{refused} {blocked}");
    // Those who are answered notice nothing.
    assert_eq!(tally.percentile(1.0), 20.0);
    run(&mut world, 5);
    is_calm(&mut world, 1);
    // And whose workers hold no connection, cannot have it.
    let text = "title: a
about: b
traffic: {rate: 1/s, mix: [{route: back/get}]}
services: {back: {about: c, replicas: 1, workers: 1, queue: 1, async: true, routes: {get: [{work: 1ms}]}}}";
    let mut other = World::new(spec(text), 1);
    let refused = other.inject(&fault(FaultKind::SlowClose, &[1.0]), &mut Tally::default());
    assert!(
        refused
            .expect_err("refused")
            .to_string()
            .contains("asynchronous")
    );
}

#[test]
fn a_wrong_address_leaves_its_callers_waiting() {
    // With a timeout they give up, without one the connection does after 127 s.
    for (call, outcome, waits) in [
        (", timeout: 2s", Outcome::TimedOut, 2_000.0),
        ("", Outcome::Error, 127_000.0),
    ] {
        let mut world = world(call);
        inject(&mut world, FaultKind::WrongAddress, &[0.3], 300);
        run(&mut world, 150);
        let tally = run(&mut world, 140);
        // 14,000 users: a standard error of 0.4 %.
        close("share failed", 1, 1.0 - tally.good(), 0.3, 0.07);
        assert_eq!(tally.outcomes[outcome.index()], tally.done - tally.ok);
        let late = (tally.seconds - tally.ok as f64 * 0.02) / (tally.done - tally.ok) as f64;
        close("wait", 1, late * 1_000.0, waits, 1e-6);
        // The service never saw them.
        let served = tally.served[&BACK] as f64 / (140.0 * 100.0);
        close("served", 1, served, 0.7, 0.03);
        is_calm(&mut world, 150);
    }
}

#[test]
fn a_replaced_header_is_refused_before_any_work_is_done() {
    let mut first = world("");
    inject(&mut first, FaultKind::ReplacedHeader, &[0.3], 100);
    let tally = run(&mut first, 100);
    // 10,000 users: a standard error of 0.5 %.
    close("share failed", 1, 1.0 - tally.good(), 0.3, 0.08);
    let failed = tally.done - tally.ok;
    assert_eq!(tally.outcomes[Outcome::Error.index()], failed);
    // The callee sees them as its own errors, and asks nobody for them.
    assert_eq!(tally.served[&BACK] - tally.served_ok[&BACK], failed);
    assert_eq!(tally.served[&LEAF], tally.ok);
    is_calm(&mut first, 5);
    // It can be limited to one caller, as what is done to a message can.
    let mut second = world("");
    let mut fault = fault(FaultKind::ReplacedHeader, &[1.0]);
    fault.target.from = Some("leaf".to_owned());
    let begun = second.inject(&fault, &mut Tally::default());
    begun.expect("a fault that can be");
    assert_eq!(run(&mut second, 10).good(), 1.0);
}

#[test]
fn a_wrong_clock_refuses_the_share_of_tokens_that_it_takes_for_expired() {
    // Ages are even over the life of a token: off by a fifth of it, a fifth is
    // refused; off by more than all of it, everything is.
    for (by, life, share) in [(60.0, 300.0, 0.2), (600.0, 300.0, 1.0)] {
        let mut world = world("");
        inject(&mut world, FaultKind::ClockSkew, &[by, life], 100);
        let tally = run(&mut world, 100);
        // 10,000 users: a standard error of 0.4 %.
        close("share failed", 1, 1.0 - tally.good(), share, 0.1);
        let asked = tally.served.get(&LEAF).copied().unwrap_or(0);
        assert!(asked <= tally.ok + 5, "{asked} of {}", tally.ok);
        is_calm(&mut world, 5);
    }
    // A clock that drifts refuses more and more.
    let mut world = world("");
    let mut drift = fault(FaultKind::ClockSkew, &[300.0, 300.0]);
    drift.schedule.duration = Some(Span::from_secs(200));
    drift.schedule.ramp = Span::from_secs(200);
    let begun = world.inject(&drift, &mut Tally::default());
    begun.expect("a fault that can be");
    let tally = run(&mut world, 200);
    // Half of all on average; 20,000 users: a standard error of 0.35 %.
    close("share failed", 1, 1.0 - tally.good(), 0.5, 0.035);
}

#[test]
fn connections_that_close_slowly_are_workers_that_are_busy_with_nobody() {
    let mut world = World::new(plan("", 100, 100), 1);
    inject(&mut world, FaultKind::SlowClose, &[2.0], 60);
    for second in 0..90 {
        run(&mut world, 1);
        assert_eq!(world.audit(), [""; 0], "second {second}");
        if second == 20 {
            // What a container that ended had open is nothing to the next.
            let kill = fault(FaultKind::ContainerKill, &[1.0]);
            let begun = world.inject(&kill, &mut Tally::default());
            begun.expect("a fault that can be");
        }
    }
    is_calm(&mut world, 10);
}

#[test]
fn a_pod_out_of_file_descriptors_refuses_whoever_is_too_many() {
    // 100/s of 20 ms at a limit of 3: M/D/3/3, a = 2, by Erlang's B 4/19.
    let mut world = world("");
    run(&mut world, 10);
    inject(&mut world, FaultKind::Descriptors, &[3.0], 600);
    let tally = run(&mut world, 600);
    close("refused", 1, 1.0 - tally.good(), 4.0 / 19.0, 0.05);
    let apart = tally.served[&BACK].abs_diff(tally.ok);
    assert!(
        apart <= 3,
        "the service does not see whom it refuses: {apart}"
    );
    is_calm(&mut world, 5);
}

#[test]
fn a_wrong_port_refuses_everyone_and_the_service_knows_nothing_of_it() {
    let mut world = world("");
    run(&mut world, 10);
    inject(&mut world, FaultKind::WrongPort, &[], 60);
    let tally = run(&mut world, 59);
    assert_eq!(tally.ok, 2, "those that were under way");
    assert_eq!(tally.served.get(&BACK), Some(&2));
    is_calm(&mut world, 5);
}
