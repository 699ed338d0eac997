//! PromQL as a whole: Prometheus's own test files where they are at hand,
//! random queries, and each answer by another way.

#[path = "support/queries.rs"]
mod queries;
mod support;

use std::fs;
use std::path::PathBuf;

use proptest::prelude::*;
use proptest::test_runner::Config;
use xops_lab::alert::rules;
use xops_lab::promql::{Bounds, Kind, Options, Query, Value, parse, testing};
use xops_lab::telemetry::store::{Labels, NAME, STALE, Sample, Store};

#[test]
fn prometheus_own_cases_pass_unless_they_need_native_histograms() {
    let Some(folder) = support::conformance().map(|folder| folder.join("promql")) else {
        return;
    };
    let entries = fs::read_dir(&folder).expect("the folder of test files");
    let mut files: Vec<PathBuf> = entries
        .map(|entry| entry.expect("an entry").path())
        .collect();
    files.sort();
    files.retain(|path| path.extension().is_some_and(|end| end == "test"));
    assert!(!files.is_empty(), "{} has no test files", folder.display());
    let mut wrong = Vec::new();
    for path in &files {
        let text = fs::read_to_string(path).expect("a test file");
        let report = testing::run(&text);
        let (passed, failed, unsupported) = report.counts();
        let name = path.file_name().unwrap_or_default().display();
        println!("{name}: {passed} passed, {failed} failed, {unsupported} not supported");
        for case in &report.cases {
            let fine = match &case.outcome {
                testing::Outcome::Passed => true,
                testing::Outcome::Failed(_) => false,
                testing::Outcome::Unsupported(why) => why.contains("native histograms"),
            };
            if !fine {
                wrong.push(format!("{name}, {case}"));
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

/// Counters, gauges and buckets with gaps, resets, staleness and NaN.
fn data() -> impl Strategy<Value = Store> {
    let sample = prop_oneof![
        8 => (0u32..40).prop_map(f64::from),
        2 => (-80i32..80).prop_map(|v| f64::from(v) / 16.0),
        1 => prop::sample::select(vec![
            f64::NAN, f64::INFINITY, f64::NEG_INFINITY, f64::from_bits(STALE), 0.0,
        ]),
    ];
    let column = prop::collection::vec(prop::option::weighted(0.8, sample), 1..50);
    prop::collection::vec(column, 1..9).prop_map(|columns| {
        let mut store = Store::default();
        for (number, column) in columns.iter().enumerate() {
            let name = ["up", "requests_total", "latency_bucket", "a:b"][number % 4];
            let labels = Labels::new([
                (NAME, name),
                ("job", ["a", "b"][number % 2]),
                ("instance", ["0", "1", "2"][number % 3]),
                ("le", ["", "1", "+Inf", "0.5"][(number / 2) % 4]),
            ]);
            let id = store.series(&labels).expect("room");
            for (step, value) in column.iter().enumerate() {
                if let Some(value) = *value {
                    let time = step as i64 * 30_000;
                    // Two columns may be one series: its second samples are late.
                    let _ = store.append(id, Sample { time, value });
                }
            }
        }
        store
    })
}

/// The series of one moment of a range, without the names of metrics: where
/// one side of `or` drops its name and the other does not, a range has one
/// series of both, and drops it (Prometheus does so too).
fn moment(value: &Value, time: i64) -> Vec<(Labels, u64)> {
    let found: Vec<(Labels, f64)> = match value {
        Value::Scalar(value) => vec![(Labels::default(), *value)],
        Value::Vector(series) => series.clone(),
        Value::Matrix(series) => series
            .iter()
            .filter_map(|(labels, samples)| {
                let sample = samples.iter().find(|sample| sample.time == time)?;
                Some((labels.clone(), sample.value))
            })
            .collect(),
        Value::Text(_) => Vec::new(),
    };
    // All NaN are one here: arithmetic may choose among them.
    let bits = |value: f64| if value.is_nan() { 1 } else { value.to_bits() };
    let mut found: Vec<(Labels, u64)> = found
        .into_iter()
        .map(|(labels, value)| (labels.without_metric(), bits(value)))
        .collect();
    found.sort();
    found
}

/// Random cases of each property; `XOPS_CASES` asks for more.
fn cases() -> u32 {
    let named = std::env::var("XOPS_CASES").ok();
    named.and_then(|text| text.parse().ok()).unwrap_or(512)
}

proptest! {
    #![proptest_config(Config {
        failure_persistence: None,
        // One set of cases for everyone; XOPS_CASES makes it larger.
        rng_seed: proptest::test_runner::RngSeed::Fixed(1),
        ..Config::with_cases(cases())
    })]

    /// Reading, writing and reading again gives the same tree.
    #[test]
    fn a_query_that_is_written_down_reads_the_same(text in queries::query()) {
        let bounds = Bounds::default();
        let tree = match parse(&text, &bounds) {
            Ok(tree) => tree,
            // The generator knows no rule about labels of group_left.
            Err(error) => return Err(TestCaseError::fail(format!("{text}: {error}"))),
        };
        let written = tree.to_string();
        let again = parse(&written, &bounds).map_err(|error| {
            TestCaseError::fail(format!("{text}\n{written}\n{error}"))
        })?;
        prop_assert_eq!(&tree, &again, "{}\n{}", text, written);
        prop_assert_eq!(written, again.to_string());
    }

    /// No text makes the parser panic, and every error has a place in it.
    #[test]
    fn any_text_is_read_or_refused_with_a_place(text in prop_oneof![queries::soup(), any::<String>()]) {
        if let Err(error) = parse(&text, &Bounds::default()) {
            prop_assert!(error.part.start as usize <= text.len());
            prop_assert!(error.part.start <= error.part.end);
            let (line, column) = error.place;
            let lines: Vec<&str> = text.split('\n').collect();
            let there = lines.get(line as usize - 1).expect("a line of the text");
            prop_assert!(column as usize <= there.chars().count() + 1);
            prop_assert!(!error.problem.is_empty());
        }
    }

    /// No text makes the reader of rule files panic; what it takes, it writes
    /// and takes again, and what it refuses, it gives a reason for.
    #[test]
    fn any_rule_file_is_read_or_refused_with_a_reason(text in rule_file()) {
        match rules::read("rules.yml", &text) {
            Ok(file) => {
                let written = rules::write(&file);
                prop_assert_eq!(rules::read("rules.yml", &written).ok(), Some(file), "{}", written);
            }
            Err(found) => prop_assert!(found.has_errors(), "{}", text),
        }
    }

    /// Every step of a range is what the query gives at that moment.
    #[test]
    fn a_range_is_its_moments(text in queries::query(), store in data(), step in prop::sample::select(vec![15_000_i64, 60_000, 210_000])) {
        let query = Query::new(&text, &Options::default());
        let query = query.map_err(|error| TestCaseError::fail(format!("{text}: {error}")))?;
        let (from, to) = (-30_000, 1_600_000);
        let range = query.range(&store, from, to, step);
        let mut times = (from..=to).step_by(step as usize);
        match range {
            Ok(range) => for time in times {
                let single = query.instant(&store, time);
                let single = single.map_err(|error| TestCaseError::fail(format!("{text} at {time}: {error}")))?;
                prop_assert_eq!(
                    moment(&range.value, time), moment(&single.value, time), "{} at {}", text, time
                );
            },
            Err(error) => {
                prop_assert_eq!(error.kind, Kind::Evaluation, "{}: {}", text, error);
                // Within a range, series that share labels at any two steps must
                // not meet; at one moment they might not be there.
                let fails = times.any(|time| query.instant(&store, time).is_err());
                prop_assert!(fails, "{}: {}", text, error);
            }
        }
    }
}

/// Lines of a rule file, most of them where they belong.
fn rule_file() -> impl Strategy<Value = String> {
    let line = prop_oneof![
        8 => prop::sample::select(vec![
            "  - name: b", "    interval: 30s", "    limit: 3", "    rules:", "      - alert: Down",
            "      - record: a:b", "        expr: up == 0", "        expr: sum(rate(x[5m]))",
            "        for: 5m", "        keep_firing_for: 1d", "        labels: {severity: page}",
            "        annotations: {summary: '{{ $labels.job }} {{ $value }}'}", "        for: soon",
            "        expr: up ==", "groups: []", "        labels: [a]", "    query_offset: 1m",
        ]).prop_map(str::to_owned),
        1 => queries::soup().prop_map(|query| format!("        expr: {query}")),
        1 => any::<String>(),
    ];
    prop::collection::vec(line, 0..12).prop_map(|lines| {
        let start = "groups:\n  - name: a\n    rules:\n      - alert: A\n        expr: up\n";
        start.to_owned() + &lines.join("\n") + "\n"
    })
}

#[test]
fn deep_and_long_queries_are_refused_within_a_small_stack() {
    let many = 20_000;
    let queries = [
        "(".repeat(many),
        "-".repeat(many) + "1",
        "sum(".repeat(many),
        "a+".repeat(many) + "a",
        "a^".repeat(many) + "a",
        "a or ".repeat(many / 2) + "a",
        "a".to_owned() + &"[1m:1m]".repeat(many / 4),
        "abs(".repeat(30) + "a" + &"[1m:]".repeat(300),
        "{a=~\"".to_owned() + &"(".repeat(many) + "\"}",
        "1 + ".repeat(200_000) + "1",
    ];
    let check = move || {
        for query in queries {
            let error = parse(&query, &Bounds::default()).expect_err("too much");
            let start: String = query.chars().take(20).collect();
            assert!(
                matches!(error.kind, Kind::Limit | Kind::Syntax | Kind::Type),
                "{start}: {error}"
            );
        }
        // What is just within the bounds is read, evaluated, written and dropped.
        let deep = "abs(".repeat(63) + "a" + &")".repeat(63);
        let long = "a + ".repeat(249) + "a";
        for text in [deep, long] {
            let query = Query::new(&text, &Options::default()).expect("within bounds");
            query.instant(&Store::default(), 0).expect("an answer");
            assert_eq!(query.expr().to_string(), text);
        }
    };
    // WASM gives a megabyte to everything; this is a quarter of it.
    let small = std::thread::Builder::new().stack_size(256 << 10);
    small
        .spawn(check)
        .expect("a thread")
        .join()
        .expect("no overflow");
}

#[test]
fn limits_are_enforced_and_named() {
    let mut store = Store::default();
    for number in 0..100 {
        let labels = Labels::new([(NAME, "x".to_owned()), ("n", number.to_string())]);
        let id = store.series(&labels).expect("room");
        for time in 0..100 {
            store
                .append(id, Sample { time, value: 1.0 })
                .expect("in order");
        }
    }
    let mut options = Options::default();
    options.bounds.samples = 9_000;
    options.bounds.values = 500;
    options.bounds.steps = 50;
    let fail = |text: &str, from: i64, to: i64, step: i64| {
        let query = Query::new(text, &options).expect("a query");
        let error = query.range(&store, from, to, step).expect_err("a limit");
        assert_eq!(error.kind, Kind::Limit);
        error.to_string()
    };
    assert!(fail("1", 0, 51, 1).contains("more than 50 steps"));
    assert!(fail("1", 1, 0, 1).contains("no steps"));
    assert!(fail("1", 0, 1, 0).contains("no steps"));
    assert!(fail("1", i64::MIN, 0, 1).contains("out of range"));
    assert!(fail("x", 0, 9, 1).contains("more than 500 values"));
    assert!(
        fail("sum(rate(x[1s])) + sum(rate(x[1s]))", 99, 99, 1).contains("more than 9000 samples")
    );
    assert!(fail("sum_over_time(vector(1)[285y:1ms])", 0, 0, 1).contains("more than 500 values"));
}
