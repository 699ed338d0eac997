//! Alerting rules by Prometheus's own unit tests, on the command line as users
//! run them; where `promtool` is installed, it has to agree.
#![allow(clippy::unwrap_used)]

mod support;

use std::process::{Command, Output};

use support::project;
use xops_lab::alert::{notify, rules, testing};
use xops_lab::base::Stream;

fn run(words: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_xops"))
        .args(words)
        .current_dir(project())
        .output()
        .unwrap()
}

fn said(output: &Output) -> String {
    let part = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    part(&output.stdout) + &part(&output.stderr)
}

#[test]
fn every_state_of_an_alert_is_that_of_prometheus() {
    let ours = run(&["alerts", "test", "tests/alerts/states_test.yml"]);
    let text = said(&ours);
    assert!(ours.status.success(), "{text}");
    assert_eq!(text.matches(": passed").count(), 5, "{text}");
    let Ok(theirs) = Command::new("promtool")
        .args(["test", "rules", "tests/alerts/states_test.yml"])
        .current_dir(project())
        .output()
    else {
        println!("promtool is not here: install Debian's `prometheus` to let it judge");
        return;
    };
    assert!(theirs.status.success(), "{}", said(&theirs));
}

#[test]
fn what_is_not_as_expected_is_told() {
    let output = run(&["promql", "test-rules", "tests/alerts/fails_test.yml"]);
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(
        said(&output),
        "tests/alerts/fails_test.yml\n  line 3: this one expects what does not come: FAILED\n    \
         alertname: Down, time: 8m,\n    expected: none\n    got:\n        \
         labels {alertname=\"Down\", instance=\"a\", job=\"web\", severity=\"page\", team=\"shop\"} \
         annotations {summary=\"a of web is down\"}\n    \
         expr: \"sum(up)\", time: 1m,\n    expected:\n        {} 1\n    got:\n        {} 0\n"
    );
}

#[test]
fn an_alerts_way_is_told_on_the_command_line() {
    let output = run(&[
        "alerts",
        "route",
        "tests/alerts/alertmanager.yml",
        "severity=page",
        "service=pay",
        "pod=1",
    ]);
    assert_eq!(
        said(&output),
        "pager: grouped by {service=\"pay\"}, first after 10s, news every 5m, again after 4h\n\
         audit: grouped by {}, first after 30s, news every 5m, again after 4h\n"
    );
    let formatted = run(&["alerts", "format", "tests/alerts/alertmanager.yml"]);
    let text = said(&formatted);
    assert_eq!(notify::write(&notify::read("a.yml", &text).unwrap()), text);
    assert!(
        run(&["alerts", "check", "tests/alerts/alertmanager.yml"])
            .status
            .success()
    );
}

/// A text with a few characters lost, doubled, moved or put in.
fn mangled(text: &str, draw: &mut Stream) -> String {
    const SIGNS: [char; 12] = [':', '-', ' ', '\n', '{', '}', '[', ']', '"', '=', '9', 'x'];
    let mut chars: Vec<char> = text.chars().collect();
    for _ in 0..=draw.below(4) {
        let at = draw.below(chars.len() as u32) as usize;
        match draw.below(3) {
            0 => chars.insert(at, SIGNS[draw.below(12) as usize]),
            1 => {
                let end = (at + draw.below(20) as usize).min(chars.len() - 1);
                chars.drain(at..end);
            }
            _ => {
                let other = draw.below(chars.len() as u32) as usize;
                chars.swap(at, other);
            }
        }
        chars.push('\n');
    }
    chars.into_iter().collect()
}

/// 300 mangled texts of each file (stream `mangle`): none panics, problems are
/// bounded, and what can be read runs and can be written.
#[test]
fn no_text_panics_and_what_is_said_of_it_is_bounded() {
    for file in ["rules.yml", "states_test.yml", "alertmanager.yml"] {
        let text = std::fs::read_to_string(project().join("tests/alerts").join(file)).unwrap();
        for seed in 0..300 {
            let text = mangled(&text, &mut Stream::named(seed, "mangle"));
            let found = rules::read(file, &text);
            let bounded = |count: usize| assert!(count <= 101, "{count} problems");
            match testing::read(file, &text) {
                Ok(tests) => drop(testing::run(&tests, &found.into_iter().collect::<Vec<_>>())),
                Err(problems) => bounded(problems.iter().count()),
            }
            match notify::read(file, &text) {
                Ok(config) => {
                    let written = notify::write(&config);
                    let again =
                        notify::read(file, &written).unwrap_or_else(|p| panic!("{p}\n{written}"));
                    assert_eq!(notify::write(&again), written);
                }
                Err(problems) => bounded(problems.iter().count()),
            }
        }
    }
}
