//! Budgets by another route: from the raw outcomes, event by event.

use proptest::prelude::*;

use super::*;
use crate::base::{At, Money, Ratio, Report, SimTime, Span, yaml};
use crate::world::spec::ClassKind;
use crate::world::{Outcome, UserDone};

const SCRAPE: u64 = 15;

fn read(text: &str) -> Result<Vec<Objective>, String> {
    let node = yaml::parse("a.yaml", text, &yaml::Limits::default()).map_err(|p| p.to_string())?;
    let mut report = Report::new("a.yaml", text);
    let found = objectives(&mut report, &At::root(&node));
    match (found, report.failed()) {
        (Some(found), false) => Ok(found),
        _ => Err(report.finish().to_string()),
    }
}

fn objective(fields: &str) -> Objective {
    let text = format!("a: {{title: A, target: 99%, good: availability, {fields}}}");
    read(&text).unwrap_or_else(|problem| panic!("{problem}"))[0].clone()
}

fn done(seconds: u64, bad: bool) -> UserDone {
    UserDone {
        now: SimTime::from_secs(seconds),
        entry: 0,
        class: 0,
        kind: ClassKind::Users,
        value: Money::ZERO,
        refused: false,
        outcome: if bad { Outcome::Error } else { Outcome::Ok },
        duration: Span::from_millis(10),
        cause: None,
        path: Default::default(),
        degraded: false,
    }
}

/// Runs outcomes, sorted by second, through a tracker with a scrape every 15 s.
fn run(objective: &Objective, outcomes: &[(u64, bool)], until: u64) -> Tracker {
    let mut tracker = Tracker::new(objective.clone(), Span::from_secs(SCRAPE));
    let mut scraped = 0;
    for (second, bad) in outcomes {
        while scraped + SCRAPE < *second {
            scraped += SCRAPE;
            tracker.scrape();
        }
        tracker.count(&done(*second, *bad));
    }
    while scraped + SCRAPE <= until {
        scraped += SCRAPE;
        tracker.scrape();
    }
    tracker
}

/// Sorted outcomes from pairs of a gap and a judgement.
fn outcomes(gaps: &[(u64, bool)]) -> Vec<(u64, bool)> {
    let mut at = 0;
    let step = |(gap, bad): &(u64, bool)| {
        at += gap;
        (at, *bad)
    };
    gaps.iter().map(step).collect()
}

