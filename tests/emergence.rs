//! What nobody programmed: overload that outlives its trigger, timeouts that
//! cascade, pools that one slow callee empties, fast requests behind slow ones.
//! Each comes about by itself, and each goes with the policy that is known to
//! cure it.

mod common;

use common::{Tally, run, spec};
use xops_lab::base::Span;
use xops_lab::world::{FaultKind, FaultSpec, LoadFactor, World};

/// Slow work at a service for some seconds.
fn slow(world: &mut World, service: &str, factor: f64, seconds: u64) {
    let mut fault = FaultSpec {
        values: vec![factor],
        ..FaultSpec::usual(FaultKind::Slow, service)
    };
    fault.schedule.duration = Some(Span::from_secs(seconds));
    let begun = world.inject(&fault, &mut Tally::default());
    begun.expect("a fault that can be");
}

/// Users ask `front` 70 times a second, and it asks `back`, which can answer
/// 100 times a second: 70 % load. Whoever has no answer after 500 ms asks again.
fn storm(call: &str, seed: u64) -> World {
    let text = format!(
        "title: storm
about: one asks another, impatiently
traffic: {{rate: 70/s, patience: 5s, mix: [{{route: front/get}}]}}
services:
  front: {{about: asks, replicas: 1, workers: 10000, queue: 0, routes: {{get: [call: {{to: back/get, timeout: 500ms, {call}}}]}}}}
  back: {{about: answers, replicas: 1, workers: 10, queue: 500, routes: {{get: [work: {{exponential: {{mean: 100ms}}}}]}}}}
"
    );
    World::new(spec(&text), seed)
}

const RETRIES: &str = "retry: {attempts: 4, backoff: 20ms, on: [timeout]";

#[test]
fn a_retry_storm_outlives_its_trigger_and_a_budget_or_a_breaker_ends_it() {
    // Bronson and others, "Metastable failures in distributed systems"
    // (HotOS 2021): the trigger is gone, the load is what it always was, and
    // retries of what timed out in the queue keep the queue long.
    let share = |call: &str, seed| {
        let mut world = storm(call, seed);
        let before = run(&mut world, 60).good();
        slow(&mut world, "back", 4.0, 20);
        run(&mut world, 20 + 300);
        (before, run(&mut world, 120).good())
    };
    for seed in 1..=3 {
        let (before, after) = share(&format!("{RETRIES}}}"), seed);
        assert!(before > 0.97, "seed {seed}: {before} before");
        assert!(after < 0.2, "seed {seed}: {after} five minutes later");
        for cure in [
            format!("{RETRIES}, budget: {{recent: {{share: 10%, min: 0/s}}}}}}"),
            format!("{RETRIES}}}, breaker: {{failure-rate: 50%, open-for: 10s}}"),
        ] {
            let (before, after) = share(&cure, seed);
            assert!(before > 0.96, "seed {seed}, {cure}: {before} before");
            assert!(after > 0.96, "seed {seed}, {cure}: {after} later");
        }
    }
}

#[test]
fn load_swept_up_and_down_shows_hysteresis() {
    // The same load is served well on the way up and badly on the way down.
    let sweep = |call: &str| {
        let mut world = storm(call, 1);
        [0.6, 0.9, 1.05, 1.6, 1.05, 0.9, 0.6].map(|factor| {
            let factor = LoadFactor::new(factor).expect("in range");
            world.set_load(factor, &mut Tally::default());
            run(&mut world, 60);
            run(&mut world, 60).good()
        })
    };
    let with = sweep(&format!("{RETRIES}}}"));
    assert!(with[1] > 0.97, "up: {with:?}");
    assert!(with[3] < 0.2, "over: {with:?}");
    assert!(with[5] < 0.5 * with[1], "down: {with:?}");
    // Without retries the way down is the way up.
    let without = sweep("cancel: true");
    assert!(without[3] < 0.9, "over: {without:?}");
    for (up, down) in [(1, 5), (0, 6)] {
        let gap = (without[up] - without[down]).abs();
        assert!(gap < 0.03, "without: {without:?}");
    }
}

#[test]
fn timeouts_that_cascade_waste_work_unless_they_are_passed_on() {
    // Everyone up the chain gives up before the one below: what is still in
    // the queue of `store` is worked on for nobody. Its ten workers are asked
    // for 84 x 2 x 60 ms = 10.1.
    let chain = |policy: &str| {
        let text = format!(
            "title: chain
about: a chain of impatience
traffic: {{rate: 84/s, patience: 400ms, mix: [{{route: front/get}}]}}
services:
  front: {{about: a, replicas: 1, workers: 10000, queue: 0, routes: {{get: [call: {{to: middle/get, timeout: 600ms{policy}}}]}}}}
  middle: {{about: b, replicas: 1, workers: 10000, queue: 0, routes: {{get: [call: {{to: store/get, timeout: 800ms{policy}}}, call: {{to: store/put, timeout: 800ms{policy}}}]}}}}
  store:
    about: c
    replicas: 1
    workers: 10
    queue: 1000
    routes: {{get: [work: {{exponential: {{mean: 60ms}}}}], put: [work: {{exponential: {{mean: 60ms}}}}]}}
"
        );
        let mut world = World::new(spec(&text), 1);
        run(&mut world, 60);
        let before = world.wasted();
        let tally = run(&mut world, 300);
        (tally.good(), world.wasted() - before)
    };
    let (careless, wasted) = chain("");
    let (careful, wasted_less) = chain(", deadline: true, cancel: true");
    assert!(careful > careless + 0.3, "{careless} and {careful}");
    assert!(wasted_less * 3 < wasted, "{wasted} and {wasted_less}");
}

