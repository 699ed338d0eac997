//! The event queue: a 4-ary heap of packed keys over a slab of events.
//!
//! A key holds time (64 bits), sequence (40) and slot (24) in one integer, so
//! a comparison has no branch and equal times keep their order of scheduling.
//! A pop leaves a hole at the root that the next push fills, which saves one
//! of two sifts in the common case of an event that schedules its successor.

use serde::{Deserialize, Serialize};

use crate::base::SimTime;

const ARITY: usize = 4;
const SLOT_BITS: u32 = 24;
const SEQUENCE_BITS: u32 = 40;
/// Events that can be pending at once.
pub const MAX_PENDING: usize = 1 << SLOT_BITS;

/// Pending events, earliest first, equal times in order of scheduling.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EventQueue<E> {
    keys: Vec<u128>,
    /// The root is vacant and must be filled before anything is compared with it.
    hole: bool,
    sequence: u64,
    slots: Vec<E>,
    free: Vec<u32>,
}

impl<E> Default for EventQueue<E> {
    fn default() -> Self {
        EventQueue {
            keys: Vec::new(),
            hole: false,
            sequence: 0,
            slots: Vec::new(),
            free: Vec::new(),
        }
    }
}

impl<E: Copy> EventQueue<E> {
    /// Number of pending events.
    pub fn len(&self) -> usize {
        self.keys.len() - usize::from(self.hole)
    }

    /// Whether nothing is pending.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Adds an event. Panics past [`MAX_PENDING`] events or 2^40 scheduled in
    /// all: the world's own bounds keep both out of reach.
    #[inline]
    pub fn push(&mut self, at: SimTime, event: E) {
        let slot = match self.free.pop() {
            Some(slot) => {
                self.slots[slot as usize] = event;
                slot
            }
            None => {
                assert!(
                    self.slots.len() < MAX_PENDING,
                    "invariant: pending events are bounded"
                );
                self.slots.push(event);
                (self.slots.len() - 1) as u32
            }
        };
        assert!(
            self.sequence < 1 << SEQUENCE_BITS,
            "invariant: 2^40 events outlast any run"
        );
        let low = (self.sequence << SLOT_BITS) | u64::from(slot);
        let key = (u128::from(at.as_nanos()) << 64) | u128::from(low);
        self.sequence += 1;
        if self.hole {
            self.hole = false;
            self.sift_down(key);
        } else {
            self.keys.push(key);
            self.sift_up(self.keys.len() - 1, key);
        }
    }

    /// When the earliest event is due.
    #[inline]
    pub fn next_time(&mut self) -> Option<SimTime> {
        self.fill_hole();
        self.keys
            .first()
            .map(|key| SimTime::from_nanos((key >> 64) as u64))
    }

    /// Takes the earliest event if it is due by `limit`.
    #[inline]
    pub fn pop_until(&mut self, limit: SimTime) -> Option<(SimTime, E)> {
        self.fill_hole();
        let key = *self.keys.first()?;
        let at = SimTime::from_nanos((key >> 64) as u64);
        if at > limit {
            return None;
        }
        let slot = (key as u32) & ((1 << SLOT_BITS) - 1);
        self.free.push(slot);
        self.hole = true;
        Some((at, self.slots[slot as usize]))
    }

    #[inline]
    fn fill_hole(&mut self) {
        if self.hole {
            self.hole = false;
            if let Some(last) = self.keys.pop()
                && !self.keys.is_empty()
            {
                self.sift_down(last);
            }
        }
    }

    /// Places `key` starting from the vacant root.
    #[inline]
    fn sift_down(&mut self, key: u128) {
        let keys = &mut self.keys[..];
        let mut place = 0;
        loop {
            let first = place * ARITY + 1;
            if first >= keys.len() {
                break;
            }
            let end = if first + ARITY < keys.len() {
                first + ARITY
            } else {
                keys.len()
            };
            let mut least = first;
            let mut least_key = keys[first];
            for (child, &child_key) in keys.iter().enumerate().take(end).skip(first + 1) {
                if child_key < least_key {
                    least = child;
                    least_key = child_key;
                }
            }
            if least_key >= key {
                break;
            }
            keys[place] = least_key;
            place = least;
        }
        keys[place] = key;
    }

    #[inline]
    fn sift_up(&mut self, mut place: usize, key: u128) {
        let keys = &mut self.keys[..];
        while place > 0 {
            let parent = (place - 1) / ARITY;
            if keys[parent] <= key {
                break;
            }
            keys[place] = keys[parent];
            place = parent;
        }
        keys[place] = key;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// The oracle is a list sorted by (time, order of scheduling).
        #[test]
        fn events_come_by_time_and_then_by_order_of_scheduling(
            operations in prop::collection::vec(prop::option::of(0u64..50), 0..400)
        ) {
            let mut queue = EventQueue::default();
            let mut oracle: Vec<(u64, usize)> = Vec::new();
            for (order, operation) in operations.into_iter().enumerate() {
                match operation {
                    Some(time) => {
                        queue.push(SimTime::from_nanos(time), order);
                        oracle.push((time, order));
                    }
                    None => {
                        oracle.sort_unstable();
                        let expected = (!oracle.is_empty()).then(|| oracle.remove(0));
                        let found = queue.pop_until(SimTime::MAX);
                        prop_assert_eq!(found.map(|(at, order)| (at.as_nanos(), order)), expected);
                    }
                }
                prop_assert_eq!(queue.len(), oracle.len());
            }
        }
    }

    #[test]
    fn nothing_is_taken_before_it_is_due() {
        let mut queue = EventQueue::default();
        queue.push(SimTime::from_nanos(10), 'a');
        assert_eq!(queue.pop_until(SimTime::from_nanos(9)), None);
        assert_eq!(queue.next_time(), Some(SimTime::from_nanos(10)));
        assert_eq!(
            queue.pop_until(SimTime::from_nanos(10)),
            Some((SimTime::from_nanos(10), 'a'))
        );
    }
}
