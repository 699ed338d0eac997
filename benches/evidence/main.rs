//! What following requests and writing logs costs: a whole session of a world,
//! with nobody followed and with the usual sampling, in turns of one run.
//!
//! `cargo bench --bench evidence` prints simulated seconds per second of CPU
//! time for both, medians of rounds, and the median of the rounds' ratios.

use std::sync::Arc;
use std::time::{Duration, Instant};

use xops_lab::base::Span;
use xops_lab::session::{Scenario, Session};
use xops_lab::telemetry::trace::Sampling;

const ROUNDS: usize = 15;
const WORLDS: [&str; 2] = ["corner", "shop"];
/// Simulated time of one turn.
const TURN: Span = Span::from_mins(30);

fn main() {
    println!("| world | nobody followed | usual sampling | usual / nobody |");
    println!("|---|---|---|---|");
    for world in WORLDS {
        let mut sessions = [Sampling::OFF, Sampling::usual()].map(|sampling| open(world, sampling));
        let mut speeds = [Vec::new(), Vec::new()];
        for round in 0..=ROUNDS {
            for (session, speeds) in sessions.iter_mut().zip(&mut speeds) {
                let began = cpu_time();
                session.advance(session.now() + TURN, u64::MAX);
                let took = cpu_time() - began;
                // The first round fills tables and pools.
                if round > 0 {
                    speeds.push(TURN.as_secs_f64() / took.as_secs_f64());
                }
            }
        }
        let [off, usual] = speeds;
        let ratios = usual.iter().zip(&off).map(|(usual, off)| usual / off);
        let ratio = median(ratios.collect());
        let (off, usual) = (median(off), median(usual));
        println!("| {world} | {off:.0} | {usual:.0} | {ratio:.2} |");
    }
}

fn open(world: &str, sampling: Sampling) -> Session {
    let root = env!("CARGO_MANIFEST_DIR");
    let path = format!("{root}/lessons/worlds/{world}.yaml");
    let text = std::fs::read_to_string(&path).expect("invariant: the world ships");
    let (scenario, _) = Scenario::read(&path, &text).expect("invariant: our worlds are sound");
    let mut session = Session::new(Arc::new(scenario), 1);
    session.sample(sampling);
    session
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// CPU time of this thread where Linux tells it, else the clock on the wall.
fn cpu_time() -> Duration {
    static START: std::sync::LazyLock<Instant> = std::sync::LazyLock::new(Instant::now);
    std::thread::yield_now();
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    let nanos = told.and_then(|text| text.split(' ').next()?.parse().ok());
    nanos.map_or_else(|| START.elapsed(), Duration::from_nanos)
}
