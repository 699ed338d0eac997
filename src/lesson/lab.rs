//! What a shell runs: a sandbox, or a lesson played in one.

use std::sync::Arc;

use super::{Lesson, LessonView, Play};
use crate::base::{Diagnostic, Diagnostics, Place, Severity, SimTime};
use crate::engine::Progress;
use crate::session::{
    Author, Command, Compared, JournalEntry, Opening, Refusal, Scenario, Session,
};
use crate::telemetry::trace::Sampling;

/// A running lab with or without a lesson beside it.
#[derive(Clone, Debug)]
pub enum Lab {
    /// Every control, no lesson.
    Sandbox(Box<Session>),
    /// A lesson in progress.
    Lesson(Box<Play>),
}

impl Lab {
    /// Builds the lab at its beginning; the journal is not carried out yet.
    pub fn build(opening: &Opening) -> Result<(Lab, Diagnostics), Diagnostics> {
        let world = &opening.world;
        let (scenario, mut warnings) = Scenario::read(&world.name, &world.text)?;
        let scenario = Arc::new(scenario);
        let Some(files) = &opening.lesson else {
            let session = Session::new(scenario, opening.seed);
            return Ok((Lab::Sandbox(Box::new(session)), warnings));
        };
        let (lesson, more) = Lesson::read(
            (&files.lesson.name, &files.lesson.text),
            (&files.glossary.name, &files.glossary.text),
            &scenario,
        )?;
        warnings.append(more);
        let play = Play::new(Arc::new(lesson), scenario, opening.seed);
        Ok((Lab::Lesson(Box::new(play)), warnings))
    }

    /// The session inside.
    pub fn session(&self) -> &Session {
        match self {
            Lab::Sandbox(session) => session,
            Lab::Lesson(play) => play.session(),
        }
    }

    /// Keeps what another run led to; see [`Session::compare`].
    pub fn compare(&mut self, found: Compared) {
        match self {
            Lab::Sandbox(session) => session.compare(found),
            Lab::Lesson(play) => play.compare(found),
        }
    }

    /// Chooses which requests of a sandbox are followed from now on.
    pub fn sample(&mut self, sampling: Sampling) {
        if let Lab::Sandbox(session) = self {
            session.sample(sampling);
        }
    }

    /// Where a fresh run stands before the learner may act: a lesson may start late.
    pub fn start(&self) -> SimTime {
        match self {
            Lab::Sandbox(_) => SimTime::ZERO,
            Lab::Lesson(play) => play.start(),
        }
    }

    /// Runs on; see [`Session::advance`].
    pub fn advance(&mut self, until: SimTime, budget: u64) -> Progress {
        match self {
            Lab::Sandbox(session) => session.advance(until, budget),
            Lab::Lesson(play) => play.advance(until, budget),
        }
    }

    /// Carries a learner's command out.
    pub fn apply(&mut self, command: Command) -> Result<JournalEntry, Refusal> {
        match self {
            Lab::Sandbox(session) => match command {
                Command::Answer { .. } | Command::Hint | Command::Continue => Err(Refusal::new(
                    "there is no lesson here",
                    "open a lesson first",
                )),
                command => session.apply(Author::Learner, command),
            },
            Lab::Lesson(play) => play.apply(command),
        }
    }

    /// Returns to the start of a lesson's step.
    pub fn rewind(&mut self, step: u32) -> Result<(), Refusal> {
        match self {
            Lab::Sandbox(_) => Err(Refusal::new(
                "there is no lesson here",
                "start the sandbox again instead",
            )),
            Lab::Lesson(play) => play.rewind(step),
        }
    }

    /// The lesson as the learner sees it now.
    pub fn lesson_view(&self) -> Option<LessonView> {
        match self {
            Lab::Sandbox(_) => None,
            Lab::Lesson(play) => Some(play.view()),
        }
    }

    /// Rises when the learner should look up: a happening, or a lesson's check newly met.
    pub fn attention(&self) -> u32 {
        match self {
            Lab::Sandbox(session) => session.happenings(),
            Lab::Lesson(play) => play.session().happenings() + play.milestones(),
        }
    }

    /// How often a lesson has become ready to go on.
    pub fn milestones(&self) -> u32 {
        match self {
            Lab::Sandbox(_) => 0,
            Lab::Lesson(play) => play.milestones(),
        }
    }
}

/// A journal entry that does not fit its lab, as a diagnostic.
pub fn journal_problem(place: usize, refusal: &Refusal) -> Diagnostics {
    let mut diagnostics = Diagnostics::new();
    diagnostics.push(Diagnostic {
        severity: Severity::Error,
        place: Place {
            file: "journal".to_owned(),
            line: place as u32 + 1,
            column: 1,
        },
        field: String::new(),
        problem: refusal.problem.clone(),
        remedy: refusal.remedy.clone(),
        excerpt: String::new(),
    });
    diagnostics
}
