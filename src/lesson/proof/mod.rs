//! The proof that a lesson teaches: it needs what it asks for in every step,
//! its solution passes in the time that is promised, each tempting mistake fails
//! with the feedback that it earns, and whoever acts at random does not pass with every star.

mod length;
mod random;

use std::sync::Arc;

use super::goal::Action;
use super::play::Progress;
use super::{Lesson, Play};
use crate::base::Span;
use crate::session::{Command, Scenario, Scripted};

pub use length::minutes;

/// Seeds of the proof besides the lesson's own.
pub const SEEDS: [u64; 2] = [1, 2];
/// For how many times as long as the solution takes nobody does anything in a step.
const IDLE: u64 = 2;
/// And for how long at least.
const LEAST_IDLE: Span = Span::from_mins(30);

/// Everything that a lesson fails to prove, each as a sentence; nothing if it holds.
pub fn prove(lesson: &Arc<Lesson>, scenario: &Arc<Scenario>) -> Vec<String> {
    let mut failures = length::problems(lesson);
    for seed in seeds(lesson) {
        let play = arrive(lesson, scenario, seed);
        let mut failed = Vec::new();
        needs_something(&play, &mut failed);
        let solved = solution_passes(&play, &mut failed);
        if let Some(solved) = solved.filter(|_| seed == lesson.seed) {
            every_step_needs_something(&solved, &mut failed);
            answers_are_not_enough(&solved, &mut failed);
            random::fails(&play, &spans(&solved), &mut failed);
            for (place, mistake) in lesson.mistakes.iter().enumerate() {
                if let Some(what) = mistake_passes(&solved, place) {
                    failed.push(format!("mistake `{}`: {what}", mistake.name));
                }
            }
        }
        failures.extend(failed.iter().map(|what| format!("seed {seed}: {what}")));
    }
    failures
}

/// Every seed of the proof, each once.
pub fn seeds(lesson: &Lesson) -> Vec<u64> {
    let mut seeds = SEEDS.to_vec();
    seeds.push(lesson.seed);
    seeds.sort_unstable();
    seeds.dedup();
    seeds
}

/// The lesson at the moment the learner arrives.
pub fn arrive(lesson: &Arc<Lesson>, scenario: &Arc<Scenario>, seed: u64) -> Play {
    let mut play = Play::new(Arc::clone(lesson), Arc::clone(scenario), seed);
    play.advance(play.start(), u64::MAX);
    play
}

/// How long the solution takes for each step, in simulated time.
fn spans(solved: &Play) -> Vec<Span> {
    let ends = solved.marks.iter().skip(1).chain([&solved.now]);
    let pairs = solved.marks.iter().zip(ends);
    let span = |(from, to): (&Progress, &Progress)| to.session.now().since(from.session.now());
    pairs.map(span).collect()
}

fn needs_something(play: &Play, failed: &mut Vec<String>) {
    if play.is_ready() {
        failed.push("the first step is met before anything was done".to_owned());
    }
    if play.clone().apply(Command::Continue).is_ok() {
        failed.push("the first step can be skipped".to_owned());
    }
}

/// Whoever watches each step of the solution, and does nothing in it, does not get on.
fn every_step_needs_something(solved: &Play, failed: &mut Vec<String>) {
    for (step, span) in spans(solved).into_iter().enumerate() {
        let mut idle = solved.clone();
        if idle.rewind(step as u32).is_err() {
            continue;
        }
        let rest = Span::from_nanos(span.as_nanos() * IDLE).max(LEAST_IDLE);
        idle.advance(idle.session().now() + rest, u64::MAX);
        if idle.is_ready() {
            let step = step + 1;
            failed.push(format!("doing nothing for {rest} passes step {step}"));
        }
    }
}

/// Where the solution changes the system in a step, its answers alone do not pass it.
fn answers_are_not_enough(solved: &Play, failed: &mut Vec<String>) {
    let solution = &solved.lesson().solution;
    let ends = |scripted: &Scripted| scripted.command == Some(Command::Continue);
    for (step, commands) in solution.split(ends).enumerate() {
        let acts = |scripted: &Scripted| {
            let command = scripted.command.as_ref();
            command.is_some_and(|command| Action::Any.matches(command))
        };
        let mut talker = solved.clone();
        if !commands.iter().any(acts) || talker.rewind(step as u32).is_err() {
            continue;
        }
        let mut words = commands.to_vec();
        for scripted in words.iter_mut().filter(|scripted| acts(scripted)) {
            scripted.command = None;
        }
        words.push(Scripted {
            after: LEAST_IDLE,
            command: None,
        });
        if talker.perform(&words).is_ok() && talker.is_ready() {
            let step = step + 1;
            failed.push(format!("answers alone pass step {step}"));
        }
    }
}

