//! Databases, caches, queues and dependencies against theory and closed forms,
//! and what emerges from them.
//!
//! Seeds are stated beside each figure, and so are samples and tolerance;
//! tolerances are about five standard errors, autocorrelation included.
#![allow(clippy::unwrap_used)]

#[path = "support/watched.rs"]
mod watched;

use watched::{Seen, figure, inject, is_sound, try_spec, watch, world};
use xops_lab::base::Span;
use xops_lab::world::{Cause, FaultKind, Outcome};

fn near(what: &str, found: f64, expected: f64, relative: f64) {
    assert!(
        (found / expected - 1.0).abs() < relative,
        "{what}: {found} instead of {expected} (+- {relative})"
    );
}

/// A front whose only page runs `script`, and whatever it needs.
fn front(rate: &str, script: &str, others: &str) -> String {
    format!(
        "title: stores
about: one page
traffic:
  rate: {rate}
  mix: [{{route: front/page}}]
services:
  front:
    about: asks
    kind: gateway
    replicas: 1
    workers: 10000
    queue: 10000
    routes:
      page: {script}
{others}"
    )
}

// ---- Pools ----

/// A pool of ten connections in front of a database that has workers enough.
fn pooled(rate: &str, size: u32, wait: &str, query: &str, database: &str) -> String {
    front(
        rate,
        "[{query: db/read}]",
        &format!(
            "    pools: {{db: {{size: {size}, wait: {wait}}}}}
  db:
    about: keeps
    kind: database
    replicas: 1
    workers: 1000
    queue: 0
    database: {{{database}}}
    routes:
      read: [{{work: {query}}}]
"
        ),
    )
}

#[test]
fn a_pool_is_a_queue_with_as_many_servers_as_connections() {
    // M/M/10 at load 8: W = C(10, 8) / (10 mu - lambda) + 1/mu, by Erlang's C.
    // Seed 1, 3 h of 80/s: 860,000 samples.
    let (c, a, mu) = (10u32, 8.0, 10.0);
    let mut blocked = 1.0;
    for servers in 1..=c {
        blocked = a * blocked / (f64::from(servers) + a * blocked);
    }
    let waits = blocked / (1.0 - a / f64::from(c) * (1.0 - blocked));
    let expected = waits / (f64::from(c) * mu - a * mu) + 1.0 / mu;
    let text = pooled("80/s", 10, "1h", "{exponential: {mean: 100ms}}", "");
    let mut world = world(&text, 1);
    watch(&mut world, 600);
    near("W", watch(&mut world, 3 * 3_600).mean(), expected, 0.03);
    is_sound(&world);
}

#[test]
fn who_waits_too_long_for_a_connection_fails_and_the_pool_is_blamed() {
    let text = pooled("80/s", 4, "50ms", "100ms", "");
    let mut world = world(&text, 1);
    let seen = watch(&mut world, 600);
    // Forty a second can be served at most.
    near("failed", seen.failed_share(), 0.5, 0.05);
    let pool = |cause: &Cause| matches!(cause, Cause::Pool { service: 0 });
    assert_eq!(seen.blamed(pool), seen.failed);
    assert!(u64::from(figure(&world, "db", "pool-timeouts")) >= seen.failed);
    is_sound(&world);
}

#[test]
fn a_server_lets_no_more_connect_than_it_allows() {
    let calm = pooled("80/s", 100, "1s", "100ms", "connections: 100");
    let tight = pooled("80/s", 100, "1s", "100ms", "connections: 6");
    let seen = watch(&mut world(&calm, 1), 300);
    assert_eq!(seen.failed, 0);
    let mut world = world(&tight, 1);
    let seen = watch(&mut world, 300);
    let refused = |cause: &Cause| matches!(cause, Cause::Connections { .. });
    assert!(seen.failed_share() > 0.2, "{}", seen.failed_share());
    assert_eq!(seen.blamed(refused), seen.failed);
    assert_eq!(figure(&world, "db", "connections"), 6);
}

