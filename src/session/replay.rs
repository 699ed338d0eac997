//! A run as text: the files, the seed and the journal. A bug report, a share,
//! a test, and what the browser keeps over a reload: one format for all.

use serde::{Deserialize, Serialize};

use super::JournalEntry;
use super::act::MOST_COMMANDS;
use crate::base::{Diagnostic, Diagnostics, Place, Severity, SimTime};

/// A text file as it was fetched, dropped or typed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct File {
    /// Path or name, for diagnostics.
    pub name: String,
    /// Its content.
    pub text: String,
}

impl File {
    /// Its path below `lessons/`; the command line's names have folders in front.
    pub fn on_shelf(&self) -> &str {
        let inside = self.name.rsplit_once("lessons/");
        inside.map_or(&self.name, |(_, inside)| inside)
    }
}

/// The files of a lesson; to a session they are mere text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LessonFiles {
    /// `lesson.yaml`.
    pub lesson: File,
    /// `glossary.yaml`.
    pub glossary: File,
}

/// Everything needed to build a lab, and to build it again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Opening {
    /// The world file.
    pub world: File,
    /// The lesson file and the glossary, where there is a lesson.
    pub lesson: Option<LessonFiles>,
    /// The seed of every random stream.
    pub seed: u64,
    /// Commands to carry out again, oldest first.
    pub journal: Vec<JournalEntry>,
    /// How far to run before the first view; at least to the journal's end.
    pub until: SimTime,
}

impl Opening {
    /// The same run only as far as `at`, with all that was done until then.
    pub fn until(&self, at: SimTime) -> Opening {
        let done = self.journal.partition_point(|entry| entry.at <= at);
        Opening {
            journal: self.journal[..done].to_vec(),
            until: at,
            ..self.clone()
        }
    }
}

/// A recorded run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Replay {
    /// Always [`Replay::FORMAT`].
    pub format: String,
    /// The world file.
    pub world: File,
    /// The lesson's files, where there was a lesson.
    pub lesson: Option<LessonFiles>,
    /// The seed.
    pub seed: u64,
    /// What was done, oldest first.
    pub journal: Vec<JournalEntry>,
    /// How far it ran, nanoseconds.
    pub until: SimTime,
}

impl Replay {
    /// The format that this build reads and writes.
    pub const FORMAT: &'static str = "xops-replay/1";
    /// Longest text that is looked at: a full journal and the largest files fit.
    pub const LONGEST: usize = 8 * 1024 * 1024;
    /// Runs end here: beyond any lesson, and far from the bounds of the engine.
    pub const LAST: SimTime = SimTime::from_secs(400 * 86_400);

    /// The recording of a lab that was opened so and ran until `until`.
    pub fn of(opening: &Opening, until: SimTime) -> Replay {
        Replay {
            format: Self::FORMAT.to_owned(),
            world: opening.world.clone(),
            lesson: opening.lesson.clone(),
            seed: opening.seed,
            journal: opening.journal.clone(),
            until,
        }
    }

    /// The files that it was recorded with.
    pub fn files(&self) -> impl Iterator<Item = &File> {
        let lesson = self.lesson.as_ref();
        let lesson = lesson.map(|files| [&files.lesson, &files.glossary]);
        std::iter::once(&self.world).chain(lesson.into_iter().flatten())
    }

