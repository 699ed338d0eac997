//! Every kind of fault that concerns what services keep: what users feel while
//! it acts, and that nothing is left of it afterwards. The seed is 1.
use crate::near;
use crate::watched::{Seen, figure, inject, is_sound, watch, world};
use xops_lab::base::Span;
use xops_lab::engine::Progress;
use xops_lab::world::fault::catalogue::{CATALOGUE, Entry, Group};
use xops_lab::world::spec::Kind;
use xops_lab::world::{Cause, FaultKind, FaultSpec, Pods, World};

/// A shop that keeps everything: pages come out of the cache, orders lock
/// stock, are charged by a bank, and are sent by workers behind a queue.
const WORLD: &str = "
title: keeper
about: one of each
traffic:
  rate: 50/s
  patience: 3s
  mix:
    - {route: shop/page, weight: 8}
    - {route: shop/order, weight: 2}
services:
  shop:
    about: asks
    kind: gateway
    replicas: 2
    workers: 200
    queue: 200
    pools: {db: {size: 12, wait: 500ms}}
    routes:
      page:
        - cache:
            ask: {to: cache/get, timeout: 50ms}
            keys: {count: 300, zipf: 0.9}
            ttl: 10m
            miss: [{query: {to: db/read, timeout: 1s}}]
      order:
        - query: {to: db/write, timeout: 1s}
        - call: {to: bank/pay, timeout: 1s}
        - publish: queue/put
  cache:
    about: remembers
    kind: cache
    replicas: 1
    workers: 50
    queue: 50
    start-up: 5s
    cache: {capacity: 1000}
    routes: {get: [{work: 1ms}]}
  db:
    about: keeps
    kind: database
    replicas: 3
    workers: 10
    queue: 20
    start-up: 2m
    database:
      connections: 60
      writes: [write]
      replication: {synchronous: true, delay: 2ms, failover: 20s, reads: replicas, max-lag: 5s}
    routes:
      read: [{work: 80ms}]
      write: [{lock: {rows: 500, wait: 1s}}, {work: 50ms}]
  bank:
    about: not ours
    kind: dependency
    replicas: 1
    workers: 100
    queue: 0
    dependency: {quota: {rate: 50/s, burst: 50}}
    routes: {pay: [{work: 30ms}]}
  queue:
    about: keeps messages
    kind: queue
    replicas: 1
    workers: 20
    queue: 20
    stream:
      partitions: 4
      bound: 150
      consumers: [{to: sender/send, visibility: 30s, attempts: 3, at-once: 4}]
    routes: {put: [{work: 1ms}]}
  sender:
    about: sends parcels
    replicas: 2
    workers: 20
    queue: 20
    routes: {send: [{work: 100ms}]}
";

const ORDERS: f64 = 0.2;

/// A world that has warmed up, with a fault that acts for five minutes.
fn struck(kind: FaultKind, service: &str, values: &[f64]) -> World {
    let mut world = world(WORLD, 1);
    watch(&mut world, 300);
    let calm = watch(&mut world, 60);
    assert_eq!(calm.failed, 0, "{:?}", calm.causes);
    inject(&mut world, kind, service, values, 300);
    world
}

/// After every fault and a time to recover, users are served as before.
fn is_calm_again(world: &mut World) {
    watch(world, 300);
    let seen = watch(world, 120);
    assert_eq!(
        seen.failed, 0,
        "failures are left behind: {:?}",
        seen.causes
    );
    assert!(seen.mean() < 0.045, "mean {} s", seen.mean());
    assert!(figure(world, "queue", "lag") < 10);
    is_sound(world);
}

fn fault(seen: &Seen) -> u64 {
    seen.blamed(|cause| matches!(cause, Cause::Fault(0)))
}

