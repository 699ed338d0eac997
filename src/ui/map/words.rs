//! What the map says, in one place.

use std::collections::BTreeMap;

use crate::session::{FigureView, Health, PodState, ServiceKind, ServiceView, Unit};
use crate::ui::chart::format::{rate, value};

/// The map's name.
pub const MAP: &str = "Service map";
/// How to use it by keyboard.
pub const KEYS: &str = "Arrow keys move among the services, Enter selects, Escape unselects.";
/// The users at its edge.
pub const USERS: &str = "users";
/// A map without services.
pub const EMPTY: &str = "No services yet. They appear here as soon as a world is loaded: choose one in the sandbox or open a lesson.";
/// Labels under the numbers of a node.
pub const NUMBERS: [&str; 3] = ["rate", "errors", "p99"];
/// A number that is missing.
pub const NONE: &str = "\u{2013}";
/// The explanation of the map's signs.
pub const KEY: &str = "What the signs mean";
/// The signs, in words.
pub const KEY_READY: &str = "pod that serves; the ring shows how many of its workers are busy";
/// A pod that starts.
pub const KEY_STARTING: &str = "pod that starts and takes nothing yet";
/// A pod that drains.
pub const KEY_DRAINING: &str = "pod that finishes what it has and takes nothing new";
/// A pod that died.
pub const KEY_DEAD: &str = "pod that died";
/// What a frame around pods means.
pub const KEY_ZONE: &str = "pods of one zone";
/// The queue.
pub const KEY_QUEUE: &str = "queue, filled as far as requests wait in it";
/// Traffic.
pub const KEY_TRAFFIC: &str = "calls: line and dots grow with the logarithm of the rate";
/// Failures.
pub const KEY_FAILING: &str = "calls that fail turn where they fail and travel back";

/// Health as a word.
pub const fn health(health: Health) -> &'static str {
    match health {
        Health::Unknown => "no data",
        Health::Good => "good",
        Health::Watch => "watch",
        Health::Bad => "bad",
    }
}

/// Kind as a word.
pub const fn kind(kind: ServiceKind) -> &'static str {
    match kind {
        ServiceKind::Gateway => "gateway",
        ServiceKind::Service => "service",
        ServiceKind::Database => "database",
        ServiceKind::Cache => "cache",
        ServiceKind::Queue => "queue",
        ServiceKind::Dependency => "dependency",
    }
}

/// Pod state as a word.
pub const fn pod(state: PodState) -> &'static str {
    match state {
        PodState::Pending => "pending",
        PodState::Unready => "not ready",
        PodState::Starting => "starting",
        PodState::Ready => "ready",
        PodState::Draining => "draining",
        PodState::Dead => "dead",
    }
}

/// The three numbers of a node.
pub fn numbers(service: &ServiceView) -> [String; 3] {
    let p99 = service
        .latency
        .map(|l| value(l.p99.as_secs_f64(), Unit::Seconds));
    let errors = service.error_ratio.map(|share| value(share, Unit::Share));
    [
        rate(service.rate),
        errors.unwrap_or_else(|| NONE.to_owned()),
        p99.unwrap_or_else(|| NONE.to_owned()),
    ]
}

/// Everything a node shows, for those who do not see it.
pub fn node(service: &ServiceView, faults: &[&str]) -> String {
    let ready = service
        .pods
        .iter()
        .filter(|p| p.state == PodState::Ready)
        .count();
    let [rate, errors, p99] = numbers(service);
    let mut parts = vec![
        service.name.clone(),
        kind(service.kind).to_owned(),
        match service.reason.is_empty() {
            true => health(service.health).to_owned(),
            false => format!("{}: {}", health(service.health), service.reason),
        },
        format!(
            "{ready} of {} pods ready",
            service.replicas.max(ready as u32)
        ),
    ];
    let mut zones: BTreeMap<&str, u32> = BTreeMap::new();
    for pod in service.pods.iter().filter(|pod| !pod.zone.is_empty()) {
        *zones.entry(&pod.zone).or_default() += 1;
    }
    parts.extend(
        zones
            .iter()
            .map(|(zone, pods)| format!("{pods} in zone {zone}")),
    );
    parts.push(format!("rate {rate}"));
    if service.error_ratio.is_some() {
        parts.push(format!("errors {errors}"));
    }
    if service.latency.is_some() {
        parts.push(format!("p99 {p99}"));
    }
    if service.queued > 0 {
        parts.push(format!("{} requests queued", service.queued));
    }
    parts.push(format!("version {}", service.version));
    if let Some((done, all)) = service.rollout {
        parts.push(format!("rollout {done} of {all} pods done"));
    }
    parts.extend(service.figures.iter().map(figure));
    parts.extend(faults.iter().map(|text| format!("fault: {text}")));
    parts.join(", ")
}

