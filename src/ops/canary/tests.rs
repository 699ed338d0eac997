//! The judge against published numbers, other routes to the same figure, and
//! itself seen in a mirror.

use proptest::prelude::*;

use super::normal::quantile;
use super::*;
use crate::base::Stream;

fn close(found: f64, expected: f64, tolerance: f64) {
    assert!(
        (found - expected).abs() <= tolerance,
        "{found} is not {expected} +- {tolerance}"
    );
}

/// New York's ozone of 1973 in May and in August, without the gaps: R's data
/// set `airquality`, the second example of `?wilcox.test`.
const MAY: [f64; 26] = [
    41.0, 36.0, 12.0, 18.0, 28.0, 23.0, 19.0, 8.0, 7.0, 16.0, 11.0, 14.0, 18.0, 14.0, 34.0, 6.0,
    30.0, 11.0, 1.0, 11.0, 4.0, 32.0, 23.0, 45.0, 115.0, 37.0,
];
const AUGUST: [f64; 26] = [
    39.0, 9.0, 16.0, 78.0, 35.0, 66.0, 122.0, 89.0, 110.0, 44.0, 28.0, 65.0, 22.0, 59.0, 23.0,
    31.0, 44.0, 21.0, 9.0, 45.0, 168.0, 73.0, 76.0, 118.0, 84.0, 85.0,
];

#[test]
fn the_test_and_the_interval_are_those_that_r_prints() {
    let test = rank_test(&MAY, &AUGUST).expect("samples that can be compared");
    // "W = 127.5, p-value = 0.0001208"
    assert_eq!(test.u, 127.5);
    close(test.p, 0.000_120_8, 5e-8);
    // Whole degrees differ by whole numbers; the interval turns at three of them.
    let found = interval(&MAY, &AUGUST, 0.95, 1e-4).expect("an interval");
    close(found.low, -53.0, 1e-4);
    close(found.high, -15.0, 1e-4);
    close(found.estimate, -32.0, 1e-4);
    // What R gives, to all its digits, for 90 halves a side, in a test of Kayenta's that compares
    // the two ("Tie out with R Version"): the search must stop on the same stair.
    let canary = repeated(&[
        (1.5, 9),
        (2.0, 16),
        (2.5, 22),
        (3.0, 17),
        (3.5, 9),
        (4.0, 5),
        (4.5, 1),
        (5.0, 3),
        (5.5, 1),
        (6.0, 2),
        (6.5, 2),
        (7.0, 1),
        (7.5, 1),
        (16.5, 1),
    ]);
    let baseline = repeated(&[
        (1.5, 2),
        (2.0, 16),
        (2.5, 18),
        (3.0, 16),
        (3.5, 10),
        (4.0, 8),
        (4.5, 4),
        (5.0, 6),
        (5.5, 2),
        (6.0, 5),
        (8.0, 1),
        (15.5, 1),
        (54.5, 1),
    ]);
    let found = interval(&canary, &baseline, 0.95, 1e-4).expect("an interval");
    close(found.low, -0.500_002_521_696_696, 1e-15);
    close(found.high, -3.486_287_505_871_302e-5, 1e-15);
    close(found.estimate, -0.499_939_390_718_032_3, 1e-4);
}

/// Values, each so many times.
fn repeated(values: &[(f64, usize)]) -> Vec<f64> {
    let values = values.iter().map(|(value, times)| vec![*value; *times]);
    values.collect::<Vec<_>>().concat()
}

#[test]
fn critical_values_of_the_published_table_are_where_the_test_turns() {
    // Two-sided, 5 %: S. Siegel, Nonparametric Statistics, 1956, table K. The table is exact;
    // from ten values a side on the approximation turns at the same count.
    for (size, critical) in [(10, 23), (12, 37), (15, 64), (20, 127)] {
        let p = |u: usize| {
            let y: Vec<f64> = (0..size).map(|n| n as f64).collect();
            let mut left = u;
            let x: Vec<f64> = (0..size)
                .map(|n| {
                    let above = left.min(size);
                    left -= above;
                    above as f64 - 0.5 + n as f64 * 1e-3
                })
                .collect();
            let test = rank_test(&x, &y).expect("samples that can be compared");
            assert_eq!(test.u, u as f64);
            test.p
        };
        assert!(p(critical) <= 0.05, "{size}: {}", p(critical));
        assert!(p(critical + 1) > 0.05, "{size}: {}", p(critical + 1));
    }
}