// ---- Locks ----

fn locking(rate: &str, script: &str) -> String {
    front(
        rate,
        "[{query: db/write}]",
        &format!(
            "  db:
    about: keeps
    kind: database
    replicas: 1
    workers: 1000
    queue: 0
    routes:
      write: {script}
"
        ),
    )
}

#[test]
fn one_row_is_one_server() {
    // M/M/1: W = 1 / (mu - lambda) = 1 / (100 - 80) s. Seed 1, 3 h: 860,000 samples.
    let script = "[{lock: {rows: 1, wait: 1h}}, {work: {exponential: {mean: 10ms}}}]";
    let mut world = world(&locking("80/s", script), 1);
    watch(&mut world, 600);
    near("W", watch(&mut world, 3 * 3_600).mean(), 0.05, 0.06);
    is_sound(&world);
}

#[test]
fn rows_that_few_share_hardly_wait_for_each_other() {
    let script = |rows: &str| {
        format!("[{{lock: {{rows: {rows}}}}}, {{work: {{exponential: {{mean: 10ms}}}}}}]")
    };
    let mean = |rows: &str| {
        let mut world = world(&locking("80/s", &script(rows)), 1);
        watch(&mut world, 1_800).mean()
    };
    let alike = mean("10000");
    // Zipf's exponent 2 over as many rows sends 61 % of the locks to the first:
    // M/M/1 at 0.49 for those.
    let popular = mean("{count: 10000, zipf: 2}");
    near("10 ms", alike, 0.01, 0.03);
    assert!(popular > 0.014, "{popular}");
}

#[test]
fn a_lock_that_is_waited_for_too_long_fails() {
    let script = "[{lock: {rows: 1, wait: 30ms}}, {work: 20ms}]";
    let mut world = world(&locking("100/s", script), 1);
    let seen = watch(&mut world, 600);
    // Fifty a second can have the row.
    near("failed", seen.failed_share(), 0.5, 0.06);
    assert!(u64::from(figure(&world, "db", "lock-failures")) >= seen.failed);
    is_sound(&world);
}

#[test]
fn deadlocks_are_found_and_ended_at_once() {
    let twice =
        "[{lock: {rows: 20, wait: 1h}}, {work: 5ms}, {lock: {rows: 20, wait: 1h}}, {work: 5ms}]";
    let mut deadlocking = world(&locking("100/s", twice), 1);
    let seen = watch(&mut deadlocking, 600);
    let deadlock = |cause: &Cause| matches!(cause, Cause::Deadlock { .. });
    assert!(seen.failed > 40, "{}", seen.failed);
    assert_eq!(seen.blamed(deadlock), seen.failed);
    // Nobody is left waiting for long, although nothing else would end a wait.
    assert!(seen.mean() < 0.1, "{}", seen.mean());
    is_sound(&deadlocking);
    // Without a second lock there is no circle.
    let once = "[{lock: {rows: 20, wait: 1h}}, {work: 5ms}, {work: 5ms}]";
    assert_eq!(watch(&mut world(&locking("100/s", once), 1), 600).failed, 0);
}

// ---- Replication ----

fn replicated(rate: &str, replication: &str) -> String {
    format!(
        "title: replicated
about: writes and reads
traffic:
  rate: {rate}
  mix:
    - {{route: front/write, weight: 1}}
    - {{route: front/read, weight: 1}}
services:
  front:
    about: asks
    kind: gateway
    replicas: 1
    workers: 1000
    queue: 1000
    routes:
      write: [{{query: {{to: db/write, timeout: 1s}}}}]
      read: [{{query: {{to: db/read, timeout: 1s}}}}]
  db:
    about: keeps
    kind: database
    replicas: 3
    workers: 100
    queue: 100
    start-up: 10m
    database:
      writes: [write]
      replication: {{{replication}}}
    routes:
      write: [{{work: 2ms}}]
      read: [{{work: 2ms}}]
"
    )
}

