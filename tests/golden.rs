//! Runs pinned to the bit: `golden/cases.json` says what to run,
//! `golden/digests.txt` what comes out. The browser tests run the same cases
//! in WASM and compare with the same table.
//!
//! The table is written when it is missing, and the test then fails once. After
//! a change that is meant to change outcomes, renew both files with
//! `XOPS_GOLDEN=rewrite cargo test --test golden` and say why in the commit.
#![allow(clippy::unwrap_used)]

mod support;

use std::fs;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use support::{project, shelf};
use xops_lab::base::SimTime;
use xops_lab::engine::Progress;
use xops_lab::lesson::{Lab, Lesson, proof};
use xops_lab::session::{File, JournalEntry, LessonFiles, Opening};
use xops_lab::worker::{FromWorker, Next, Runner, ToWorker};

/// One run. Paths are the project's; times are nanoseconds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    name: String,
    world: String,
    lesson: Option<String>,
    seed: u64,
    until: SimTime,
    journal: Vec<JournalEntry>,
}

fn golden(file: &str) -> PathBuf {
    project().join("tests/golden").join(file)
}

fn rewrites() -> bool {
    std::env::var("XOPS_GOLDEN").is_ok_and(|word| word == "rewrite")
}

/// Every case; the one that plays a lesson's solution is held to the lesson.
fn cases() -> Vec<Case> {
    let text = fs::read_to_string(golden("cases.json")).unwrap();
    let mut cases: Vec<Case> = serde_json::from_str(&text).unwrap();
    let solved = cases.iter().position(|case| case.name == "lesson-solution");
    let case = &mut cases[solved.unwrap()];
    let (lesson, scenario) = shelf().lesson("foundations/error-budgets").unwrap();
    let mut play = proof::arrive(&lesson, &scenario, case.seed);
    play.perform(&Lesson::clone(&lesson).solution).unwrap();
    let (journal, until) = (play.session().journal(), play.session().now());
    if (case.journal.as_slice(), case.until) != (journal, until) {
        assert!(
            rewrites(),
            "the lesson's solution is not the one in cases.json; renew it with \
             `XOPS_GOLDEN=rewrite cargo test --test golden`"
        );
        (case.journal, case.until) = (journal.to_vec(), until);
        fs::write(golden("cases.json"), written(&cases)).unwrap();
    }
    cases
}

/// Cases as JSON with a command a line.
fn written(cases: &[Case]) -> String {
    let case = |case: &Case| {
        let journal: Vec<String> = case
            .journal
            .iter()
            .map(|entry| format!("\n      {}", json(entry)))
            .collect();
        let journal = match journal.is_empty() {
            true => String::new(),
            false => format!("{}\n    ", journal.join(",")),
        };
        format!(
            "  {{\n    \"name\": {},\n    \"world\": {},\n    \"lesson\": {},\n    \"seed\": {},\n    \
             \"until\": {},\n    \"journal\": [{journal}]\n  }}",
            json(&case.name),
            json(&case.world),
            json(&case.lesson),
            json(&case.seed),
            json(&case.until),
        )
    };
    let cases: Vec<String> = cases.iter().map(case).collect();
    format!("[\n{}\n]\n", cases.join(",\n"))
}

/// Anything as one line of JSON.
fn json<T: Serialize>(value: &T) -> String {
    serde_json::to_string(value).unwrap()
}

fn opening(case: &Case) -> Opening {
    let file = |path: &str| File {
        name: path.to_owned(),
        text: fs::read_to_string(project().join(path)).expect(path),
    };
    Opening {
        world: file(&case.world),
        lesson: case.lesson.as_deref().map(|lesson| LessonFiles {
            lesson: file(lesson),
            glossary: file("lessons/glossary.yaml"),
        }),
        seed: case.seed,
        journal: case.journal.clone(),
        until: case.until,
    }
}

/// Runs a case in slices of `budget` events: events in all and the digest.
fn run(case: &Case, budget: u64) -> (u64, String) {
    let opening = opening(case);
    let (mut lab, warnings) = Lab::build(&opening).unwrap();
    assert!(warnings.is_empty(), "{warnings}");
    let go = |lab: &mut Lab, until| while lab.advance(until, budget) != Progress::Reached {};
    for entry in opening.journal {
        go(&mut lab, entry.at);
        lab.apply(entry.command).unwrap();
    }
    go(&mut lab, opening.until);
    let session = lab.session();
    (session.world().events(), session.digest().to_string())
}

/// A line of the table, cells apart by two spaces or more.
fn line(case: &Case, events: u64, digest: &str) -> String {
    let until = case.until.to_string();
    let (name, seed) = (&case.name, case.seed);
    format!("{name:<16}  {seed:>16}  {until:<15}  {events:>9}  {digest}")
}

#[test]
fn every_case_gives_the_digest_that_is_pinned() {
    let head = "# case                      seed  until               events  digest";
    let mut table = format!("{head}\n");
    for case in cases() {
        let (events, digest) = run(&case, u64::MAX);
        table.push_str(&line(&case, events, &digest));
        table.push('\n');
    }
    let path = golden("digests.txt");
    let pinned = fs::read_to_string(&path).ok();
    if rewrites() || pinned.is_none() {
        fs::write(&path, &table).unwrap();
        assert!(
            rewrites(),
            "{} was missing and is written now",
            path.display()
        );
        return;
    }
    assert_eq!(
        pinned.as_deref(),
        Some(table.as_str()),
        "outcomes changed; if they are meant to, run `XOPS_GOLDEN=rewrite cargo test --test golden`"
    );
}

#[test]
fn slices_of_any_size_give_the_same_digest() {
    // `lessons.rs` does the same with a lesson, whose runs are long.
    for case in cases().iter().filter(|case| case.lesson.is_none()) {
        let whole = run(case, u64::MAX);
        assert_eq!(run(case, 997), whole, "{}, 997 events a slice", case.name);
        // One event a slice is the hardest; short runs show it as well as long ones.
        if case.until < SimTime::from_secs(86_400) {
            assert_eq!(run(case, 1), whole, "{}, one event a slice", case.name);
        }
    }
}

#[test]
fn the_workers_own_loop_gives_the_same_digest() {
    for case in cases().iter().filter(|case| case.lesson.is_none()) {
        let mut runner = Runner::default();
        runner.receive(ToWorker::Open(Box::new(opening(case))), 0.0);
        // A clock that stands still never ends a slice; one that races ends each at once.
        let ticks = std::cell::Cell::new(0.0);
        let clock = || {
            ticks.set(ticks.get() + 7.0);
            ticks.get()
        };
        while runner.slice(&clock).1 != Next::Never {}
        let said = runner.receive(ToWorker::Digest, ticks.get());
        let expected = FromWorker::Digest {
            now: case.until,
            digest: run(case, u64::MAX).1,
        };
        assert_eq!(said, [expected], "{}", case.name);
    }
}