#[test]
fn percentiles_interpolate_as_the_statistics_handbook_shows() {
    // NIST/SEMATECH e-Handbook of Statistical Methods, 7.2.6.2: the twelve gauge readings;
    // 95.19568 is what its note on the method of spreadsheets (type 7) gives for 90 %.
    let readings = [
        95.1772, 95.1567, 95.1937, 95.1959, 95.1442, 95.0610, 95.1591, 95.1195, 95.1772, 95.0925,
        95.1990, 95.1682,
    ];
    let at = |percent| percentile(&readings, percent).expect("a value");
    close(at(90.0), 95.195_68, 1e-9);
    close(at(0.0), 95.0610, 0.0);
    close(at(100.0), 95.1990, 0.0);
    assert_eq!(percentile(&[], 50.0), None);
}

#[test]
fn outliers_lie_beyond_the_fence_and_the_gentle_fence_spares_the_middle() {
    // NIST/SEMATECH e-Handbook 7.1.6: fences are 1.5 quartile distances away.
    let values = [21.0, 23.0, 24.0, 25.0, 50.0, 29.0, 23.0, 21.0];
    let strict = Fence {
        factor: 1.5,
        gentle: false,
    };
    let rule = |outliers| Rule {
        outliers: Some(outliers),
        ..Rule::default()
    };
    let kept = rule(strict).clean(&values);
    assert_eq!(kept, [21.0, 23.0, 24.0, 25.0, 29.0, 23.0, 21.0]);
    // Mostly equal values: the quartiles coincide, and only the far end of the 1 % goes.
    let spikes = repeated(&[(1.0, 390), (2.0, 14), (90.0, 1)]);
    assert_eq!(rule(strict).clean(&spikes).len(), 390);
    assert_eq!(rule(Fence::KAYENTA).clean(&spikes).len(), 404);
    assert_eq!(rule(Fence::KAYENTA).clean(&[]), [0.0; 0]);
}

#[test]
fn gaps_are_removed_or_taken_for_zero() {
    let rule = Rule::default();
    let gaps = [f64::NAN, 10.0, f64::NAN, 20.0];
    assert_eq!(rule.clean(&gaps), [10.0, 20.0]);
    let rule = Rule {
        missing: Missing::Replace,
        ..rule
    };
    assert_eq!(rule.clean(&gaps), [0.0, 10.0, 0.0, 20.0]);
}

/// The class, and whether it is critical.
fn class(baseline: &[f64], canary: &[f64], rule: &Rule) -> (Class, bool) {
    let found = classify(baseline, canary, rule);
    (found.class, found.critical)
}

#[test]
fn without_values_the_rule_says_what_that_means() {
    let some = [1.0, 2.0, 3.0];
    let rule = |critical, must_have_data, missing| Rule {
        critical,
        must_have_data,
        missing,
        ..Rule::default()
    };
    for (critical, must_have_data, missing, expected) in [
        (false, false, Missing::Remove, (Class::Nodata, false)),
        (true, false, Missing::Remove, (Class::Nodata, true)),
        (
            false,
            true,
            Missing::Remove,
            (Class::NodataFailMetric, false),
        ),
        (true, true, Missing::Remove, (Class::Nodata, true)),
        (true, true, Missing::Replace, (Class::Pass, false)),
    ] {
        let rule = rule(critical, must_have_data, missing);
        assert_eq!(class(&some, &[], &rule), expected, "{rule:?}");
        assert_eq!(class(&[], &some, &rule), expected, "{rule:?}");
    }
    // Gaps alone are no values; taken for zero they are.
    let gaps = [f64::NAN; 5];
    let remove = rule(false, false, Missing::Remove);
    assert_eq!(class(&some, &gaps, &remove).0, Class::Nodata);
    let replace = rule(false, false, Missing::Replace);
    let errors = [3.0, 4.0, 5.0, 6.0, 7.0];
    assert_eq!(class(&gaps, &errors, &replace).0, Class::High);
}

