//! Diagnostics: what is wrong with a text from outside, where, and how to mend it.
//!
//! Every reader of outside text (worlds, lessons, queries, rule files) answers
//! with the same type, so that the command line, the editor and the worker
//! show problems in the same words. Diagnostics are plain data: they travel
//! from the worker to the page.

use super::order::sort_by;
use std::fmt;

use serde::{Deserialize, Serialize};

/// How bad a problem is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Severity {
    /// The text cannot be used.
    Error,
    /// The text can be used, but is probably not what its author meant.
    Warning,
}

/// A position in a file, both numbers counted from 1.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// The file's name as the reader was given it.
    pub file: String,
    /// The line, from 1. Lines end with LF or CRLF.
    pub line: u32,
    /// The column, from 1, in characters (not bytes).
    pub column: u32,
}

/// One problem.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Diagnostic {
    /// Whether the text can be used all the same.
    pub severity: Severity,
    /// Where the problem is.
    pub place: Place,
    /// The path to the field, such as `services[2].routes[0].steps`; may be empty.
    pub field: String,
    /// What is wrong, without a final stop.
    pub problem: String,
    /// What to do about it; may be empty.
    pub remedy: String,
    /// The line of the source, shortened; may be empty.
    pub excerpt: String,
}

/// A list of problems, in the order in which they were found.
///
/// At most [`Diagnostics::MOST_KEPT`] are kept; the rest are counted. Where
/// there is no room left, an error takes the place of the last kept warning.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Diagnostics {
    kept: Vec<Diagnostic>,
    more: u32,
}

impl Diagnostics {
    /// How many problems are kept in full: more than anyone reads at once.
    pub const MOST_KEPT: usize = 100;

    /// An empty list.
    pub fn new() -> Self {
        Diagnostics::default()
    }

    /// Adds a problem.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        if self.kept.len() < Self::MOST_KEPT {
            self.kept.push(diagnostic);
            return;
        }
        self.count_more(1);
        if diagnostic.severity == Severity::Error
            && let Some(last) = self
                .kept
                .iter()
                .rposition(|d| d.severity == Severity::Warning)
        {
            self.kept.remove(last);
            self.kept.push(diagnostic);
        }
    }

    /// Adds all problems of `other`, for loaders that read several files.
    pub fn append(&mut self, other: Diagnostics) {
        for diagnostic in other.kept {
            self.push(diagnostic);
        }
        self.count_more(other.more);
    }

    /// Counts problems that are not kept.
    pub(super) fn count_more(&mut self, count: u32) {
        self.more = self.more.saturating_add(count);
    }

    /// Whether a further error would only be counted: a reader may then spare
    /// itself the work of wording it.
    pub(super) fn is_full(&self) -> bool {
        self.kept.len() >= Self::MOST_KEPT
            && self.kept.iter().all(|d| d.severity == Severity::Error)
    }

    /// Sorts by line and column; problems at one place keep their order.
    pub(super) fn sort(&mut self) {
        let place = |d: &Diagnostic| (d.place.line, d.place.column);
        sort_by(&mut self.kept, |a, b| place(a).cmp(&place(b)));
    }

    /// The problems that were kept.
    pub fn iter(&self) -> std::slice::Iter<'_, Diagnostic> {
        self.kept.iter()
    }

    /// Whether any problem is an error: the text cannot be used.
    pub fn has_errors(&self) -> bool {
        // An error is dropped only where every kept problem is an error too.
        self.kept.iter().any(|d| d.severity == Severity::Error)
    }

    /// How many problems were found, those that are only counted included.
    pub fn len(&self) -> usize {
        self.kept.len().saturating_add(self.more as usize)
    }

    /// How many problems were found but not kept.
    pub fn more(&self) -> u32 {
        self.more
    }

    /// Whether nothing was found.
    pub fn is_empty(&self) -> bool {
        self.kept.is_empty() && self.more == 0
    }
}

impl<'d> IntoIterator for &'d Diagnostics {
    type Item = &'d Diagnostic;
    type IntoIter = std::slice::Iter<'d, Diagnostic>;
    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl fmt::Display for Place {
    /// `shop.yaml:12:5`, which terminals and editors turn into a link.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.file, self.line, self.column)
    }
}

impl fmt::Display for Diagnostic {
    /// One line for the problem, then the excerpt and the remedy, if any.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.place)?;
        if self.severity == Severity::Warning {
            f.write_str("warning: ")?;
        }
        if !self.field.is_empty() {
            write!(f, "{}: ", self.field)?;
        }
        f.write_str(&self.problem)?;
        if !self.excerpt.is_empty() {
            write!(f, "\n    |  {}", self.excerpt)?;
        }
        if !self.remedy.is_empty() {
            write!(f, "\n    = remedy: {}", self.remedy)?;
        }
        Ok(())
    }
}

