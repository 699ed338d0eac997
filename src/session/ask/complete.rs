//! What could stand at the cursor of a query that is being typed.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::base::order::sort_by;
use crate::promql::{callables, function, help};
use crate::session::Session;
use crate::telemetry::scrape::family_of;
use crate::telemetry::store::{Labels, Matcher, NAME, Store};

/// Proposals at once.
const MOST: usize = 40;
/// Windows that people ask about.
const WINDOWS: [&str; 6] = ["1m", "5m", "15m", "1h", "6h", "1d"];

/// A query and the cursor in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Typing {
    /// The query.
    pub text: String,
    /// Bytes before the cursor.
    pub cursor: u32,
}

/// What a proposal is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Proposed {
    /// A metric.
    Metric,
    /// A function or an aggregation.
    Function,
    /// A label's name.
    Label,
    /// A label's value.
    Value,
    /// A length of time.
    Window,
}

/// One proposal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proposal {
    /// What it is.
    pub kind: Proposed,
    /// What is written in place of the word at the cursor.
    pub text: String,
    /// What it is, in a line; may be empty.
    pub about: String,
}

/// Proposals, best first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proposals {
    /// Bytes before the word that they replace; it ends at the cursor.
    pub from: u32,
    /// The proposals.
    pub list: Vec<Proposal>,
}

/// Where in a query a cursor stands.
#[derive(Clone, Debug, PartialEq)]
enum Spot {
    /// Where an expression may stand.
    Expression,
    /// Where a label's name may stand, of a metric if one is known.
    Label { metric: String },
    /// Inside the quotes of a label's value.
    Value { metric: String, label: String },
    /// Inside the brackets of a window.
    Window,
    /// Where only the writer knows, such as inside a text.
    Nowhere,
}

impl Session {
    pub(super) fn propose(&self, typing: &Typing) -> Proposals {
        let before = typing.text.get(..typing.cursor as usize).unwrap_or("");
        let (spot, from) = spot(before);
        let word = &before[from..];
        let mut list = match &spot {
            Spot::Nowhere => Vec::new(),
            Spot::Window => windows(),
            Spot::Expression => expression(self.store()),
            Spot::Label { metric } => labels(self.store(), metric),
            Spot::Value { metric, label } => values(self.store(), metric, label),
        };
        let lower = word.to_lowercase();
        list.retain(|proposal| proposal.text.to_lowercase().contains(&lower));
        // Stable: what begins with the word comes first, else the order stays.
        let later = |proposal: &Proposal| !proposal.text.to_lowercase().starts_with(&lower);
        sort_by(&mut list, |a, b| later(a).cmp(&later(b)));
        list.truncate(MOST);
        Proposals {
            from: from as u32,
            list,
        }
    }
}

/// Where the end of a text stands, and where the word begins that ends there.
fn spot(before: &str) -> (Spot, usize) {
    let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == ':';
    let mut open: Vec<(char, usize)> = Vec::new();
    let mut quote: Option<(char, usize)> = None;
    let mut letters = before.char_indices();
    while let Some((at, c)) = letters.next() {
        match (quote, c) {
            (Some((mark, _)), '\\') if mark != '`' => {
                letters.next();
            }
            (Some((mark, _)), c) if c == mark => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'' | '`') => quote = Some((c, at + 1)),
            (None, '{' | '[' | '(') => open.push((c, at)),
            (None, '}' | ']' | ')') => {
                open.pop();
            }
            (None, '#') if !letters.by_ref().any(|(_, c)| c == '\n') => {
                return (Spot::Nowhere, before.len());
            }
            _ => {}
        }
    }
    let last_word = |text: &str| -> String {
        let rest = text.trim_end().trim_end_matches(is_word).len();
        text.trim_end()[rest..].to_owned()
    };
    if let Some((_, begins)) = quote {
        if let Some(('{', at)) = open.last() {
            let name = before[..begins - 1]
                .trim_end()
                .trim_end_matches(['=', '!', '~']);
            let (metric, label) = (last_word(&before[..*at]), last_word(name));
            return (Spot::Value { metric, label }, begins);
        }
        return (Spot::Nowhere, before.len());
    }
    let from = before.trim_end_matches(is_word).len();
    let spot = match open.last() {
        Some(('[', _)) => Spot::Window,
        Some(('{', at)) => Spot::Label {
            metric: last_word(&before[..*at]),
        },
        Some((_, at)) => {
            const GROUPING: [&str; 6] = [
                "by",
                "without",
                "on",
                "ignoring",
                "group_left",
                "group_right",
            ];
            if GROUPING.contains(&last_word(&before[..*at]).to_lowercase().as_str()) {
                let metric = String::new();
                Spot::Label { metric }
            } else {
                Spot::Expression
            }
        }
        None => Spot::Expression,
    };
    // A number is not the beginning of a name.
    if spot == Spot::Expression && before[from..].starts_with(|c: char| c.is_ascii_digit()) {
        return (Spot::Nowhere, before.len());
    }
    (spot, from)
}

