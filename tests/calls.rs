//! Policies of calls against closed forms and against what they are for.
//!
//! Seeds are 1 to 3; tolerances are about five standard errors of the samples
//! stated beside each figure.

mod common;

use common::{check_slices, close, run, spec, try_spec};
use xops_lab::base::Span;
use xops_lab::world::{
    BreakerState, FaultKind, FaultSpec, How, LoadFactor, Spec, Tuning, Unobserved, World,
};

/// Users ask `front`, which asks `back` with the given policies.
fn pair(rate: &str, call: &str, back: &str, rest: &str) -> Spec {
    spec(&format!(
        "title: pair
about: one calls the other
traffic: {{rate: {rate}, mix: [{{route: front/get}}]}}
services:
  front:
    about: asks
    replicas: 1
    workers: 10000
    queue: 0
    routes:
      get:
        - call: {{to: back/get, {call}}}
  back:
    about: answers
    replicas: 2
    {rest}
    routes:
      get:
        - work: {back}
    versions: {{v1: {{note: fine}}, bad: {{note: fails, errors: {{get: 30%}}}}}}
"
    ))
}

const ROOMY: &str = "workers: 10000
    queue: 0";

fn errors(world: &mut World, share: f64) {
    let fault = FaultSpec {
        values: vec![share],
        ..FaultSpec::usual(FaultKind::Errors, "back")
    };
    world
        .inject(&fault, &mut common::Tally::default())
        .expect("a fault");
}

fn latency(world: &mut World, millis: u64, seconds: u64) {
    let mut fault = FaultSpec {
        values: vec![millis as f64 / 1_000.0, 0.0],
        ..FaultSpec::usual(FaultKind::Latency, "back")
    };
    fault.schedule.duration = Some(Span::from_secs(seconds));
    world
        .inject(&fault, &mut common::Tally::default())
        .expect("a fault");
}

#[test]
fn retries_amplify_load_as_the_geometric_series() {
    // Attempts per call with failure p and at most n: (1 - p^n) / (1 - p).
    // 100/s for 2,000 s: 200,000 calls.
    for (p, n) in [(0.3, 3), (0.5, 4), (0.9, 5)] {
        let spec = pair(
            "100/s",
            &format!("retry: {{attempts: {n}, backoff: 1ms}}"),
            "1ms",
            ROOMY,
        );
        for seed in 1..=3 {
            let mut world = World::new(spec.clone(), seed);
            errors(&mut world, p);
            let tally = run(&mut world, 2_000);
            let expected = (1.0 - f64::powi(p, n)) / (1.0 - p);
            let found = tally.attempts[&0] as f64 / tally.done as f64;
            close("attempts per call", seed, found, expected, 0.01);
            let failed = 1.0 - tally.good();
            close("failures left", seed, failed, f64::powi(p, n), 0.06);
        }
    }
}

#[test]
fn a_retry_budget_caps_the_amplification() {
    // Everything fails; a budget of 20 % of recent calls allows 1.2 attempts per call.
    let call = "retry: {attempts: 5, backoff: 1ms, budget: {recent: {share: 20%, min: 0/s}}}";
    let spec = pair("100/s", call, "1ms", ROOMY);
    for seed in 1..=3 {
        let mut world = World::new(spec.clone(), seed);
        errors(&mut world, 1.0);
        let tally = run(&mut world, 1_000);
        let found = tally.attempts[&0] as f64 / tally.done as f64;
        close("attempts per call", seed, found, 1.2, 0.01);
    }
}

#[test]
fn a_budget_of_active_attempts_keeps_its_least_number() {
    // Everything fails after 100 ms at 100/s: ten first attempts are under way
    // and three retries, each of 1 ms (half of it, by full jitter) and 100 ms.
    let call = "retry: {attempts: 20, backoff: 1ms, max-backoff: 1ms, \
                budget: {active: {share: 20%, min: 3}}}";
    let text = pair("100/s", call, "100ms", ROOMY);
    let mut world = World::new(text, 1);
    errors(&mut world, 1.0);
    let tally = run(&mut world, 1_000);
    let found = tally.attempts[&0] as f64 / tally.done as f64;
    // A slot is refilled when some attempt fails next, 10 ms later on average;
    // 3 / (100.5 + 8) ms are 27.6 retries a second. 20 % of 13 rounds down to 2.
    assert!((1.25..1.31).contains(&found), "{found}");
}

