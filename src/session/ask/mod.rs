//! Questions about a running lab that no view answers by itself.
//!
//! In: a [`Question`], plain data. Out: the [`Answer`] of the same kind. Asking
//! changes nothing. Each kind of question has a file of its own here and one
//! variant in both enums.

mod metrics;

use serde::{Deserialize, Serialize};

use super::Session;

pub use metrics::{Asked, Found, FoundSeries, MetricAnswer, MetricQuestion, Shape, When};

/// What can be asked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Question {
    /// Queries over the metrics.
    Metrics(MetricQuestion),
}

/// The answer, in the order of the questions.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Answer {
    /// What the queries found.
    Metrics(MetricAnswer),
}

impl Session {
    /// The answer to a question, as of now.
    pub fn answer(&self, question: &Question) -> Answer {
        match question {
            Question::Metrics(question) => Answer::Metrics(self.ask_metrics(question)),
        }
    }
}