/// A figure about what a service keeps, as its sign says it.
pub fn figure(figure: &FigureView) -> String {
    let title = figure.title.to_lowercase();
    format!("{} {title}", figure_value(figure))
}

/// The value of a figure, and its limit where it has one.
pub fn figure_value(figure: &FigureView) -> String {
    let Some(found) = figure.value else {
        return NONE.to_owned();
    };
    match figure.limit {
        Some(limit) => format!(
            "{} of {}",
            value(found, figure.unit),
            value(limit, figure.unit)
        ),
        None => value(found, figure.unit),
    }
}

/// The users, for those who do not see them.
pub fn users(arrivals: f64, load: f64) -> String {
    match load_factor(load) {
        Some(factor) => format!("users, {}, load {factor}", rate(arrivals)),
        None => format!("users, {}", rate(arrivals)),
    }
}

/// How the load differs from the world's own, where it does.
pub fn load_factor(load: f64) -> Option<String> {
    ((load - 1.0).abs() > 0.005).then(|| {
        let text = format!("{load:.2}");
        format!("\u{d7}{}", text.trim_end_matches('0').trim_end_matches('.'))
    })
}

/// What the title of a call says of its breaker.
pub fn breaker(open: bool) -> &'static str {
    if open { ", breaker open" } else { "" }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::Span;
    use crate::session::{Latency, PodView};

    #[test]
    fn a_node_says_everything_it_shows() {
        let pod = |state| PodView {
            name: "payment-1".into(),
            state,
            version: "v1".into(),
            busy: 1,
            workers: 8,
            queued: 0,
            queue_limit: 16,
            restarts: 0,
            place: String::new(),
            zone: "a".into(),
            away: false,
            reason: String::new(),
        };
        let service = ServiceView {
            name: "payment".into(),
            about: String::new(),
            kind: ServiceKind::Service,
            layer: 2,
            health: Health::Watch,
            reason: "error ratio 2.1 % is above 1 %".into(),
            version: "v2".into(),
            versions: Vec::new(),
            rollback_to: None,
            rollout: Some((1, 2)),
            rolling: None,
            autoscaler: None,
            cost_per_hour: 0.0,
            replicas: 2,
            pods: vec![pod(PodState::Ready), pod(PodState::Starting)],
            rate: 12.3,
            error_ratio: Some(0.021),
            latency: Some(Latency {
                p50: Span::from_millis(40),
                p95: Span::from_millis(200),
                p99: Span::from_millis(312),
            }),
            utilisation: None,
            queued: 3,
            figures: vec![FigureView {
                title: "Lag".into(),
                about: String::new(),
                unit: Unit::Count,
                value: Some(12.0),
                limit: Some(40.0),
            }],
            notes: Vec::new(),
            routes: Vec::new(),
            calls: Vec::new(),
            shedding: false,
            rate_limit: None,
        };
        assert_eq!(
            node(&service, &["+300ms on every request"]).replace('\u{a0}', " "),
            "payment, service, watch: error ratio 2.1 % is above 1 %, 1 of 2 pods ready, \
             2 in zone a, rate 12.3 /s, errors 2.1 %, p99 312 ms, 3 requests queued, version v2, \
             rollout 1 of 2 pods done, 12 of 40 lag, fault: +300ms on every request"
        );
    }

    #[test]
    fn load_is_named_only_where_it_differs() {
        assert_eq!(load_factor(1.0), None);
        assert_eq!(load_factor(2.5).as_deref(), Some("\u{d7}2.5"));
        assert_eq!(users(12.34, 1.0).replace('\u{a0}', " "), "users, 12.3 /s");
    }
}
