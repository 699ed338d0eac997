//! Fields that may be spelled in several ways.
//!
//! World files know one spelling and refuse the rest. Cases come from other
//! people's tests: `nanStrategy`, `nan_strategy` and `NaN strategy` are one
//! field, several names mean the same, and what nobody asks for is only
//! warned of.

use std::ops::RangeInclusive;

use crate::base::{At, Report, did_you_mean};
use crate::ops::canary::Measure;

/// Values of one list.
const MOST_VALUES: usize = 100_000;
/// Fields of one mapping.
const MOST_FIELDS: usize = 10_000;

/// A mapping, and which of its fields were asked for.
pub(super) struct Part<'n> {
    pub at: At<'n>,
    fields: Vec<(String, At<'n>)>,
    known: Vec<&'static str>,
}

/// Letters and digits alone, in lower case.
fn plain(name: &str) -> String {
    let letters = name.chars().filter(|c| c.is_alphanumeric());
    letters.flat_map(char::to_lowercase).collect()
}

impl<'n> Part<'n> {
    /// The fields of a mapping; reports anything else.
    pub fn of(report: &mut Report, at: &At<'n>) -> Option<Part<'n>> {
        if !at.is_map() {
            report.error(at, "not a mapping", "write {\"field\": value, ...} here");
            return None;
        }
        let fields = report.entries(at, MOST_FIELDS);
        Some(Part {
            at: at.clone(),
            fields: fields
                .into_iter()
                .map(|(name, at)| (plain(name), at))
                .collect(),
            known: Vec::new(),
        })
    }

    /// Takes the fields of a mapping inside this one for its own; they go first.
    pub fn take_in(&mut self, report: &mut Report, at: &At<'n>) {
        if let Some(inner) = Part::of(report, at) {
            self.fields.splice(0..0, inner.fields);
        }
    }

    /// A field by any of its names, the usual one first; null counts as absent.
    pub fn get(&mut self, names: &[&'static str]) -> Option<At<'n>> {
        self.get_or_null(names).filter(|at| !at.is_null())
    }

    /// The same, but null is there.
    pub fn get_or_null(&mut self, names: &[&'static str]) -> Option<At<'n>> {
        self.known.extend(names);
        let is_meant = |field: &str| names.iter().any(|name| plain(name) == field);
        let found = self.fields.iter().find(|(field, _)| is_meant(field));
        found.map(|(_, at)| at.clone())
    }

    /// A field that must be there.
    pub fn need(&mut self, report: &mut Report, names: &[&'static str]) -> Option<At<'n>> {
        let found = self.get(names);
        if found.is_none()
            && let Some(name) = names.first()
        {
            report.error(
                &self.at,
                format!("the field `{name}` is missing"),
                format!("add \"{name}\": ... here"),
            );
        }
        found
    }

    /// A number in a range by any of its names, or `instead`.
    pub fn number(
        &mut self,
        report: &mut Report,
        names: &[&'static str],
        instead: f64,
        range: RangeInclusive<f64>,
    ) -> Option<f64> {
        match self.get(names) {
            Some(at) => number_in(report, &at, range),
            None => Some(instead),
        }
    }

    /// `true` or `false` by any of its names; false if it is absent.
    pub fn flag(&mut self, report: &mut Report, names: &[&'static str]) -> Option<bool> {
        match self.get(names) {
            Some(at) => report.boolean(&at),
            None => Some(false),
        }
    }

    /// Numbers that must be there.
    pub fn values(&mut self, report: &mut Report, names: &[&'static str]) -> Option<Vec<f64>> {
        self.need(report, names).and_then(|at| values(report, &at))
    }

    /// Warns of every field that nobody asked for.
    pub fn done(self, report: &mut Report) {
        let is_known = |field: &str| self.known.iter().any(|name| plain(name) == *field);
        for (field, at) in &self.fields {
            if !is_known(field) {
                let remedy = did_you_mean(field, &self.known);
                report.warning(
                    at,
                    "nothing is known of this field; it changes nothing",
                    remedy,
                );
            }
        }
    }
}

/// One of several words, whatever their case.
pub(super) fn word<T: Copy>(report: &mut Report, at: &At<'_>, words: &[(&str, T)]) -> Option<T> {
    let given = at.scalar().map(plain);
    let found = words.iter().find(|(word, _)| Some(plain(word)) == given);
    if found.is_none() {
        // Reports what it would have been.
        return report.choice(at, words);
    }
    found.map(|(_, meaning)| *meaning)
}

/// The ways to measure the size of a difference.
pub(super) const MEASURES: [(&str, Measure); 2] =
    [("meanRatio", Measure::MeanRatio), ("cles", Measure::Cles)];

/// Any number whose differences and sums are finite.
pub(super) fn number(report: &mut Report, at: &At<'_>) -> Option<f64> {
    number_in(report, at, -1e18..=1e18)
}

/// A number in a range, rounded as IEEE 754 asks.
fn number_in(report: &mut Report, at: &At<'_>, range: RangeInclusive<f64>) -> Option<f64> {
    let value = report.number(at, range)?;
    Some(
        at.scalar()
            .and_then(|text| text.parse().ok())
            .unwrap_or(value),
    )
}

/// A list of numbers; null and NaN are values that are missing.
pub(super) fn values(report: &mut Report, at: &At<'_>) -> Option<Vec<f64>> {
    let items = report.items(at, MOST_VALUES);
    let mut values = Vec::with_capacity(items.len());
    let mut sound = at.is_list();
    for item in &items {
        let missing = item.is_null() || item.scalar().is_some_and(|text| plain(text) == "nan");
        match missing {
            true => values.push(f64::NAN),
            false => match number(report, item) {
                Some(value) => values.push(value),
                None => sound = false,
            },
        }
    }
    sound.then_some(values)
}

/// The name of a case, or its place.
pub(super) fn title(report: &mut Report, part: &mut Part<'_>, place: usize) -> String {
    let at = part.get(&["name", "title", "test", "description"]);
    at.and_then(|at| report.text(&at, 200))
        .unwrap_or_else(|| format!("case {}", place + 1))
}

/// What a confidence can be: 1 would be certainty, which no sample gives.
pub(super) const CONFIDENCE: RangeInclusive<f64> = 0.0..=0.999_999_999;
/// What a share, a band or a tolerance can be.
pub(super) const NOT_NEGATIVE: RangeInclusive<f64> = 0.0..=1e9;
/// What a precision or a factor can be.
pub(super) const POSITIVE: RangeInclusive<f64> = 1e-9..=1e9;
/// What a size can be.
pub(super) const ANY: RangeInclusive<f64> = -1e18..=1e18;
