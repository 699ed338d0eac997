//! Pods, nodes, roll-outs and autoscalers, seen from the users' side and from
//! the control plane's.
//!
//! Oracles are Kubernetes' documented rules and closed forms. Every world here
//! is deterministic given its seed, which a failure prints where it matters.

use xops_lab::base::{Report, SimTime, Span, yaml};
use xops_lab::world::spec::Strategy;
use xops_lab::world::{
    Cause, Exit, Happening, LoadFactor, NodeAct, Outcome, PodWord, Probe, Served, Spec, Unobserved,
    UserDone, World, read,
};

/// Remembers what users and operators saw.
#[derive(Clone, Default)]
struct Seen {
    ok: u64,
    bad: u64,
    seconds: f64,
    causes: Vec<Cause>,
    happened: Vec<(SimTime, Happening)>,
}

impl Probe for Seen {
    fn served(&mut self, _: Served) {}
    fn attempted(&mut self, _: xops_lab::world::Attempted) {}
    fn user_done(&mut self, done: UserDone) {
        if done.outcome == Outcome::Ok {
            self.ok += 1;
        } else {
            self.bad += 1;
            if let Some(cause) = done.cause
                && !self.causes.contains(&cause)
            {
                self.causes.push(cause);
            }
        }
        self.seconds += done.duration.as_secs_f64();
    }
    fn happened(&mut self, now: SimTime, happening: Happening) {
        self.happened.push((now, happening));
    }
}

impl Seen {
    fn mean(&self) -> f64 {
        self.seconds / (self.ok + self.bad) as f64
    }

    fn times(&self, wanted: impl Fn(&Happening) -> bool) -> Vec<f64> {
        self.happened
            .iter()
            .filter(|(_, happening)| wanted(happening))
            .map(|(at, _)| at.as_secs_f64())
            .collect()
    }
}

fn try_spec(text: &str) -> Result<Spec, String> {
    let node = yaml::parse("test.yaml", text, &yaml::Limits::default()).expect("valid YAML");
    let mut report = Report::new("test.yaml", text);
    let mut fields = report
        .fields(&xops_lab::base::At::root(&node))
        .expect("a mapping");
    let spec = read::spec(&mut report, &mut fields);
    fields.done(&mut report);
    let problems = report.finish();
    if problems.is_empty() {
        Ok(spec.expect("a sound world"))
    } else {
        Err(problems.to_string())
    }
}

/// One service called `app` with a route `serve`, and what is added to it.
fn app(rate: &str, topology: &str, service: &str) -> Spec {
    let text = format!(
        "title: app
about: one service
traffic:
  rate: {rate}
  patience: 5s
  mix: [{{route: app/serve, weight: 1}}]
{topology}
services:
  app:
    about: serves
{service}
"
    );
    try_spec(&text).unwrap_or_else(|problems| panic!("{problems}"))
}

const TWO_ZONES: &str = "topology:
  zones: {a: here, b: here}
  pools:
    pa: {zone: a, cpu: 2, memory: 4GiB, nodes: 2, price: 1}
    pb: {zone: b, cpu: 2, memory: 4GiB, nodes: 2, price: 1}
  endpoint-delay: 2s
  unreachable-after: 50s
  evict-after: 5m
";

fn run(world: &mut World, until: u64, seen: &mut Seen) {
    world.run_until(SimTime::from_secs(until), u64::MAX, seen);
    conserved(world);
}

fn conserved(world: &World) {
    assert!(world.is_settled());
    let users = world.users();
    let ended: u64 = users.ended.iter().sum();
    assert_eq!(users.offered, ended + world.users_in_flight());
    let (arrived, ended) = (0..world.spec().services.len())
        .map(|service| world.visits(service))
        .fold((0, 0), |(a, e), (arrived, ended)| (a + arrived, e + ended));
    assert_eq!(arrived, ended + world.visits_in_flight());
}

fn ready(world: &World) -> usize {
    world
        .pods(0)
        .filter(|pod| pod.word == PodWord::Ready)
        .count()
}

fn zones(world: &World) -> Vec<String> {
    let mut zones: Vec<String> = world
        .pods(0)
        .filter_map(|pod| pod.node)
        .filter_map(|node| world.node_name(node).map(|(_, zone)| zone.to_owned()))
        .collect();
    zones.sort();
    zones
}

