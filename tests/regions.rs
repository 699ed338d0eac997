//! Regions: how clients are led to them, how long they go on to one that is
//! lost, and what a failover of a database across regions costs.
//!
//! Seeds are fixed; tolerances are about five standard errors of the samples
//! stated beside each figure.

mod common;

use common::{Tally, check_slices, close, run, spec};
use xops_lab::base::{SimTime, Span};
use xops_lab::world::{
    Attempted, Failover, FaultKind, FaultSpec, Happening, Place, Probe, RegionAct, Served, Spec,
    Target, UserDone, World,
};

/// 200 clients a second in the north and 200 in the south; a gateway in each.
/// Health checks every 10 s, of which three in a row count; answers are kept
/// for 60 s.
fn plan(dns: &str) -> Spec {
    let class = |region: &str| format!("{region}: {{share: 1, region: {region}}}");
    spec(&format!(
        "title: two regions
about: one name for both
traffic:
  rate: 400/s
  patience: 2s
  mix: [{{route: gateway/get}}]
  classes: {{{}, {}}}
topology:
  zones: {{a: north, b: south}}
  pools:
    a: {{zone: a, cpu: 2, memory: 4GiB, nodes: 1}}
    b: {{zone: b, cpu: 2, memory: 4GiB, nodes: 1}}
  dns: {{ttl: 60s, check: {{period: 10s, threshold: 3}}, {dns}}}
services:
  gateway: {{kind: gateway, about: answers, replicas: 2, workers: 1000, queue: 0, requests: {{cpu: 1}}, routes: {{get: [work: 1ms]}}}}
",
        class("north"),
        class("south"),
    ))
}

fn world(dns: &str) -> World {
    World::new(plan(dns), 1)
}

fn lose_north(world: &mut World, seconds: Option<u64>) {
    let mut fault = FaultSpec::usual(FaultKind::NodeLoss, "");
    fault.target = Target::place(Place::Region("north".to_owned()));
    fault.schedule.duration = seconds.map(Span::from_secs);
    let begun = world.inject(&fault, &mut Tally::default());
    begun.expect("a fault that can be");
}

/// Users led to the north and to the south within so many seconds, and what
/// they got.
fn led(world: &mut World, seconds: u64) -> ([f64; 2], Tally) {
    let count = |world: &World| -> Vec<u64> { world.regions().map(|region| region.led).collect() };
    let before = count(world);
    let tally = run(world, seconds);
    let after = count(world);
    ([0, 1].map(|at| (after[at] - before[at]) as f64), tally)
}

/// Mean of the share that has an old answer over the ten seconds from `from`,
/// if DNS changed at `changed`: it falls in a straight line over 60 s.
fn share_of_old(from: f64, changed: f64) -> f64 {
    let old = |at: f64| (1.0 - (at - changed) / 60.0).clamp(0.0, 1.0);
    (0..1_000)
        .map(|step| old(from + f64::from(step) / 100.0))
        .sum::<f64>()
        / 1_000.0
}

#[test]
fn clients_leave_a_lost_region_when_it_is_noticed_and_as_their_answers_expire() {
    let mut world = world("policy: nearest");
    run(&mut world, 91);
    lose_north(&mut world, None);
    run(&mut world, 9);
    // Checks at 100, 110 and 120 s fail; then DNS says otherwise.
    for from in (100..200).step_by(10) {
        let ([north, south], _) = led(&mut world, 10);
        // 4,000 clients, half of whom are in the north: a standard error of
        // 0.8 % of all, times a half.
        let share = north / (north + south);
        let expected = share_of_old(f64::from(from), 120.0) / 2.0;
        assert!(
            (share - expected).abs() < 0.04,
            "{from}: {share} {expected}"
        );
    }
}

#[test]
fn an_outage_costs_its_detection_and_half_a_time_to_live_and_half_of_that_in_two_regions() {
    // Users fail from 91 s to 120 s, and their share falls to nothing over 60 s.
    let seconds = 29.0 + 30.0;
    for (dns, rate) in [
        ("policy: nearest", 200.0),
        ("policy: failover, order: [north, south]", 400.0),
        ("policy: weighted, weights: {north: 1, south: 3}", 100.0),
    ] {
        let mut world = world(dns);
        run(&mut world, 91);
        lose_north(&mut world, None);
        let tally = run(&mut world, 120);
        // 5,900 to 23,600 failures: a standard error of 1.3 % and less.
        let failed = (tally.done - tally.ok) as f64;
        close(dns, 1, failed, rate * seconds, 0.06);
        assert_eq!(run(&mut world, 60).good(), 1.0);
        check_slices(world.spec(), 30, |world| lose_north(world, Some(5)));
    }
}