/// Slices judged from the raw outcomes: total and bad share of each that counts.
fn slices(outcomes: &[(u64, bool)], length: u64, until: u64, no_data: NoData) -> Vec<f64> {
    (0..until / length)
        .filter_map(|slice| {
            let inside: Vec<bool> = outcomes
                .iter()
                .filter(|(at, _)| at / length == slice)
                .map(|(_, bad)| *bad)
                .collect();
            if inside.is_empty() {
                return match no_data {
                    NoData::Skip => None,
                    NoData::Good => Some(0.0),
                    NoData::Bad => Some(1.0),
                };
            }
            Some(inside.iter().filter(|bad| **bad).count() as f64 / inside.len() as f64)
        })
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 64, ..ProptestConfig::default() })]

    /// Gaps of up to ten minutes leave whole slices without an event.
    #[test]
    fn slices_are_those_of_the_raw_outcomes(
        gaps in proptest::collection::vec((0u64..600, any::<bool>()), 1..200),
        policy in 0usize..3,
    ) {
        let all = outcomes(&gaps);
        let until = all[all.len() - 1].0 / 60 * 60;
        let (word, no_data) = [("skip", NoData::Skip), ("good", NoData::Good), ("bad", NoData::Bad)][policy];
        let by_slices = objective(&format!("window: 30d, budget: {{slices: {{of: 1m, good: 60%}}}}, no-data: {word}"));
        let by_ratio = objective(&format!("window: 30d, budget: {{ratio-slices: {{of: 1m}}}}, no-data: {word}"));
        let at = SimTime::from_secs(until);
        let expected = slices(&all, 60, until, no_data);
        let tracker = run(&by_slices, &all, until);
        let budget = tracker.budget(at);
        prop_assert_eq!(budget.events, expected.len() as u64);
        let bad = expected.iter().filter(|share| 1.0 - **share < 0.6 - 1e-9).count();
        prop_assert_eq!(budget.bad, bad as u64);
        let tracker = run(&by_ratio, &all, until);
        let mean: f64 = expected.iter().sum::<f64>() / expected.len().max(1) as f64;
        if !expected.is_empty() {
            let burn = tracker.burn_rate(at, Span::from_secs(until + 1)).unwrap_or(-1.0);
            prop_assert!((burn - mean / 0.01).abs() < 1e-3, "{} {}", burn, mean / 0.01);
        }
    }

    /// Windows of the calendar against a calendar that is walked day by day.
    #[test]
    fn windows_of_the_calendar_begin_and_end_where_the_calendar_says(
        skipped in 0i64..1_500, day in 0u64..800, second in 1u64..=86_400,
    ) {
        let first = Date::from_days(Date::FIRST.days() + skipped);
        let at = SimTime::from_secs(day * 86_400 + second);
        // Another route: one day after the other with a table of month lengths.
        let (mut year, mut month, mut of_month) = (2024u16, 1usize, 1u8);
        let lengths = |year: u16| {
            let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
            [31, if leap { 29 } else { 28 }, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31u8]
        };
        for _ in 0..skipped + day as i64 {
            of_month += 1;
            if of_month > lengths(year)[month - 1] {
                of_month = 1;
                month += 1;
            }
            if month > 12 {
                month = 1;
                year += 1;
            }
        }
        let expected = Date { year, month: month as u8, day: of_month };
        prop_assert_eq!(Date::from_days(first.days() + day as i64), expected);
        let window = Calendar { unit: Unit::Month, first }.window(at);
        let length = u64::from(lengths(year)[month - 1]);
        prop_assert_eq!(window.length, Span::from_days(length));
        let since = u64::from(of_month - 1);
        if since <= day {
            prop_assert_eq!(window.start, SimTime::from_secs((day - since) * 86_400));
            prop_assert_eq!(window.missed, Span::ZERO);
        } else {
            prop_assert_eq!(window.start, SimTime::ZERO);
            prop_assert_eq!(window.missed, Span::from_days(since - day));
        }
        // 2024-01-01 was a Monday.
        let week = Calendar { unit: Unit::Week, first }.window(at);
        let weekday = (skipped as u64 + day) % 7;
        prop_assert_eq!(week.start, SimTime::from_secs(day.saturating_sub(weekday) * 86_400));
    }

    /// A budget of the calendar begins anew with its month; that of the raw
    /// outcomes since the first is the same to the event.
    #[test]
    fn a_month_begins_anew(
        gaps in proptest::collection::vec((0u64..40_000, any::<bool>()), 1..200),
        first in 25u64..=31, hours in 1u64..1_400,
    ) {
        let all = outcomes(&gaps);
        let until = hours * 3_600;
        let all: Vec<(u64, bool)> = all.into_iter().filter(|(at, _)| *at <= until).collect();
        let monthly = objective(&format!("window: month, first-day: 2024-01-{first:02}"));
        let tracker = run(&monthly, &all, until);
        // January ends so many days after the start, February 29 later.
        let ends = [(32 - first) * 86_400, (32 - first + 29) * 86_400];
        let start = ends.iter().filter(|end| **end < until).max().copied().unwrap_or(0);
        let inside = |bad_only: bool| all.iter().filter(|(at, bad)| {
            (*at > start || start == 0) && (*bad || !bad_only)
        }).count() as u64;
        let budget = tracker.budget(SimTime::from_secs(until));
        prop_assert_eq!((budget.events, budget.bad), (inside(false), inside(true)));
    }

    /// A counter that starts again and is missing now and then rises by what
    /// was really added, apart from what was lost between a read and a reset.
    #[test]
    fn counters_rise_by_what_was_added(
        steps in proptest::collection::vec((0u32..100, 0u8..6), 1..100),
    ) {
        let (mut counter, mut value, mut known, mut expected, mut found) =
            (Counter::default(), 0u32, None::<u32>, 0u32, 0.0);
        for (added, what) in steps {
            if what == 0 {
                value = 0; // a restart: what was not read is lost
            }
            value += added;
            let seen = what != 1;
            found += counter.rise(seen.then_some(f64::from(value)));
            if seen {
                expected += match known {
                    None => 0,
                    Some(before) if value < before => value,
                    Some(before) => value - before,
                };
                known = Some(value);
            }
        }
        prop_assert_eq!(found, f64::from(expected));
    }
}

