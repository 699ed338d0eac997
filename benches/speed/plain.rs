//! The plain loop: the least that a simulation of these workloads can do.

use std::hint::select_unpredictable;

use super::network::{ARRIVAL, Network};

/// A [`Network`] and a winner tree of its events, with nothing in between.
pub struct Plain {
    network: Network,
    /// Node n is the lesser of 2n and 2n + 1; the leaves are the second half.
    tree: Vec<(u64, u64)>,
    payloads: Vec<u32>,
    free: Vec<u32>,
    sequence: u64,
    now: u64,
}

const SLOT_BITS: u32 = 24;

impl Plain {
    /// At time zero, with the first arrival on the way.
    pub fn new(servers: u32, tree: bool) -> Plain {
        let leaves = 128;
        let mut plain = Plain {
            network: Network::new(servers, tree),
            tree: vec![(u64::MAX, u64::MAX); 2 * leaves],
            payloads: vec![0; leaves],
            free: (0..leaves as u32).rev().collect(),
            sequence: 0,
            now: 0,
        };
        let gap = plain.network.gap();
        let mut agenda = Agenda::of(&mut plain.tree, &mut plain.payloads, &mut plain.free, 0, 0);
        agenda.push(gap, ARRIVAL);
        plain
    }

    /// Handles so many events.
    pub fn run(&mut self, events: u64) {
        for _ in 0..events {
            let key = self.tree[1];
            let slot = (key.1 as u32) & ((1 << SLOT_BITS) - 1);
            self.now = key.0;
            let payload = self.payloads[slot as usize];
            self.free.push(slot);
            let mut agenda = Agenda::of(
                &mut self.tree,
                &mut self.payloads,
                &mut self.free,
                self.now,
                self.sequence,
            );
            agenda.vacant = Some(slot);
            let now = self.now;
            if payload == ARRIVAL {
                agenda.push(self.network.gap(), ARRIVAL);
                self.network
                    .arrive(now, &mut |span, payload| agenda.push(span, payload));
            } else {
                self.network.complete(now, payload, &mut |span, payload| {
                    agenda.push(span, payload)
                });
            }
            agenda.close();
            self.sequence = agenda.sequence;
        }
    }

    /// Mean time in the system, in milliseconds.
    pub fn mean(&self) -> f64 {
        self.network.nanos as f64 / self.network.done as f64 / 1e6
    }
}

struct Agenda<'a> {
    tree: &'a mut [(u64, u64)],
    payloads: &'a mut [u32],
    free: &'a mut Vec<u32>,
    now: u64,
    sequence: u64,
    vacant: Option<u32>,
}

impl<'a> Agenda<'a> {
    #[inline]
    fn of(
        tree: &'a mut [(u64, u64)],
        payloads: &'a mut [u32],
        free: &'a mut Vec<u32>,
        now: u64,
        sequence: u64,
    ) -> Self {
        Agenda {
            tree,
            payloads,
            free,
            now,
            sequence,
            vacant: None,
        }
    }

    #[inline]
    fn push(&mut self, span: u64, payload: u32) {
        self.vacant = None;
        let slot = self
            .free
            .pop()
            .expect("invariant: 80 servers and one arrival");
        self.payloads[slot as usize] = payload;
        let low = (self.sequence << SLOT_BITS) | u64::from(slot);
        self.sequence += 1;
        self.replay(slot, (self.now + span, low));
    }

    #[inline]
    fn close(&mut self) {
        if let Some(slot) = self.vacant {
            self.replay(slot, (u64::MAX, u64::MAX));
        }
    }

    #[inline]
    fn replay(&mut self, slot: u32, mut key: (u64, u64)) {
        let mut node = self.tree.len() / 2 + slot as usize;
        self.tree[node] = key;
        while node > 1 {
            let other = self.tree[node ^ 1];
            let mut wins = other.0 < key.0;
            if other.0 == key.0 {
                wins = tie(other, key);
            }
            key.0 = select_unpredictable(wins, other.0, key.0);
            key.1 = select_unpredictable(wins, other.1, key.1);
            node >>= 1;
            self.tree[node] = key;
        }
    }
}

/// Kept out of the loop, so that it stays one of conditional moves.
#[cold]
#[inline(never)]
fn tie(one: (u64, u64), other: (u64, u64)) -> bool {
    one.1 < other.1
}