#[test]
fn a_flushed_cache_lets_everyone_through_to_the_database() {
    let mut world = struck(FaultKind::CacheFlush, "cache", &[]);
    let before = watch(&mut self::world(WORLD, 1), 1); // a cold start is the same thing
    let seen = watch(&mut world, 1);
    assert!(seen.mean() > 0.05, "{} s", seen.mean());
    assert!(before.mean() > 0.05);
    is_calm_again(&mut world);
}

#[test]
fn penetration_misses_always() {
    let mut world = struck(FaultKind::Penetration, "cache", &[0.9]);
    let seen = watch(&mut world, 290);
    // Nine in ten pages fetch from the database.
    assert!(seen.served(2) as f64 > seen.done as f64 * 0.8 * 0.85);
    assert!(seen.mean() > 0.07, "{} s", seen.mean());
    is_calm_again(&mut world);
}

#[test]
fn a_cache_that_is_too_small_forgets_and_grows_again() {
    let mut world = struck(FaultKind::CacheLimit, "cache", &[0.02]);
    let seen = watch(&mut world, 290);
    assert!(figure(&world, "cache", "entries") <= 20);
    assert!(seen.mean() > 0.06, "{} s", seen.mean());
    is_calm_again(&mut world);
    assert!(figure(&world, "cache", "entries") > 200);
}

#[test]
fn a_wrong_time_to_live_makes_everything_old_at_once() {
    let mut world = struck(FaultKind::WrongTtl, "cache", &[0.01]);
    // What was put before is good for its ten minutes still: flush it too.
    inject(&mut world, FaultKind::CacheFlush, "cache", &[], 0);
    let seen = watch(&mut world, 290);
    assert!(seen.mean() > 0.07, "{} s", seen.mean());
    is_calm_again(&mut world);
}

#[test]
fn slow_consumers_fall_behind_until_publishers_are_refused() {
    let mut world = struck(FaultKind::SlowConsumer, "queue", &[3.0]);
    let early = watch(&mut world, 60);
    assert_eq!(early.failed, 0, "the queue takes it up at first");
    assert!(figure(&world, "queue", "lag") > 100);
    watch(&mut world, 150);
    let late = watch(&mut world, 60);
    assert!(late.failed_share() > 0.05, "{}", late.failed_share());
    is_calm_again(&mut world);
}

#[test]
fn a_flood_of_messages_takes_the_room() {
    let mut world = struck(FaultKind::Flood, "queue", &[1_000.0]);
    watch(&mut world, 30);
    let seen = watch(&mut world, 240);
    assert!(
        seen.failed_share() > ORDERS * 0.5,
        "{}",
        seen.failed_share()
    );
    is_calm_again(&mut world);
}

#[test]
fn poison_ends_among_the_dead_letters() {
    let mut world = struck(FaultKind::Poison, "queue", &[0.3]);
    let seen = watch(&mut world, 310);
    assert_eq!(seen.failed, 0, "publishers do not notice");
    let dead = f64::from(figure(&world, "queue", "dead"));
    let published = 300.0 * 50.0 * ORDERS;
    assert!(
        (dead / published - 0.3).abs() < 0.05,
        "{dead} of {published}"
    );
    is_calm_again(&mut world);
}

#[test]
fn a_stopped_partition_keeps_what_it_has() {
    let mut world = struck(FaultKind::StoppedPartition, "queue", &[1.0]);
    watch(&mut world, 200);
    // A quarter of ten orders a second, until its 150 places are taken.
    assert!(figure(&world, "queue", "lag") >= 145);
    let seen = watch(&mut world, 90);
    assert!((seen.failed_share() - ORDERS / 4.0).abs() < 0.02);
    is_calm_again(&mut world);
}

