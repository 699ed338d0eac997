//! What people do about incidents and reviews, in files and from pages.

use serde::{Deserialize, Serialize};

use super::change;
use crate::base::{At, Report};
use crate::ops::incident::{Act, Holder, Role, Severity, Status, Who};
use crate::ops::review::{Class, Edit, Evidence, Section};
use crate::session::view::EventKind;
use crate::session::{Author, Command, Refusal, Session, script};

/// One act.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IncidentAct {
    /// Declare an incident.
    Declare {
        /// How bad it is.
        severity: Severity,
        /// What it is about.
        title: String,
        /// Services that it concerns.
        services: Vec<String>,
    },
    /// Do something in the one that is open.
    Act(Act),
    /// Change the review of the latest one.
    Review(Edit),
    /// Add an action item that is a lasting change of the world.
    Change {
        /// The item.
        item: Edit,
        /// What it changes.
        change: Box<Command>,
    },
}

/// Keys of every act in a file.
const KEYS: [&str; 12] = [
    "declare", "severity", "assign", "status", "note", "update", "summary", "factor", "well",
    "wrong", "item", "remove",
];

/// Reads one.
pub const READ: fn(&mut Report, &At<'_>) -> Option<Command> = |report, at| {
    let (key, at) = report.tagged(at, &KEYS)?;
    let act = match key {
        "declare" => declare(report, &at)?,
        "severity" => IncidentAct::Act(Act::Severity(severity(report, &at)?)),
        "assign" => {
            let mut fields = report.fields(&at)?;
            let role = fields.need(report, "role");
            let role = role.and_then(|at| report.choice(&at, &Role::ALL.map(|r| (r.name(), r))));
            let to = fields.need(report, "to");
            let holders = [Holder::Learner, Holder::Colleague].map(|h| (h.name(), h));
            let to = to.and_then(|at| report.choice(&at, &holders));
            fields.done(report);
            IncidentAct::Act(Act::Assign {
                role: role?,
                to: to?,
            })
        }
        "status" => IncidentAct::Act(status(report, &at)?),
        "note" => IncidentAct::Act(Act::Note(text(report, &at)?)),
        "update" => IncidentAct::Act(Act::Update(text(report, &at)?)),
        "summary" => IncidentAct::Review(Edit::Summary(text(report, &at)?)),
        "well" => IncidentAct::Review(Edit::Well(text(report, &at)?)),
        "wrong" => IncidentAct::Review(Edit::Wrong(text(report, &at)?)),
        "factor" => IncidentAct::Review(factor(report, &at)?),
        "item" => item(report, &at)?,
        _ => IncidentAct::Review(remove(report, &at)?),
    };
    Some(Command::Incident { act })
};

fn text(report: &mut Report, at: &At<'_>) -> Option<String> {
    report.text(at, crate::ops::review::LONGEST)
}

fn severity(report: &mut Report, at: &At<'_>) -> Option<Severity> {
    report.choice(
        at,
        &Severity::ALL.map(|severity| (severity.name(), severity)),
    )
}

fn declare(report: &mut Report, at: &At<'_>) -> Option<IncidentAct> {
    let mut fields = report.fields(at)?;
    let at = fields.need(report, "severity");
    let severity = at.and_then(|at| severity(report, &at));
    let at = fields.need(report, "title");
    let title = at.and_then(|at| report.text(&at, crate::ops::incident::LONGEST_TITLE));
    let services = fields.get("services").map_or(Some(Vec::new()), |at| {
        let items = report.items(&at, 20);
        items.iter().map(|at| report.name(at)).collect()
    });
    fields.done(report);
    Some(IncidentAct::Declare {
        severity: severity?,
        title: title?,
        services: services?,
    })
}

/// `mitigated`, or `{is: identified, suspect: payment}`.
fn status(report: &mut Report, at: &At<'_>) -> Option<Act> {
    let words = Status::ALL.map(|status| (status.name(), status));
    if at.is_scalar() {
        let to = report.choice(at, &words)?;
        return Some(Act::Status { to, suspect: None });
    }
    let mut fields = report.fields(at)?;
    let at = fields.need(report, "is");
    let to = at.and_then(|at| report.choice(&at, &words));
    let suspect = match fields.get("suspect") {
        Some(at) => report.name(&at).map(Some),
        None => Some(None),
    };
    fields.done(report);
    Some(Act::Status {
        to: to?,
        suspect: suspect?,
    })
}