#[test]
fn a_breaker_is_open_for_the_share_of_time_that_algebra_says() {
    // Consecutive rule n, failure p, calls at rate r, open for T, one probe.
    // Closed: (1 - p^n) / (p^n (1 - p)) calls until n failures in a row.
    // Then 1 / (1 - p) rounds of T open and 1/r until the next call, the probe.
    let (n, p, rate, open_for) = (3, 0.5, 20.0, 2.0);
    let call = format!("breaker: {{failures: {n}, open-for: 2s, probes: 1}}");
    let spec = pair("20/s", &call, "0ms", ROOMY);
    let pn = f64::powi(p, n);
    let closed = (1.0 - pn) / (pn * (1.0 - p)) / rate;
    let rounds = 1.0 / (1.0 - p);
    // The state stays `open` until the next call asks.
    let open = rounds * (open_for + 1.0 / rate);
    let expected = open / (closed + open);
    for seed in 1..=3 {
        let mut world = World::new(spec.clone(), seed);
        errors(&mut world, p);
        run(&mut world, 40_000);
        let status = world.calls().next().expect("a call");
        let found = status.open.as_secs_f64() / 40_000.0;
        // About 9,000 cycles.
        close("share of time open", seed, found, expected, 0.02);
    }
}

#[test]
fn a_breaker_by_rate_opens_after_its_least_number_of_calls_and_closes_when_all_is_well() {
    let call = "breaker: {failure-rate: 50%, window: 10s, min-calls: 20, open-for: 5s, probes: 3}";
    let spec = pair("10/s", call, "1ms", ROOMY);
    let mut world = World::new(spec, 1);
    run(&mut world, 60);
    errors(&mut world, 1.0);
    run(&mut world, 12);
    let state = |world: &World| world.calls().next().and_then(|call| call.breaker);
    assert_ne!(state(&world), Some(BreakerState::Closed));
    let refused = run(&mut world, 4);
    assert!(refused.attempts.get(&0).copied().unwrap_or(0) <= 3);
    let (path, _) = refused
        .paths
        .iter()
        .max_by_key(|(_, count)| **count)
        .expect("failures");
    let told = world.tell_path(*path);
    let expected = "fault: errors (100 %) at back, back failed, breaker to back open, front failed";
    assert_eq!(told, expected);
    world.end_fault(0, &mut Unobserved).expect("it acts");
    let after = run(&mut world, 10);
    assert_eq!(
        state(&world),
        Some(BreakerState::Closed),
        "{}",
        after.good()
    );
}

#[test]
fn a_bulkhead_loses_what_erlang_b_says() {
    // 50/s of 100 ms on average at a limit of 6: M/M/6/6, a = 5. 100,000 calls.
    let mut blocked: f64 = 1.0;
    for servers in 1..=6 {
        blocked = 5.0 * blocked / (f64::from(servers) + 5.0 * blocked);
    }
    let spec = pair("50/s", "bulkhead: 6", "{exponential: {mean: 100ms}}", ROOMY);
    for seed in 1..=3 {
        let tally = run(&mut World::new(spec.clone(), seed), 2_000);
        close("share refused", seed, 1.0 - tally.good(), blocked, 0.05);
    }
}

#[test]
fn a_bulkhead_that_may_be_waited_for_loses_less_and_in_turn() {
    let spec = pair(
        "50/s",
        "bulkhead: {limit: 6, wait: 300ms}",
        "{exponential: {mean: 100ms}}",
        ROOMY,
    );
    let tally = run(&mut World::new(spec.clone(), 1), 2_000);
    // M/M/6 with impatience: far fewer than the 19 % of Erlang B.
    assert!((0.93..0.999).contains(&tally.good()), "{}", tally.good());
    check_slices(&spec, 50, |_| {});
}

