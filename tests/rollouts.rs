//! Versions, roll-outs and autoscalers, seen from the users' side and from the
//! control plane's. Oracles are Kubernetes' documented rules and closed forms.

#[path = "support/text.rs"]
mod text;

use proptest::prelude::*;
use xops_lab::base::{Digest, SimTime, Span};
use xops_lab::engine::Progress;
use xops_lab::world::spec::Strategy;
use xops_lab::world::{
    ActionError, FaultKind, FaultSpec, Happening, LoadFactor, NodeAct, Outcome, PodWord, Probe,
    RolloutAct, Served, Spec, Stage, Unobserved, UserDone, World,
};

/// Counts users' outcomes, and answers by version where causes tell.
#[derive(Clone, Default)]
struct Seen {
    ok: u64,
    bad: u64,
    seconds: f64,
    happened: Vec<(SimTime, Happening)>,
}

impl Probe for Seen {
    fn served(&mut self, _: Served) {}
    fn attempted(&mut self, _: xops_lab::world::Attempted) {}
    fn user_done(&mut self, done: UserDone) {
        self.ok += u64::from(done.outcome == Outcome::Ok);
        self.bad += u64::from(done.outcome != Outcome::Ok);
        self.seconds += done.duration.as_secs_f64();
    }
    fn happened(&mut self, now: SimTime, happening: Happening) {
        self.happened.push((now, happening));
    }
}

impl Seen {
    fn share_bad(&self) -> f64 {
        self.bad as f64 / (self.ok + self.bad) as f64
    }

    fn mean(&self) -> f64 {
        self.seconds / (self.ok + self.bad) as f64
    }

    fn scalings(&self) -> Vec<(u64, u32)> {
        self.happened
            .iter()
            .filter_map(|(at, happening)| match happening {
                Happening::Scaled { to, .. } => Some((at.as_nanos() / 1_000_000_000, *to)),
                _ => None,
            })
            .collect()
    }
}

fn spec(rate: &str, service: &str) -> Spec {
    let world = format!(
        "title: app
about: one service
traffic:
  rate: {rate}
  patience: 5s
  mix: [{{route: app/serve, weight: 1}}]
services:
  app:
    about: serves
{service}
"
    );
    text::spec(&world)
}

fn until(world: &mut World, seconds: u64, seen: &mut Seen) {
    world.run_until(SimTime::from_secs(seconds), u64::MAX, seen);
    assert!(world.is_settled());
    let users = world.users();
    let ended: u64 = users.ended.iter().sum();
    assert_eq!(users.offered, ended + world.users_in_flight());
}

/// Pods that are not being stopped, and ready ones among them.
fn pods(world: &World) -> (u32, u32) {
    let (mut all, mut ready) = (0, 0);
    for pod in world.pods(0) {
        all += u32::from(pod.word != PodWord::Draining);
        ready += u32::from(pod.word == PodWord::Ready);
    }
    (all, ready)
}

fn versions(world: &World) -> Vec<u32> {
    world.pods(0).map(|pod| pod.version).collect()
}

const BASE: &str = "    replicas: 4
    workers: 8
    queue: 20
    start-up: 10s
    routes: {serve: [{work: 10ms}]}
    versions:
      v1: {note: good}
      v2: {note: bad, errors: {serve: 50%}}
      v3: {note: crashes, crash-after: 3s}
";

