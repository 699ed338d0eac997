//! How fast the engine is, beside a plain loop and a peer in the same run.
//!
//! `cargo bench --bench speed [-- WORDS]` runs the workloads whose name
//! contains the words, or is the word before a full stop (`--ours`: without the
//! others, for a profiler); `cargo xtask bench` runs all, and the same in WASM.
//! Figures are million events (arrivals and completions) per second of CPU
//! time, medians of rounds in which the engines take turns; those of queries
//! are milliseconds of CPU time.

mod count;
mod network;
mod ours;
mod peer;
mod plain;
mod queries;
mod workloads;

use std::time::{Duration, Instant};

use workloads::{Engine, WORKLOADS, Workload};

#[global_allocator]
static ALLOCATOR: count::Counting = count::Counting;

const ROUNDS: usize = 15;
const EVENTS: u64 = 1_000_000;
/// Before the first round, so that every queue and slab has its size.
const WARM_UP: u64 = 3_000_000;

fn main() {
    let words: Vec<String> = std::env::args()
        .skip(1)
        .filter(|word| !word.starts_with("--"))
        .collect();
    let alone = std::env::args().any(|word| word == "--ours");
    println!(
        "| workload | ours, M events/s | plain loop | ours / plain | desque | ours / desque | \
         allocations per event | mean ms: ours, plain, desque |"
    );
    println!("|---|---|---|---|---|---|---|---|");
    for workload in &WORKLOADS {
        let named = |word: &String| match word.strip_suffix('.') {
            Some(name) => workload.name == name,
            None => workload.name.contains(word),
        };
        if words.is_empty() || words.iter().any(named) {
            println!("{}", line(workload, alone));
        }
    }
    if words.is_empty() || words.iter().any(|word| word == queries::NAME) {
        queries::print(cpu_time);
    }
}

fn line(workload: &Workload, alone: bool) -> String {
    let mut engines = Engine::all(workload);
    if alone {
        engines.truncate(1);
    }
    for engine in &mut engines {
        engine.run(WARM_UP);
    }
    let mut speeds = vec![Vec::new(); engines.len()];
    let (mut asked, mut events) = (0, 0);
    for _ in 0..ROUNDS {
        for (place, engine) in engines.iter_mut().enumerate() {
            let began = cpu_time();
            let asked_before = count::asked();
            let handled = engine.run(EVENTS);
            let asked_after = count::asked();
            let took = cpu_time() - began;
            if place == 0 {
                asked += asked_after - asked_before;
                events += handled;
            }
            speeds[place].push(handled as f64 / took.as_secs_f64() / 1e6);
        }
    }
    let shown = |place: usize| match speeds.get(place) {
        Some(rounds) => format!("{:.1}", median(rounds.clone())),
        None => "-".to_owned(),
    };
    // The machine's own speed drifts; within one round it hardly does.
    let ratio = |place: usize| match speeds.get(place) {
        Some(rounds) => {
            let ratios = speeds[0]
                .iter()
                .zip(rounds)
                .map(|(ours, other)| ours / other);
            format!("{:.2}", median(ratios.collect()))
        }
        None => "-".to_owned(),
    };
    let means: Vec<String> = engines.iter().map(|e| format!("{:.2}", e.mean())).collect();
    format!(
        "| {} | {} | {} | {} | {} | {} | {} | {} |",
        workload.name,
        shown(0),
        shown(1),
        ratio(1),
        shown(2),
        ratio(2),
        // One request in a million is a queue that grows once more.
        (asked as f64 / events as f64 * 1e6).round() / 1e6,
        means.join(", ")
    )
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// CPU time of this thread where Linux tells it, else the clock on the wall.
fn cpu_time() -> Duration {
    static START: std::sync::LazyLock<Instant> = std::sync::LazyLock::new(Instant::now);
    // The kernel brings the figure up to date at ticks and when a thread gives way.
    std::thread::yield_now();
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    let nanos = told.and_then(|text| text.split(' ').next()?.parse().ok());
    nanos.map_or_else(|| START.elapsed(), Duration::from_nanos)
}
