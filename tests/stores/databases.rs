//! Pools, row locks, replication and failover.

use crate::watched::{figure, inject, is_sound, watch, world};
use crate::{front, near};
use xops_lab::base::Span;
use xops_lab::world::{Cause, FaultKind};

/// A pool of ten connections in front of a database that has workers enough.
pub fn pooled(rate: &str, size: u32, wait: &str, query: &str, database: &str) -> String {
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

#[test]
fn a_pool_that_recovers_opens_no_more_connections_than_the_server_allows() {
    // Ten wait for any of six connections, of which the server allows three.
    let text = pooled("10/s", 6, "1h", "5s", "connections: 3");
    let mut world = world(&text, 1);
    inject(&mut world, FaultKind::PoolLeak, "db", &[6.0], 2);
    watch(&mut world, 1);
    assert_eq!(figure(&world, "db", "connections"), 0);
    for _ in 0..100 {
        watch(&mut world, 1);
        assert!(figure(&world, "db", "connections") <= 3);
        assert_eq!(world.audit(), [""; 0]);
    }
}