/// Plays the solution; the play at its end if there is one.
fn solution_passes(play: &Play, failed: &mut Vec<String>) -> Option<Play> {
    let mut solved = play.clone();
    let solution = &play.lesson().solution;
    if let Err(refusal) = solved.perform(solution) {
        let step = solved.step() + 1;
        let (problem, remedy) = (refusal.problem, refusal.remedy);
        failed.push(format!(
            "the solution is refused in step {step}: {problem} ({remedy})"
        ));
        return None;
    }
    let Some(debrief) = solved.view().debrief else {
        failed.push("the solution does not reach the debrief".to_owned());
        return None;
    };
    let lost = debrief.stars.iter().filter(|star| !star.earned);
    failed.extend(lost.map(|star| format!("the solution misses a star: {}", star.reason)));
    if debrief.comparison.series.len() != 3 {
        failed.push("the debrief cannot compare with doing nothing and the solution".to_owned());
    }
    Some(solved)
}

/// What is wrong with a mistake, if anything is.
fn mistake_passes(solved: &Play, place: usize) -> Option<String> {
    let mistake = solved.lesson().mistakes.get(place)?.clone();
    // The reference solution leads to the step where the mistake is tempting.
    let mut play = solved.clone();
    if play.rewind(mistake.step).is_err() {
        return Some("the solution does not lead to its step".to_owned());
    }
    if let Err(refusal) = play.perform(&mistake.commands) {
        return Some(format!("it is refused: {}", refusal.problem));
    }
    if play.is_ready() {
        return Some("it passes the step".to_owned());
    }
    if play.view().feedback.is_none() {
        return Some("no feedback tells why it does not help".to_owned());
    }
    play.apply(Command::Continue)
        .is_ok()
        .then(|| "it lets the learner go on".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lesson::sample::{GLOSSARY, LESSON, WORLD};

    /// Proves the sample with some words replaced; `expected` is in the failures.
    fn check(words: &str, by: &str, expected: &str) {
        assert!(LESSON.contains(words), "{words}");
        let (scenario, _) = Scenario::read("one.yaml", WORLD).expect("a sound world");
        let text = LESSON.replace(words, by);
        let (lesson, _) = Lesson::read(("l.yaml", &text), ("g.yaml", GLOSSARY), &scenario)
            .unwrap_or_else(|problems| panic!("{problems}"));
        let failures = prove(&Arc::new(lesson), &Arc::new(scenario)).join("\n");
        assert!(failures.contains(expected), "{expected}: {failures}");
        assert_eq!(failures.is_empty(), expected.is_empty(), "{failures}");
    }

    #[test]
    fn a_sound_lesson_holds() {
        check("First", "First", "");
    }

    #[test]
    fn a_lesson_that_needs_nothing_does_not_hold() {
        check(
            "{service: one, version: v1}}",
            "{service: one, version: v2}}",
            "doing nothing",
        );
        let nothing = "- {text: Nothing, when: {hints: 0}}";
        check(
            "- {text: One runs v1, when: {runs: {service: one, version: v1}}}
      - {text: A minute has passed, when: {passed: 1m}}",
            nothing,
            "seed 1: the first step can be skipped",
        );
    }

    #[test]
    fn a_solution_that_does_not_pass_is_named_with_its_step() {
        check("2m, continue]", "2m]", "does not reach the debrief");
        check(
            "roll-back: one, after: 2m",
            "after: 2m",
            "refused in step 1",
        );
        check("{changes: 1}", "{changes: 0}", "misses a star: b");
    }

    #[test]
    fn a_mistake_that_passes_or_earns_no_word_is_named() {
        check(
            "used: restart",
            "used: scale",
            "mistake `Restart`: no feedback",
        );
        check(
            "restart: one, after: 2m",
            "roll-back: one, after: 2m",
            "it passes the step",
        );
        check(
            "restart: one, after: 2m",
            "scale: {service: one, replicas: 3}",
            "it is refused",
        );
    }
}
