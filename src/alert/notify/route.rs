//! Which routes an alert takes.

use std::collections::BTreeSet;

use super::config::Route;
use crate::alert::Labels;
use crate::base::Span;
use crate::telemetry::store::Matcher;

/// One route that an alert takes, with everything that it has from nodes above.
#[derive(Clone, Debug, PartialEq)]
pub struct Leg {
    /// The way through the tree, by positions below the root.
    pub path: Vec<u32>,
    /// Who is told.
    pub receiver: String,
    /// Labels by which alerts are told together; none for all labels.
    pub group_by: Option<BTreeSet<String>>,
    /// Time before a group is told for the first time.
    pub wait: Span,
    /// Time before news of a group are told.
    pub interval: Span,
    /// Time before the same is told again.
    pub repeat: Span,
    /// Names of times at which nobody is told.
    pub mute_times: Vec<String>,
    /// Names of the only times at which somebody is told.
    pub active_times: Vec<String>,
}

impl Leg {
    /// Alertmanager's defaults.
    fn root() -> Leg {
        Leg {
            path: Vec::new(),
            receiver: String::new(),
            group_by: Some(BTreeSet::new()),
            wait: Span::from_secs(30),
            interval: Span::from_mins(5),
            repeat: Span::from_hours(4),
            mute_times: Vec::new(),
            active_times: Vec::new(),
        }
    }

    /// The labels that name an alert's group.
    pub fn group(&self, labels: &Labels) -> Labels {
        let Some(names) = &self.group_by else {
            return labels.clone();
        };
        let own = labels.iter().filter(|(name, _)| names.contains(*name));
        own.map(|(name, value)| (name.clone(), value.clone()))
            .collect()
    }

    fn below(&self, route: &Route, place: Option<u32>) -> Leg {
        let mut leg = self.clone();
        leg.path.extend(place);
        if let Some(receiver) = &route.receiver {
            leg.receiver.clone_from(receiver);
        }
        if let Some(names) = &route.group_by {
            let all = names.iter().any(|name| name == "...");
            leg.group_by = (!all).then(|| names.iter().cloned().collect());
        }
        leg.wait = route.group_wait.unwrap_or(leg.wait);
        leg.interval = route.group_interval.unwrap_or(leg.interval);
        leg.repeat = route.repeat_interval.unwrap_or(leg.repeat);
        // Times are a node's own; they do not pass to nodes below.
        leg.mute_times.clone_from(&route.mute_times);
        leg.active_times.clone_from(&route.active_times);
        leg
    }
}

/// Whether labels fit every matcher.
pub(super) fn fits(matchers: &[Matcher], labels: &Labels) -> bool {
    let value = |name: &str| labels.get(name).map_or("", String::as_str);
    matchers
        .iter()
        .all(|matcher| matcher.fits(value(&matcher.name)))
}

/// Every route that an alert takes, depth first: the deepest nodes that fit; of
/// siblings the first, and those after it while `continue` says so.
pub fn legs(root: &Route, labels: &Labels) -> Vec<Leg> {
    let mut found = Vec::new();
    walk(root, &Leg::root().below(root, None), labels, &mut found);
    found
}

fn walk(route: &Route, leg: &Leg, labels: &Labels, found: &mut Vec<Leg>) -> bool {
    if !fits(&route.matchers, labels) {
        return false;
    }
    let before = found.len();
    for (place, below) in route.routes.iter().enumerate() {
        let taken = walk(below, &leg.below(below, Some(place as u32)), labels, found);
        if taken && !below.goes_on {
            break;
        }
    }
    if found.len() == before {
        found.push(leg.clone());
    }
    true
}
