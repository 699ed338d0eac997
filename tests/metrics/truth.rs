//! What queries say, against what happened.

use std::collections::BTreeMap;

use super::{act, lab, number, run, scenario, vector};
use xops_lab::base::{SimTime, Span};
use xops_lab::telemetry::scrape::BOUNDS;
use xops_lab::world::{Attempted, Happening, Outcome, Probe, Served, UserDone, World};

/// Real requests that one simulated one stands for in the test's world.
const SCALE: f64 = 10.0;

/// Keeps every duration in seconds.
#[derive(Default)]
struct Exact {
    /// By service.
    served: BTreeMap<u32, Vec<f64>>,
    /// By edge.
    attempts: BTreeMap<u32, Vec<f64>>,
    users: Vec<f64>,
    failed: u64,
    cents: i64,
}

impl Probe for Exact {
    fn served(&mut self, served: Served) {
        let durations = self.served.entry(served.service).or_default();
        durations.push(served.duration.as_secs_f64());
    }
    fn attempted(&mut self, attempted: Attempted) {
        let durations = self.attempts.entry(attempted.edge).or_default();
        durations.push(attempted.duration.as_secs_f64());
    }
    fn user_done(&mut self, done: UserDone) {
        self.users.push(done.duration.as_secs_f64());
        if done.outcome == Outcome::Ok {
            self.cents += done.value.cents();
        } else {
            self.failed += 1;
        }
    }
    fn happened(&mut self, _: SimTime, _: Happening) {}
}

/// The same world, watched by the exact probe alone.
fn exact(seed: u64, seconds: u64) -> Exact {
    let mut world = World::new(scenario("{scrape: 15s}").world, seed);
    let mut exact = Exact::default();
    let until = SimTime::ZERO + Span::from_secs(seconds);
    world.run_until(until, u64::MAX, &mut exact);
    exact
}

fn close(found: f64, expected: f64, tolerance: f64, what: &str) {
    let off = (found - expected).abs();
    assert!(
        off <= tolerance,
        "{what}: {found}, and {expected} by another route"
    );
}

/// 1,800 s, seed 11; counts are exact, sums to a microsecond a request.
#[test]
fn counts_and_sums_are_those_of_what_happened() {
    let exact = exact(11, 1_800);
    let mut session = lab("{scrape: 15s}", 11);
    run(&mut session, 1_800);
    for (service, name) in [(0, "front"), (1, "back")] {
        let durations = &exact.served[&service];
        let metric = "http_server_request_duration_seconds";
        let count = number(
            &session,
            &format!("sum({metric}_count{{service='{name}'}})"),
        );
        close(count, durations.len() as f64 * SCALE, 0.0, name);
        let sum = number(&session, &format!("sum({metric}_sum{{service='{name}'}})"));
        let expected = durations.iter().sum::<f64>() * SCALE;
        close(sum, expected, durations.len() as f64 * SCALE * 1e-6, name);
        let visits = session.world().visits(service as usize).1;
        assert_eq!(durations.len() as u64, visits);
    }
    let calls: f64 = exact.attempts[&0].len() as f64 * SCALE;
    let query = "sum(http_client_request_duration_seconds_count{service='front'})";
    close(number(&session, query), calls, 0.0, "front's calls");
    let calls: f64 = exact.attempts[&1].len() as f64 * SCALE;
    let query = "sum(db_client_operation_duration_seconds_count{service='back'})";
    close(number(&session, query), calls, 0.0, "back's queries");
    let users = exact.users.len() as f64 * SCALE;
    let query = "sum(edge_request_duration_seconds_count)";
    close(number(&session, query), users, 0.0, "users");
    let query = "sum(edge_request_duration_seconds_count{code!='200'}) or vector(0)";
    close(
        number(&session, query),
        exact.failed as f64 * SCALE,
        0.0,
        "failures",
    );
    let revenue = exact.cents as f64 * SCALE / 100.0;
    close(
        number(&session, "sum(business_revenue_total)"),
        revenue,
        1e-6,
        "revenue",
    );
}