// ---- strategies ----

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    /// Deployments: never fewer ready pods than wanted less max-unavailable, never
    /// more pods than wanted plus max-surge; and the roll-out ends.
    #[test]
    fn a_rolling_update_stays_within_its_bounds(
        replicas in 1u32..20,
        surge in 0u32..101,
        unavailable in 0u32..101,
        percent in any::<bool>(),
        start in 1u64..20,
        back in any::<bool>(),
    ) {
        let unit = if percent { "%" } else { "" };
        let (surge, unavailable) = if percent { (surge, unavailable) } else { (surge % 6, unavailable % 6) };
        let service = format!("    replicas: {replicas}
    workers: 8
    queue: 20
    start-up: {start}s
    rollout: {{max-surge: {surge}{unit}, max-unavailable: {unavailable}{unit}}}
    routes: {{serve: [{{work: 300ms}}]}}
    versions: {{v1: {{note: a}}, v2: {{note: b, start-up: 4s}}}}");
        let mut world = World::new(spec("20/s", &service), 1);
        // The rounding of the documentation, worked out here a second time.
        let share = |amount: u32| f64::from(amount) * f64::from(replicas) / 100.0;
        let (mut more, mut fewer) = if percent {
            (share(surge).ceil() as u32, share(unavailable).floor() as u32)
        } else {
            (surge, unavailable)
        };
        if more == 0 && fewer == 0 {
            (more, fewer) = (0, 1);
        }
        until(&mut world, 10, &mut Seen::default());
        prop_assert_eq!(world.deploy("app", "v2", None, &mut Unobserved), Ok(()));
        let mut turned = false;
        for tick in 0..6_000u64 {
            let (all, ready) = pods(&world);
            prop_assert!(all <= replicas + more, "{} pods at tick {}", all, tick);
            prop_assert!(ready + fewer >= replicas, "{} ready at tick {}", ready, tick);
            if back && !turned && tick > 60 {
                turned = true;
                prop_assert!(world.roll_back("app", &mut Unobserved).is_ok());
            }
            if world.rollout(0).is_none() && (turned || !back) {
                break;
            }
            let next = world.now() + Span::from_millis(100);
            world.run_until(next, u64::MAX, &mut Unobserved);
        }
        prop_assert_eq!(world.rollout(0), None);
        let wanted = if back { 0 } else { 1 };
        prop_assert_eq!(versions(&world), vec![wanted; replicas as usize]);
    }
}

#[test]
fn recreate_takes_everything_down_first() {
    let mut world = World::new(spec("40/s", BASE), 1);
    until(&mut world, 20, &mut Seen::default());
    let mut seen = Seen::default();
    let recreate = Some(Strategy::Recreate);
    assert_eq!(world.deploy("app", "v2", recreate, &mut seen), Ok(()));
    until(&mut world, 30, &mut seen);
    // The start-up of ten seconds is an outage of ten seconds.
    assert!(seen.share_bad() > 0.99, "{}", seen.share_bad());
    until(&mut world, 31, &mut seen);
    assert_eq!(versions(&world), [1, 1, 1, 1]);
    assert_eq!(world.rollout(0), None);
}

#[test]
fn a_version_that_crashes_stalls_its_roll_out_and_users_notice_nothing() {
    let mut world = World::new(spec("40/s", BASE), 1);
    let mut seen = Seen::default();
    assert_eq!(world.deploy("app", "v3", None, &mut seen), Ok(()));
    until(&mut world, 1_000, &mut seen);
    assert_eq!(seen.bad, 0);
    let stalled: Vec<f64> = seen
        .happened
        .iter()
        .filter(|(_, happening)| matches!(happening, Happening::RolloutStalled { .. }))
        .map(|(at, _)| at.as_secs_f64())
        .collect();
    // The usual deadline of ten minutes, once.
    assert_eq!(stalled, [600.0]);
    assert!(world.rollout_status(0).is_some_and(|status| status.stalled));
    assert_eq!(world.roll_back("app", &mut seen), Ok(0));
    until(&mut world, 1_001, &mut seen);
    // All four old pods still stood: the way back takes no time here.
    assert_eq!(world.rollout(0), None);
    assert_eq!(versions(&world), [0, 0, 0, 0]);
}

