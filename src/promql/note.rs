//! Notes: what is odd about a query that has an answer all the same.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::error::Part;

/// How odd it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Level {
    /// The answer is likely not what was meant.
    Warning,
    /// Good to know.
    Info,
}

/// One note.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note {
    /// How odd it is.
    pub level: Level,
    /// The part of the query that it is about.
    pub part: Part,
    /// Line and column of that part, both from 1.
    pub place: (u32, u32),
    /// What is odd.
    pub text: String,
}

impl fmt::Display for Note {
    /// As Prometheus writes it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let level = match self.level {
            Level::Warning => "PromQL warning",
            Level::Info => "PromQL info",
        };
        let (line, column) = self.place;
        f.write_fmt(format_args!("{level}: {} ({line}:{column})", self.text))
    }
}

/// Notes of one query, each once, in the order in which they came up.
#[derive(Clone, Debug, Default)]
pub(super) struct Notes {
    notes: Vec<Note>,
}

/// Notes of one query that are kept.
const MOST: usize = 50;

impl Notes {
    /// How many there are.
    pub fn count(&self) -> usize {
        self.notes.len()
    }

    /// Adds a note unless it is there.
    pub fn add(&mut self, level: Level, part: Part, text: String) {
        let known = |note: &Note| note.level == level && note.part == part && note.text == text;
        if self.notes.len() < MOST && !self.notes.iter().any(known) {
            self.notes.push(Note {
                level,
                part,
                place: (0, 0),
                text,
            });
        }
    }

    /// With their places.
    pub fn finish(mut self, query: &str) -> Vec<Note> {
        for note in &mut self.notes {
            note.place = note.part.place(query);
        }
        self.notes
    }
}
