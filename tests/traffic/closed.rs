//! Closed loops against mean value analysis and closed forms.

use xops_lab::base::Span;
use xops_lab::world::{Outcome, Spec};

use crate::support::{check, check_count, head, roomy, run, run_warm, try_spec};

/// Exact mean value analysis of one class (Reiser and Lavenberg, "Mean-value
/// analysis of closed multichain queueing networks", 1980): queueing stations
/// of these demands, and think time. Throughput and response time.
fn mva(users: u32, think: f64, demands: &[f64]) -> (f64, f64) {
    let mut queues = vec![0.0; demands.len()];
    let (mut throughput, mut response) = (0.0, 0.0);
    for n in 1..=users {
        let stays: Vec<f64> = demands
            .iter()
            .zip(&queues)
            .map(|(demand, queue)| demand * (1.0 + queue))
            .collect();
        response = stays.iter().sum();
        throughput = f64::from(n) / (think + response);
        queues = stays.iter().map(|stay| throughput * stay).collect();
    }
    (throughput, response)
}

/// A gateway that only waits, in front of two exponential stations of one worker each.
fn network(users: u32) -> Spec {
    let traffic = format!(
        "  users: {{count: {users}, think: {{exponential: {{mean: 1s}}}}}}
  mix: [{{route: gateway/page}}]"
    );
    let services = "
services:
  gateway:
    about: waits
    replicas: 1
    workers: 1000
    queue: 0
    routes:
      page: [{call: shop/page}, {call: store/read}]
  shop:
    about: serves
    replicas: 1
    workers: 1
    queue: 1000
    routes:
      page: [{work: {exponential: {mean: 20ms}}}]
  store:
    about: keeps
    replicas: 1
    workers: 1
    queue: 1000
    routes:
      read: [{work: {exponential: {mean: 35ms}}}]
";
    try_spec(&(head(&traffic) + services)).expect("a sound world")
}

#[test]
fn a_closed_network_follows_mean_value_analysis() {
    // Half an hour to 8 hours of throughput 1 to 29/s: at least 50,000 requests.
    for (users, hours) in [(1, 16), (5, 8), (20, 4), (40, 4), (80, 4)] {
        let spec = network(users);
        let (throughput, response) = mva(users, 1.0, &[0.020, 0.035]);
        for seed in 1..=3 {
            let time = Span::from_hours(hours);
            let (_, log) = run_warm(&spec, seed, Span::from_mins(20), time);
            let done = log.0.len() as f64;
            let found = done / time.as_secs_f64();
            let mean = log
                .0
                .iter()
                .map(|done| done.duration.as_secs_f64())
                .sum::<f64>()
                / done;
            let what = |figure| format!("{figure} of {users} users");
            check(&what("throughput"), seed, found, throughput, 0.02);
            check(&what("response"), seed, mean, response, 0.04);
            // The interactive response time law, R = N / X - Z, holds in any run
            // but for the thinking's sampling error (1 s over the samples).
            let law = f64::from(users) / found;
            check(&what("N / X"), seed, law, mean + 1.0, 0.02);
        }
    }
}