#[test]
fn blue_green_switches_at_once_and_back_at_once() {
    let service = format!("{BASE}    rollout: {{strategy: blue-green, keep: 60s}}\n");
    let mut world = World::new(spec("100/s", &service), 1);
    let mut before = Seen::default();
    assert_eq!(world.deploy("app", "v2", None, &mut before), Ok(()));
    // The second set is made ready aside.
    until(&mut world, 9, &mut before);
    assert_eq!((before.bad, pods(&world)), (0, (8, 4)));
    until(&mut world, 11, &mut Seen::default());
    assert_eq!(world.rollout_status(0).map(|s| s.stage), Some(Stage::Keep));
    let mut green = Seen::default();
    until(&mut world, 40, &mut green);
    assert!(
        (green.share_bad() - 0.5).abs() < 0.04,
        "{}",
        green.share_bad()
    );
    let mut other = world.clone();
    assert_eq!(world.roll_back("app", &mut green), Ok(0));
    let mut back = Seen::default();
    until(&mut world, 60, &mut back);
    assert!(back.bad <= 2, "{}", back.bad);
    assert_eq!(versions(&world), [0, 0, 0, 0]);
    // Left alone, the old set goes a minute after the switch.
    until(&mut other, 69, &mut Seen::default());
    assert_eq!(pods(&other), (8, 8));
    until(&mut other, 72, &mut Seen::default());
    assert_eq!(versions(&other), [1, 1, 1, 1]);
    assert_eq!(other.rollout(0), None);
}

#[test]
fn a_canary_gets_its_weight_and_can_be_promoted_paused_and_aborted() {
    let service = format!(
        "{BASE}    rollout:
      strategy: canary
      steps: [{{weight: 10%, for: 60s}}, {{weight: 50%}}]
"
    );
    let mut world = World::new(spec("400/s", &service), 1);
    assert_eq!(world.deploy("app", "v2", None, &mut Unobserved), Ok(()));
    until(&mut world, 11, &mut Seen::default());
    // 10 % of four pods, rounded up, is one; it fails half of a tenth.
    assert_eq!(pods(&world), (5, 5));
    let mut tenth = Seen::default();
    until(&mut world, 69, &mut tenth);
    assert!(
        (tenth.share_bad() - 0.05).abs() < 0.006,
        "{}",
        tenth.share_bad()
    );
    let mut paused = world.clone();
    // The second step has no end of its own.
    until(&mut world, 82, &mut Seen::default());
    let mut half = Seen::default();
    until(&mut world, 400, &mut half);
    assert_eq!(pods(&world), (6, 6));
    assert!(
        (half.share_bad() - 0.25).abs() < 0.01,
        "{}",
        half.share_bad()
    );
    let mut aborted = world.clone();
    let steer = |world: &mut World, act| world.steer_rollout("app", act, &mut Unobserved);
    assert_eq!(steer(&mut world, RolloutAct::Promote), Ok(()));
    until(&mut world, 412, &mut Seen::default());
    assert_eq!(versions(&world), [1, 1, 1, 1]);
    let none = ActionError::NoRollout("app".to_owned());
    assert_eq!(steer(&mut world, RolloutAct::Promote), Err(none));
    // Abort: at once no traffic, and the canaries go.
    assert_eq!(steer(&mut aborted, RolloutAct::Abort), Ok(()));
    let mut after = Seen::default();
    until(&mut aborted, 420, &mut after);
    assert!(after.bad <= 2, "{}", after.bad);
    assert_eq!(versions(&aborted), [0, 0, 0, 0]);
    // Pause: the step's time does not end it.
    assert_eq!(steer(&mut paused, RolloutAct::Pause), Ok(()));
    until(&mut paused, 300, &mut Seen::default());
    assert_eq!(pods(&paused), (5, 5));
    assert_eq!(steer(&mut paused, RolloutAct::Resume), Ok(()));
    until(&mut paused, 325, &mut Seen::default());
    assert_eq!(pods(&paused), (6, 6));
}

// ---- versions ----

