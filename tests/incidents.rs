//! Incidents from the first page to the review, in a small world; what they
//! cost is counted a second time by other means.
#![allow(clippy::unwrap_used)]

mod support;

use std::fs;
use std::sync::Arc;

use support::project;
use xops_lab::base::{At, Report, SimTime, yaml};
use xops_lab::engine::Progress;
use xops_lab::session::{
    Author, Command, Compared, EventKind, Rerun, RerunWay, Scenario, Session, commands,
};
use xops_lab::world::{Attempted, FaultSpec, Happening, Outcome, Probe, Served, UserDone, World};

/// One request in a hundred may fail; users come 40 times a second (20
/// simulated requests, each for two).
const WORLD: &str = "
format: xops-world/1
title: Two services
about: A gateway and a payment service.
scale: 2
traffic:
  rate: 20/s
  patience: 10s
  mix:
    - {route: edge/pay, weight: 1, value: 3.00}
    - {route: edge/look, weight: 3}
services:
  edge:
    kind: gateway
    about: Takes every request.
    replicas: 2
    workers: 16
    queue: 32
    routes:
      pay: [{call: {to: payment/charge, timeout: 3s}}]
      look: [{work: {constant: 5ms}}]
  payment:
    about: Charges cards.
    replicas: 2
    workers: 4
    queue: 8
    routes:
      charge: [{work: {exponential: {mean: 40ms}}}]
slos:
  availability:
    title: Availability
    target: 99%
    window: 1d
    good: availability
    sla: {target: 99.9%, fee: 1000.00, credits: [{below: 99.9%, credit: 10%}, {below: 90%, credit: 50%}]}
  latency:
    title: Latency
    target: 95%
    window: 1d
    good: {latency: {under: 250ms}}
alerting:
  every: 15s
  on-call: {people: [ana, ben], shift: 7d, escalate: 5m, pagers: [pager]}
";

/// Payments fail from minute 10 on; somebody pages, somebody answers, and at
/// minute 25 the fault is ended.
const STORY: &str = "
- {after: 10m, inject: {service: payment, errors: 40%}}
- {after: 3m, acknowledge: 1}
- {after: 1m, incident: {declare: {severity: SEV1, title: Payments fail, services: [payment]}}}
- incident: {assign: {role: communications, to: colleague}}
- incident: {assign: {role: scribe, to: colleague}}
- {after: 6m, incident: {status: {is: identified, suspect: payment}}}
- {after: 5m, end-fault: 0}
- {after: 5m, incident: {status: mitigated}}
- {after: 10m, incident: {status: resolved}}
- incident: {summary: 'Two of five payments failed for a quarter of an hour.'}
- incident: {factor: {text: Payments were answered with errors, query: 'sum(rate(http_server_request_duration_seconds_count{service=\"payment\",code=~\"5..\"}[5m]))'}}
- incident: {factor: {text: Nobody saw it before users did}}
- incident: {well: The page came within two minutes}
- incident: {wrong: Ana should have known that payment was the cause}
- incident: {item: {text: Retry a failed payment, owner: ana, class: mitigate, change: {set-call: {service: edge, to: payment, attempts: 6}}}}
- incident: {item: {text: Probe payments from outside, owner: ben, class: detect}}
";

fn session(seed: u64) -> Session {
    let (scenario, _) = Scenario::read("world.yaml", WORLD).unwrap_or_else(|p| panic!("{p}"));
    Session::new(Arc::new(scenario), seed)
}

/// Every command with the time of its turn.
fn script(text: &str) -> Vec<(SimTime, Command)> {
    if text.is_empty() {
        return Vec::new();
    }
    let node = yaml::parse("c.yaml", text, &yaml::Limits::default()).unwrap();
    let mut report = Report::new("c.yaml", text);
    let read = commands(&mut report, &At::root(&node));
    let read = read.unwrap_or_else(|| panic!("{}", report.finish()));
    let mut at = SimTime::ZERO;
    let timed = read.into_iter().filter_map(|step| {
        at += step.after;
        step.command.map(|command| (at, command))
    });
    timed.collect()
}

