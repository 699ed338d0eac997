//! Matchers: which series a query is about.

use std::fmt;

use regex_lite::{Regex, RegexBuilder};

use super::labels::{is_plain_label, write_quoted};

/// Bytes that a compiled expression may take.
const LARGEST: usize = 1 << 18;
/// Levels of groups within an expression.
const DEEPEST: u32 = 32;

/// How a matcher compares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Compare {
    /// `=`
    Equal,
    /// `!=`
    NotEqual,
    /// `=~`
    Matches,
    /// `!~`
    MatchesNot,
}

impl Compare {
    /// As it is written.
    pub fn sign(self) -> &'static str {
        match self {
            Compare::Equal => "=",
            Compare::NotEqual => "!=",
            Compare::Matches => "=~",
            Compare::MatchesNot => "!~",
        }
    }
}

/// A whole-value regular expression, as RE2 writes it where that is possible.
#[derive(Clone, Debug)]
pub enum Pattern {
    /// One of a few texts: no expression is needed.
    Words(Vec<String>),
    /// Anything (`.*`), or anything but nothing (`.+`).
    Any {
        /// Whether the empty text is meant too.
        empty: bool,
    },
    /// Everything else.
    Expression(Regex),
}

impl Pattern {
    /// Reads an expression; it has to fit the whole of a value, and a dot fits line ends.
    pub fn new(text: &str) -> Result<Pattern, String> {
        match text {
            ".*" => return Ok(Pattern::Any { empty: true }),
            ".+" => return Ok(Pattern::Any { empty: false }),
            _ => {}
        }
        if !text.contains(|c| "\\.+*?()[]{}^$".contains(c)) {
            return Ok(Pattern::Words(text.split('|').map(str::to_owned).collect()));
        }
        Ok(Pattern::Expression(Pattern::expression(text)?))
    }

    /// The expression itself, for what needs its groups.
    pub fn expression(text: &str) -> Result<Regex, String> {
        RegexBuilder::new(&format!("^(?s:{text})$"))
            .size_limit(LARGEST)
            .nest_limit(DEEPEST)
            .build()
            .map_err(|error| error.to_string())
    }

    /// Whether the whole of a value fits.
    pub fn fits(&self, value: &str) -> bool {
        match self {
            Pattern::Words(words) => words.iter().any(|word| word == value),
            Pattern::Any { empty } => *empty || !value.is_empty(),
            Pattern::Expression(regex) => regex.is_match(value),
        }
    }
}

/// One condition on one label. A label that is not there counts as empty.
#[derive(Clone, Debug)]
pub struct Matcher {
    /// The label's name.
    pub name: String,
    /// How it is compared.
    pub compare: Compare,
    /// What it is compared with, as it was written.
    pub value: String,
    pattern: Option<Pattern>,
}

impl Matcher {
    /// A matcher, or what is wrong with its expression.
    pub fn new(name: &str, compare: Compare, value: &str) -> Result<Matcher, String> {
        let pattern = match compare {
            Compare::Equal | Compare::NotEqual => None,
            Compare::Matches | Compare::MatchesNot => Some(Pattern::new(value)?),
        };
        Ok(Matcher {
            name: name.to_owned(),
            compare,
            value: value.to_owned(),
            pattern,
        })
    }

    /// `name="value"`.
    pub fn equal(name: &str, value: &str) -> Matcher {
        Matcher {
            name: name.to_owned(),
            compare: Compare::Equal,
            value: value.to_owned(),
            pattern: None,
        }
    }

    /// Whether a label's value fits; empty stands for no label.
    pub fn fits(&self, value: &str) -> bool {
        let same = match &self.pattern {
            Some(pattern) => pattern.fits(value),
            None => self.value == value,
        };
        same == matches!(self.compare, Compare::Equal | Compare::Matches)
    }
}

impl PartialEq for Matcher {
    fn eq(&self, other: &Matcher) -> bool {
        (&self.name, self.compare, &self.value) == (&other.name, other.compare, &other.value)
    }
}

impl fmt::Display for Matcher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if is_plain_label(&self.name) {
            f.write_str(&self.name)?;
        } else {
            write_quoted(f, &self.name)?;
        }
        f.write_str(self.compare.sign())?;
        write_quoted(f, &self.value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(compare: Compare, value: &str, fits: &[&str], not: &[&str]) {
        let matcher = Matcher::new("a", compare, value).expect("a matcher");
        for text in fits {
            assert!(matcher.fits(text), "{matcher} should fit {text:?}");
        }
        for text in not {
            assert!(!matcher.fits(text), "{matcher} should not fit {text:?}");
        }
    }

    #[test]
    fn values_are_compared_whole() {
        check(Compare::Equal, "x", &["x"], &["", "xx"]);
        check(Compare::NotEqual, "x", &["", "xx"], &["x"]);
        check(Compare::Equal, "", &[""], &["x"]);
        check(Compare::Matches, "a|b", &["a", "b"], &["ab", "", "a|b"]);
        check(Compare::Matches, "a.*", &["a", "ab", "a\nb"], &["ba", ""]);
        check(Compare::Matches, "", &[""], &["a"]);
        check(Compare::Matches, "a|", &["a", ""], &["b"]);
        check(Compare::Matches, ".+", &["a", "\n"], &[""]);
        check(Compare::MatchesNot, ".*", &[], &["", "a"]);
        check(Compare::MatchesNot, "5..", &["200", ""], &["503"]);
        check(Compare::Matches, "(?i:PRO).*", &["production"], &["x"]);
        check(Compare::Matches, "ab$|c", &["ab", "c"], &["abc"]);
    }

    #[test]
    fn an_expression_that_is_wrong_or_too_large_is_refused() {
        for bad in ["(", "a{2000}{2000}", "[z-a]", "*", &"(".repeat(5_000)] {
            assert!(Matcher::new("a", Compare::Matches, bad).is_err(), "{bad}");
        }
    }
}