#[test]
fn leaked_connections_leave_few_for_many() {
    let mut calm = world(WORLD, 1);
    watch(&mut calm, 360);
    let calm = watch(&mut calm, 290).mean();
    let mut world = struck(FaultKind::PoolLeak, "db", &[11.0]);
    let seen = watch(&mut world, 290);
    assert!(seen.mean() > calm + 0.001, "{} and {calm}", seen.mean());
    assert_eq!(fault(&seen), seen.failed);
    is_calm_again(&mut world);
    // All of them, and nobody gets anything that is not cached.
    let mut world = struck(FaultKind::PoolLeak, "db", &[12.0]);
    let seen = watch(&mut world, 290);
    assert!(
        seen.failed_share() > ORDERS * 0.95,
        "{}",
        seen.failed_share()
    );
    assert_eq!(fault(&seen), seen.failed);
    is_calm_again(&mut world);
}

#[test]
fn one_row_that_everyone_wants_makes_a_queue_of_them() {
    let mut world = struck(FaultKind::HotRow, "db", &[1.0]);
    let seen = watch(&mut world, 290);
    // Ten orders a second of 50 ms: half of the time the row is taken; two
    // replicas follow. Waits grow, and a few orders time out.
    let calm = watch(&mut self::world(WORLD, 1), 600).mean();
    assert!(seen.mean() > calm + 0.003, "{} and {calm}", seen.mean());
    is_calm_again(&mut world);
}

#[test]
fn a_slow_query_and_a_lost_index_take_their_time() {
    for (kind, values) in [
        (FaultKind::SlowQuery, [1.5]),
        (FaultKind::LostIndex, [30.0]),
    ] {
        let mut world = struck(kind, "db", &values);
        let seen = watch(&mut world, 290);
        // Every order runs into its timeout; few pages have to be fetched.
        assert!(
            seen.failed_share() > ORDERS * 0.9,
            "{kind:?}: {}",
            seen.failed_share()
        );
        assert!(
            fault(&seen) > seen.failed * 9 / 10,
            "{kind:?}: {:?}",
            seen.causes
        );
        is_calm_again(&mut world);
    }
}

#[test]
fn a_migration_holds_its_queries_and_lets_them_go_on() {
    let mut world = world(WORLD, 1);
    watch(&mut world, 300);
    let mut migration = FaultSpec::usual(FaultKind::Migration, "db");
    migration.target.route = Some("write".to_owned());
    migration.schedule.duration = Some(Span::from_secs(60));
    world.inject(&migration, &mut Seen::default()).unwrap();
    let seen = watch(&mut world, 60);
    assert!(
        seen.failed_share() > ORDERS * 0.9,
        "{}",
        seen.failed_share()
    );
    is_calm_again(&mut world);
    // Short enough, and orders only wait for it.
    migration.schedule.duration = Some(Span::from_secs(1));
    let mut patient = self::world(&WORLD.replace("timeout: 1s", "timeout: 3s"), 1);
    watch(&mut patient, 300);
    patient.inject(&migration, &mut Seen::default()).unwrap();
    let seen = watch(&mut patient, 5);
    assert_eq!(seen.failed, 0, "{:?}", seen.causes);
    assert!(seen.mean() > 0.035, "{}", seen.mean());
}

#[test]
fn replicas_that_lag_make_writes_wait_where_replication_is_synchronous() {
    let mut world = struck(FaultKind::ReplicationLag, "db", &[0.8]);
    let seen = watch(&mut world, 290);
    assert!((seen.mean() - 0.8 * ORDERS).abs() < 0.06, "{}", seen.mean());
    is_calm_again(&mut world);
}

#[test]
fn a_failover_takes_its_time() {
    let mut world = struck(FaultKind::Failover, "db", &[]);
    let seen = watch(&mut world, 60);
    // Orders fail for twenty seconds of sixty.
    let share = seen.failed_share();
    assert!((share - ORDERS / 3.0).abs() < 0.02, "{share}");
    assert_eq!(seen.failovers.len(), 1);
    is_calm_again(&mut world);
}

