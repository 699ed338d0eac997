//! Replication: one pod takes the writes, the others receive and apply them,
//! and one of them takes over when the first is lost.
//!
//! A write reaches each replica after a delay of its own and is applied there
//! after those before it: Lindley's recursion, done when the write is answered,
//! so that replication costs no event. What a primary had answered and its
//! successor had not received when the primary was lost, is lost: nobody
//! declares a recovery point, it is measured.

use std::collections::VecDeque;

use serde::Serialize;

use crate::base::{SimTime, Span, Stream};
use crate::engine::{Agenda, Key};
use crate::world::fault::FaultKind;
use crate::world::live::Live;
use crate::world::probe::{Cause, Happening, Outcome, Probe};
use crate::world::run::Stop;
use crate::world::spec::{Balance, Reads, Synchronous};
use crate::world::state::{Event, Pod, PodPhase};
use crate::world::store::{Anew, Beside, ReplicationPlan, StoreEvent};

use super::Failover;

/// How often the primary is looked at, as Redis Sentinel pings.
const WATCH_EVERY: Span = Span::from_secs(1);
/// Writes on their way to one replica that are kept apart; beyond that, the
/// newest are kept as one.
const MOST_PENDING: usize = 65_536;

/// Who follows whom.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(in crate::world) struct Replicas {
    /// The pod that takes the writes, and its life in which it does.
    pub primary: Option<(Key, u32)>,
    /// When it was lost.
    pub lost_at: Option<SimTime>,
    /// What is on its way to each of the others.
    pub copies: Beside<Copy>,
    pub turn: u32,
    pub delays: Stream,
    /// The last takeover.
    pub last: Option<Failover>,
}

/// Writes on their way to one replica, oldest first.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub(in crate::world) struct Copy {
    pub pending: VecDeque<Pending>,
    /// When the newest is received and applied.
    received: Option<SimTime>,
    applied: Option<SimTime>,
}

/// Some writes that a replica has not applied yet.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub(in crate::world) struct Pending {
    /// When the primary did the first of them.
    pub done: SimTime,
    /// When the replica has them all.
    pub received: SimTime,
    /// When it has applied them all.
    pub applied: SimTime,
    /// When the last of them is answered.
    pub answered: SimTime,
    pub count: u64,
}

impl Anew for Copy {
    fn anew(&mut self) {
        *self = Copy {
            pending: core::mem::take(&mut self.pending),
            ..Copy::default()
        };
        self.pending.clear();
    }
}

impl Copy {
    /// A write done now; when the replica has it.
    fn push(&mut self, now: SimTime, delay: Span, apply: Span) -> SimTime {
        self.prune(now);
        let received = later(now + delay, self.received);
        let applied = later(received, self.applied) + apply;
        (self.received, self.applied) = (Some(received), Some(applied));
        let many = self.pending.len() >= MOST_PENDING;
        match self.pending.back_mut() {
            Some(last) if many => {
                last.received = received;
                last.applied = applied;
                last.answered = now;
                last.count += 1;
            }
            _ => self.pending.push_back(Pending {
                done: now,
                received,
                applied,
                answered: now,
                count: 1,
            }),
        }
        received
    }

    fn prune(&mut self, now: SimTime) {
        while self.pending.front().is_some_and(|p| p.applied <= now) {
            self.pending.pop_front();
        }
    }

    /// How far behind it is: the age of the oldest write that it has not applied.
    pub fn lag(&self, now: SimTime) -> Span {
        let mut waiting = self.pending.iter().skip_while(|p| p.applied <= now);
        waiting.next().map_or(Span::ZERO, |p| now.since(p.done))
    }

    /// Answered writes that it had not received by `time`, and when the first was done.
    fn missing(&self, time: SimTime) -> (u64, Option<SimTime>) {
        let lost = |p: &&Pending| p.received > time && p.answered <= time;
        let missing = || self.pending.iter().filter(lost);
        let first = missing().next().map(|p| p.done);
        (missing().map(|p| p.count).sum(), first)
    }
}

fn later(time: SimTime, other: Option<SimTime>) -> SimTime {
    match other {
        Some(other) if other > time => other,
        _ => time,
    }
}

impl Replicas {
    /// Everyone has everything.
    pub fn new(delays: Stream) -> Replicas {
        Replicas {
            primary: None,
            lost_at: None,
            copies: Beside::default(),
            turn: 0,
            delays,
            last: None,
        }
    }
}

