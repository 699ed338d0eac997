//! What a scalar means where a field says what it must be.

use std::fmt::Display;
use std::ops::RangeInclusive;

use super::{At, Report};
use crate::base::diag::shown;
use crate::base::yaml::Value;
use crate::base::{Bytes, Money, Rate, Ratio, Span, near, parse};

impl Report {
    /// A text of at most `max_chars` characters; not empty.
    pub fn text(&mut self, at: &At<'_>, max_chars: usize) -> Option<String> {
        let text = self.scalar(at, "a text", "write a text, in quotes if it starts oddly")?;
        let count = text.chars().count();
        if count > max_chars {
            self.error(
                at,
                format!("a text of {count} characters; at most {max_chars} are allowed"),
                "shorten it",
            );
            return None;
        }
        if text.trim().is_empty() {
            self.error(at, "the text is empty", "write one, or leave the field out");
            return None;
        }
        Some(text.to_owned())
    }

    /// A name: `^[a-z][a-z0-9-]{0,62}$`.
    pub fn name(&mut self, at: &At<'_>) -> Option<String> {
        let text = self.scalar(at, "a name", parse::NAME_FORM)?;
        self.read(at, parse::name(text), parse::NAME_FORM)
            .map(str::to_owned)
    }

    /// A whole number in `range`, without quotes.
    pub fn integer(&mut self, at: &At<'_>, range: RangeInclusive<u64>) -> Option<u64> {
        let text = self.unquoted(at, "a whole number", parse::INTEGER_FORM)?;
        let (least, most) = (range.start(), range.end());
        let form = format!("give a whole number from {least} to {most}");
        match parse::integer(text) {
            Ok(value) => self.within(at, value, text, &range, &form),
            Err(problem) if text.starts_with('-') || text.len() > 19 => {
                self.error(at, problem, form);
                None
            }
            Err(problem) => self.read(at, Err(problem), parse::INTEGER_FORM),
        }
    }

    /// A number in `range`, without quotes; never infinite or not-a-number.
    pub fn number(&mut self, at: &At<'_>, range: RangeInclusive<f64>) -> Option<f64> {
        let text = self.unquoted(at, "a number", parse::NUMBER_FORM)?;
        let value = self.read(at, parse::number(text), parse::NUMBER_FORM)?;
        let form = format!("give a number from {} to {}", range.start(), range.end());
        self.within(at, value, text, &range, &form)
    }

    /// `true` or `false`, without quotes.
    pub fn boolean(&mut self, at: &At<'_>) -> Option<bool> {
        let text = self.unquoted(at, "true or false", parse::BOOLEAN_FORM)?;
        self.read(at, parse::boolean(text), parse::BOOLEAN_FORM)
    }

    /// A duration in `range`, such as `250ms` or `1h30m`.
    pub fn duration(&mut self, at: &At<'_>, range: RangeInclusive<Span>) -> Option<Span> {
        let text = self.scalar(at, "a duration", parse::DURATION_FORM)?;
        let value = self.read(at, parse::duration(text), parse::DURATION_FORM)?;
        let form = format!("give a duration from {} to {}", range.start(), range.end());
        self.within(at, value, text, &range, &form)
    }

    /// A share from 0 to 1, such as `99.9%` or `0.999`.
    pub fn ratio(&mut self, at: &At<'_>) -> Option<Ratio> {
        let text = self.scalar(at, "a ratio", parse::RATIO_FORM)?;
        self.read(at, parse::ratio(text), parse::RATIO_FORM)
    }

    /// A rate of at most `max_per_second`, such as `20/s` or `5/min`.
    pub fn rate(&mut self, at: &At<'_>, max_per_second: f64) -> Option<Rate> {
        let text = self.scalar(at, "a rate", parse::RATE_FORM)?;
        let value = self.read(at, parse::rate(text), parse::RATE_FORM)?;
        if value.get() <= max_per_second {
            return Some(value);
        }
        self.error(
            at,
            format!("{text} is above the greatest rate {max_per_second}/s"),
            format!("give a rate up to {max_per_second}/s"),
        );
        None
    }