#[test]
fn an_asynchronous_failover_loses_what_was_on_its_way() {
    // Fifty writes a second, two seconds on the way: 100 +- 5 sqrt(100) lost.
    let text = replicated("100/s", "delay: 2s, failover: 30s");
    let mut world = world(&text, 1);
    watch(&mut world, 60);
    inject(&mut world, FaultKind::Failover, "db", &[], 0);
    let seen = watch(&mut world, 60);
    let [failover] = seen.failovers[..] else {
        panic!("{:?}", seen.failovers);
    };
    assert!((50..150).contains(&failover.lost), "{failover:?}");
    near("RPO", failover.data.as_secs_f64(), 2.0, 0.1);
    let time = failover.time.as_secs_f64();
    assert!((30.0..31.1).contains(&time), "{time}");
    // Writes and reads both go to the primary here: half a minute without.
    near("failed", seen.failed_share(), time / 60.0, 0.1);
    assert_eq!(watch(&mut world, 60).failed, 0);
    assert_eq!(world.failover(1), Some(failover));
    is_sound(&world);
}

#[test]
fn synchronous_replication_loses_nothing_and_takes_its_time() {
    let mean = |text: &str| watch(&mut world(text, 1), 60).mean();
    let (asynchronous, synchronous) = (
        replicated("100/s", "delay: 200ms, failover: 30s"),
        replicated("100/s", "delay: 200ms, failover: 30s, synchronous: true"),
    );
    near("asynchronous", mean(&asynchronous), 0.002, 0.05);
    // Half of the requests write.
    near("synchronous", mean(&synchronous), 0.102, 0.05);
    let mut world = world(&synchronous, 1);
    watch(&mut world, 60);
    inject(&mut world, FaultKind::Failover, "db", &[], 0);
    let seen = watch(&mut world, 60);
    assert_eq!(seen.failovers.len(), 1);
    assert_eq!(seen.failovers[0].lost, 0);
    assert_eq!(seen.failovers[0].data, Span::ZERO);
}

#[test]
fn a_primary_that_comes_back_in_time_is_kept() {
    let text = replicated("100/s", "delay: 2s, failover: 30s").replace("10m", "10s");
    let mut world = world(&text, 1);
    watch(&mut world, 60);
    let primary = world.primary(1);
    inject(&mut world, FaultKind::Failover, "db", &[], 0);
    let seen = watch(&mut world, 60);
    assert_eq!((seen.failovers.len(), world.primary(1)), (0, primary));
    near("failed", seen.failed_share(), 10.0 / 60.0, 0.2);
}

#[test]
fn replicas_take_the_reads_until_they_are_too_far_behind() {
    let read = |max_lag: &str| {
        let text = replicated(
            "100/s",
            &format!("delay: 100ms, failover: 30s, reads: replicas{max_lag}"),
        );
        let mut world = world(&text, 1);
        let calm = watch(&mut world, 60);
        inject(&mut world, FaultKind::ReplicationLag, "db", &[5.0], 300);
        watch(&mut world, 60);
        let before = figure(&world, "db", "stale-reads");
        let lag = figure(&world, "db", "replication-lag");
        watch(&mut world, 60);
        (
            calm.failed,
            figure(&world, "db", "stale-reads") - before,
            lag,
        )
    };
    let (failed, stale, lag) = read("");
    assert_eq!(failed, 0);
    assert!(stale > 2_500, "{stale}");
    assert!((4_900..5_300).contains(&lag), "{lag} ms");
    assert_eq!(read(", max-lag: 1s").1, 0);
}

#[test]
fn a_replica_that_applies_too_slowly_falls_behind_without_end() {
    // 50 writes a second of 25 ms each: 1.25 s of work a second. After 100 s it
    // is behind by what takes 25 s to apply, which was done in the last 20 s.
    let text = replicated("100/s", "apply: 25ms, failover: 30s");
    let mut world = world(&text, 1);
    watch(&mut world, 100);
    let lag = f64::from(figure(&world, "db", "replication-lag")) / 1_000.0;
    near("lag", lag, 20.0, 0.25);
}

