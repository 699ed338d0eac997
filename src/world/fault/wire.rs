//! What acting faults do to a message on its way between two services.
//!
//! Calls to routes that no such fault concerns never come here:
//! [`State::wired`] says so by route.
//!
//! [`State::wired`]: crate::world::state::State

use super::{FaultKind, Struck};
use crate::base::{SimTime, Span};
use crate::engine::Key;
use crate::world::live::Live;
use crate::world::paths::How;
use crate::world::probe::{Cause, Outcome, Probe};
use crate::world::state::{End, State};

/// Wait before a lost segment is sent again for the first time; doubled each
/// time. Linux never waits less (`TCP_RTO_MIN`), and round trips inside a data
/// centre are far below it.
const RETRANSMISSION: Span = Span::from_millis(200);
/// The longest wait between two (RFC 6298 allows any bound of a minute or more; Linux takes 120 s).
const LONGEST_RETRANSMISSION: Span = Span::from_secs(120);
/// How often a segment is sent again (Linux, `tcp_retries2`).
const RETRANSMISSIONS: u32 = 15;
/// Messages held back between two looks at which of them still matter.
const MOST_HELD: usize = 4_096;

/// What becomes of a message.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::world) enum Way {
    /// It arrives at once.
    Plain,
    /// It arrives later, because of this fault if of any.
    Delayed(Span, Option<u32>),
    /// It does not arrive while this fault acts.
    Held(u32),
    /// It goes where nobody is, because of this fault.
    Astray(u32),
    /// The caller is told at once that it has failed.
    Fails(End),
}

/// A message on its way.
#[derive(Clone, Copy, Debug)]
pub(in crate::world) struct Passage {
    pub way: Way,
    /// The fault that made it something that is answered with an error.
    pub spoilt: Option<u32>,
    /// Whether it arrives twice.
    pub twice: bool,
}

/// What a message is, beside whom it concerns.
#[derive(Clone, Copy, Debug)]
pub(in crate::world) struct Message {
    /// The pod at its other end; none for users.
    pub caller: Key,
    /// How long it takes by nature.
    pub hop: Span,
    /// Whether it is an answer.
    pub back: bool,
}

