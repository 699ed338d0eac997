//! The life of a fault: asked for, waiting, acting, over.

use super::catalogue::{Entry, Group};
use super::load::impossible;
use super::stores::lacks;
use super::{Fault, FaultKind, FaultSpec, NOWHERE, Phase, Pods, Schedule, messages, pods};
use crate::base::{Ratio, SimTime, Span};
use crate::engine::{Agenda, Key};
use crate::world::World;
use crate::world::control::ActionError;
use crate::world::fleet::body::Exit;
use crate::world::live::Live;
use crate::world::paths::How;
use crate::world::probe::{Cause, Happening, Outcome, Probe};
use crate::world::state::{End, Event, Next, PodPhase};

/// Faults in one run; far more than a person can start.
pub(in crate::world) const MAX_FAULTS: usize = 1_000;
/// The longest any part of a schedule may be.
pub const LONGEST: Span = Span::from_days(90);

impl World {
    /// Starts a fault, or puts it on the agenda; returns its number.
    pub fn inject<P: Probe>(
        &mut self,
        spec: &FaultSpec,
        probe: &mut P,
    ) -> Result<u32, ActionError> {
        let fault = self.resolve(spec)?;
        if self.state.faults.len() >= MAX_FAULTS {
            return Err(ActionError::TooManyFaults);
        }
        let id = self.state.faults.len() as u32;
        let starts_later = !spec.schedule.delay.is_zero();
        let kills = matches!(spec.kind, FaultKind::Kill | FaultKind::ContainerKill);
        if !starts_later && kills && self.state.services[fault.service as usize].ready.is_empty() {
            return Err(ActionError::NothingToKill(spec.target.service.clone()));
        }
        self.state.faults.push(fault);
        if starts_later {
            let at = self.agenda.now() + spec.schedule.delay;
            self.agenda.at(at, Event::FaultTurn(id));
        } else {
            let mut live = Live {
                plan: &self.plan,
                state: &mut self.state,
                probe,
            };
            live.begin_fault(id, &mut self.agenda);
        }
        Ok(id)
    }

    /// Names to places, values against the catalogue.
    fn resolve(&self, spec: &FaultSpec) -> Result<Fault, ActionError> {
        let (target, schedule) = (&spec.target, &spec.schedule);
        let entry = spec.kind.entry();
        entry.check(&spec.values).map_err(ActionError::BadFault)?;
        if spec.kind.of_nodes() {
            return self.resolve_nodes(spec);
        }
        let service = self.service(&target.service)?;
        let of = &self.plan.spec.services[service];
        let route = match &target.route {
            None => None,
            Some(name) => {
                let found = of.routes.iter().position(|route| route.name == *name);
                Some(found.ok_or_else(|| ActionError::UnknownRoute(name.clone()))? as u32)
            }
        };
        let version = match &target.version {
            None => None,
            Some(name) => {
                let found = of.versions.iter().position(|version| version.name == *name);
                Some(found.ok_or_else(|| ActionError::UnknownVersion(name.clone()))? as u32)
            }
        };
        let from = match &target.from {
            None => None,
            Some(name) => Some(self.service(name)? as u32),
        };
        let narrowed = route.is_some() || target.share != Ratio::ONE;
        let picks = target.pods != Pods::All || target.version.is_some();
        let clients = impossible(&self.plan, spec.kind, target, service);
        let problem = if clients.is_some() {
            clients
        } else if entry.only.is_some_and(|kind| kind != of.kind) {
            Some("this kind of service cannot have it")
        } else if entry.is_whole() && (narrowed || picks) {
            Some("it acts on the service as a whole: name no route, version, pods or share")
        } else if narrowed && !entry.by_request {
            Some("it acts on pods, not on requests: name no route and no share")
        } else if from.is_some() && entry.group != Group::Network {
            Some("only faults of the network know who asks: leave `from` out")
        } else if target.place.is_some() {
            Some("it acts on a service, not on nodes: name no node, zone or region")
        } else if target.share.get() == 0.0 {
            Some("a share of nothing is struck")
        } else if spec.kind.of_making() && target.pods != Pods::All {
            Some("it acts on pods that are made while it acts: choose all")
        } else {
            let idle = pods::idle(spec.kind, &self.plan, service as u32);
            let idle = idle.or(messages::idle(&self.plan, spec.kind, target, service));
            idle.or(schedule.problem(entry))
        };
        let problem = problem.or_else(|| lacks(&self.plan, spec.kind, service));
        if let Some(problem) = problem {
            return Err(ActionError::BadFault(problem.to_owned()));
        }
        Ok(Fault {
            spec: spec.clone(),
            service: service as u32,
            route,
            version,
            from,
            asked: self.agenda.now(),
            phase: Phase::Waiting,
            until: Some(self.agenda.now() + schedule.delay),
            began: self.agenda.now(),
            rounds: 0,
            pods: None,
            hung: Vec::new(),
            letters: Vec::new(),
            nodes: Vec::new(),
            tainted: None,
            replicas: None,
            links: Vec::new(),
        })
    }

