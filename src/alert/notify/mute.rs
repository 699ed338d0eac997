//! Why an alert is not told: silences and inhibition.

use std::collections::BTreeMap;

use super::config::Inhibition;
use super::route::fits;
use crate::alert::Labels;
use crate::telemetry::store::Matcher;

/// Alerts that are not told for a while.
#[derive(Clone, Debug)]
pub struct Silence {
    /// Its number.
    pub id: u32,
    /// Which alerts.
    pub matchers: Vec<Matcher>,
    /// From when on.
    pub from: i64,
    /// Until when.
    pub until: i64,
    /// Who said so.
    pub author: String,
    /// Why.
    pub comment: String,
}

/// The silence that keeps an alert quiet at `now`.
pub fn is_silenced<'s>(silences: &'s [Silence], labels: &Labels, now: i64) -> Option<&'s Silence> {
    silences.iter().find(|silence| {
        (silence.from..silence.until).contains(&now) && fits(&silence.matchers, labels)
    })
}

/// The labels of a firing alert that keeps another quiet. An alert that fits
/// both sides of a rule is not kept quiet by alerts that do, itself included.
pub fn inhibited<'a>(
    rules: &[Inhibition],
    labels: &Labels,
    firing: &'a BTreeMap<Labels, bool>,
) -> Option<&'a Labels> {
    for rule in rules.iter().filter(|rule| fits(&rule.target, labels)) {
        let both = fits(&rule.source, labels);
        let source = firing.iter().find(|(source, fires)| {
            **fires
                && fits(&rule.source, source)
                && !(both && fits(&rule.target, source))
                && rule
                    .equal
                    .iter()
                    .all(|name| source.get(name) == labels.get(name))
        });
        if let Some((source, _)) = source {
            return Some(source);
        }
    }
    None
}
