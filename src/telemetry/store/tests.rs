#![allow(clippy::unwrap_used)]
use proptest::prelude::*;

use super::*;

fn labels(pairs: &[(&str, &str)]) -> Labels {
    Labels::new(pairs.iter().copied())
}

fn at(time: i64, value: f64) -> Sample {
    Sample { time, value }
}

fn all(store: &Store, id: SeriesId) -> Vec<(i64, f64)> {
    let mut out = Vec::new();
    store.read(id, i64::MIN, i64::MAX, &mut out);
    out.iter()
        .map(|sample| (sample.time, sample.value))
        .collect()
}

#[test]
fn late_and_contradicting_samples_are_refused_and_counted() {
    let mut store = Store::default();
    let id = store.series(&labels(&[(NAME, "up")])).unwrap();
    assert_eq!(store.append(id, at(1_000, 1.0)), Ok(()));
    assert_eq!(store.append(id, at(1_000, 1.0)), Ok(()));
    assert_eq!(store.append(id, at(1_000, 2.0)), Err(Refused::Duplicate));
    assert_eq!(store.append(id, at(999, 1.0)), Err(Refused::OutOfOrder));
    assert_eq!(store.append(id, at(2_000, f64::NAN)), Ok(()));
    assert_eq!(store.append(id, at(2_000, f64::NAN)), Ok(()));
    let counts = store.counts();
    assert_eq!(
        (counts.appended, counts.out_of_order, counts.duplicates),
        (2, 1, 1)
    );
    assert_eq!(all(&store, id).len(), 2);
}

#[test]
fn a_series_is_marked_stale_once() {
    let mut store = Store::default();
    let id = store.series(&labels(&[(NAME, "up")])).unwrap();
    store.mark_stale(id, 0).unwrap();
    assert!(all(&store, id).is_empty(), "nothing to mark");
    store.append(id, at(1_000, 1.0)).unwrap();
    store.mark_stale(id, 2_000).unwrap();
    store.mark_stale(id, 3_000).unwrap();
    let samples = all(&store, id);
    assert_eq!(samples.len(), 2);
    assert!(is_stale(samples[1].1) && !is_stale(f64::NAN));
}

#[test]
fn old_chunks_go_and_with_the_last_the_series() {
    let mut store = Store::new(Limits {
        retention: 3_600_000,
        ..Limits::default()
    });
    let short = store.series(&labels(&[(NAME, "short")])).unwrap();
    store.append(short, at(0, 1.0)).unwrap();
    let long = store.series(&labels(&[(NAME, "long")])).unwrap();
    for scrape in 0..1_000 {
        store
            .append(long, at(scrape * 15_000, scrape as f64))
            .unwrap();
        store.tidy();
    }
    assert_eq!(
        store.append(short, at(20_000_000, 1.0)),
        Err(Refused::Unknown)
    );
    assert_eq!(store.label_values(NAME), ["long"]);
    let kept = all(&store, long);
    let (first, last) = (kept[0].0, kept[kept.len() - 1].0);
    assert_eq!(last, 999 * 15_000);
    // An hour back, and at most one chunk of an hour more.
    assert!(
        first <= last - 3_600_000 && first >= last - 7_200_000,
        "{first}"
    );
    assert_eq!(store.counts().expired, 1_000 - kept.len() as u64 + 1);
    let again = store.series(&labels(&[(NAME, "short")])).unwrap();
    assert_ne!(again, short);
}

#[test]
fn room_is_bounded_and_what_it_costs_is_told() {
    let mut store = Store::new(Limits {
        series: 10,
        bytes: 60_000,
        ..Limits::default()
    });
    for number in 0..10 {
        let id = store
            .series(&labels(&[(NAME, "x"), ("n", &number.to_string())]))
            .unwrap();
        let _ = id;
    }
    let more = store.series(&labels(&[(NAME, "y")]));
    assert_eq!(more, Err(Refused::TooManySeries));
    let ids: Vec<SeriesId> = store.select(&[]).iter().map(|(id, _)| *id).collect();
    for scrape in 0..20_000_i64 {
        for id in &ids {
            let value = f64::from_bits(0x3ff0_0000_0000_0000 + scrape as u64 * 0x1234_5678);
            store.append(*id, at(scrape * 1_000, value)).unwrap();
        }
        store.tidy();
        assert!(store.bytes() <= 60_000);
    }
    let counts = store.counts();
    assert!(counts.evicted > 0 && counts.expired == 0);
    let kept: usize = ids.iter().map(|id| all(&store, *id).len()).sum();
    assert_eq!(counts.appended - counts.evicted, kept as u64);
}

#[test]
fn series_are_found_by_their_labels() {
    let mut store = Store::default();
    for (job, code) in [("api", "200"), ("api", "503"), ("web", "200"), ("web", "")] {
        let labels = labels(&[(NAME, "requests"), ("job", job), ("code", code)]);
        store.series(&labels).unwrap();
    }
    let find = |matchers: &[(&str, Compare, &str)]| {
        let matchers: Vec<Matcher> = matchers
            .iter()
            .map(|(name, compare, value)| Matcher::new(name, *compare, value).unwrap())
            .collect();
        store.select(&matchers).len()
    };
    assert_eq!(find(&[(NAME, Compare::Equal, "requests")]), 4);
    assert_eq!(find(&[("code", Compare::Equal, "")]), 1);
    assert_eq!(find(&[("code", Compare::NotEqual, "200")]), 2);
    assert_eq!(find(&[("code", Compare::Matches, "2..|")]), 3);
    assert_eq!(find(&[("code", Compare::MatchesNot, "2..")]), 2);
    assert_eq!(find(&[("none", Compare::Equal, "x")]), 0);
    assert_eq!(find(&[("none", Compare::NotEqual, "x")]), 4);
    assert_eq!(
        find(&[
            ("job", Compare::Equal, "api"),
            ("code", Compare::Matches, "5.+")
        ]),
        1
    );
    assert_eq!(store.label_names(), [NAME, "code", "job"]);
}