#[test]
fn a_hedge_turns_the_tail_into_its_square() {
    // 5 % take 1 s instead of 10 ms. With a second attempt after 50 ms both are
    // slow in 0.25 % of cases. 100,000 calls.
    let work = "{uniform: {min: 9ms, max: 11ms}}";
    let text = |hedge: &str| {
        spec(&format!(
            "title: tail
about: tail
traffic: {{rate: 100/s, mix: [{{route: front/get}}]}}
services:
  front:
    {{about: asks, replicas: 1, workers: 10000, queue: 0, routes: {{get: [call: {{to: back/get{hedge}}}]}}}}
  back:
    about: answers
    replicas: 2
    workers: 10000
    queue: 0
    routes:
      get:
        - branch:
            - {{weight: 95, do: [work: {work}]}}
            - {{weight: 5, do: [work: 1s]}}
"
        ))
    };
    let slow = |spec: Spec| {
        let tally = run(&mut World::new(spec, 1), 1_000);
        let slow = tally.waits.iter().filter(|wait| **wait > 500.0).count();
        (
            slow as f64 / tally.done as f64,
            tally.attempts[&0] as f64 / tally.done as f64,
        )
    };
    let (plain, attempts) = slow(text(""));
    close("slow without", 1, plain, 0.05, 0.05);
    close("attempts without", 1, attempts, 1.0, 0.001);
    let (hedged, _) = slow(text(", hedge: 50ms"));
    close("slow with", 1, hedged, 0.0025, 0.3);
    check_slices(
        &text(", hedge: 50ms, cancel: true, breaker: true"),
        30,
        |_| {},
    );
}

#[test]
fn a_fallback_answers_and_is_counted_as_degraded() {
    for fallback in ["fallback: true", "fallback: [work: 2ms]", "optional: true"] {
        let spec = pair("50/s", fallback, "1ms", ROOMY);
        let mut world = World::new(spec, 1);
        errors(&mut world, 0.4);
        let tally = run(&mut world, 1_000);
        assert_eq!(tally.ok, tally.done);
        let degraded = tally.degraded as f64 / tally.done as f64;
        close(fallback, 1, degraded, 0.4, 0.03);
    }
}

#[test]
fn cancellation_frees_the_workers_of_callees() {
    // Callers give up after 100 ms; the script of the callee has ten steps of
    // 100 ms. Without propagation each holds a worker for 1 s.
    let steps = "0ms
        - work: 100ms
        - work: 100ms
        - work: 100ms
        - work: 100ms
        - work: 100ms
        - work: 100ms
        - work: 100ms";
    let busy = |call: &str| {
        let spec = pair("20/s", call, steps, ROOMY);
        let mut world = World::new(spec, 1);
        run(&mut world, 100);
        world.workers(1).0
    };
    let without = busy("timeout: 150ms");
    let with = busy("timeout: 150ms, cancel: true");
    let told = busy("timeout: 150ms, deadline: true");
    // Little: 20/s x 0.7 s = 14, and 20/s x 0.2 s = 4.
    assert!((8..=22).contains(&without), "{without}");
    assert!(with <= 9 && told <= 9, "{with} {told}");
}

#[test]
fn cancellation_reaches_the_end_of_a_chain_at_once() {
    let text = |cancel: &str| {
        spec(&format!(
            "title: chain
about: three deep
traffic: {{rate: 20/s, mix: [{{route: a/get}}]}}
services:
  a: {{about: a, replicas: 1, workers: 1000, queue: 0, routes: {{get: [call: {{to: b/get, timeout: 100ms{cancel}}}]}}}}
  b: {{about: b, replicas: 1, workers: 1000, queue: 0, routes: {{get: [call: {{to: c/get{cancel}}}]}}}}
  c: {{about: c, replicas: 1, workers: 1000, queue: 0, routes: {{get: [work: 3s, work: 3s]}}}}
"
        ))
    };
    let busy = |spec: &Spec| {
        let mut world = World::new(spec.clone(), 1);
        run(&mut world, 100);
        (world.workers(1).0, world.workers(2).0)
    };
    let (b, c) = busy(&text(""));
    assert!(b > 90 && c > 90, "{b} {c}");
    let (b, c) = busy(&text(", cancel: true"));
    // b is freed after 100 ms (2 of them by Little), c at its next step, after 3 s.
    assert!(b < 8 && (30..90).contains(&c), "{b} {c}");
    check_slices(&text(", cancel: true"), 20, |_| {});
}

