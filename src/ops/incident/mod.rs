//! An incident from its declaration to its end: severity, roles, status, notes
//! and the updates on a status page.
//!
//! In: acts with their time and who did them. Out: the state, a log, and what
//! was promised about updates. Whether users really suffer is not known here.

mod act;
mod colleague;
mod words;

use serde::{Deserialize, Serialize};

use crate::base::{SimTime, Span};

pub use act::Act;
pub use colleague::{Colleagues, Seen};

/// Lines in the log of one incident.
pub const MOST_LINES: usize = 500;
/// Characters of a title.
pub const LONGEST_TITLE: usize = 120;
/// Characters of a note or an update.
pub const LONGEST_TEXT: usize = 1_000;

/// How bad an incident is for users: 1 is worst.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Severity {
    /// Most users cannot do what they came for.
    Sev1,
    /// Many users fail, or something important does.
    Sev2,
    /// Some users are slowed down or lack a part.
    Sev3,
    /// Nobody notices yet.
    Sev4,
}

/// A part that somebody plays; one person may play several, as in Google's
/// "Site Reliability Engineering" (2016), chapter 14.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub enum Role {
    /// Decides, and keeps severity and status true.
    Commander,
    /// Looks at the system and changes it.
    Operations,
    /// Tells users and others how it stands.
    Communications,
    /// Writes down what is done.
    Scribe,
}

/// Who has a role.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Holder {
    /// The person at the page.
    Learner,
    /// A simulated colleague.
    Colleague,
}

/// How far an incident is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Status {
    /// The cause is not known.
    Investigating,
    /// The cause is known, or suspected.
    Identified,
    /// Users are served again.
    Mitigated,
    /// It is over.
    Resolved,
}

/// Who wrote a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Who {
    /// The learner.
    Learner,
    /// A colleague in this role.
    Colleague(Role),
}

/// What kind of line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Kind {
    /// The incident itself changed.
    Change,
    /// Somebody wrote something down.
    Note,
    /// Users were told.
    Update,
}

/// One line of an incident's log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Line {
    /// When.
    pub at: SimTime,
    /// By whom.
    pub who: Who,
    /// What kind.
    pub kind: Kind,
    /// In words.
    pub text: String,
}

/// Why an act was refused; nothing has changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// What is wrong.
    pub problem: String,
    /// How to mend it.
    pub remedy: String,
}

/// An incident.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Incident {
    /// Counted from 1.
    pub number: u32,
    /// What it is about.
    pub title: String,
    /// How bad it is.
    pub severity: Severity,
    /// Services that it concerns.
    pub services: Vec<String>,
    /// When it was declared.
    pub declared: SimTime,
    /// How far it is.
    pub status: Status,
    /// The service that is thought to be the cause.
    pub suspect: Option<String>,
    /// What happened, oldest first.
    pub log: Vec<Line>,
    /// When each status was reached first.
    reached: [Option<SimTime>; 4],
    holders: [Holder; 4],
    /// Declaration and updates, each with how soon the next was promised.
    promises: Vec<(SimTime, Option<Span>)>,
}

/// How the promise of regular updates was kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cadence {
    /// Updates that users got.
    pub updates: u32,
    /// Silences that ended in time, the last one by the incident's end.
    pub kept: u32,
    /// Silences that were longer than promised.
    pub late: u32,
    /// The longest silence.
    pub longest: Span,
}

impl Incident {
    /// Declares one; whoever declares has every role until it is given away.
    pub fn declare(
        number: u32,
        at: SimTime,
        severity: Severity,
        title: &str,
        services: Vec<String>,
    ) -> Result<Incident, Refused> {
        let title = act::text(title, LONGEST_TITLE)?;
        let mut incident = Incident {
            number,
            severity,
            services,
            declared: at,
            status: Status::Investigating,
            suspect: None,
            log: Vec::new(),
            reached: [Some(at), None, None, None],
            holders: [Holder::Learner; 4],
            promises: vec![(at, severity.cadence())],
            title,
        };
        let about = match incident.services.as_slice() {
            [] => String::new(),
            services => format!(" ({})", services.join(", ")),
        };
        let text = format!("declared {}: {}{about}", severity.name(), incident.title);
        incident.write(at, Who::Learner, Kind::Change, text)?;
        Ok(incident)
    }

    /// Who has a role.
    pub fn holder(&self, role: Role) -> Holder {
        self.holders[role as usize]
    }

    /// When a status was reached first.
    pub fn reached(&self, status: Status) -> Option<SimTime> {
        self.reached[status as usize]
    }

    /// Whether it goes on.
    pub fn is_open(&self) -> bool {
        self.status != Status::Resolved
    }

    /// When users were promised to hear of it next; never once it is over.
    pub fn update_due(&self) -> Option<SimTime> {
        let (last, promised) = self.promises.last().filter(|_| self.is_open())?;
        promised.map(|promised| *last + promised)
    }

    /// How the promise was kept until `now`, or until the end. A silence that
    /// still goes on counts once it is too long.
    pub fn cadence(&self, now: SimTime) -> Cadence {
        let end = self.reached(Status::Resolved);
        let mut found = Cadence {
            updates: self.promises.len() as u32 - 1,
            ..Cadence::default()
        };
        let nexts = self.promises.iter().skip(1).map(|(at, _)| *at);
        let nexts = nexts.chain([end.unwrap_or(now)]);
        for (place, ((from, promised), next)) in self.promises.iter().zip(nexts).enumerate() {
            let silence = next.since(*from);
            found.longest = found.longest.max(silence);
            let goes_on = end.is_none() && place + 1 == self.promises.len();
            match promised {
                Some(promised) if silence > *promised => found.late += 1,
                Some(_) if !goes_on => found.kept += 1,
                _ => {}
            }
        }
        found
    }

    /// Writes a line.
    fn write(&mut self, at: SimTime, who: Who, kind: Kind, text: String) -> Result<(), Refused> {
        if self.log.len() >= MOST_LINES {
            return Err(Refused::new(
                format!("an incident's log has {MOST_LINES} lines"),
                "resolve this one and declare another",
            ));
        }
        self.log.push(Line {
            at,
            who,
            kind,
            text,
        });
        Ok(())
    }
}

impl Refused {
    fn new(problem: impl Into<String>, remedy: impl Into<String>) -> Refused {
        Refused {
            problem: problem.into(),
            remedy: remedy.into(),
        }
    }
}

#[cfg(test)]
mod tests;