fn proposal(kind: Proposed, text: impl Into<String>, about: impl Into<String>) -> Proposal {
    Proposal {
        kind,
        text: text.into(),
        about: about.into(),
    }
}

fn windows() -> Vec<Proposal> {
    let windows = WINDOWS.iter();
    windows
        .map(|window| proposal(Proposed::Window, *window, ""))
        .collect()
}

/// Functions and the names of metrics.
fn expression(store: &Store) -> Vec<Proposal> {
    let metrics = store.label_values(NAME).into_iter().map(|name| {
        let about = match family_of(name) {
            Some(family) => format!("{}: {}", family.kind.word(), family.help),
            None => "recorded by a rule".to_owned(),
        };
        proposal(Proposed::Metric, name, about)
    });
    let functions = callables().map(|name| {
        let usage = match function(name) {
            Some(found) => found.usage(),
            None => format!("{name} by (labels) (series)"),
        };
        proposal(Proposed::Function, name, format!("{}: {usage}", help(name)))
    });
    metrics.chain(functions).collect()
}

/// Series of a metric, or all where none is named.
fn series<'s>(store: &'s Store, metric: &str) -> Vec<&'s Labels> {
    let named: Vec<Matcher> = if metric.is_empty() {
        Vec::new()
    } else {
        vec![Matcher::equal(NAME, metric)]
    };
    let found = store.select(&named);
    found.into_iter().map(|(_, labels)| labels).collect()
}

fn labels(store: &Store, metric: &str) -> Vec<Proposal> {
    let names: BTreeSet<&str> = if metric.is_empty() {
        store.label_names().into_iter().collect()
    } else {
        let series = series(store, metric);
        series
            .iter()
            .flat_map(|labels| labels.iter().map(|(name, _)| name))
            .collect()
    };
    let names = names.into_iter().filter(|name| *name != NAME);
    names
        .map(|name| proposal(Proposed::Label, name, ""))
        .collect()
}

fn values(store: &Store, metric: &str, label: &str) -> Vec<Proposal> {
    let values: BTreeSet<&str> = if metric.is_empty() {
        store.label_values(label).into_iter().collect()
    } else {
        let series = series(store, metric);
        series.iter().map(|labels| labels.get(label)).collect()
    };
    let values = values.into_iter().filter(|value| !value.is_empty());
    values
        .map(|value| proposal(Proposed::Value, value, ""))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(before: &str, expected: Spot, word: &str) {
        let (spot, from) = spot(before);
        assert_eq!((spot, &before[from..]), (expected, word), "{before}");
    }

    fn label(metric: &str) -> Spot {
        let metric = metric.to_owned();
        Spot::Label { metric }
    }

    #[test]
    fn what_can_stand_at_the_cursor_is_known() {
        check("", Spot::Expression, "");
        check("sum(ra", Spot::Expression, "ra");
        check("up{", label("up"), "");
        check("up{a=\"b\", ser", label("up"), "ser");
        check("{ser", label(""), "ser");
        check("sum by (se", label(""), "se");
        check("sum by (service) (htt", Spot::Expression, "htt");
        check("a / on (po", label(""), "po");
        let value = |metric: &str, label: &str| Spot::Value {
            metric: metric.to_owned(),
            label: label.to_owned(),
        };
        check("up{service=\"ca", value("up", "service"), "ca");
        check("sum(up{pod!~'", value("up", "pod"), "");
        check("up{a=\"}\", b=\"x", value("up", "b"), "x");
        check("rate(up[5", Spot::Window, "5");
        check("rate(up[5m]) + 1", Spot::Nowhere, "");
        check("label_replace(up, \"x", Spot::Nowhere, "");
        check("up # com", Spot::Nowhere, "");
        check("up # com\n + u", Spot::Expression, "u");
    }
}
