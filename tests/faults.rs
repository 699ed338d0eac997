//! Every kind of fault: what users feel while it acts, and that nothing is
//! left of it afterwards. The seed is 1 unless a test says otherwise.
#![allow(clippy::unwrap_used)]

use xops_lab::base::{At, Ratio, Report, SimTime, Span, yaml};
use xops_lab::world::fault::catalogue::{CATALOGUE, Group};
use xops_lab::world::{
    Attempted, FaultKind, FaultSpec, Happening, Outcome, Pods, Probe, Served, Spec, UserDone,
    World, read,
};

/// Two services in a row, ten requests a second, three pods each: calm.
const WORLD: &str = "
title: pair
about: front calls back
traffic:
  rate: 50/s
  patience: 2s
  mix:
    - {route: front/page, weight: 9}
    - {route: front/other, weight: 1}
services:
  front:
    about: asks
    kind: gateway
    replicas: 2
    workers: 50
    queue: 50
    start-up: 5s
    routes:
      page: [{work: 5ms}, {call: {to: back/item}}]
      other: [{work: 5ms}]
  back:
    about: answers
    replicas: 4
    workers: 4
    queue: 8
    start-up: 20s
    routes:
      item: [{work: 20ms}]
    versions:
      v1: {note: first}
      v2: {note: second}
";

/// What users got.
#[derive(Clone, Debug, Default)]
struct Users {
    done: u64,
    failed: u64,
    seconds: f64,
    blamed: u64,
    ended: Vec<u32>,
}

impl Probe for Users {
    fn served(&mut self, _: Served) {}
    fn attempted(&mut self, _: Attempted) {}
    fn user_done(&mut self, done: UserDone) {
        self.done += 1;
        self.failed += u64::from(done.outcome != Outcome::Ok);
        self.seconds += done.duration.as_secs_f64();
        self.blamed += u64::from(done.cause.is_some());
    }
    fn happened(&mut self, _: SimTime, happening: Happening) {
        if let Happening::FaultEnded { fault } = happening {
            self.ended.push(fault);
        }
    }
}

impl Users {
    fn failed_share(&self) -> f64 {
        self.failed as f64 / self.done as f64
    }

    fn mean(&self) -> f64 {
        self.seconds / self.done as f64
    }
}

fn world() -> World {
    let node = yaml::parse("test.yaml", WORLD, &yaml::Limits::default()).unwrap();
    let mut report = Report::new("test.yaml", WORLD);
    let mut fields = report.fields(&At::root(&node)).unwrap();
    let spec: Option<Spec> = read::spec(&mut report, &mut fields);
    let problems = report.finish();
    assert!(problems.is_empty(), "{problems}");
    World::new(spec.unwrap(), 1)
}

/// Runs on for so many seconds and tells what users got meanwhile.
fn watch(world: &mut World, seconds: u64) -> Users {
    let mut users = Users::default();
    let until = world.now() + Span::from_secs(seconds);
    world.run_until(until, u64::MAX, &mut users);
    users
}

fn inject(world: &mut World, fault: &FaultSpec) -> u32 {
    world.inject(fault, &mut Users::default()).unwrap()
}

/// A world that has warmed up, with a fault that acts for five minutes.
fn struck(kind: FaultKind, values: &[f64]) -> World {
    let mut world = world();
    watch(&mut world, 60);
    // Clients come in at the front.
    let clients = kind.entry().group == Group::Load;
    let mut fault = FaultSpec::usual(kind, if clients { "front" } else { "back" });
    fault.values[..values.len()].copy_from_slice(values);
    fault.schedule.duration = Some(Span::from_mins(5));
    inject(&mut world, &fault);
    world
}

/// After every fault and a time to recover, users are served as before.
fn is_calm_again(world: &mut World) {
    watch(world, 90);
    let users = watch(world, 120);
    assert_eq!(users.failed, 0, "failures are left behind");
    assert!(users.mean() < 0.028, "mean {} s", users.mean());
    assert!(world.is_settled());
    let offered = world.users().offered;
    let ended: u64 = world.users().ended.iter().sum();
    assert_eq!(offered, ended + world.users_in_flight());
}

#[test]
fn latency_adds_to_what_users_wait() {
    let before = watch(&mut world(), 300).mean();
    let mut world = struck(FaultKind::Latency, &[0.1, 0.0]);
    let users = watch(&mut world, 290);
    // Nine requests in ten go to the back; some wait there for a worker too.
    let more = users.mean() - before;
    assert!((0.085..0.12).contains(&more), "{more} s more");
    assert!(users.blamed > users.done * 8 / 10);
    is_calm_again(&mut world);
}

