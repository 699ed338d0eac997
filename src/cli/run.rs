//! `xops run`: a world or a lesson from its beginning.

use std::io::Write;

use super::outcome::Failure;
use super::play::{self, Script};
use super::story::Story;
use super::{files, show, words};
use crate::base::{SimTime, Span};
use crate::lesson::{Claim, Lab, Outcome};
use crate::session::{Opening, Replay, Rerun, RerunWay};

/// Where no seed is given.
const SEED: u64 = 1;
/// Where no length is given.
const LENGTH: Span = Span::from_hours(1);

/// Runs, prints, and writes a replay if one is wanted.
pub(super) fn run(task: &words::Run, out: &mut dyn Write) -> Result<(), Failure> {
    let (mut opening, mut lab, story) = played(task)?;
    show::run(&lab, &story, out)?;
    opening.journal = lab.session().journal().to_vec();
    let replay = Replay::of(&opening, lab.session().now());
    if let Some(path) = &task.replay {
        files::write(path, &replay.to_json())?;
        writeln!(out, "Written down in {}", path.display())?;
    }
    if let Some(path) = &task.result {
        let claim = Claim::new(&task.author, replay, Outcome::of(&mut lab));
        files::write(path, &claim.to_json())?;
        writeln!(out, "Result written to {}", path.display())?;
    }
    if let Some(path) = &task.postmortem {
        files::write(path, &postmortem(&mut lab)?)?;
        writeln!(out, "Review written to {}", path.display())?;
    }
    Ok(())
}

/// The review of the latest incident, held against doing nothing and against
/// its action items.
fn postmortem(lab: &mut Lab) -> Result<String, Failure> {
    for way in [RerunWay::Nothing, RerunWay::Items] {
        let mut rerun = Rerun::new(lab.session(), way);
        while let Some(other) = &mut rerun {
            if let Some(found) = other.advance(u64::MAX) {
                lab.compare(found);
                rerun = None;
            }
        }
    }
    let none = || {
        let remedy = "declare one with the command `incident: {declare: ...}`";
        Failure::problem("the run has no incident to review", remedy)
    };
    lab.session().postmortem().ok_or_else(none)
}

/// Runs to the end: what it began with, the lab as it then stands, and what happened.
pub(super) fn played(task: &words::Run) -> Result<(Opening, Lab, Story), Failure> {
    let (world, lesson) = files::open(&task.what)?;
    let mut opening = Opening {
        world,
        lesson,
        seed: task.seed.unwrap_or(SEED),
        journal: Vec::new(),
        until: SimTime::ZERO,
    };
    let mut lab = play::build(&opening)?;
    if let (None, Lab::Lesson(lesson)) = (task.seed, &lab) {
        opening.seed = lesson.lesson().seed;
        lab = play::build(&opening)?;
    }
    let script = script(task, &lab)?;
    let scripted = !script.is_empty();
    let mut story = Story::default();
    let start = lab.start();
    story.advance(&mut lab, start)?;
    play::perform(&mut lab, &mut story, script)?;
    let length = match task.length {
        // A script that says when it ends needs no hour after it.
        None if scripted && task.solution => Span::ZERO,
        given => given.unwrap_or(LENGTH),
    };
    let end = (start + length).max(lab.session().now());
    story.advance(&mut lab, end)?;
    Ok((opening, lab, story))
}

fn script(task: &words::Run, lab: &Lab) -> Result<Script, Failure> {
    if let Some(path) = &task.commands {
        return play::read_commands(path);
    }
    if !task.solution {
        return Ok(Script::new());
    }
    let Lab::Lesson(play) = lab else {
        let remedy = "leave --solution out, or name a lesson";
        return Err(Failure::problem("a world has no solution", remedy));
    };
    let solution = play.lesson().solution.iter().cloned();
    Ok(solution
        .enumerate()
        .map(|(place, scripted)| (format!("solution[{place}]"), scripted))
        .collect())
}
