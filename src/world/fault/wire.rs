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
    /// The caller is told at once that it has failed.
    Fails(End),
}

impl<P: Probe> Live<'_, P> {
    /// What becomes of a request that takes this long by nature.
    pub fn strike_request(&mut self, struck: Struck, hop: Span, now: SimTime) -> Way {
        const KINDS: [FaultKind; 7] = [
            FaultKind::NetLatency,
            FaultKind::Loss,
            FaultKind::Partition,
            FaultKind::PartitionTo,
            FaultKind::BlackHole,
            FaultKind::DnsError,
            FaultKind::CertificateExpired,
        ];
        self.strike_message(struck, hop, now, &KINDS)
    }

    /// What becomes of an answer that takes this long by nature.
    pub fn strike_answer(&mut self, struck: Struck, hop: Span, now: SimTime) -> Way {
        const KINDS: [FaultKind; 6] = [
            FaultKind::NetLatency,
            FaultKind::Loss,
            FaultKind::Partition,
            FaultKind::PartitionFrom,
            FaultKind::Reset,
            FaultKind::WrongBody,
        ];
        self.strike_message(struck, hop, now, &KINDS)
    }

    fn strike_message(
        &mut self,
        struck: Struck,
        hop: Span,
        now: SimTime,
        kinds: &[FaultKind],
    ) -> Way {
        let mut way = match hop {
            Span::ZERO => Way::Plain,
            hop => Way::Delayed(hop, None),
        };
        let service = self.plan.routes[struck.route as usize].service;
        self.strikes(struck, now, kinds, |live, id, strength| {
            let before = match way {
                Way::Plain => Span::ZERO,
                Way::Delayed(before, _) => before,
                // The first fault that stops it stops it.
                Way::Held(_) | Way::Fails(_) => return,
            };
            let fault = &live.state.faults[id as usize];
            let (kind, value) = (fault.spec.kind, fault.value(0));
            let outcome = match kind {
                FaultKind::NetLatency => {
                    let wait = live.swing(value, id, strength);
                    way = Way::Delayed(before + wait, Some(id));
                    return;
                }
                FaultKind::Loss => {
                    let wait = live.retransmissions(value * strength);
                    if !wait.is_zero() {
                        way = Way::Delayed(before + wait, Some(id));
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
                FaultKind::WrongBody => Outcome::Error,
                _ => Outcome::Unavailable,
            };
            let share = match kind {
                FaultKind::CertificateExpired => 1.0,
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
        way
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
        let (mut wait, mut next) = (Span::ZERO, RETRANSMISSION);
        for _ in 0..RETRANSMISSIONS {
            if !self.state.fault_chance.chance(loss) {
                break;
            }
            wait = wait + next;
            next = next.scaled(2.0);
            if next > LONGEST_RETRANSMISSION {
                next = LONGEST_RETRANSMISSION;
            }
        }
        wait
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
