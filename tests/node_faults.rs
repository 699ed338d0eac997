//! Faults of nodes, of pods' lives and of what pods use: what users feel while
//! they act, and that nothing is left of them afterwards. Seed 1; shares of
//! some 900 requests are held to 0.08, five standard errors.

mod support;

use support::fleet::{Seen, TWO_ZONES, app, conserved, run};
use xops_lab::base::{At, Report, SimTime, yaml};
use xops_lab::world::{
    ActionError, Cause, Exit, FaultSpec, Happening, LoadFactor, PodWord, Unobserved, World, read,
};

/// Four pods, one on each node; twenty requests a second keep them a tenth busy.
const FOUR: &str = "    replicas: 4
    workers: 4
    queue: 8
    start-up: 5s
    requests: {cpu: 0.5}
";
const PLAIN: &str = "    routes: {serve: [{work: 20ms}]}";
const BURSTS: &str = "    cores: {threads: 1}
    routes: {serve: [{work: {cpu: 20ms}}]}";

fn fault(text: &str) -> FaultSpec {
    let node = yaml::parse("fault.yaml", text, &yaml::Limits::default()).expect("valid YAML");
    let mut report = Report::new("fault.yaml", text);
    let fault = read::fault(&mut report, &At::root(&node));
    let problems = report.finish();
    assert!(problems.is_empty(), "{problems}");
    fault.expect("a sound fault")
}

/// A world of two zones that has run for a minute.
fn world(rate: &str, service: &str) -> World {
    let mut world = World::new(app(rate, TWO_ZONES, &format!("{FOUR}{service}")), 1);
    run(&mut world, 60, &mut Seen::default());
    world
}

/// Starts a fault and tells what users get within the seconds that follow.
fn strike(world: &mut World, text: &str, seconds: u64) -> Seen {
    let mut seen = Seen::default();
    world.inject(&fault(text), &mut seen).expect("it can be");
    watch(world, seconds, seen)
}

fn watch(world: &mut World, seconds: u64, mut seen: Seen) -> Seen {
    let until = world.now().as_nanos() / 1_000_000_000 + seconds;
    run(world, until, &mut seen);
    seen
}

fn share_bad(seen: &Seen) -> f64 {
    seen.bad as f64 / (seen.ok + seen.bad) as f64
}

fn words(world: &World, word: PodWord) -> usize {
    world.pods(0).filter(|pod| pod.word == word).count()
}

fn numbers(world: &World) -> Vec<u32> {
    world.pods(0).map(|pod| pod.number).collect()
}

/// Pods on every node, in order.
fn on_nodes(world: &World) -> Vec<u32> {
    world.nodes().map(|node| node.pods).collect()
}

/// After every fault and a time to recover, users are served as before.
fn is_calm_again(world: &mut World) {
    watch(world, 400, Seen::default());
    let seen = watch(world, 100, Seen::default());
    assert_eq!(seen.bad, 0, "{:?}", seen.causes);
    assert!(seen.mean() < 0.026, "mean {} s", seen.mean());
    assert_eq!(words(world, PodWord::Ready), world.pods(0).count());
    assert!(world.faults().all(|fault| fault.over));
    conserved(world);
}

// ---- nodes ----

#[test]
fn a_lost_zone_times_half_the_users_out_until_it_is_noticed_and_comes_back() {
    let mut world = world("20/s", PLAIN);
    let seen = strike(&mut world, "{zone: a, node-loss: true, for: 2m}", 48);
    // Two pods of four; whoever times out is counted 5 s later.
    let share = share_bad(&seen);
    assert!((share - 0.47).abs() < 0.08, "{share}");
    assert_eq!(seen.causes, [Cause::Fault(0)]);
    watch(&mut world, 10, Seen::default());
    assert_eq!(watch(&mut world, 60, Seen::default()).bad, 0);
    let seen = watch(&mut world, 30, Seen::default());
    let back = seen.times(|happening| matches!(happening, Happening::NodeUp { .. }));
    assert_eq!(back, [180.0, 180.0]);
    is_calm_again(&mut world);
}