// ---- placement ----

#[test]
fn pods_spread_over_zones_and_wait_when_nothing_fits() {
    let service = "    replicas: 5
    workers: 4
    queue: 4
    requests: {cpu: 1.5, memory: 1GiB}
    routes: {serve: [{work: 10ms}]}";
    let world = World::new(app("10/s", TWO_ZONES, service), 1);
    assert_eq!(zones(&world), ["a", "a", "b", "b"]);
    let pending: Vec<String> = world
        .pods(0)
        .filter(|pod| pod.word == PodWord::Pending)
        .map(|pod| pod.reason)
        .collect();
    assert_eq!(pending, ["0/4 nodes fit: 4 insufficient cpu"]);
}

#[test]
fn anti_affinity_and_required_spread_keep_pods_from_each_other() {
    let alone = "    replicas: 5
    workers: 4
    queue: 4
    placement: {alone: true}
    routes: {serve: [{work: 10ms}]}";
    let world = World::new(app("10/s", TWO_ZONES, alone), 1);
    let reason = world.pods(0).last().map(|pod| pod.reason);
    assert_eq!(
        reason.as_deref(),
        Some("0/4 nodes fit: 4 with a pod of the service (anti-affinity)")
    );
    // With zone b cordoned, a second pod in zone a would make a skew of 2.
    let spread = "    replicas: 2
    workers: 4
    queue: 4
    placement: {spread: require}
    start-up: 1s
    routes: {serve: [{work: 10ms}]}";
    let mut world = World::new(app("10/s", TWO_ZONES, spread), 1);
    assert_eq!(zones(&world), ["a", "b"]);
    for node in ["pb-0", "pb-1"] {
        assert_eq!(
            world.act_on_node(node, NodeAct::Drain, &mut Unobserved),
            Ok(())
        );
    }
    run(&mut world, 60, &mut Seen::default());
    let reason = world.pods(0).last().map(|pod| pod.reason);
    assert_eq!(
        reason.as_deref(),
        Some("0/4 nodes fit: 2 would unbalance the zones, 2 unschedulable")
    );
    assert_eq!(
        world.act_on_node("pb-1", NodeAct::Uncordon, &mut Unobserved),
        Ok(())
    );
    run(&mut world, 120, &mut Seen::default());
    assert_eq!(ready(&world), 2);
}

#[test]
fn a_pod_that_fits_no_pool_is_refused_on_load() {
    let text = format!(
        "title: app\nabout: x\ntraffic:\n  rate: 1/s\n  mix: [{{route: app/serve, weight: 1}}]\n\
         {TWO_ZONES}services:\n  app:\n    about: x\n    replicas: 1\n    workers: 1\n    queue: 1\n    \
         requests: {{cpu: 3}}\n    routes: {{serve: [{{work: 1ms}}]}}\n"
    );
    let problems = try_spec(&text).expect_err("too large a pod");
    assert!(problems.contains("fits no node"), "{problems}");
}

#[test]
fn a_field_that_could_do_nothing_is_refused_on_load() {
    let refused = |added: &str, expected: &str| {
        let text = format!(
            "title: app\nabout: x\ntraffic:\n  rate: 1/s\n  mix: [{{route: app/serve, weight: 1}}]\n\
             services:\n  app:\n    about: x\n    replicas: 1\n    workers: 1\n    queue: 1\n    \
             routes: {{serve: [{{work: 1ms}}]}}\n    {added}\n"
        );
        let problems = try_spec(&text).expect_err("a field without effect");
        assert!(problems.contains(expected), "{problems}");
    };
    refused("placement: {alone: true}", "no nodes to place on");
    refused("cores: {limit: 1}", "no work that uses them");
    refused("autoscale: {min: 1, max: 2, cpu: 50%}", "scaled by CPU");
    refused("autoscale: {min: 1, max: 2}", "one target, this has 0");
    refused(
        "versions: {v1: {note: a, leak: 1MiB}}",
        "no memory that could run out",
    );
    refused("price: {egress: 1KiB}", "egress has no price");
}

// ---- nodes ----

