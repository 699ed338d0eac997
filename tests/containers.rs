//! Containers: probes, crashes, and what they run out of.
//!
//! Oracles are Kubernetes' documented rules and closed forms.

mod support;

use support::fleet::{Seen, TWO_ZONES, app, run};
use xops_lab::base::{SimTime, Span};
use xops_lab::world::spec::Strategy;
use xops_lab::world::{
    Cause, Exit, FaultKind, FaultSpec, Happening, LoadFactor, PodWord, Unobserved, World,
};

fn ready(world: &World) -> usize {
    world
        .pods(0)
        .filter(|pod| pod.word == PodWord::Ready)
        .count()
}

// ---- probes, crashes ----

#[test]
fn a_crash_loop_backs_off_as_documented() {
    let service = "    replicas: 1
    workers: 4
    queue: 4
    start-up: 1s
    routes: {serve: [{work: 10ms}]}
    versions:
      v1: {note: good}
      v2: {note: bad, crash-after: 2s}";
    let mut world = World::new(app("1/s", "", service), 1);
    let mut seen = Seen::default();
    assert_eq!(
        world.deploy("app", "v2", Some(Strategy::Recreate), &mut seen),
        Ok(())
    );
    run(&mut world, 1_500, &mut seen);
    let starts = seen.times(|happening| matches!(happening, Happening::PodStarting { .. }));
    // Runs 2 s, again at once, then after 10, 20, 40, 80, 160, 300, 300 s.
    let mut expected = vec![0.0, 2.0];
    for wait in [10.0, 20.0, 40.0, 80.0, 160.0, 300.0, 300.0, 300.0] {
        let last = expected.last().copied().unwrap_or(0.0);
        expected.push(last + 2.0 + wait);
    }
    assert_eq!(starts[..], expected[..starts.len()]);
    assert!(starts.len() >= 9);
    let word = world.pods(0).next().map(|pod| (pod.word, pod.reason));
    let loops = (PodWord::BackOff, "CrashLoopBackOff: crashed".to_owned());
    assert_eq!(word, Some(loops));
    // A roll-back is what cures it.
    assert!(world.roll_back("app", &mut seen).is_ok());
    run(&mut world, 1_520, &mut seen);
    assert_eq!(ready(&world), 1);
}

#[test]
fn ten_good_minutes_forget_the_crashes_before() {
    let service = "    replicas: 1
    workers: 4
    queue: 4
    start-up: 1s
    routes: {serve: [{work: 10ms}]}
    versions: {v1: {note: dies every quarter of an hour, crash-after: 15m}}";
    let mut world = World::new(app("1/s", "", service), 1);
    let mut seen = Seen::default();
    run(&mut world, 4_000, &mut seen);
    let starts = seen.times(|happening| matches!(happening, Happening::PodStarting { .. }));
    assert_eq!(starts, [900.0, 1_800.0, 2_700.0, 3_600.0]);
}

#[test]
fn a_busy_pod_fails_its_readiness_probe_and_is_asked_again_later() {
    let service = "    replicas: 2
    workers: 1
    queue: 2
    start-up: 1s
    balance: random
    probes: {readiness: {period: 5s, timeout: 1s, failures: 2}}
    routes: {serve: [{work: 500ms}]}";
    let mut world = World::new(app("2/s", TWO_ZONES, service), 1);
    run(&mut world, 50, &mut Seen::default());
    let mut seen = Seen::default();
    world.set_load(LoadFactor::new(10.0).expect("a factor"), &mut Unobserved);
    run(&mut world, 100, &mut seen);
    let unready = seen.times(|happening| matches!(happening, Happening::PodUnready { .. }));
    assert!(!unready.is_empty());
    world.set_load(LoadFactor::new(0.5).expect("a factor"), &mut Unobserved);
    run(&mut world, 130, &mut seen);
    assert_eq!(ready(&world), 2);
}

#[test]
fn a_liveness_probe_kills_what_was_merely_slow_and_makes_it_worse() {
    let with = |probes: &str| {
        let service = format!(
            "    replicas: 3
    workers: 4
    queue: 60
    start-up: 20s
    routes: {{serve: [{{work: {{exponential: {{mean: 500ms}}}}}}]}}
{probes}"
        );
        let mut world = World::new(app("20/s", "", &service), 7);
        run(&mut world, 60, &mut Seen::default());
        // Twice what three pods of eight per second can do, for a minute.
        world.set_load(LoadFactor::new(2.0).expect("a factor"), &mut Unobserved);
        let mut seen = Seen::default();
        run(&mut world, 120, &mut seen);
        world.set_load(LoadFactor::new(1.0).expect("a factor"), &mut Unobserved);
        run(&mut world, 600, &mut seen);
        seen
    };
    let calm = with("");
    let deadly = with("    probes: {liveness: {period: 5s, timeout: 1s, failures: 2}}");
    let killed = deadly.times(|happening| {
        matches!(
            happening,
            Happening::PodDied {
                exit: Exit::Unhealthy,
                ..
            }
        )
    });
    assert!(killed.len() >= 3, "{killed:?}");
    assert!(deadly.bad > 2 * calm.bad, "{} and {}", deadly.bad, calm.bad);
}

