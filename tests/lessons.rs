//! Everything below `lessons/` is sound, and every lesson on offer needs what
//! it teaches; the proof itself is `xops_lab::lesson::prove`.
#![allow(clippy::unwrap_used)]

mod support;

use std::collections::BTreeMap;
use std::num::NonZero;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use support::shelf;
use xops_lab::base::{At, Report, SimTime, yaml};
use xops_lab::engine::Progress;
use xops_lab::lesson::{Lesson, Play, Shelf, proof, prove};
use xops_lab::session::{self, Command, Scenario};

/// Every lesson of the catalogue that is written, with its world.
fn lessons() -> Vec<(Arc<Lesson>, Arc<Scenario>)> {
    let shelf = shelf();
    let read = |id| shelf.lesson(id).unwrap_or_else(|found| panic!("{found}"));
    let lessons: Vec<_> = shelf.lessons().map(read).collect();
    assert!(!lessons.is_empty());
    lessons
}

/// Checks every lesson, as many at once as there are cores: each takes seconds.
fn every_lesson(check: impl Fn(&Arc<Lesson>, &Arc<Scenario>) + Sync) {
    let lessons = lessons();
    let next = AtomicUsize::new(0);
    let work = || {
        while let Some((lesson, scenario)) = lessons.get(next.fetch_add(1, Ordering::Relaxed)) {
            check(lesson, scenario);
        }
    };
    let cores = thread::available_parallelism().map_or(1, NonZero::get);
    // A check that fails ends its thread; the scope hands the panic on.
    thread::scope(|scope| (0..cores).for_each(|_| drop(scope.spawn(work))));
}

/// The lesson at the moment the learner arrives.
fn arrive(lesson: &Arc<Lesson>, scenario: &Arc<Scenario>) -> Play {
    proof::arrive(lesson, scenario, lesson.seed)
}

#[test]
fn every_file_is_sound_and_belongs_to_something() {
    let found: Vec<String> = shelf().check().values().map(|p| p.to_string()).collect();
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn every_lesson_teaches_what_it_says() {
    every_lesson(|lesson, scenario| {
        let failures = prove(lesson, scenario);
        assert!(failures.is_empty(), "{}: {failures:#?}", lesson.id);
    });
}

#[test]
fn a_rewound_step_is_as_it_was() {
    every_lesson(|lesson, scenario| {
        let mut play = arrive(lesson, scenario);
        let first = play.session().digest();
        play.perform(&lesson.solution).unwrap();
        let last = play.session().digest();
        play.rewind(0).unwrap();
        assert_eq!(play.session().digest(), first);
        play.perform(&lesson.solution).unwrap();
        assert_eq!(play.session().digest(), last);
    });
}

#[test]
fn slices_do_not_change_a_lesson() {
    every_lesson(|lesson, scenario| {
        let solve = |budget: u64| {
            let mut play = Play::new(Arc::clone(lesson), Arc::clone(scenario), lesson.seed);
            let run = |play: &mut Play, until: SimTime| {
                while play.advance(until, budget) != Progress::Reached {}
            };
            let start = play.start();
            run(&mut play, start);
            for scripted in &lesson.solution {
                let until = play.session().now() + scripted.after;
                run(&mut play, until);
                if let Some(command) = &scripted.command {
                    play.apply(command.clone()).unwrap();
                }
            }
            play.session().digest()
        };
        assert_eq!(solve(997), solve(u64::MAX));
    });
}

#[test]
fn scripts_leave_no_trace_in_the_journal() {
    let (lesson, scenario) = lessons().swap_remove(0);
    let mut play = arrive(&lesson, &scenario);
    play.perform(&lesson.solution).unwrap();
    let learner = lesson
        .solution
        .iter()
        .filter(|scripted| scripted.command.is_some())
        .count();
    assert_eq!(play.session().journal().len(), learner);
}

#[test]
fn the_manuals_example_is_sound_and_holds() {
    let manual = std::fs::read_to_string(support::project().join("lessons/README.md")).unwrap();
    let example = manual.split("## A worked example").nth(1).unwrap();
    let files: BTreeMap<String, String> = example
        .split("```\n")
        .filter_map(|part| {
            let (name, text) = part.split_once("```yaml\n")?;
            let name = name.lines().last()?;
            let name = name.strip_prefix('`')?.strip_suffix("`:")?;
            Some((name.to_owned(), text.to_owned()))
        })
        .collect();
    assert_eq!(files.len(), 4);
    let shelf = Shelf::new("", files);
    let found: Vec<String> = shelf.check().values().map(|p| p.to_string()).collect();
    assert!(found.is_empty(), "{}", found.join("\n"));
    let (lesson, scenario) = shelf.lesson("basics/take-it-back").unwrap();
    let failures = prove(&lesson, &scenario);
    assert!(failures.is_empty(), "{failures:#?}");
}

#[test]
fn the_manuals_commands_are_commands() {
    let manual = std::fs::read_to_string(support::project().join("lessons/README.md")).unwrap();
    let section = manual.split("\n## Commands\n").nth(1).unwrap();
    let text = section
        .split("```")
        .nth(1)
        .unwrap()
        .trim_start_matches("yaml");
    let node = yaml::parse("README.md", text, &yaml::Limits::default()).unwrap();
    let mut report = Report::new("README.md", text);
    let read = session::commands(&mut report, &At::root(&node));
    let read = read.unwrap_or_else(|| panic!("{}", report.finish()));
    assert_eq!(read.len(), 29);
    // Each reaches the worker, and comes back from a replay, as it was.
    for command in read.into_iter().filter_map(|step| step.command) {
        let sent = postcard::to_allocvec(&command).unwrap();
        assert_eq!(postcard::from_bytes::<Command>(&sent).unwrap(), command);
        let kept = serde_json::to_string(&command).unwrap();
        assert_eq!(serde_json::from_str::<Command>(&kept).unwrap(), command);
    }
}