#[test]
fn a_lost_region_takes_everything_with_it() {
    let mut world = world("20/s", PLAIN);
    strike(&mut world, "{region: here, node-loss: true, for: 10m}", 6);
    let seen = watch(&mut world, 590, Seen::default());
    assert_eq!(seen.ok, 0);
    is_calm_again(&mut world);
}

#[test]
fn a_node_that_boots_in_a_lost_zone_is_lost_too() {
    let topology = "topology:
  zones: {a: here}
  pools: {pa: {zone: a, cpu: 2, memory: 4GiB, nodes: 1, max: 4, boot: 60s}}
";
    let service = "    replicas: 2
    workers: 4
    queue: 8
    requests: {cpu: 2}
    routes: {serve: [{work: 20ms}]}";
    let mut world = World::new(app("20/s", topology, service), 1);
    let seen = strike(&mut world, "{zone: a, node-loss: true, for: 5m}", 290);
    let lost = seen.times(|happening| matches!(happening, Happening::NodeLost { .. }));
    assert_eq!(lost, [0.0, 70.0], "a look after 10 s, and 60 s to boot");
    assert_eq!(seen.ok, 0);
    is_calm_again(&mut world);
}

#[test]
fn a_cordoned_node_keeps_what_it_has_and_gets_nothing_new() {
    let mut world = world("20/s", PLAIN);
    let seen = strike(&mut world, "{node: pa-0, cordon: true, for: 5m}", 60);
    world.scale("app", 8, &mut Unobserved).expect("it can be");
    let seen = watch(&mut world, 120, seen);
    assert_eq!(seen.bad, 0);
    assert_eq!(on_nodes(&world)[0], 1);
    watch(&mut world, 180, Seen::default());
    world.scale("app", 9, &mut Unobserved).expect("it can be");
    assert_eq!(on_nodes(&world)[0], 2);
    is_calm_again(&mut world);
}

#[test]
fn a_drained_node_refuses_its_callers_until_they_know() {
    let mut world = world("20/s", PLAIN);
    let seen = strike(&mut world, "{node: pa-0, drain: true, for: 5m}", 60);
    // A quarter of 20/s for the 2 s that callers take to learn: 10, give or take 3 x sqrt(10).
    assert!((1..20).contains(&seen.bad), "{}", seen.bad);
    assert_eq!(seen.causes, [Cause::Refused { service: 0 }]);
    assert_eq!(on_nodes(&world)[0], 0);
    assert_eq!(words(&world, PodWord::Ready), 4);
    is_calm_again(&mut world);
    assert!(world.nodes().all(|node| !node.cordoned));
}

#[test]
fn a_taint_moves_the_pods_that_do_not_tolerate_it() {
    let mut world = world("20/s", PLAIN);
    let seen = strike(
        &mut world,
        "{zone: a, taint: true, service: app, for: 5m}",
        60,
    );
    assert_eq!(seen.causes, [Cause::Refused { service: 0 }]);
    assert_eq!(on_nodes(&world), [0, 0, 2, 2]);
    world.scale("app", 6, &mut Unobserved).expect("it can be");
    assert_eq!(on_nodes(&world), [0, 0, 3, 3]);
    is_calm_again(&mut world);
    world.scale("app", 8, &mut Unobserved).expect("it can be");
    assert_eq!(on_nodes(&world), [1, 1, 3, 3]);
}

#[test]
fn a_noisy_neighbour_slows_what_runs_beside_it() {
    let mut world = world("20/s", PLAIN);
    let seen = strike(&mut world, "{zone: a, noisy-neighbour: 5, for: 5m}", 290);
    // Half of them take 20 ms and half 100 ms.
    assert!((seen.mean() - 0.06).abs() < 0.004, "{}", seen.mean());
    is_calm_again(&mut world);
}

// ---- pods ----

