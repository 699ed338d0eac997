//! What people do about incidents and reviews, in files and from pages.

use serde::{Deserialize, Serialize};

use super::change;
use crate::base::{At, Report, did_you_mean};
use crate::ops::incident::{Act, Holder, Role, Severity, Status, Who};
use crate::ops::review::{Class, Edit, Evidence, Section};
use crate::session::view::EventKind;
use crate::session::{Author, Command, Refusal, Session, script};

/// One act in words. A flat form, because journals and messages carry it: what
/// it means is found out where it is carried out.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct IncidentAct {
    /// What is done: one of the keys that files use.
    pub verb: String,
    /// With what, in the order of the fields that files use.
    pub words: Vec<String>,
    /// The lasting change of the world that an action item is.
    pub change: Option<Box<Command>>,
}

impl IncidentAct {
    /// An act without a change.
    pub fn new(verb: &str, words: Vec<String>) -> IncidentAct {
        IncidentAct {
            verb: verb.to_owned(),
            words,
            change: None,
        }
    }

    fn word(&self, place: usize) -> &str {
        self.words.get(place).map_or("", String::as_str)
    }

    /// What it means; refused where it means nothing.
    fn meaning(&self) -> Result<Meaning, Refusal> {
        let text = self.word(0).to_owned();
        let role = |word| pick(&Role::ALL, Role::name, word);
        Ok(match self.verb.as_str() {
            "declare" => Meaning::Declare {
                severity: pick(&Severity::ALL, Severity::name, &text)?,
                title: self.word(1).to_owned(),
                services: self.words.iter().skip(2).cloned().collect(),
            },
            "severity" => Meaning::Act(Act::Severity(pick(&Severity::ALL, Severity::name, &text)?)),
            "assign" => Meaning::Act(Act::Assign {
                role: role(&text)?,
                to: pick(&HOLDERS, Holder::name, self.word(1))?,
            }),
            "status" => Meaning::Act(Act::Status {
                to: pick(&Status::ALL, Status::name, &text)?,
                suspect: self.words.get(1).cloned(),
            }),
            "note" => Meaning::Act(Act::Note(text)),
            "update" => Meaning::Act(Act::Update(text)),
            "summary" => Meaning::Review(Edit::Summary(text)),
            "well" => Meaning::Review(Edit::Well(text)),
            "wrong" => Meaning::Review(Edit::Wrong(text)),
            "factor" => Meaning::Review(Edit::Factor {
                text,
                evidence: match self.words.get(1) {
                    Some(kind) => {
                        let make = pick(&KINDS, |(name, _)| name, kind)?.1;
                        Some(make(self.word(2).to_owned()))
                    }
                    None => None,
                },
            }),
            "item" => Meaning::Review(Edit::Item {
                text,
                owner: self.word(1).to_owned(),
                class: pick(&Class::ALL, Class::name, self.word(2))?,
            }),
            "remove" => Meaning::Review(Edit::Remove {
                section: pick(&SECTIONS, |(name, _)| name, &text)?.1,
                place: self.word(1).parse().unwrap_or(0),
            }),
            verb => {
                let problem = format!("nothing about an incident is called `{verb}`");
                return Err(Refusal::new(problem, did_you_mean(verb, &KEYS)));
            }
        })
    }
}

/// What an act means.
enum Meaning {
    Declare {
        severity: Severity,
        title: String,
        services: Vec<String>,
    },
    Act(Act),
    Review(Edit),
}

type Kind = fn(String) -> Evidence;

/// Kinds of evidence by their names.
const KINDS: [(&str, Kind); 3] = [
    ("query", Evidence::Query),
    ("trace", Evidence::Trace),
    ("log", Evidence::Log),
];

const HOLDERS: [Holder; 2] = [Holder::Learner, Holder::Colleague];

/// Sections that entries can be removed from, by their names.
const SECTIONS: [(&str, Section); 4] = [
    ("factors", Section::Factors),
    ("well", Section::Well),
    ("wrong", Section::Wrong),
    ("items", Section::Items),
];

/// The one of all that has this name.
fn pick<T: Copy>(all: &[T], name: fn(T) -> &'static str, word: &str) -> Result<T, Refusal> {
    let found = all.iter().find(|one| name(**one) == word);
    found.copied().ok_or_else(|| {
        let names: Vec<&str> = all.iter().map(|one| name(*one)).collect();
        Refusal::new(
            format!("`{word}` is no word for this"),
            did_you_mean(word, &names),
        )
    })
}

/// Keys of every act in a file.
const KEYS: [&str; 12] = [
    "declare", "severity", "assign", "status", "note", "update", "summary", "factor", "well",
    "wrong", "item", "remove",
];

