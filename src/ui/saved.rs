//! A lab as text: what the browser keeps over a reload, and what "Copy
//! replay" copies. Both are the same format, so that either can be given to
//! the command-line tool.

use serde::{Deserialize, Serialize};

use crate::base::SimTime;
use crate::session::JournalEntry;
use crate::worker::{File, LessonFiles, Opening};

/// What the `format` field says.
pub const FORMAT: &str = "xops-replay";
/// The version written.
pub const VERSION: u32 = 1;
/// Longest text that is looked at; far above what a bounded journal can reach.
const LONGEST: usize = 8 * 1024 * 1024;

/// A recorded run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Replay {
    /// Always [`FORMAT`].
    pub format: String,
    /// Version of the format.
    pub version: u32,
    /// The world file.
    pub world: File,
    /// The lesson's files, where there was a lesson.
    pub lesson: Option<LessonFiles>,
    /// The seed.
    pub seed: u64,
    /// What was done, oldest first.
    pub journal: Vec<JournalEntry>,
    /// How far it ran.
    pub until: SimTime,
}

impl Replay {
    /// The recording of a lab that was opened so and ran until `until`.
    pub fn of(opening: &Opening, until: SimTime) -> Replay {
        Replay {
            format: FORMAT.to_owned(),
            version: VERSION,
            world: opening.world.clone(),
            lesson: opening.lesson.clone(),
            seed: opening.seed,
            journal: opening.journal.clone(),
            until,
        }
    }

    /// As JSON.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).expect("invariant: a replay has string keys only")
    }

    /// Reads a recording; the message says what is wrong with it.
    pub fn parse(text: &str) -> Result<Replay, String> {
        if text.len() > LONGEST {
            return Err(format!("it is longer than {LONGEST} bytes"));
        }
        let replay: Replay = serde_json::from_str(text).map_err(|error| error.to_string())?;
        if replay.format != FORMAT {
            return Err(format!(
                "its format is `{}`, expected `{FORMAT}`",
                replay.format
            ));
        }
        if replay.version != VERSION {
            return Err(format!(
                "it has version {}, this build reads version {VERSION}",
                replay.version
            ));
        }
        Ok(replay)
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

    fn opening() -> Opening {
        Opening {
            world: File {
                name: "shop.yaml".into(),
                text: "title: Shop".into(),
            },
            lesson: None,
            seed: u64::MAX,
            journal: vec![JournalEntry {
                at: SimTime::from_secs(60),
                seq: 0,
                command: Command::Restart {
                    service: "payment".into(),
                },
            }],
            until: SimTime::ZERO,
        }
    }

    #[test]
    fn a_recording_reads_back_to_the_last_bit() {
        let replay = Replay::of(&opening(), SimTime::from_secs(90));
        assert_eq!(Replay::parse(&replay.to_json()), Ok(replay));
    }

    #[test]
    fn a_recording_runs_at_least_to_its_last_command() {
        let replay = Replay::of(&opening(), SimTime::from_secs(1));
        assert_eq!(replay.into_opening().until, SimTime::from_secs(60));
    }

    #[test]
    fn another_version_is_refused_by_name() {
        let text = Replay::of(&opening(), SimTime::ZERO)
            .to_json()
            .replace("\"version\":1", "\"version\":9");
        assert_eq!(
            Replay::parse(&text),
            Err("it has version 9, this build reads version 1".into())
        );
        assert!(Replay::parse("{").is_err());
    }
}
