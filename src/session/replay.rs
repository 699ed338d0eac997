//! A run as a file: world, seed and journal. A bug report, a share and a test.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{Author, JournalEntry, Refusal, Scenario, Session};
use crate::base::SimTime;

/// A run that can be run again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Replay {
    /// Always `xops-replay/1`.
    pub format: String,
    /// Name of the world file.
    pub world: String,
    /// Content of the world file.
    pub world_text: String,
    /// Name of the lesson file, where there was a lesson.
    #[serde(default)]
    pub lesson: Option<String>,
    /// Content of the lesson file.
    #[serde(default)]
    pub lesson_text: Option<String>,
    /// The seed.
    pub seed: u64,
    /// What was done.
    pub journal: Vec<JournalEntry>,
    /// How far the run went, nanoseconds.
    pub until: SimTime,
}

impl Replay {
    /// The format that this build reads and writes.
    pub const FORMAT: &'static str = "xops-replay/1";
}

impl Session {
    /// A lab with the first commands of a journal carried out, run to `until`
    /// or to the last command if that is later. The first command that is
    /// refused ends it, with its place.
    pub fn replay(
        scenario: Arc<Scenario>,
        seed: u64,
        journal: &[JournalEntry],
        until: SimTime,
    ) -> Result<Session, Refusal> {
        let mut session = Session::new(scenario, seed);
        for entry in journal {
            if entry.at < session.now() {
                let problem = format!("command {} of the journal is out of order", entry.seq);
                return Err(Refusal::new(
                    problem,
                    "sort the journal by time, or record it again",
                ));
            }
            session.advance(entry.at, u64::MAX);
            session
                .apply(Author::Learner, entry.command.clone())
                .map_err(|refusal| {
                    let problem =
                        format!("command {} of the journal: {}", entry.seq, refusal.problem);
                    Refusal::new(problem, refusal.remedy)
                })?;
        }
        session.advance(until, u64::MAX);
        Ok(session)
    }
}
