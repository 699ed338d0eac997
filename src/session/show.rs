//! Building views.

use super::Session;
use super::act::tell_fault;
use super::view::{
    BurnRate, CallView, EdgeView, FaultView, Health, Latency, PodState, PodView, RouteView,
    ServiceKind, ServiceView, SloView, TermsView, VersionView, View,
};
use crate::base::order::sort_by;
use crate::base::{Ratio, SimTime, Span};
use crate::slo::{LOOK_BACKS, Method, ObjectiveChange, Tracker, allowance};
use crate::telemetry::{Meter, Recent};
use crate::world::spec::Kind;
use crate::world::{BreakerState, CallStatus, PodWord};

/// Error share above which a service is bad; half of that is worth a look
/// from a tenth on. Everyday thresholds, not promises: objectives are elsewhere.
const BAD_ERRORS: f64 = 0.05;
const WATCH_ERRORS: f64 = 0.005;
/// Share of busy workers from which waiting grows steeply.
const WATCH_UTILISATION: f64 = 0.85;
/// Burn rates that page and that ticket in the SRE Workbook's recommended
/// alerts (2 % of 30 days in 1 h; 10 % in 3 d).
const BAD_BURN: f64 = 14.4;
const WATCH_BURN: f64 = 1.0;

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
                    .map(Meter::recent)
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
                        .map(Meter::recent)
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

    fn slo_view(&self, slo: &Tracker) -> SloView {
        let now = self.now();
        let scale = u64::from(self.world.spec().scale);
        let objective = slo.objective();
        let budget = slo.budget(now);
        let burn: Vec<BurnRate> = LOOK_BACKS
            .iter()
            .filter(|look_back| **look_back <= objective.window)
            .map(|look_back| BurnRate {
                window: *look_back,
                rate: slo.burn_rate(now, *look_back),
            })
            .collect();
        SloView {
            name: objective.name.clone(),
            title: objective.title.clone(),
            sentence: objective.sentence(),
            target: objective.target,
            window: objective.window,
            sli: slo.sli(now),
            events: budget.events * scale,
            bad: budget.bad * scale,
            allowed: budget.allowed * scale as f64,
            budget_left: budget.left,
            burn,
            exhausted_in: slo.exhausted_in(now),
            health: slo_health(slo, now),
            terms: self.terms_view(slo),
            form: Box::new(ObjectiveChange::of(objective)),
        }
    }
}

impl Session {
    /// What clients ask for, by its position among everything that they do.
    fn asked_for(&self, entry: u32) -> String {
        let spec = self.world.spec();
        let mut entries = spec.traffic.classes.iter().flat_map(|class| &class.mix);
        let Some(entry) = entries.nth(entry as usize) else {
            return String::new();
        };
        let service = spec.services.get(entry.to.service);
        let route = service.and_then(|service| service.routes.get(entry.to.route));
        match (service, route) {
            (Some(service), Some(route)) => format!("{}/{}", service.name, route.name),
            _ => String::new(),
        }
    }

    /// What follows from an objective.
    fn terms_view(&self, slo: &Tracker) -> TermsView {
        const MOST_SPENDERS: usize = 6;
        let (now, objective) = (self.now(), slo.objective());
        let terms = &objective.terms;
        let scale = u64::from(self.world.spec().scale);
        let hour = Span::from_hours(1);
        let (begun, week) = (slo.since(), Span::from_days(7));
        let counted = now.since(begun).min(week);
        let by_events = terms.method == Method::Occurrences && !counted.is_zero();
        let bad = slo.rise(now, week).bad as f64 * scale as f64;
        let bad_per_day = by_events.then(|| bad * 86_400.0 / counted.as_secs_f64());
        let lately = now
            .since(begun)
            .as_secs_f64()
            .min(hour.as_secs_f64())
            .max(1.0);
        let per_second = match terms.method {
            Method::Occurrences => slo.rise(now, hour).total as f64 * scale as f64 / lately,
            _ => 0.0,
        };
        let allows = [Span::from_days(1), Span::from_days(30)].map(|over| {
            let allowed = allowance(objective.target, over, per_second);
            (over, allowed.down, allowed.bad)
        });
        let mut spenders: Vec<(String, String, u64)> = slo
            .spenders()
            .map(|(entry, loss, count)| {
                let inside = objective.inside.as_ref();
                let asked = inside.map_or_else(|| self.asked_for(entry), |i| i.name.clone());
                (asked, loss.word().to_owned(), count * scale)
            })
            .collect();
        sort_by(&mut spenders, |a, b| b.2.cmp(&a.2));
        spenders.truncate(MOST_SPENDERS);
        let sla = terms.sla.as_ref().zip(slo.sli(now));
        TermsView {
            window: objective.over(),
            since: (begun > SimTime::ZERO).then_some(begun),
            per_second,
            bad_per_day,
            allows: allows.to_vec(),
            between: slo.forecast(now).map(|found| (found.soonest, found.latest)),
            stance: (!terms.policy.is_empty()).then(|| slo.stance(now).word().to_owned()),
            excluded: slo.excluded()
                * if terms.method == Method::Occurrences {
                    scale
                } else {
                    1
                },
            sla: sla.map(|(sla, sli)| (sla.target, sla.credit(sli), sla.owed(sli))),
            spenders,
        }
    }
}

/// How an objective stands: bad when its budget is gone or burns as fast as
/// what pages, watch when it burns faster than it lasts or little is left.
pub(super) fn slo_health(slo: &Tracker, now: SimTime) -> Health {
    let Some(left) = slo.budget(now).left else {
        return Health::Unknown;
    };
    let burn = |look_back| slo.burn_rate(now, look_back).unwrap_or(0.0);
    let (short, long) = (burn(Span::from_mins(5)), burn(Span::from_hours(1)));
    if left <= 0.0 || (short >= BAD_BURN && long >= BAD_BURN) {
        Health::Bad
    } else if left < 0.1 || short > BAD_BURN || burn(Span::from_hours(6)) > WATCH_BURN {
        Health::Watch
    } else {
        Health::Good
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