#[test]
fn equal_and_constant_values_are_judged_without_ranks() {
    let rule = Rule::default();
    let found = classify(&[1.0, 2.0, 3.0], &[3.0, 1.0, 2.0], &rule);
    assert_eq!((found.class, found.why), (Class::Pass, Why::Identical));
    let found = classify(&[4.0; 3], &[4.0; 9], &rule);
    assert_eq!((found.class, found.why), (Class::Pass, Why::Identical));
    assert_eq!(class(&[1.0; 5], &[10.0; 5], &rule), (Class::High, false));
    assert_eq!(class(&[0.0; 5], &[10.0; 5], &rule), (Class::High, false));
    assert_eq!(class(&[0.0; 5], &[-10.0; 5], &rule), (Class::Low, false));
    assert_eq!(class(&[10.0; 5], &[0.0; 5], &rule), (Class::Low, false));
    // One value a side: at the only shift to look at, all are tied.
    let found = classify(&[1.0], &[10.0], &rule);
    assert_eq!((found.class, found.why), (Class::Error, Why::Incomparable));
}

#[test]
fn values_without_end_are_incomparable_and_never_panic() {
    let rule = Rule::default();
    for wild in [f64::INFINITY, f64::NEG_INFINITY, f64::MAX, -f64::MAX] {
        let found = classify(&[1.0, 2.0, 3.0, f64::MAX], &[wild, 5.0, -f64::MAX], &rule);
        assert_eq!(found.class, Class::Error, "{wild}");
    }
    assert_eq!(
        interval(&[f64::NAN], &[1.0], 0.9, 1e-4),
        Err(Unfit::Infinite)
    );
    assert_eq!(rank_test(&[f64::NAN], &[1.0]), Err(Unfit::Infinite));
    assert_eq!(rank_test(&[], &[1.0]), Err(Unfit::Empty));
}

#[test]
fn the_size_of_the_effect_decides_only_where_the_ranks_do_and_where_it_is_known() {
    let (baseline, canary) = ([1.0, 2.2, 1.1, 2.5, 3.0], [20.0, 22.0, 21.0, 25.0, 30.0]);
    // The means are 1.96 and 23.6: twelve times as much.
    let rule = |allowed, grave, critical| Rule {
        confidence: 0.95,
        tolerance: 0.1,
        allowed: Effects {
            decrease: 1.0,
            increase: allowed,
        },
        grave: Effects {
            decrease: 1.0,
            increase: grave,
        },
        critical,
        ..Rule::default()
    };
    assert_eq!(
        class(&baseline, &canary, &rule(5.0, 13.0, true)),
        (Class::High, false)
    );
    assert_eq!(
        class(&baseline, &canary, &rule(5.0, 12.0, true)),
        (Class::High, true)
    );
    assert_eq!(
        class(&baseline, &canary, &rule(5.0, 12.0, false)),
        (Class::High, false)
    );
    assert_eq!(
        class(&baseline, &canary, &rule(13.0, 15.0, true)),
        (Class::Pass, false)
    );
    // From zero there is no ratio: the ranks alone decide.
    assert_eq!(
        class(&[0.0; 5], &canary, &rule(13.0, 15.0, true)),
        (Class::High, true)
    );
    // A great ratio of two noisy samples proves nothing.
    let noisy = [0.1, 60.0, 0.2, 0.1, 0.3];
    assert_eq!(
        class(&baseline, &noisy, &rule(1.0, 1.0, true)),
        (Class::Pass, false)
    );
    let found = classify(&baseline, &noisy, &rule(1.0, 1.0, true));
    assert!(found.ratio.is_some_and(|ratio| ratio > 5.0), "{found:?}");
}

#[test]
fn a_band_as_wide_as_the_estimate_lets_nothing_fail() {
    let rule = Rule {
        tolerance: 1.0,
        ..Rule::default()
    };
    let found = classify(&MAY, &AUGUST, &rule);
    assert_eq!(found.class, Class::Pass);
    assert_eq!(class(&MAY, &AUGUST, &Rule::default()).0, Class::High);
}

