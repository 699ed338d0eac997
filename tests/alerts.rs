//! Alerting rules by Prometheus's own unit tests, on the command line as users
//! run them; where `promtool` is installed, it has to agree.
#![allow(clippy::unwrap_used)]

mod support;

use std::fs;
use std::process::{Command, Output};
use std::sync::Arc;

use support::project;
use xops_lab::alert::{notify, rules, testing};
use xops_lab::base::{At, Report, SimTime, Span, Stream, yaml};
use xops_lab::session::{Author, EventKind, Scenario, Session, commands};

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
    let files = ["tests/alerts/alertmanager.yml", "tests/alerts/rules.yml"];
    let checked = run(&["alerts", "check", files[0], files[1]]);
    assert!(checked.status.success());
    assert_eq!(
        said(&checked),
        "tests/alerts/alertmanager.yml: 3 receivers, 1 inhibitions, 0 times\n\
         tests/alerts/rules.yml: 1 groups, 4 rules that alert, 1 that record\n"
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
        let text = fs::read_to_string(project().join("tests/alerts").join(file)).unwrap();
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

const MINUTE: u64 = 60;

/// The corner shop with more at its end, and perhaps more in its objectives.
fn corner(more: &str) -> Arc<Scenario> {
    let text = fs::read_to_string(project().join("lessons/worlds/corner.yaml")).unwrap();
    let found = Scenario::read("corner.yaml", &format!("{text}\n{more}"));
    Arc::new(found.unwrap_or_else(|problems| panic!("{problems}")).0)
}

fn act(session: &mut Session, text: &str) -> Result<(), String> {
    let node = yaml::parse("act.yaml", text, &yaml::Limits::default()).unwrap();
    let mut report = Report::new("act.yaml", text);
    let read = commands(&mut report, &At::root(&node));
    for scripted in read.unwrap_or_else(|| panic!("{}", report.finish())) {
        let command = scripted.command.unwrap();
        session
            .apply(Author::Learner, command)
            .map_err(|refusal| refusal.problem)?;
    }
    Ok(())
}

fn run_to(session: &mut Session, minute: u64) {
    session.advance(SimTime::from_secs(minute * MINUTE), u64::MAX);
}

/// The timeline's lines on alerts, with their minute.
fn told(session: &Session) -> Vec<(u64, String)> {
    let alerts = session
        .timeline()
        .filter(|line| line.kind == EventKind::Budget);
    alerts
        .map(|line| (line.at.since_start().as_secs() / MINUTE, line.text.clone()))
        .collect()
}

#[test]
fn a_fault_pages_whoever_is_on_call_and_then_the_next() {
    let alerting = "alerting: {on-call: {people: [ana, ben], shift: 7d, escalate: 10m}}";
    let mut session = Session::new(corner(alerting), 7);
    run_to(&mut session, 120);
    assert_eq!(told(&session), [], "nothing is wrong yet");
    act(
        &mut session,
        "- inject: {service: shop, errors: 40%, for: 40m}",
    )
    .unwrap();
    run_to(&mut session, 145);
    let lines = told(&session);
    let first = lines
        .iter()
        .find(|(_, text)| text.starts_with("page 1 to ana"))
        .unwrap();
    // Detection by another route: the first whole minute at which both windows
    // burn 14.4 times too fast, from the objective's own counters.
    let slo = session.slo("availability").unwrap();
    let burns = |minute: u64| {
        let at = SimTime::from_secs(minute * MINUTE);
        [5, 60].iter().all(|window| {
            slo.burn_rate(at, Span::from_mins(*window))
                .is_some_and(|rate| rate > 14.4)
        })
    };
    let detected = (120..145).find(|minute| burns(*minute)).unwrap();
    // Half a minute of group_wait, and a scrape.
    assert!(
        first.0 == detected || first.0 == detected + 1,
        "{detected}: {lines:?}"
    );
    let next = lines
        .iter()
        .find(|(_, text)| text.starts_with("page 1 goes on to ben"))
        .unwrap();
    assert!((10..=11).contains(&(next.0 - first.0)), "{lines:?}");
    act(&mut session, "- acknowledge: 1").unwrap();
    let page = |session: &Session, id: u32| {
        let pages = session.view().alerts.unwrap().pages;
        pages.into_iter().find(|page| page.id == id).unwrap()
    };
    assert_eq!(page(&session, 1).state, "acknowledged");
    act(&mut session, "- mark: {page: 1, actionable: true}").unwrap();
    assert!(act(&mut session, "- resolve: 9").is_err());
    run_to(&mut session, 300);
    assert!(
        told(&session)
            .iter()
            .any(|(_, text)| text.starts_with("page 1 is over"))
    );
    let view = session.view().alerts.unwrap();
    assert_eq!(page(&session, 1).actionable, Some(true));
    assert_eq!(page(&session, 1).state, "over");
    let ana = view.load.iter().find(|(name, ..)| name == "ana").unwrap();
    assert!(ana.1 >= 1 && ana.1 == ana.2, "02:00 is night: {ana:?}");
}

#[test]
fn a_silence_keeps_the_pager_still() {
    let mut session = Session::new(corner("alerting: {}"), 7);
    act(
        &mut session,
        "- silence: {matchers: 'alertname=\"ErrorBudgetBurn\"', for: 6h, comment: drill}",
    )
    .unwrap();
    act(
        &mut session,
        "- inject: {service: shop, errors: 40%, for: 40m}",
    )
    .unwrap();
    run_to(&mut session, 60);
    assert_eq!(told(&session), []);
    let view = session.view().alerts.unwrap();
    let alerts: Vec<_> = view.rules.iter().flat_map(|rule| &rule.alerts).collect();
    assert!(alerts.iter().any(|alert| alert.state == "firing"));
    assert!(alerts.iter().all(|alert| alert.muted.is_some()));
}

#[test]
fn alerts_are_the_same_in_slices_of_any_size_and_change_nothing_in_the_world() {
    let run = |more: &str, slice: u64| {
        let mut session = Session::new(corner(more), 3);
        act(
            &mut session,
            "- inject: {service: shop, errors: 40%, for: 30m}",
        )
        .unwrap();
        for step in (slice..=5_400).step_by(slice as usize) {
            session.advance(SimTime::from_secs(step), u64::MAX);
        }
        let budget = session.slo("availability").unwrap().budget(session.now());
        (
            session.digest().to_string(),
            budget,
            session.world().events(),
            told(&session).len(),
        )
    };
    let (whole, slices) = (run("alerting: {}", 5_400), run("alerting: {}", 7));
    // 7 does not divide 5,400: the last slice ends a little earlier.
    assert_eq!(whole.3, slices.3);
    assert_eq!(run("alerting: {}", 10), whole);
    let without = run("", 5_400);
    assert_eq!((without.1, without.2), (whole.1, whole.2));
    assert!(whole.3 > 0 && without.3 == 0);
}

#[test]
fn a_spent_budget_freezes_releases_until_somebody_overrides_it() {
    let text = fs::read_to_string(project().join("lessons/worlds/corner.yaml")).unwrap();
    let policy = "good: availability\n    policy: [{below: 20%, then: freeze}]";
    let text =
        text.replacen("good: availability", policy, 1)
            .replacen("window: 30d", "window: 6h", 1);
    let scenario = Scenario::read("corner.yaml", &text)
        .unwrap_or_else(|p| panic!("{p}"))
        .0;
    let mut session = Session::new(Arc::new(scenario), 7);
    act(
        &mut session,
        "- inject: {service: shop, errors: 40%, for: 10m}",
    )
    .unwrap();
    run_to(&mut session, 20);
    let deploy = "- deploy: {service: gateway, version: v2}";
    let refused = act(&mut session, deploy).unwrap_err();
    assert_eq!(refused, "the budget policy of `availability` says freeze");
    act(
        &mut session,
        "- override: {slo: availability, reason: the fix itself}",
    )
    .unwrap();
    act(&mut session, deploy).unwrap();
    assert_eq!(
        session.journal().len(),
        3,
        "what was refused is not in the journal"
    );
}
