//! The fields of one mapping: each is asked for by name, the rest is unknown.

use super::{At, Report};
use crate::base::diag::shown;
use crate::base::near;
use crate::base::yaml::Entry;

/// A mapping whose keys the reader knows.
#[derive(Clone, Debug)]
pub struct Fields<'n> {
    at: At<'n>,
    entries: &'n [Entry],
    asked: Vec<&'static str>,
}

impl<'n> Fields<'n> {
    pub(super) fn new(at: At<'n>, entries: &'n [Entry]) -> Self {
        Fields {
            at,
            entries,
            asked: Vec::new(),
        }
    }

    /// The mapping itself.
    pub fn at(&self) -> &At<'n> {
        &self.at
    }

    /// A field that must be there. Missing or with nothing after its colon, it
    /// is reported at the mapping and at the key, respectively.
    pub fn need(&mut self, report: &mut Report, key: &'static str) -> Option<At<'n>> {
        let at = self.find(key);
        match &at {
            None => report.error(
                &self.at,
                format!("the field `{key}` is missing"),
                format!("add a line `{key}: ...` here"),
            ),
            Some(at) if at.is_null() => {
                report.error(
                    at,
                    "the field has no value",
                    format!("write one after `{key}:`"),
                );
            }
            Some(_) => {}
        }
        at.filter(|at| !at.is_null())
    }

    /// A field that may be absent; nothing after its colon counts as absent.
    pub fn get(&mut self, key: &'static str) -> Option<At<'n>> {
        self.find(key).filter(|at| !at.is_null())
    }

    /// Reports every key that was not asked for.
    pub fn done(self, report: &mut Report) {
        for entry in self.entries {
            if self.asked.contains(&entry.key.as_str()) {
                continue;
            }
            report.error_with(&self.at.key_of(entry), || {
                let problem = format!("there is no field `{}` here", shown(&entry.key));
                (problem, near::remedy(&entry.key, &self.asked))
            });
        }
    }

    fn find(&mut self, key: &'static str) -> Option<At<'n>> {
        if !self.asked.contains(&key) {
            self.asked.push(key);
        }
        self.entries
            .iter()
            .find(|entry| entry.key == key)
            .map(|entry| self.at.value_of(entry))
    }
}