#[test]
fn revoked_credentials_and_a_full_disk_refuse() {
    let mut world = struck(FaultKind::Credentials, "db", &[]);
    let seen = watch(&mut world, 290);
    assert!(
        seen.failed_share() > ORDERS,
        "pages and orders: {}",
        seen.failed_share()
    );
    assert_eq!(fault(&seen), seen.failed);
    is_calm_again(&mut world);
    let mut world = struck(FaultKind::DiskFull, "db", &[]);
    let seen = watch(&mut world, 290);
    // Orders only, whatever is read: 14,500 samples.
    assert!(
        (seen.failed_share() - ORDERS).abs() < 0.017,
        "{}",
        seen.failed_share()
    );
    is_calm_again(&mut world);
}

#[test]
fn an_unreachable_dependency_costs_the_whole_timeout() {
    let mut world = struck(FaultKind::Unreachable, "bank", &[]);
    let seen = watch(&mut world, 290);
    assert!(
        (seen.failed_share() - ORDERS).abs() < 0.017,
        "{}",
        seen.failed_share()
    );
    assert!(seen.mean() > ORDERS * 1.0, "{}", seen.mean());
    is_calm_again(&mut world);
}

#[test]
fn a_slow_dependency_is_any_slow_service() {
    let mut world = struck(FaultKind::Latency, "bank", &[0.5, 0.0]);
    let seen = watch(&mut world, 290);
    assert!(seen.failed == 0 && seen.mean() > 0.1, "{}", seen.mean());
    is_calm_again(&mut world);
}

#[test]
fn a_cut_quota_lets_few_in() {
    let mut world = struck(FaultKind::RateLimited, "bank", &[1.0]);
    let seen = watch(&mut world, 290);
    // Renewal: one in 1 s + 0.1 s of ten a second.
    let share = seen.failed_share() / ORDERS;
    assert!((share - (1.0 - 1.0 / 11.0)).abs() < 0.07, "{share}");
    assert_eq!(fault(&seen), seen.failed);
    is_calm_again(&mut world);
}

/// A service of the world that can have a kind of fault.
fn home(entry: &Entry) -> &'static str {
    match entry.only {
        _ if entry.group == Group::Load => "shop",
        Some(Kind::Cache) => "cache",
        Some(Kind::Queue) => "queue",
        Some(Kind::Database) => "db",
        Some(Kind::Dependency) => "bank",
        _ => "sender",
    }
}

#[test]
fn every_kind_gives_the_same_run_in_slices_of_any_size_and_leaves_nothing_behind() {
    // Those of nodes and of what pods use need worlds of their own: tests/node_faults.rs.
    let fits = |entry: &&Entry| {
        let fault = FaultSpec::usual(entry.kind, home(entry));
        let mut seen = Seen::default();
        world(WORLD, 2).inject(&fault, &mut seen).is_ok()
    };
    let fitting: Vec<&Entry> = CATALOGUE.iter().filter(fits).collect();
    assert!(fitting.len() > 45, "{}", fitting.len());
    for entry in fitting {
        let run = |budget: u64| {
            let mut world = world(WORLD, 2);
            watch(&mut world, 60);
            inject(&mut world, entry.kind, home(entry), &entry.usual(), 60);
            let until = world.now() + Span::from_secs(120);
            let mut seen = Seen::default();
            while world.run_until(until, budget, &mut seen) != Progress::Reached {
                assert!(world.is_settled(), "{}", entry.name);
            }
            is_sound(&world);
            (
                seen.done,
                seen.failed,
                seen.seconds.to_bits(),
                world.events(),
            )
        };
        assert_eq!(run(u64::MAX), run(7), "{}", entry.name);
    }
}

