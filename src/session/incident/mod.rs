//! Incidents of a running lab: what people do about them, what they cost users,
//! and the review afterwards.
//!
//! In: acts, and what was measured. Out: views, a score, a document. The rules
//! themselves are in `ops`. Nothing here changes the world, except that another
//! run can be made in which something was done otherwise.

mod act;
mod change;
mod impact;
mod rerun;
mod score;
mod show;
mod toll;

use std::collections::BTreeMap;

use serde::Serialize;

use super::view::{EventKind, TimelineEvent};
use super::{Command, Health, Refusal, Session};
use crate::base::SimTime;
use crate::ops::incident::{Colleagues, Holder, Incident, Refused, Role, Seen, Who};
use crate::ops::review::Review;
use crate::world::Cause;

pub use act::{IncidentAct, READ};
pub use impact::{Burnt, Impact, Times};
pub use rerun::{Compared, Rerun, Way as RerunWay};
pub use show::{IncidentView, ReviewView};
pub use toll::{Toll, Tolls};

/// Incidents in one run.
const MOST: usize = 20;
/// Lines of the timeline that an incident keeps.
const MOST_EVENTS: usize = 400;
/// The burn rate that pages: 2 % of 30 days in an hour (SRE Workbook, chapter 5).
const PAGES: f64 = 14.4;

/// Every incident of a run, oldest first; only the last can be open.
#[derive(Clone, Debug, Default, Serialize)]
pub(super) struct Incidents(Vec<Case>);

impl Incidents {
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// One incident with everything that belongs to it.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Case {
    incident: Incident,
    colleagues: Colleagues,
    review: Review,
    /// What action items would change, in the order of the review.
    changes: Vec<Option<Box<Command>>>,
    /// When users' trouble began, once it has.
    start: Option<SimTime>,
    /// The end of the last stretch in which more failed than is allowed.
    last_bad: Option<SimTime>,
    /// Lines of the timeline about its time.
    events: Vec<TimelineEvent>,
    /// Lines of the timeline that were looked at.
    seen: u32,
    /// Bad events by cause before it was declared: truth, and nothing depends on it.
    #[serde(skip)]
    before: BTreeMap<Cause, u64>,
    /// The main cause since then, in words, and its services.
    #[serde(skip)]
    cause: Option<(String, Vec<String>)>,
    /// What other runs led to.
    #[serde(skip)]
    compared: Vec<Compared>,
}

impl From<Refused> for Refusal {
    fn from(refused: Refused) -> Refusal {
        Refusal {
            problem: refused.problem,
            remedy: refused.remedy,
        }
    }
}

impl Session {
    /// Declares an incident.
    fn declare(
        &mut self,
        severity: crate::ops::incident::Severity,
        title: &str,
        services: &[String],
    ) -> Result<String, Refusal> {
        if let Some(open) = self
            .incidents
            .0
            .last()
            .filter(|case| case.incident.is_open())
        {
            let problem = format!("incident {} is open", open.incident.number);
            return Err(Refusal::new(problem, "resolve it first, or write to it"));
        }
        if self.incidents.0.len() >= MOST {
            let problem = format!("a run may have {MOST} incidents");
            return Err(Refusal::new(problem, "start again from a fresh run"));
        }
        for service in services {
            self.world.service(service)?;
        }
        let number = self.incidents.0.len() as u32 + 1;
        let at = self.now();
        let incident = Incident::declare(number, at, severity, title, services.to_vec())?;
        let earlier = self.incidents.0.last().map(|case| case.end(at));
        let start = self.trouble_before(at, earlier.unwrap_or(SimTime::ZERO));
        let last_bad = start.and_then(|start| self.last_trouble(start, at));
        let since = start.unwrap_or(at).back(impact::GAP);
        let events = self.timeline.lines().filter(|line| line.at >= since);
        let said = incident
            .log
            .last()
            .map_or(String::new(), |line| line.text.clone());
        let case = Case {
            colleagues: Colleagues::new(self.seed, number),
            review: Review::default(),
            changes: Vec::new(),
            start,
            last_bad,
            events: events.filter(|line| worth(line)).cloned().collect(),
            seen: self.timeline.written(),
            before: self.causes(),
            cause: None,
            compared: Vec::new(),
            incident,
        };
        self.incidents.0.push(case);
        Ok(said)
    }

    /// The latest incident.
    fn case(&mut self) -> Result<&mut Case, Refusal> {
        let none = || Refusal::new("there is no incident", "declare one first");
        self.incidents.0.last_mut().ok_or_else(none)
    }