/// Runs a script in slices of so many events.
fn play(session: &mut Session, text: &str, slice: u64) {
    for (at, command) in script(text) {
        while session.advance(at, slice) == Progress::OutOfBudget {}
        let done = session.apply(Author::Learner, command.clone());
        done.unwrap_or_else(|refused| panic!("{command:?}: {refused:?}"));
    }
}

fn again(session: &Session, way: RerunWay) -> Compared {
    let mut rerun = Rerun::new(session, way).unwrap();
    loop {
        if let Some(found) = rerun.advance(10_000) {
            return found;
        }
    }
}

/// What ended between two instants, counted by hand from the raw outcomes.
#[derive(Default)]
struct Tally {
    from: SimTime,
    until: SimTime,
    all: u64,
    failed: u64,
    slow: u64,
    cents: i64,
}

impl Probe for Tally {
    fn served(&mut self, _: Served) {}
    fn attempted(&mut self, _: Attempted) {}
    fn happened(&mut self, _: SimTime, _: Happening) {}
    fn user_done(&mut self, done: UserDone) {
        if done.now <= self.from || done.now > self.until {
            return;
        }
        self.all += 1;
        match done.outcome {
            Outcome::Ok => self.slow += u64::from(done.duration.as_secs_f64() > 0.25),
            _ => {
                self.failed += 1;
                self.cents += done.value.cents();
            }
        }
    }
}

fn fault() -> FaultSpec {
    match &script(STORY)[0].1 {
        Command::Inject { fault } => fault.clone(),
        other => panic!("{other:?}"),
    }
}

/// The same world without a session: faults at the same instants, outcomes counted.
fn tally(from: SimTime, until: SimTime, ended: Option<u64>) -> Tally {
    let (scenario, _) = Scenario::read("world.yaml", WORLD).unwrap();
    let mut world = World::new(scenario.world, 5);
    let mut tally = Tally {
        from,
        until,
        ..Tally::default()
    };
    let run = |world: &mut World, tally: &mut Tally, minute: u64| {
        world.run_until(SimTime::from_secs(minute * 60), u64::MAX, tally);
    };
    run(&mut world, &mut tally, 10);
    world.inject(&fault(), &mut tally).unwrap();
    if let Some(minute) = ended {
        run(&mut world, &mut tally, minute);
        world.end_fault(0, &mut tally).unwrap();
    }
    run(&mut world, &mut tally, 60);
    tally
}

#[test]
fn the_impact_is_what_the_raw_outcomes_say() {
    let mut session = session(5);
    play(&mut session, STORY, 700);
    let impact = session.impact().unwrap();
    // A quarter of all ask for payments; 40 % of them fail.
    let minute = |minute: u64| SimTime::from_secs(minute * 60);
    assert!(impact.felt && !impact.early);
    assert_eq!(impact.from, minute(10));
    assert_eq!(impact.until, minute(40));
    let tally = tally(impact.from, impact.until, Some(25));
    assert_eq!(
        (
            impact.requests,
            impact.failed,
            impact.slow,
            impact.lost.cents()
        ),
        (
            tally.all * 2,
            tally.failed * 2,
            tally.slow * 2,
            tally.cents * 2
        )
    );
    assert!(impact.failed > 3_000, "{}", impact.failed);
    // 1 % of a day at this rate: the budget of a whole window.
    let spent = impact.failed as f64 / (40.0 * 86_400.0 * 0.01);
    let share = impact.budgets[0].share.unwrap();
    assert!((share / spent - 1.0).abs() < 0.05, "{share} {spent}");
    assert_eq!(impact.budgets[0].bad, impact.failed);
    // 10 % of all over 15 of 40 minutes: the share of good ones is below 99.9 % and above 90 %.
    assert_eq!(impact.credits.cents(), 10_000);
}

