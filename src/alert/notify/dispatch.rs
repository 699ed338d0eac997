//! When groups of alerts are told.
//!
//! As Alertmanager does it: a group is told `group_wait` after its first
//! alert, then looked at every `group_interval`. It is told again when an alert
//! of it fires that was not told, when all or more of them have resolved, or
//! when the last time lies `repeat_interval` back.

use std::collections::{BTreeMap, BTreeSet};

use super::config::Config;
use super::interval::Moment;
use super::mute::{Silence, inhibited, is_silenced};
use super::route::{Leg, legs};
use crate::alert::Labels;
use crate::slo::Date;

/// Groups at one time.
const MOST_GROUPS: usize = 5_000;

/// An alert as it comes in.
#[derive(Clone, Debug, PartialEq)]
pub struct Incoming {
    /// Its labels.
    pub labels: Labels,
    /// Texts for people.
    pub annotations: Labels,
    /// When it began to fire.
    pub since: i64,
    /// Whether it fires; otherwise it has resolved.
    pub firing: bool,
}

/// Somebody is told.
#[derive(Clone, Debug, PartialEq)]
pub struct Notification {
    /// When.
    pub at: i64,
    /// Who.
    pub receiver: String,
    /// What the alerts have in common.
    pub group: Labels,
    /// Alerts that fire.
    pub firing: Vec<Incoming>,
    /// Alerts that have resolved.
    pub resolved: Vec<Incoming>,
    /// Whether the same was told before.
    pub repeated: bool,
}

/// Why an alert is not told.
#[derive(Clone, Debug, PartialEq)]
pub enum Muted {
    /// By the silence of this number.
    Silence(u32),
    /// By an alert with these labels.
    Inhibited(Labels),
    /// By a time of this name, or because it is none of the active ones.
    Time(String),
}

/// A group's times.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timing {
    /// When it is looked at next.
    pub due: i64,
    /// When it was last told.
    pub told: Option<i64>,
}

#[derive(Clone, Debug)]
struct Group {
    leg: Leg,
    labels: Labels,
    alerts: BTreeMap<Labels, Incoming>,
    due: i64,
    told: Option<Told>,
}

#[derive(Clone, Debug)]
struct Told {
    at: i64,
    firing: BTreeSet<Labels>,
    resolved: BTreeSet<Labels>,
}

/// An Alertmanager under way.
#[derive(Clone, Debug)]
pub struct Manager {
    config: Config,
    /// The day whose midnight is time 0.
    first: Date,
    silences: Vec<Silence>,
    next_silence: u32,
    groups: BTreeMap<(Vec<u32>, Labels), Group>,
    /// Alerts that are known, and whether they fire.
    known: BTreeMap<Labels, bool>,
}

impl Manager {
    /// One that has been told nothing.
    pub fn new(config: Config, first: Date) -> Manager {
        Manager {
            config,
            first,
            silences: Vec::new(),
            next_silence: 1,
            groups: BTreeMap::new(),
            known: BTreeMap::new(),
        }
    }

    /// Its configuration.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// Every silence, ended ones included.
    pub fn silences(&self) -> &[Silence] {
        &self.silences
    }

    /// Adds a silence; its number.
    pub fn silence(&mut self, silence: Silence) -> u32 {
        let id = self.next_silence;
        self.next_silence += 1;
        self.silences.push(Silence { id, ..silence });
        id
    }

    /// Ends a silence; false if none of this number acts.
    pub fn end_silence(&mut self, id: u32, now: i64) -> bool {
        let found = self
            .silences
            .iter_mut()
            .find(|s| s.id == id && s.until > now);
        if let Some(silence) = found {
            silence.until = now;
            return true;
        }
        false
    }

    /// Takes alerts in at `now`.
    pub fn take(&mut self, alerts: Vec<Incoming>, now: i64) {
        for alert in alerts {
            if !alert.firing && !self.known.contains_key(&alert.labels) {
                continue;
            }
            self.known.insert(alert.labels.clone(), alert.firing);
            for leg in legs(&self.config.route, &alert.labels) {
                let labels = leg.group(&alert.labels);
                let key = (leg.path.clone(), labels.clone());
                let full = self.groups.len() >= MOST_GROUPS;
                if let Some(group) = self.groups.get_mut(&key) {
                    group.alerts.insert(alert.labels.clone(), alert.clone());
                } else if alert.firing && !full {
                    // An alert that has fired for long already is not waited for.
                    let wait = leg.wait.as_millis();
                    let due = if alert.since + wait < now {
                        now
                    } else {
                        now + wait
                    };
                    let alerts = BTreeMap::from([(alert.labels.clone(), alert.clone())]);
                    self.groups.insert(
                        key,
                        Group {
                            leg,
                            labels,
                            alerts,
                            due,
                            told: None,
                        },
                    );
                }
            }
        }
        self.known.retain(|labels, firing| {
            *firing
                || self
                    .groups
                    .values()
                    .any(|group| group.alerts.contains_key(labels))
        });
    }

