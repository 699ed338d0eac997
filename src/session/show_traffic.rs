//! Classes of clients, surges and admission in views and in words.

use super::Session;
use super::view::{ClassView, SurgeView};
use crate::base::Money;
use crate::world::spec::{ClassKind, Criticality, Drive};
use crate::world::{Admission, ClassRule, SurgeKind, SurgeSpec, Who};

impl Session {
    /// Requests from outside per simulated second: as profiles say, and what
    /// closed loops sent in the last minute.
    pub(super) fn arrivals(&self) -> f64 {
        let classes = self.world.spec().traffic.classes.iter().enumerate();
        let closed = classes.filter(|(_, class)| matches!(class.drive, Drive::Closed(_)));
        let measured: f64 = closed
            .map(|(place, _)| self.telemetry.classes().recent(place).rate)
            .sum();
        self.world.arrival_rate() + measured
    }

    /// Classes that have a part in the traffic: those of the file, and the
    /// crawler that it does not name once it has come or is provided for.
    pub(super) fn class_views(&self) -> Vec<ClassView> {
        let spec = self.world.spec();
        let scale = f64::from(spec.scale);
        let classes = spec.traffic.classes.iter().enumerate();
        classes
            .filter_map(|(place, class)| {
                let recent = self.telemetry.classes().recent(place);
                let rule = match self.world.class_rule(place) {
                    ClassRule::Open => None,
                    ClassRule::Blocked => Some("blocked".to_owned()),
                    ClassRule::Limited(limit) => {
                        Some(format!("limited to {}/s", short(limit.rate.get() * scale)))
                    }
                };
                let away = match &class.drive {
                    Drive::Open(profile) => profile.highest() == 0.0,
                    _ => false,
                };
                if away && rule.is_none() && self.world.class(place).offered == 0 {
                    return None;
                }
                let kind = match class.kind {
                    ClassKind::Users => "users",
                    ClassKind::Bots => "bots",
                    ClassKind::Probes => "synthetic probes",
                };
                let mut about = format!("{kind}, {}", criticality(class.criticality));
                let labels = [
                    ("tenant", &class.tenant),
                    ("device", &class.device),
                    ("region", &class.region),
                ];
                for (label, name) in labels {
                    if let Some(name) = name {
                        about.push_str(&format!(", {label} {name}"));
                    }
                }
                let users = self.world.crowd(place);
                Some(ClassView {
                    name: class.name.clone(),
                    about,
                    rate: recent.rate * scale,
                    error_ratio: recent.error_ratio,
                    refused_ratio: recent.refused_ratio,
                    sales: Money::from_cents((recent.earned * scale) as i64),
                    users: users.map(|users| u64::from(users) * u64::from(spec.scale)),
                    rule,
                })
            })
            .collect()
    }

    pub(super) fn surge_views(&self) -> Vec<SurgeView> {
        self.world
            .surges()
            .filter(|surge| !self.hidden_surges.contains(&surge.id))
            .map(|surge| SurgeView {
                id: surge.id,
                text: tell_surge(&surge.spec),
                until: surge.until,
            })
            .collect()
    }
}

fn criticality(criticality: Criticality) -> &'static str {
    match criticality {
        Criticality::CriticalPlus => "critical-plus",
        Criticality::Critical => "critical",
        Criticality::SheddablePlus => "sheddable-plus",
        Criticality::Sheddable => "sheddable",
    }
}

/// A rate with as many digits as it needs.
fn short(rate: f64) -> String {
    let digits = if rate < 10.0 { 2 } else { 0 };
    let text = format!("{rate:.digits$}");
    match text.contains('.') {
        true => text.trim_end_matches('0').trim_end_matches('.').to_owned(),
        false => text,
    }
}

/// A surge in words.
pub(super) fn tell_surge(surge: &SurgeSpec) -> String {
    let whose = |everyone: &str| match &surge.who {
        Some(who) => who.to_string(),
        None => everyone.to_owned(),
    };
    let what = match surge.kind {
        SurgeKind::Spike { times } => format!("{times} times the traffic of {}", whose("users")),
        SurgeKind::FlashSale { times, half_life } => format!(
            "flash sale, {times} times the traffic of {}, half as much more every {half_life}",
            whose("users")
        ),
        SurgeKind::Flood { rate } => format!("{}/s more from {}", short(rate), whose("bots")),
    };
    match surge.duration {
        Some(duration) => format!("{what} for {duration}"),
        None => what,
    }
}

/// A rule of admission in words.
pub(super) fn tell_rule(who: &Who, rule: Admission) -> String {
    match rule {
        Admission::Allow => format!("gateways let {who} in"),
        Admission::Block => format!("gateways block {who}"),
        Admission::Limit { rate, .. } => format!("gateways limit {who} to {}/s", short(rate)),
    }
}