#[test]
fn times_are_counted_as_they_are_defined() {
    let mut session = session(5);
    play(&mut session, STORY, u64::MAX);
    let impact = session.impact().unwrap();
    let times = impact.times;
    let secs = |span: Option<xops_lab::base::Span>| span.unwrap().as_secs();
    let since = |minute: u64| SimTime::from_secs(minute * 60).since(impact.from).as_secs();
    let line = |part: &str| {
        let found = session.timeline().find(|line| line.text.starts_with(part));
        found.unwrap_or_else(|| panic!("no line `{part}`")).at
    };
    let page = line("page 1 to");
    assert_eq!(secs(times.detect), page.since(impact.from).as_secs());
    assert!(secs(times.detect) < 180);
    let answered = SimTime::from_secs(13 * 60).since(page).as_secs();
    assert_eq!(secs(times.acknowledge), answered);
    assert_eq!(secs(times.declare), since(14));
    assert_eq!(secs(times.locate), since(20));
    assert_eq!(secs(times.resolve), since(40));
    // The fault ended at minute 25; the last bad stretch ends with the next scrape.
    let over = secs(times.mitigate);
    assert!((since(25)..=since(25) + 15).contains(&over), "{over}");
}

#[test]
fn the_run_again_without_the_learner_is_the_world_left_alone() {
    let mut session = session(5);
    play(&mut session, STORY, u64::MAX);
    let impact = session.impact().unwrap();
    let before = session.digest();
    let nothing = again(&session, RerunWay::Nothing);
    let left = tally(impact.from, impact.until, None);
    let toll = nothing.toll;
    assert_eq!(
        (toll.requests, toll.failed, toll.slow, toll.lost),
        (left.all, left.failed, left.slow, left.cents * 2)
    );
    assert!(nothing.again && toll.failed * 2 > impact.failed);
    // Six attempts, each of which fails twice in five: 0.4 % of the payments are lost, and
    // payments are a quarter of everything; 1 % is allowed.
    let items = again(&session, RerunWay::Items);
    assert_eq!((items.made, items.refused), (1, 0));
    assert!(
        items.toll.failed * 20 < toll.failed && !items.again,
        "{items:?}"
    );
    session.compare(nothing);
    session.compare(items);
    assert_eq!(session.digest(), before, "nothing depends on a comparison");
}

#[test]
fn a_run_with_an_incident_is_the_same_in_slices_and_from_its_journal() {
    let (mut whole, mut sliced, mut replayed) = (session(9), session(9), session(9));
    play(&mut whole, STORY, u64::MAX);
    play(&mut sliced, STORY, 13);
    for entry in whole.journal() {
        replayed.advance(entry.at, u64::MAX);
        replayed
            .apply(Author::Learner, entry.command.clone())
            .unwrap();
    }
    assert_eq!(whole.digest(), sliced.digest());
    assert_eq!(whole.digest(), replayed.digest());
    assert_eq!(whole.postmortem(), replayed.postmortem());
    // What colleagues do is in the run, and not in the journal.
    let by = |part: &str| whole.timeline().any(|line| line.text.contains(part));
    assert!(by("incident 1, communications: Payments fail"));
    assert!(by("incident 1, scribe: done: fault 0 ended"));
    let acts = whole.journal().iter();
    let acts = acts.filter(|entry| matches!(entry.command, Command::Incident { .. }));
    let written = STORY.matches("incident: {").count();
    assert_eq!(acts.count(), written);
}

#[test]
fn a_false_alarm_costs_nothing_and_a_suspect_of_it_is_wrong() {
    let mut session = session(5);
    play(
        &mut session,
        "
- {after: 20m, incident: {declare: {severity: SEV4, title: A feeling}}}
- {after: 5m, incident: {status: {is: identified, suspect: payment}}}
- {after: 5m, incident: {status: resolved}}
",
        u64::MAX,
    );
    let impact = session.impact().unwrap();
    assert!(!impact.felt && !impact.early);
    assert_eq!(impact.from, SimTime::from_secs(1_200));
    let nothing = again(&session, RerunWay::Nothing);
    assert!(!nothing.again);
    assert_eq!(nothing.toll.failed * 2, impact.failed);
    let marks = session.incident_score();
    let cause = marks.iter().find(|mark| mark.what == "Cause").unwrap();
    assert_eq!((cause.points, cause.of), (0, 10));
}

