//! The session's ear at the world: every probe call goes to telemetry,
//! objectives, truth and timeline.

use crate::base::SimTime;
use crate::engine::Key;
use crate::slo::Tracker;
use crate::telemetry::Telemetry;
use crate::telemetry::logs::Logs;
use crate::telemetry::scrape::Metrics;
use crate::telemetry::trace::Tracer;
use crate::world::{Attempted, Happening, Probe, Served, Spec, Told, UserDone};

use super::incident::Tolls;
use super::stores::tell_failover;
use super::timeline::Timeline;
use super::truth::Truth;
use super::view::EventKind;

/// Borrowed parts of a session while the world runs.
pub(super) struct Watch<'a> {
    pub spec: &'a Spec,
    pub telemetry: &'a mut Telemetry,
    pub metrics: &'a mut Metrics,
    pub slos: &'a mut [Tracker],
    pub truth: &'a mut Truth,
    pub tolls: &'a mut Tolls,
    pub timeline: &'a mut Timeline,
    pub tracer: &'a mut Tracer,
    pub logs: &'a mut Logs,
    pub hidden: &'a [u32],
    pub hidden_surges: &'a [u32],
}

impl Probe for Watch<'_> {
    #[inline]
    fn served(&mut self, served: Served) {
        self.telemetry.served(&served);
        self.metrics.served(&served);
        for slo in self.slos.iter_mut() {
            slo.count_inside(&served);
        }
    }

    #[inline]
    fn attempted(&mut self, attempted: Attempted) {
        self.telemetry.attempted(&attempted);
        self.metrics.attempted(&attempted);
    }

    fn user_done(&mut self, done: UserDone) {
        self.telemetry.user_done(&done);
        self.metrics.user_done(&done);
        self.truth.trace(&done);
        self.tolls.count(&done);
        for (place, slo) in self.slos.iter_mut().enumerate() {
            if slo.count(&done) {
                self.truth.blame(place, done.cause);
            }
        }
        if !done.outcome.is_ok() {
            let lost = done.value.times(u64::from(self.spec.scale));
            self.truth.lost = crate::base::Money::from_cents(
                self.truth.lost.cents().saturating_add(lost.cents()),
            );
        }
    }

    #[inline]
    fn follows(&mut self) -> bool {
        self.tracer.follows()
    }

    fn told(&mut self, told: &Told) {
        if told.followed {
            self.logs.told(told, self.tracer.context(told));
            self.tracer.told(told);
        } else {
            self.logs.told(told, None);
        }
    }

    fn mark(&mut self, line: Key) -> u64 {
        self.tracer.mark(line)
    }

    fn happened(&mut self, now: SimTime, happening: Happening) {
        self.metrics.happened(&happening);
        self.logs.happened(now, happening);
        let name = |service: u32| {
            self.spec
                .services
                .get(service as usize)
                .map_or("?", |spec| spec.name.as_str())
        };
        let (kind, service, text) = match happening {
            Happening::PodStarting { service, pod } => (
                EventKind::Pod,
                Some(service),
                format!("{}-{pod} is starting", name(service)),
            ),
            Happening::PodReady { service, pod } => (
                EventKind::Pod,
                Some(service),
                format!("{}-{pod} is ready", name(service)),
            ),
            Happening::PodDied {
                service,
                pod,
                lost,
                exit,
                ..
            } => {
                let (name, how) = (name(service), exit.word());
                let text = format!("{name}-{pod} died ({how}), {lost} requests lost");
                (EventKind::Pod, Some(service), text)
            }
            Happening::PodUnready { service, pod } => (
                EventKind::Pod,
                Some(service),
                format!("{}-{pod} is not ready: its probe fails", name(service)),
            ),
            Happening::PodPending { service, pod } => (
                EventKind::Pod,
                Some(service),
                format!("{}-{pod} is pending: no node takes it", name(service)),
            ),
            Happening::RolloutStalled { service, version } => {
                let versions = &self.spec.services[service as usize].versions;
                let version = versions
                    .get(version as usize)
                    .map_or("?", |v| v.name.as_str());
                let text = format!(
                    "the roll-out of {} {version} has not moved within its deadline",
                    name(service)
                );
                (EventKind::Deploy, Some(service), text)
            }
            Happening::Scaled { service, from, to } => {
                let text = format!("autoscaler: {} from {from} to {to} pods", name(service));
                (EventKind::Action, Some(service), text)
            }
            // What nobody is told of shows by its effects.
            Happening::NodeLost { .. } => return,
            Happening::NodeBooting { .. } => (EventKind::Pod, None, "a node boots".to_owned()),
            Happening::NodeUp { .. } => (EventKind::Pod, None, "a node is ready".to_owned()),
            Happening::NodeSilent { .. } => {
                (EventKind::Pod, None, "a node does not answer".to_owned())
            }
            Happening::NodeRemoved { .. } => (
                EventKind::Pod,
                None,
                "an empty node was given back".to_owned(),
            ),
            Happening::RolloutDone { service, version } => {
                let versions = &self.spec.services[service as usize].versions;
                let version = versions
                    .get(version as usize)
                    .map_or("?", |v| v.name.as_str());
                let text = format!("{} runs {version} on every pod", name(service));
                (EventKind::Deploy, Some(service), text)
            }
            Happening::FailedOver(found) => {
                let text = tell_failover(name(found.service), &found);
                (EventKind::Pod, Some(found.service), text)
            }
            Happening::RegionChecked { region, healthy } => {
                let regions = self.spec.topology.iter().flat_map(|t| t.regions());
                let name = regions.into_iter().nth(region as usize).unwrap_or("?");
                let found = if healthy {
                    "is well again"
                } else {
                    "does not answer"
                };
                let text = format!("health check: region {name} {found}");
                (EventKind::Pod, None, text)
            }
            Happening::FaultEnded { fault } => {
                if self.hidden.contains(&fault) {
                    return;
                }
                (EventKind::Fault, None, format!("fault {fault} ended"))
            }
            Happening::SurgeEnded { surge } => {
                if self.hidden_surges.contains(&surge) {
                    return;
                }
                (EventKind::Action, None, format!("surge {surge} ended"))
            }
            Happening::CrowdFull { class } => {
                let classes = &self.spec.traffic.classes;
                let name = classes.get(class as usize).map_or("?", |of| &of.name);
                let text = format!("no more simulated {name} than there are: the lab is full");
                (EventKind::Action, None, text)
            }
        };
        self.timeline.write(now, kind, service, text);
    }
}