#[test]
fn every_policy_at_once_conserves_requests_in_any_slices() {
    let call = "timeout: 80ms, hedge: 30ms, cancel: true, deadline: true, fallback: true, \
                retry: {attempts: 3, backoff: 5ms, budget: {active: {}}}, \
                breaker: {failures: 10, open-for: 1s, probes: 2}, \
                bulkhead: {limit: 12, wait: 20ms}";
    let spec = pair(
        "200/s",
        call,
        "{lognormal: {p50: 20ms, p99: 200ms}}",
        "workers: 4
    queue: 6",
    );
    check_slices(&spec, 40, |world| errors(world, 0.1));
    let mut world = World::new(spec, 3);
    for round in 0..20 {
        latency(&mut world, 20 + round * 20, 5);
        run(&mut world, 8);
    }
    let after = run(&mut world, 30);
    assert!(after.good() > 0.99, "no stuck permits: {}", after.good());
    let status = world.calls().next().expect("a call");
    assert!(status.active <= 12, "{status:?}");
}

#[test]
fn operators_change_calls_while_they_run() {
    let spec = pair("50/s", "timeout: 1s", "20ms", ROOMY);
    let mut world = World::new(spec, 1);
    let before = world.clone();
    let tune = |world: &mut World, tuning| {
        world.tune("front", "back/get", tuning, &mut common::Tally::default())
    };
    tune(&mut world, Tuning::Timeout(Some(Span::from_millis(10)))).expect("a call");
    assert_eq!(run(&mut world, 20).ok, 0);
    tune(&mut world, Tuning::Timeout(None)).expect("a call");
    tune(&mut world, Tuning::Attempts(3)).expect("a call");
    tune(&mut world, Tuning::Breaker(true)).expect("a call");
    tune(&mut world, Tuning::Bulkhead(Some(1))).expect("a call");
    let tally = run(&mut world, 20);
    // One at a time of 20 ms: M/D/1/1 loses a / (1 + a) with a = 1.
    close("share let through", 1, tally.good(), 0.5, 0.1);
    tune(&mut world, Tuning::Bulkhead(None)).expect("a call");
    run(&mut world, 1);
    assert_eq!(run(&mut world, 20).good(), 1.0);
    assert!(tune(&mut world, Tuning::Attempts(0)).is_err());
    let unknown = world.tune(
        "back",
        "front",
        Tuning::Attempts(2),
        &mut common::Tally::default(),
    );
    assert!(unknown.is_err());
    // The snapshot keeps what it had.
    let mut before = before;
    assert_eq!(run(&mut before, 20).good(), 1.0);
    assert_eq!(before.calls().next().map(|call| call.attempts), Some(1));
}