#[test]
fn a_killed_pod_is_another_pod_and_a_killed_container_the_same_again() {
    let mut world = world("20/s", PLAIN);
    let seen = strike(&mut world, "{service: app, container-kill: 4}", 10);
    assert_eq!(numbers(&world), [0, 1, 2, 3]);
    assert_eq!(words(&world, PodWord::Ready), 4);
    // None to ask for 5 s of starting and the 2 s that callers take to learn of it: 140 +- 3 sd.
    assert!((104..176).contains(&seen.bad), "{}", seen.bad);
    let again = strike(&mut world, "{service: app, container-kill: 4}", 10);
    assert_eq!(again.ok, 0, "the second time waits 10 s");
    watch(&mut world, 20, Seen::default());
    strike(&mut world, "{service: app, kill: 4}", 10);
    assert_eq!(numbers(&world), [4, 5, 6, 7]);
    assert!(world.pods(0).all(|pod| pod.restarts == 0));
    is_calm_again(&mut world);
}

#[test]
fn a_failing_liveness_probe_kills_pods_that_would_serve() {
    let probes = format!("    probes: {{liveness: {{period: 5s}}}}\n{PLAIN}");
    let mut world = world("20/s", &probes);
    let seen = strike(&mut world, "{service: app, unhealthy: true, for: 5m}", 290);
    assert!(
        seen.times(|h| matches!(
            h,
            Happening::PodDied {
                exit: Exit::Unhealthy,
                ..
            }
        ))
        .len()
            > 12
    );
    assert!(share_bad(&seen) > 0.3, "{}", share_bad(&seen));
    is_calm_again(&mut world);
}

#[test]
fn a_readiness_probe_finds_out_late_and_forgets_late() {
    let probes = format!("    probes: {{readiness: {{}}}}\n{PLAIN}");
    let mut world = world("20/s", &probes);
    let seen = strike(&mut world, "{service: app, unready: true, for: 2m}", 110);
    let unready = seen.times(|h| matches!(h, Happening::PodUnready { .. }));
    // Three failures in a row, one every 10 s.
    assert_eq!(unready.len(), 4);
    assert!(
        unready.iter().all(|at| (80.0..=90.0).contains(at)),
        "{unready:?}"
    );
    assert_eq!(seen.causes, [Cause::NoPod { service: 0 }]);
    is_calm_again(&mut world);
}

#[test]
fn a_wrong_image_is_seen_when_a_pod_has_to_be_made() {
    let mut world = world("20/s", PLAIN);
    assert_eq!(
        strike(
            &mut world,
            "{service: app, wrong-image: true, for: 10m}",
            60
        )
        .bad,
        0
    );
    // The image is there where a container has run.
    strike(&mut world, "{service: app, container-kill: 4}", 20);
    assert_eq!(words(&world, PodWord::Ready), 4);
    strike(&mut world, "{service: app, kill: 4}", 10);
    let seen = watch(&mut world, 400, Seen::default());
    assert_eq!(seen.ok, 0);
    assert!(world.pods(0).all(|pod| pod.reason == "ImagePullBackOff"));
    is_calm_again(&mut world);
}

#[test]
fn a_bad_command_is_seen_when_a_container_has_to_start() {
    let mut world = world("20/s", PLAIN);
    assert_eq!(
        strike(&mut world, "{service: app, bad-command: true, for: 5m}", 60).bad,
        0
    );
    strike(&mut world, "{service: app, container-kill: 4}", 10);
    assert_eq!(watch(&mut world, 200, Seen::default()).ok, 0);
    assert_eq!(words(&world, PodWord::BackOff), 4);
    is_calm_again(&mut world);
}

#[test]
fn a_service_scaled_to_zero_answers_nobody_and_comes_back_as_large_as_it_was() {
    let mut world = world("20/s", PLAIN);
    strike(
        &mut world,
        "{service: app, scale-to-zero: true, for: 5m}",
        5,
    );
    let seen = watch(&mut world, 290, Seen::default());
    assert_eq!(
        (seen.ok, seen.causes),
        (0, vec![Cause::NoPod { service: 0 }])
    );
    is_calm_again(&mut world);
    assert_eq!(world.pods(0).count(), 4);
}