#[test]
fn one_slow_callee_empties_a_pool_and_a_bulkhead_keeps_the_rest() {
    // Of 20 workers of `front` those that wait for `slow` are lost to all.
    let quick = |bulkhead: &str| {
        let text = format!(
            "title: pool
about: two callees, one pool
traffic: {{rate: 100/s, patience: 2s, mix: [{{route: front/quick, weight: 1}}, {{route: front/slow, weight: 1}}]}}
services:
  front:
    about: asks
    replicas: 1
    workers: 20
    queue: 20
    routes:
      quick: [call: quick/get]
      slow: [call: {{to: slow/get, timeout: 5s{bulkhead}}}]
  quick: {{about: fast, replicas: 1, workers: 100, queue: 0, routes: {{get: [work: 20ms]}}}}
  slow: {{about: becomes slow, replicas: 1, workers: 1000, queue: 0, routes: {{get: [work: 20ms]}}}}
"
        );
        let mut world = World::new(spec(&text), 1);
        assert_eq!(run(&mut world, 30).good(), 1.0);
        slow(&mut world, "slow", 100.0, 300);
        run(&mut world, 30);
        let before = world.visits(1).1;
        let tally = run(&mut world, 200);
        // What `quick` answered of what it would have been asked.
        let answered = (world.visits(1).1 - before) as f64 / (50.0 * 200.0);
        (answered, world, tally)
    };
    let (shared, world, tally) = quick("");
    assert!(shared < 0.5, "{shared}");
    let (path, _) = tally
        .paths
        .iter()
        .max_by_key(|(_, count)| **count)
        .expect("failures");
    let told = world.tell_path(*path);
    assert!(told.starts_with("fault: slow work"), "{told}");
    assert!(told.contains("workers of front held"), "{told}");
    let (apart, ..) = quick(", bulkhead: 10");
    assert!(apart > 0.98, "{apart}");
}

#[test]
fn short_requests_wait_behind_long_ones_in_one_queue() {
    // One worker, half as many long requests as it could do alone: in one
    // queue the short ones wait for the long (Pollaczek and Khinchine), at a
    // service of their own they do not.
    let median = |long: &str| {
        let text = format!(
            "title: line
about: short and long
traffic: {{rate: 11/s, patience: 60s, mix: [{{route: desk/short, weight: 10}}, {{route: {long}/long, weight: 1}}]}}
services:
  desk:
    about: serves
    replicas: 1
    workers: 1
    queue: 1000
    routes: {{short: [work: 10ms], long: [work: 500ms]}}
  annex: {{about: serves, replicas: 1, workers: 1, queue: 1000, routes: {{long: [work: 500ms]}}}}
"
        );
        let mut world = World::new(spec(&text), 1);
        run(&mut world, 2_000).percentile(0.7)
    };
    let (mixed, apart) = (median("desk"), median("annex"));
    assert!(mixed > 10.0 * apart, "{mixed} ms and {apart} ms");
}

#[test]
fn a_restart_is_followed_by_a_thundering_herd_unless_retries_are_spread() {
    // Forty sessions of 30 s begin each second: 1,200 are open when the hub is
    // restarted, and all of them come back. Its login answers 1,000 a second
    // and lets fifty wait: at one instant it can take sixty.
    let lost = |jitter: bool, seed| {
        let text = format!(
            "title: herd
about: sessions that are lost together
traffic: {{rate: 40/s, patience: 5m, mix: [{{route: gate/open}}]}}
services:
  gate: {{about: asks, replicas: 1, workers: 10000, queue: 0, routes: {{open: [call: {{to: hub/stay, retry: {{attempts: 4, backoff: 4s, max-backoff: 4s, jitter: {jitter}}}}}]}}}}
  hub: {{about: keeps sessions, replicas: 1, workers: 10000, queue: 0, start-up: 1s, routes: {{stay: [call: login/check, work: 30s]}}}}
  login: {{about: lets in, replicas: 1, workers: 10, queue: 50, routes: {{check: [work: 10ms]}}}}
"
        );
        let mut world = World::new(spec(&text), seed);
        assert_eq!(run(&mut world, 120).good(), 1.0);
        let open = world.workers(1).0;
        assert!((1_000..1_400).contains(&open), "{open}");
        let kill = FaultSpec::usual(FaultKind::ContainerKill, "hub");
        let begun = world.inject(&kill, &mut Tally::default());
        begun.expect("a fault that can be");
        let tally = run(&mut world, 120);
        assert_eq!(run(&mut world, 60).good(), 1.0, "it is over");
        (tally.done - tally.ok) as f64 / f64::from(open)
    };
    for seed in 1..=3 {
        let (together, spread) = (lost(false, seed), lost(true, seed));
        assert!(together > 0.7, "seed {seed}: {together} of them");
        assert!(spread < 0.02, "seed {seed}: {spread} of them");
    }
}