    /// An amount of money, such as `12.50`.
    pub fn money(&mut self, at: &At<'_>) -> Option<Money> {
        let text = self.scalar(at, "an amount of money", parse::MONEY_FORM)?;
        self.read(at, parse::money(text), parse::MONEY_FORM)
    }

    /// A quantity of bytes in `range`, such as `512MiB`.
    pub fn bytes(&mut self, at: &At<'_>, range: RangeInclusive<Bytes>) -> Option<Bytes> {
        let text = self.scalar(at, "a quantity of bytes", parse::BYTES_FORM)?;
        let value = self.read(at, parse::bytes(text), parse::BYTES_FORM)?;
        let form = format!("give a quantity from {} to {}", range.start(), range.end());
        self.within(at, value, text, &range, &form)
    }

    /// One of a few words, each with its meaning.
    pub fn choice<T: Copy>(&mut self, at: &At<'_>, words: &[(&str, T)]) -> Option<T> {
        let names = || words.iter().map(|(word, _)| *word).collect::<Vec<_>>();
        let Some(text) = at.scalar() else {
            self.unfit(at, "a word", &near::remedy("", &names()));
            return None;
        };
        let found = words
            .iter()
            .find(|(word, _)| *word == text)
            .map(|(_, meaning)| *meaning);
        if found.is_none() {
            self.error_with(at, || {
                let problem = format!("`{}` is not one of the words for this field", shown(text));
                (problem, near::remedy(text, &names()))
            });
        }
        found
    }

    /// The place in `names` of the name that stands at `at`. `what` says what
    /// is named, such as `service`.
    pub fn known<'a>(
        &mut self,
        at: &At<'_>,
        what: &str,
        mut names: impl Iterator<Item = &'a str> + Clone,
    ) -> Option<usize> {
        let all = names.clone();
        let all = || all.collect::<Vec<_>>();
        let Some(text) = at.scalar() else {
            self.unfit(
                at,
                &format!("the name of a {what}"),
                &near::remedy("", &all()),
            );
            return None;
        };
        let found = names.position(|name| name == text);
        if found.is_none() {
            self.error_with(at, || {
                let problem = format!("no {what} is called `{}`", shown(text));
                (problem, near::remedy(text, &all()))
            });
        }
        found
    }

    fn scalar<'n>(&mut self, at: &At<'n>, wanted: &str, form: &str) -> Option<&'n str> {
        let text = at.scalar();
        if text.is_none() {
            self.unfit(at, wanted, form);
        }
        text
    }

    fn unquoted<'n>(&mut self, at: &At<'n>, wanted: &str, form: &str) -> Option<&'n str> {
        match &at.node.value {
            Value::Scalar {
                text,
                quoted: false,
            } => Some(text),
            Value::Scalar { text, quoted: true } => {
                let problem = format!(
                    "a quoted text \"{}\" where {wanted} is expected",
                    shown(text)
                );
                self.error(at, problem, "write it without quotes");
                None
            }
            _ => self.scalar(at, wanted, form),
        }
    }

    /// Reports why a text could not be read.
    fn read<T>(&mut self, at: &At<'_>, read: Result<T, String>, form: &str) -> Option<T> {
        match read {
            Ok(value) => Some(value),
            Err(problem) => {
                self.error(at, problem, form);
                None
            }
        }
    }

    /// Reports a value outside its range.
    fn within<T: PartialOrd + Display>(
        &mut self,
        at: &At<'_>,
        value: T,
        text: &str,
        range: &RangeInclusive<T>,
        form: &str,
    ) -> Option<T> {
        if range.contains(&value) {
            return Some(value);
        }
        let problem = if value < *range.start() {
            format!("{text} is below the least value {}", range.start())
        } else {
            format!("{text} is above the greatest value {}", range.end())
        };
        self.error(at, problem, form);
        None
    }
}