fn factor(report: &mut Report, at: &At<'_>) -> Option<Edit> {
    type Kind = fn(String) -> Evidence;
    let mut fields = report.fields(at)?;
    let said = fields.need(report, "text");
    let said = said.and_then(|at| text(report, &at));
    let kinds: [(_, Kind); 3] = [
        ("query", Evidence::Query),
        ("trace", Evidence::Trace),
        ("log", Evidence::Log),
    ];
    let mut found = Vec::new();
    for (key, kind) in kinds {
        if let Some(at) = fields.get(key) {
            found.push(text(report, &at).map(kind)?);
        }
    }
    let place = fields.at().clone();
    fields.done(report);
    if found.len() > 1 {
        let remedy = "give one of `query`, `trace` and `log`";
        report.error(&place, "several pieces of evidence for one factor", remedy);
        return None;
    }
    Some(Edit::Factor {
        text: said?,
        evidence: found.pop(),
    })
}

fn item(report: &mut Report, at: &At<'_>) -> Option<IncidentAct> {
    let mut fields = report.fields(at)?;
    let said = fields.need(report, "text");
    let said = said.and_then(|at| text(report, &at));
    let owner = fields.need(report, "owner");
    let owner = owner.and_then(|at| text(report, &at));
    let class = fields.need(report, "class");
    let class = class.and_then(|at| report.choice(&at, &Class::ALL.map(|c| (c.name(), c))));
    let change = match fields.get("change") {
        Some(at) => Some(script::one(report, &at)?),
        None => None,
    };
    fields.done(report);
    let item = Edit::Item {
        text: said?,
        owner: owner?,
        class: class?,
    };
    Some(match change {
        Some(change) => IncidentAct::Change {
            item,
            change: Box::new(change),
        },
        None => IncidentAct::Review(item),
    })
}

fn remove(report: &mut Report, at: &At<'_>) -> Option<Edit> {
    const SECTIONS: [(&str, Section); 4] = [
        ("factors", Section::Factors),
        ("well", Section::Well),
        ("wrong", Section::Wrong),
        ("items", Section::Items),
    ];
    let mut fields = report.fields(at)?;
    let section = fields.need(report, "from");
    let section = section.and_then(|at| report.choice(&at, &SECTIONS));
    let place = fields.need(report, "place");
    let place = place.and_then(|at| report.integer(&at, 1..=100));
    fields.done(report);
    Some(Edit::Remove {
        section: section?,
        place: place? as u32,
    })
}

impl Session {
    /// Carries an act out; a refusal changes nothing.
    pub(in crate::session) fn act_on_incident(
        &mut self,
        author: Author,
        act: &IncidentAct,
    ) -> Result<(), Refusal> {
        let said = match act {
            IncidentAct::Declare {
                severity,
                title,
                services,
            } => self.declare(*severity, title, services)?,
            IncidentAct::Act(act) => self.act_in_case(act)?,
            IncidentAct::Review(edit) => return self.edit(edit, None),
            IncidentAct::Change { item, change } => return self.edit(item, Some(change)),
        };
        let number = self.incidents.0.len();
        let text = format!("incident {number}: {said}");
        let at = self.now();
        self.tell(at, author, EventKind::Incident, None, text);
        Ok(())
    }

    fn act_in_case(&mut self, act: &Act) -> Result<String, Refusal> {
        let now = self.now();
        if let Act::Status {
            suspect: Some(suspect),
            ..
        } = act
        {
            self.world.service(suspect)?;
        }
        let said = self.case()?.incident.act(now, Who::Learner, act)?;
        if let Some(mut case) = self.incidents.0.pop() {
            self.take_events(&mut case);
            let over = Status::Resolved;
            if matches!(act, Act::Status { to, .. } if *to == over) {
                self.settle(&mut case);
            }
            self.incidents.0.push(case);
        }
        Ok(said)
    }

    /// Changes the review of the latest incident.
    fn edit(&mut self, edit: &Edit, change: Option<&Command>) -> Result<(), Refusal> {
        let words = match change {
            Some(change) => {
                self.can_change(change)?;
                Some(change::tell(change)?)
            }
            None => None,
        };
        let found = match edit {
            Edit::Factor {
                evidence: Some(evidence),
                ..
            } => self.holds(evidence),
            _ => false,
        };
        let case = self.case()?;
        case.review.edit(edit, found, words)?;
        match edit {
            Edit::Item { .. } => case.changes.push(change.cloned().map(Box::new)),
            Edit::Remove {
                section: Section::Items,
                place,
            } => drop(case.changes.remove(*place as usize - 1)),
            _ => {}
        }
        Ok(())
    }
}
