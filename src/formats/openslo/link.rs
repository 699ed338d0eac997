//! References between documents.

use super::read::Reading;
use super::{Body, Kind, Metric, Objective};
use crate::base::{At, did_you_mean, shown};

/// A reference and where it stands.
#[derive(Clone, Debug)]
pub(super) struct LinkAt<'n> {
    at: At<'n>,
    kind: Kind,
    name: String,
    /// The type that a metric source says it is.
    source_type: Option<String>,
    /// The objectives that an indicator is for.
    objectives: Vec<ObjectiveAt<'n>>,
}

/// What an objective compares with, and where it stands.
#[derive(Clone, Debug)]
pub(super) struct ObjectiveAt<'n> {
    at: At<'n>,
    has_op: bool,
    has_value: bool,
}

impl<'n> LinkAt<'n> {
    pub(super) fn new(at: &At<'n>, kind: Kind, name: &str) -> LinkAt<'n> {
        LinkAt {
            at: at.clone(),
            kind,
            name: name.to_owned(),
            source_type: None,
            objectives: Vec::new(),
        }
    }

    pub(super) fn of_type(mut self, source_type: Option<&str>) -> LinkAt<'n> {
        self.source_type = source_type.map(str::to_owned);
        self
    }

    pub(super) fn with_objectives(mut self, objectives: Vec<ObjectiveAt<'n>>) -> LinkAt<'n> {
        self.objectives = objectives;
        self
    }
}

impl<'n> ObjectiveAt<'n> {
    pub(super) fn new(at: &At<'n>, objective: &Objective) -> ObjectiveAt<'n> {
        ObjectiveAt {
            at: at.clone(),
            has_op: objective.op.is_some(),
            has_value: objective.value.is_some(),
        }
    }
}

/// Follows every reference between documents that were given together, and
/// reports those that lead nowhere, or to something that cannot be run.
pub fn resolve(readings: &mut [Reading<'_>]) {
    refuse_duplicates(readings);
    // A kind refers to earlier kinds only, so those are judged before it.
    for (_, kind) in Kind::ALL {
        for place in 0..readings.len() {
            if readings[place].kind == Some(kind) {
                follow(readings, place);
            }
        }
    }
}

fn find(readings: &[Reading<'_>], kind: Kind, name: &str) -> Option<usize> {
    let fits =
        |reading: &Reading<'_>| reading.kind == Some(kind) && reading.name.as_deref() == Some(name);
    readings.iter().position(fits)
}

fn refuse_duplicates(readings: &mut [Reading<'_>]) {
    for place in 0..readings.len() {
        let (kind, name) = (readings[place].kind, readings[place].name.clone());
        let (Some(kind), Some(name)) = (kind, name) else {
            continue;
        };
        let Some(first) = find(readings, kind, &name).filter(|first| *first < place) else {
            continue;
        };
        let problem = format!(
            "an object `{}` of kind {} is already in {}",
            shown(&name),
            kind.name(),
            place_of(&readings[first])
        );
        let reading = &mut readings[place];
        let at = reading.at.clone();
        let remedy = "give each object of a kind a name of its own";
        reading.report.error(&at, problem, remedy);
    }
}

fn place_of(reading: &Reading<'_>) -> String {
    format!("{}:{}", reading.file, reading.at.line)
}

fn follow(readings: &mut [Reading<'_>], place: usize) {
    for link in std::mem::take(&mut readings[place].links) {
        let name = shown(&link.name);
        let kind = link.kind.name();
        let Some(found) = find(readings, link.kind, &link.name) else {
            let known: Vec<String> = readings
                .iter()
                .filter(|reading| reading.kind == Some(link.kind))
                .filter_map(|reading| reading.name.clone())
                .collect();
            let known: Vec<&str> = known.iter().map(String::as_str).collect();
            let problem = format!("no {kind} is called `{name}` in the files given");
            let remedy = if known.is_empty() {
                format!("give the file that has this {kind} as well")
            } else {
                format!(
                    "give the file that has it as well; {}",
                    did_you_mean(&link.name, &known)
                )
            };
            readings[place].report.error(&link.at, problem, remedy);
            continue;
        };
        let target = &readings[found];
        if !target.runs() {
            let problem = format!("the {kind} `{name}` in {} is refused", place_of(target));
            let remedy = "mend that one first";
            readings[place].limits.error(&link.at, problem, remedy);
        }
        let body = readings[found].document.as_ref().map(|d| &d.body);
        match body {
            Some(Body::DataSource(source)) => {
                let other = source.source_type.clone();
                let said = link.source_type.as_deref();
                if said.is_some_and(|said| !said.eq_ignore_ascii_case(&other)) {
                    let problem = format!("the DataSource `{name}` is of type `{}`", shown(&other));
                    let remedy = "give `type` the same value, or leave it out";
                    readings[place].report.error(&link.at, problem, remedy);
                }
            }
            Some(Body::Sli(sli)) => {
                let is_threshold = matches!(sli.metric, Metric::Threshold(_));
                readings[place].compare(is_threshold, &link.objectives);
            }
            _ => {}
        }
    }
}

impl<'n> Reading<'n> {
    /// That objectives compare where there is something to compare, and only
    /// there.
    pub(super) fn compare(&mut self, is_threshold: bool, objectives: &[ObjectiveAt<'n>]) {
        if is_threshold && objectives.len() > 1 {
            let problem = "a threshold metric takes one objective";
            let remedy = "write an SLO for each threshold";
            for objective in &objectives[1..] {
                self.report.error(&objective.at, problem, remedy);
            }
        }
        for objective in objectives {
            let given = [("op", objective.has_op), ("value", objective.has_value)];
            for (field, is_given) in given {
                if is_threshold && !is_given {
                    let problem = format!("`{field}` is missing, which a threshold metric needs");
                    let remedy = "add `op: lt` and `value: 500`, say, for values below 500";
                    self.report.error(&objective.at, problem, remedy);
                }
                if !is_threshold && is_given {
                    let problem = format!("`{field}` has no effect on a ratio metric");
                    self.report.warning(&objective.at, problem, "leave it out");
                }
            }
        }
    }
}