#[test]
fn a_failure_says_which_way_it_came() {
    // `front` has few workers, held by a slow `back`.
    let text = "title: way
about: a slow callee fills its caller
traffic: {rate: 40/s, patience: 20s, mix: [{route: gate/get}]}
services:
  gate: {about: lets in, kind: gateway, replicas: 1, workers: 1000, queue: 0, routes: {get: [call: front/get]}}
  front: {about: asks, replicas: 1, workers: 4, queue: 2, routes: {get: [call: back/get]}}
  back: {about: answers, replicas: 1, workers: 1000, queue: 0, routes: {get: [work: 20ms]}}
";
    let mut world = World::new(spec(text), 1);
    latency(&mut world, 500, 600);
    let tally = run(&mut world, 60);
    let (path, count) = tally
        .paths
        .iter()
        .max_by_key(|(_, count)| **count)
        .expect("failures");
    assert_eq!(
        world.tell_path(*path),
        "fault: extra latency (500ms) at back, back slow, workers of front held, \
         queue full at front, gate failed"
    );
    assert!(*count as f64 > 0.9 * (tally.done - tally.ok) as f64);
    assert_eq!(
        world.hops(*path),
        [
            (2, How::Slow),
            (1, How::Held),
            (1, How::QueueFull),
            (0, How::Failed)
        ]
    );
}

#[test]
fn a_policy_that_cannot_be_is_refused_with_its_place() {
    let refused = |call: &str, expected: &str| {
        let text = format!(
            "title: t
about: a
traffic: {{rate: 1/s, mix: [{{route: a/get}}]}}
services:
  a: {{about: a, replicas: 1, workers: 1, queue: 0, routes: {{get: [call: {{to: b/get, {call}}}]}}}}
  b: {{about: b, replicas: 1, workers: 1, queue: 0, routes: {{get: []}}}}
"
        );
        let problems = try_spec(&text).expect_err("refused");
        assert!(problems.contains(expected), "{problems}");
    };
    refused("breaker: {failures: 3, failure-rate: 50%}", "one rule");
    refused("breaker: {failure-rate: 0%}", "above 0");
    refused("breaker: false", "leave it out");
    refused("bulkhead: 0", "from 1 to");
    refused("hedge: 0ms", "from 1ms to 1h");
    refused("retry: {attempts: 2, budget: {recnt: {}}}", "recent");
    refused("fallback: [wrk: 1ms]", "work");
}

#[test]
fn the_timeout_of_an_attempt_that_lost_to_its_hedge_ends_nothing() {
    // Half of the answers take 3 s. Where the second attempt wins, 5 s of work
    // follow, in which the timeout of the first runs out.
    let spec = spec(
        "title: hedge
about: asks twice and goes on
traffic: {rate: 5/s, mix: [{route: front/get}]}
services:
  front: {about: asks, replicas: 1, workers: 1000, queue: 0, routes: {get: [call: {to: back/get, timeout: 1s, hedge: 50ms}, work: 5s]}}
  back: {about: answers, replicas: 2, workers: 1000, queue: 0, routes: {get: [branch: [{weight: 1, do: [work: 10ms]}, {weight: 1, do: [work: 3s]}]]}}
",
    );
    let mut world = World::new(spec, 1);
    let mut tally = run(&mut world, 300);
    // A quarter has two slow answers, which is a timeout.
    close("answered", 1, tally.good(), 0.75, 0.1);
    assert!(tally.percentile(0.0) >= 5_010.0);
    assert_eq!(world.audit(), [""; 0]);
}

#[test]
fn branches_of_branches_go_with_their_request() {
    // One branch fails at once and its request with it; what the others were
    // about to do is nobody's any more.
    let spec = spec(
        "title: branches
about: branches within branches
traffic: {rate: 5/s, mix: [{route: front/get}]}
services:
  front:
    about: asks
    replicas: 1
    workers: 1000
    queue: 0
    routes:
      get:
        - parallel:
            - [{call: back/get}]
            - [{parallel: [[{work: 1s}, {work: 1s}], [{work: 2s}, {work: 1s}]]}, {work: 1s}]
  back: {about: answers, replicas: 1, workers: 1000, queue: 0, routes: {get: []}}
",
    );
    let mut world = World::new(spec, 1);
    errors(&mut world, 1.0);
    assert_eq!(run(&mut world, 20).ok, 0);
    let none = LoadFactor::new(0.0).expect("in range");
    world.set_load(none, &mut Unobserved);
    run(&mut world, 20);
    assert_eq!(world.end_fault(0, &mut Unobserved), Ok(()));
    assert_eq!(world.leftovers(), [""; 0]);
}
