//! Pods on nodes, seen from the users' side and from the control plane's.
//!
//! Oracles are Kubernetes' documented rules and closed forms. Every world here
//! is deterministic given its seed, which a failure prints where it matters.

mod support;

use support::fleet::{Seen, TWO_ZONES, app, run, try_spec};
use xops_lab::world::{Cause, Exit, Happening, NodeAct, PodWord, Unobserved, World};

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
