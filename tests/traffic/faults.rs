//! Faults that let more come: whom, how many, and that they end cleanly. Counts
//! lie within five standard errors of a Poisson mean; seeds are fixed.

use xops_lab::base::{SimTime, Span};
use xops_lab::world::fault::catalogue::Group;
use xops_lab::world::{FaultKind, FaultSpec, Outcome, Pods, Spec, Unobserved, World};

use crate::support::{Log, ROOMY, check_count, head, roomy, try_spec};

const CLASSES: &str = "  rate: 30/s
  mix: [{route: shop/page}]
  classes:
    web: {share: 2}
    acme: {share: 1, tenant: acme}
    acme-app: {rate: 5/s, tenant: acme}
    globex: {rate: 10/s, tenant: globex}
    probe: {kind: probes, rate: 2/s}
";
const RATES: [f64; 6] = [20.0, 10.0, 5.0, 10.0, 2.0, 0.0];
const CRAWLER: usize = 5;

fn fault(kind: FaultKind, values: &[f64]) -> FaultSpec {
    let mut fault = FaultSpec::usual(kind, "shop");
    fault.values = values.to_vec();
    fault.schedule.duration = Some(Span::from_secs(200));
    fault
}

/// Requests of each class in the 200 s of the fault, and in the 200 s after it.
fn counts(spec: &Spec, fault: &FaultSpec, seed: u64) -> [Vec<u64>; 2] {
    let mut world = World::new(spec.clone(), seed);
    let classes = spec.traffic.classes.len();
    let at = |world: &mut World, secs| {
        world.run_until(SimTime::from_secs(secs), u64::MAX, &mut Unobserved);
        (0..classes)
            .map(|class| world.class(class).offered)
            .collect::<Vec<_>>()
    };
    let before = at(&mut world, 100);
    world.inject(fault, &mut Unobserved).expect("accepted");
    let during = at(&mut world, 300);
    let after = at(&mut world, 500);
    assert_eq!(world.surges().count(), 0, "nobody asked for a surge");
    let less = |a: &[u64], b: &[u64]| a.iter().zip(b).map(|(a, b)| a - b).collect();
    [less(&during, &before), less(&after, &during)]
}

fn check(fault: &FaultSpec, seed: u64, expected: impl Fn(usize) -> f64) {
    let [during, after] = counts(&roomy(CLASSES), fault, seed);
    for class in 0..RATES.len() {
        let what = format!("{:?}, class {class}", fault.kind);
        check_count(&what, seed, during[class] as usize, expected(class));
        let usual = RATES[class] * 200.0;
        check_count(&what, seed, after[class] as usize, usual);
    }
}

#[test]
fn a_spike_multiplies_every_class_of_users_and_ends() {
    check(&fault(FaultKind::Spike, &[3.0]), 1, |class| {
        RATES[class] * 200.0 * if class < 4 { 3.0 } else { 1.0 }
    });
}

#[test]
fn a_flash_sales_excess_halves() {
    // The excess over 200 s of a half-life of 40 s: 8 x 40 / ln 2 x (1 - 2^-5) s.
    let excess = 8.0 * 40.0 / std::f64::consts::LN_2 * (1.0 - 1.0 / 32.0);
    check(&fault(FaultKind::FlashSale, &[9.0, 40.0]), 2, |class| {
        RATES[class] * (200.0 + if class < 4 { excess } else { 0.0 })
    });
}

#[test]
fn bots_come_at_their_rate_and_a_ramp_halves_what_comes_while_it_lasts() {
    let crawl = fault(FaultKind::BotCrawl, &[50.0]);
    let bots = |rate: f64| {
        move |class: usize| {
            let more = if class == CRAWLER { rate } else { 0.0 };
            (RATES[class] + more) * 200.0
        }
    };
    check(&crawl, 3, bots(50.0));
    let mut ramp = crawl;
    ramp.schedule.ramp = Span::from_secs(200);
    check(&ramp, 4, bots(25.0));
}

#[test]
fn a_hot_tenant_is_one_tenant_and_chance_says_which() {
    let spec = roomy(CLASSES);
    let mut found = [0, 0];
    for seed in 0..20 {
        let [during, _] = counts(&spec, &fault(FaultKind::HotTenant, &[10.0]), seed);
        let hot: Vec<usize> = (0..CRAWLER)
            .filter(|class| during[*class] as f64 > RATES[*class] * 200.0 * 5.0)
            .collect();
        match hot[..] {
            [1, 2] => found[0] += 1,
            [3] => found[1] += 1,
            _ => panic!("seed {seed}: {hot:?} are hot"),
        }
    }
    // Each with one half: outside 2..=18 of 20 lies 1 of 25,000 such tests.
    assert!(
        found.iter().all(|count| (2..=18).contains(count)),
        "{found:?}"
    );
}

#[test]
fn a_spike_hurts_users_of_a_small_shop_until_it_ends() {
    let text = format!(
        "{}\n{ROOMY}",
        head("  rate: 30/s\n  mix: [{route: shop/page}]\n")
    );
    let text = text
        .replace("workers: 10000", "workers: 4")
        .replace("[]", "[{work: 100ms}]");
    let mut world = World::new(try_spec(&text).expect("sound"), 5);
    let failed = |world: &mut World, secs| {
        let mut log = Log::default();
        world.run_until(SimTime::from_secs(secs), u64::MAX, &mut log);
        let bad = log.0.iter().filter(|done| done.outcome != Outcome::Ok);
        bad.count() as f64 / log.0.len() as f64
    };
    // Erlang's B for four workers: at 3 erlangs it refuses 20.6 %, at 9 61.4 %.
    let calm = failed(&mut world, 1_000);
    world
        .inject(
            &FaultSpec {
                schedule: Default::default(),
                ..fault(FaultKind::Spike, &[3.0])
            },
            &mut Unobserved,
        )
        .expect("accepted");
    let struck = failed(&mut world, 2_000);
    world.end_fault(0).expect("acts");
    let after = failed(&mut world, 3_000);
    for (found, expected) in [(calm, 0.2061), (struck, 0.6138), (after, 0.2061)] {
        assert!(
            (found - expected).abs() < 0.02,
            "seed 5: {calm} {struck} {after}"
        );
    }
}

#[test]
fn it_is_refused_where_nobody_comes_in_or_where_it_is_narrowed() {
    let inner = format!(
        "{ROOMY}  back:\n    about: x\n    replicas: 1\n    workers: 1\n    queue: 0\n    routes: {{page: []}}\n"
    );
    let spec = try_spec(&format!("{}\n{inner}", head(CLASSES))).expect("sound");
    let mut world = World::new(spec, 6);
    let mut refuse = |change: fn(&mut FaultSpec), expected: &str| {
        let mut spec = fault(FaultKind::Spike, &[3.0]);
        assert_eq!(spec.kind.entry().group, Group::Load);
        change(&mut spec);
        let problem = world.inject(&spec, &mut Unobserved).expect_err("refused");
        assert!(problem.to_string().contains(expected), "{problem}");
    };
    refuse(|f| f.target.service = "back".to_owned(), "no such clients");
    refuse(
        |f| f.target.route = Some("page".to_owned()),
        "acts on clients",
    );
    refuse(|f| f.target.pods = Pods::One, "acts on clients");
}
