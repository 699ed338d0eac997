//! Hit ratios, times to live, what does not exist.

use crate::front;
use crate::watched::{figure, inject, is_sound, watch, world};
use xops_lab::world::{FaultKind, LoadFactor, Unobserved};

pub fn cached(rate: &str, cache: &str, lookup: &str) -> String {
    front(
        rate,
        &format!("[{{cache: {{ask: cache/get, {lookup}, miss: [{{query: db/read}}]}}}}]"),
        &format!(
            "  cache:
    about: remembers
    kind: cache
    replicas: 1
    workers: 1000
    queue: 1000
    cache: {{{cache}}}
    routes:
      get: []
  db:
    about: keeps
    kind: database
    replicas: 1
    workers: 1000
    queue: 0
    routes:
      read: []
"
        ),
    )
}

/// Share of hits over so many seconds after a warm-up of as many.
fn hit_ratio(text: &str, seconds: u64) -> f64 {
    let mut world = world(text, 1);
    watch(&mut world, seconds);
    let count = |world: &_| {
        let hits = f64::from(figure(world, "cache", "hit-ratio"));
        (hits, f64::from(figure(world, "cache", "misses")))
    };
    let before = count(&world);
    watch(&mut world, seconds);
    let after = count(&world);
    is_sound(&world);
    let (hits, misses) = (after.0 - before.0, after.1 - before.1);
    hits / (hits + misses)
}

/// Che's approximation (Che, Tung and Wang, "Hierarchical Web caching
/// systems", 2002) for an LRU cache: a thing is found if it was asked for
/// within the characteristic time T, which fills the cache on average.
fn che(things: u32, exponent: f64, capacity: f64) -> f64 {
    let weights: Vec<f64> = (1..=things).map(|k| f64::from(k).powf(-exponent)).collect();
    let sum: f64 = weights.iter().sum();
    let filled = |time: f64| -> f64 { weights.iter().map(|w| 1.0 - (-w / sum * time).exp()).sum() };
    let (mut low, mut high) = (0.0, 1e9);
    for _ in 0..200 {
        let middle = (low + high) / 2.0;
        if filled(middle) < capacity {
            low = middle;
        } else {
            high = middle;
        }
    }
    weights
        .iter()
        .map(|w| w / sum * (1.0 - (-w / sum * low).exp()))
        .sum()
}

#[test]
fn an_lru_cache_hits_as_often_as_che_says() {
    // 300,000 lookups after as many, seed 1: five standard errors are 0.005;
    // the approximation itself is good to a few thousandths.
    for (things, exponent, capacity) in [
        (10_000, 0.8, 1_000),
        (10_000, 1.0, 500),
        (2_000, 0.6, 1_000),
    ] {
        let text = cached(
            "1000/s",
            &format!("capacity: {capacity}"),
            &format!("keys: {{count: {things}, zipf: {exponent}}}"),
        );
        let (found, expected) = (
            hit_ratio(&text, 300),
            che(things, exponent, f64::from(capacity)),
        );
        assert!(
            (found - expected).abs() < 0.01,
            "{found} instead of {expected}"
        );
    }
}

#[test]
fn eviction_decides_what_is_kept() {
    // Popularity that does not change is what LFU is made for.
    let ratio = |eviction: &str| {
        let cache = format!("capacity: 500, eviction: {eviction}");
        hit_ratio(
            &cached("1000/s", &cache, "keys: {count: 10000, zipf: 0.9}"),
            300,
        )
    };
    let (lru, lfu, random) = (ratio("lru"), ratio("lfu"), ratio("random"));
    assert!(
        lfu > lru + 0.02 && lru > random + 0.02,
        "{lfu} {lru} {random}"
    );
}

#[test]
fn a_time_to_live_costs_one_miss_each_time() {
    // One thing asked for by a Poisson process: hits = r T / (1 + r T) = 10/11.
    // 40,000 lookups: five standard errors are 0.007.
    let text = cached("10/s", "capacity: 10", "keys: 1, ttl: 1s");
    let found = hit_ratio(&text, 4_000);
    assert!((found - 10.0 / 11.0).abs() < 0.007, "{found}");
    // A jitter of up to 100 % halves the mean time to live: 5/6 or a little less.
    let text = cached("10/s", "capacity: 10", "keys: 1, ttl: 1s, jitter: 100%");
    let found = hit_ratio(&text, 4_000);
    assert!((found - 5.0 / 6.0).abs() < 0.01, "{found}");
}

#[test]
fn what_does_not_exist_is_fetched_again_and_again_unless_that_is_remembered() {
    let forgetful = cached("1000/s", "capacity: 5000", "keys: 100, absent: 20%");
    let found = hit_ratio(&forgetful, 60);
    assert!((found - 0.8).abs() < 0.01, "{found}");
    let careful = cached(
        "1000/s",
        "capacity: 5000",
        "keys: 100, absent: 20%, negative: 1h",
    );
    assert!(hit_ratio(&careful, 60) > 0.999);
}

#[test]
fn pods_of_a_cache_share_the_keys_and_a_new_pod_starts_cold() {
    let text = cached("1000/s", "capacity: 1000", "keys: 2000").replace(
        "about: remembers\n    kind: cache\n    replicas: 1",
        "about: remembers\n    kind: cache\n    replicas: 2\n    start-up: 1s",
    );
    let mut world = world(&text, 1);
    watch(&mut world, 120);
    let entries = figure(&world, "cache", "entries");
    assert!(entries > 1_950, "two pods hold nearly all: {entries}");
    inject(&mut world, FaultKind::Kill, "cache", &[2.0], 0);
    let seen = watch(&mut world, 2);
    // Without a cache every lookup is a miss, and none fails.
    assert_eq!(seen.failed, 0);
    assert!(figure(&world, "cache", "entries") < 1_000);
}

#[test]
fn a_lookup_within_a_miss_does_not_make_the_outer_one_forget_its_key() {
    // Ten pages, each of parts that are never the same: a page is found again
    // although a part was asked for in between, and whoever waits for a page
    // that another fetches gets it.
    let text = cached("50/s", "capacity: 1000", "keys: {count: 10}").replace(
        "[{query: db/read}]",
        "[{cache: {ask: parts/get, keys: {count: 1000000}, coalesce: true, miss: [{query: db/read}]}}], coalesce: true",
    );
    let parts = "  parts: {about: remembers, kind: cache, replicas: 1, workers: 1000, queue: 1000, \
                 cache: {capacity: 1000}, routes: {get: [{work: 200ms}]}}\n";
    let mut world = world(&(text + parts), 1);
    let early = watch(&mut world, 10);
    assert!(figure(&world, "cache", "coalesced") > 0);
    let misses = figure(&world, "cache", "misses");
    assert_eq!((early.failed, watch(&mut world, 60).failed), (0, 0));
    assert_eq!(figure(&world, "cache", "misses"), misses);
    world.set_load(LoadFactor::new(0.0).unwrap(), &mut Unobserved);
    watch(&mut world, 10);
    assert_eq!(world.leftovers(), [""; 0]);
}
