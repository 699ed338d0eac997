//! The same run again, in which something was done otherwise.
//!
//! Same seed, same commands, but without what the learner did against the
//! trouble; and, where that is asked, with the changes that action items
//! describe, made before it began. Commands that start trouble are kept: who
//! sends the load and the faults of a sandbox is the same person.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use super::Toll;
use crate::base::{SimTime, Span};
use crate::engine::Progress;
use crate::session::{Author, Command, Session};
use crate::world::NodeAct;

/// How long before the trouble changes are made: pods have to start.
const BEFORE: Span = Span::from_mins(10);

/// What is done otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Way {
    /// Nobody does anything against the trouble.
    Nothing,
    /// The same, but what action items change is changed before.
    Items,
}

/// What another run led to, over the time of the incident.
#[derive(Clone, Debug, PartialEq)]
pub struct Compared {
    /// What was otherwise.
    pub way: Way,
    /// What users' requests came to: simulated ones.
    pub toll: Toll,
    /// Whether users suffered as an incident's start is defined.
    pub again: bool,
    /// Changes that were made, and those that were refused then.
    pub made: u32,
    /// See `made`.
    pub refused: u32,
}

/// Another run under way.
#[derive(Clone, Debug)]
pub struct Rerun {
    session: Box<Session>,
    queue: VecDeque<(SimTime, Author, Command, bool)>,
    from: SimTime,
    until: SimTime,
    found: Compared,
    /// The next scrape that is looked at.
    look: SimTime,
}

impl Rerun {
    /// Begins another run beside the latest incident of a session; none without one.
    pub fn new(session: &Session, way: Way) -> Option<Rerun> {
        let case = session.incidents.0.last()?;
        let impact = session.impact_of(case);
        let (from, until) = (impact.from, impact.until);
        let begun = from + session.scenario.scrape;
        let mut queue: Vec<(SimTime, Author, Command, bool)> = session
            .history
            .iter()
            .filter(|(at, author, command)| {
                *author != Author::Learner || *at <= begun || !against(command)
            })
            .filter(|(.., command)| !matches!(command, Command::Incident { .. }))
            .map(|(at, author, command)| (*at, *author, command.clone(), false))
            .collect();
        if way == Way::Items {
            let at = from.back(BEFORE);
            let place = queue.partition_point(|(other, ..)| *other <= at);
            let changes = case.changes.iter().flatten();
            let changes = changes.map(|change| (at, Author::Learner, (**change).clone(), true));
            queue.splice(place..place, changes);
        }
        let other = Session::new(session.scenario.clone(), session.seed);
        Some(Rerun {
            session: Box::new(other),
            queue: queue.into(),
            from,
            until,
            look: begun,
            found: Compared {
                way,
                toll: Toll::default(),
                again: false,
                made: 0,
                refused: 0,
            },
        })
    }

    /// How much of it is done, from 0 to 1.
    pub fn share(&self) -> f64 {
        let whole = self.until.as_secs_f64();
        match whole > 0.0 {
            true => (self.session.now().as_secs_f64() / whole).min(1.0),
            false => 1.0,
        }
    }

    /// Runs on for at most so many events; what it led to once it is done.
    pub fn advance(&mut self, budget: u64) -> Option<Compared> {
        let next = self.queue.front().map_or(self.until, |(at, ..)| *at);
        let goal = next.min(self.until).min(self.look.max(self.session.now()));
        if self.session.advance(goal, budget) == Progress::OutOfBudget {
            return None;
        }
        if goal == self.look {
            self.found.again |= goal > self.from && self.session.troubled(goal);
            self.look += self.session.scenario.scrape;
        }
        while let Some((at, ..)) = self.queue.front()
            && *at <= goal
            && let Some((_, author, command, item)) = self.queue.pop_front()
        {
            // What was done may have become impossible, or needless.
            let done = self.session.apply(author, command).is_ok();
            self.found.made += u32::from(item && done);
            self.found.refused += u32::from(item && !done);
        }
        if goal < self.until {
            return None;
        }
        self.found.toll = self.session.tolls.between(self.from, self.until);
        Some(self.found.clone())
    }
}

impl Session {
    /// Keeps what another run led to, for the score and the review.
    pub fn compare(&mut self, found: Compared) {
        if let Some(case) = self.incidents.0.last_mut() {
            case.compared.retain(|other| other.way != found.way);
            case.compared.push(found);
        }
    }
}

/// Whether a command is something that one does against trouble.
fn against(command: &Command) -> bool {
    match command {
        Command::EndFault { .. }
        | Command::Deploy { .. }
        | Command::Rollout { .. }
        | Command::Autoscaler { .. }
        | Command::Zone { lost: false, .. }
        | Command::RollBack { .. }
        | Command::Restart { .. }
        | Command::Scale { .. }
        | Command::SetCall { .. }
        | Command::SetGuard { .. }
        | Command::EndSurge { .. }
        | Command::Admit { .. }
        | Command::Shed { .. }
        | Command::Region { .. } => true,
        Command::Node { act, .. } => *act != NodeAct::Lose,
        Command::SetLoad { factor } => *factor < 1.0,
        _ => false,
    }
}