    /// Tells whatever is due by `now`, in the order in which it is.
    pub fn run(&mut self, now: i64) -> Vec<Notification> {
        let mut told = Vec::new();
        loop {
            let next = self.groups.iter().filter(|(_, group)| group.due <= now);
            let next = next
                .min_by(|a, b| a.1.due.cmp(&b.1.due))
                .map(|(key, _)| key.clone());
            let Some(mut group) = next.as_ref().and_then(|key| self.groups.remove(key)) else {
                return told;
            };
            let at = group.due;
            group.due = at + group.leg.interval.as_millis().max(1_000);
            told.extend(self.flush(&mut group, at));
            if let (false, Some(key)) = (group.alerts.is_empty(), next) {
                self.groups.insert(key, group);
            }
        }
    }

    fn flush(&self, group: &mut Group, at: i64) -> Option<Notification> {
        let (mut firing, mut resolved) = (Vec::new(), Vec::new());
        for alert in group.alerts.values() {
            if self.muted_on(&group.leg, &alert.labels, at).is_none() {
                let list = if alert.firing {
                    &mut firing
                } else {
                    &mut resolved
                };
                list.push(alert.clone());
            }
        }
        // What has resolved is told once and then forgotten.
        group.alerts.retain(|_, alert| alert.firing);
        let names = |alerts: &[Incoming]| -> BTreeSet<Labels> {
            alerts.iter().map(|alert| alert.labels.clone()).collect()
        };
        let (firing_now, resolved_now) = (names(&firing), names(&resolved));
        let repeat = group.leg.repeat.as_millis();
        let (needed, repeated) = match &group.told {
            None => (!firing.is_empty(), false),
            Some(told) if !firing_now.is_subset(&told.firing) => (true, false),
            Some(told) if firing.is_empty() => {
                (!told.firing.is_empty() && !resolved.is_empty(), false)
            }
            Some(told) if !resolved_now.is_subset(&told.resolved) => (true, false),
            Some(told) => (told.at <= at - repeat, true),
        };
        if !needed {
            return None;
        }
        group.told = Some(Told {
            at,
            firing: firing_now,
            resolved: resolved_now,
        });
        Some(Notification {
            at,
            receiver: group.leg.receiver.clone(),
            group: group.labels.clone(),
            firing,
            resolved,
            repeated,
        })
    }

    /// Why an alert is not told on its first route, if it is not.
    pub fn muted(&self, labels: &Labels, at: i64) -> Option<Muted> {
        let leg = legs(&self.config.route, labels).into_iter().next()?;
        self.muted_on(&leg, labels, at)
    }

    fn muted_on(&self, leg: &Leg, labels: &Labels, at: i64) -> Option<Muted> {
        if let Some(source) = inhibited(&self.config.inhibitions, labels, &self.known) {
            return Some(Muted::Inhibited(source.clone()));
        }
        let moment = Moment::new(self.first, at);
        let holds = |name: &&String| {
            let found = self
                .config
                .intervals
                .iter()
                .find(|known| known.name == **name);
            found.is_some_and(|named| named.intervals.iter().any(|i| i.holds(&moment)))
        };
        if !leg.active_times.is_empty() && !leg.active_times.iter().any(|name| holds(&name)) {
            return Some(Muted::Time(leg.active_times.join(", ")));
        }
        if let Some(name) = leg.mute_times.iter().find(holds) {
            return Some(Muted::Time(name.clone()));
        }
        is_silenced(&self.silences, labels, at).map(|silence| Muted::Silence(silence.id))
    }

    /// Every group: who is told, the labels in common, how many alerts, when.
    pub fn groups(&self) -> impl Iterator<Item = (&Leg, &Labels, usize, Timing)> {
        self.groups.values().map(|group| {
            let timing = Timing {
                due: group.due,
                told: group.told.as_ref().map(|told| told.at),
            };
            (&group.leg, &group.labels, group.alerts.len(), timing)
        })
    }
}