#[test]
fn a_fault_that_could_do_nothing_is_refused() {
    let plain = "
title: plain
about: nothing special
traffic: {rate: 1/s, mix: [{route: a/b}]}
services:
  a:
    about: asks
    kind: gateway
    replicas: 1
    workers: 1
    queue: 1
    routes: {b: [{query: db/read}]}
  db:
    about: keeps
    kind: database
    replicas: 1
    workers: 1
    queue: 1
    routes: {read: []}
";
    let mut world = world(plain, 1);
    let mut refused = |kind: FaultKind, service: &str, change: &dyn Fn(&mut FaultSpec)| {
        let mut fault = FaultSpec::usual(kind, service);
        change(&mut fault);
        world
            .inject(&fault, &mut Seen::default())
            .unwrap_err()
            .to_string()
    };
    let same: &dyn Fn(&mut FaultSpec) = &|_| {};
    assert!(refused(FaultKind::CacheFlush, "db", same).contains("this kind of service"));
    assert!(refused(FaultKind::PoolLeak, "db", same).contains("pool"));
    assert!(refused(FaultKind::HotRow, "db", same).contains("locks a row"));
    assert!(refused(FaultKind::ReplicationLag, "db", same).contains("not replicated"));
    assert!(refused(FaultKind::DiskFull, "db", same).contains("writes"));
    let one = |fault: &mut FaultSpec| fault.target.pods = Pods::One;
    assert!(refused(FaultKind::PoolLeak, "db", &one).contains("as a whole"));
    assert_eq!(world.faults().count(), 0);
}

#[test]
fn a_missing_user_is_noticed_by_those_who_have_to_connect() {
    let mut world = struck(FaultKind::UserMissing, "db", &[]);
    let seen = watch(&mut world, 60);
    assert!(seen.failed_share() < 0.01, "{}", seen.failed_share());
    // Containers that start have no connections, and get none.
    inject(&mut world, FaultKind::ContainerKill, "shop", &[2.0], 0);
    watch(&mut world, 20);
    let seen = watch(&mut world, 200);
    assert!(
        seen.failed_share() > ORDERS * 0.95,
        "{}",
        seen.failed_share()
    );
    assert_eq!(fault(&seen), seen.failed);
    is_calm_again(&mut world);
}

#[test]
fn queries_of_another_schema_are_refused() {
    let mut world = struck(FaultKind::SchemaMismatch, "db", &[0.3]);
    let seen = watch(&mut world, 290);
    // Of orders three in ten, and of pages those that have to be fetched: few.
    let share = seen.failed_share() / ORDERS;
    assert!((0.27..0.45).contains(&share), "{share}");
    assert_eq!(fault(&seen), seen.failed);
    is_calm_again(&mut world);
}

#[test]
fn keys_that_never_come_again_miss_and_drive_out_the_others() {
    let mut world = struck(FaultKind::BadKey, "cache", &[0.9]);
    let seen = watch(&mut world, 290);
    assert!(seen.served(2) as f64 > seen.done as f64 * 0.8 * 0.85);
    assert!(seen.mean() > 0.07, "{} s", seen.mean());
    assert_eq!(figure(&world, "cache", "entries"), 1_000);
    is_calm_again(&mut world);
}

#[test]
fn a_hot_key_is_more_than_the_pod_that_keeps_it_can_answer() {
    // Four pods of 25 lookups a second are asked for forty; one is asked for
    // nine in ten of them.
    let text = WORLD
        .replace("ask: {to: cache/get, timeout: 50ms}", "ask: cache/get")
        .replace(
            "    replicas: 1\n    workers: 50\n    queue: 50",
            "    replicas: 4\n    workers: 1\n    queue: 20",
        )
        .replace("{get: [{work: 1ms}]}", "{get: [{work: 40ms}]}");
    let mut world = self::world(&text, 1);
    watch(&mut world, 300);
    let calm = watch(&mut world, 100);
    inject(&mut world, FaultKind::HotKey, "cache", &[0.9], 300);
    let seen = watch(&mut world, 290);
    assert!(
        seen.mean() > calm.mean() + 0.2,
        "{} and {}",
        seen.mean(),
        calm.mean()
    );
    // Lookups that the full queue refuses are fetched.
    assert!(seen.served(2) > 5 * calm.served(2));
    watch(&mut world, 100);
    let after = watch(&mut world, 100);
    assert_eq!((calm.failed, after.failed), (0, 0));
    near("mean", after.mean(), calm.mean(), 0.2);
    is_sound(&world);
}
