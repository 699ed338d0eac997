//! Queues and their consumers; dependencies.

use crate::watched::{figure, inject, is_sound, watch, world};
use crate::{front, near};
use xops_lab::world::{Cause, FaultKind, LoadFactor, Unobserved};

pub fn queued(rate: &str, stream: &str, consumer: &str, handle: &str) -> String {
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

pub fn depending(rate: &str, dependency: &str) -> String {
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

#[test]
fn a_publisher_that_gives_up_leaves_its_turn_to_the_next() {
    // One message a second leaves a full queue; whoever waits for its place
    // gives up after half a second, and the queue hears of it.
    let text = queued(
        "10/s",
        "partitions: 1, bound: 1, full: block",
        "visibility: 1h",
        "[{work: 1s}]",
    )
    .replace(
        "publish: queue/put",
        "publish: {to: queue/put, timeout: 500ms, cancel: true}",
    );
    let mut world = world(&text, 1);
    for _ in 0..60 {
        watch(&mut world, 1);
        assert_eq!(world.audit(), [""; 0]);
    }
    let handled = watch(&mut world, 100).served(2);
    assert!(
        (95..=100).contains(&handled),
        "{handled} in a hundred seconds"
    );
    world.set_load(LoadFactor::new(0.0).unwrap(), &mut Unobserved);
    watch(&mut world, 60);
    assert_eq!(world.leftovers(), [""; 0]);
}