/// 1,800 s, seeds 1 to 3: some 9,000 durations each. A quantile of a classic
/// histogram lies in the right bucket; within it, it is interpolated.
#[test]
fn quantiles_lie_in_the_bucket_of_the_exact_ones() {
    for seed in 1..=3 {
        let mut exact = exact(seed, 1_800).served.remove(&1).unwrap_or_default();
        exact.sort_unstable_by(f64::total_cmp);
        let mut session = lab("{scrape: 15s}", seed);
        run(&mut session, 1_800);
        for share in [0.5, 0.9, 0.95, 0.99] {
            let query = format!(
                "histogram_quantile({share}, sum by (le) \
                 (http_server_request_duration_seconds_bucket{{service='back'}}))"
            );
            let found = number(&session, &query);
            let rank = (share * exact.len() as f64).ceil() as usize;
            let expected = exact[rank - 1];
            let above = BOUNDS.iter().position(|bound| expected <= *bound);
            let above = above.unwrap_or(BOUNDS.len() - 1);
            let below = if above == 0 { 0.0 } else { BOUNDS[above - 1] };
            assert!(
                (below..=BOUNDS[above]).contains(&found),
                "seed {seed}, {share}: {found} and exactly {expected}"
            );
        }
    }
}

/// Rates over five minutes, at twelve moments of an hour, seed 5: `rate` sees
/// 19 intervals of 15 s out of 20 and extrapolates, so that it is off by what
/// chance puts into the one that it cannot see. Poisson arrivals at 20/s: four
/// standard deviations are 4 * sqrt(6000) / 6000, or 5.2 %; the sampled parts
/// overlap to 95 %, so that the difference has a tenth of that variance twice.
#[test]
fn rates_are_those_of_what_happened() {
    let mut session = lab("{scrape: 15s}", 5);
    for moment in 1..=12 {
        let at = moment * 300 + 300;
        run(&mut session, at);
        let until = SimTime::ZERO + Span::from_secs(at);
        let grown = session
            .telemetry()
            .edge()
            .increase(until, Span::from_secs(300));
        let truth = grown.total as f64 * SCALE / 300.0;
        let found = number(
            &session,
            "sum(rate(edge_request_duration_seconds_count[5m]))",
        );
        close(found / truth, 1.0, 0.024, "rate of requests");
    }
}

#[test]
fn a_process_that_starts_again_counts_from_nothing() {
    let mut session = lab("{scrape: 15s}", 2);
    run(&mut session, 600);
    let query = "sum by (pod) (http_server_request_duration_seconds_count{service='back'})";
    let before: BTreeMap<String, f64> = vector(&session, query).into_iter().collect();
    assert_eq!(before.len(), 2);
    act(
        &mut session,
        "[{inject: {service: back, container-kill: 1}}]",
    );
    // A container that ended for the first time is started at once, and starts for 10 s.
    run(&mut session, 605);
    run(&mut session, 660);
    let after: BTreeMap<String, f64> = vector(&session, query).into_iter().collect();
    let fallen: Vec<&String> = before
        .keys()
        .filter(|pod| after.get(*pod).is_some_and(|now| *now < before[*pod]))
        .collect();
    assert_eq!(fallen.len(), 1, "{before:?} {after:?}");
    // A rate knows about resets: it never falls below nothing.
    let rates = vector(
        &session,
        &query
            .replace("(http", "(rate(http")
            .replace("'})", "'}[5m]))"),
    );
    assert!(rates.iter().all(|(_, rate)| *rate > 0.0), "{rates:?}");
    let restarts = "sum(kube_pod_container_status_restarts_total{service='back'})";
    assert_eq!(number(&session, restarts), 1.0);
}

#[test]
fn a_target_that_does_not_answer_is_down_and_one_that_is_gone_is_stale() {
    let mut session = lab("{scrape: 5s}", 2);
    run(&mut session, 300);
    let up = "count(up{service='back'} == 1)";
    assert_eq!(number(&session, up), 2.0);
    act(&mut session, "[{inject: {service: back, kill: 1}}]");
    run(&mut session, 305);
    assert_eq!(number(&session, "count(up{service='back'} == 0)"), 1.0);
    // What a target that is down does not tell is gone at once, not after five minutes.
    assert_eq!(
        number(&session, "count(server_workers_max{service='back'})"),
        1.0
    );
    run(&mut session, 330);
    assert_eq!(number(&session, up), 2.0);
    act(&mut session, "[{scale: {service: back, replicas: 1}}]");
    run(&mut session, 400);
    assert_eq!(number(&session, "count(up{service='back'})"), 1.0);
    assert_eq!(
        number(&session, "count(kube_pod_info{service='back'})"),
        1.0
    );
    assert_eq!(
        number(&session, "kube_deployment_spec_replicas{service='back'}"),
        1.0
    );
    // The past is still there.
    assert_eq!(
        number(&session, "count(up{service='back'} offset 90s)"),
        2.0
    );
}
