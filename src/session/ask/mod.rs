//! Questions about a running lab that no view answers by itself.
//!
//! In: a [`Question`], plain data. Out: the [`Answer`] of the same kind. Asking
//! changes nothing. Each kind of question has a file of its own here and one
//! variant in both enums.

mod board;
mod complete;
mod during;
mod logs;
mod metrics;
mod rule;
mod traces;

use serde::{Deserialize, Serialize};

use super::Session;

pub use board::{Board, BoardAnswer, BoardQuestion, LINES};
pub use complete::{Proposal, Proposals, Proposed, Typing};
pub use during::{Bars, During};
pub use logs::{LogAnswer, LogLine, LogQuestion};
pub(crate) use metrics::step_for;
pub use metrics::{Asked, Found, FoundSeries, MetricAnswer, MetricQuestion, Shape, When};
pub use rule::{RuleAnswer, RuleQuestion};
pub use traces::{
    SpanRow, TraceAnswer, TraceFilter, TraceLine, TraceQuestion, TraceSort, TraceView,
};

/// What can be asked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Question {
    /// Queries over the metrics.
    Metrics(MetricQuestion),
    /// A dashboard.
    Board(BoardQuestion),
    /// What could stand at a cursor.
    Propose(Typing),
    /// The last scrape as text.
    Exposition,
    /// What rules would have been worth.
    Rules(RuleQuestion),
    /// Which traces there are, or one of them.
    Traces(TraceQuestion),
    /// Which lines the logs have.
    Logs(LogQuestion),
    /// The review of the latest incident as Markdown.
    Postmortem,
}

/// The answer, in the order of the questions.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Answer {
    /// What the queries found.
    Metrics(MetricAnswer),
    /// What they would have been worth.
    Rules(RuleAnswer),
    /// The dashboard.
    Board(BoardAnswer),
    /// What could.
    Proposals(Proposals),
    /// A text.
    Text(String),
    /// Traces.
    Traces(TraceAnswer),
    /// Lines of the logs.
    Logs(LogAnswer),
}

impl Answer {
    /// What queries over the metrics found, if that was the question.
    pub fn metrics(&self) -> Option<&MetricAnswer> {
        match self {
            Answer::Metrics(answer) => Some(answer),
            _ => None,
        }
    }
}

impl Session {
    /// The answer to a question, as of now.
    pub fn answer(&self, question: &Question) -> Answer {
        match question {
            Question::Metrics(question) => Answer::Metrics(self.ask_metrics(question)),
            Question::Board(question) => Answer::Board(self.board(question)),
            Question::Propose(typing) => Answer::Proposals(self.propose(typing)),
            Question::Postmortem => Answer::Text(self.postmortem().unwrap_or_default()),
            Question::Exposition => Answer::Text(self.exposition()),
            Question::Rules(question) => Answer::Rules(self.ask_rules(question)),
            Question::Traces(question) => Answer::Traces(self.ask_traces(question)),
            Question::Logs(question) => Answer::Logs(self.ask_logs(question)),
        }
    }
}
