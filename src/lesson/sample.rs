//! The smallest sound lesson, for tests of what stands around lessons.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::goal::{Facts, Goal, read};
use super::names::Names;
use crate::base::{At, Report, yaml};
use crate::session::{Author, Scenario, Scripted, Session, commands};

/// A session of a world after some commands, as script files write them.
pub fn session(world: &str, script: &str) -> Session {
    let (scenario, _) = Scenario::read("one.yaml", world).expect("a sound world");
    let mut session = Session::new(Arc::new(scenario), 1);
    perform(&mut session, script);
    session
}

/// Goes on with some commands.
pub fn perform(session: &mut Session, script: &str) {
    let node = yaml::parse("script", script, &yaml::Limits::default()).expect("sound YAML");
    let mut report = Report::new("script", script);
    let read = commands(&mut report, &At::root(&node));
    for Scripted { after, command } in read.unwrap_or_else(|| panic!("{}", report.finish())) {
        session.advance(session.now() + after, u64::MAX);
        if let Some(command) = command {
            session.apply(Author::Learner, command).expect("accepted");
        }
    }
}

/// What a lesson on [`WORLD`] may name.
pub fn names(scenario: &Scenario) -> Names<'_> {
    Names {
        scenario,
        questions: Vec::new(),
        made: Vec::new(),
        terms: Vec::new(),
    }
}

/// A goal as a lesson file on [`WORLD`] writes it, else what is wrong with it.
pub fn goal(text: &str) -> Result<Goal, String> {
    let (scenario, _) = Scenario::read("one.yaml", WORLD).expect("a sound world");
    let names = names(&scenario);
    let node = yaml::parse("goal", text, &yaml::Limits::default()).expect("sound YAML");
    let mut report = Report::new("goal", text);
    let read = read(&mut report, &At::root(&node), &names, 1);
    match read {
        Some(goal) if !report.failed() => Ok(goal),
        _ => Err(report.finish().to_string()),
    }
}

/// What a goal misses in a step that began at `step`.
pub fn missing(text: &str, step: &Session, session: &Session) -> Option<String> {
    let facts = Facts {
        session,
        step,
        lesson: step,
        hints: 0,
        held: &BTreeMap::new(),
    };
    goal(text).expect("a sound goal").missing(&facts)
}

/// A world of one service whose second version fails.
pub const WORLD: &str = "format: xops-world/1
title: One
about: One service.
traffic: {rate: 6/min, mix: [{route: one/index}]}
services:
  one:
    about: Serves.
    replicas: 2
    workers: 1
    queue: 1
    routes: {index: [work: 1ms]}
    versions: {v1: {note: Old.}, v2: {note: New., errors: {index: 50%}}}
slos:
  availability: {title: Availability, target: 99.9%, window: 30d, good: availability}
";

/// A lesson of one step.
pub const LESSON: &str = "format: xops-lesson/1
id: basics/first
title: First
minutes: 5
world: one
steps:
  - title: A release
    text: One was released.
    task: Take it back.
    controls: [roll_back, restart]
    script: [deploy: {service: one, version: v2}]
    checks:
      - {text: One runs v1, when: {runs: {service: one, version: v1}}}
      - {text: A minute has passed, when: {passed: 1m}}
    wrong:
      - {when: {used: restart}, feedback: A restart keeps the version.}
    explain: It was the release.
debrief:
  slo: availability
  text: Done.
  stars:
    - {when: {hints: 0}, earned: a, missed: b}
    - {when: {changes: 1}, earned: a, missed: b}
    - {when: {hints: 0}, earned: a, missed: b}
solution: [after: 1m, roll-back: one, after: 2m, continue]
mistakes:
  - {name: Restart, step: 0, commands: [after: 1m, restart: one, after: 2m]}
";

/// What is on offer.
pub const CATALOGUE: &str = "format: xops-catalogue/1
worlds: [{slug: one, title: One, about: One service.}]
tracks:
  - slug: basics
    title: Basics
    about: The first things.
    lessons: [{slug: first, title: First, minutes: 5, about: First., world: one}]
";

/// No terms.
pub const GLOSSARY: &str = "format: xops-glossary/1
terms: {}
";
