//! The event queue: a winner tree of keys over a table of events.
//!
//! Every slot is a leaf, every inner node the lesser of its two children. A
//! change at a leaf is replayed up to the root, a path of fixed length whose
//! only branch on data is the one for equal times, which is hardly ever taken:
//! that, and not the number of comparisons, makes it three times as fast as a
//! heap at simulator sizes. A pop leaves its leaf vacant for the next push,
//! which replays the path once for both: the common case of an event that
//! schedules another.

use core::hint::select_unpredictable;

use serde::{Deserialize, Serialize};

use crate::base::SimTime;

const SLOT_BITS: u32 = 24;
/// Events that can be pending at once.
pub const MAX_PENDING: usize = 1 << SLOT_BITS;
/// No event: later than every key, since a key's order is never all ones.
const EMPTY: Key = Key {
    time: u64::MAX,
    order: u64::MAX,
};
/// No slot.
const NOWHERE: u32 = u32::MAX;
/// Leaves of the smallest tree.
const LEAST_LEAVES: usize = 16;

/// When an event is due and where it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Key {
    /// Nanoseconds.
    time: u64,
    /// Sequence (40 bits) above slot (24 bits): equal times keep their order of scheduling.
    order: u64,
}

impl Key {
    /// The earlier of two. Written so that it compiles to conditional moves;
    /// `min` on a tuple or a `u128` compiles to branches that miss every
    /// second time.
    #[inline(always)]
    fn earlier(self, other: Key) -> Key {
        let wins = other.joined() < self.joined();
        Key {
            time: select_unpredictable(wins, other.time, self.time),
            order: select_unpredictable(wins, other.order, self.order),
        }
    }

    /// Time above order: a comparison without a branch.
    #[inline(always)]
    fn joined(self) -> u128 {
        (self.time as u128) << 64 | self.order as u128
    }
}

/// Pending events, earliest first, equal times in order of scheduling.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EventQueue<E> {
    /// Node n is the lesser of 2n and 2n + 1; the second half are the leaves.
    tree: Vec<Key>,
    /// By slot.
    events: Vec<E>,
    free: Vec<u32>,
    /// The slot of the last pop, while its key still stands in the tree.
    vacant: u32,
    /// Of the next event, above the bits of the slot.
    sequence: u64,
}

impl<E> Default for EventQueue<E> {
    fn default() -> Self {
        EventQueue {
            tree: vec![EMPTY; 2 * LEAST_LEAVES],
            events: Vec::new(),
            free: Vec::new(),
            vacant: NOWHERE,
            sequence: 0,
        }
    }
}

impl<E: Copy> EventQueue<E> {
    /// Number of pending events.
    pub fn len(&self) -> usize {
        self.events.len() - self.free.len() - usize::from(self.vacant != NOWHERE)
    }

    /// Whether nothing is pending.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Adds an event. Panics past [`MAX_PENDING`] events or 2^40 scheduled in
    /// all: the world's own bounds keep both out of reach.
    #[inline(always)]
    pub fn push(&mut self, at: SimTime, event: E) {
        let slot = if self.vacant != NOWHERE {
            core::mem::replace(&mut self.vacant, NOWHERE)
        } else {
            match self.free.pop() {
                Some(slot) => slot,
                None => self.grow(event),
            }
        };
        self.events[slot as usize] = event;
        let key = Key {
            time: at.as_nanos(),
            order: self.sequence | u64::from(slot),
        };
        self.sequence = self
            .sequence
            .checked_add(1 << SLOT_BITS)
            .expect("invariant: 2^40 events outlast any run");
        self.replay(slot, key);
    }

    /// When the earliest event is due.
    #[inline]
    pub fn next_time(&mut self) -> Option<SimTime> {
        self.vacate();
        let key = self.tree[1];
        (key != EMPTY).then(|| SimTime::from_nanos(key.time))
    }

    /// Takes the earliest event if it is due by `limit`.
    #[inline]
    pub fn pop_until(&mut self, limit: SimTime) -> Option<(SimTime, E)> {
        self.vacate();
        let key = self.tree[1];
        if key.time > limit.as_nanos() || key == EMPTY {
            return None;
        }
        let slot = (key.order as u32) & ((1 << SLOT_BITS) - 1);
        self.vacant = slot;
        Some((SimTime::from_nanos(key.time), self.events[slot as usize]))
    }

    /// Takes the last popped key out of the tree, if no push has replaced it.
    #[inline]
    fn vacate(&mut self) {
        if self.vacant != NOWHERE {
            let slot = core::mem::replace(&mut self.vacant, NOWHERE);
            self.free.push(slot);
            self.replay(slot, EMPTY);
        }
    }

    /// Puts `key` at a leaf and its consequences at every node above.
    #[inline]
    fn replay(&mut self, slot: u32, key: Key) {
        let tree = &mut self.tree[..];
        match tree.len() {
            32 => climb::<32>(tree, slot, key),
            64 => climb::<64>(tree, slot, key),
            128 => climb::<128>(tree, slot, key),
            256 => climb::<256>(tree, slot, key),
            512 => climb::<512>(tree, slot, key),
            1024 => climb::<1024>(tree, slot, key),
            _ => climb_any(tree, slot, key),
        }
    }

    /// A slot that was never used before; doubles the tree where it is full.
    #[cold]
    fn grow(&mut self, event: E) -> u32 {
        let slot = self.events.len();
        assert!(slot < MAX_PENDING, "invariant: pending events are bounded");
        self.events.push(event);
        let leaves = self.tree.len() / 2;
        if slot == leaves {
            let mut tree = vec![EMPTY; 4 * leaves];
            tree[2 * leaves..3 * leaves].copy_from_slice(&self.tree[leaves..]);
            for node in (1..2 * leaves).rev() {
                tree[node] = tree[2 * node].earlier(tree[2 * node + 1]);
            }
            self.tree = tree;
        }
        slot as u32
    }
}

/// [`climb_any`] for a tree of N nodes, a power of two: the path has a known
/// length, and an index within N needs no check.
#[inline(never)]
fn climb<const N: usize>(tree: &mut [Key], slot: u32, mut key: Key) {
    let Ok(tree) = <&mut [Key; N]>::try_from(tree) else {
        return;
    };
    let mut node = (N / 2 + slot as usize) & (N - 1);
    tree[node] = key;
    for _ in 1..N.ilog2() {
        key = key.earlier(tree[(node ^ 1) & (N - 1)]);
        node = (node >> 1) & (N - 1);
        tree[node] = key;
    }
}

/// The way up from a leaf to the root.
#[inline(never)]
fn climb_any(tree: &mut [Key], slot: u32, mut key: Key) {
    let mut node = tree.len() / 2 + slot as usize;
    tree[node] = key;
    while node > 1 {
        key = key.earlier(tree[node ^ 1]);
        node >>= 1;
        tree[node] = key;
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
            operations in prop::collection::vec(prop::option::weighted(0.6, 0u64..50), 0..400)
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

    #[test]
    fn the_end_of_time_comes_too_and_then_nothing() {
        let mut queue = EventQueue::default();
        queue.push(SimTime::MAX, 'z');
        assert_eq!(queue.pop_until(SimTime::MAX), Some((SimTime::MAX, 'z')));
        assert_eq!(queue.pop_until(SimTime::MAX), None);
        assert_eq!(queue.next_time(), None);
    }
}
