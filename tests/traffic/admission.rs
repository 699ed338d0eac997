//! Blocks, limits and shedding at gateways.

use xops_lab::base::{Ratio, SimTime, Span};
use xops_lab::world::{
    ActionError, Admission, ClassRule, Outcome, Spec, SurgeKind, SurgeSpec, Unobserved, Who, World,
};

use crate::support::{Log, check, check_count, head, roomy, run_warm, try_spec};

fn class(name: &str) -> Who {
    Who::Class(name.to_owned())
}

#[test]
fn a_blocked_tenant_is_turned_away_and_nobody_else() {
    let spec = roomy(
        "  mix: [{route: shop/page}]
  classes:
    home: {rate: 5/s}
    acme-web: {rate: 5/s, tenant: acme}
    acme-api: {rate: 5/s, tenant: acme}",
    );
    let mut world = World::new(spec, 1);
    world
        .admit(&Who::Tenant("acme".to_owned()), Admission::Block)
        .expect("there is such a tenant");
    let mut log = Log::default();
    world.run_until(SimTime::from_secs(600), u64::MAX, &mut log);
    assert_eq!(log.count(0, Outcome::Ok), log.of(0).count());
    for acme in [1, 2] {
        assert_eq!(log.count(acme, Outcome::Limited), log.of(acme).count());
        assert!(
            log.of(acme)
                .all(|done| done.refused && done.duration.is_zero())
        );
        assert_eq!(world.class_rule(acme as usize), ClassRule::Blocked);
    }
    let cause = log
        .of(1)
        .next()
        .and_then(|done| done.cause)
        .expect("a cause");
    assert_eq!(world.tell(cause), "acme-web is blocked");
    world
        .admit(&class("acme-web"), Admission::Allow)
        .expect("known");
    let mut log = Log::default();
    world.run_until(SimTime::from_secs(700), u64::MAX, &mut log);
    assert_eq!(log.count(1, Outcome::Ok), log.of(1).count());
    assert_eq!(log.count(2, Outcome::Ok), 0);
    assert_eq!(
        world.admit(&class("nobody"), Admission::Block),
        Err(ActionError::NobodyLikeThat("nobody".to_owned()))
    );
}

#[test]
fn a_flooded_limit_passes_its_burst_and_its_rate() {
    // One simulated request stands for 10: 50 real requests a second are 5.
    let traffic = "  mix: [{route: shop/page}]
  classes:
    home: {rate: 5/s}
    partner: {rate: 40/s, limit: {rate: 8/s, burst: 30}}";
    let text = head(traffic).replace("title:", "scale: 10\ntitle:") + "\n" + crate::support::ROOMY;
    let spec = try_spec(&text).expect("a sound world");
    for seed in 1..=5 {
        let mut world = World::new(spec.clone(), seed);
        let mut log = Log::default();
        world.run_until(SimTime::from_secs(1_000), u64::MAX, &mut log);
        // Flooded all the time, a bucket passes burst + rate x T, give or take
        // the token that is still coming.
        let passed = log.count(1, Outcome::Ok);
        assert!((8_029..=8_030).contains(&passed), "seed {seed}: {passed}");
        check_count("sent", seed, log.of(1).count(), 40_000.0);
        assert_eq!(log.count(0, Outcome::Ok), log.of(0).count());
        let rule = Admission::Limit {
            rate: 50.0,
            burst: Some(100.0),
        };
        world.admit(&class("partner"), rule).expect("a limit");
        let mut log = Log::default();
        world.run_until(SimTime::from_secs(2_000), u64::MAX, &mut log);
        let passed = log.count(1, Outcome::Ok);
        assert!((5_009..=5_010).contains(&passed), "seed {seed}: {passed}");
    }
}

#[test]
fn a_poisson_stream_at_a_bucket_of_one_passes_as_a_renewal_process() {
    // Bucket of one token: after a pass, arrivals are refused for 1/r, then the
    // next one passes: passes per second are 1 / (1/r + 1/lambda).
    let spec = roomy(
        "  mix: [{route: shop/page}]
  classes:
    partner: {rate: 12/s, limit: {rate: 8/s, burst: 1}}",
    );
    for seed in 1..=5 {
        let (_, log) = run_warm(&spec, seed, Span::from_secs(60), Span::from_hours(1));
        let passed = log.count(0, Outcome::Ok) as f64 / 3_600.0;
        check("passes", seed, passed, 1.0 / (1.0 / 8.0 + 1.0 / 12.0), 0.02);
    }
}

