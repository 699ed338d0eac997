//! What came of a run, claimed in a file and confirmed by running it again.

use serde::{Deserialize, Serialize};

use super::Lab;
use crate::base::SimTime;
use crate::session::{Mark, Replay};

/// What came of a run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {
    /// Where it stood after each command.
    pub marks: Vec<Mark>,
    /// Where it stood at its end.
    pub end: Mark,
    /// The digest of the whole state then, 16 hexadecimal digits.
    pub digest: String,
    /// The stars of the lesson's debrief; none in a sandbox, or before it.
    pub stars: Vec<bool>,
}

/// A recorded run with what its author says came of it: a file to hand in.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Claim {
    /// Always [`Claim::FORMAT`].
    pub format: String,
    /// Who says so.
    pub author: String,
    /// The run.
    pub replay: Replay,
    /// What came of it.
    pub outcome: Outcome,
}

/// Where a run and a claim about it first differ.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Difference {
    /// After so many commands: claimed and found.
    Mark(usize, Option<Mark>, Option<Mark>),
    /// At the end: claimed and found.
    End(Mark, Mark),
    /// In the state at the end alone: claimed and found.
    Digest(String, String),
    /// In the stars alone: claimed and found.
    Stars(Vec<bool>, Vec<bool>),
}

impl Outcome {
    /// What came of a lab until now.
    pub fn of(lab: &mut Lab) -> Outcome {
        // A slice may have ended between two events of one instant.
        let now = lab.session().now();
        lab.advance(now, u64::MAX);
        let debrief = lab.lesson_view().and_then(|lesson| lesson.debrief);
        let stars = debrief.iter().flat_map(|debrief| &debrief.stars);
        Outcome {
            marks: lab.session().marks().to_vec(),
            end: lab.session().mark(),
            digest: lab.session().digest().to_string(),
            stars: stars.map(|star| star.earned).collect(),
        }
    }

    /// When it ended.
    pub fn at(&self) -> SimTime {
        self.end.at
    }

    /// Where this claim first differs from what was found, if it does.
    pub fn difference(&self, found: &Outcome) -> Option<Difference> {
        let most = self.marks.len().max(found.marks.len());
        for place in 0..most {
            let (claimed, found) = (self.marks.get(place), found.marks.get(place));
            if claimed != found {
                return Some(Difference::Mark(
                    place + 1,
                    claimed.copied(),
                    found.copied(),
                ));
            }
        }
        if self.end != found.end {
            return Some(Difference::End(self.end, found.end));
        }
        if self.digest != found.digest {
            let (claimed, found) = (self.digest.clone(), found.digest.clone());
            return Some(Difference::Digest(claimed, found));
        }
        (self.stars != found.stars)
            .then(|| Difference::Stars(self.stars.clone(), found.stars.clone()))
    }
}

impl Claim {
    /// The format that this build reads and writes.
    pub const FORMAT: &'static str = "xops-result/1";
    /// Longest name of an author, in characters.
    pub const LONGEST_NAME: usize = 80;

    /// A claim to hand in.
    pub fn new(author: &str, replay: Replay, outcome: Outcome) -> Claim {
        Claim {
            format: Self::FORMAT.to_owned(),
            author: author.trim().chars().take(Self::LONGEST_NAME).collect(),
            replay,
            outcome,
        }
    }

    /// As JSON.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).expect("invariant: a claim has string keys only")
    }

    /// Reads a claim that may come from anyone.
    ///
    /// # Errors
    /// Says what is wrong with the text, in one line.
    pub fn parse(file: &str, text: &str) -> Result<Claim, String> {
        if text.len() > Replay::LONGEST {
            return Err(format!("it is longer than {} bytes", Replay::LONGEST));
        }
        let claim: Claim = serde_json::from_str(text).map_err(|error| error.to_string())?;
        if claim.format != Self::FORMAT {
            let format = &claim.format;
            return Err(format!("`{format}` is not a format that this build reads"));
        }
        if claim.author.chars().count() > Self::LONGEST_NAME {
            return Err(format!(
                "a name of more than {} characters",
                Self::LONGEST_NAME
            ));
        }
        let replay = Replay::parse(file, &claim.replay.to_json());
        let replay = replay.map_err(|problems| problems.to_string())?;
        Ok(Claim { replay, ..claim })
    }
}