#[test]
fn planned_maintenance_is_kept_out_and_counted() {
    let planned = "maintenance: [{title: disks, from: 1h, for: 30m, every: 2h}]";
    let all: Vec<(u64, bool)> = (0..6 * 360).map(|n| (n * 10, n % 2 == 0)).collect();
    let inside = |at: u64| at >= 3_600 && (at - 3_600) % 7_200 < 1_800;
    let tracker = run(&objective(&format!("window: 1d, {planned}")), &all, 21_600);
    let kept = all.iter().filter(|(at, _)| !inside(*at)).count() as u64;
    let budget = tracker.budget(SimTime::from_secs(21_600));
    assert_eq!((budget.events, budget.bad), (kept, kept / 2));
    assert_eq!(tracker.excluded(), all.len() as u64 - kept);
    // A slice that touches it does not count.
    let by_slices = objective(&format!(
        "window: 1d, budget: {{slices: {{of: 7m, good: 99%}}}}, {planned}"
    ));
    let tracker = run(&by_slices, &all, 21_600);
    let touched = |slice: u64| (slice * 420..(slice + 1) * 420).any(inside);
    let out = (0..21_600 / 420).filter(|slice| touched(*slice)).count() as u64;
    assert_eq!(tracker.excluded(), out);
    assert_eq!(
        tracker.budget(SimTime::from_secs(21_600)).events,
        21_600 / 420 - out
    );
}

#[test]
fn few_events_are_skipped_forgiven_or_carried_on() {
    // One event a minute, all bad, and ten good ones in the tenth minute.
    let mut all: Vec<(u64, bool)> = (0..10).map(|minute| (minute * 60, true)).collect();
    all.extend((0..10).map(|n| (9 * 60 + 10 + n, false)));
    let counted = |then: &str| {
        let few = format!(
            "window: 1d, budget: {{slices: {{of: 1m, good: 60%}}}}, few: {{below: 5, then: {then}}}"
        );
        let budget = run(&objective(&few), &all, 600).budget(SimTime::from_secs(600));
        (budget.events, budget.bad)
    };
    assert_eq!(counted("skip"), (1, 0));
    assert_eq!(counted("good"), (10, 0));
    // Five, then the other five with the ten good ones.
    assert_eq!(counted("carry"), (2, 1));
    // Without slices, a burn rate needs enough events.
    let few = objective("window: 1d, few: {below: 14, then: skip}");
    let tracker = run(&few, &all, 600);
    let at = SimTime::from_secs(600);
    // Four of the fourteen since second 300.
    let burn = tracker.burn_rate(at, Span::from_mins(5)).unwrap_or(0.0);
    assert!((burn - 100.0 * 4.0 / 14.0).abs() < 1e-9, "{burn}");
    assert_eq!(
        tracker.burn_rate(SimTime::from_secs(540), Span::from_mins(5)),
        None
    );
}

#[test]
fn credits_and_stances_follow_the_ladder() {
    let agreed = objective(
        "window: month, sla: {target: 99.5%, fee: 1000, credits: [{below: 99.5%, credit: 10%}, \
         {below: 99%, credit: 25%}, {below: 95%, credit: 100%}]}, \
         policy: [{below: 50%, then: careful}, {below: 20%, then: freeze}, {below: 0%, then: reliability}]",
    );
    let sla = agreed.terms.sla.clone().unwrap_or_else(|| panic!("an SLA"));
    let owed = [0.996, 0.995, 0.994, 0.99, 0.989, 0.95, 0.9]
        .map(|sli| sla.owed(Ratio::new(sli).unwrap_or_default()).cents());
    assert_eq!(owed, [0, 0, 10_000, 10_000, 25_000, 25_000, 100_000]);
    let stances = [
        Some(0.9),
        Some(0.5),
        Some(0.3),
        Some(0.2),
        Some(0.1),
        Some(0.0),
        Some(-0.1),
        None,
    ]
    .map(|left| agreed.terms.stance(left).word());
    let expected = [
        "ship",
        "ship",
        "careful",
        "careful",
        "freeze",
        "freeze",
        "reliability",
        "ship",
    ];
    assert_eq!(stances, expected);
}

#[test]
fn a_target_allows_what_the_tables_say() {
    let allowed = |target: f64, days: u64, rate: f64| {
        allowance(
            Ratio::new(target).unwrap_or_default(),
            Span::from_days(days),
            rate,
        )
    };
    // 43 m 12 s of 30 days, 8.64 s of a day.
    assert_eq!(allowed(0.999, 30, 0.0).down, Span::from_secs(2_592));
    let day = allowed(0.9999, 1, 100.0);
    assert!((day.down.as_secs_f64() - 8.64).abs() < 1e-6);
    assert!((day.bad - 864.0).abs() < 1e-6);
}

