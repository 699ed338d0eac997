//! Simulated colleagues in the roles that the learner gave away.
//!
//! Each takes a while for everything, longer the longer the incident lasts.
//! Communications posts updates when they are due. The scribe writes down what
//! was done. Operations reports what looks bad, and changes nothing. The
//! commander keeps severity and status true.

use std::collections::VecDeque;

use serde::Serialize;

use super::{Act, Holder, Incident, LONGEST_TEXT, Role, Severity, Status, Who};
use crate::base::{SimTime, Span, Stream};

/// The least time for anything, and the mean of what is added to it.
const LEAST: Span = Span::from_secs(20);
const MORE: Span = Span::from_secs(40);
/// Nothing takes longer than this by chance alone.
const MOST: f64 = 240.0;
/// Hours after which everything takes twice as long.
const TIRING: f64 = 4.0;
/// How long before an update is due somebody sits down to write it.
const AHEAD: Span = Span::from_mins(3);
/// Time between two reports of operations.
const REPORTS: Span = Span::from_mins(5);
/// How long users must be well before the commander says so, and before it is over.
const WELL: Span = Span::from_mins(5);
const OVER: Span = Span::from_mins(15);
/// Things to be written down that a scribe keeps in mind.
const MOST_IN_MIND: usize = 50;

/// What colleagues can see at one look.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Seen {
    /// What was done since the last look.
    pub done: Vec<String>,
    /// What looks bad, in words; empty if nothing does.
    pub looks: String,
    /// Whether some objective burns faster than it lasts.
    pub burns: bool,
    /// Whether one burns so fast that it pages.
    pub pages: bool,
}

/// What the colleagues of one incident have in mind.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Colleagues {
    stream: Stream,
    /// When each does the next thing.
    next: [Option<SimTime>; 4],
    /// What the scribe will write down.
    in_mind: VecDeque<(SimTime, String)>,
    /// Since when users are well.
    well: Option<SimTime>,
}

impl Colleagues {
    /// Ready for an incident of a run.
    pub fn new(seed: u64, incident: u32) -> Colleagues {
        Colleagues {
            stream: Stream::named(seed, &format!("incident {incident}")),
            next: [None; 4],
            in_mind: VecDeque::new(),
            well: None,
        }
    }

    /// How long something takes: 20 s, and 40 s more on average.
    fn takes(&mut self, incident: &Incident, now: SimTime) -> Span {
        let hours = now.since(incident.declared).as_secs_f64() / 3_600.0;
        let more = (self.stream.exponential() * MORE.as_secs_f64()).min(MOST);
        let fresh = LEAST.as_secs_f64() + more;
        Span::from_secs_f64(fresh * (1.0 + hours / TIRING))
    }

    /// What they do at one look: the roles and their acts. Deterministic: what
    /// is drawn depends on nothing but what was seen.
    pub fn work(&mut self, incident: &Incident, now: SimTime, seen: &Seen) -> Vec<(Role, Act)> {
        self.well = match (seen.burns, self.well) {
            (true, _) => None,
            (false, well) => well.or(Some(now)),
        };
        if !incident.is_open() {
            return Vec::new();
        }
        let mut acts = Vec::new();
        // The commander comes last: nobody acts on what is over.
        for role in Role::ALL.into_iter().rev() {
            if incident.holder(role) == Holder::Learner {
                self.next[role as usize] = None;
                if role == Role::Scribe {
                    self.in_mind.clear();
                }
                continue;
            }
            match role {
                Role::Scribe => self.scribe(incident, now, seen, &mut acts),
                role => acts.extend(self.one(role, incident, now, seen).map(|act| (role, act))),
            }
        }
        acts
    }

    fn scribe(
        &mut self,
        incident: &Incident,
        now: SimTime,
        seen: &Seen,
        acts: &mut Vec<(Role, Act)>,
    ) {
        for done in &seen.done {
            if self.in_mind.len() < MOST_IN_MIND {
                let due = now + self.takes(incident, now);
                self.in_mind.push_back((due, format!("done: {done}")));
            }
        }
        while let Some((due, _)) = self.in_mind.front()
            && *due <= now
            && let Some((_, text)) = self.in_mind.pop_front()
        {
            acts.push((Role::Scribe, Act::Note(cut(text))));
        }
    }

    /// One who does one thing at a time: it is begun when there is something
    /// to do, and done when its time has passed and it is still right.
    fn one(&mut self, role: Role, incident: &Incident, now: SimTime, seen: &Seen) -> Option<Act> {
        let wanted = match role {
            Role::Communications => self.update(incident, now),
            Role::Operations => report(incident, now, seen),
            _ => self.decision(incident, now, seen),
        };
        let Some(act) = wanted else {
            self.next[role as usize] = None;
            return None;
        };
        match self.next[role as usize] {
            None => {
                let due = now + self.takes(incident, now);
                self.next[role as usize] = Some(due);
                None
            }
            Some(due) if due <= now => {
                self.next[role as usize] = None;
                Some(act)
            }
            Some(_) => None,
        }
    }

    fn update(&self, incident: &Incident, now: SimTime) -> Option<Act> {
        incident.update_due().filter(|due| due.back(AHEAD) <= now)?;
        let how = match (incident.status, &incident.suspect) {
            (Status::Investigating, _) => "we are looking for the cause".to_owned(),
            (Status::Identified, Some(suspect)) => {
                format!("the cause lies in {suspect}; we work on it")
            }
            (Status::Identified, None) => "the cause is known; we work on it".to_owned(),
            _ => "users are served again; we keep watching".to_owned(),
        };
        Some(Act::Update(cut(format!("{}: {how}", incident.title))))
    }

    fn decision(&self, incident: &Incident, now: SimTime, seen: &Seen) -> Option<Act> {
        if seen.pages && incident.severity > Severity::Sev2 {
            return Some(Act::Severity(Severity::Sev2));
        }
        let well_for = |span: Span| {
            let since = self.well.map(|well| well.max(incident.declared));
            since.is_some_and(|since| now.since(since) >= span)
        };
        let to = match incident.status {
            Status::Mitigated if seen.pages => Status::Investigating,
            Status::Mitigated if well_for(OVER) => Status::Resolved,
            Status::Investigating | Status::Identified if well_for(WELL) => Status::Mitigated,
            _ => return None,
        };
        Some(Act::Status { to, suspect: None })
    }
}

/// What operations says, if it is time and something looks bad.
fn report(incident: &Incident, now: SimTime, seen: &Seen) -> Option<Act> {
    let mine = Who::Colleague(Role::Operations);
    let last = incident.log.iter().rev().find(|line| line.who == mine);
    let quiet = last.is_none_or(|line| now.since(line.at) >= REPORTS);
    let news = quiet && !seen.looks.is_empty();
    news.then(|| Act::Note(cut(seen.looks.clone())))
}

fn cut(text: String) -> String {
    match text.char_indices().nth(LONGEST_TEXT) {
        Some((at, _)) => text[..at].to_owned(),
        None => text,
    }
}
