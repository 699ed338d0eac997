//! The review after an incident: what it cost, how it came about, what went
//! well and what did not, and what is to be done.
//!
//! In: edits, and figures that somebody else computed. Out: the review, wording
//! that blames people, a score with its reasons, and the whole as Markdown.

mod blame;
mod markdown;
mod score;

use serde::Serialize;

use crate::ops::incident::Refused;
use crate::promql;

pub use blame::{Blame, blames};
pub use markdown::{Report, markdown};
pub use score::{Facts, Mark, Timed, score};

/// Entries in one section.
pub const MOST_ENTRIES: usize = 20;
/// Characters of one text.
pub const LONGEST: usize = 1_000;

/// What an action item is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Class {
    /// It does not happen again.
    Prevent,
    /// It is noticed sooner.
    Detect,
    /// It hurts less, or is over sooner.
    Mitigate,
}

/// Where a claim can be looked up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub enum Evidence {
    /// A query over the metrics, in PromQL.
    Query(String),
    /// The W3C id of a trace: 32 hexadecimal digits.
    Trace(String),
    /// Words of a line of the logs.
    Log(String),
}

/// Something that contributed.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Factor {
    /// What.
    pub text: String,
    /// Where it can be looked up.
    pub evidence: Option<Evidence>,
    /// Whether the evidence was there when it was linked. Telemetry only:
    /// nothing depends on it.
    #[serde(skip)]
    pub found: bool,
}

/// Something to be done.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Item {
    /// What.
    pub text: String,
    /// Who sees to it.
    pub owner: String,
    /// What for.
    pub class: Class,
    /// The change of the world that it is, in words, where it is one.
    pub change: Option<String>,
}

/// A review as it is written.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Review {
    /// What happened, in a few sentences.
    pub summary: String,
    /// What contributed.
    pub factors: Vec<Factor>,
    /// What went well.
    pub well: Vec<String>,
    /// What went wrong.
    pub wrong: Vec<String>,
    /// What is to be done.
    pub items: Vec<Item>,
}

/// A part of a review.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Section {
    /// What contributed.
    Factors,
    /// What went well.
    Well,
    /// What went wrong.
    Wrong,
    /// What is to be done.
    Items,
}

/// One change of a review.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Edit {
    /// What happened.
    Summary(String),
    /// Something contributed.
    Factor {
        /// What.
        text: String,
        /// Where it can be looked up.
        evidence: Option<Evidence>,
    },
    /// Something went well.
    Well(String),
    /// Something went wrong.
    Wrong(String),
    /// Something is to be done.
    Item {
        /// What.
        text: String,
        /// Who sees to it.
        owner: String,
        /// What for.
        class: Class,
    },
    /// Takes an entry away.
    Remove {
        /// Where it stands.
        section: Section,
        /// Its place there, from 1.
        place: u32,
    },
}

impl Review {
    /// Carries an edit out; a refusal changes nothing. `found` says whether
    /// the evidence is there, and `change` what an item changes, in words.
    pub fn edit(
        &mut self,
        edit: &Edit,
        found: bool,
        change: Option<String>,
    ) -> Result<(), Refused> {
        match edit {
            Edit::Summary(text) => self.summary = checked(text)?,
            Edit::Well(text) => add(&mut self.well, checked(text)?)?,
            Edit::Wrong(text) => add(&mut self.wrong, checked(text)?)?,
            Edit::Factor { text, evidence } => {
                let text = checked(text)?;
                let evidence = evidence.as_ref().map(Evidence::checked).transpose()?;
                let factor = Factor {
                    text,
                    found: found && evidence.is_some(),
                    evidence,
                };
                add(&mut self.factors, factor)?;
            }
            Edit::Item { text, owner, class } => {
                let item = Item {
                    text: checked(text)?,
                    owner: checked(owner).map_err(|refused| Refused {
                        remedy: "name whoever sees to it".to_owned(),
                        ..refused
                    })?,
                    class: *class,
                    change,
                };
                add(&mut self.items, item)?;
            }
            Edit::Remove { section, place } => match section {
                Section::Factors => take(&mut self.factors, *place)?,
                Section::Well => take(&mut self.well, *place)?,
                Section::Wrong => take(&mut self.wrong, *place)?,
                Section::Items => take(&mut self.items, *place)?,
            },
        }
        Ok(())
    }

