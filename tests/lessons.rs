//! Every lesson on offer is sound and needs what it teaches, on several seeds:
//! at the start its checks are not met, doing nothing fails it, the reference
//! solution passes it with every star, and each tempting mistake fails with
//! the feedback that it earns.
#![allow(clippy::unwrap_used)]

use std::fs;
use std::sync::Arc;

use xops_lab::base::{SimTime, Span};
use xops_lab::lesson::{Lesson, Play, catalogue};
use xops_lab::session::{Command, Scenario};

/// Seeds of the proof besides the lesson's own.
const SEEDS: [u64; 2] = [1, 2];

/// Every lesson of the catalogue that is written, with its world.
fn lessons() -> Vec<(Arc<Lesson>, Arc<Scenario>)> {
    let read = |path: &str| fs::read_to_string(format!("lessons/{path}")).expect(path);
    let catalogue = catalogue::parse("catalogue.yaml", &read("catalogue.yaml"));
    let catalogue = catalogue.unwrap_or_else(|problems| panic!("{problems}"));
    let glossary = read("glossary.yaml");
    let mut lessons = Vec::new();
    for track in &catalogue.tracks {
        for entry in track.lessons.iter().filter(|entry| !entry.planned) {
            let world = format!("worlds/{}.yaml", entry.world);
            let (scenario, _) = Scenario::read(&world, &read(&world))
                .unwrap_or_else(|problems| panic!("{problems}"));
            let path = format!("{}/{}/lesson.yaml", track.slug, entry.slug);
            let lesson = Lesson::read(
                (&path, &read(&path)),
                ("glossary.yaml", &glossary),
                &scenario,
            );
            let (lesson, _) = lesson.unwrap_or_else(|problems| panic!("{problems}"));
            assert_eq!(lesson.id, format!("{}/{}", track.slug, entry.slug));
            assert_eq!(
                lesson.world, entry.world,
                "{path} and the catalogue name different worlds"
            );
            lessons.push((Arc::new(lesson), Arc::new(scenario)));
        }
    }
    assert!(!lessons.is_empty());
    lessons
}

/// The lesson at the moment the learner arrives.
fn arrive(lesson: &Arc<Lesson>, scenario: &Arc<Scenario>, seed: u64) -> Play {
    let mut play = Play::new(Arc::clone(lesson), Arc::clone(scenario), seed);
    play.advance(play.start(), u64::MAX);
    play
}

fn seeds(lesson: &Lesson) -> Vec<u64> {
    let mut seeds = SEEDS.to_vec();
    seeds.push(lesson.seed);
    seeds.sort_unstable();
    seeds.dedup();
    seeds
}

#[test]
fn every_lesson_needs_what_it_teaches() {
    for (lesson, scenario) in lessons() {
        for seed in seeds(&lesson) {
            let play = arrive(&lesson, &scenario, seed);
            let place = format!("{}, seed {seed}", lesson.id);
            assert!(!play.is_ready(), "{place}: met before anything was done");
            let refused = play.clone().apply(Command::Continue);
            assert!(refused.is_err(), "{place}: the first step can be skipped");

            let mut idle = play.clone();
            idle.advance(idle.session().now() + Span::from_days(10), u64::MAX);
            assert!(!idle.is_ready(), "{place}: doing nothing passes");

            let mut solved = play.clone();
            solved.perform(&lesson.solution).unwrap_or_else(|refusal| {
                panic!("{place}: {} - {}", refusal.problem, refusal.remedy)
            });
            let view = solved.view();
            let debrief = view
                .debrief
                .unwrap_or_else(|| panic!("{place}: no debrief"));
            for star in &debrief.stars {
                assert!(star.earned, "{place}: {}", star.reason);
            }
            assert_eq!(debrief.comparison.series.len(), 3, "{place}");
        }
    }
}

#[test]
fn every_mistake_fails_with_the_feedback_it_earns() {
    for (lesson, scenario) in lessons() {
        for mistake in &lesson.mistakes {
            let mut play = arrive(&lesson, &scenario, lesson.seed);
            // The reference solution leads to the step where the mistake is tempting.
            for scripted in &lesson.solution {
                if play.step() == mistake.step as usize {
                    break;
                }
                play.perform(std::slice::from_ref(scripted)).unwrap();
            }
            play.perform(&mistake.commands).unwrap();
            assert!(!play.is_ready(), "{}: `{}` passes", lesson.id, mistake.name);
            assert!(
                play.view().feedback.is_some(),
                "{}: `{}`",
                lesson.id,
                mistake.name
            );
            assert!(play.apply(Command::Continue).is_err());
        }
    }
}

#[test]
fn a_rewound_step_is_as_it_was() {
    for (lesson, scenario) in lessons() {
        let mut play = arrive(&lesson, &scenario, lesson.seed);
        let first = play.session().digest();
        play.perform(&lesson.solution).unwrap();
        let last = play.session().digest();
        play.rewind(0).unwrap();
        assert_eq!(play.session().digest(), first);
        play.perform(&lesson.solution).unwrap();
        assert_eq!(play.session().digest(), last);
    }
}

#[test]
fn slices_do_not_change_a_lesson() {
    for (lesson, scenario) in lessons() {
        let solve = |budget: u64| {
            let mut play = Play::new(Arc::clone(&lesson), Arc::clone(&scenario), lesson.seed);
            let run = |play: &mut Play, until: SimTime| {
                while play.advance(until, budget) != xops_lab::engine::Progress::Reached {}
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
    }
}

#[test]
fn scripts_leave_no_trace_in_the_journal() {
    let (lesson, scenario) = lessons().swap_remove(0);
    let mut play = arrive(&lesson, &scenario, lesson.seed);
    play.perform(&lesson.solution).unwrap();
    let learner = lesson
        .solution
        .iter()
        .filter(|scripted| scripted.command.is_some())
        .count();
    assert_eq!(play.session().journal().len(), learner);
}