/// A gateway for 100 requests a second, offered 60 critical and 20 of each lower class.
fn busy(shed: &str) -> Spec {
    let traffic = format!(
        "  mix: [{{route: gateway/page}}]
  patience: 2s
{shed}  classes:
    vital: {{rate: 10/s, criticality: critical-plus}}
    users: {{rate: 40/s}}
    batch: {{rate: 40/s, criticality: sheddable-plus}}
    bots: {{rate: 60/s, kind: bots}}"
    );
    let services = "
services:
  gateway:
    kind: gateway
    about: serves
    replicas: 2
    workers: 5
    queue: 200
    routes: {page: [{work: {exponential: {mean: 100ms}}}]}
";
    try_spec(&(head(&traffic) + services)).expect("a sound world")
}

#[test]
fn an_overloaded_gateway_sheds_what_matters_least_first() {
    for seed in 1..=5 {
        let good = |spec: &Spec, class: u32| {
            let (_, log) = run_warm(spec, seed, Span::from_mins(5), Span::from_mins(20));
            log.count(class, Outcome::Ok) as f64 / log.of(class).count() as f64
        };
        let (open, shed) = (busy(""), busy("  shed: {over: 75%}\n"));
        // Without shedding everyone suffers alike: 150 offered, 100 served.
        let before: Vec<f64> = (0..4).map(|class| good(&open, class)).collect();
        assert!(
            before.iter().all(|share| *share < 0.8),
            "seed {seed}: {before:?}"
        );
        let after: Vec<f64> = (0..4).map(|class| good(&shed, class)).collect();
        assert!(after[0] > 0.995, "seed {seed}: {after:?}");
        assert!(after[1] > 0.95, "seed {seed}: {after:?}");
        assert!(
            after[2] > 0.6 && after[2] < after[1],
            "seed {seed}: {after:?}"
        );
        assert!(
            after[3] < 0.4 && after[3] < after[2],
            "seed {seed}: {after:?}"
        );
    }
}

#[test]
fn shedding_says_so_and_stops_when_told() {
    let mut world = World::new(busy("  shed: {over: 75%}\n"), 1);
    let mut log = Log::default();
    world.run_until(SimTime::from_secs(600), u64::MAX, &mut log);
    let shed = log
        .of(3)
        .find(|done| done.refused)
        .expect("some bots are shed");
    assert_eq!(shed.outcome, Outcome::Overloaded);
    assert_eq!(
        shed.cause.map(|cause| world.tell(cause)).as_deref(),
        Some("gateway shed load")
    );
    world.shed(None).expect("off");
    let mut log = Log::default();
    world.run_until(SimTime::from_secs(1_200), u64::MAX, &mut log);
    assert!(log.0.iter().all(|done| !done.refused));
    assert_eq!(world.shed(Some(Ratio::ZERO)), Err(ActionError::ShedsAlways));
}

#[test]
fn a_crawl_hurts_users_and_a_limit_on_it_cures_them() {
    let traffic = "  rate: 50/s\n  patience: 2s\n  mix: [{route: gateway/page}]";
    let services = "
services:
  gateway:
    kind: gateway
    about: serves
    replicas: 2
    workers: 5
    queue: 200
    routes: {page: [{work: {exponential: {mean: 100ms}}}]}
";
    let spec = try_spec(&(head(traffic) + services)).expect("a sound world");
    for seed in 1..=3 {
        let mut world = World::new(spec.clone(), seed);
        let good = |world: &mut World, mins| {
            let mut log = Log::default();
            let end = world.now() + Span::from_mins(mins);
            world.run_until(end, u64::MAX, &mut log);
            log.count(0, Outcome::Ok) as f64 / log.of(0).count() as f64
        };
        assert!(good(&mut world, 10) > 0.999);
        let crawl = SurgeSpec {
            who: None,
            kind: SurgeKind::Flood { rate: 200.0 },
            duration: None,
        };
        world.surge(&crawl, &mut Unobserved).expect("a crawl");
        good(&mut world, 2);
        assert!(good(&mut world, 10) < 0.6);
        let rule = Admission::Limit {
            rate: 10.0,
            burst: None,
        };
        world.admit(&class("crawler"), rule).expect("a limit");
        good(&mut world, 2);
        assert!(good(&mut world, 10) > 0.999);
    }
}
