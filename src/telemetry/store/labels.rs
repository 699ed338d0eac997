//! Label sets: what a series is called.

use std::fmt;
use std::sync::Arc;

/// The label that holds a metric's name.
pub const NAME: &str = "__name__";
/// Labels that say what a metric is, not where it comes from; operations that
/// change the meaning of a value drop all of them.
const OF_METRIC: [&str; 3] = [NAME, "__type__", "__unit__"];

/// Whether a label belongs to the metric and goes when its meaning changes.
pub fn is_of_metric(name: &str) -> bool {
    OF_METRIC.contains(&name)
}

/// One label.
pub type Label = (Arc<str>, Arc<str>);

/// A set of labels, ordered by name, each name once, no value empty: to
/// Prometheus an empty value and no label are the same. Cheap to clone.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Labels(Arc<[Label]>);

impl Default for Labels {
    fn default() -> Self {
        Labels(Arc::new([]))
    }
}

impl Labels {
    /// A set of pairs in any order; of equal names the last counts.
    pub fn new<N: Into<Arc<str>>, V: Into<Arc<str>>>(
        pairs: impl IntoIterator<Item = (N, V)>,
    ) -> Labels {
        let pairs = pairs.into_iter().map(|(n, v)| (n.into(), v.into()));
        Labels::of(pairs.collect())
    }

    fn of(mut pairs: Vec<Label>) -> Labels {
        pairs.reverse(); // the sort is stable: the last of equal names comes first
        crate::base::order::sort_by(&mut pairs, |a, b| a.0.cmp(&b.0));
        pairs.dedup_by(|next, kept| next.0 == kept.0);
        pairs.retain(|(_, value)| !value.is_empty());
        Labels(pairs.into())
    }

    /// The value of a label; empty if there is none.
    pub fn get(&self, name: &str) -> &str {
        match self.0.binary_search_by(|(known, _)| (**known).cmp(name)) {
            Ok(place) => &self.0[place].1,
            Err(_) => "",
        }
    }

    /// The metric's name; empty if there is none.
    pub fn name(&self) -> &str {
        self.get(NAME)
    }

    /// Every label, ordered by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (&**name, &**value))
    }

    /// Every label as it is shared.
    pub(super) fn shared(&self) -> &[Label] {
        &self.0
    }

    /// How many labels there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is no label.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The labels whose names are wanted.
    pub fn keep(&self, wanted: impl Fn(&str) -> bool) -> Labels {
        if self.0.iter().all(|(name, _)| wanted(name)) {
            return self.clone();
        }
        let kept = self.0.iter().filter(|(name, _)| wanted(name)).cloned();
        Labels(kept.collect())
    }

    /// The same with one label set, or dropped if the value is empty.
    pub fn with(&self, name: &str, value: &str) -> Labels {
        if self.get(name) == value {
            return self.clone();
        }
        let others = self.0.iter().filter(|(known, _)| **known != *name).cloned();
        Labels::of(others.chain([(name.into(), value.into())]).collect())
    }

    /// The same without what belongs to the metric.
    pub fn without_metric(&self) -> Labels {
        self.keep(|name| !is_of_metric(name))
    }
}

/// Whether a name needs no quotes where labels are written.
pub fn is_plain_label(name: &str) -> bool {
    let mut letters = name.bytes();
    letters
        .next()
        .is_some_and(|c| c.is_ascii_alphabetic() || c == b'_')
        && letters.all(|c| c.is_ascii_alphanumeric() || c == b'_')
}

/// Whether a metric's name needs no quotes.
pub fn is_plain_metric(name: &str) -> bool {
    let colons = |c: char| if c == ':' { '_' } else { c };
    is_plain_label(&name.chars().map(colons).collect::<String>())
}

/// Writes a text in double quotes, with the escapes that Prometheus reads.
pub fn write_quoted(out: &mut dyn fmt::Write, text: &str) -> fmt::Result {
    out.write_char('"')?;
    for c in text.chars() {
        match c {
            '"' => out.write_str("\\\"")?,
            '\\' => out.write_str("\\\\")?,
            '\n' => out.write_str("\\n")?,
            '\t' => out.write_str("\\t")?,
            '\r' => out.write_str("\\r")?,
            c if (c as u32) < 0x20 || c as u32 == 0x7f => {
                out.write_fmt(format_args!("\\x{:02x}", c as u32))?;
            }
            c => out.write_char(c)?,
        }
    }
    out.write_char('"')
}

impl fmt::Display for Labels {
    /// `name{label="value"}`, as Prometheus writes it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let outside = is_plain_metric(self.name());
        if outside {
            f.write_str(self.name())?;
            if self.len() == 1 {
                return Ok(());
            }
        }
        f.write_str("{")?;
        let mut first = true;
        for (name, value) in self.iter() {
            if outside && name == NAME {
                continue;
            }
            if !std::mem::take(&mut first) {
                f.write_str(", ")?;
            }
            if is_plain_label(name) {
                f.write_str(name)?;
            } else {
                write_quoted(f, name)?;
            }
            f.write_str("=")?;
            write_quoted(f, value)?;
        }
        f.write_str("}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_ordered_once_each_and_never_empty() {
        let labels = Labels::new([("b", "1"), (NAME, "up"), ("a", ""), ("b", "2")]);
        assert_eq!(labels.to_string(), "up{b=\"2\"}");
        assert_eq!(labels.get("b"), "2");
        assert_eq!(labels.get("a"), "");
        assert_eq!(labels.with("b", "").to_string(), "up");
        assert_eq!(
            labels.with("c", "x\"y\n").to_string(),
            "up{b=\"2\", c=\"x\\\"y\\n\"}"
        );
        assert_eq!(labels.without_metric().to_string(), "{b=\"2\"}");
        assert_eq!(Labels::default().to_string(), "{}");
    }

    #[test]
    fn names_that_are_no_words_are_quoted() {
        let labels = Labels::new([(NAME, "http.requests"), ("k8s.pod", "a")]);
        assert_eq!(
            labels.to_string(),
            "{__name__=\"http.requests\", \"k8s.pod\"=\"a\"}"
        );
        assert!(is_plain_metric("job:rate:5m") && !is_plain_label("job:rate"));
        assert!(!is_plain_metric("5m") && !is_plain_metric(""));
    }
}