/// 200 runs (stream `forecast`, seeds 0 to 199) of a day at one request a
/// second and a burn rate of 5 by chance: the interval holds the mean's own
/// forecast in 95 % of them, give or take three standard errors (1.5 %).
#[test]
fn the_forecast_knows_how_sure_it_is() {
    let mut inside = 0;
    for seed in 0..200 {
        let mut draw = crate::base::Stream::named(seed, "forecast");
        let all: Vec<(u64, bool)> = (0..7_200).map(|at| (at, draw.below(20) == 0)).collect();
        let tracker = run(&objective("window: 30d"), &all, 7_200);
        let at = SimTime::from_secs(7_200);
        let left = tracker.budget(at).left.unwrap_or(0.0);
        let truth = 30.0 * 86_400.0 * left / 5.0;
        let forecast = tracker.forecast(at).unwrap_or_else(|| panic!("a forecast"));
        let latest = forecast.latest.map_or(f64::INFINITY, Span::as_secs_f64);
        inside += u32::from(forecast.soonest.as_secs_f64() <= truth && truth <= latest);
    }
    assert!((181..=199).contains(&inside), "{inside} of 200");
}

#[test]
fn values_and_counters_from_the_metric_store_are_events() {
    let text = "a: {title: A, target: 90%, window: 1d, good: {threshold: {query: lag, under: 5}}}";
    let mut tracker = Tracker::new(
        read(text).unwrap_or_else(|p| panic!("{p}"))[0].clone(),
        Span::from_secs(SCRAPE),
    );
    for (n, value) in [Some(1.0), Some(4.9), Some(5.0), None, Some(9.0)]
        .into_iter()
        .enumerate()
    {
        tracker.observe(SimTime::from_secs(15 * n as u64), value, None);
        tracker.scrape();
    }
    let budget = tracker.budget(SimTime::from_secs(75));
    assert_eq!((budget.events, budget.bad), (4, 2));
    let text = "a: {title: A, target: 90%, window: 1d, good: {ratio: {good: ok, total: all}}}";
    let mut tracker = Tracker::new(
        read(text).unwrap_or_else(|p| panic!("{p}"))[0].clone(),
        Span::from_secs(SCRAPE),
    );
    let scrapes = [(100.0, 110.0), (150.0, 165.0), (20.0, 30.0)];
    for (n, (ok, all)) in scrapes.into_iter().enumerate() {
        tracker.observe(SimTime::from_secs(15 * n as u64), Some(ok), Some(all));
        tracker.scrape();
    }
    let budget = tracker.budget(SimTime::from_secs(45));
    assert_eq!((budget.events, budget.bad), (55 + 30, 5 + 10));
}

#[test]
fn what_is_wrong_is_told_all_at_once() {
    let text = "a: {title: A, target: 99%, window: year, good: {ratio: {total: sum(}}, first-day: 2023-02-29,\n  \
                few: {below: 3, then: carry}, no-data: bad, sla: {target: 99%, fee: 1, credits: []},\n  \
                maintenance: [{title: x, from: 1h, for: 2h, every: 1h}], budget: {slices: {of: 1m}}}";
    let problems = read(text).err().unwrap_or_default();
    for part in [
        "window",
        "PromQL",
        "good events or of bad",
        "no date",
        "ladder",
        "never end",
        "`good` is missing",
    ] {
        assert!(problems.contains(part), "{part}: {problems}");
    }
}

/// February 2024 has 29 days, April 30: a month ends when it does.
#[test]
fn a_window_ends_when_the_calendar_says() {
    let day = |day: u64| SimTime::ZERO + Span::from_days(day);
    for (fields, at, end, length) in [
        ("window: month", 3, 31, 31),
        ("window: month", 40, 60, 29),
        ("window: month, first-day: 2024-02-10", 5, 20, 20),
        ("window: week", 8, 14, 7),
        ("window: 28d", 3, 28, 28),
        // The first of those that roll, also when it is over.
        ("window: 28d", 40, 28, 28),
    ] {
        let tracker = Tracker::new(objective(fields), Span::from_secs(SCRAPE));
        let expected = (day(end), Span::from_days(length));
        assert_eq!(tracker.ends(day(at)), expected, "{fields} at day {at}");
    }
}