#[test]
fn a_region_that_is_well_again_gets_its_clients_back_by_itself_or_by_hand() {
    let given = |world: &World| -> Vec<bool> { world.regions().map(|r| r.given).collect() };
    for (fail_back, alone) in [("auto", true), ("manual", false)] {
        let mut world = world(&format!("policy: nearest, fail-back: {fail_back}"));
        run(&mut world, 91);
        lose_north(&mut world, Some(60));
        run(&mut world, 30);
        assert_eq!(given(&world), [false, true]);
        // Back at 151 s, started by 161 s, well by the checks to 190 s.
        run(&mut world, 75);
        assert_eq!(given(&world), [alone, true]);
        run(&mut world, 60);
        let ([north, _], _) = led(&mut world, 10);
        // 2,000 of the north: five standard errors are 220.
        let expected = if alone { 2_000.0 } else { 0.0 };
        assert!((north - expected).abs() < 220.0, "{fail_back}: {north}");
        let restored = world.act_on_region("north", RegionAct::Restore);
        assert_eq!(restored.is_ok(), !alone);
        assert_eq!(given(&world), [true, true]);
    }
}

#[test]
fn a_region_that_is_withdrawn_is_left_without_a_failure() {
    let mut world = world("policy: nearest");
    run(&mut world, 100);
    world
        .act_on_region("north", RegionAct::Withdraw)
        .expect("it can be");
    for from in (100..170).step_by(10) {
        let ([north, south], tally) = led(&mut world, 10);
        let expected = share_of_old(f64::from(from), 100.0) / 2.0;
        let share = north / (north + south);
        assert!(
            (share - expected).abs() < 0.04,
            "{from}: {share} {expected}"
        );
        assert_eq!(tally.good(), 1.0);
    }
    // The last one stays, and what is unknown is refused.
    for (name, act) in [
        ("south", RegionAct::Withdraw),
        ("north", RegionAct::Withdraw),
        ("south", RegionAct::Restore),
        ("west", RegionAct::Restore),
    ] {
        assert!(world.act_on_region(name, act).is_err(), "{name} {act:?}");
    }
    world
        .act_on_region("north", RegionAct::Restore)
        .expect("it can be");
    run(&mut world, 60);
    let ([north, _], _) = led(&mut world, 10);
    assert!((north - 2_000.0).abs() < 220.0, "{north}");
}

#[test]
fn stale_answers_keep_their_share_of_clients_at_a_lost_region() {
    let mut world = world("policy: nearest");
    run(&mut world, 60);
    let mut fault = FaultSpec::usual(FaultKind::StaleDns, "gateway");
    fault.values = vec![0.4];
    fault.schedule.duration = Some(Span::from_secs(300));
    world
        .inject(&fault, &mut Tally::default())
        .expect("it can be");
    run(&mut world, 30);
    lose_north(&mut world, None);
    run(&mut world, 150);
    // Long after everyone else has left. 40,000 clients: a standard error of
    // 0.2 % of all.
    let ([north, south], tally) = led(&mut world, 100);
    close("share", 1, north / (north + south), 0.2, 0.05);
    close("failed", 1, 1.0 - tally.good(), 0.2, 0.05);
    // It ends as it began.
    run(&mut world, 25);
    assert_eq!(run(&mut world, 60).good(), 1.0);
    assert!(led(&mut world, 10).0[0] == 0.0);
    // Where nobody is led anywhere, it cannot be.
    let plain = "title: a
about: b
traffic: {rate: 1/s, mix: [{route: gateway/get}]}
services: {gateway: {about: c, replicas: 1, workers: 1, queue: 1, routes: {get: [{work: 1ms}]}}}";
    let refused = World::new(spec(plain), 1).inject(&fault, &mut Tally::default());
    assert!(refused.expect_err("refused").to_string().contains("dns"));
}

#[test]
fn users_of_a_closed_loop_ask_dns_once_in_a_time_to_live() {
    // 4,000 users who ask every ten seconds or so, all of them in the north.
    let text = "title: closed
about: a closed loop
traffic:
  patience: 1s
  mix: [{route: gateway/get}]
  classes:
    people: {region: north, users: {count: 4000, think: {exponential: {mean: 10s}}, journeys: [{steps: [gateway/get]}]}}
topology:
  zones: {a: north, b: south}
  pools:
    a: {zone: a, cpu: 2, memory: 4GiB, nodes: 1}
    b: {zone: b, cpu: 2, memory: 4GiB, nodes: 1}
  dns: {policy: nearest, ttl: 60s}
services:
  gateway: {kind: gateway, about: answers, replicas: 2, workers: 1000, queue: 0, requests: {cpu: 1}, routes: {get: [work: 1ms]}}
";
    let mut world = World::new(spec(text), 1);
    run(&mut world, 100);
    world
        .act_on_region("north", RegionAct::Withdraw)
        .expect("it can be");
    for from in (100..170).step_by(10) {
        let ([north, south], _) = led(&mut world, 10);
        // 4,000 requests of 4,000 users: a standard error of 0.8 %.
        let share = north / (north + south);
        let expected = share_of_old(f64::from(from), 100.0);
        assert!(
            (share - expected).abs() < 0.05,
            "{from}: {share} {expected}"
        );
    }
    check_slices(&spec(text), 20, |_| {});
}

