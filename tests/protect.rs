//! What services do to protect themselves, and how callers choose pods.

mod common;

use std::collections::BTreeMap;

use common::{Tally, check_slices, close, run, spec};
use xops_lab::base::{SimTime, Span};
use xops_lab::world::{
    Attempted, FaultKind, FaultSpec, GuardTuning, Happening, MAX_LINES, Outcome, Probe, Served,
    Spec, Unobserved, UserDone, World,
};

/// One service of `workers` with `rest` among its fields.
fn station(rate: &str, workers: u32, queue: u32, work: &str, rest: &str) -> Spec {
    spec(&format!(
        "title: station
about: one queue
traffic: {{rate: {rate}, patience: 1s, mix: [{{route: station/get}}]}}
services:
  station:
    about: serves
    replicas: 1
    workers: {workers}
    queue: {queue}
    {rest}
    routes: {{get: [work: {work}]}}
"
    ))
}

#[test]
fn a_rate_limit_lets_its_rate_through() {
    // 100/s asked, 40/s let in with a burst of 4: the bucket is seldom full.
    let spec = station("100/s", 100, 0, "1ms", "rate-limit: {rate: 40/s, burst: 4}");
    for seed in 1..=3 {
        let tally = run(&mut World::new(spec.clone(), seed), 1_000);
        close("let through", seed, tally.ok as f64, 40_000.0, 0.01);
    }
    let mut world = World::new(spec, 1);
    world
        .tune_guard("station", GuardTuning::RateLimit(None))
        .expect("a service");
    assert_eq!(run(&mut world, 100).good(), 1.0);
    world
        .tune_guard("station", GuardTuning::RateLimit(Some(10.0)))
        .expect("a service");
    // A bucket of one: each token takes 1/10 s and then waits 1/100 s for a request.
    let expected = 500.0 / (1.0 / 10.0 + 1.0 / 100.0);
    let let_through = run(&mut world, 500).ok as f64;
    close("let through", 1, let_through, expected, 0.01);
}

#[test]
fn shedding_is_a_loss_system_at_its_limit() {
    // Critical requests are refused from 100 % of 4 workers on: M/M/4/4, a = 4.
    let mut blocked: f64 = 1.0;
    for servers in 1..=4 {
        blocked = 4.0 * blocked / (f64::from(servers) + 4.0 * blocked);
    }
    let spec = station(
        "40/s",
        4,
        1_000,
        "{exponential: {mean: 100ms}}",
        "shed: {critical: 1}",
    );
    for seed in 1..=3 {
        let tally = run(&mut World::new(spec.clone(), seed), 2_000);
        close("shed", seed, 1.0 - tally.good(), blocked, 0.05);
    }
}

#[test]
fn controlled_delay_and_newest_first_keep_answers_fast_in_overload() {
    // 130 % of what two workers of 20 ms can do, and users who wait for 1 s.
    let measure = |rest: &str| {
        let spec = station("130/s", 2, 400, "20ms", rest);
        check_slices(&spec, 20, |_| {});
        let mut world = World::new(spec, 1);
        run(&mut world, 30);
        let mut tally = run(&mut world, 200);
        (tally.good(), tally.percentile(0.5))
    };
    let (fifo, _) = measure("");
    let (lifo, lifo_median) = measure("queue-order: lifo");
    let (adaptive, _) = measure("queue-order: adaptive-lifo");
    let (codel, codel_median) = measure("codel: true");
    // A full FIFO queue of 400 takes 4 s: everybody has gone when their turn comes.
    assert!(fifo < 0.01, "{fifo}");
    assert!(lifo > 0.5 && lifo_median < 200.0, "{lifo} {lifo_median}");
    assert!(adaptive > 0.5, "{adaptive}");
    // Two workers serve 100/s of 130/s at best: 77 %.
    assert!(
        codel > 0.65 && codel_median < 150.0,
        "{codel} {codel_median}"
    );
}

#[test]
fn an_adaptive_limit_finds_what_the_service_can_do() {
    // Workers are plenty, but more than 10 at once would not be served in time:
    // 20 workers, a queue, and users who leave after 1 s.
    let rest = "concurrency-limit: {latency: 300ms, start: 200, max: 500}";
    let good = |rest: &str| {
        let mut world = World::new(station("60/s", 2, 500, "50ms", rest), 1);
        run(&mut world, 60);
        run(&mut world, 200).good()
    };
    let (without, with) = (good(""), good(rest));
    // 40/s of 60/s can be served.
    assert!(
        without < 0.05 && (0.5..0.68).contains(&with),
        "{without} {with}"
    );
}

/// Counts answers by pod through what each pod serves.
#[derive(Default)]
struct Users(BTreeMap<u32, u64>);

impl Probe for Users {
    fn served(&mut self, _: Served) {}
    fn attempted(&mut self, _: Attempted) {}
    fn user_done(&mut self, done: UserDone) {
        *self
            .0
            .entry(u32::from(done.outcome == Outcome::Ok))
            .or_default() += 1;
    }
    fn happened(&mut self, _: SimTime, _: Happening) {}
}