    /// Every text that somebody wrote, with the name of its section.
    pub fn texts(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let summary = std::iter::once(("Summary", self.summary.as_str()));
        let factors = self
            .factors
            .iter()
            .map(|f| ("Contributing factors", f.text.as_str()));
        let well = self
            .well
            .iter()
            .map(|text| ("What went well", text.as_str()));
        let wrong = self
            .wrong
            .iter()
            .map(|text| ("What went wrong", text.as_str()));
        let items = self
            .items
            .iter()
            .map(|item| ("Action items", item.text.as_str()));
        summary.chain(factors).chain(well).chain(wrong).chain(items)
    }
}

impl Evidence {
    /// The same without space around it, if it can be looked up at all.
    fn checked(&self) -> Result<Evidence, Refused> {
        Ok(match self {
            Evidence::Query(query) => {
                let query = checked(query)?;
                if let Err(error) = promql::parse(&query, &promql::Bounds::default()) {
                    return Err(refused(
                        format!("no PromQL: {}", error.problem),
                        "mend the query",
                    ));
                }
                Evidence::Query(query)
            }
            Evidence::Trace(id) => {
                let id = id.trim().to_lowercase();
                if id.len() != 32 || !id.chars().all(|c| c.is_ascii_hexdigit()) {
                    let remedy = "copy the 32 hexadecimal digits from the Traces tab";
                    return Err(refused("this is no trace id".to_owned(), remedy));
                }
                Evidence::Trace(id)
            }
            Evidence::Log(words) => Evidence::Log(checked(words)?),
        })
    }

    /// What kind it is, and its text.
    pub fn parts(&self) -> (&'static str, &str) {
        match self {
            Evidence::Query(text) => ("query", text),
            Evidence::Trace(text) => ("trace", text),
            Evidence::Log(text) => ("log", text),
        }
    }
}

impl Class {
    /// Every one.
    pub const ALL: [Class; 3] = [Class::Prevent, Class::Detect, Class::Mitigate];

    /// Its name.
    pub fn name(self) -> &'static str {
        ["prevent", "detect", "mitigate"][self as usize]
    }
}

fn refused(problem: String, remedy: &str) -> Refused {
    Refused {
        problem,
        remedy: remedy.to_owned(),
    }
}

fn checked(text: &str) -> Result<String, Refused> {
    let text = text.trim();
    let count = text.chars().count();
    if text.is_empty() {
        return Err(refused("the text is empty".to_owned(), "write one"));
    }
    if count > LONGEST {
        let problem = format!("the text has {count} characters, {LONGEST} are allowed");
        return Err(refused(problem, "shorten it"));
    }
    Ok(text.to_owned())
}

fn add<T>(entries: &mut Vec<T>, entry: T) -> Result<(), Refused> {
    if entries.len() >= MOST_ENTRIES {
        let problem = format!("a section has {MOST_ENTRIES} entries at most");
        return Err(refused(problem, "remove one first"));
    }
    entries.push(entry);
    Ok(())
}

fn take<T>(entries: &mut Vec<T>, place: u32) -> Result<(), Refused> {
    let found = (place as usize).checked_sub(1);
    let Some(place) = found.filter(|place| *place < entries.len()) else {
        let problem = format!("there is no entry {place}");
        let remedy = match entries.len() {
            0 => "the section is empty".to_owned(),
            count => format!("give a number from 1 to {count}"),
        };
        return Err(refused(problem, &remedy));
    };
    entries.remove(place);
    Ok(())
}

#[cfg(test)]
mod tests;