// ---- what pods use ----

#[test]
fn a_busy_loop_takes_half_of_a_core() {
    let mut world = world("4/s", BURSTS);
    let seen = strike(&mut world, "{service: app, cpu-stress: 1, for: 5m}", 290);
    // 20 ms become 40 ms; now and then another request has the core.
    assert!((0.0399..0.043).contains(&seen.mean()), "{}", seen.mean());
    assert_eq!(seen.bad, 0);
    is_calm_again(&mut world);
}

#[test]
fn busy_loops_make_an_autoscaler_add_pods_for_nobody() {
    let scaled = format!("    autoscale: {{min: 4, max: 8, cpu: 50%}}\n{BURSTS}");
    let mut world = world("4/s", &scaled);
    assert_eq!(world.pods(0).count(), 4);
    strike(&mut world, "{service: app, cpu-stress: 1, for: 5m}", 120);
    assert_eq!(world.pods(0).count(), 8);
    watch(&mut world, 600, Seen::default());
    assert_eq!(world.pods(0).count(), 4);
    is_calm_again(&mut world);
}

#[test]
fn a_tenth_of_a_core_stands_still_for_most_of_the_time() {
    let mut world = world("2/s", BURSTS);
    let seen = strike(&mut world, "{service: app, cpu-limit: 0.1, for: 5m}", 290);
    // 10 ms in each 100 ms. Of a uniform phase p, a request of 20 ms ends after 110 - p if
    // p < 90, else after 110: 69.5 ms on average; 580 of them, with a spread of 27 ms.
    assert!((seen.mean() - 0.0695).abs() < 0.007, "{}", seen.mean());
    is_calm_again(&mut world);
}

#[test]
fn memory_that_something_else_uses_kills_the_container_again_and_again() {
    let memory = format!("    memory: {{limit: 512MiB, base: 100MiB}}\n{PLAIN}");
    let mut world = world("20/s", &memory);
    let text = "{service: app, memory-stress: 400MiB, for: 5m}";
    assert_eq!(strike(&mut world, text, 290).bad, 0, "it fits");
    is_calm_again(&mut world);
    let seen = strike(
        &mut world,
        "{service: app, memory-stress: 450MiB, for: 5m}",
        290,
    );
    let killed = |h: &Happening| {
        matches!(
            h,
            Happening::PodDied {
                exit: Exit::OutOfMemory,
                ..
            }
        )
    };
    // At once, after a start, after 10, 20, 40, 80 and 160 s and a start each: the last is too late.
    assert_eq!(seen.times(killed).len(), 4 * 6);
    assert!(share_bad(&seen) > 0.9, "{}", share_bad(&seen));
    is_calm_again(&mut world);
}

#[test]
fn a_leak_kills_after_as_many_requests_as_fit() {
    let memory = format!("    memory: {{limit: 100MiB}}\n{PLAIN}");
    let mut world = world("20/s", &memory);
    let seen = strike(&mut world, "{service: app, memory-leak: 1MiB, for: 5m}", 60);
    let killed = seen.times(|h| {
        matches!(
            h,
            Happening::PodDied {
                exit: Exit::OutOfMemory,
                ..
            }
        )
    });
    // 101 requests at 5/s and pod: 20.2 s, with a standard deviation of 1 s.
    assert!((killed[0] - 80.2).abs() < 4.0, "{killed:?}");
    watch(&mut world, 240, Seen::default());
    is_calm_again(&mut world);
}