#[test]
fn a_version_brings_its_own_steps_timeouts_workers_and_hides_what_it_does() {
    let text = "    replicas: 1
    workers: 8
    queue: 20
    start-up: 1s
    routes: {serve: [{work: 10ms}]}
    versions:
      v1: {note: as it was}
      steps: {note: asks more, before: {serve: [{work: 40ms}]}}
      config: {note: fewer workers, workers: 1, queue: 0}
      sleeper: {note: nothing to see, slower: 9, hidden-for: 500}
";
    let deployed = |version: &str, from: u64, to: u64| {
        let mut world = World::new(spec("20/s", text), 3);
        assert_eq!(world.deploy("app", version, None, &mut Unobserved), Ok(()));
        until(&mut world, from, &mut Seen::default());
        let mut seen = Seen::default();
        until(&mut world, to, &mut seen);
        seen
    };
    assert!((deployed("steps", 10, 100).mean() - 0.050).abs() < 1e-4);
    // One worker and no queue: M/D/1/1 refuses a / (1 + a), a = 20/s * 10 ms.
    let refused = deployed("config", 10, 2_000).share_bad();
    assert!((refused - 0.2 / 1.2).abs() < 0.006, "{refused}");
    assert!((deployed("sleeper", 5, 20).mean() - 0.010).abs() < 1e-4);
    assert!((deployed("sleeper", 60, 100).mean() - 0.090).abs() < 0.01);
}

#[test]
fn a_version_may_shorten_a_timeout() {
    let text = "title: two
about: two services
traffic:
  rate: 20/s
  mix: [{route: app/serve, weight: 1}]
services:
  app:
    about: asks
    replicas: 1
    workers: 50
    queue: 20
    start-up: 1s
    routes: {serve: [{call: {to: back/get, timeout: 1s}}]}
    versions:
      v1: {note: as it was}
      v2: {note: impatient, timeouts: {back/get: 5ms}}
  back:
    about: answers
    replicas: 1
    workers: 50
    queue: 20
    routes: {get: [{work: 10ms}]}
";
    let spec = text::spec(text);
    let mut world = World::new(spec, 1);
    let mut before = Seen::default();
    until(&mut world, 20, &mut before);
    assert_eq!(before.bad, 0);
    assert_eq!(world.deploy("app", "v2", None, &mut Unobserved), Ok(()));
    until(&mut world, 22, &mut Seen::default());
    let mut after = Seen::default();
    until(&mut world, 40, &mut after);
    assert_eq!(after.ok, 0);
}

// ---- autoscaling ----

fn scaled(target: &str) -> String {
    format!(
        "    replicas: 2
    workers: 10
    queue: 100
    start-up: 10s
    requests: {{cpu: 1}}
    routes: {{serve: [{{work: {{cpu: 20ms, wait: 30ms}}}}]}}
    autoscale: {{min: 2, max: 20, {target}}}
"
    )
}

#[test]
fn the_number_of_pods_follows_the_formula_and_settles() {
    // 100/s of 20 ms are 2 cores; at a target of 50 % of one core per pod: 4 pods.
    // By rate 100/s at 20/s per pod: 5. By workers 100/s * 50 ms = 5 busy of 10, 25 %: 2.
    for (target, expected) in [("cpu: 50%", 4), ("rate: 20/s", 5)] {
        let mut world = World::new(spec("100/s", &scaled(target)), 1);
        until(&mut world, 900, &mut Seen::default());
        let mut calm = Seen::default();
        until(&mut world, 3_600, &mut calm);
        assert_eq!(world.replicas(0), expected, "{target}");
        assert_eq!(calm.scalings(), [], "{target}");
    }
}

#[test]
fn a_step_of_load_is_met_by_the_documented_policies() {
    let mut world = World::new(spec("100/s", &scaled("rate: 27/s")), 1);
    until(&mut world, 300, &mut Seen::default());
    assert_eq!(world.replicas(0), 4);
    world.set_load(LoadFactor::new(4.0).expect("a factor"), &mut Unobserved);
    let mut up = Seen::default();
    until(&mut world, 600, &mut up);
    // Four more or twice as many within 15 s: 4, then 8, then 15 (400 / 27 = 14.8).
    let steps: Vec<u32> = up.scalings().iter().map(|(_, to)| *to).collect();
    assert_eq!(steps.last(), Some(&15), "{steps:?}");
    assert!(steps.iter().all(|to| *to <= 16), "{steps:?}");
    assert!(up.scalings()[0].0 <= 330, "{:?}", up.scalings());
    // Down only after five minutes of lower recommendations.
    world.set_load(LoadFactor::new(1.0).expect("a factor"), &mut Unobserved);
    let mut down = Seen::default();
    until(&mut world, 1_500, &mut down);
    let first = down.scalings()[0].0;
    assert!((900..=930).contains(&first), "{first}");
    assert_eq!(world.replicas(0), 4);
}

