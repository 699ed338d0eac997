//! What can be done about an open incident, and when it cannot.

use super::{
    Holder, Incident, Kind, LONGEST_TEXT, MOST_LINES, Refused, Role, Severity, Status, Who,
};
use crate::base::SimTime;

/// One act.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Act {
    /// It is worse, or better, than was thought.
    Severity(Severity),
    /// Give a role to somebody.
    Assign {
        /// Which.
        role: Role,
        /// To whom.
        to: Holder,
    },
    /// Say how far it is.
    Status {
        /// How far.
        to: Status,
        /// The service that is thought to be the cause.
        suspect: Option<String>,
    },
    /// Write something down.
    Note(String),
    /// Tell users how it stands.
    Update(String),
}

/// A text that is not empty and not too long, without space around it.
pub(super) fn text(text: &str, longest: usize) -> Result<String, Refused> {
    let text = text.trim();
    let count = text.chars().count();
    if text.is_empty() {
        return Err(Refused::new("the text is empty", "write one"));
    }
    if count > longest {
        let problem = format!("the text has {count} characters, {longest} are allowed");
        return Err(Refused::new(problem, "shorten it"));
    }
    Ok(text.to_owned())
}

impl Incident {
    /// Carries an act out, and says it in words; a refusal changes nothing.
    /// Notes may be added after the end as well.
    pub fn act(&mut self, at: SimTime, who: Who, act: &Act) -> Result<String, Refused> {
        if !self.is_open() && !matches!(act, Act::Note(_)) {
            return Err(Refused::new(
                format!("incident {} is resolved", self.number),
                "declare another one if it came back",
            ));
        }
        if self.log.len() >= MOST_LINES {
            return Err(Refused::new(
                format!("an incident's log has {MOST_LINES} lines"),
                "resolve this one and declare another",
            ));
        }
        let (kind, said) = match act {
            Act::Severity(severity) => (Kind::Change, self.set_severity(*severity)?),
            Act::Assign { role, to } => (Kind::Change, self.assign(*role, *to)?),
            Act::Status { to, suspect } => {
                (Kind::Change, self.set_status(at, *to, suspect.as_ref())?)
            }
            Act::Note(note) => (Kind::Note, text(note, LONGEST_TEXT)?),
            Act::Update(update) => {
                let update = text(update, LONGEST_TEXT)?;
                self.promises.push((at, self.severity.cadence()));
                (Kind::Update, update)
            }
        };
        self.write(at, who, kind, said.clone())?;
        Ok(said)
    }

    fn set_severity(&mut self, severity: Severity) -> Result<String, Refused> {
        let name = severity.name();
        if severity == self.severity {
            let problem = format!("it is {name} already");
            return Err(Refused::new(problem, "choose another severity"));
        }
        let before = self.severity.name();
        self.severity = severity;
        // The next update is due by what is promised from now on.
        if let Some((_, promised)) = self.promises.last_mut() {
            *promised = severity.cadence();
        }
        Ok(format!("severity {before} becomes {name}"))
    }

    fn assign(&mut self, role: Role, to: Holder) -> Result<String, Refused> {
        let whose = match to {
            Holder::Learner => "you",
            Holder::Colleague => "a colleague",
        };
        if self.holder(role) == to {
            let problem = format!("{} is with {whose} already", role.name());
            return Err(Refused::new(problem, "choose another role"));
        }
        self.holders[role as usize] = to;
        Ok(format!("{} is with {whose}", role.name()))
    }

    fn set_status(
        &mut self,
        at: SimTime,
        to: Status,
        suspect: Option<&String>,
    ) -> Result<String, Refused> {
        if to == self.status && suspect.is_none_or(|new| self.suspect.as_ref() == Some(new)) {
            let problem = format!("it is {} already", to.name());
            return Err(Refused::new(problem, "choose another status"));
        }
        if to == Status::Identified && suspect.or(self.suspect.as_ref()).is_none() {
            return Err(Refused::new(
                "it is not said what was identified",
                "name the service that is thought to be the cause",
            ));
        }
        self.status = to;
        self.reached[to as usize].get_or_insert(at);
        let Some(suspect) = suspect else {
            return Ok(to.name().to_owned());
        };
        self.suspect = Some(suspect.clone());
        Ok(format!("{}: {suspect}", to.name()))
    }
}
