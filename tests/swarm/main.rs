//! A swarm of worlds drawn by chance, each with faults and commands drawn by
//! chance, and what must hold in every one of them at any time: requests are
//! conserved, nothing leaves its bounds, what is refused changes nothing, the
//! size of the slices leaves no trace, and once nobody comes and nothing is
//! wrong any more, nothing is left under way and everything is as it was.
//!
//! Cases are numbered from 0; `XOPS_CASES=5000` tries more of them and
//! `XOPS_SEED=17` only that one. A failure names its number.
#![allow(clippy::unwrap_used)]

mod acts;
mod dice;
mod mutants;
#[path = "../support/mod.rs"]
mod support;
mod undone;
mod worlds;

use std::ops::Range;
use std::sync::Arc;

use dice::Dice;
use xops_lab::base::{SimTime, Span};
use xops_lab::engine::Progress;
use xops_lab::session::{Author, Command, Session};
use xops_lab::world::{PodWord, World};

/// Says how to repeat a case that fails.
struct Case(u64, String);

impl Drop for Case {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!(
                "{}\nrepeat it: XOPS_SEED={} cargo test --test swarm",
                self.1, self.0
            );
        }
    }
}

/// The cases to try, `usual` of them unless the environment says otherwise.
fn cases(usual: u64) -> Range<u64> {
    let number = |name: &str| std::env::var(name).ok()?.parse::<u64>().ok();
    match number("XOPS_SEED") {
        Some(seed) => seed..seed + 1,
        None => 0..number("XOPS_CASES").unwrap_or(usual),
    }
}

fn advance(session: &mut Session, until: SimTime, mut budget: impl FnMut() -> u64) {
    while session.advance(until, budget()) == Progress::OutOfBudget {}
}

fn is_sound(session: &Session) {
    let broken = session.world().audit();
    assert!(broken.is_empty(), "at {}: {broken:#?}", session.now());
    let view = session.view();
    for slo in &view.slos {
        assert!(slo.budget_left.is_none_or(|left| left <= 1.0), "{slo:?}");
    }
    assert!(session.world().cost().total.is_finite());
}

/// Plays a case by chance; what was done and when, refused or not.
fn play(
    dice: &mut Dice,
    session: &mut Session,
    told: &mut String,
) -> Vec<(SimTime, Command, bool)> {
    let mut script = Vec::new();
    let mut act = |session: &mut Session, command: Command| {
        advance(session, session.now(), || u64::MAX);
        let before = session.digest();
        let answer = session.apply(Author::Learner, command.clone());
        if let Err(refusal) = &answer {
            assert!(
                !refusal.problem.is_empty() && !refusal.remedy.is_empty(),
                "{refusal:?}"
            );
            assert_eq!(
                session.digest(),
                before,
                "{command:?} was refused: {refusal:?}"
            );
        }
        let did = if answer.is_ok() { "did" } else { "refused" };
        *told += &format!("{} {did} {command:?}\n", session.now());
        script.push((session.now(), command, answer.is_ok()));
        is_sound(session);
    };
    while session.now() < SimTime::from_secs(120) {
        let until = session.now() + Span::from_millis(dice.from(0, 16_000));
        advance(session, until, || u64::MAX);
        is_sound(session);
        let command = acts::command(dice, session.world());
        act(session, command);
    }
    for command in acts::calm(session.world()) {
        act(session, command);
    }
    script
}

/// Waits until nothing is under way, a day at the most.
fn settle(session: &mut Session) {
    for _ in 0..48 {
        let until = session.now() + Span::from_mins(30);
        advance(session, until, || u64::MAX);
        is_sound(session);
        if session.world().leftovers().is_empty() {
            return;
        }
    }
    let world = session.world();
    let ready = |place| world.pods(place).any(|pod| pod.word == PodWord::Ready);
    if !(0..world.spec().services.len()).all(ready) {
        // No node has room for anyone who could take it up.
        return;
    }
    let left = world.leftovers();
    panic!(
        "left after a day without anyone: {left:?}\n{}",
        state(world)
    );
}

/// Pods in words, for failures.
fn state(world: &World) -> String {
    let mut text = String::new();
    for (place, service) in world.spec().services.iter().enumerate() {
        for pod in world.pods(place) {
            text += &format!("{}: {pod:?}\n", service.name);
        }
    }
    text
}

#[test]
fn random_worlds_are_sound_whatever_is_done_to_them() {
    for seed in cases(150) {
        let mut dice = Dice::new(seed);
        let (text, scenario) = worlds::draw(&mut dice);
        let mut case = Case(seed, text);
        let scenario = Arc::new(scenario);
        let mut session = Session::new(Arc::clone(&scenario), seed);
        let script = play(&mut dice, &mut session, &mut case.1);
        settle(&mut session);
        // The same in slices of all sizes.
        let mut again = Session::new(scenario, seed);
        let slice = *dice.pick(&[1, 7, 100, 1_000]);
        for (at, command, done) in &script {
            advance(&mut again, *at, || dice.from(1, slice));
            assert_eq!(
                again.apply(Author::Learner, command.clone()).is_ok(),
                *done,
                "{command:?}"
            );
        }
        advance(&mut again, session.now(), || 10_000);
        assert_eq!(
            again.digest(),
            session.digest(),
            "slices of up to {slice} events"
        );
    }
}
