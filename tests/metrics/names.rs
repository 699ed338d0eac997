//! Names, types and texts: what is in the store is what the catalogue says,
//! and the exposition text is read back.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{lab, run, vector};
use xops_lab::base::{SimTime, Span};
use xops_lab::session::{Scenario, Session};
use xops_lab::telemetry::scrape::{FAMILIES, FamilyKind, family_of};
use xops_lab::telemetry::store::{is_plain_label, is_plain_metric};

/// The shop after some minutes: it has every kind of service.
fn shop(seconds: u64) -> Session {
    let text = include_str!("../../lessons/worlds/shop.yaml");
    let (scenario, _) = Scenario::read("shop.yaml", text).expect("a sound world");
    let mut session = Session::new(Arc::new(scenario), 1);
    run(&mut session, seconds);
    session
}

#[test]
fn the_catalogue_is_ordered_and_named_by_convention() {
    for pair in FAMILIES.windows(2) {
        assert!(
            pair[0].name < pair[1].name,
            "{} {}",
            pair[0].name,
            pair[1].name
        );
    }
    for family in FAMILIES {
        let total = family.name.ends_with("_total");
        assert_eq!(total, family.kind == FamilyKind::Counter, "{}", family.name);
        let base = family.name.trim_end_matches("_total");
        assert!(
            base.ends_with(family.unit),
            "{} in {}",
            family.name,
            family.unit
        );
        assert!(
            is_plain_metric(family.name) && family.help.ends_with('.'),
            "{}",
            family.name
        );
        // Seconds and bytes are the base units, and durations are counted in buckets.
        let foreign = ["_ms", "_millis", "_minutes", "_mb", "_percent"];
        assert!(
            !foreign.iter().any(|unit| base.ends_with(unit)),
            "{}",
            family.name
        );
    }
}

#[test]
fn every_series_belongs_to_a_metric_of_the_catalogue() {
    let session = shop(600);
    let mut seen = BTreeMap::new();
    for (_, labels) in session.store().select(&[]) {
        // A name with a colon is that of a rule, whose labels are its own.
        if labels.name().contains(':') || labels.name().starts_with("ALERTS") {
            continue;
        }
        let family = family_of(labels.name()).unwrap_or_else(|| panic!("{labels}"));
        *seen.entry(family.name).or_insert(0) += 1;
        assert!(
            labels
                .iter()
                .all(|(name, _)| is_plain_label(name) || name == "__name__")
        );
        assert!(
            !labels.get("job").is_empty() && !labels.get("instance").is_empty(),
            "{labels}"
        );
        let has_bound = !labels.get("le").is_empty();
        assert_eq!(has_bound, labels.name().ends_with("_bucket"), "{labels}");
    }
    // A shop that is calm shows nearly all of them.
    assert!(seen.len() >= 60, "{} of {}", seen.len(), FAMILIES.len());
}

#[test]
fn a_histogram_is_complete_and_agrees_with_itself() {
    let session = shop(300);
    for family in FAMILIES.iter().filter(|f| f.kind == FamilyKind::Histogram) {
        let name = family.name;
        let whole = vector(&session, &format!("{name}_bucket{{le='+Inf'}}"));
        let wrong = format!(
            "{name}_bucket{{le='+Inf'}} != on (instance, service, route, code, error_type, server_address, messaging_destination_name, class) group_left () {name}_count"
        );
        assert_eq!(vector(&session, &wrong), [], "{name}");
        let bounds = vector(&session, &format!("count by (le) ({name}_bucket)"));
        assert!(whole.is_empty() || bounds.len() == 15, "{name}: {bounds:?}");
        for (bound, count) in bounds {
            assert_eq!(count as usize, whole.len(), "{name} {bound}");
        }
    }
}

/// Reads exposition text as its format is documented: HELP and TYPE once for
/// each metric and before its samples, samples of a metric together.
fn parse(text: &str) -> BTreeMap<String, (f64, i64)> {
    let mut types = BTreeMap::new();
    let mut samples = BTreeMap::new();
    let mut current = String::new();
    for line in text.lines() {
        if let Some(rest) = line.strip_prefix("# HELP ") {
            let (name, help) = rest.split_once(' ').expect("a text");
            assert!(!help.is_empty() && !types.contains_key(name), "{line}");
            current = name.to_owned();
        } else if let Some(rest) = line.strip_prefix("# TYPE ") {
            let (name, kind) = rest.split_once(' ').expect("a type");
            assert_eq!(name, current, "{line}");
            assert!(["counter", "gauge", "histogram"].contains(&kind), "{line}");
            types.insert(name.to_owned(), kind.to_owned());
        } else {
            let end = line.rfind('}').map_or(line.find(' '), |end| Some(end + 1));
            let (series, rest) = line.split_at(end.expect("a value"));
            let name = series.split('{').next().unwrap_or_default();
            assert!(name.starts_with(&current), "{line} under {current}");
            let (value, time) = rest.trim().split_once(' ').expect("a value and a time");
            let value = match value {
                "+Inf" => f64::INFINITY,
                value => value.parse().expect("a number"),
            };
            let twice = samples.insert(series.to_owned(), (value, time.parse().expect("a time")));
            assert_eq!(twice, None, "{line}");
        }
    }
    samples
}

#[test]
fn the_exposition_is_read_back_to_what_the_store_holds() {
    let mut session = lab("{scrape: 15s}", 4);
    run(&mut session, 452);
    let samples = parse(&session.exposition());
    let store = session.store();
    let at = 450_000;
    let mut held = BTreeMap::new();
    for (id, labels) in store.select(&[]) {
        let mut read = Vec::new();
        store.read(id, at, at, &mut read);
        for sample in read {
            // The store writes labels with a blank after each comma.
            held.insert(
                labels.to_string().replace("\", ", "\","),
                (sample.value, sample.time),
            );
        }
    }
    assert!(held.len() > 200, "{}", held.len());
    assert_eq!(samples, held);
}

#[test]
fn scrapes_come_at_the_interval_of_the_world_file() {
    for (telemetry, seconds) in [("{scrape: 15s}", 15), ("{scrape: 60s}", 60)] {
        let mut session = lab(telemetry, 4);
        run(&mut session, 299);
        let until = SimTime::ZERO + Span::from_secs(299 / seconds * seconds);
        assert_eq!(session.metrics().last_scrape(), Some(until));
        let counted = vector(&session, "count_over_time(up{job='prometheus'}[1h])");
        assert_eq!(counted[0].1 as u64, 299 / seconds + 1);
    }
    let mut session = lab("{scrape: 15s, metrics: false}", 4);
    run(&mut session, 299);
    assert!(session.store().is_empty());
}

/// Six hours of the shop every 15 s, seed 1, as its file is.
#[test]
fn a_day_of_the_shop_fits_into_the_room_that_the_store_has() {
    let session = shop(6 * 3_600);
    let store = session.store();
    let samples = store.counts().appended as f64;
    let bytes = store.measured_bytes() as f64;
    println!(
        "{} series, {samples} samples, {bytes} bytes: {:.2} a sample",
        store.len(),
        bytes / samples
    );
    assert!(store.len() < 20_000 / 4, "{} series", store.len());
    assert!(
        bytes * 4.0 < f64::from(48 << 20),
        "{bytes} bytes in six hours"
    );
    assert_eq!(store.counts().refused_series, 0);
    assert_eq!(store.counts().out_of_order + store.counts().duplicates, 0);
}