#[test]
fn without_a_window_the_number_swings_and_the_window_cures_it() {
    // Load that swings every minute by a factor of three.
    let swings = |down: &str| {
        let service = scaled(&format!("rate: 25/s, up: {{window: 0s}}, down: {down}"));
        let mut world = World::new(spec("100/s", &service), 1);
        let mut seen = Seen::default();
        for minute in 0..40 {
            let factor = if minute % 2 == 0 { 1.0 } else { 3.0 };
            world.set_load(LoadFactor::new(factor).expect("a factor"), &mut Unobserved);
            until(&mut world, 60 * (minute + 1), &mut seen);
        }
        seen.scalings().len()
    };
    let (free, calm) = (swings("{window: 0s}"), swings("{window: 5m}"));
    assert!(free > 40, "{free}");
    assert!(calm < 8, "{calm}");
}

#[test]
fn an_autoscaler_can_be_turned_off_and_bounded_and_follows_the_clock() {
    let service = scaled("rate: 27/s, schedule: [{from: 0s, min: 2}, {from: 1h, min: 10}]");
    let mut world = World::new(spec("100/s", &service), 1);
    until(&mut world, 3_500, &mut Seen::default());
    assert_eq!(world.replicas(0), 4);
    until(&mut world, 3_700, &mut Seen::default());
    assert_eq!(world.replicas(0), 10);
    assert_eq!(world.set_autoscaler("app", Some(false), None), Ok(()));
    world.set_load(LoadFactor::new(4.0).expect("a factor"), &mut Unobserved);
    until(&mut world, 4_000, &mut Seen::default());
    assert_eq!(world.replicas(0), 10);
    assert_eq!(
        world.set_autoscaler("app", Some(true), Some((1, 12))),
        Ok(())
    );
    until(&mut world, 4_100, &mut Seen::default());
    assert_eq!(world.replicas(0), 12);
    let bounds = world.set_autoscaler("app", None, Some((5, 2)));
    assert_eq!(bounds, Err(ActionError::Bounds(5, 2)));
}

// ---- determinism ----