#[test]
fn a_new_pod_is_slow_until_it_has_warmed_up() {
    let service = "    replicas: 1
    workers: 50
    queue: 50
    start-up: 1s
    warm-up: {factor: 5, over: 100s}
    routes: {serve: [{work: 10ms}]}";
    let mut world = World::new(app("50/s", "", service), 1);
    let mut warm = Seen::default();
    run(&mut world, 50, &mut warm);
    assert!((warm.mean() - 0.010).abs() < 1e-6);
    assert_eq!(world.restart("app", &mut Unobserved), Ok(()));
    run(&mut world, 51, &mut Seen::default());
    let mut cold = Seen::default();
    run(&mut world, 151, &mut cold);
    // From 5 times down to once, evenly: 3 times on average.
    assert!((cold.mean() - 0.030).abs() < 0.001, "{}", cold.mean());
}

// ---- cores, memory, disk ----

#[test]
fn bursts_queue_for_cores_and_waits_do_not() {
    // M/M/c with c cores: 16 workers never limit here. lambda 320/s, mu 50/s, c = 8.
    let service = "    replicas: 1
    workers: 10000
    queue: 0
    cores: {threads: 8}
    routes: {serve: [{work: {cpu: {exponential: {mean: 20ms}}, wait: 100ms}}]}";
    let spec = app("320/s", "", service);
    let a: f64 = 6.4;
    let mut blocked = 1.0;
    for servers in 1..=8u32 {
        blocked = a * blocked / (f64::from(servers) + a * blocked);
    }
    let wait = blocked / (1.0 - a / 8.0 * (1.0 - blocked));
    let expected = 0.100 + 0.020 + wait / (400.0 - 320.0);
    for seed in 1..=3 {
        let mut world = World::new(spec.clone(), seed);
        run(&mut world, 600, &mut Seen::default());
        let mut seen = Seen::default();
        run(&mut world, 6_600, &mut seen);
        assert!(
            (seen.mean() / expected - 1.0).abs() < 0.01,
            "seed {seed}: {} instead of {expected}",
            seen.mean()
        );
    }
}

#[test]
fn a_quota_stops_everything_for_the_rest_of_each_period() {
    // Limit half a core: 50 ms in every 100 ms. A burst of 120 ms that begins with r ms
    // of a period left takes r + 120 ms for r >= 50, 170 ms for r >= 20, else 220 ms:
    // 0.5 * 195 + 0.3 * 170 + 0.2 * 220 = 192.5 ms over all beginnings.
    let service = "    replicas: 1
    workers: 4
    queue: 4
    cores: {limit: 0.5}
    routes: {serve: [{work: {cpu: 120ms}}]}";
    let mut world = World::new(app("0.05/s", "", service), 1);
    let mut seen = Seen::default();
    run(&mut world, 20_000, &mut seen);
    let mean = seen.mean();
    assert!((mean - 0.1925).abs() < 0.003, "{mean}");
    // Four threads with a limit of four never wait.
    let free = service.replace("limit: 0.5", "limit: 4");
    let mut world = World::new(app("0.05/s", "", &free), 1);
    let mut seen = Seen::default();
    run(&mut world, 2_000, &mut seen);
    assert!((seen.mean() - 0.120).abs() < 1e-9);
}

#[test]
fn throughput_under_a_limit_is_the_limit() {
    // 10 ms of CPU each and a limit of 1.5 cores on 4 threads: 150 a second, whatever comes.
    let service = "    replicas: 1
    workers: 100
    queue: 100
    cores: {limit: 1.5, threads: 4}
    routes: {serve: [{work: {cpu: 10ms}}]}";
    let mut world = World::new(app("300/s", "", service), 1);
    run(&mut world, 60, &mut Seen::default());
    let mut seen = Seen::default();
    run(&mut world, 660, &mut seen);
    let rate = seen.ok as f64 / 600.0;
    assert!((rate / 150.0 - 1.0).abs() < 0.01, "{rate}");
}

#[test]
fn a_leak_ends_in_an_oom_kill_at_the_request_that_theory_says() {
    // 100 MiB at rest, 1 MiB left behind by each: after 101 of them there is no room
    // under 200 MiB for another.
    let service = "    replicas: 1
    workers: 8
    queue: 8
    start-up: 2s
    memory: {limit: 200MiB, base: 100MiB, leak: 1MiB}
    routes: {serve: [{work: 1ms}]}";
    let mut world = World::new(app("1/s", "", service), 4);
    let mut seen = Seen::default();
    while seen.happened.is_empty() && world.now() < SimTime::from_secs(1_000) {
        let next = world.now() + Span::from_millis(100);
        world.run_until(next, u64::MAX, &mut seen);
    }
    assert!(matches!(
        seen.happened[0].1,
        Happening::PodDied {
            exit: Exit::OutOfMemory,
            ..
        }
    ));
    assert_eq!(world.users().offered, 102);
    let died = Cause::Died {
        service: 0,
        exit: Exit::OutOfMemory,
    };
    assert_eq!(seen.causes, [died]);
}