impl<P: Probe> Live<'_, P> {
    fn replicas(&mut self, database: u32) -> &mut Replicas {
        &mut self.state.stores.databases[database as usize].replicas
    }

    /// The primary, if it can be asked.
    fn primary(&self, database: u32) -> Option<Key> {
        let replicas = &self.state.stores.databases[database as usize].replicas;
        let (pod, life) = replicas.primary?;
        let found = self.state.pods.get(pod)?;
        (found.phase == PodPhase::Ready && found.starts == life).then_some(pod)
    }

    /// The pod that a query of a replicated database goes to.
    pub fn choose_copy(
        &mut self,
        database: u32,
        plan: &ReplicationPlan,
        line: Key,
        writes: bool,
        now: SimTime,
    ) -> Option<Key> {
        let service = self.plan.store.databases[database as usize].service;
        let primary = self.primary(database);
        if writes || plan.reads == Reads::Primary {
            return primary.filter(|pod| self.is_ready(service, *pod));
        }
        let count = self.state.services[service as usize].ready.len();
        let near = self.plan.services[service as usize].balance == Balance::ZoneAware;
        for _ in 0..count {
            let turn = {
                let replicas = self.replicas(database);
                replicas.turn = (replicas.turn + 1) % count as u32;
                replicas.turn
            };
            let ready = &self.state.services[service as usize].ready;
            let pod = ready[turn as usize];
            if near && !self.is_nearest(line, pod, ready) {
                continue;
            }
            if Some(pod) == primary {
                if plan.reads == Reads::Any {
                    return Some(pod);
                }
                continue;
            }
            let life = self.life(pod);
            let copies = &self.state.stores.databases[database as usize]
                .replicas
                .copies;
            let lag = copies
                .find(pod, life)
                .map_or(Span::ZERO, |copy| copy.lag(now));
            if plan.max_lag.is_none_or(|most| lag <= most) {
                self.counts(database).stale += u64::from(!lag.is_zero());
                return Some(pod);
            }
        }
        primary.filter(|pod| self.is_ready(service, *pod))
    }

    /// The primary of a database, or its first ready pod where all are alike.
    pub fn primary_or_first(&self, service: u32) -> Option<Key> {
        let database = self.plan.store.number[service as usize];
        let replicas = &self.state.stores.databases[database as usize].replicas;
        match replicas.primary {
            Some((pod, _)) => Some(pod),
            None => self.state.services[service as usize].ready.first().copied(),
        }
    }

    /// Whether a pod's node is gone, which nobody may have noticed yet.
    fn is_lost(&self, pod: Key) -> bool {
        self.state.pods.get(pod).is_some_and(|pod| pod.body.lost)
    }

    fn is_ready(&self, service: u32, pod: Key) -> bool {
        self.state.services[service as usize].ready.contains(&pod)
    }

    /// A write is done: it goes to every replica. Where replication is
    /// synchronous it is answered when one of them, or one in another region,
    /// has it, or at once where there is none (as MySQL's semi-synchronous
    /// replication falls back).
    pub fn commit(
        &mut self,
        key: Key,
        at: u32,
        database: u32,
        agenda: &mut Agenda<Event>,
    ) -> Result<u32, Stop> {
        let now = agenda.now();
        let plan = &self.plan.store.databases[database as usize];
        let service = plan.service;
        let Some(replication) = plan.replication else {
            return Ok(at + 1);
        };
        let (pod, life) = self.pod_of(key);
        if self.replicas(database).primary != Some((pod, life)) {
            let cause = Cause::NoPrimary { service };
            let end = self.end_of(key, Outcome::Unavailable, cause);
            return Err(self.fails(key, None, end, agenda));
        }
        let lagging = self.struck_by(FaultKind::ReplicationLag, service, now);
        let extra = lagging.map_or(Span::ZERO, |(_, extra)| Span::from_secs_f64(extra));
        let mut first: Option<SimTime> = None;
        for place in 0..self.state.services[service as usize].ready.len() {
            let copy = self.state.services[service as usize].ready[place];
            if copy == pod || self.is_lost(copy) {
                continue;
            }
            let life = self.life(copy);
            let way = self.way_between(pod, copy);
            let counts = replication.synchronous != Synchronous::OtherRegion
                || self.state.region(self.plan, copy) != self.state.region(self.plan, pod);
            let replicas = self.replicas(database);
            let delay = replication.delay.sample(&mut replicas.delays) + extra + way;
            let copy = replicas.copies.at(copy, life);
            let received = copy.push(now, delay, replication.apply);
            if counts && first.is_none_or(|first| received < first) {
                first = Some(received);
            }
        }
        let waits = replication.synchronous != Synchronous::No;
        let Some(received) = first.filter(|_| waits) else {
            return Ok(at + 1);
        };
        for place in 0..self.state.services[service as usize].ready.len() {
            let copy = self.state.services[service as usize].ready[place];
            let life = self.life(copy);
            let copy = self.replicas(database).copies.find_mut(copy, life);
            if let Some(newest) = copy.and_then(|copy| copy.pending.back_mut()) {
                newest.answered = received;
            }
        }
        if let Some((fault, _)) = lagging {
            self.held_by(key, Key::NONE, Some(Cause::Fault(fault)));
        }
        if let Some(line) = self.state.lines.get_mut(key) {
            line.at = at + 1;
        }
        agenda.at(received, Event::Wake(key));
        Err(Stop::Waits)
    }

    /// The first pod of each replicated database is its primary, and someone
    /// looks after it.
    pub fn watch_databases(&mut self, agenda: &mut Agenda<Event>) {
        for (number, plan) in self.plan.store.databases.iter().enumerate() {
            if plan.replication.is_none() {
                continue;
            }
            let pods = &self.state.services[plan.service as usize].pods;
            let first = pods.first().map(|pod| (*pod, self.life(*pod)));
            self.replicas(number as u32).primary = first;
            let event = StoreEvent::Watch(number as u32);
            agenda.after(WATCH_EVERY, Event::Store(event));
        }
    }

    /// A pod dies: if it was a primary, its writes end here.
    pub fn primary_died(&mut self, pod: Key, now: SimTime) {
        for database in &mut self.state.stores.databases {
            let replicas = &mut database.replicas;
            if replicas.primary.is_some_and(|(primary, _)| primary == pod) {
                replicas.lost_at = replicas.lost_at.or(Some(now));
            }
        }
    }

    /// Looks at the primary; lets a replica take over when it has been lost for long enough.
    pub fn watch_over(&mut self, database: u32, agenda: &mut Agenda<Event>) {
        let now = agenda.now();
        agenda.after(WATCH_EVERY, Event::Store(StoreEvent::Watch(database)));
        let plan = &self.plan.store.databases[database as usize];
        let (service, Some(replication)) = (plan.service, plan.replication) else {
            return;
        };
        let Some((pod, _)) = self.replicas(database).primary else {
            return;
        };
        // Killed and started again before anyone took over: it goes on where
        // it was, with all it had on its disk.
        let running = self.state.pods.get(pod);
        let runs =
            |pod: &&Pod| matches!(pod.phase, PodPhase::Ready | PodPhase::Unready) && !pod.body.lost;
        let back = running.filter(runs);
        if let Some(life) = back.map(|pod| pod.starts) {
            let replicas = self.replicas(database);
            replicas.primary = Some((pod, life));
            replicas.lost_at = None;
            return;
        }
        // Drained or scaled away: handed over in peace, nothing is lost.
        let planned = running.is_none_or(|pod| pod.phase == PodPhase::Draining);
        let lost_at = match self.replicas(database).lost_at {
            Some(lost_at) => lost_at,
            None => {
                self.replicas(database).lost_at = Some(now);
                now
            }
        };
        if !planned && now.since(lost_at) < replication.failover {
            return;
        }
        self.take_over(database, service, planned, lost_at, now);
    }

    /// The replica that has the most becomes the primary.
    fn take_over(
        &mut self,
        database: u32,
        service: u32,
        planned: bool,
        lost_at: SimTime,
        now: SimTime,
    ) {
        let mut best: Option<(u64, Option<SimTime>, Key)> = None;
        for pod in self.state.services[service as usize].ready.clone() {
            if self.is_lost(pod) {
                continue;
            }
            let life = self.life(pod);
            let copies = &self.replicas(database).copies;
            let missing = copies.find(pod, life).map(|copy| copy.missing(lost_at));
            let (lost, first) = missing.unwrap_or_default();
            if best.is_none_or(|(least, _, _)| lost < least) {
                best = Some((lost, first, pod));
            }
        }
        let Some((lost, first, pod)) = best else {
            return;
        };
        let life = self.life(pod);
        let number = self.state.pods.get(pod).map_or(0, |pod| pod.number);
        let (lost, first) = if planned { (0, None) } else { (lost, first) };
        let failover = Failover {
            service,
            pod: number,
            lost,
            data: first.map_or(Span::ZERO, |first| lost_at.since(first)),
            time: now.since(lost_at),
        };
        let replicas = self.replicas(database);
        replicas.primary = Some((pod, life));
        replicas.lost_at = None;
        replicas.last = Some(failover);
        for copy in replicas.copies.values_mut() {
            copy.anew();
        }
        self.probe.happened(now, Happening::FailedOver(failover));
    }
}
