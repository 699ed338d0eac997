//! Thinned arrivals against the integral of their profile.

use xops_lab::base::{SimTime, Span};
use xops_lab::world::{LoadFactor, SurgeKind, SurgeSpec, Unobserved, Who, World};

use crate::support::{Log, check_count, roomy, run};

const BINS: usize = 48;

/// Pearson's chi-square over equal bins of `hours`: mean `BINS`, standard
/// deviation sqrt(2 BINS); five of them are allowed. And the total, by z-test.
fn check_profile(rate: &str, hours: u64, expected: impl Fn(f64) -> f64) {
    let spec = roomy(&format!("  rate: {rate}\n  mix: [{{route: shop/page}}]"));
    let width = hours as f64 * 3_600.0 / BINS as f64;
    // Midpoints of a thousand parts of each bin: jumps fall between parts.
    let integral = |bin: usize| -> f64 {
        let part = width / 1_000.0;
        (0..1_000)
            .map(|n| expected(bin as f64 * width + (f64::from(n) + 0.5) * part) * part)
            .sum()
    };
    let means: Vec<f64> = (0..BINS).map(integral).collect();
    for seed in 1..=5 {
        let (_, log) = run(&spec, seed, Span::from_hours(hours));
        let mut counts = vec![0usize; BINS];
        for done in &log.0 {
            let bin = (done.now.as_secs_f64() / width) as usize;
            counts[bin.min(BINS - 1)] += 1;
        }
        let mut chi = 0.0;
        for (count, mean) in counts.iter().zip(&means) {
            if *mean < 1e-9 {
                assert_eq!(*count, 0, "{rate}, seed {seed}: arrivals at rate zero");
                continue;
            }
            chi += (*count as f64 - mean).powi(2) / mean;
        }
        let limit = BINS as f64 + 5.0 * (2.0 * BINS as f64).sqrt();
        assert!(
            chi < limit,
            "{rate}, seed {seed}: chi-square {chi:.1}, limit {limit:.1}"
        );
        check_count(rate, seed, log.0.len(), means.iter().sum());
    }
}

#[test]
fn a_ramp_brings_the_area_below_it() {
    check_profile("{ramp: {from: 0/s, to: 20/s, at: 30m, over: 1h}}", 2, |t| {
        ((t - 1_800.0) / 3_600.0).clamp(0.0, 1.0) * 20.0
    });
}

#[test]
fn a_day_and_a_week_bring_the_area_below_them() {
    let day = |t: f64| {
        1.0 + (5.0 - 1.0) * (1.0 + ((t / 3_600.0 - 20.0) / 24.0 * std::f64::consts::TAU).cos())
            / 2.0
    };
    check_profile("{diurnal: {low: 1/s, high: 5/s, peak: 20h}}", 24, day);
    let factors = [1.0, 1.0, 1.0, 1.0, 1.5, 0.5, 0.25];
    check_profile(
        "{weekly: {of: {diurnal: {low: 0.1/s, high: 0.5/s, peak: 20h}}, days: [1, 1, 1, 1, 1.5, 0.5, 0.25]}}",
        24 * 7,
        |t| day(t) / 10.0 * factors[(t / 86_400.0) as usize],
    );
}

#[test]
fn spikes_and_flash_sales_bring_the_area_below_them() {
    check_profile(
        "{spike: {of: 2/s, at: 10m, rise: 5m, for: 10m, fall: 5m, times: 6, every: 1h}}",
        4,
        |t| {
            let t = (t - 600.0).rem_euclid(3_600.0);
            let height = if t < 300.0 {
                t / 300.0
            } else if t < 900.0 {
                1.0
            } else {
                ((1_200.0 - t) / 300.0).max(0.0)
            };
            2.0 * (1.0 + 5.0 * height)
        },
    );
    check_profile(
        "{flash-sale: {of: 3/s, at: 30m, times: 20, half-life: 5m}}",
        2,
        |t| {
            if t < 1_800.0 {
                3.0
            } else {
                3.0 * (1.0 + 19.0 * 0.5f64.powf((t - 1_800.0) / 300.0))
            }
        },
    );
}

