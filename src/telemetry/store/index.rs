//! The label index: from label and value to series.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::labels::Labels;
use super::matcher::{Compare, Matcher};

/// Which series carry which label with which value; slots in rising order.
#[derive(Clone, Debug, Default)]
pub(super) struct Index {
    names: BTreeMap<Arc<str>, BTreeMap<Arc<str>, Vec<u32>>>,
}

impl Index {
    /// Enters a series; its labels are shared with what is known already.
    pub fn insert(&mut self, labels: &Labels, slot: u32) {
        for (name, value) in labels.shared() {
            let values = self.names.entry(name.clone()).or_default();
            let slots = values.entry(value.clone()).or_default();
            if let Err(place) = slots.binary_search(&slot) {
                slots.insert(place, slot);
            }
        }
    }

    /// The same labels, made of texts that are in memory already where they are known.
    pub fn share(&self, labels: &Labels) -> Labels {
        Labels::new(labels.shared().iter().map(|(name, value)| {
            let known = self.names.get_key_value(name);
            match known {
                Some((name, values)) => {
                    let value = values
                        .get_key_value(value)
                        .map_or(value, |(known, _)| known);
                    (name.clone(), value.clone())
                }
                None => (name.clone(), value.clone()),
            }
        }))
    }

    /// Takes a series out.
    pub fn remove(&mut self, labels: &Labels, slot: u32) {
        for (name, value) in labels.shared() {
            let Some(values) = self.names.get_mut(name) else {
                continue;
            };
            if let Some(slots) = values.get_mut(value) {
                slots.retain(|known| *known != slot);
                if slots.is_empty() {
                    values.remove(value);
                }
            }
            if values.is_empty() {
                self.names.remove(name);
            }
        }
    }

    /// Slots that may fit every matcher, in rising order: those of the matcher
    /// with the fewest. `None` if no matcher needs a label to be there.
    pub fn candidates(&self, matchers: &[Matcher]) -> Option<Vec<u32>> {
        let mut best: Option<Vec<&Vec<u32>>> = None;
        let count = |lists: &[&Vec<u32>]| lists.iter().map(|list| list.len()).sum::<usize>();
        for matcher in matchers.iter().filter(|matcher| !matcher.fits("")) {
            let values = self.names.get(matcher.name.as_str());
            let lists: Vec<&Vec<u32>> = match (values, matcher.compare) {
                (None, _) => Vec::new(),
                (Some(values), Compare::Equal) => {
                    values.get(matcher.value.as_str()).into_iter().collect()
                }
                (Some(values), _) => values
                    .iter()
                    .filter(|(value, _)| matcher.fits(value))
                    .map(|(_, slots)| slots)
                    .collect(),
            };
            if best.as_ref().is_none_or(|best| count(&lists) < count(best)) {
                best = Some(lists);
            }
        }
        let mut slots: Vec<u32> = best?.into_iter().flatten().copied().collect();
        slots.sort_unstable();
        Some(slots)
    }

    /// Every label's name.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.names.keys().map(|name| &**name)
    }

    /// Every value of a label.
    pub fn values(&self, name: &str) -> impl Iterator<Item = &str> {
        let values = self.names.get(name);
        values
            .into_iter()
            .flat_map(|values| values.keys().map(|value| &**value))
    }

    /// Bytes that this takes, roughly: texts once, and four for each label of each series.
    pub fn room(&self) -> usize {
        let mut room = 0;
        for (name, values) in &self.names {
            room += name.len() + 80;
            for (value, slots) in values {
                room += value.len() + 80 + slots.capacity() * 4;
            }
        }
        room
    }
}