/// What a metric brings to a score.
fn scored(class: Class, critical: bool, groups: &[&str]) -> Scored {
    Scored {
        class,
        critical,
        groups: groups.iter().map(|group| (*group).to_owned()).collect(),
    }
}

#[test]
fn scores_follow_groups_weights_and_stops() {
    use Class::{Error, High, Low, Nodata, NodataFailMetric, Pass};
    let value = |results: &[Scored], weights: &[(&str, f64)]| {
        let weights: Vec<(String, f64)> = weights
            .iter()
            .map(|(group, weight)| ((*group).to_owned(), *weight))
            .collect();
        score(results, &weights).value
    };
    let a = |class| scored(class, false, &["a"]);
    let b = |class| scored(class, false, &["b"]);
    assert_eq!(value(&[a(Pass)], &[]), 100.0);
    assert_eq!(value(&[a(Pass), a(High), a(Low)], &[]), 33.33);
    assert_eq!(
        value(&[a(Pass), a(Pass), b(High)], &[("a", 75.0), ("b", 25.0)]),
        75.0
    );
    assert_eq!(value(&[a(Pass), a(Pass), b(High)], &[("a", 60.0)]), 60.0);
    assert_eq!(value(&[a(Pass), a(NodataFailMetric)], &[]), 50.0);
    // A group without a word counts as passed; a metric in two groups counts in both.
    assert_eq!(value(&[a(Pass), a(Pass), b(Nodata)], &[]), 100.0);
    assert_eq!(value(&[a(High), a(High), b(Error)], &[]), 50.0);
    assert_eq!(
        value(&[a(Pass), scored(High, false, &["a", "b"])], &[]),
        25.0
    );
    // A weight for a group that no metric is in is lost.
    assert_eq!(value(&[a(Pass)], &[("a", 40.0), ("c", 60.0)]), 40.0);
    assert_eq!(value(&[], &[]), 0.0);
    let stopped = score(&[a(Pass), scored(Low, true, &["a"])], &[]);
    assert_eq!(
        (stopped.value, stopped.stop),
        (0.0, Some(Stop::Critical(1)))
    );
    let silent = score(&[a(Pass), a(Nodata)], &[]);
    assert_eq!((silent.value, silent.stop), (0.0, Some(Stop::NoData)));
    assert_eq!(score(&[a(Pass), a(Pass), a(Nodata)], &[]).stop, None);
}

#[test]
fn a_judgement_says_what_to_do() {
    let metric = |name: &str, critical: bool, canary: &[f64]| Metric {
        name: name.to_owned(),
        groups: vec![name.to_owned()],
        muted: false,
        rule: Rule {
            critical,
            direction: Direction::Increase,
            ..Rule::default()
        },
        baseline: MAY.to_vec(),
        canary: canary.to_vec(),
    };
    let advice = |metrics: &[Metric]| {
        let found = judge(metrics, &[], &Thresholds::default());
        (found.level, found.advice)
    };
    let good = |name| metric(name, false, &MAY);
    let bad = |name| metric(name, false, &AUGUST);
    let [a, b, c] = ["a", "b", "c"].map(good);
    let rest = [a, b, c];
    let with = |last: Metric| [rest.to_vec(), vec![last]].concat();
    assert_eq!(advice(&rest), (Level::Pass, Advice::Promote));
    assert_eq!(advice(&with(bad("d"))), (Level::Marginal, Advice::Pause));
    assert_eq!(advice(&[good("a"), bad("b")]), (Level::Fail, Advice::Abort));
    assert_eq!(
        advice(&with(metric("d", true, &AUGUST))),
        (Level::Fail, Advice::Abort)
    );
    assert_eq!(
        advice(&[good("a"), metric("b", false, &[])]).1,
        Advice::Inconclusive
    );
    assert_eq!(advice(&[]).1, Advice::Inconclusive);
    let muted = Metric {
        muted: true,
        ..metric("d", true, &AUGUST)
    };
    let found = judge(&with(muted.clone()), &[], &Thresholds::default());
    assert_eq!(
        (found.advice, found.findings[3].class),
        (Advice::Promote, Class::High)
    );
    // The place of what stopped it counts the muted ones.
    let found = judge(
        &[muted, metric("e", true, &AUGUST)],
        &[],
        &Thresholds::default(),
    );
    assert_eq!(found.score.stop, Some(Stop::Critical(1)));
}

