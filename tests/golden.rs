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
use std::sync::LazyLock;

use serde::{Deserialize, Serialize};
use support::{project, shelf};
use xops_lab::base::SimTime;
use xops_lab::engine::Progress;
use xops_lab::lesson::{Lab, Lesson, proof};
use xops_lab::session::{File, JournalEntry, LessonFiles, Opening};
use xops_lab::worker::{FromWorker, Next, Runner, Speed, ToWorker};

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

/// Every case, read once.
fn cases() -> &'static [Case] {
    static CASES: LazyLock<Vec<Case>> = LazyLock::new(read_cases);
    &CASES
}

/// Every case; the one that plays a lesson's solution is held to the lesson.
fn read_cases() -> Vec<Case> {
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
        let (events, digest) = run(case, u64::MAX);
        table.push_str(&line(case, events, &digest));
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

/// Runs the worker's loop until it rests. A clock that stands still never ends a
/// slice; this one races, so that each ends after a few looks at it.
fn rest(runner: &mut Runner, ticks: &mut f64, said: &mut Vec<FromWorker>) {
    let clock = std::cell::Cell::new(*ticks);
    let now = || {
        clock.set(clock.get() + 3.0);
        clock.get()
    };
    loop {
        let (out, next) = runner.slice(&now);
        said.extend(out);
        if next == Next::Never {
            break;
        }
    }
    *ticks = clock.get();
}

#[test]
fn the_workers_own_loop_gives_the_same_digest() {
    for case in cases().iter().filter(|case| case.lesson.is_none()) {
        let (mut runner, mut ticks) = (Runner::default(), 0.0);
        runner.receive(ToWorker::Open(Box::new(opening(case))), 0.0);
        rest(&mut runner, &mut ticks, &mut Vec::new());
        let said = runner.receive(ToWorker::Digest, ticks);
        let expected = FromWorker::Digest {
            now: case.until,
            digest: run(case, u64::MAX).1,
        };
        assert_eq!(said, [expected], "{}", case.name);
    }
}

/// Watched from the start at full speed, or in jumps there and back, a recording
/// ends as the run did; meanwhile it takes no commands, and a fork takes them.
#[test]
fn a_recording_that_is_watched_ends_as_the_run_did() {
    let case = cases()
        .iter()
        .find(|case| case.lesson.is_none() && case.journal.len() > 2);
    let case = case.expect("a case with commands");
    let expected = FromWorker::Digest {
        now: case.until,
        digest: run(case, u64::MAX).1,
    };
    let second = case.journal[1].at;
    for jumps in [vec![SimTime::ZERO], vec![case.until, SimTime::ZERO, second]] {
        let (mut runner, mut ticks, mut said) = (Runner::default(), 0.0, Vec::new());
        for at in jumps {
            let recording = Box::new(opening(case));
            runner.receive(ToWorker::Replay { recording, at }, ticks);
            rest(&mut runner, &mut ticks, &mut said);
        }
        let command = case.journal[0].command.clone();
        let refused = runner.receive(ToWorker::Do(command.clone()), ticks);
        assert!(
            matches!(refused[..], [FromWorker::Refused(_)]),
            "{refused:?}"
        );
        said.clear();
        runner.receive(ToWorker::Speed(Speed::Max), ticks);
        rest(&mut runner, &mut ticks, &mut said);
        let done = said.iter().filter_map(|said| match said {
            FromWorker::Accepted(entry) => Some(entry.clone()),
            _ => None,
        });
        let left = &case.journal[case.journal.len() - done.clone().count()..];
        assert!(done.eq(left.iter().cloned()) && !left.is_empty());
        let found = runner.receive(ToWorker::Digest, ticks);
        assert_eq!(found, std::slice::from_ref(&expected), "{}", case.name);
        // What comes of it can be asked beside whatever stands.
        runner.receive(ToWorker::Confirm(Box::new(opening(case))), ticks);
        said.clear();
        rest(&mut runner, &mut ticks, &mut said);
        let outcome = said.iter().find_map(|said| match said {
            FromWorker::Outcome(outcome) => outcome.as_ref().ok(),
            _ => None,
        });
        let outcome = outcome.expect("the run is sound");
        assert_eq!(
            (outcome.at(), &outcome.digest),
            (case.until, &run(case, u64::MAX).1)
        );
        assert_eq!(outcome.marks.len(), case.journal.len());
        runner.receive(ToWorker::Fork, ticks);
        let taken = runner.receive(ToWorker::Do(command), ticks);
        assert!(
            !format!("{taken:?}").contains("this is a recording"),
            "{taken:?}"
        );
    }
}