#[test]
fn long_collections_stop_everything_now_and_then() {
    let mut world = world("20/s", PLAIN);
    let seen = strike(
        &mut world,
        "{service: app, gc: {pause: 500ms, every: 50}, for: 5m}",
        290,
    );
    // Of 50 requests in 10 s one waits 500 ms, and 2.5 that come meanwhile 250 ms each on
    // average: 22.5 ms more for the mean of all.
    assert!((seen.mean() - 0.0425).abs() < 0.006, "{}", seen.mean());
    is_calm_again(&mut world);
}

#[test]
fn a_full_disk_fails_the_routes_that_write() {
    let disk = format!("    disk: {{size: 1GiB, per-request: 1B, writes: [serve]}}\n{PLAIN}");
    let mut world = world("20/s", &disk);
    let half = "{service: app, disk-fill: 50%, for: 2m}";
    assert_eq!(strike(&mut world, half, 110).bad, 0);
    is_calm_again(&mut world);
    let seen = strike(&mut world, "{service: app, disk-fill: 100%, for: 2m}", 110);
    assert_eq!(seen.causes, [Cause::Fault(1)]);
    assert!(share_bad(&seen) > 0.99);
    is_calm_again(&mut world);
}

#[test]
fn a_fault_that_could_do_nothing_is_refused() {
    let mut world = world("20/s", PLAIN);
    for text in [
        "{service: app, unhealthy: true}",
        "{service: app, cpu-stress: 1}",
        "{service: app, cpu-limit: 0.5}",
        "{service: app, memory-stress: 1GiB}",
        "{service: app, memory-leak: 1KiB}",
        "{service: app, disk-fill: 100%}",
        "{service: app, wrong-image: true, pods: one}",
        "{service: app, zone: a, errors: 1%}",
        "{zone: a, node-loss: true, service: app}",
        "{zone: a, cordon: true, pods: one}",
    ] {
        let refused = world.inject(&fault(text), &mut Unobserved);
        assert!(
            matches!(refused, Err(ActionError::BadFault(_))),
            "{text}: {refused:?}"
        );
    }
    for text in [
        "{zone: c, drain: true}",
        "{node: pa-9, drain: true}",
        "{region: c, drain: true}",
    ] {
        assert!(
            world.inject(&fault(text), &mut Unobserved).is_err(),
            "{text}"
        );
    }
    assert_eq!(world.faults().count(), 0);
    world.set_load(LoadFactor::new(1.0).expect("a factor"), &mut Unobserved);
    assert_eq!(world.now(), SimTime::from_secs(60));
}

#[test]
fn who_waits_for_a_bulkhead_is_gone_with_its_node() {
    // Of four pods on four nodes two are lost, one after the other at the same
    // time: a place that the first gives up is not for one of the second.
    let service =
        "    routes: {serve: [{call: {to: other/serve, bulkhead: {limit: 2, wait: 10m}}}]}
  other: {about: is slow, replicas: 1, workers: 100, queue: 0, routes: {serve: [{work: 1s}]}}";
    let mut world = World::new(app("20/s", TWO_ZONES, &format!("{FOUR}{service}")), 1);
    run(&mut world, 10, &mut Seen::default());
    strike(&mut world, "{zone: a, node-loss: true, for: 2m}", 1);
    assert_eq!(world.audit(), [""; 0]);
    for _ in 0..200 {
        watch(&mut world, 1, Seen::default());
        assert_eq!(world.audit(), [""; 0]);
    }
    let none = LoadFactor::new(0.0).expect("in range");
    world.set_load(none, &mut Unobserved);
    watch(&mut world, 900, Seen::default());
    assert_eq!(world.leftovers(), [""; 0]);
}

#[test]
fn a_quota_lets_no_pod_in_until_it_is_raised() {
    let mut world = world("20/s", PLAIN);
    strike(
        &mut world,
        "{service: app, quota-exceeded: true, for: 5m}",
        1,
    );
    world.scale("app", 6, &mut Unobserved).expect("it can be");
    assert_eq!(watch(&mut world, 60, Seen::default()).bad, 0);
    let told: Vec<String> = world
        .pods(0)
        .filter(|pod| pod.word == PodWord::Pending)
        .map(|pod| pod.reason)
        .collect();
    assert_eq!(told, ["FailedCreate: exceeded quota"; 2]);
    // Who is deleted is not replaced.
    strike(&mut world, "{service: app, kill: 4}", 60);
    assert_eq!(watch(&mut world, 60, Seen::default()).ok, 0);
    is_calm_again(&mut world);
    assert_eq!(words(&world, PodWord::Ready), 6);
}

