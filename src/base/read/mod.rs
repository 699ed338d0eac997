//! Typed reading of a parsed tree, field by field, collecting every problem.
//!
//! A reader walks the tree with [`At`] (a node and the path to it) and asks a
//! [`Report`] for what it expects there. Every question answers `None` where
//! the text does not fit, and notes why: where, what, and how to mend it. So a
//! reader goes on to the next field, and the author sees all problems at once.
//!
//! ```
//! use xops_lab::base::{At, Report, yaml};
//!
//! let text = "name: shop\nworkers: 0\ncolour: red\n";
//! let root = yaml::parse("shop.yaml", text, &yaml::Limits::default()).expect("valid YAML");
//! let mut report = Report::new("shop.yaml", text);
//! if let Some(mut fields) = report.fields(&At::root(&root)) {
//!     let name = fields.need(&mut report, "name").and_then(|at| report.name(&at));
//!     let workers = fields.get("workers").and_then(|at| report.integer(&at, 1..=10_000));
//!     fields.done(&mut report);
//!     assert_eq!((name.as_deref(), workers), (Some("shop"), None));
//! }
//! let found = report.finish();
//! assert_eq!(found.len(), 2); // `workers` is below 1, `colour` is unknown
//! ```

mod at;
mod fields;
mod scalars;
#[cfg(test)]
mod tests;

pub use at::At;
pub use fields::Fields;

use super::diag::{Diagnostic, Diagnostics, Place, Severity, excerpt, shown};
use super::near;
use super::yaml::Value;

/// The problems of one file, as reading finds them.
#[derive(Clone, Debug)]
pub struct Report {
    file: String,
    text: String,
    found: Diagnostics,
}

impl Report {
    /// No problems yet. `text` is the source, for excerpts.
    pub fn new(file: &str, text: &str) -> Report {
        Report {
            file: file.to_owned(),
            text: text.to_owned(),
            found: Diagnostics::new(),
        }
    }

    /// Notes that what stands at `at` cannot be used.
    pub fn error(&mut self, at: &At<'_>, problem: impl Into<String>, remedy: impl Into<String>) {
        self.note(Severity::Error, at, problem.into(), remedy.into());
    }

    /// Notes that what stands at `at` is probably not what was meant.
    pub fn warning(&mut self, at: &At<'_>, problem: impl Into<String>, remedy: impl Into<String>) {
        self.note(Severity::Warning, at, problem.into(), remedy.into());
    }

    /// Like [`Report::error`], with the wording left undone where the error
    /// would only be counted: the work on a hopeless file stays bounded.
    pub(super) fn error_with(&mut self, at: &At<'_>, word: impl FnOnce() -> (String, String)) {
        if self.found.is_full() {
            return self.found.count_more(1);
        }
        let (problem, remedy) = word();
        self.note(Severity::Error, at, problem, remedy);
    }

    fn note(&mut self, severity: Severity, at: &At<'_>, problem: String, remedy: String) {
        if self.found.is_full() {
            return self.found.count_more(1);
        }
        self.found.push(Diagnostic {
            severity,
            place: Place {
                file: self.file.clone(),
                line: at.line,
                column: at.column,
            },
            field: at.path.clone(),
            problem,
            remedy,
            excerpt: excerpt(&self.text, at.line, at.column),
        });
    }

    /// The fields of a mapping; reports anything else.
    pub fn fields<'n>(&mut self, at: &At<'n>) -> Option<Fields<'n>> {
        match &at.node.value {
            Value::Map(entries) => Some(Fields::new(at.clone(), entries)),
            _ => {
                self.unfit(
                    at,
                    "a mapping",
                    "write `field: value` lines, indented below it",
                );
                None
            }
        }
    }

    /// The items of a list; reports anything else, and a list of more than
    /// `max` items, of which it then gives the first `max`.
    pub fn items<'n>(&mut self, at: &At<'n>, max: usize) -> Vec<At<'n>> {
        let Value::List(nodes) = &at.node.value else {
            self.unfit(
                at,
                "a list",
                "write one `- item` a line, indented below it, or [a, b]",
            );
            return Vec::new();
        };
        self.check_count(at, nodes.len(), "items", max);
        nodes
            .iter()
            .take(max)
            .enumerate()
            .map(|(place, node)| at.item(place, node))
            .collect()
    }

    /// The entries of a mapping whose keys are free; reports anything else,
    /// and more than `max` entries, of which it then gives the first `max`.
    pub fn entries<'n>(&mut self, at: &At<'n>, max: usize) -> Vec<(&'n str, At<'n>)> {
        let Value::Map(entries) = &at.node.value else {
            self.unfit(
                at,
                "a mapping",
                "write `key: value` lines, indented below it",
            );
            return Vec::new();
        };
        self.check_count(at, entries.len(), "entries", max);
        entries
            .iter()
            .take(max)
            .map(|entry| (entry.key.as_str(), at.value_of(entry)))
            .collect()
    }

    /// One of several kinds: a mapping with exactly one key out of `known`,
    /// such as `exponential: {mean: 5ms}`, gives the key and its value. A bare
    /// word out of `known` gives the word and a value of nothing.
    pub fn tagged<'n>(&mut self, at: &At<'n>, known: &[&str]) -> Option<(&'n str, At<'n>)> {
        let (word, key_at, value_at) = match &at.node.value {
            Value::Scalar { text, .. } => (text.as_str(), at.clone(), at.bare(text)),
            Value::Map(entries) => match entries.as_slice() {
                [entry] => (entry.key.as_str(), at.key_of(entry), at.value_of(entry)),
                others => {
                    let count = others.len();
                    self.error_with(at, || {
                        let problem = format!("{count} keys where exactly one is expected");
                        (problem, near::remedy("", known))
                    });
                    return None;
                }
            },
            _ => {
                self.unfit(at, "one kind", &near::remedy("", known));
                return None;
            }
        };
        if known.contains(&word) {
            return Some((word, value_at));
        }
        self.error_with(&key_at, || {
            let problem = format!("`{}` is not known here", shown(word));
            (problem, near::remedy(word, known))
        });
        None
    }

    /// All problems, in the order in which they were found; empty, or warnings
    /// only, if the text can be used.
    pub fn finish(self) -> Diagnostics {
        self.found
    }

    /// Whether there was an error so far.
    pub fn failed(&self) -> bool {
        self.found.has_errors()
    }

    fn check_count(&mut self, at: &At<'_>, count: usize, what: &str, max: usize) {
        if count > max {
            self.error(
                at,
                format!("{count} {what} are more than the {max} that are allowed"),
                format!("leave at most {max}"),
            );
        }
    }

    /// Reports that something else stands where `wanted` is expected.
    pub(super) fn unfit(&mut self, at: &At<'_>, wanted: &str, remedy: &str) {
        self.error_with(at, || {
            let given = match &at.node.value {
                Value::Null => "nothing".to_owned(),
                Value::Scalar { text, .. } => format!("`{}`", shown(text)),
                Value::List(_) => "a list".to_owned(),
                Value::Map(_) => "a mapping".to_owned(),
            };
            (
                format!("{given} where {wanted} is expected"),
                remedy.to_owned(),
            )
        });
    }
}
