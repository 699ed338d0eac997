//! The latest incident as shells show it.

use serde::{Deserialize, Serialize};

use super::score::{impact_rows, time_rows};
use crate::base::SimTime;
use crate::ops::incident::{Holder, Kind, Role, Severity, Status, Who};
use crate::ops::review::{Mark, blames};
use crate::session::Session;

/// Lines of its story that a view carries; the document has all.
const MOST_LINES: usize = 80;

/// An incident.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct IncidentView {
    /// Its number.
    pub number: u32,
    /// What it is about.
    pub title: String,
    /// How bad it is.
    pub severity: Severity,
    /// How far it is.
    pub status: Status,
    /// The service that is thought to be the cause.
    pub suspect: Option<String>,
    /// Services that it concerns.
    pub services: Vec<String>,
    /// Who has each role, in their order.
    pub holders: Vec<Holder>,
    /// When users were promised to hear of it next.
    pub update_due: Option<SimTime>,
    /// What it cost so far: names and values.
    pub impact: Vec<(String, String)>,
    /// Times: name, value, what it counts.
    pub times: Vec<(String, String, String)>,
    /// Notes and updates that the learner wrote.
    pub notes: u32,
    /// See `notes`.
    pub updates: u32,
    /// What happened, the latest first: time, who, what.
    pub story: Vec<(SimTime, String, String)>,
    /// Its review.
    pub review: ReviewView,
    /// What other runs led to: names and values.
    pub compared: Vec<(String, String)>,
    /// How much of another run is done, while one is under way.
    pub comparing: Option<f64>,
    /// The score, once it is over.
    pub marks: Vec<Mark>,
}

/// A review.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ReviewView {
    /// What happened.
    pub summary: String,
    /// What contributed, with its evidence in words.
    pub factors: Vec<String>,
    /// What went well.
    pub well: Vec<String>,
    /// What went wrong.
    pub wrong: Vec<String>,
    /// What is to be done, with owner, class and change in words.
    pub items: Vec<String>,
    /// Wording that blames: section, words, what says more.
    pub blames: Vec<(String, String, String)>,
}

impl Session {
    /// The latest incident; none without one.
    pub fn view_of_incident(&self) -> Option<Box<IncidentView>> {
        let case = self.incidents.0.last()?;
        let (incident, review) = (&case.incident, &case.review);
        let impact = self.impact_of(case);
        let mut story = self.story_of(case);
        story.reverse();
        story.truncate(MOST_LINES);
        let factors = review.factors.iter().map(|factor| match &factor.evidence {
            None => factor.text.clone(),
            Some(evidence) => {
                let (kind, text) = evidence.parts();
                let found = if factor.found { "" } else { ", not found" };
                format!("{} ({kind}{found}: {text})", factor.text)
            }
        });
        let items = review.items.iter().map(|item| {
            let change = item
                .change
                .as_ref()
                .map_or(String::new(), |change| format!(": {change}"));
            format!(
                "{} ({}, {}{change})",
                item.text,
                item.owner,
                item.class.name()
            )
        });
        let blamed = review.texts().flat_map(|(section, text)| {
            blames(text).into_iter().map(move |blame| {
                let words = text[blame.from..blame.to].to_owned();
                (section.to_owned(), words, blame.instead.to_owned())
            })
        });
        let mine = |kind| {
            let log = incident.log.iter();
            let mine = log.filter(|line| line.who == Who::Learner && line.kind == kind);
            mine.count() as u32
        };
        Some(Box::new(IncidentView {
            notes: mine(Kind::Note),
            updates: mine(Kind::Update),
            number: incident.number,
            title: incident.title.clone(),
            severity: incident.severity,
            status: incident.status,
            suspect: incident.suspect.clone(),
            services: incident.services.clone(),
            holders: Role::ALL.map(|role| incident.holder(role)).to_vec(),
            update_due: incident.update_due(),
            impact: impact_rows(&impact),
            times: time_rows(&impact),
            story,
            compared: self.compared_rows(case, &impact),
            comparing: None,
            marks: self.marks_of(case, &impact),
            review: ReviewView {
                summary: review.summary.clone(),
                factors: factors.collect(),
                well: review.well.clone(),
                wrong: review.wrong.clone(),
                items: items.collect(),
                blames: blamed.collect(),
            },
        }))
    }
}