/// Ten thousand pairs of 30 normal values with mean 100 and deviation 10, the
/// second moved by `shift`.
fn pairs(seed: u64, shift: f64) -> impl Iterator<Item = (Vec<f64>, Vec<f64>)> {
    let mut stream = Stream::named(seed, "canary pairs");
    (0..10_000).map(move |_| {
        let mut sample = |shift: f64| -> Vec<f64> {
            let value = |_| 100.0 + shift + 10.0 * stream.normal();
            (0..30).map(value).collect()
        };
        (sample(0.0), sample(shift))
    })
}

#[test]
fn false_alarms_stay_within_the_confidence() {
    // Seed 1. 2 % of 10,000 are 200, five standard errors 70.
    let without_band = Rule {
        tolerance: 0.0,
        ..Rule::default()
    };
    let (mut alarms, mut with_band) = (0, 0);
    for (baseline, canary) in pairs(1, 0.0) {
        alarms += i32::from(class(&baseline, &canary, &without_band).0 != Class::Pass);
        with_band += i32::from(class(&baseline, &canary, &Rule::default()).0 != Class::Pass);
    }
    assert!((130..=270).contains(&alarms), "{alarms}");
    assert!(with_band <= alarms && with_band > 0, "{with_band}");
}

#[test]
fn the_interval_covers_the_true_shift_as_often_as_it_says() {
    // Seed 2. At 90 %, 9,000 of 10,000; five standard errors are 150.
    let covered = pairs(2, 7.5)
        .filter(|(y, x)| {
            let found = interval(x, y, 0.9, 1e-4).expect("an interval");
            (found.low..=found.high).contains(&7.5)
        })
        .count();
    assert!((8_850..=9_150).contains(&covered), "{covered}");
}

/// Samples without ties, of different sizes.
fn samples() -> impl Strategy<Value = (Vec<f64>, Vec<f64>)> {
    let values = |sizes| proptest::collection::vec(-1e3_f64..1e3, sizes);
    (values(2..25), values(2..25))
}

/// Samples with many ties, as counts have them.
fn counts() -> impl Strategy<Value = (Vec<f64>, Vec<f64>)> {
    let values = || proptest::collection::vec((0_u8..6).prop_map(f64::from), 1..25);
    (values(), values())
}