#[test]
fn tables_sums_and_products_bring_the_area_below_them() {
    let line = |t: f64| {
        let t = t.rem_euclid(1_800.0);
        if t < 600.0 {
            2.0 + 8.0 * t / 600.0
        } else if t < 1_200.0 {
            10.0 - 6.0 * (t - 600.0) / 600.0
        } else {
            4.0
        }
    };
    check_profile(
        "{table: {csv: \"time,rate\\n0,2\\n10m,10/s\\n1200,240/min\", repeat: 30m}}",
        2,
        line,
    );
    check_profile(
        "{sum: [1/s, {product: [{table: {rows: [[0s, 2/s], [10m, 10/s], [20m, 4/s]], repeat: 30m}}, \
         {steps: [{at: 0s, value: 1}, {at: 1h, value: 0}]}]}]}",
        2,
        |t| 1.0 + if t < 3_600.0 { line(t) } else { 0.0 },
    );
}

#[test]
fn few_candidates_are_in_vain() {
    // Every event is an arrival or what follows from it: candidates that
    // thinning rejects never become events.
    let spec = roomy(
        "  rate: {diurnal: {low: 0.001/s, high: 50/s, peak: 12h}}\n  mix: [{route: shop/page}]",
    );
    let (world, log) = run(&spec, 1, Span::from_hours(6));
    assert!(world.events() <= log.0.len() as u64 + 1);
}

#[test]
fn surges_multiply_whom_they_name_and_end() {
    let spec = roomy(
        "  rate: 8/s
  mix: [{route: shop/page}]
  classes:
    phones: {share: 3, device: phone}
    desks: {share: 1}
    partner: {rate: 2/s, tenant: acme, region: north}",
    );
    let surge = |who, kind, mins| SurgeSpec {
        who,
        kind,
        duration: Some(Span::from_mins(mins)),
    };
    for seed in 1..=5 {
        let mut world = World::new(spec.clone(), seed);
        let quiet = &mut Unobserved;
        let all = surge(None, SurgeKind::Spike { times: 2.0 }, 20);
        world.surge(&all, quiet).expect("everyone");
        let phones = surge(
            Some(Who::Device("phone".into())),
            SurgeKind::Spike { times: 3.0 },
            20,
        );
        world.surge(&phones, quiet).expect("phones");
        let half_life = Span::from_mins(2);
        let sale = SurgeKind::FlashSale {
            times: 11.0,
            half_life,
        };
        let acme = surge(Some(Who::Tenant("acme".into())), sale, 20);
        world.surge(&acme, quiet).expect("acme");
        let flood = surge(None, SurgeKind::Flood { rate: 5.0 }, 10);
        world.surge(&flood, quiet).expect("bots");
        let mut log = Log::default();
        world.run_until(SimTime::from_secs(1_200), u64::MAX, &mut log);
        let count = |log: &Log, class| log.of(class).count();
        check_count("phones", seed, count(&log, 0), 6.0 * 2.0 * 3.0 * 1_200.0);
        check_count("desks", seed, count(&log, 1), 2.0 * 2.0 * 1_200.0);
        // The excess of a flash sale is (times - 1) x half-life / ln 2 of ordinary time.
        let excess = 10.0 * 120.0 / std::f64::consts::LN_2 * (1.0 - 0.5f64.powi(10));
        check_count("acme", seed, count(&log, 2), 2.0 * 2.0 * (1_200.0 + excess));
        check_count("bots", seed, count(&log, 3), 5.0 * 600.0);
        assert_eq!(world.surges().count(), 0);
        assert!((world.arrival_rate() - 10.0).abs() < 1e-9);
        let half = LoadFactor::new(0.5).expect("in range");
        world.set_load(half, quiet);
        let mut log = Log::default();
        world.run_until(SimTime::from_secs(2_400), u64::MAX, &mut log);
        check_count("after", seed, log.0.len(), 10.0 * 0.5 * 1_200.0);
    }
}

#[test]
fn classes_divide_the_common_rate_by_their_shares() {
    let spec = roomy(
        "  rate: 20/s
  mix: [{route: shop/page, weight: 3}, {route: shop/pay, value: 40}]
  classes:
    phones: {share: 5}
    desks: {share: 3, mix: [{route: shop/cart}]}
    crawl: {share: 2, kind: bots}",
    );
    for seed in 1..=5 {
        let (world, log) = run(&spec, seed, Span::from_mins(30));
        for (class, part) in [(0, 0.5), (1, 0.3), (2, 0.2)] {
            check_count("share", seed, log.of(class).count(), 36_000.0 * part);
            let users = world.class(class as usize);
            assert_eq!(users.offered, log.of(class).count() as u64);
        }
        let pay = log.of(0).filter(|done| done.value.cents() == 4_000);
        check_count("mix", seed, pay.count(), 36_000.0 * 0.5 / 4.0);
        assert!(
            log.of(2).all(|done| done.value.cents() == 0),
            "bots pay nothing"
        );
    }
}
