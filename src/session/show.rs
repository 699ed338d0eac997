//! Building views.

use super::Session;
use super::act::tell_fault;
use super::view::{
    CallView, EdgeView, FaultView, Health, Latency, PodState, PodView, RouteView, ServiceKind,
    ServiceView, VersionView, View,
};
use crate::base::Ratio;
use crate::telemetry::{Lately, Meter, Recent};
use crate::world::spec::Kind;
use crate::world::{BreakerState, CallStatus, PodWord};

/// Error share above which a service is bad; half of that is worth a look
/// from a tenth on. Everyday thresholds, not promises: objectives are elsewhere.
const BAD_ERRORS: f64 = 0.05;
const WATCH_ERRORS: f64 = 0.005;
/// Share of busy workers from which waiting grows steeply.
const WATCH_UTILISATION: f64 = 0.85;

impl Session {
    /// The present state.
    pub fn view(&self) -> View {
        let spec = self.world.spec();
        let scale = f64::from(spec.scale);
        let layers = self.world.layers();
        let calls: Vec<CallStatus> = self.world.calls().collect();
        let services = (0..spec.services.len())
            .map(|service| self.service_view(service, layers.get(service).copied().unwrap_or(0)))
            .collect();
        let edges = self
            .world
            .edges()
            .enumerate()
            .map(|(place, (from, to))| {
                let recent = self
                    .telemetry
                    .call(place)
                    .map(Lately::recent)
                    .unwrap_or_default();
                EdgeView {
                    from,
                    to,
                    rate: recent.rate * scale,
                    error_ratio: recent.error_ratio,
                    broken: calls.iter().any(|call| {
                        (call.from, call.to) == (from, to)
                            && call
                                .breaker
                                .is_some_and(|state| state != BreakerState::Closed)
                    }),
                }
            })
            .collect();
        View {
            now: self.now(),
            world: spec.title.clone(),
            requests_per_simulated: spec.scale,
            arrivals_per_second: self.arrivals() * scale,
            load_factor: self.world.load_factor(),
            classes: self.class_views(),
            surges: self.surge_views(),
            shed_over: self.world.sheds_over().and_then(Ratio::new),
            money_lost: self.truth.lost,
            cost_per_hour: self.world.cost().per_hour,
            cost: super::fleet::cost(&self.world),
            nodes: super::fleet::nodes(&self.world),
            regions: super::fleet::regions(&self.world),
            services,
            edges,
            faults: self.fault_views(),
            slos: self.slos.iter().map(|slo| self.slo_view(slo)).collect(),
            alerts: self.view_of_alerts(),
            incident: self.view_of_incident(),
            timeline: self.timeline.lines().cloned().collect(),
        }
    }

    fn fault_views(&self) -> Vec<FaultView> {
        self.world
            .faults()
            .filter(|fault| !fault.over && !self.hidden.contains(&fault.id))
            .map(|fault| FaultView {
                id: fault.id,
                service: fault.service,
                text: tell_fault(fault.spec),
                active: fault.active,
                until: fault.until,
            })
            .collect()
    }

    pub(super) fn service_view(&self, service: usize, layer: u32) -> ServiceView {
        let spec = &self.world.spec().services[service];
        let scale = f64::from(self.world.spec().scale);
        let recent = self
            .telemetry
            .service(service)
            .map(Meter::recent)
            .unwrap_or_default();
        let gauges = self
            .telemetry
            .gauges(service)
            .and_then(|history| history.last())
            .unwrap_or_default();
        let utilisation =
            (gauges.workers > 0).then(|| f64::from(gauges.busy) / f64::from(gauges.workers));
        let pods: Vec<PodView> = self.pod_views(service);
        let (health, reason) = judge(&recent, utilisation, gauges.queued, &pods);
        let first = self.world.first_route(service);
        let version = |place: u32| {
            spec.versions
                .get(place as usize)
                .map_or(String::new(), |version| version.name.clone())
        };
        ServiceView {
            name: spec.name.clone(),
            about: spec.about.clone(),
            kind: spec.kind.into(),
            layer,
            health,
            reason,
            version: version(self.world.version(service)),
            versions: spec
                .versions
                .iter()
                .map(|version| VersionView {
                    name: version.name.clone(),
                    note: version.note.clone(),
                })
                .collect(),
            rollback_to: self.world.previous_version(service).map(version),
            rollout: self.world.rollout(service),
            rolling: super::fleet::rollout(&self.world, service),
            autoscaler: super::fleet::autoscaler(&self.world, service),
            cost_per_hour: self.world.service_cost(service),
            replicas: self.world.replicas(service),
            pods,
            rate: recent.rate * scale,
            error_ratio: recent.error_ratio,
            latency: latency(&recent),
            utilisation,
            queued: gauges.queued,
            figures: self.figure_views(service),
            notes: self.store_notes(service),
            calls: self.call_views(service),
            shedding: self.world.guard(service).shedding,
            rate_limit: self.world.guard(service).rate_limit,
            routes: spec
                .routes
                .iter()
                .enumerate()
                .map(|(local, route)| {
                    let recent = self
                        .telemetry
                        .route(first + local)
                        .map(Lately::recent)
                        .unwrap_or_default();
                    RouteView {
                        name: route.name.clone(),
                        rate: recent.rate * scale,
                        error_ratio: recent.error_ratio,
                        latency: latency(&recent),
                    }
                })
                .collect(),
        }
    }