const THREE: &str = "    replicas: 4
    workers: 8
    queue: 8
    start-up: 5s
    requests: {cpu: 0.5}
    routes: {serve: [{work: 10ms}]}";

#[test]
fn a_lost_node_times_its_callers_out_until_it_is_noticed_and_its_pods_move_later() {
    let mut world = World::new(app("100/s", TWO_ZONES, THREE), 3);
    let mut before = Seen::default();
    run(&mut world, 100, &mut before);
    assert_eq!(before.bad, 0);
    assert_eq!(
        world.act_on_node("pa-0", NodeAct::Lose, &mut Unobserved),
        Ok(())
    );
    // One of four pods: until 50 s + 2 s of propagation a quarter of the requests
    // gets no answer and is given up after the patience of 5 s.
    let mut during = Seen::default();
    run(&mut world, 152, &mut during);
    let share = during.bad as f64 / (during.bad + during.ok) as f64;
    assert!((share - 0.25).abs() < 0.03, "share {share}");
    assert!(
        matches!(during.causes[..], [Cause::Node { .. }]),
        "{:?}",
        during.causes
    );
    // The last ones give up; from then on all is well with three pods.
    run(&mut world, 160, &mut Seen::default());
    let mut noticed = Seen::default();
    run(&mut world, 400, &mut noticed);
    assert_eq!((noticed.bad, ready(&world)), (0, 3));
    // Given up after 50 + 300 s and replaced, elsewhere.
    let mut after = Seen::default();
    run(&mut world, 470, &mut after);
    assert_eq!((after.bad, ready(&world)), (0, 4));
    assert!(
        world
            .nodes()
            .all(|node| node.name != "pa-0" || node.pods == 0)
    );
    // It comes back and takes pods again.
    assert_eq!(
        world.act_on_node("pa-0", NodeAct::Return, &mut Unobserved),
        Ok(())
    );
    run(&mut world, 480, &mut Seen::default());
    assert_eq!(ready(&world), 4);
}

#[test]
fn what_a_lost_node_was_doing_is_never_answered() {
    let service = "    replicas: 1
    workers: 50
    queue: 50
    start-up: 1s
    routes: {serve: [{work: 2s}, {work: 2s}]}";
    let mut world = World::new(app("5/s", TWO_ZONES, service), 3);
    run(&mut world, 100, &mut Seen::default());
    assert_eq!(
        world.act_on_node("pa-0", NodeAct::Lose, &mut Unobserved),
        Ok(())
    );
    // Some twenty requests were being served; all of them end by their users' patience.
    let mut after = Seen::default();
    run(&mut world, 104, &mut after);
    assert_eq!(after.ok, 0);
    run(&mut world, 140, &mut after);
    assert!(after.ok == 0 && after.bad > 150, "{}", after.bad);
    // Back before anybody noticed: the connections are reset, the container starts anew.
    assert_eq!(
        world.act_on_node("pa-0", NodeAct::Return, &mut Unobserved),
        Ok(())
    );
    run(&mut world, 150, &mut Seen::default());
    let mut later = Seen::default();
    run(&mut world, 200, &mut later);
    assert_eq!(later.bad, 0);
    assert_eq!(world.visits_in_flight(), world.users_in_flight());
}

#[test]
fn a_zone_takes_half_of_everything_with_it_and_gives_it_back() {
    let mut world = World::new(app("100/s", TWO_ZONES, THREE), 3);
    run(&mut world, 20, &mut Seen::default());
    assert_eq!(world.act_on_zone("b", true, &mut Unobserved), Ok(2));
    let mut during = Seen::default();
    run(&mut world, 72, &mut during);
    let share = during.bad as f64 / (during.bad + during.ok) as f64;
    assert!((share - 0.5).abs() < 0.05, "share {share}");
    assert_eq!(world.act_on_zone("b", false, &mut Unobserved), Ok(2));
    run(&mut world, 90, &mut Seen::default());
    let mut after = Seen::default();
    run(&mut world, 200, &mut after);
    assert_eq!((after.bad, ready(&world)), (0, 4));
}