/// Reads one.
pub const READ: fn(&mut Report, &At<'_>) -> Option<Command> = |report, at| {
    let (key, at) = report.tagged(at, &KEYS)?;
    let mut change = None;
    let words = match key {
        "declare" => declare(report, &at)?,
        "severity" => vec![one_of(report, &at, &Severity::ALL.map(Severity::name))?],
        "assign" => {
            let mut fields = report.fields(&at)?;
            let role = fields.need(report, "role");
            let role = role.and_then(|at| one_of(report, &at, &Role::ALL.map(Role::name)));
            let to = fields.need(report, "to");
            let to = to.and_then(|at| one_of(report, &at, &HOLDERS.map(Holder::name)));
            fields.done(report);
            vec![role?, to?]
        }
        "status" => status(report, &at)?,
        "factor" => factor(report, &at)?,
        "item" => {
            let (words, found) = item(report, &at)?;
            change = found.map(Box::new);
            words
        }
        "remove" => remove(report, &at)?,
        _ => vec![text(report, &at)?],
    };
    let act = IncidentAct {
        change,
        ..IncidentAct::new(key, words)
    };
    Some(Command::Incident { act })
};

fn text(report: &mut Report, at: &At<'_>) -> Option<String> {
    report.text(at, crate::ops::review::LONGEST)
}

fn one_of(report: &mut Report, at: &At<'_>, names: &[&'static str]) -> Option<String> {
    let words: Vec<(&str, &str)> = names.iter().map(|name| (*name, *name)).collect();
    report.choice(at, &words).map(str::to_owned)
}

fn declare(report: &mut Report, at: &At<'_>) -> Option<Vec<String>> {
    let mut fields = report.fields(at)?;
    let at = fields.need(report, "severity");
    let severity = at.and_then(|at| one_of(report, &at, &Severity::ALL.map(Severity::name)));
    let at = fields.need(report, "title");
    let title = at.and_then(|at| report.text(&at, crate::ops::incident::LONGEST_TITLE));
    let services: Option<Vec<String>> = fields.get("services").map_or(Some(Vec::new()), |at| {
        let items = report.items(&at, 20);
        items.iter().map(|at| report.name(at)).collect()
    });
    fields.done(report);
    let mut words = vec![severity?, title?];
    words.extend(services?);
    Some(words)
}

/// `mitigated`, or `{is: identified, suspect: payment}`.
fn status(report: &mut Report, at: &At<'_>) -> Option<Vec<String>> {
    let names = Status::ALL.map(Status::name);
    if at.is_scalar() {
        return Some(vec![one_of(report, at, &names)?]);
    }
    let mut fields = report.fields(at)?;
    let at = fields.need(report, "is");
    let mut words = vec![at.and_then(|at| one_of(report, &at, &names))];
    words.extend(fields.get("suspect").map(|at| report.name(&at)));
    fields.done(report);
    words.into_iter().collect()
}

fn factor(report: &mut Report, at: &At<'_>) -> Option<Vec<String>> {
    let mut fields = report.fields(at)?;
    let said = fields.need(report, "text");
    let mut words = vec![said.and_then(|at| text(report, &at))?];
    for (kind, _) in KINDS {
        if let Some(at) = fields.get(kind) {
            words.extend([kind.to_owned(), text(report, &at)?]);
        }
    }
    let place = fields.at().clone();
    fields.done(report);
    if words.len() > 3 {
        let remedy = "give one of `query`, `trace` and `log`";
        report.error(&place, "several pieces of evidence for one factor", remedy);
        return None;
    }
    Some(words)
}

fn item(report: &mut Report, at: &At<'_>) -> Option<(Vec<String>, Option<Command>)> {
    let mut fields = report.fields(at)?;
    let said = fields.need(report, "text");
    let said = said.and_then(|at| text(report, &at));
    let owner = fields.need(report, "owner");
    let owner = owner.and_then(|at| text(report, &at));
    let class = fields.need(report, "class");
    let class = class.and_then(|at| one_of(report, &at, &Class::ALL.map(Class::name)));
    let change = match fields.get("change") {
        Some(at) => Some(script::one(report, &at)?),
        None => None,
    };
    fields.done(report);
    Some((vec![said?, owner?, class?], change))
}

fn remove(report: &mut Report, at: &At<'_>) -> Option<Vec<String>> {
    let mut fields = report.fields(at)?;
    let section = fields.need(report, "from");
    let section = section.and_then(|at| one_of(report, &at, &SECTIONS.map(|(name, _)| name)));
    let place = fields.need(report, "place");
    let place = place.and_then(|at| report.integer(&at, 1..=100));
    fields.done(report);
    Some(vec![section?, place?.to_string()])
}

impl Session {
    /// Carries an act out; a refusal changes nothing.
    pub(in crate::session) fn act_on_incident(
        &mut self,
        author: Author,
        act: &IncidentAct,
    ) -> Result<(), Refusal> {
        let said = match act.meaning()? {
            Meaning::Declare {
                severity,
                title,
                services,
            } => self.declare(severity, &title, &services)?,
            Meaning::Act(act) => self.act_in_case(&act)?,
            Meaning::Review(edit) => return self.edit(&edit, act.change.as_deref()),
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