    /// Every call of a service; several of one script to one route stand once.
    fn call_views(&self, service: usize) -> Vec<CallView> {
        let mut views: Vec<CallView> = Vec::new();
        for call in self.world.calls() {
            let callee = call.to as usize;
            let spec = &self.world.spec().services[callee];
            let route = (call.route as usize).saturating_sub(self.world.first_route(callee));
            let route = spec
                .routes
                .get(route)
                .map_or("?", |route| route.name.as_str());
            let view = CallView {
                to: format!("{}/{route}", spec.name),
                timeout: call.timeout,
                attempts: call.attempts,
                breaker: call.breaker.map(|state| state.word().to_owned()),
                bulkhead: call.bulkhead,
            };
            if call.from as usize == service && !views.contains(&view) {
                views.push(view);
            }
        }
        views
    }

    fn pod_views(&self, service: usize) -> Vec<PodView> {
        let spec = &self.world.spec().services[service];
        let at = |node: Option<u32>| node.and_then(|node| self.world.node_name(node));
        let zones = self.world.spec().topology.iter().flat_map(|at| &at.zones);
        let away: Vec<&str> = self
            .world
            .regions()
            .filter(|region| !region.given)
            .flat_map(|out| zones.clone().filter(move |zone| zone.region == out.name))
            .map(|zone| zone.name.as_str())
            .collect();
        self.world
            .pods(service)
            .map(|pod| PodView {
                name: format!("{}-{}", spec.name, pod.number),
                state: match pod.word {
                    PodWord::Pending => PodState::Pending,
                    PodWord::BackOff => PodState::Dead,
                    PodWord::Unready => PodState::Unready,
                    PodWord::Starting => PodState::Starting,
                    PodWord::Ready => PodState::Ready,
                    PodWord::Draining => PodState::Draining,
                },
                version: spec
                    .versions
                    .get(pod.version as usize)
                    .map_or(String::new(), |version| version.name.clone()),
                busy: pod.busy,
                workers: pod.workers,
                queued: pod.queued,
                queue_limit: pod.places,
                restarts: pod.restarts,
                place: at(pod.node)
                    .map_or(String::new(), |(node, zone)| format!("{node} in {zone}")),
                zone: at(pod.node).map_or(String::new(), |(_, zone)| zone.to_owned()),
                away: at(pod.node).is_some_and(|(_, zone)| away.contains(&zone)),
                reason: pod.reason,
            })
            .collect()
    }
}

impl From<Kind> for ServiceKind {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::Gateway => ServiceKind::Gateway,
            Kind::Service => ServiceKind::Service,
            Kind::Database => ServiceKind::Database,
            Kind::Cache => ServiceKind::Cache,
            Kind::Queue => ServiceKind::Queue,
            Kind::Dependency => ServiceKind::Dependency,
        }
    }
}

fn latency(recent: &Recent) -> Option<Latency> {
    recent
        .latency
        .map(|[p50, p95, p99]| Latency { p50, p95, p99 })
}

/// How a service stands, and why in words.
fn judge(
    recent: &Recent,
    utilisation: Option<f64>,
    queued: u32,
    pods: &[PodView],
) -> (Health, String) {
    let ready = pods
        .iter()
        .filter(|pod| pod.state == PodState::Ready)
        .count();
    if ready == 0 {
        return (Health::Bad, "no pod is ready".to_owned());
    }
    let errors = recent.error_ratio.unwrap_or(0.0);
    let percent = errors * 100.0;
    if errors >= BAD_ERRORS {
        return (Health::Bad, format!("{percent:.1} % of requests fail"));
    }
    if errors >= WATCH_ERRORS {
        return (Health::Watch, format!("{percent:.1} % of requests fail"));
    }
    if queued > 0 && utilisation.is_some_and(|share| share >= WATCH_UTILISATION) {
        return (
            Health::Watch,
            format!("workers are busy and {queued} requests wait"),
        );
    }
    if ready < pods.len() {
        return (
            Health::Watch,
            format!("{ready} of {} pods are ready", pods.len()),
        );
    }
    if recent.error_ratio.is_none() {
        return (Health::Unknown, "no requests in the last minute".to_owned());
    }
    (Health::Good, "answers as it should".to_owned())
}
