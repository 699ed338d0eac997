//! What a page shows of a lesson in progress.

use serde::{Deserialize, Serialize};

use super::text::Block;
use crate::base::{SimTime, Span};
use crate::session::Panel;

/// A lesson as the learner sees it now.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LessonView {
    /// `<track>/<lesson>`.
    pub id: String,
    /// The lesson's title.
    pub title: String,
    /// Every step with its state; the debrief is the last.
    pub steps: Vec<StepHead>,
    /// Index of the current step in `steps`.
    pub current: u32,
    /// The current step's text, figures filled in.
    pub body: Vec<Block>,
    /// What to do now, one line.
    pub task: String,
    /// A question to commit to, while the step has one.
    pub question: Option<QuestionView>,
    /// What the step waits for.
    pub checks: Vec<CheckView>,
    /// Hints opened so far, each a text.
    pub hints: Vec<Vec<Block>>,
    /// Hints still closed.
    pub hints_left: u32,
    /// The explanation, once the step's checks are met.
    pub explanation: Option<Vec<Block>>,
    /// Whether "Continue" is allowed now.
    pub can_continue: bool,
    /// Label of the continue button.
    pub continue_label: String,
    /// Feedback on a tempting wrong move, when the learner just made it.
    pub feedback: Option<Vec<Block>>,
    /// Terms linked from the texts shown, with their meaning.
    pub terms: Vec<Term>,
    /// Controls of the inspector that this step shows, by name: `faults`, `deploy`, `roll_back`,
    /// `restart`, `scale`, `load`. An empty list hides all.
    pub controls: Vec<String>,
    /// The debrief, once the last step is done.
    pub debrief: Option<Debrief>,
}

/// One line of the list of steps.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepHead {
    /// Its title.
    pub title: String,
    /// How it stands.
    pub state: StepState,
}

/// How a step stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum StepState {
    /// Not reached.
    Ahead,
    /// In progress.
    Current,
    /// Done.
    Done,
}

/// A question that commits the learner to a guess.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct QuestionView {
    /// Its name, for the command.
    pub name: String,
    /// The question.
    pub prompt: String,
    /// How it is answered.
    pub kind: QuestionKind,
    /// The answer given.
    pub answer: Option<f64>,
}

/// How a question is answered.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum QuestionKind {
    /// A number on a slider.
    Number {
        /// Least value.
        min: f64,
        /// Largest value.
        max: f64,
        /// Step of the slider.
        step: f64,
        /// Unit behind the number, such as `days`.
        unit: String,
    },
    /// One of several.
    Choice {
        /// The choices; the answer is an index.
        options: Vec<String>,
    },
}

/// One condition of a step and how it stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckView {
    /// What must be true, in words.
    pub text: String,
    /// Whether it is.
    pub met: bool,
    /// What is still missing, in numbers; empty when met.
    pub missing: String,
}

/// A term of the glossary.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Term {
    /// Its name in links, such as `error-budget`.
    pub slug: String,
    /// How it is written.
    pub title: String,
    /// What it means, one or two sentences.
    pub meaning: String,
}

/// What happened, from the simulator's own truth.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Debrief {
    /// The text, figures filled in.
    pub body: Vec<Block>,
    /// Who spent the budget.
    pub spent: Vec<SpentBy>,
    /// Budget over time: this run beside doing nothing and the reference run.
    pub comparison: Panel,
    /// What the dashboards showed of the lesson (the first line of each), and
    /// what was the case (the second).
    pub shown: Vec<Panel>,
    /// What the learner did and when.
    pub actions: Vec<(SimTime, String)>,
    /// Stars out of three, each with its reason.
    pub stars: Vec<Star>,
    /// Simulated time the lesson took.
    pub took: Span,
}

/// One cause and what it cost.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SpentBy {
    /// The cause in words, such as `payment v2: errors on charge`.
    pub cause: String,
    /// How it reached most of those users, from the cause on; empty where
    /// there is no more to say.
    pub way: String,
    /// Share of the whole budget, 0..; 1 is all of it.
    pub share: f64,
    /// Failed requests of users (scaled).
    pub requests: u64,
}

/// One star of the score.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Star {
    /// Whether it was earned.
    pub earned: bool,
    /// Why, or why not.
    pub reason: String,
}