impl<P: Probe> Live<'_, P> {
    /// What becomes of a request.
    pub fn strike_request(&mut self, struck: Struck, message: Message, now: SimTime) -> Passage {
        const KINDS: [FaultKind; 15] = [
            FaultKind::NetLatency,
            FaultKind::Loss,
            FaultKind::Partition,
            FaultKind::PartitionTo,
            FaultKind::BlackHole,
            FaultKind::DnsError,
            FaultKind::CertificateExpired,
            FaultKind::WrongAddress,
            FaultKind::Duplication,
            FaultKind::Corruption,
            FaultKind::Reordering,
            FaultKind::Bandwidth,
            FaultKind::ReplacedHeader,
            FaultKind::Descriptors,
            FaultKind::WrongPort,
        ];
        self.strike_message(struck, message, now, &KINDS)
    }

    /// What becomes of an answer.
    pub fn strike_answer(&mut self, struck: Struck, message: Message, now: SimTime) -> Way {
        const KINDS: [FaultKind; 9] = [
            FaultKind::NetLatency,
            FaultKind::Loss,
            FaultKind::Partition,
            FaultKind::PartitionFrom,
            FaultKind::Reset,
            FaultKind::WrongBody,
            FaultKind::Corruption,
            FaultKind::Reordering,
            FaultKind::Bandwidth,
        ];
        self.strike_message(struck, message, now, &KINDS).way
    }

    fn strike_message(
        &mut self,
        struck: Struck,
        message: Message,
        now: SimTime,
        kinds: &[FaultKind],
    ) -> Passage {
        let (mut spoilt, mut twice) = (None, false);
        let mut way = match message.hop {
            Span::ZERO => Way::Plain,
            hop => Way::Delayed(hop, None),
        };
        let service = self.plan.routes[struck.route as usize].service;
        self.strikes(struck, now, kinds, |live, id, strength| {
            let before = match way {
                Way::Plain => Span::ZERO,
                Way::Delayed(before, _) => before,
                // The first fault that stops it stops it.
                Way::Held(_) | Way::Astray(_) | Way::Fails(_) => return,
            };
            let fault = &mut live.state.faults[id as usize];
            let (kind, value, second) = (fault.spec.kind, fault.value(0), fault.value(1));
            let mut later = |wait: Span| {
                if !wait.is_zero() {
                    way = Way::Delayed(before + wait, Some(id));
                }
            };
            let outcome = match kind {
                FaultKind::NetLatency => {
                    way = Way::Delayed(before + live.swing(value, id, strength), Some(id));
                    return;
                }
                FaultKind::Loss => {
                    later(live.retransmissions(value * strength));
                    return;
                }
                FaultKind::Reordering => {
                    let chosen = live.state.fault_chance.chance(value * strength);
                    let late = Span::from_secs_f64(if chosen { second } else { 0.0 });
                    let ends = (message.caller, struck.pod);
                    let fault = &mut live.state.faults[id as usize];
                    later(fault.in_order(ends, message.back, late, now));
                    return;
                }
                FaultKind::Bandwidth => {
                    let sizes = live.plan.spec.services[service as usize].messages;
                    let size = if message.back { sizes.1 } else { sizes.0 };
                    let busy = Span::from_secs_f64(size.get() as f64 * strength / value);
                    match fault.through(struck.pod, message.back, busy, now) {
                        Some(wait) => {
                            later(wait);
                            return;
                        }
                        None => Outcome::Unavailable,
                    }
                }
                FaultKind::Corruption => {
                    let (wait, unnoticed) = live.resent(value * strength, second);
                    if !unnoticed {
                        later(wait);
                        return;
                    }
                    if !message.back {
                        spoilt = spoilt.or(Some(id));
                        return;
                    }
                    Outcome::Error
                }
                FaultKind::ReplacedHeader => {
                    if live.state.fault_chance.chance(value * strength) {
                        spoilt = spoilt.or(Some(id));
                    }
                    return;
                }
                FaultKind::Duplication => {
                    twice |= live.state.fault_chance.chance(value * strength);
                    return;
                }
                FaultKind::WrongAddress => {
                    if live.state.fault_chance.chance(value * strength) {
                        way = Way::Astray(id);
                    }
                    return;
                }
                FaultKind::Partition | FaultKind::PartitionTo | FaultKind::PartitionFrom => {
                    way = Way::Held(id);
                    return;
                }
                FaultKind::BlackHole => {
                    if live.state.fault_chance.chance(value * strength) {
                        way = Way::Held(id);
                    }
                    return;
                }
                FaultKind::Descriptors => {
                    let pod = live.state.pods.get(struck.pod);
                    let open = pod.map_or(0.0, |pod| f64::from(pod.requests));
                    // With half its strength there is room for twice as many.
                    if open * strength < value {
                        return;
                    }
                    Outcome::Unavailable
                }
                FaultKind::WrongBody => Outcome::Error,
                _ => Outcome::Unavailable,
            };
            let share = match kind {
                FaultKind::CertificateExpired
                | FaultKind::Bandwidth
                | FaultKind::Corruption
                | FaultKind::Descriptors => 1.0,
                FaultKind::WrongPort => strength,
                _ => value * strength,
            };
            if share >= 1.0 || live.state.fault_chance.chance(share) {
                let how = match outcome {
                    Outcome::Error => How::Garbled,
                    _ => How::Unreachable,
                };
                let first = live.state.paths.first(Cause::Fault(id));
                way = Way::Fails(End::of(
                    outcome,
                    live.state.paths.onward(first, service, how),
                ));
            }
        });
        Passage { way, spoilt, twice }
    }

    /// An extra wait that swings by the fault's second value.
    pub(super) fn swing(&mut self, value: f64, id: u32, strength: f64) -> Span {
        let jitter = self.state.faults[id as usize].value(1);
        let swing = if jitter > 0.0 {
            jitter * (2.0 * self.state.fault_chance.unit() - 1.0)
        } else {
            0.0
        };
        Span::from_secs_f64((value + swing) * strength)
    }

    /// How much later a message arrives of which each sending is lost with
    /// this chance.
    fn retransmissions(&mut self, loss: f64) -> Span {
        self.resent(loss, 0.0).0
    }

    /// The same, and whether it arrives spoilt: what is lost here is that
    /// which fails its checksum, and this share of it does not.
    fn resent(&mut self, loss: f64, unnoticed: f64) -> (Span, bool) {
        let (mut wait, mut next) = (Span::ZERO, RETRANSMISSION);
        for _ in 0..RETRANSMISSIONS {
            if !self.state.fault_chance.chance(loss) {
                break;
            }
            if unnoticed > 0.0 && self.state.fault_chance.chance(unnoticed) {
                return (wait, true);
            }
            wait = wait + next;
            next = next.scaled(2.0);
            if next > LONGEST_RETRANSMISSION {
                next = LONGEST_RETRANSMISSION;
            }
        }
        (wait, false)
    }

    /// How much longer a connection of a pod stays open after its answer.
    pub fn strike_close(&mut self, struck: Struck, now: SimTime) -> Option<Span> {
        let mut held = Span::ZERO;
        self.strikes(
            struck,
            now,
            &[FaultKind::SlowClose],
            |live, id, strength| {
                let extra = live.state.faults[id as usize].value(0) * strength;
                held = held + Span::from_secs_f64(extra);
            },
        );
        (!held.is_zero()).then_some(held)
    }

    /// Remembers an answer that does not arrive before its fault ends.
    pub fn hold_letter(&mut self, id: u32, letter: Key) {
        let State {
            faults, letters, ..
        } = &mut *self.state;
        if let Some(fault) = faults.get_mut(id as usize) {
            let count = fault.letters.len();
            if count >= MOST_HELD && count.is_power_of_two() {
                fault.letters.retain(|letter| letters.contains(*letter));
            }
            fault.letters.push(letter);
        }
    }
}
