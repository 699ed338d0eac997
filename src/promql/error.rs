//! What is wrong with a query, and where.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A part of a query, in bytes from its start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// The first byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Part {
    /// From one byte to before another.
    pub fn new(start: usize, end: usize) -> Part {
        Part {
            start: start as u32,
            end: end as u32,
        }
    }

    /// From the start of one part to the end of another.
    pub fn to(self, other: Part) -> Part {
        Part {
            start: self.start,
            end: other.end,
        }
    }

    /// Line and column of the start, both from 1, in characters.
    pub fn place(self, query: &str) -> (u32, u32) {
        let before = query.get(..self.start as usize).unwrap_or(query);
        let line = before.matches('\n').count() as u32 + 1;
        let column = before.chars().rev().take_while(|c| *c != '\n').count() as u32 + 1;
        (line, column)
    }
}

/// What kind of thing is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Kind {
    /// The text is no expression; the query cannot be run.
    Syntax,
    /// The parts do not fit together, such as a rate of a number.
    Type,
    /// A stated limit was reached: length, depth, steps or samples.
    Limit,
    /// Something of Prometheus that is experimental, or needs native
    /// histograms, and that this engine does not have.
    Unsupported,
    /// The query can be read, but the data or an argument does not allow an answer.
    Evaluation,
}

/// Why a query has no answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Error {
    /// What kind of thing is wrong.
    pub kind: Kind,
    /// The part of the query.
    pub part: Part,
    /// Line and column of that part, both from 1.
    pub place: (u32, u32),
    /// What is wrong, without a final stop.
    pub problem: String,
    /// What would have been right; may be empty.
    pub expected: String,
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (line, column) = self.place;
        f.write_fmt(format_args!("{line}:{column}: {}", self.problem))?;
        if !self.expected.is_empty() {
            f.write_fmt(format_args!("; expected {}", self.expected))?;
        }
        Ok(())
    }
}

/// An error before its query is at hand.
#[derive(Clone, Debug)]
pub(super) struct Fault {
    pub kind: Kind,
    pub part: Part,
    pub problem: String,
    pub expected: String,
}

impl Fault {
    pub fn new(kind: Kind, part: Part, problem: impl Into<String>) -> Fault {
        Fault {
            kind,
            part,
            problem: problem.into(),
            expected: String::new(),
        }
    }

    /// Says what would have been right.
    pub fn expected(mut self, what: impl Into<String>) -> Fault {
        self.expected = what.into();
        self
    }

    /// With the place in its query.
    pub fn at(self, query: &str) -> Error {
        Error {
            kind: self.kind,
            part: self.part,
            place: self.part.place(query),
            problem: self.problem,
            expected: self.expected,
        }
    }
}