#[test]
fn requests_in_flight_use_memory_and_a_burst_of_them_kills() {
    let service = "    replicas: 1
    workers: 4
    queue: 100
    start-up: 2s
    memory: {limit: 150MiB, base: 100MiB, per-request: 2MiB}
    routes: {serve: [{work: 100ms}]}";
    let mut world = World::new(app("20/s", "", service), 4);
    let mut calm = Seen::default();
    run(&mut world, 300, &mut calm);
    assert_eq!(calm.bad, 0);
    world.set_load(LoadFactor::new(5.0).expect("a factor"), &mut Unobserved);
    let mut seen = Seen::default();
    run(&mut world, 330, &mut seen);
    assert!(
        !seen
            .times(|h| matches!(h, Happening::PodDied { .. }))
            .is_empty()
    );
}

#[test]
fn a_collection_stops_everything_that_runs() {
    let service = "    replicas: 1
    workers: 50
    queue: 50
    gc: {every: 100, pause: 200ms}
    routes: {serve: [{work: 5ms}]}";
    let mut world = World::new(app("100/s", "", service), 4);
    let mut seen = Seen::default();
    run(&mut world, 1_000, &mut seen);
    // One pause of 200 ms in 100 requests, which come in a second: 20 arrive in it and
    // wait 100 ms on average; the one that set it off and the half that ran wait it
    // out. 5 ms + (20 * 100 + 1.5 * 200) ms / 100 = 28 ms.
    assert!((seen.mean() - 0.028).abs() < 0.0005, "{}", seen.mean());
}

#[test]
fn a_full_disk_fails_writes_until_the_pod_is_replaced() {
    let service = "    replicas: 1
    workers: 8
    queue: 8
    start-up: 2s
    disk: {size: 1MiB, per-request: 10KiB, writes: [serve]}
    routes: {serve: [{work: 1ms}]}";
    let mut world = World::new(app("1/s", "", service), 4);
    let mut seen = Seen::default();
    run(&mut world, 300, &mut seen);
    // 102 requests write 1020 KiB; the 103rd finds the disk full.
    assert_eq!(seen.ok, 102);
    assert_eq!(seen.causes, [Cause::DiskFull { service: 0 }]);
    assert_eq!(world.restart("app", &mut seen), Ok(()));
    run(&mut world, 305, &mut seen);
    let mut after = Seen::default();
    run(&mut world, 350, &mut after);
    assert_eq!(after.bad, 0);
}

// ---- what is left of requests that have ended ----

#[test]
fn a_fallback_may_be_all_that_uses_a_core() {
    let service = "    replicas: 1
    workers: 4
    queue: 4
    cores: {threads: 1}
    routes: {serve: [{call: {to: other/serve, fallback: [{work: {cpu: 20ms}}]}}]}
  other: {about: fails, replicas: 1, workers: 4, queue: 4, routes: {serve: []}}";
    let mut world = World::new(app("10/s", "", service), 1);
    let errors = FaultSpec {
        values: vec![1.0],
        ..FaultSpec::usual(FaultKind::Errors, "other")
    };
    assert!(world.inject(&errors, &mut Unobserved).is_ok());
    let mut seen = Seen::default();
    run(&mut world, 60, &mut seen);
    assert_eq!(seen.bad, 0);
    assert!(seen.mean() >= 0.02, "{}", seen.mean());
}

#[test]
fn a_pod_that_goes_takes_along_what_waits_for_its_core() {
    // One branch fails at once; two are left over, one of which waits for the
    // core that the other has for half a minute. Then the pod goes.
    let service = "    replicas: 2
    workers: 100
    queue: 100
    cores: {threads: 1}
    routes: {serve: [{parallel: [[{call: other/serve}], [{work: {cpu: 30s}}], [{work: {cpu: 30s}}]]}]}
  other: {about: fails, replicas: 1, workers: 4, queue: 4, routes: {serve: []}}";
    let mut world = World::new(app("5/s", "", service), 1);
    let errors = FaultSpec {
        values: vec![1.0],
        ..FaultSpec::usual(FaultKind::Errors, "other")
    };
    assert!(world.inject(&errors, &mut Unobserved).is_ok());
    run(&mut world, 10, &mut Seen::default());
    let none = LoadFactor::new(0.0).expect("in range");
    world.set_load(none, &mut Unobserved);
    assert_eq!(world.scale("app", 1, &mut Unobserved), Ok(()));
    run(&mut world, 60, &mut Seen::default());
    assert_eq!(world.pods(0).count(), 1);
    assert_eq!(world.audit(), [""; 0]);
    assert_eq!(world.end_fault(0, &mut Unobserved), Ok(()));
    run(&mut world, 7_200, &mut Seen::default());
    assert_eq!(world.leftovers(), [""; 0]);
}