    /// The same for a fault of nodes.
    fn resolve_nodes(&self, spec: &FaultSpec) -> Result<Fault, ActionError> {
        let (target, entry) = (&spec.target, spec.kind.entry());
        let Some(place) = &target.place else {
            let problem = "it acts on nodes: name a node, a zone or a region";
            return Err(ActionError::BadFault(problem.to_owned()));
        };
        place.check(&self.plan, &self.state)?;
        let tainted = if target.service.is_empty() {
            None
        } else {
            Some(self.service(&target.service)? as u32)
        };
        let narrowed = target.route.is_some() || target.version.is_some();
        let problem = if narrowed || target.pods != Pods::All || target.share != Ratio::ONE {
            Some("it acts on nodes: name no route, version, pods or share")
        } else if tainted.is_some() && spec.kind != FaultKind::Taint {
            Some("it acts on all that runs on the nodes: name no service")
        } else {
            spec.schedule.problem(entry)
        };
        if let Some(problem) = problem {
            return Err(ActionError::BadFault(problem.to_owned()));
        }
        let now = self.agenda.now();
        Ok(Fault {
            spec: spec.clone(),
            service: NOWHERE,
            route: None,
            version: None,
            from: None,
            asked: now,
            phase: Phase::Waiting,
            until: Some(now + spec.schedule.delay),
            began: now,
            rounds: 0,
            pods: None,
            hung: Vec::new(),
            letters: Vec::new(),
            nodes: Vec::new(),
            tainted,
            replicas: None,
            links: Vec::new(),
        })
    }

    /// Ends a fault before its time, and for good.
    pub fn end_fault<P: Probe>(&mut self, id: u32, probe: &mut P) -> Result<(), ActionError> {
        let going = |fault: &&Fault| fault.phase != Phase::Over;
        if self.state.faults.get(id as usize).filter(going).is_none() {
            return Err(ActionError::NoSuchFault(id));
        }
        let mut live = Live {
            plan: &self.plan,
            state: &mut self.state,
            probe,
        };
        live.rest_fault(id, true, &mut self.agenda);
        Ok(())
    }
}