fn farm(balance: &str, rest: &str) -> Spec {
    spec(&format!(
        "title: farm
about: ten pods behind a caller
traffic: {{rate: 200/s, mix: [{{route: front/get}}]}}
services:
  front: {{about: asks, replicas: 1, workers: 5000, queue: 0, routes: {{get: [call: {{to: back/get, timeout: 2s}}]}}}}
  back:
    about: answers
    replicas: 10
    workers: 50
    queue: 0
    balance: {balance}
    {rest}
    routes: {{get: [work: 100ms]}}
"
    ))
}

#[test]
fn a_hash_ring_shares_users_out_and_moves_only_those_of_a_dead_pod() {
    let mut world = World::new(farm("ring-hash", "start-up: 1h"), 1);
    let mut busy = BTreeMap::<u32, f64>::new();
    let mut sample = |world: &mut World, seconds: u64| {
        busy.clear();
        for _ in 0..seconds * 2 {
            let until = world.now() + Span::from_millis(500);
            world.run_until(until, u64::MAX, &mut Users::default());
            for pod in world.pods(1) {
                *busy.entry(pod.number).or_default() += f64::from(pod.busy);
            }
        }
        let total: f64 = busy.values().sum();
        busy.iter()
            .map(|(pod, sum)| (*pod, sum / total))
            .collect::<Vec<_>>()
    };
    let before = sample(&mut world, 300);
    for (pod, share) in &before {
        // 100 points a pod: shares spread by about 1 / sqrt(100).
        assert!((0.06..0.145).contains(share), "{pod}: {share}");
    }
    let fault = FaultSpec::usual(FaultKind::ContainerKill, "back");
    world.inject(&fault, &mut Users::default()).expect("a pod");
    let after = sample(&mut world, 300);
    for ((pod, was), (_, is)) in before.iter().zip(&after) {
        // Nobody else loses users: they only gain those of the dead pod.
        assert!(
            *pod == 0 && *is < 1e-3 || *is > was * 0.93,
            "{pod}: {was} {is}"
        );
    }
    check_slices(&farm("ring-hash", ""), 10, |_| {});
}

#[test]
fn outlier_ejection_leaves_out_the_pods_that_fail_but_never_too_many() {
    // A rollout of a bad version stops halfway: the one new pod fails always.
    let text = |rest: &str| {
        spec(&format!(
            "title: farm
about: ten pods behind a caller
traffic: {{rate: 200/s, mix: [{{route: front/get}}]}}
services:
  front: {{about: asks, replicas: 1, workers: 5000, queue: 0, routes: {{get: [call: {{to: back/get}}]}}}}
  back:
    about: answers
    replicas: 10
    workers: 50
    queue: 0
    start-up: 1h
    {rest}
    routes: {{get: [work: 10ms]}}
    versions: {{v1: {{note: fine}}, v2: {{note: fails, errors: {{get: 100%}}}}}}
"
        ))
    };
    let failures = |rest: &str| {
        let mut world = World::new(text(rest), 1);
        world
            .deploy("back", "v2", None, &mut Tally::default())
            .expect("a version");
        // The first new pod is ready after an hour, and replaces one of ten.
        run(&mut world, 3_605);
        let tally = run(&mut world, 600);
        (1.0 - tally.good(), world.ejected(1))
    };
    let (without, _) = failures("");
    close("failures without", 1, without, 0.1, 0.02);
    let (with, ejected) = failures("outlier-ejection: {consecutive: 5, base: 30s, most: 30%}");
    // Five failures per return: ejections of 30, 60, ... s, at most 300 s.
    assert!(with < 0.001, "{with}");
    assert!(ejected <= 1, "{ejected}");

    // If all fail, a tenth of the pods is left out at most.
    let mut world = World::new(text("outlier-ejection: true"), 1);
    let fault = FaultSpec {
        values: vec![1.0],
        ..FaultSpec::usual(FaultKind::Errors, "back")
    };
    world
        .inject(&fault, &mut Tally::default())
        .expect("a fault");
    run(&mut world, 60);
    assert_eq!(world.ejected(1), 1);
    check_slices(&text("outlier-ejection: true"), 10, |_| {});
}

#[test]
fn a_world_has_no_more_under_way_than_its_limit() {
    // Room for a million requests of an hour each, and 100,000 more a second.
    // A user and the request of the user are a line each.
    let text = "title: vast
about: more room than anyone has
traffic: {rate: 100000/s, mix: [{route: vast/get}]}
services:
  vast: {about: takes anyone, replicas: 100, workers: 10000, queue: 100000, routes: {get: [work: 1h]}}
";
    let mut world = World::new(spec(text), 1);
    world.run_until(SimTime::from_secs(6), u64::MAX, &mut Unobserved);
    let half = MAX_LINES as u64 / 2;
    assert!((half - 1..=half).contains(&world.users_in_flight()));
    // Who is one too many is answered as by a full queue.
    let full = world.users().ended[Outcome::Overloaded.index()];
    assert_eq!(full, world.users().offered - world.users_in_flight());
}