#[test]
fn jitter_spreads_latency_around_its_mean() {
    let mut steady = struck(FaultKind::Latency, &[0.05, 0.0]);
    let mut jittery = struck(FaultKind::Latency, &[0.05, 0.05]);
    let (steady, jittery) = (watch(&mut steady, 290), watch(&mut jittery, 290));
    assert!((steady.mean() - jittery.mean()).abs() < 0.004);
}

#[test]
fn errors_and_aborts_fail_their_share() {
    for kind in [FaultKind::Errors, FaultKind::Abort] {
        let mut world = struck(kind, &[0.3]);
        let users = watch(&mut world, 290);
        // 0.9 of requests reach the back: 0.27 +- 5 standard errors of 14,500 samples.
        let share = users.failed_share();
        assert!((share - 0.27).abs() < 0.019, "{kind:?}: {share}");
        is_calm_again(&mut world);
    }
}

#[test]
fn an_abort_is_faster_than_an_error() {
    let mean = |kind| watch(&mut struck(kind, &[1.0]), 290).mean();
    assert!(mean(FaultKind::Abort) < mean(FaultKind::Errors) - 0.015);
}

#[test]
fn slow_work_takes_its_factor() {
    let mut world = struck(FaultKind::Slow, &[3.0]);
    let users = watch(&mut world, 290);
    // 5 ms + 0.9 x 60 ms and a little waiting.
    let mean = users.mean();
    assert!((0.057..0.075).contains(&mean), "{mean} s");
    is_calm_again(&mut world);
}

#[test]
fn hanging_requests_take_the_workers_one_by_one() {
    let mut world = struck(FaultKind::Hang, &[0.01]);
    let early = watch(&mut world, 20).failed_share();
    watch(&mut world, 200);
    let late = watch(&mut world, 60).failed_share();
    assert!(early < 0.1 && late > 0.8, "{early}, then {late}");
    is_calm_again(&mut world);
}

#[test]
fn killed_pods_lose_what_they_hold_and_come_back() {
    let mut world = struck(FaultKind::Kill, &[4.0]);
    let users = watch(&mut world, 30);
    // No pod for 20 of 30 seconds.
    let share = users.failed_share();
    assert!((share - 0.6).abs() < 0.06, "{share}");
    assert_eq!(world.pods(1).filter(|pod| pod.restarts == 1).count(), 4);
    is_calm_again(&mut world);
}

#[test]
fn failed_pods_stay_down_as_long_as_the_fault_acts() {
    let mut world = struck(FaultKind::PodFailure, &[]);
    let users = watch(&mut world, 290);
    assert!((users.failed_share() - 0.9).abs() < 0.02);
    is_calm_again(&mut world);
}

#[test]
fn one_of_four_pods_may_fail_and_users_hardly_notice() {
    let mut world = world();
    watch(&mut world, 60);
    let mut fault = FaultSpec::usual(FaultKind::PodFailure, "back");
    fault.target.pods = Pods::One;
    fault.schedule.duration = Some(Span::from_mins(5));
    inject(&mut world, &fault);
    let users = watch(&mut world, 290);
    assert!(users.failed_share() < 0.002, "{}", users.failed_share());
    assert_eq!(world.pods(1).filter(|pod| pod.restarts > 0).count(), 1);
    is_calm_again(&mut world);
}

#[test]
fn unready_pods_get_nothing_new() {
    let mut world = struck(FaultKind::Unready, &[]);
    let users = watch(&mut world, 290);
    assert!((users.failed_share() - 0.9).abs() < 0.02);
    assert_eq!(world.pods(1).filter(|pod| pod.restarts > 0).count(), 0);
    is_calm_again(&mut world);
}

#[test]
fn a_hanging_start_is_seen_when_a_pod_has_to_start() {
    let mut world = struck(FaultKind::StartHang, &[]);
    assert_eq!(watch(&mut world, 60).failed, 0);
    inject(
        &mut world,
        &FaultSpec {
            values: vec![4.0],
            ..FaultSpec::usual(FaultKind::Kill, "back")
        },
    );
    let users = watch(&mut world, 200);
    assert!((users.failed_share() - 0.9).abs() < 0.03);
    is_calm_again(&mut world);
}

#[test]
fn nothing_is_nothing() {
    let mut world = struck(FaultKind::NoOp, &[]);
    let users = watch(&mut world, 310);
    assert_eq!((users.failed, users.ended), (0, vec![0]));
    is_calm_again(&mut world);
}