    /// As JSON.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).expect("invariant: a replay has string keys only")
    }

    /// Reads a recording that may come from anyone. Whether its files are
    /// sound and its commands possible shows when it is run.
    pub fn parse(file: &str, text: &str) -> Result<Replay, Diagnostics> {
        let mut problems = Diagnostics::new();
        let mut note = |line, column, field: &str, problem: String, remedy: &str| {
            problems.push(Diagnostic {
                severity: Severity::Error,
                place: Place {
                    file: file.to_owned(),
                    line,
                    column,
                },
                field: field.to_owned(),
                problem,
                remedy: remedy.to_owned(),
                excerpt: String::new(),
            });
        };
        if text.len() > Self::LONGEST {
            let problem = format!("it is longer than {} bytes", Self::LONGEST);
            note(1, 1, "", problem, "record a shorter run");
            return Err(problems);
        }
        let replay: Replay = match serde_json::from_str(text) {
            Ok(replay) => replay,
            Err(error) => {
                let (line, column) = (error.line() as u32, error.column() as u32);
                let remedy = "give a file of the format xops-replay/1, as `Copy replay` and \
                              `xops run --replay` write it";
                note(line.max(1), column.max(1), "", error.to_string(), remedy);
                return Err(problems);
            }
        };
        if replay.format != Self::FORMAT {
            let problem = format!("`{}` is not a format that this build reads", replay.format);
            note(1, 1, "format", problem, "record it again: xops-replay/1");
        }
        if replay.journal.len() > MOST_COMMANDS {
            let problem = format!("more than {MOST_COMMANDS} commands");
            note(1, 1, "journal", problem, "record a shorter run");
        }
        let late = |pair: &[JournalEntry]| pair[0].at > pair[1].at;
        if let Some(place) = replay.journal.windows(2).position(late) {
            let field = format!("journal[{}].at", place + 1);
            let problem = "this command stands before the one above it".to_owned();
            note(1, 1, &field, problem, "sort the journal by time");
        }
        let last = replay
            .journal
            .last()
            .map_or(replay.until, |entry| entry.at.max(replay.until));
        if last > Self::LAST {
            let problem = format!("a run of {}", last.since_start());
            let remedy = format!("runs may take {}", Self::LAST.since_start());
            note(1, 1, "until", problem, &remedy);
        }
        if problems.is_empty() {
            Ok(replay)
        } else {
            Err(problems)
        }
    }

    /// What opens it again.
    pub fn into_opening(self) -> Opening {
        let last = self.journal.last().map_or(SimTime::ZERO, |entry| entry.at);
        Opening {
            world: self.world,
            lesson: self.lesson,
            seed: self.seed,
            until: self.until.max(last),
            journal: self.journal,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::Command;
    use crate::world::{FaultKind, FaultSpec};

    fn opening() -> Opening {
        Opening {
            world: File {
                name: "shop.yaml".into(),
                text: "title: Shop".into(),
            },
            lesson: None,
            seed: u64::MAX,
            journal: vec![
                JournalEntry {
                    at: SimTime::from_secs(60),
                    seq: 0,
                    command: Command::Restart {
                        service: "payment".into(),
                    },
                },
                JournalEntry {
                    at: SimTime::from_secs(61),
                    seq: 1,
                    command: Command::Inject {
                        fault: FaultSpec::usual(FaultKind::Errors, "shop"),
                    },
                },
            ],
            until: SimTime::ZERO,
        }
    }

    /// A recording with some words replaced is refused with `expected`.
    fn check(word: &str, by: &str, expected: &str) {
        let text = Replay::of(&opening(), SimTime::from_secs(90)).to_json();
        assert!(text.contains(word), "{text}");
        let found = match Replay::parse("r.json", &text.replacen(word, by, 1)) {
            Ok(replay) => format!("accepted: {replay:?}"),
            Err(problems) => problems.to_string(),
        };
        assert!(found.contains(expected), "{found}");
        assert!(found.contains("remedy"), "{found}");
    }

    #[test]
    fn a_recording_reads_back_to_the_last_bit() {
        let replay = Replay::of(&opening(), SimTime::from_secs(90));
        assert_eq!(Replay::parse("r.json", &replay.to_json()), Ok(replay));
    }

    #[test]
    fn a_recording_runs_at_least_to_its_last_command() {
        let replay = Replay::of(&opening(), SimTime::from_secs(1));
        assert_eq!(replay.into_opening().until, SimTime::from_secs(61));
    }

    #[test]
    fn a_wrong_recording_is_refused_with_place_and_remedy() {
        check("xops-replay/1", "xops-replay/9", "r.json:1:1: format");
        check("\"seed\"", "\"sead\"", "missing field `seed`");
        check("61000000000", "59000000000", "journal[1].at");
        check("90000000000", "99999999999999999", "until");
        check("\"share\":1.0", "\"share\":1.25", "ratio");
        check("{", "", "r.json:1:");
        let long = " ".repeat(Replay::LONGEST + 1);
        assert!(Replay::parse("r.json", &long).is_err());
    }
}
