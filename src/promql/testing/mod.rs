//! Prometheus's language for testing PromQL: series in, queries, expected results out.
//!
//! In: a file of that language as text. Out: each case with its result. What
//! needs native histograms, start timestamps or experimental syntax is neither
//! passed nor failed but not supported, and says why; nothing is left out in
//! silence. As in Prometheus, an instant case is also evaluated as a range,
//! and with `@` at other times.

mod compare;
mod run;
mod script;
mod series;

use std::fmt;

pub use run::run;
pub use series::{Line, labels, line};

/// How one case ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// As it should be.
    Passed,
    /// Not as it should be, and why.
    Failed(String),
    /// It needs what this engine does not have.
    Unsupported(String),
}

/// One case of a file.
#[derive(Clone, Debug)]
pub struct Case {
    /// The line on which it starts, from 1.
    pub line: u32,
    /// Its first line.
    pub text: String,
    /// How it ended.
    pub outcome: Outcome,
}

/// Every case of a file.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// In the order of the file.
    pub cases: Vec<Case>,
}

impl Report {
    /// How many cases passed, failed, and are not supported.
    pub fn counts(&self) -> (usize, usize, usize) {
        let count = |wanted: fn(&Outcome) -> bool| {
            let cases = self.cases.iter();
            cases.filter(|case| wanted(&case.outcome)).count()
        };
        (
            count(|outcome| matches!(outcome, Outcome::Passed)),
            count(|outcome| matches!(outcome, Outcome::Failed(_))),
            count(|outcome| matches!(outcome, Outcome::Unsupported(_))),
        )
    }
}

impl fmt::Display for Case {
    /// One line, and a second with the reason unless it passed.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (word, reason) = match &self.outcome {
            Outcome::Passed => ("passed", None),
            Outcome::Failed(reason) => ("FAILED", Some(reason)),
            Outcome::Unsupported(reason) => ("not supported", Some(reason)),
        };
        write!(f, "line {}: {word}: {}", self.line, self.text)?;
        match reason {
            Some(reason) => write!(f, "\n    {reason}"),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests;
