//! Questions about a running lab that no view answers by itself.
//!
//! In: a [`Question`], plain data. Out: the [`Answer`] of the same kind. Asking
//! changes nothing. Each kind of question has a file of its own here and one
//! variant in both enums.

mod logs;
mod metrics;
mod traces;

use serde::{Deserialize, Serialize};

use super::Session;

pub use logs::{LogAnswer, LogLine, LogQuestion};
pub use metrics::{Asked, Found, FoundSeries, MetricAnswer, MetricQuestion, Shape, When};
pub use traces::{
    SpanRow, TraceAnswer, TraceFilter, TraceLine, TraceQuestion, TraceSort, TraceView,
};

/// What can be asked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Question {
    /// Queries over the metrics.
    Metrics(MetricQuestion),
    /// Which traces there are, or one of them.
    Traces(TraceQuestion),
    /// Which lines the logs have.
    Logs(LogQuestion),
}

/// The answer, in the order of the questions.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Answer {
    /// What the queries found.
    Metrics(MetricAnswer),
    /// Traces.
    Traces(TraceAnswer),
    /// Lines of the logs.
    Logs(LogAnswer),
}

impl Session {
    /// The answer to a question, as of now.
    pub fn answer(&self, question: &Question) -> Answer {
        match question {
            Question::Metrics(question) => Answer::Metrics(self.ask_metrics(question)),
            Question::Traces(question) => Answer::Traces(self.ask_traces(question)),
            Question::Logs(question) => Answer::Logs(self.ask_logs(question)),
        }
    }
}
