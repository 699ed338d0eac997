//! Names and texts that Prometheus gives to series, rules and alerts.

use std::collections::BTreeMap;

use crate::base::{At, Report, shown};

/// Names with their texts, by name.
pub type Labels = BTreeMap<String, String>;

/// Labels or annotations of one thing.
const MOST: usize = 200;
/// Characters of one text.
pub const LONGEST: usize = 16_384;

/// Whether a word can name a label: `^[a-zA-Z_][a-zA-Z0-9_]*$`.
pub fn is_label(word: &str) -> bool {
    let letter = |c: char| c.is_ascii_alphabetic() || c == '_';
    word.starts_with(letter) && word.chars().all(|c| letter(c) || c.is_ascii_digit())
}

/// Whether a word can name a metric: as a label's, with colons.
pub fn is_metric(word: &str) -> bool {
    let letter = |c: char| c.is_ascii_alphabetic() || c == '_' || c == ':';
    word.starts_with(letter) && word.chars().all(|c| letter(c) || c.is_ascii_digit())
}

/// Reads a mapping of labels or annotations. A number or truth value counts as
/// the text that it is written with.
pub fn read(report: &mut Report, at: &At<'_>) -> Labels {
    let mut labels = Labels::new();
    for (name, at) in report.entries(at, MOST) {
        if !is_label(name) || name == "__name__" {
            report.error(
                &at,
                format!("`{}` cannot name a label or an annotation", shown(name)),
                "write letters, digits and underscores, no digit first, and not __name__",
            );
            continue;
        }
        if let Some(text) = text(report, &at) {
            labels.insert(name.to_owned(), text);
        }
    }
    labels
}

/// A scalar's text, which may be empty.
pub fn text(report: &mut Report, at: &At<'_>) -> Option<String> {
    if at.is_null() {
        return Some(String::new());
    }
    let Some(text) = at.scalar() else {
        report.error(
            at,
            "a list or mapping where a text is expected",
            "write a text",
        );
        return None;
    };
    if text.chars().nth(LONGEST).is_some() {
        let problem = format!("a text of more than {LONGEST} characters");
        report.error(at, problem, "shorten it");
        return None;
    }
    Some(text.to_owned())
}
