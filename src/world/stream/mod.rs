//! Queues and streams: messages in partitions, handed to groups of consumers.
//!
//! In: requests that publish, which draw a key and a partition at the end of
//! their script. Out: requests to the consumers' routes, each handed over by a
//! line of its own, and what becomes of a message: consumed, given out again,
//! or dead. Delivery is at least once: a message whose handling takes longer
//! than its visibility is given out again while the first handler works on.
//!
//! At any instant and for each group, what was published is consumed, dead,
//! waiting, resting or in hand; what was refused was never published.

use std::collections::VecDeque;

use serde::Serialize;

use crate::base::{SimTime, Span, Stream};
use crate::engine::{Agenda, Key};
use crate::world::fault::FaultKind;
use crate::world::follow::{self, Step, WaitFor};
use crate::world::line::{Kind, Line, NOBODY};
use crate::world::live::Live;
use crate::world::paths::How;
use crate::world::plan::REFUSE;
use crate::world::probe::{Cause, Outcome, Probe};
use crate::world::run::Stop;
use crate::world::spec::Criticality;
use crate::world::state::{End, Event, Next};
use crate::world::store::{StoreEvent, Wait};

/// Marks the partition of a message that no consumer can handle.
const POISON: u64 = 1 << 63;

/// One queue.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(super) struct QueueState {
    draws: Stream,
    turn: u32,
    /// By partition: publishers that wait for room, longest first.
    blocked: Vec<VecDeque<Key>>,
    pub published: u64,
    pub refused: u64,
}

/// What one group of consumers has of a queue.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(super) struct GroupState {
    pub partitions: Vec<Partition>,
    pub consumed: u64,
    /// Messages that were given out as often as they may be.
    pub dead: u64,
    /// Messages given out again.
    pub again: u64,
}

/// A part of a queue, as one group sees it.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub(super) struct Partition {
    waiting: VecDeque<Message>,
    /// Messages whose handling has failed, with the time at which they are
    /// given out again: a constant pause, so first in is first due.
    resting: VecDeque<(SimTime, Message)>,
    /// Messages that consumers have.
    pub in_hand: u32,
}

/// A message.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub(super) struct Message {
    born: SimTime,
    /// How often its handling has failed.
    failures: u32,
    poison: bool,
    /// What the probe marked it with; nothing acts on it.
    #[serde(skip)]
    mark: u64,
}

/// A message in the hands of a line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub(super) struct Parcel {
    group: u32,
    partition: u32,
    message: Message,
}

impl QueueState {
    /// Empty.
    pub fn new(partitions: u32, draws: Stream) -> QueueState {
        QueueState {
            draws,
            turn: 0,
            blocked: (0..partitions).map(|_| VecDeque::new()).collect(),
            published: 0,
            refused: 0,
        }
    }

    /// Publishers that wait for room.
    pub fn blocked(&self) -> u32 {
        self.blocked.iter().map(|lines| lines.len() as u32).sum()
    }
}

impl GroupState {
    /// Empty.
    pub fn new(partitions: u32) -> GroupState {
        GroupState {
            partitions: (0..partitions).map(|_| Partition::default()).collect(),
            consumed: 0,
            dead: 0,
            again: 0,
        }
    }

    /// Messages that nobody has in hand.
    pub fn lag(&self) -> u64 {
        let backlogs = self.partitions.iter().map(Partition::backlog);
        backlogs.map(|count| count as u64).sum()
    }

    /// Messages in hand.
    pub fn in_hand(&self) -> u64 {
        self.partitions.iter().map(|p| u64::from(p.in_hand)).sum()
    }

    /// Age of the oldest message that nobody has in hand.
    pub fn age(&self, now: SimTime) -> Span {
        let oldest = self.partitions.iter().filter_map(Partition::oldest);
        let ages = oldest.map(|born| now.since(born));
        ages.fold(Span::ZERO, |most, age| if age > most { age } else { most })
    }
}

impl Partition {
    fn backlog(&self) -> usize {
        self.waiting.len() + self.resting.len()
    }

    fn oldest(&self) -> Option<SimTime> {
        // What has rested stands behind younger ones.
        let resting = self.resting.iter().map(|(_, message)| message.born);
        let waiting = self.waiting.iter().map(|message| message.born);
        waiting.chain(resting).min()
    }
}