// ---- Caches ----

fn cached(rate: &str, cache: &str, lookup: &str) -> String {
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

// ---- Queues ----

fn queued(rate: &str, stream: &str, consumer: &str, handle: &str) -> String {
    front(
        rate,
        "[{publish: queue/put}]",
        &format!(
            "  queue:
    about: keeps messages
    kind: queue
    replicas: 1
    workers: 1000
    queue: 1000
    stream: {{{stream}, consumers: [{{to: worker/handle, {consumer}}}]}}
    routes:
      put: [{{work: 1ms}}]
  worker:
    about: handles
    replicas: 1
    workers: 1000
    queue: 1000
    routes:
      handle: {handle}
"
        ),
    )
}

#[test]
fn one_consumer_of_one_partition_is_one_server() {
    // M/M/1 at 0.8: four messages on average. Seed 1, sampled each second for 6 h.
    let text = queued(
        "80/s",
        "partitions: 1, bound: 10000",
        "visibility: 1h",
        "[{work: {exponential: {mean: 10ms}}}]",
    );
    let mut world = world(&text, 1);
    watch(&mut world, 600);
    let mut sum = 0.0;
    for _ in 0..6 * 3_600 {
        watch(&mut world, 1);
        sum += f64::from(figure(&world, "queue", "lag") + figure(&world, "queue", "in-hand"));
    }
    near("messages", sum / (6.0 * 3_600.0), 4.0, 0.06);
    is_sound(&world);
}

#[test]
fn publishers_do_not_wait_for_consumers() {
    let stream = "partitions: 4, bound: 1000";
    let text = queued(
        "50/s",
        stream,
        "visibility: 1h, at-once: 50",
        "[{work: 500ms}]",
    );
    let mut world = world(&text, 1);
    let seen = watch(&mut world, 600);
    near("publishing", seen.mean(), 0.001, 0.01);
    near("handled", seen.served(2) as f64, seen.done as f64, 0.01);
    is_sound(&world);
}

#[test]
fn messages_of_one_partition_keep_their_order_and_partitions_work_side_by_side() {
    // 40 ms each and one at a time: 25/s for each partition.
    let stream = |count: u32| format!("partitions: {count}, bound: 200");
    let lag = |count: u32| {
        let text = queued("80/s", &stream(count), "visibility: 1h", "[{work: 40ms}]");
        let mut world = world(&text, 1);
        watch(&mut world, 300);
        is_sound(&world);
        figure(&world, "queue", "lag")
    };
    assert!(lag(8) < 20);
    assert_eq!(lag(1), 199);
    // Keys that are alike spread over partitions; one key is in one partition.
    let text = queued(
        "80/s",
        "partitions: 8, keys: 1, bound: 200",
        "visibility: 1h",
        "[{work: 40ms}]",
    );
    let mut hot = world(&text, 1);
    watch(&mut hot, 300);
    assert_eq!(figure(&hot, "queue", "lag"), 199);
}

#[test]
fn a_full_queue_refuses_or_blocks() {
    // 25/s can be handled of 50/s.
    let stream = |full: &str| format!("partitions: 1, bound: 10, full: {full}");
    let text = |full: &str| queued("50/s", &stream(full), "visibility: 1h", "[{work: 40ms}]");
    let mut refusing = world(&text("refuse"), 1);
    let seen = watch(&mut refusing, 600);
    near("refused", seen.failed_share(), 0.5, 0.05);
    let full = |cause: &Cause| matches!(cause, Cause::Full { service: 1 });
    assert_eq!(seen.blamed(full), seen.failed);
    is_sound(&refusing);
    // Blocked publishers hold the workers of the queue, then its places, and
    // only then is anyone refused.
    let mut blocking = world(&text("block"), 1);
    assert_eq!(watch(&mut blocking, 60).failed, 0);
    assert!(figure(&blocking, "queue", "blocked") > 900);
    is_sound(&blocking);
}

#[test]
fn a_message_that_takes_too_long_is_given_out_again_while_the_first_hand_works_on() {
    // Every handling takes twice the visibility: three attempts each, then dead.
    let text = queued(
        "10/s",
        "partitions: 1, bound: 1000",
        "visibility: 100ms, attempts: 3, pause: 1s, at-once: 100",
        "[{work: 200ms}]",
    );
    let mut world = world(&text, 1);
    let seen = watch(&mut world, 600);
    near(
        "handlings",
        seen.served(2) as f64,
        3.0 * seen.done as f64,
        0.03,
    );
    near(
        "dead",
        f64::from(figure(&world, "queue", "dead")),
        seen.done as f64,
        0.03,
    );
    is_sound(&world);
}

#[test]
fn poison_ends_as_a_dead_letter_and_holds_up_only_an_ordered_partition() {
    let run = |consumer: &str| {
        let stream = "partitions: 1, bound: 100000, poison: 2%";
        let consumer = format!("visibility: 1h, attempts: 5, pause: 1s, {consumer}");
        let text = queued("20/s", stream, &consumer, "[{work: 5ms}]");
        let mut world = world(&text, 1);
        let seen = watch(&mut world, 1_800);
        is_sound(&world);
        let dead = f64::from(figure(&world, "queue", "dead"));
        (dead / seen.done as f64, figure(&world, "queue", "lag"))
    };
    let (dead, lag) = run("at-once: 10");
    near("dead", dead, 0.02, 0.2);
    assert!(lag < 20, "{lag}");
    // Four seconds of rest for each of 0.4 poison messages a second: too much.
    let (_, lag) = run("ordered: true");
    assert!(lag > 5_000, "{lag}");
}

#[test]
fn consumers_that_are_gone_cost_no_message_its_attempts() {
    let stream = "partitions: 4, bound: 10000";
    let consumer = "visibility: 10s, attempts: 2, pause: 100ms, at-once: 10";
    let text = queued("50/s", stream, consumer, "[{work: 5ms}]");
    let mut world = world(&text, 1);
    watch(&mut world, 60);
    inject(&mut world, FaultKind::PodFailure, "worker", &[], 60);
    watch(&mut world, 59);
    assert!(figure(&world, "queue", "lag") > 2_500);
    assert!(figure(&world, "queue", "age") > 50_000);
    watch(&mut world, 120);
    let (lag, dead) = (
        figure(&world, "queue", "lag"),
        figure(&world, "queue", "dead"),
    );
    assert!(lag < 50 && dead < 3, "{lag} wait, {dead} dead");
    is_sound(&world);
}

// ---- Dependencies ----

fn depending(rate: &str, dependency: &str) -> String {
    front(
        rate,
        "[{call: bank/pay}]",
        &format!(
            "  bank:
    about: not ours
    kind: dependency
    replicas: 1
    workers: 1000
    queue: 0
    dependency: {{{dependency}}}
    routes:
      pay: [{{work: 10ms}}]
"
        ),
    )
}

#[test]
fn a_quota_lets_in_what_renewal_theory_says() {
    // A bucket of one token is closed for T = 1/5 s after each request that it
    // lets in, and then waits 1/20 s for the next: 1 / (0.2 + 0.05) = 4/s of 20/s.
    let mut world = world(&depending("20/s", "quota: {rate: 5/s}"), 1);
    let seen = watch(&mut world, 3_600);
    near("refused", seen.failed_share(), 0.8, 0.01);
    let quota = |cause: &Cause| matches!(cause, Cause::Quota { service: 1 });
    assert_eq!(seen.blamed(quota), seen.failed);
    // A burst lets a rush in.
    let text = depending("20/s", "quota: {rate: 30/s, burst: 100}");
    assert_eq!(watch(&mut self::world(&text, 1), 600).failed, 0);
}

#[test]
fn maintenance_closes_the_door_at_its_hours() {
    let windows = "maintenance: [{from: 1m, lasts: 30s, every: 5m}, {from: 3m, lasts: 10s}]";
    let mut world = world(&depending("20/s", windows), 1);
    let shares: Vec<bool> = (0..66)
        .map(|_| watch(&mut world, 10).failed_share() > 0.5)
        .collect();
    let closed = [6, 7, 8, 18, 36, 37, 38]; // tens of seconds
    for (place, failing) in shares.iter().enumerate() {
        assert_eq!(*failing, closed.contains(&place), "{place}: {shares:?}");
    }
}

// ---- What emerges ----

/// Users ask for things by Zipf's law; the database can fetch twenty a second.
fn stampeding(coalesce: bool) -> String {
    cached(
        "200/s",
        "capacity: 1000",
        &format!("keys: {{count: 200, zipf: 1.1}}, coalesce: {coalesce}"),
    )
    .replace("{query: db/read}", "{query: {to: db/read, timeout: 2s}}")
    .replace(
        "    workers: 1000
    queue: 0
    routes:
      read: []",
        "    workers: 8
    queue: 40
    routes:
      read: [{work: 200ms}]",
    )
}

#[test]
fn a_flush_starts_a_stampede_that_coalescing_cures() {
    let after_flush = |coalesce: bool| -> (Seen, Seen) {
        let mut world = world(&stampeding(coalesce), 1);
        watch(&mut world, 300);
        let calm = watch(&mut world, 60);
        inject(&mut world, FaultKind::CacheFlush, "cache", &[], 0);
        let seen = watch(&mut world, 10);
        assert_eq!(watch(&mut world, 60).failed, 0, "it is over");
        (calm, seen)
    };
    let (calm, wild) = after_flush(false);
    assert_eq!(calm.failed, 0);
    let (calm, tame) = after_flush(true);
    assert_eq!(calm.failed, 0);
    // The same hundred popular things: once each, or by everyone who asks.
    assert!(
        wild.failed > 50 && wild.failed > 2 * tame.failed,
        "{} and {}",
        wild.failed,
        tame.failed
    );
    assert!(
        wild.served(2) > tame.served(2) * 5 / 4,
        "{} and {}",
        wild.served(2),
        tame.served(2)
    );
}

/// Two kinds of queries through one pool: many that are fast, a few reports.
fn sharing(size: u32, timeout: &str) -> String {
    format!(
        "title: one pool
about: reports and pages share a pool
traffic:
  rate: 55/s
  patience: 5s
  mix:
    - {{route: front/page, weight: 10}}
    - {{route: front/report, weight: 1}}
services:
  front:
    about: asks
    kind: gateway
    replicas: 1
    workers: 1000
    queue: 1000
    pools: {{db: {{size: {size}, wait: 500ms}}}}
    routes:
      page: [{{query: db/read}}]
      report: [{{query: {{to: db/scan{timeout}}}}}]
  db:
    about: keeps
    kind: database
    replicas: 1
    workers: 100
    queue: 100
    database: {{connections: 200}}
    routes:
      read: [{{work: 10ms}}]
      scan: [{{work: 100ms}}]
"
    )
}

#[test]
fn a_slow_query_takes_the_whole_pool_unless_the_pool_or_a_timeout_prevents_it() {
    let pages_failed = |size: u32, timeout: &str| {
        let mut world = world(&sharing(size, timeout), 1);
        assert_eq!(watch(&mut world, 60).failed, 0);
        let mut fault = xops_lab::world::FaultSpec::usual(FaultKind::SlowQuery, "db");
        fault.values = vec![4.0];
        fault.target.route = Some("scan".to_owned());
        world.inject(&fault, &mut Seen::default()).unwrap();
        watch(&mut world, 30);
        let seen = watch(&mut world, 120);
        world.end_fault(0).unwrap();
        watch(&mut world, 30);
        assert_eq!(watch(&mut world, 60).failed, 0, "it is over");
        is_sound(&world);
        // What fails beyond the reports themselves, and whom the engine blames.
        (seen.failed_share(), seen)
    };
    // Five reports a second of four seconds each want twenty connections.
    let (share, seen) = pages_failed(10, "");
    assert!(share > 0.4, "{share}");
    let fault = |cause: &Cause| matches!(cause, Cause::Fault(0));
    assert!(
        seen.blamed(fault) > seen.failed * 9 / 10,
        "{:?}",
        seen.causes
    );
    let (share, _) = pages_failed(60, "");
    assert!(share < 0.01, "a pool of sixty: {share}");
    let (share, _) = pages_failed(10, ", timeout: 300ms");
    assert!(
        share < 0.11,
        "only reports fail where they time out: {share}"
    );
}

// ---- Files ----

/// Every problem of a world, which must be refused.
fn refused(text: &str, wanted: &[&str]) {
    let problems = try_spec(text).expect_err("to be refused");
    for wanted in wanted {
        assert!(
            problems.contains(wanted),
            "`{wanted}` is not in:\n{problems}"
        );
    }
}

#[test]
fn what_cannot_be_is_refused_with_a_reason() {
    refused(
        &pooled("1/s", 0, "1s", "1ms", "connections: 0, writes: [put]"),
        &[
            "0 is below the least value 1",
            "no route of this database is called `put`",
        ],
    );
    refused(
        &pooled("1/s", 1, "1s", "1ms", "replication: {failover: 1s}"),
        &["nothing is written that could be replicated"],
    );
    refused(
        &cached("1/s", "eviction: mru", "keys: {count: 0}, jitter: 10%").replace("query:", "call:"),
        &[
            "the field `capacity` is missing",
            "`mru` is not one of the words",
            "0 is below the least value 1",
            "there is no time to live to shorten",
            "a call does not go to a database",
        ],
    );
    refused(
        &queued(
            "1/s",
            "partitions: 1000, bound: 100000",
            "visibility: 1s, at-once: 3, ordered: true",
            "[]",
        ),
        &["3 is above the greatest value 1"],
    );
    refused(
        &queued(
            "1/s",
            "partitions: 1000, bound: 100000",
            "visibility: 1s",
            "[]",
        ),
        &["together make 100000000 messages"],
    );
    refused(
        &depending(
            "1/s",
            "quota: {rate: 0/s}, maintenance: [{from: 0s, lasts: 1h, every: 1h}]",
        ),
        &["a quota of nothing", "it begins again before it has ended"],
    );
    refused(
        &front("1/s", "[{lock: {rows: 3}}]", "    dependency: {}\n"),
        &["only a dependency has `dependency`"],
    );
    refused(
        &front("1/s", "[{lock: {rows: 3}}]", ""),
        &["only a database has rows to lock"],
    );
}

#[test]
fn an_outcome_tells_refusals_from_failures() {
    struct Outcomes(Vec<Outcome>);
    impl xops_lab::world::Probe for Outcomes {
        fn served(&mut self, _: xops_lab::world::Served) {}
        fn attempted(&mut self, attempted: xops_lab::world::Attempted) {
            self.0.push(attempted.outcome);
        }
        fn user_done(&mut self, _: xops_lab::world::UserDone) {}
        fn happened(&mut self, _: xops_lab::base::SimTime, _: xops_lab::world::Happening) {}
    }
    let mut outcomes = Outcomes(Vec::new());
    let text = depending(
        "20/s",
        "quota: {rate: 1/s}, maintenance: [{from: 10s, lasts: 1h}]",
    );
    let mut world = world(&text, 1);
    world.run_until(
        xops_lab::base::SimTime::from_secs(20),
        u64::MAX,
        &mut outcomes,
    );
    assert!(outcomes.0.contains(&Outcome::Limited), "429 is a refusal");
    assert_eq!(
        outcomes.0.last(),
        Some(&Outcome::Unavailable),
        "and 503 is another"
    );
}