proptest! {
    #[test]
    fn the_interval_is_the_one_that_counting_differences_gives((x, y) in samples()) {
        // M. Hollander and D. A. Wolfe, Nonparametric Statistical Methods, 1973, chapter 4.3:
        // the ends are the differences at place mn/2 -+ z sigma, the estimate their median.
        let found = interval(&x, &y, 0.9, 1e-7).expect("an interval");
        let mut differences: Vec<f64> =
            x.iter().flat_map(|x| y.iter().map(move |y| x - y)).collect();
        differences.sort_by(f64::total_cmp);
        let below = |end: f64| differences.iter().filter(|d| **d < end).count() as f64;
        let (m, n) = (x.len() as f64, y.len() as f64);
        let reach = -quantile(0.05) * libm::sqrt(m * n * (m + n + 1.0) / 12.0);
        // Half a pair for continuity, one for standing on a difference, one for rounding down.
        for (end, place) in [
            (found.low, m * n / 2.0 - reach),
            (found.high, m * n / 2.0 + reach),
            (found.estimate, m * n / 2.0),
        ] {
            let place = place.clamp(0.0, m * n);
            prop_assert!((below(end) - place).abs() <= 2.5, "{end} at {place}: {found:?}");
        }
        prop_assert!(found.low <= found.estimate && found.estimate <= found.high);
    }

    #[test]
    fn the_effect_is_the_share_of_pairs((x, y) in counts()) {
        let wins: f64 = x
            .iter()
            .flat_map(|x| y.iter().map(move |y| (x, y)))
            .map(|(x, y)| if x > y { 1.0 } else if x == y { 0.5 } else { 0.0 })
            .sum();
        let share = wins / (x.len() * y.len()) as f64;
        prop_assert!((cles(&x, &y).unwrap_or(-1.0) - share).abs() < 1e-12);
    }

    #[test]
    fn a_mirror_turns_high_into_low((x, y) in prop_oneof![samples(), counts()]) {
        let rule = Rule { measure: Measure::Cles, allowed: Effects::any(Measure::Cles), ..Rule::default() };
        let there = classify(&y, &x, &rule);
        let back = classify(&x, &y, &rule);
        let mirrored = match there.class {
            Class::High => Class::Low,
            Class::Low => Class::High,
            other => other,
        };
        // The band is a share of the estimate. Where that may lie anywhere between
        // two differences, each direction finds its own; and an end found to within
        // a ten-thousandth may fall on either side of a band that lies right at it.
        let clear = match (there.evidence, back.evidence) {
            (Some(there), Some(back)) => {
                let clear_of = |found: Evidence| {
                    let ends = [found.shift.low, found.shift.high];
                    ends.iter().all(|end| (end.abs() - found.band).abs() > 2e-4)
                };
                (there.shift.estimate + back.shift.estimate).abs() <= 2e-4
                    && clear_of(there)
                    && clear_of(back)
            }
            _ => true,
        };
        prop_assert!(!clear || back.class == mirrored, "{:?} {:?}", there, back);
        if let (Some(there), Some(back)) = (there.evidence, back.evidence) {
            // Each side is found to within a ten-thousandth.
            prop_assert!((there.shift.low + back.shift.high).abs() <= 2e-4);
            prop_assert_eq!(there.test.z, -back.test.z);
        }
    }

    #[test]
    fn units_do_not_matter_if_the_precision_goes_with_them(
        (x, y) in prop_oneof![samples(), counts()], power in -20_i32..20
    ) {
        // A power of two changes no digit.
        let unit = libm::ldexp(1.0, power);
        let scaled = |values: &[f64]| values.iter().map(|v| v * unit).collect::<Vec<_>>();
        let rule = Rule { precision: 1e-4 * unit, ..Rule::default() };
        let (plain, large) = (classify(&y, &x, &Rule::default()), classify(&scaled(&y), &scaled(&x), &rule));
        prop_assert_eq!(plain.class, large.class);
        let of = |found: &Finding| found.evidence.map(|e| (e.shift.low, e.shift.high, e.shift.estimate));
        let expected = of(&plain).map(|(low, high, estimate)| (low * unit, high * unit, estimate * unit));
        prop_assert_eq!(of(&large), expected);
    }

    #[test]
    fn worse_values_never_make_a_metric_better((x, y) in counts(), more in 1_u8..9) {
        let rule = Rule { direction: Direction::Increase, tolerance: 0.0, measure: Measure::Cles,
            allowed: Effects::any(Measure::Cles), ..Rule::default() };
        let worse: Vec<f64> = x.iter().map(|x| x + f64::from(more)).collect();
        if classify(&y, &x, &rule).class == Class::High {
            prop_assert_eq!(classify(&y, &worse, &rule).class, Class::High);
        }
    }

    #[test]
    fn a_metric_that_fails_never_raises_the_score(
        classes in proptest::collection::vec((0_usize..4, 0_usize..3), 1..12), which in 0_usize..12,
        weight in 0.0_f64..100.0
    ) {
        let kinds = [Class::Pass, Class::High, Class::Low, Class::NodataFailMetric];
        let mut results: Vec<Scored> = classes
            .iter()
            .map(|(class, group)| scored(kinds[*class], false, &[["a", "b", "c"][*group]]))
            .collect();
        let weights = [("a".to_owned(), weight)];
        let before = score(&results, &weights).value;
        let which = which % results.len();
        results[which].class = Class::High;
        let after = score(&results, &weights).value;
        prop_assert!(after <= before, "{before} to {after}");
        prop_assert!((0.0..=100.0).contains(&after));
    }
}