impl<P: Probe> Live<'_, P> {
    fn groups(&self, queue: u32) -> core::ops::Range<u32> {
        let plan = &self.plan.store.queues[queue as usize];
        plan.first_group..plan.first_group + plan.groups
    }

    fn partition(&mut self, group: u32, partition: u32) -> &mut Partition {
        &mut self.state.stores.groups[group as usize].partitions[partition as usize]
    }

    /// The partition of a new message, with a mark if it is poison.
    fn draw_message(&mut self, queue: u32, now: SimTime) -> u64 {
        let plan = &self.plan.store.queues[queue as usize];
        let poison = match self.struck_by(FaultKind::Poison, plan.service, now) {
            Some((_, share)) if share > plan.poison.get() => share,
            _ => plan.poison.get(),
        };
        let state = &mut self.state.stores.queues[queue as usize];
        let partition = match &plan.keys {
            // Which partition a key belongs to is a matter of its hash.
            Some(keys) => {
                let key = u64::from(keys.sample(&mut state.draws));
                let mixed = key.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 33;
                mixed % u64::from(plan.partitions)
            }
            None => {
                state.turn = (state.turn + 1) % plan.partitions;
                u64::from(state.turn)
            }
        };
        if poison > 0.0 && state.draws.chance(poison) {
            partition | POISON
        } else {
            partition
        }
    }

    fn has_room(&self, queue: u32, partition: u32) -> bool {
        let bound = self.plan.store.queues[queue as usize].bound;
        self.groups(queue).all(|group| {
            let of = &self.state.stores.groups[group as usize].partitions[partition as usize];
            of.backlog() as u32 + of.in_hand < bound
        })
    }

    /// A request puts its message into the queue, is refused, or waits for room.
    pub fn take_in(
        &mut self,
        key: Key,
        at: u32,
        queue: u32,
        agenda: &mut Agenda<Event>,
    ) -> Result<u32, Stop> {
        let waited = core::mem::take(&mut self.hold(key).wait) == Wait::Room;
        let drawn = if waited {
            self.hold(key).key
        } else {
            self.draw_message(queue, agenda.now())
        };
        let partition = (drawn & !POISON) as u32;
        let service = self.plan.store.queues[queue as usize].service;
        if self.has_room(queue, partition) {
            if waited {
                let step = follow::waited(WaitFor::Room, service, true);
                self.tell_followed(key, agenda.now(), step);
            }
            let mark = self.mark(key);
            self.put(queue, partition, (drawn & POISON != 0, mark), agenda);
            return Ok(at + 1);
        }
        if self.plan.store.queues[queue as usize].block {
            let hold = self.hold(key);
            hold.key = drawn;
            hold.wait = Wait::Room;
            if let Some(line) = self.state.lines.get_mut(key) {
                line.at = at;
            }
            let blocked = &mut self.state.stores.queues[queue as usize].blocked;
            blocked[partition as usize].push_back(key);
            self.held_by(key, Key::NONE, Some(Cause::Full { service }));
            if !waited {
                let step = follow::waits(WaitFor::Room, service);
                self.tell_followed(key, agenda.now(), step);
            }
            return Err(Stop::Waits);
        }
        self.state.stores.queues[queue as usize].refused += 1;
        let mut end = self.end_of(key, Outcome::Overloaded, Cause::Full { service });
        end.path = self.state.paths.onward(end.path, service, How::QueueFull);
        Err(Stop::Ends(end))
    }

    fn put(
        &mut self,
        queue: u32,
        partition: u32,
        (poison, mark): (bool, u64),
        agenda: &mut Agenda<Event>,
    ) {
        self.state.stores.queues[queue as usize].published += 1;
        let message = Message {
            mark,
            born: agenda.now(),
            failures: 0,
            poison,
        };
        for group in self.groups(queue) {
            self.partition(group, partition).waiting.push_back(message);
            self.deliver(group, partition, agenda);
        }
    }

    /// Gives out messages of a partition while its consumers may have more.
    fn deliver(&mut self, group: u32, partition: u32, agenda: &mut Agenda<Event>) {
        let plan = self.plan.store.groups[group as usize];
        let service = self.plan.store.queues[plan.queue as usize].service;
        let now = agenda.now();
        if let Some((_, stopped)) = self.struck_by(FaultKind::StoppedPartition, service, now)
            && partition < stopped as u32
        {
            return;
        }
        let slow = self.struck_by(FaultKind::SlowConsumer, service, now);
        loop {
            let of = self.partition(group, partition);
            let held_up = plan.ordered && !of.resting.is_empty();
            if of.in_hand >= plan.at_once || held_up {
                return;
            }
            let Some(message) = of.waiting.pop_front() else {
                return;
            };
            of.in_hand += 1;
            let class = Criticality::Critical as u8;
            let mut line = Line::user(group, plan.call, NOBODY, partition, class, now);
            line.kind = Kind::Delivery;
            line.followed = self.probe.follows();
            let followed = line.followed;
            let key = self.state.lines.insert(line);
            self.hold(key).parcel = Parcel {
                group,
                partition,
                message,
            };
            if followed {
                let step = Step::Taken {
                    queue: service,
                    failures: message.failures,
                    mark: message.mark,
                };
                self.tell_step(key, now, step);
            }
            match slow {
                Some((_, extra)) => agenda.after(Span::from_secs_f64(extra), Event::Retry(key)),
                None => {
                    let next = self.hand_over(key, agenda);
                    self.later(next);
                }
            }
        }
    }

    /// A consumer gets a message. Poison it refuses at sight, as a handler does
    /// that cannot read it.
    pub fn hand_over(&mut self, key: Key, agenda: &mut Agenda<Event>) -> Next {
        let next = self.send(key, agenda);
        let poison = self.hold(key).parcel.message.poison;
        if poison && let Some(line) = self.state.lines.get(key) {
            let callee = line.call.callee;
            let group = line.route;
            let queue = self.plan.store.groups[group as usize].queue;
            let service = self.plan.store.queues[queue as usize].service;
            let path = self.state.paths.first(Cause::Poison { service });
            if let Some(handler) = self.state.lines.get_mut(callee) {
                handler.at = REFUSE;
                handler.touched = path;
            }
        }
        next
    }

    /// A consumer is done with a message, or its time is over.
    pub fn delivered(&mut self, key: Key, end: End, agenda: &mut Agenda<Event>) {
        let Parcel {
            group,
            partition,
            mut message,
        } = self.hold(key).parcel;
        let outcome = end.outcome;
        self.tell_followed(key, agenda.now(), Step::Concluded { outcome });
        self.state.lines.remove(key);
        let plan = self.plan.store.groups[group as usize];
        self.partition(group, partition).in_hand -= 1;
        let refused = matches!(
            end.outcome,
            Outcome::Overloaded | Outcome::Unavailable | Outcome::Limited
        );
        message.failures += u32::from(!refused);
        let state = &mut self.state.stores.groups[group as usize];
        if end.outcome.is_ok() {
            state.consumed += 1;
        } else if message.failures >= plan.attempts {
            state.dead += 1;
        } else {
            state.again += 1;
            let due = agenda.now() + plan.pause;
            let resting = &mut state.partitions[partition as usize].resting;
            resting.push_back((due, message));
            if resting.len() == 1 {
                let event = StoreEvent::Rested { group, partition };
                agenda.at(due, Event::Store(event));
            }
        }
        self.deliver(group, partition, agenda);
        self.make_room(plan.queue, partition);
    }

    /// A publisher that waits for room, or was about to take it, goes: the next may look.
    pub fn leave_queue(&mut self, key: Key, message: u64) {
        let service = self.service_of(key) as usize;
        let queue = self.plan.store.number[service];
        let partition = (message & !POISON) as u32;
        let blocked = &mut self.state.stores.queues[queue as usize].blocked;
        blocked[partition as usize].retain(|line| *line != key);
        self.make_room(queue, partition);
    }

    /// A publisher that waits for room may look again.
    fn make_room(&mut self, queue: u32, partition: u32) {
        if !self.has_room(queue, partition) {
            return;
        }
        loop {
            let blocked = &mut self.state.stores.queues[queue as usize].blocked;
            let Some(line) = blocked[partition as usize].pop_front() else {
                return;
            };
            if self.state.lines.contains(line) {
                self.later(Next::Run(line));
                return;
            }
        }
    }

    /// The first resting message of a partition has rested enough.
    pub fn rested(&mut self, group: u32, partition: u32, agenda: &mut Agenda<Event>) {
        let ordered = self.plan.store.groups[group as usize].ordered;
        let of = self.partition(group, partition);
        while let Some((due, message)) = of.resting.front().copied() {
            if due > agenda.now() {
                let event = StoreEvent::Rested { group, partition };
                agenda.at(due, Event::Store(event));
                break;
            }
            of.resting.pop_front();
            if ordered {
                of.waiting.push_front(message);
            } else {
                of.waiting.push_back(message);
            }
        }
        self.deliver(group, partition, agenda);
    }

    /// A fault puts one more message into a queue.
    pub fn flood(&mut self, fault: u32, round: u32, agenda: &mut Agenda<Event>) {
        let acting = self.state.faults.get(fault as usize);
        let Some(acting) = acting.filter(|f| f.is_acting() && f.rounds == round) else {
            return;
        };
        let (service, rate) = (
            acting.service,
            acting.value(0) * acting.strength(agenda.now()),
        );
        let queue = self.plan.store.number[service as usize];
        let drawn = self.draw_message(queue, agenda.now());
        let partition = (drawn & !POISON) as u32;
        if self.has_room(queue, partition) {
            self.put(queue, partition, (drawn & POISON != 0, 0), agenda);
        } else {
            self.state.stores.queues[queue as usize].refused += 1;
        }
        self.next_flood(fault, round, rate, agenda);
    }

    /// Puts the next message of a flood on the agenda.
    pub fn next_flood(&mut self, fault: u32, round: u32, rate: f64, agenda: &mut Agenda<Event>) {
        // While a ramp starts from nothing, it looks again every now and then.
        let rate = if rate < 1.0 { 1.0 } else { rate };
        let gap = self.state.fault_chance.exponential() / rate;
        let event = StoreEvent::Flood { fault, round };
        agenda.after(Span::from_secs_f64(gap), Event::Store(event));
    }

    /// Everything that can be given out is given out: a fault has ended.
    pub fn deliver_all(&mut self, queue: u32, agenda: &mut Agenda<Event>) {
        for group in self.groups(queue) {
            for partition in 0..self.plan.store.queues[queue as usize].partitions {
                self.deliver(group, partition, agenda);
            }
        }
    }
}