proptest! {
    /// The oracle is a plain walk over every series.
    #[test]
    fn the_index_finds_what_a_walk_finds(
        series in proptest::collection::vec(proptest::collection::vec(0usize..4, 3), 0..40),
        wanted in proptest::collection::vec((0usize..3, 0usize..4, 0usize..8), 1..4),
    ) {
        let values = ["", "a", "b", "ab"];
        let texts = ["", "a", "b", "ab", "a.*", ".+", ".*", "a|b"];
        let compares = [Compare::Equal, Compare::NotEqual, Compare::Matches, Compare::MatchesNot];
        let mut store = Store::default();
        let mut walk = Vec::new();
        for parts in &series {
            let names = ["x", "y", "z"];
            let labels = Labels::new(names.into_iter().zip(parts.iter().map(|v| values[*v])));
            store.series(&labels).unwrap();
            walk.push(labels);
        }
        walk.sort();
        walk.dedup();
        let matchers: Vec<Matcher> = wanted.iter().map(|(name, compare, text)| {
            Matcher::new(["x", "y", "z"][*name], compares[*compare], texts[*text]).unwrap()
        }).collect();
        walk.retain(|labels| matchers.iter().all(|m| m.fits(labels.get(&m.name))));
        let found: Vec<Labels> = store.select(&matchers).into_iter().map(|(_, l)| l.clone()).collect();
        prop_assert_eq!(found, walk);
    }
}

/// A day of a small shop at 15 s: counters that grow by a random number each
/// time, buckets of which many rest, gauges of small numbers, and seconds that
/// are no whole numbers. Stated: at most 1.7 bytes a sample with everything
/// around it, and so 64 MiB hold over 6,600 such series.
#[test]
fn a_day_of_samples_takes_few_bytes_each() {
    let mut store = Store::default();
    let mut random = crate::base::Stream::named(1, "store bench");
    let mut now = Vec::new();
    for number in 0..200 {
        let labels = labels(&[
            (NAME, "http_server_request_duration_seconds_bucket"),
            ("service", "shop"),
            ("route", "/cart"),
            ("le", &number.to_string()),
        ]);
        now.push((store.series(&labels).unwrap(), 0.0));
    }
    for scrape in 0..5_760_i64 {
        for (number, (id, value)) in now.iter_mut().enumerate() {
            match number % 10 {
                0..4 => *value += (200 + random.below(60)) as f64,
                4..7 => *value += if random.below(10) == 0 { 1.0 } else { 0.0 },
                7..9 => *value = random.below(12) as f64,
                _ => *value += random.below(1_000_000) as f64 / 65_536.0,
            }
            store.append(*id, at(scrape * 15_000, *value)).unwrap();
        }
        store.tidy();
    }
    let samples = store.counts().appended as f64;
    let each = store.measured_bytes() as f64 / samples;
    println!(
        "{each:.2} bytes a sample over {} series of a day",
        store.len()
    );
    assert!(each < 1.7, "{each} bytes a sample");
    let told = store.bytes() as f64 / store.measured_bytes() as f64;
    assert!(
        (0.8..1.3).contains(&told),
        "limits see {told} of what is there"
    );
}

proptest! {
    /// The oracle keeps every sample. Most come in step, as what they were or a
    /// little more, and wait apart from the store's chunks.
    #[test]
    fn samples_in_step_are_read_as_they_were_written(
        runs in proptest::collection::vec(
            (prop::sample::select(vec![0.0, -0.0, 1.0, 0.5, f64::NAN, f64::from_bits(STALE)]), 1usize..300,
                prop::sample::select(vec![1_000_i64, 15_000, 15_001, 5_000_000_000]),
                prop::sample::select(vec![0.0, 1.0, 0.25])),
            1..8,
        ),
        bounds in (0i64..3_000_000, 0i64..6_000_000_000),
    ) {
        let mut store = Store::default();
        let id = store.series(&labels(&[(NAME, "x")])).unwrap();
        let mut written = Vec::new();
        let mut time = 0;
        for (first, times, step, growth) in runs {
            let mut value = first;
            for number in 0..times {
                time += step;
                value = first + growth * (number / 2) as f64;
                store.append(id, at(time, value)).unwrap();
                written.push((time, value.to_bits()));
            }
            prop_assert_eq!(store.append(id, at(time, value)), Ok(()));
            prop_assert_eq!(store.append(id, at(time, -7.0)), Err(Refused::Duplicate));
            prop_assert_eq!(store.append(id, at(time - 1, value)), Err(Refused::OutOfOrder));
        }
        prop_assert_eq!(store.counts().appended, written.len() as u64);
        let (from, to) = (bounds.0.min(bounds.1), bounds.0.max(bounds.1));
        let mut found = Vec::new();
        store.read(id, from, to, &mut found);
        let found: Vec<_> = found.iter().map(|s| (s.time, s.value.to_bits())).collect();
        written.retain(|(time, _)| (from..=to).contains(time));
        prop_assert_eq!(found, written);
    }
}