#[test]
fn what_cannot_be_is_refused_with_a_remedy_and_changes_nothing() {
    const OPEN: &str = "- incident: {declare: {severity: SEV3, title: x}}\n";
    const OVER: &str =
        "- incident: {declare: {severity: SEV3, title: x}}\n- incident: {status: resolved}\n";
    let cases = [
        ("", "{note: x}", "there is no incident"),
        (
            "",
            "{declare: {severity: SEV1, title: x, services: [paiment]}}",
            "paiment",
        ),
        (
            OPEN,
            "{declare: {severity: SEV1, title: y}}",
            "incident 1 is open",
        ),
        (
            OPEN,
            "{status: {is: identified, suspect: nobody}}",
            "nobody",
        ),
        (OPEN, "{status: identified}", "not said what was identified"),
        (OVER, "{update: x}", "incident 1 is resolved"),
        (OPEN, "{factor: {text: x, trace: 12}}", "no trace id"),
        (
            OPEN,
            "{item: {text: x, owner: y, class: prevent, change: {restart: payment}}}",
            "no lasting change",
        ),
        (
            OPEN,
            "{item: {text: x, owner: y, class: prevent, change: {scale: {service: nobody, replicas: 2}}}}",
            "nobody",
        ),
        (
            OPEN,
            "{remove: {from: items, place: 1}}",
            "there is no entry 1",
        ),
    ];
    for (before, act, expected) in cases {
        let mut session = session(1);
        play(&mut session, before, u64::MAX);
        let digest = session.digest();
        let (_, command) = script(&format!("- incident: {act}")).remove(0);
        let refused = session.apply(Author::Learner, command).unwrap_err();
        assert!(refused.problem.contains(expected), "{act}: {refused:?}");
        assert!(!refused.remedy.is_empty());
        assert_eq!(session.digest(), digest, "{act}");
    }
}

#[test]
fn a_wrong_act_in_a_file_says_where_and_what() {
    let said = |act: &str| {
        let text = format!("- incident: {act}\n");
        let node = yaml::parse("c.yaml", &text, &yaml::Limits::default()).unwrap();
        let mut report = Report::new("c.yaml", &text);
        assert!(commands(&mut report, &At::root(&node)).is_none());
        report.finish().to_string()
    };
    assert!(said("{declare: {severity: SEV5, title: x}}").contains("SEV1"));
    assert!(said("{declare: {severity: SEV1}}").contains("title"));
    assert!(said("{assign: {role: captain, to: learner}}").contains("captain"));
    assert!(said("{factor: {text: x, log: a, query: b}}").contains("several pieces"));
    assert!(said("{notes: x}").contains("did you mean `note`"));
    assert!(
        said("{item: {text: x, owner: y, class: prevent, change: {after: 5m}}}")
            .contains("no command")
    );
}

#[test]
fn the_review_is_the_document_that_is_kept() {
    let mut session = session(5);
    play(&mut session, STORY, u64::MAX);
    for way in [RerunWay::Nothing, RerunWay::Items] {
        let found = again(&session, way);
        session.compare(found);
    }
    let text = session.postmortem().unwrap();
    let path = project().join("tests/golden/postmortem.md");
    if std::env::var("XOPS_GOLDEN").is_ok_and(|word| word == "rewrite") {
        fs::write(&path, &text).unwrap();
    }
    let kept = fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(
        text, kept,
        "XOPS_GOLDEN=rewrite cargo test --test incidents, if it is meant"
    );
    let of_incident = |line: &&xops_lab::session::TimelineEvent| line.kind == EventKind::Incident;
    assert!(session.timeline().filter(of_incident).count() > 5);
}