/// Remembers failovers.
#[derive(Default)]
struct Watch(Vec<Failover>);

impl Probe for Watch {
    fn served(&mut self, _: Served) {}
    fn attempted(&mut self, _: Attempted) {}
    fn user_done(&mut self, _: UserDone) {}
    fn happened(&mut self, _: SimTime, happening: Happening) {
        if let Happening::FailedOver(failover) = happening {
            self.0.push(failover);
        }
    }
}

#[test]
fn losing_a_region_loses_writes_unless_each_has_reached_another_region() {
    // Primary and first replica in the north, the other replica 100 ms away in
    // the south: of 100 writes a second some 10 are on their way at any time.
    let plan = |synchronous: &str| {
        spec(&format!(
            "title: ledger
about: three copies
traffic: {{rate: 100/s, patience: 2s, mix: [{{route: ledger/post}}]}}
topology:
  zones: {{a: north, b: north, c: south}}
  pools:
    a: {{zone: a, cpu: 1, memory: 4GiB, nodes: 1}}
    b: {{zone: b, cpu: 1, memory: 4GiB, nodes: 1}}
    c: {{zone: c, cpu: 1, memory: 4GiB, nodes: 1}}
  network: {{same-region: 1ms, other-region: 100ms}}
services:
  ledger:
    kind: database
    about: keeps
    replicas: 3
    workers: 1000
    queue: 0
    requests: {{cpu: 1}}
    database: {{writes: [post], replication: {{synchronous: {synchronous}, failover: 20s}}}}
    routes: {{post: [work: 1ms]}}
"
        ))
    };
    for (synchronous, loses, wait) in [
        ("false", true, 0.001),
        ("true", true, 0.002),
        ("other-region", false, 0.101),
    ] {
        let mut world = World::new(plan(synchronous), 1);
        let tally = run(&mut world, 60);
        close("wait", 1, tally.seconds / tally.done as f64, wait, 1e-3);
        lose_north(&mut world, None);
        let mut watch = Watch::default();
        let until = world.now() + Span::from_secs(60);
        world.run_until(until, u64::MAX, &mut watch);
        let [failover] = watch.0[..] else {
            panic!("{:?}", watch.0);
        };
        assert_eq!(failover.lost > 0, loses, "{synchronous}: {failover:?}");
        assert!(failover.lost < 30 && failover.time.as_secs_f64() < 22.0);
        assert_eq!(run(&mut world, 60).good(), 1.0);
    }
}

#[test]
fn what_could_do_nothing_or_cannot_be_is_refused_with_its_place() {
    let text = |zones: &str, more: &str, balance: &str| {
        format!(
            "title: a
about: b
traffic: {{rate: 1/s, mix: [{{route: front/get}}]}}
topology:
  zones: {zones}
  pools: {{a: {{zone: a, cpu: 1, memory: 1GiB, nodes: 1}}}}
{more}
services: {{front: {{about: c, replicas: 1, workers: 1, queue: 1, balance: {balance}, routes: {{get: [{{work: 1ms}}]}}}}}}
"
        )
    };
    let two = "{a: north, b: south}";
    for (zones, more, problem) in [
        ("{a: north}", "  dns: {policy: nearest}", "no two regions"),
        (
            two,
            "  dns: {policy: failover, order: [north]}",
            "leaves a region out",
        ),
        (
            two,
            "  dns: {policy: failover, order: [north, north]}",
            "named twice",
        ),
        (
            two,
            "  dns: {policy: weighted, weights: {nord: 1}}",
            "`nord`",
        ),
        (
            two,
            "  dns: {policy: weighted, weights: {north: 0}}",
            "every weight is zero",
        ),
        (
            two,
            "  dns: {policy: nearest, weights: {north: 1}}",
            "weights",
        ),
        (
            two,
            "  network: {same-zone: 1ms, jitter: 2ms}",
            "longer than the latency",
        ),
        (
            two,
            "  network: {pairs: [{zones: [a], latency: 1ms}]}",
            "two zones",
        ),
    ] {
        let found = common::try_spec(&text(zones, more, "random")).expect_err(more);
        assert!(found.contains(problem), "{more}: {found}");
        assert!(found.contains("test.yaml:"), "{found}");
    }
    let sound = text(
        two,
        "  dns: {policy: weighted, weights: {north: 1}}",
        "zone-aware",
    );
    assert_eq!(common::try_spec(&sound).map(|_| ()), Ok(()));
    let plain = sound
        .lines()
        .filter(|line| !line.starts_with(' ') && !line.starts_with("topology"));
    let plain: Vec<&str> = plain.collect();
    let found = common::try_spec(&plain.join("\n")).expect_err("no zones");
    assert!(found.contains("balanced by zones"), "{found}");
}