#[test]
fn slices_of_any_budget_give_the_same_digest_with_everything_in_use() {
    let text = "title: all
about: everything at once
traffic:
  rate: 60/s
  patience: 4s
  mix: [{route: app/serve, weight: 1}]
topology:
  zones: {a: here, b: there}
  pools:
    pa: {zone: a, cpu: 2, memory: 4GiB, nodes: 2, max: 4, boot: 20s, idle: 60s, price: 1}
    pb: {zone: b, cpu: 2, memory: 4GiB, nodes: 2, price: 1}
  unreachable-after: 20s
  evict-after: 30s
services:
  app:
    about: serves
    replicas: 4
    workers: 8
    queue: 20
    start-up: 5s
    requests: {cpu: 0.9, memory: 512MiB}
    cores: {limit: 0.9, threads: 2}
    memory: {limit: 300MiB, base: 100MiB, per-request: 1MiB, leak: 64KiB}
    gc: {every: 200, pause: {exponential: {mean: 30ms}}}
    disk: {size: 20MiB, per-request: 1KiB, writes: [serve], price: 0.1}
    warm-up: {factor: 3, over: 20s}
    probes: {readiness: {period: 3s}, liveness: {period: 5s}}
    stop: {pre-stop: 2s, grace: 10s}
    rollout: {strategy: canary, steps: [{weight: 20%, for: 30s}]}
    autoscale: {min: 2, max: 12, cpu: 60%}
    routes:
      serve: [{work: {cpu: {exponential: {mean: 15ms}}, wait: 20ms}}, {call: {to: back/get, timeout: 1s}}]
    versions:
      v1: {note: a}
      v2: {note: b, slower: 1.5, hidden-for: 100, leak: 128KiB, before: {serve: [{work: 2ms}]}}
  back:
    about: answers
    replicas: 3
    workers: 8
    queue: 20
    requests: {cpu: 0.2}
    routes: {get: [{work: {exponential: {mean: 10ms}}}]}
";
    let spec = text::spec(text);
    let run = |budget: u64| {
        let mut world = World::new(spec.clone(), 11);
        let go = |world: &mut World, seconds| {
            while world.run_until(SimTime::from_secs(seconds), budget, &mut Unobserved)
                == Progress::OutOfBudget
            {}
            assert!(world.is_settled());
            let (arrived, ended) = (0..2)
                .map(|s| world.visits(s))
                .fold((0, 0), |(a, e), v| (a + v.0, e + v.1));
            assert_eq!(arrived, ended + world.visits_in_flight());
        };
        go(&mut world, 60);
        assert_eq!(world.deploy("app", "v2", None, &mut Unobserved), Ok(()));
        go(&mut world, 120);
        assert_eq!(
            world.act_on_node("pa-0", NodeAct::Lose, &mut Unobserved),
            Ok(())
        );
        world.set_load(LoadFactor::new(2.0).expect("a factor"), &mut Unobserved);
        go(&mut world, 200);
        assert_eq!(world.act_on_zone("b", true, &mut Unobserved), Ok(2));
        go(&mut world, 260);
        assert_eq!(world.act_on_zone("b", false, &mut Unobserved), Ok(2));
        assert_eq!(
            world.act_on_node("pb-0", NodeAct::Drain, &mut Unobserved),
            Ok(())
        );
        go(&mut world, 600);
        Digest::of(&world)
    };
    let whole = run(u64::MAX);
    assert_eq!(run(1), whole);
    assert_eq!(run(997), whole);
}

#[test]
fn whoever_an_action_concerns_hears_of_it_at_once() {
    // Pods that stop without grace answer whom they serve, and a caller that
    // waited for a bulkhead has its turn: nothing is left half-done by any
    // action, so that the next event finds the world in order.
    let text = "title: acts
about: one asks another
traffic: {rate: 50/s, patience: 5s, mix: [{route: front/get}]}
services:
  front: {about: asks, replicas: 1, workers: 1000, queue: 0, routes: {get: [call: {to: app/get, bulkhead: {limit: 20, wait: 5s}}]}}
  app:
    about: answers
    replicas: 4
    workers: 10
    queue: 10
    start-up: 1s
    stop: {grace: 0s}
    routes: {get: [work: 1s]}
    versions: {v1: {note: old}, v2: {note: new}}
";
    let read = |text: &str| text::try_spec(text).unwrap_or_else(|problems| panic!("{problems}"));
    let mut world = World::new(read(text), 1);
    let settled = |world: &mut World, seconds: u64| {
        assert_eq!(world.audit(), [""; 0], "at {}", world.now());
        let until = world.now() + Span::from_secs(seconds);
        world.run_until(until, u64::MAX, &mut Unobserved);
    };
    settled(&mut world, 10);
    assert_eq!(world.scale("app", 2, &mut Unobserved), Ok(()));
    settled(&mut world, 10);
    let deploy = world.deploy("app", "v2", Some(Strategy::Recreate), &mut Unobserved);
    assert_eq!(deploy, Ok(()));
    settled(&mut world, 10);
    assert!(world.roll_back("app", &mut Unobserved).is_ok());
    settled(&mut world, 10);
    assert_eq!(world.restart("app", &mut Unobserved), Ok(()));
    settled(&mut world, 10);
    for kind in [
        FaultKind::Kill,
        FaultKind::ContainerKill,
        FaultKind::PodFailure,
    ] {
        let fault = FaultSpec::usual(kind, "app");
        assert!(world.inject(&fault, &mut Unobserved).is_ok(), "{kind:?}");
        settled(&mut world, 10);
    }
}