#[test]
fn a_fault_can_be_narrowed_to_a_route_a_version_and_a_share() {
    let mut world = world();
    let mut fault = FaultSpec::usual(FaultKind::Errors, "front");
    fault.values = vec![1.0];
    fault.target.route = Some("other".to_owned());
    fault.target.share = Ratio::new(0.5).unwrap();
    inject(&mut world, &fault);
    let share = watch(&mut world, 300).failed_share();
    assert!((share - 0.05).abs() < 0.01, "{share}");

    let mut fault = FaultSpec::usual(FaultKind::Errors, "back");
    fault.values = vec![1.0];
    fault.target.version = Some("v2".to_owned());
    world.end_fault(0).unwrap();
    inject(&mut world, &fault);
    assert_eq!(watch(&mut world, 300).failed, 0);
    world
        .deploy("back", "v2", None, &mut Users::default())
        .unwrap();
    watch(&mut world, 300);
    assert!(watch(&mut world, 60).failed_share() > 0.8);
}

#[test]
fn a_schedule_waits_repeats_and_ends() {
    let mut world = world();
    let mut fault = FaultSpec::usual(FaultKind::Errors, "front");
    fault.values = vec![1.0];
    fault.schedule.delay = Span::from_secs(60);
    fault.schedule.duration = Some(Span::from_secs(30));
    fault.schedule.every = Some(Span::from_secs(120));
    fault.schedule.times = Some(2);
    inject(&mut world, &fault);
    let shares: Vec<bool> = (0..12)
        .map(|_| watch(&mut world, 30).failed_share() > 0.5)
        .collect();
    let expected = [2, 6]; // 60 s and 180 s
    for (place, failing) in shares.iter().enumerate() {
        assert_eq!(*failing, expected.contains(&place), "{place}: {shares:?}");
    }
    assert!(world.faults().all(|fault| fault.over));
}

#[test]
fn a_ramp_grows_in_a_straight_line() {
    let mut world = world();
    let mut fault = FaultSpec::usual(FaultKind::Errors, "front");
    fault.values = vec![0.8];
    fault.schedule.ramp = Span::from_mins(10);
    inject(&mut world, &fault);
    // Mean strength of the first half is a quarter, of the second three quarters.
    let (first, second) = (watch(&mut world, 300), watch(&mut world, 300));
    assert!((first.failed_share() - 0.2).abs() < 0.02);
    assert!((second.failed_share() - 0.6).abs() < 0.02);
}

#[test]
fn a_fault_ended_by_hand_stays_ended() {
    let mut world = world();
    let mut fault = FaultSpec::usual(FaultKind::Errors, "front");
    fault.schedule.duration = Some(Span::from_secs(30));
    fault.schedule.every = Some(Span::from_secs(60));
    let id = inject(&mut world, &fault);
    watch(&mut world, 10);
    world.end_fault(id).unwrap();
    assert_eq!(watch(&mut world, 300).failed, 0);
    assert!(world.end_fault(id).is_err());
}

#[test]
fn a_fault_that_cannot_be_is_refused_and_changes_nothing() {
    let mut world = world();
    let mut refused = |change: &dyn Fn(&mut FaultSpec)| {
        let mut fault = FaultSpec::usual(FaultKind::Kill, "back");
        change(&mut fault);
        world.inject(&fault, &mut Users::default()).unwrap_err()
    };
    refused(&|fault| fault.target.service = "nowhere".to_owned());
    refused(&|fault| fault.target.route = Some("item".to_owned()));
    refused(&|fault| fault.values = vec![]);
    refused(&|fault| fault.values = vec![f64::NAN]);
    refused(&|fault| fault.values = vec![1.5]);
    refused(&|fault| fault.schedule.every = Some(Span::ZERO));
    refused(&|fault| fault.schedule.times = Some(3));
    refused(&|fault| {
        fault.kind = FaultKind::Errors;
        fault.values = vec![2.0];
    });
    assert_eq!(world.faults().count(), 0);
}

#[test]
fn every_kind_gives_the_same_run_in_slices_of_any_size() {
    for entry in CATALOGUE.iter().filter(|entry| entry.only.is_none()) {
        let run = |budget: u64| {
            let mut world = struck(entry.kind, &entry.usual());
            let until = world.now() + Span::from_secs(400);
            let mut users = Users::default();
            while world.run_until(until, budget, &mut users) != xops_lab::engine::Progress::Reached
            {
            }
            (
                users.done,
                users.failed,
                users.seconds.to_bits(),
                world.events(),
            )
        };
        assert_eq!(run(u64::MAX), run(7), "{}", entry.name);
    }
}