impl<P: Probe> Live<'_, P> {
    /// A fault's phase is over: it begins, rests or ends.
    pub fn fault_turn(&mut self, id: u32, agenda: &mut Agenda<Event>) {
        let Some(fault) = self.state.faults.get(id as usize) else {
            return;
        };
        // Ended by hand, and perhaps asked to turn at another time since.
        if fault.until != Some(agenda.now()) {
            return;
        }
        match fault.phase {
            Phase::Waiting => self.begin_fault(id, agenda),
            Phase::Acting => self.rest_fault(id, false, agenda),
            Phase::Over => {}
        }
    }

    fn begin_fault(&mut self, id: u32, agenda: &mut Agenda<Event>) {
        let now = agenda.now();
        let place = id as usize;
        let (spec, service) = {
            let fault = &mut self.state.faults[place];
            fault.phase = Phase::Acting;
            fault.began = now;
            fault.rounds += 1;
            fault.until = fault.spec.schedule.duration.map(|lasts| now + lasts);
            if let Some(until) = fault.until {
                agenda.at(until, Event::FaultTurn(id));
            }
            (fault.spec.clone(), fault.service)
        };
        self.state.faults[place].pods = self.choose_pods(spec.target.pods, service);
        self.refresh_struck();
        match spec.kind {
            kind if kind.of_nodes() => {
                self.strike_nodes(id, agenda);
                self.refresh_struck();
            }
            FaultKind::Kill | FaultKind::ContainerKill => {
                let count = spec.values.first().map_or(0, |pods| *pods as u32);
                self.kill_pods(service, count, id, agenda);
            }
            FaultKind::PodFailure => {
                let victims = match &self.state.faults[place].pods {
                    Some(pods) => pods.clone(),
                    None => self.state.services[service as usize].pods.clone(),
                };
                for pod in victims {
                    self.kill(pod, Exit::Killed, Cause::Fault(id), agenda);
                }
            }
            FaultKind::Unready => self.refresh_ready(service),
            FaultKind::StaleDns => self.keep_answers(id, true),
            FaultKind::MemoryStress => self.strain_memory(service, agenda),
            FaultKind::ScaleToZero => {
                let running = &mut self.state.services[service as usize];
                let wanted = std::mem::take(&mut running.replicas);
                self.state.faults[place].replicas = Some(wanted);
                self.reconcile(service, agenda);
            }
            _ if spec.kind.entry().group == Group::Load => self.begin_load_fault(id, agenda),
            _ if spec.kind.entry().only.is_some() => self.begin_store_fault(id, agenda),
            _ => {}
        }
        if !spec.kind.entry().lasting {
            self.rest_fault(id, false, agenda);
        }
        // Whoever lost a connection hears of it now.
        self.follow(Next::Nothing, agenda);
    }

    /// A fault stops acting, until its next round or for good.
    fn rest_fault(&mut self, id: u32, for_good: bool, agenda: &mut Agenda<Event>) {
        let now = agenda.now();
        self.charge(id, now);
        let fault = &mut self.state.faults[id as usize];
        let schedule = fault.spec.schedule;
        let acted = fault.phase == Phase::Acting;
        let more = schedule.times.is_none_or(|times| fault.rounds < times);
        match schedule.every.filter(|_| more && !for_good) {
            Some(every) => {
                let next: SimTime = fault.began + every;
                fault.phase = Phase::Waiting;
                fault.until = Some(next);
                agenda.at(next, Event::FaultTurn(id));
            }
            None => {
                fault.phase = Phase::Over;
                fault.until = None;
            }
        }
        let (kind, service, over) = (fault.spec.kind, fault.service, fault.phase == Phase::Over);
        let hung = std::mem::take(&mut fault.hung);
        let letters = std::mem::take(&mut fault.letters);
        fault.links.clear();
        let (pods, replicas) = (fault.pods.take(), fault.replicas.take());
        if !acted {
            return;
        }
        self.refresh_struck();
        if kind == FaultKind::Migration {
            for request in hung {
                self.later(Next::Run(request));
            }
        } else if kind.entry().group == Group::Network {
            self.release_held(id, hung, letters, kind == FaultKind::BlackHole, agenda);
        } else {
            self.fail_hung(id, service, hung, agenda);
        }
        match kind {
            kind if kind.of_nodes() => self.spare_nodes(id, agenda),
            FaultKind::Unready => self.refresh_ready(service),
            FaultKind::StaleDns => self.keep_answers(id, false),
            FaultKind::Quota | FaultKind::AntiAffinity => self.place_pending(agenda),
            FaultKind::ScaleToZero => {
                let running = &mut self.state.services[service as usize];
                if running.replicas == 0 {
                    running.replicas = replicas.unwrap_or(1);
                }
                self.reconcile(service, agenda);
            }
            FaultKind::PodFailure | FaultKind::StartHang => {
                let waiting = match pods {
                    Some(pods) => pods,
                    None => self.state.services[service as usize].pods.clone(),
                };
                for pod in waiting {
                    self.start_again(pod, agenda);
                }
            }
            _ if kind.entry().group == Group::Load => self.end_load_fault(id, agenda),
            _ if kind.entry().only.is_some() => self.end_store_fault(id, agenda),
            _ => {}
        }
        if over && kind.entry().lasting && !for_good {
            self.probe
                .happened(now, Happening::FaultEnded { fault: id });
        }
        self.follow(Next::Nothing, agenda);
    }

    /// Requests that a fault let hang are answered with an error.
    fn fail_hung(&mut self, id: u32, service: u32, hung: Vec<Key>, agenda: &mut Agenda<Event>) {
        let first = self.state.paths.first(Cause::Fault(id));
        let path = self.state.paths.onward(first, service, How::Failed);
        let end = End::of(Outcome::Error, path);
        for request in hung {
            let caller = self.finish(request, end, agenda);
            self.answer(caller, request, end);
        }
    }

    /// The pods that a fault is given; none where it takes every one.
    fn choose_pods(&mut self, pods: Pods, service: u32) -> Option<Vec<Key>> {
        if pods == Pods::All {
            return None;
        }
        let ready = self.state.services[service as usize].ready.clone();
        let all = ready.len() as f64;
        let count = match pods {
            Pods::All => ready.len(),
            Pods::One => 1,
            Pods::Fixed(count) => count as usize,
            Pods::FixedPercent(share) => (all * share.get()) as usize,
            Pods::RandomMaxPercent(most) => {
                (all * most.get() * self.state.fault_chance.unit()) as usize
            }
        };
        let mut left = ready;
        let mut chosen = Vec::new();
        while chosen.len() < count && !left.is_empty() {
            let place = self.state.fault_chance.below(left.len() as u32);
            chosen.push(left.remove(place as usize));
        }
        Some(chosen)
    }

    /// A pod that a fault held down starts; others are left alone.
    fn start_again(&mut self, key: Key, agenda: &mut Agenda<Event>) {
        let Some(pod) = self.state.pods.get(key) else {
            return;
        };
        if pod.phase == PodPhase::Starting && pod.held {
            let (service, version) = (pod.service, pod.version);
            if !self.pod_held(service, key, version) {
                if let Some(pod) = self.state.pods.get_mut(key) {
                    pod.held = false;
                    pod.starts += 1;
                }
                self.start_container(key, agenda);
            }
        }
    }

    /// Whether a fault keeps a pod from becoming ready.
    pub fn pod_held(&self, service: u32, key: Key, version: u32) -> bool {
        self.pod_struck(FaultKind::PodFailure, service, key, version)
            || self.pod_struck(FaultKind::StartHang, service, key, version)
    }

    /// Notes for every route whether any acting fault concerns its requests,
    /// or the messages to and from it, and whether any pod may stop to collect
    /// garbage.
    fn refresh_struck(&mut self) {
        self.state.struck.fill(false);
        self.state.wired.clone_from(&self.plan.wired);
        self.state.pauses = self.plan.pauses;
        for fault in &self.state.faults {
            let kind = fault.spec.kind;
            if fault.phase != Phase::Acting || !kind.strikes() {
                continue;
            }
            self.state.pauses |= kind == FaultKind::Gc;
            if fault.service == NOWHERE {
                self.state.struck.fill(true);
                continue;
            }
            let marks = match kind.entry().group {
                Group::Network => &mut self.state.wired,
                _ => &mut self.state.struck,
            };
            let first = self.plan.first_route[fault.service as usize] as usize;
            let count = self.plan.spec.services[fault.service as usize].routes.len();
            for local in 0..count {
                if fault.route.is_none_or(|only| only as usize == local) {
                    marks[first + local] = true;
                }
            }
        }
    }
}

impl Schedule {
    /// What is wrong with it for a kind of fault.
    fn problem(&self, entry: &Entry) -> Option<&'static str> {
        let spans = [self.delay, self.ramp];
        let rest = self.duration.into_iter().chain(self.every);
        let begins_early = |every: Span| {
            every < Span::from_secs(1) || self.duration.is_some_and(|lasts| lasts >= every)
        };
        if spans.into_iter().chain(rest).any(|span| span > LONGEST) {
            Some("a time is longer than 90 days")
        } else if self.duration.is_some_and(|lasts| lasts.is_zero()) {
            Some("it lasts no time")
        } else if self.every.is_some_and(begins_early) {
            Some("it begins again before it has ended, or more than once a second")
        } else if self.every.is_some() && entry.lasting && self.duration.is_none() {
            Some("it repeats, but does not say how long it lasts each time")
        } else if self.times.is_some() && self.every.is_none() || self.times == Some(0) {
            Some("a number of times needs `every`, and is at least 1")
        } else {
            None
        }
    }
}