#[test]
fn clicking_again_multiplies_requests_as_the_geometric_series_says() {
    // A step fails with p = 0.4 and is clicked up to 2 times more: (1 - p^3) /
    // (1 - p) requests a step, and the journey goes on with 1 - p^3.
    let traffic = "  users:
    count: 200
    think: {exponential: {mean: 5s}}
    click-again: {times: 2, after: 1s}
    journeys:
      - steps: [shop/page, {route: shop/cart, think: 2s}, {route: shop/pay, value: 30}]";
    let services = "
services:
  shop:
    about: serves
    replicas: 1
    workers: 10000
    queue: 0
    routes: {page: [], cart: [], pay: []}
    versions:
      v1: {note: flaky, errors: {page: 40%, cart: 40%, pay: 40%}}
";
    let spec = try_spec(&(head(traffic) + services)).expect("a sound world");
    for seed in 1..=5 {
        let (_, log) = run(&spec, seed, Span::from_hours(4));
        let count = |entry| log.0.iter().filter(|done| done.entry == entry).count() as f64;
        let (p, goes_on) = (0.4f64, 1.0 - 0.4f64.powi(3));
        check("cart after page", seed, count(1) / count(0), goes_on, 0.02);
        check("pay after cart", seed, count(2) / count(1), goes_on, 0.02);
        let ok = log.count(0, Outcome::Ok) as f64;
        check("good ones", seed, ok / log.0.len() as f64, 1.0 - p, 0.02);
        // Cycle: how long a user spends on one journey, by the thinking and waiting alone.
        let steps = 1.0 + goes_on + goes_on * goes_on;
        let clicks = steps * (p + p * p); // waits of 1 s
        // After page: 5 s; after cart: 2 s; after pay or giving up anywhere: 5 s.
        let cycle = clicks + 5.0 * goes_on + 2.0 * goes_on * goes_on + 5.0;
        let journeys = count(0) / ((1.0 - p.powi(3)) / (1.0 - p));
        check("journeys", seed, journeys, 200.0 * 14_400.0 / cycle, 0.02);
    }
}

#[test]
fn users_whose_patience_ends_leave_at_that_moment() {
    let traffic = "  patience: 2s
  users: {count: 50, think: {exponential: {mean: 10s}}}
  mix: [{route: shop/page}]";
    let services = "
services:
  shop:
    about: serves
    replicas: 1
    workers: 1000
    queue: 0
    routes: {page: [{work: {exponential: {mean: 4s}}}]}
";
    let spec = try_spec(&(head(traffic) + services)).expect("a sound world");
    for seed in 1..=5 {
        let (_, log) = run(&spec, seed, Span::from_hours(4));
        let left = log.count(0, Outcome::TimedOut);
        // P(S > patience) = e^(-1/2).
        check_count("left", seed, left, log.0.len() as f64 * (-0.5f64).exp());
        let late = |done: &&xops_lab::world::UserDone| done.outcome == Outcome::TimedOut;
        assert!(
            log.0
                .iter()
                .filter(late)
                .all(|done| done.duration == Span::from_secs(2))
        );
    }
}

#[test]
fn the_number_of_users_follows_its_profile_and_the_load() {
    let spec = roomy(
        "  users:
    count: {steps: [{at: 0s, value: 20}, {at: 1h, value: 100}, {at: 2h, value: 40}]}
    think: {exponential: {mean: 6s}}
  mix: [{route: shop/page}]",
    );
    for seed in 1..=5 {
        let (world, log) = run(&spec, seed, Span::from_hours(3));
        assert_eq!(world.crowd(0), Some(40));
        for (hour, users) in [(0u64, 20.0), (1, 100.0), (2, 40.0)] {
            let within = |secs: f64| (secs / 3_600.0) as u64 == hour;
            let count = log.0.iter().filter(|done| within(done.now.as_secs_f64()));
            check(
                "requests an hour",
                seed,
                count.count() as f64,
                users * 600.0,
                0.05,
            );
        }
    }
}

#[test]
fn more_users_than_a_world_may_have_are_reported() {
    use xops_lab::world::{Happening, LoadFactor, Probe, World};
    #[derive(Default)]
    struct Full(u32);
    impl Probe for Full {
        fn served(&mut self, _: xops_lab::world::Served) {}
        fn attempted(&mut self, _: xops_lab::world::Attempted) {}
        fn user_done(&mut self, _: xops_lab::world::UserDone) {}
        fn happened(&mut self, _: xops_lab::base::SimTime, happening: Happening) {
            self.0 += u32::from(happening == Happening::CrowdFull { class: 0 });
        }
    }
    let spec = roomy(
        "  users: {count: 5000, think: 1h}
  mix: [{route: shop/page}]",
    );
    let mut world = World::new(spec, 1);
    let mut full = Full::default();
    world.set_load(LoadFactor::new(30.0).expect("in range"), &mut full);
    assert_eq!((full.0, world.crowd(0)), (1, Some(100_000)));
}
