//! Lessons: their format, the play of one, and its debrief.
//!
//! In: a lesson file, a world and the learner's commands. Out: what the page
//! shows of the lesson. Every check reads the session, never the page; it
//! knows no browser.

pub mod catalogue;
mod debrief;
mod figure;
pub mod formula;
pub mod glossary;
mod goal;
pub mod grade;
mod lab;
mod load;
mod markdown;
mod measure;
mod names;
mod outcome;
mod play;
pub mod progress;
pub mod proof;
#[cfg(test)]
mod sample;
pub mod shelf;
mod show;
mod shown;
mod text;
mod view;

use crate::base::Span;
use crate::session::Scripted;

pub use catalogue::{Catalogue, Entry, Track, WorldEntry};
pub use goal::{Action, Bound, Goal};
pub use lab::{Lab, journal_problem};
pub use load::{CONTROLS, FORMAT};
pub use measure::{Measure, Quantity};
pub use outcome::{Claim, Difference, Outcome};
pub use play::Play;
pub use progress::{LessonProgress, Progress, Settings, Theme};
pub use proof::prove;
pub use shelf::Shelf;
pub use text::{Block, Inline};
pub use view::{
    CheckView, Debrief, LessonView, QuestionKind, QuestionView, SpentBy, Star, StepHead, StepState,
    Term,
};

/// A lesson as its file describes it.
#[derive(Clone, Debug, PartialEq)]
pub struct Lesson {
    /// `<track>/<lesson>`.
    pub id: String,
    /// Its title.
    pub title: String,
    /// About how long it takes a learner.
    pub minutes: u32,
    /// Name of its world.
    pub world: String,
    /// Simulated time that passes before the learner arrives.
    pub start: Span,
    /// Seed where none is chosen.
    pub seed: u64,
    /// What the learner does, in order; never empty.
    pub steps: Vec<Step>,
    /// What is said at the end.
    pub debrief: DebriefSpec,
    /// One way to do it well.
    pub solution: Vec<Scripted>,
    /// Tempting ways to do it wrong, each with the step whose feedback it earns.
    pub mistakes: Vec<Mistake>,
    /// Every question of every step.
    pub questions: Vec<(String, QuestionKind)>,
    /// Objectives that its commands make.
    pub made: Vec<String>,
    /// Every term that texts may link to.
    pub glossary: Vec<Term>,
}

/// One step.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// Its title.
    pub title: String,
    /// The situation.
    pub text: Vec<Block>,
    /// What to do now, one line.
    pub task: String,
    /// Controls that come in with this step and stay.
    pub controls: Vec<String>,
    /// What happens by itself, as operators see it.
    pub script: Vec<Scripted>,
    /// What happens by itself, unseen.
    pub hidden: Vec<Scripted>,
    /// A guess to commit to.
    pub question: Option<Question>,
    /// What must be true, all at once.
    pub checks: Vec<Check>,
    /// Direction first, then the control, then the action.
    pub hints: Vec<Vec<Block>>,
    /// Tempting wrong moves.
    pub wrong: Vec<Wrong>,
    /// What it meant, once the checks are met.
    pub explain: Vec<Block>,
    /// Label of the button that goes on.
    pub label: String,
}

/// A question.
#[derive(Clone, Debug, PartialEq)]
pub struct Question {
    /// Its name.
    pub name: String,
    /// Its words.
    pub prompt: String,
    /// How it is answered.
    pub kind: QuestionKind,
}

/// A condition with its words.
#[derive(Clone, Debug, PartialEq)]
pub struct Check {
    /// What must be true, for the learner.
    pub text: String,
    /// What must be true, for the engine.
    pub goal: Goal,
}

/// A wrong move and what to say about it.
#[derive(Clone, Debug, PartialEq)]
pub struct Wrong {
    /// When it has been made.
    pub goal: Goal,
    /// Why it is tempting, and why it does not help.
    pub feedback: Vec<Block>,
}

/// The end of a lesson.
#[derive(Clone, Debug, PartialEq)]
pub struct DebriefSpec {
    /// The text.
    pub text: Vec<Block>,
    /// The objective whose budget it is about.
    pub slo: String,
    /// Three stars.
    pub stars: Vec<StarSpec>,
}

/// One star.
#[derive(Clone, Debug, PartialEq)]
pub struct StarSpec {
    /// When it is earned.
    pub goal: Goal,
    /// What to say then.
    pub earned: String,
    /// What to say otherwise.
    pub missed: String,
}

/// A way to do it wrong, for the proof that the lesson notices.
#[derive(Clone, Debug, PartialEq)]
pub struct Mistake {
    /// What it is.
    pub name: String,
    /// The step whose feedback it earns, from 0.
    pub step: u32,
    /// What to do.
    pub commands: Vec<Scripted>,
}