#[test]
fn draining_a_node_moves_its_pods_without_losing_a_request_if_they_wait_before_they_stop() {
    let drain = |stop: &str| {
        let service = format!("{THREE}\n    stop: {stop}");
        let mut world = World::new(app("200/s", TWO_ZONES, &service), 5);
        run(&mut world, 20, &mut Seen::default());
        for node in ["pa-0", "pa-1"] {
            assert_eq!(
                world.act_on_node(node, NodeAct::Drain, &mut Unobserved),
                Ok(())
            );
        }
        let mut seen = Seen::default();
        run(&mut world, 60, &mut seen);
        assert_eq!(zones(&world), ["b", "b", "b", "b"]);
        seen
    };
    // Callers learn after 2 s; a pod that stops at once refuses them meanwhile.
    let hasty = drain("{grace: 30s}");
    assert!(hasty.bad > 50, "{}", hasty.bad);
    assert_eq!(hasty.causes, [Cause::Refused { service: 0 }]);
    assert_eq!(drain("{pre-stop: 5s, grace: 30s}").bad, 0);
}

#[test]
fn the_grace_period_ends_in_a_kill() {
    let service = "    replicas: 1
    workers: 8
    queue: 8
    start-up: 1s
    stop: {grace: 3s}
    routes: {serve: [{work: 4s}]}";
    let mut world = World::new(app("1/s", "", service), 2);
    run(&mut world, 20, &mut Seen::default());
    let mut seen = Seen::default();
    assert_eq!(world.restart("app", &mut seen), Ok(()));
    run(&mut world, 40, &mut seen);
    let killed = seen.times(|happening| {
        matches!(
            happening,
            Happening::PodDied {
                exit: Exit::Grace,
                ..
            }
        )
    });
    // Ready after 1 s, then the old one is told to stop, and 3 s later killed.
    assert_eq!(killed, [24.0]);
    let died = Cause::Died {
        service: 0,
        exit: Exit::Grace,
    };
    assert!(seen.causes.contains(&died), "{:?}", seen.causes);
}

#[test]
fn a_pool_grows_for_pending_pods_and_gives_empty_nodes_back() {
    let topology = "topology:
  zones: {a: here}
  pools:
    p: {zone: a, cpu: 2, memory: 4GiB, nodes: 1, max: 3, boot: 60s, idle: 10m, price: 2}
  quota: 2
";
    let service = "    replicas: 2
    workers: 4
    queue: 4
    start-up: 5s
    requests: {cpu: 1}
    routes: {serve: [{work: 10ms}]}";
    let mut world = World::new(app("10/s", topology, service), 1);
    let mut seen = Seen::default();
    assert_eq!(world.scale("app", 6, &mut seen), Ok(()));
    run(&mut world, 200, &mut seen);
    // Scan after 10 s, boot 60 s; the quota allows one node more, and two pods wait for ever.
    let up = seen.times(|happening| matches!(happening, Happening::NodeUp { .. }));
    assert_eq!(up, [70.0]);
    assert_eq!(ready(&world), 4);
    let reason = world
        .pods(0)
        .last()
        .map(|pod| pod.reason)
        .unwrap_or_default();
    assert!(reason.contains("limit or quota"), "{reason}");
    assert_eq!(world.cost().per_hour, 4.0);
    assert_eq!(world.scale("app", 2, &mut seen), Ok(()));
    run(&mut world, 1_000, &mut seen);
    let removed = seen.times(|happening| matches!(happening, Happening::NodeRemoved { .. }));
    assert_eq!(removed, [800.0]);
    // One node for 1000 s, another from the order at 10 s to 800 s, at 2 an hour.
    let expected = 2.0 * (1_000.0 + 790.0) / 3_600.0;
    assert!(
        (world.cost().total - expected).abs() < 1e-9,
        "{:?}",
        world.cost()
    );
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
    world.set_load(LoadFactor::new(10.0).expect("a factor"));
    run(&mut world, 100, &mut seen);
    let unready = seen.times(|happening| matches!(happening, Happening::PodUnready { .. }));
    assert!(!unready.is_empty());
    world.set_load(LoadFactor::new(0.5).expect("a factor"));
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
        world.set_load(LoadFactor::new(2.0).expect("a factor"));
        let mut seen = Seen::default();
        run(&mut world, 120, &mut seen);
        world.set_load(LoadFactor::new(1.0).expect("a factor"));
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
    world.set_load(LoadFactor::new(5.0).expect("a factor"));
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