    /// After a scrape: whether users suffer, and what colleagues do.
    pub(super) fn work_on_incident(&mut self) {
        let now = self.now();
        let Some(mut case) = self.incidents.0.pop() else {
            return;
        };
        if case.incident.is_open() {
            self.follow(&mut case, now);
            let seen = self.seen_by_colleagues(&mut case, now);
            for (role, act) in case.colleagues.work(&case.incident, now, &seen) {
                // One that is refused came too late, and nothing has changed.
                if let Ok(said) = case.incident.act(now, Who::Colleague(role), &act) {
                    self.tell_incident(&case.incident, role.name(), &said);
                }
            }
            self.settle(&mut case);
        }
        self.incidents.0.push(case);
    }

    fn tell_incident(&mut self, incident: &Incident, who: &str, said: &str) {
        let text = format!("incident {}, {who}: {said}", incident.number);
        let at = self.now();
        self.timeline.write(at, EventKind::Incident, None, text);
    }

    /// Whether users suffer now, and since when.
    fn follow(&self, case: &mut Case, now: SimTime) {
        let troubled = self.troubled(now);
        if troubled && case.start.is_none() {
            case.start = Some(self.begun(now));
        }
        if troubled && self.bad_stretch(now) {
            case.last_bad = Some(now);
        }
    }

    /// Takes what the timeline has got since the last look.
    fn take_events(&self, case: &mut Case) -> Vec<String> {
        let fresh = self.timeline.lines().filter(|line| line.seq >= case.seen);
        let fresh: Vec<TimelineEvent> = fresh.filter(|line| worth(line)).cloned().collect();
        case.seen = self.timeline.written();
        let done = fresh.iter().filter(|line| line.kind != EventKind::Budget);
        let done = done.map(|line| line.text.clone()).collect();
        let room = MOST_EVENTS.saturating_sub(case.events.len());
        case.events.extend(fresh.into_iter().take(room));
        done
    }

    fn seen_by_colleagues(&self, case: &mut Case, now: SimTime) -> Seen {
        let done = self.take_events(case);
        let short = |slo: &crate::slo::Tracker| slo.burn_rate(now, impact::LOOK_BACK);
        let worst = self.slos.iter().filter_map(short);
        let worst = worst.fold(
            0.0,
            |worst: f64, burn| if burn > worst { burn } else { worst },
        );
        let troubled = self.troubled(now);
        let looks = match case.incident.holder(Role::Operations) {
            Holder::Colleague => self.looks_bad(),
            Holder::Learner => String::new(),
        };
        Seen {
            done,
            looks,
            burns: troubled,
            pages: troubled && worst >= PAGES,
        }
    }

    /// What dashboards show as bad, in words.
    fn looks_bad(&self) -> String {
        let services = 0..self.world.spec().services.len();
        let views = services.map(|place| self.service_view(place, 0));
        let bad = views.filter(|view| view.health == Health::Bad);
        let bad: Vec<String> = bad
            .map(|view| format!("{} ({})", view.name, view.reason))
            .collect();
        match bad.is_empty() {
            true => String::new(),
            false => format!("looks bad: {}", bad.join("; ")),
        }
    }

    /// Once it is over, what was the cause is settled.
    fn settle(&self, case: &mut Case) {
        if case.incident.is_open() {
            return;
        }
        let now = self.causes();
        let before = |cause| case.before.get(cause).copied().unwrap_or(0);
        let new = now
            .iter()
            .map(|(cause, count)| (*cause, count - before(cause)));
        let since = new
            .max_by_key(|(_, count)| *count)
            .filter(|(_, count)| *count > 0);
        // Users may have suffered before it was declared only.
        let main = since.or_else(|| {
            let all = now.into_iter().max_by_key(|(_, count)| *count);
            all.filter(|_| case.start.is_some())
        });
        let name = |place: u32| self.world.spec().services.get(place as usize);
        case.cause = main.map(|(cause, _)| {
            let places = self.world.services_of(cause).into_iter();
            let names = places.filter_map(name).map(|service| service.name.clone());
            (self.world.tell(cause), names.collect())
        });
    }

    /// Bad events of all objectives by cause, what is nobody's fault left out.
    fn causes(&self) -> BTreeMap<Cause, u64> {
        let mut all = BTreeMap::new();
        for (cause, count) in self.truth.bad.iter().flatten() {
            if let Some(cause) = cause {
                *all.entry(*cause).or_default() += count;
            }
        }
        all
    }
}

impl Case {
    /// When it was over, or `now`.
    fn end(&self, now: SimTime) -> SimTime {
        let resolved = self
            .incident
            .reached(crate::ops::incident::Status::Resolved);
        resolved.unwrap_or(now)
    }
}

/// Whether a line says something about an incident's course that its own log does not.
fn worth(line: &TimelineEvent) -> bool {
    !matches!(
        line.kind,
        EventKind::Pod | EventKind::Incident | EventKind::Lesson
    )
}