impl fmt::Display for Diagnostics {
    /// All kept problems, one under the other, then the count of the rest.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, diagnostic) in self.kept.iter().enumerate() {
            if place > 0 {
                f.write_str("\n")?;
            }
            write!(f, "{diagnostic}")?;
        }
        match self.more {
            0 => Ok(()),
            more => write!(f, "\n... and {more} more"),
        }
    }
}

impl std::error::Error for Diagnostics {}

/// How many characters of a source line, or of a word from it, are shown.
const EXCERPT_CHARS: usize = 80;

/// The given line of `text`, trimmed, and shortened around `column` (both
/// from 1); empty if there is no such line.
pub(super) fn excerpt(text: &str, line: u32, column: u32) -> String {
    let Some(number) = (line as usize).checked_sub(1) else {
        return String::new();
    };
    let Some(whole) = text.split('\n').nth(number) else {
        return String::new();
    };
    let whole = whole.trim_start_matches('\u{feff}');
    let inner = whole.trim();
    if inner.char_indices().nth(EXCERPT_CHARS).is_none() {
        return printable(inner);
    }
    let from = (column as usize).saturating_sub(EXCERPT_CHARS / 4);
    let part: String = whole.chars().skip(from).take(EXCERPT_CHARS).collect();
    let before = if from > 0 { "..." } else { "" };
    let cut = whole
        .char_indices()
        .nth(from.saturating_add(EXCERPT_CHARS))
        .is_some();
    format!(
        "{before}{}{}",
        printable(part.trim()),
        if cut { "..." } else { "" }
    )
}

/// A word from outside, fit to be shown in one line of a message.
pub fn shown(word: &str) -> String {
    const MOST: usize = 40;
    match word.char_indices().nth(MOST) {
        None => printable(word),
        Some((end, _)) => format!("{}...", printable(word.get(..end).unwrap_or_default())),
    }
}

/// `text` fit for one line of a message: a tab becomes a space, and every
/// character that controls a terminal or hides becomes a replacement mark.
fn printable(text: &str) -> String {
    let mark = |c: char| match c {
        '\t' => ' ',
        '\u{feff}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => '\u{fffd}',
        c if c.is_control() => '\u{fffd}',
        c => c,
    };
    text.chars().map(mark).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(severity: Severity, line: u32) -> Diagnostic {
        Diagnostic {
            severity,
            place: Place {
                file: "shop.yaml".to_owned(),
                line,
                column: 5,
            },
            field: "services[2].workers".to_owned(),
            problem: "0 is below the least value 1".to_owned(),
            remedy: "give a whole number from 1 to 10000".to_owned(),
            excerpt: "workers: 0".to_owned(),
        }
    }

    #[test]
    fn a_diagnostic_reads_as_place_problem_excerpt_and_remedy() {
        assert_eq!(
            sample(Severity::Error, 12).to_string(),
            "shop.yaml:12:5: services[2].workers: 0 is below the least value 1\n    \
             |  workers: 0\n    = remedy: give a whole number from 1 to 10000"
        );
        assert!(
            sample(Severity::Warning, 12)
                .to_string()
                .contains(": warning: services[2]")
        );
    }

    #[test]
    fn a_full_list_counts_the_rest_and_still_knows_its_errors() {
        let mut found = Diagnostics::new();
        for line in 1..=150 {
            found.push(sample(Severity::Warning, line));
        }
        assert!(!found.has_errors());
        found.push(sample(Severity::Error, 151));
        assert!(found.has_errors(), "an error takes the place of a warning");
        assert_eq!(
            (found.len(), found.iter().count(), found.more()),
            (151, 100, 51)
        );
        assert!(found.to_string().ends_with("\n... and 51 more"));
    }

    #[test]
    fn diagnostics_travel_as_json_and_come_back_the_same() {
        let mut found = Diagnostics::new();
        found.push(sample(Severity::Warning, 1));
        let text = serde_json::to_string(&found).ok();
        let back = text.and_then(|text| serde_json::from_str::<Diagnostics>(&text).ok());
        assert_eq!(back, Some(found));
    }

    #[test]
    fn a_long_line_is_cut_around_the_column() {
        let text = format!("{}HERE{}", "ä".repeat(500), "ö".repeat(500));
        let shown = excerpt(&text, 1, 501);
        assert!(shown.contains("HERE") && shown.starts_with("...") && shown.ends_with("..."));
        assert_eq!(shown.chars().count(), 86);
        assert_eq!(excerpt("a\r\n  b: 1\r\n", 2, 3), "b: 1");
        assert_eq!(excerpt("a", 0, 0), "");
        assert_eq!(excerpt("a", 9, 9), "");
    }

    #[test]
    fn a_message_cannot_steer_a_terminal() {
        assert_eq!(excerpt("a\u{1b}[31m\tb", 1, 1), "a\u{fffd}[31m b");
        assert_eq!(shown(&"x".repeat(41)), format!("{}...", "x".repeat(40)));
    }
}
