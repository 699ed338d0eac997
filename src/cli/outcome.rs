//! How a command can end early.

use std::io;

use crate::base::Diagnostics;
use crate::session::Refusal;

/// Why a command ended before its work was done.
#[derive(Debug)]
pub(super) enum Failure {
    /// The words of the command line do not fit; nothing was done.
    Usage(String),
    /// What was asked for cannot be done; the text says why, and how to mend it.
    Problem(String),
    /// Nobody reads the output any more.
    Gone,
}

impl Failure {
    /// A problem with its remedy.
    pub fn problem(problem: &str, remedy: &str) -> Failure {
        Failure::Problem(format!("error: {problem}\n    = remedy: {remedy}"))
    }

    /// What it says, for a table.
    pub fn text(&self) -> &str {
        match self {
            Failure::Usage(text) | Failure::Problem(text) => text,
            Failure::Gone => "nobody reads the output",
        }
    }

    /// Words that do not fit, with their remedy.
    pub fn usage(problem: &str, remedy: &str) -> Failure {
        Failure::Usage(format!("error: {problem}\n    = remedy: {remedy}"))
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Failure {
        if error.kind() == io::ErrorKind::BrokenPipe {
            Failure::Gone
        } else {
            Failure::Problem(format!("error: the output cannot be written: {error}"))
        }
    }
}

impl From<Diagnostics> for Failure {
    fn from(problems: Diagnostics) -> Failure {
        Failure::Problem(problems.to_string())
    }
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Failure {
        Failure::problem(&refusal.problem, &refusal.remedy)
    }
}