#[test]
fn pods_that_stand_apart_need_a_node_each() {
    let mut world = world("20/s", PLAIN);
    strike(
        &mut world,
        "{service: app, anti-affinity: true, for: 5m}",
        1,
    );
    world.scale("app", 6, &mut Unobserved).expect("it can be");
    watch(&mut world, 60, Seen::default());
    assert_eq!(on_nodes(&world), [1; 4]);
    let told = world.pods(0).find(|pod| pod.word == PodWord::Pending);
    let told = told.map(|pod| pod.reason).unwrap_or_default();
    assert!(told.contains("4 with a pod of the service"), "{told}");
    is_calm_again(&mut world);
    assert_eq!(words(&world, PodWord::Ready), 6);
}

#[test]
fn a_bad_environment_is_seen_when_a_container_has_to_start() {
    let mut world = world("20/s", PLAIN);
    let seen = strike(
        &mut world,
        "{service: app, bad-environment: true, for: 5m}",
        60,
    );
    assert_eq!(seen.bad, 0);
    strike(&mut world, "{service: app, container-kill: 1}", 60);
    let told = world.pods(0).find(|pod| pod.word != PodWord::Ready);
    let told = told.map(|pod| pod.reason).unwrap_or_default();
    assert_eq!(told, "CreateContainerConfigError");
    assert_eq!(
        watch(&mut world, 60, Seen::default()).bad,
        0,
        "three are enough"
    );
    is_calm_again(&mut world);
}

#[test]
fn a_slow_or_broken_disk_is_felt_where_something_is_written() {
    for (writes, there) in [("writes: [serve]", 1.0), ("writes: [other]", 0.0)] {
        let disk = format!(
            "    disk: {{size: 1GiB, per-request: 1B, {writes}}}
    routes: {{serve: [{{work: 20ms}}], other: [{{work: 20ms}}]}}"
        );
        let mut world = world("10/s", &disk);
        let slow = "{service: app, disk-slow: 200ms, for: 2m}";
        let seen = strike(&mut world, slow, 110);
        assert_eq!(seen.bad, 0);
        let expected = 0.02 + 0.2 * there;
        assert!((seen.mean() - expected).abs() < 0.03, "{}", seen.mean());
        is_calm_again(&mut world);
        let errors = "{service: app, disk-errors: 50%, for: 2m}";
        let share = share_bad(&strike(&mut world, errors, 110));
        assert!((share - 0.5 * there).abs() < 0.08, "{share}");
        is_calm_again(&mut world);
    }
}

#[test]
fn what_runs_up_costs_is_paid_by_the_hour_and_felt_by_nobody() {
    let mut world = world("20/s", PLAIN);
    let before = world.cost();
    let text = "{service: app, cost-explosion: 60, ramp: 10m, for: 20m}";
    assert_eq!(strike(&mut world, text, 300).bad, 0);
    // Four nodes, and half of what it grows to.
    let now = world.cost().per_hour;
    assert!((now - 34.0).abs() < 1e-9, "{now}");
    let of_service = world.service_cost(0);
    assert!((of_service - 34.0).abs() < 1e-9, "{of_service}");
    watch(&mut world, 3_300, Seen::default());
    let after = world.cost();
    assert_eq!(after.per_hour, before.per_hour);
    // An hour of nodes, 60 for ten minutes, and half of that for ten more.
    let spent = after.total - before.total;
    assert!((spent - 19.0).abs() < 1e-9, "{spent}");
    is_calm_again(&mut world);
}
