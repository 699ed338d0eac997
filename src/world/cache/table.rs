//! The entries of one cache pod: a hash table over a slab, with an intrusive
//! list from the last asked for to the longest not asked for.

use serde::Serialize;

use crate::base::{SimTime, Stream};
use crate::world::spec::Eviction;

const NIL: u32 = u32::MAX;
/// Entries that are looked at to find the least used, as Redis' `maxmemory-samples`.
const SAMPLES: u32 = 5;

#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
struct Entry {
    key: u64,
    expires: SimTime,
    /// Asked for less and more recently.
    older: u32,
    newer: u32,
    /// Next in the same bucket.
    chain: u32,
    uses: u32,
}

/// What was found for a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found {
    /// It is here and good.
    Fresh,
    /// It was here, but its time was over; it is gone now.
    Expired,
    /// It is not here.
    Nothing,
}

/// At most `capacity` entries.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Table {
    capacity: u32,
    eviction: Eviction,
    entries: Vec<Entry>,
    /// Head of each bucket's chain; a power of two of them.
    buckets: Vec<u32>,
    newest: u32,
    oldest: u32,
}

impl Table {
    /// Nothing kept yet; memory is taken as entries come.
    pub fn new(capacity: u32, eviction: Eviction) -> Table {
        Table {
            capacity: capacity.max(1),
            eviction,
            entries: Vec::new(),
            buckets: vec![NIL; 16],
            newest: NIL,
            oldest: NIL,
        }
    }

    /// Entries kept, those included whose time is over but that nobody asked for since.
    pub fn len(&self) -> u32 {
        self.entries.len() as u32
    }

    /// Keeps no more than so many entries from now on.
    pub fn limit(&mut self, capacity: u32, chance: &mut Stream) {
        self.capacity = capacity.max(1);
        while self.len() > self.capacity {
            let victim = self.victim(chance);
            self.remove(victim);
        }
    }

    /// Asks for a key.
    pub fn get(&mut self, key: u64, now: SimTime) -> Found {
        let place = self.find(key);
        if place == NIL {
            return Found::Nothing;
        }
        if self.entries[place as usize].expires <= now {
            self.remove(place);
            return Found::Expired;
        }
        let entry = &mut self.entries[place as usize];
        entry.uses = entry.uses.saturating_add(1);
        if self.eviction == Eviction::Lru {
            self.unlink(place);
            self.link(place);
        }
        Found::Fresh
    }

    /// Keeps a key until `expires`; true if another had to make room.
    pub fn put(&mut self, key: u64, expires: SimTime, chance: &mut Stream) -> bool {
        let place = self.find(key);
        if place != NIL {
            self.entries[place as usize].expires = expires;
            if self.eviction == Eviction::Lru {
                self.unlink(place);
                self.link(place);
            }
            return false;
        }
        let full = self.len() >= self.capacity;
        if full {
            let victim = self.victim(chance);
            self.remove(victim);
        }
        if self.entries.len() >= self.buckets.len() {
            self.spread();
        }
        let place = self.len();
        let bucket = self.bucket(key);
        self.entries.push(Entry {
            key,
            expires,
            older: NIL,
            newer: NIL,
            chain: self.buckets[bucket],
            uses: 1,
        });
        self.buckets[bucket] = place;
        self.link(place);
        full
    }

    fn victim(&self, chance: &mut Stream) -> u32 {
        match self.eviction {
            Eviction::Lru => self.oldest,
            Eviction::Random => chance.below(self.len()),
            Eviction::Lfu => {
                let mut least = chance.below(self.len());
                for _ in 1..SAMPLES {
                    let other = chance.below(self.len());
                    if self.entries[other as usize].uses < self.entries[least as usize].uses {
                        least = other;
                    }
                }
                least
            }
        }
    }

    fn bucket(&self, key: u64) -> usize {
        // Fibonacci hashing: keys are small integers, the product's high bits are well mixed.
        let mixed = key.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32;
        mixed as usize & (self.buckets.len() - 1)
    }

    fn find(&self, key: u64) -> u32 {
        let mut place = self.buckets[self.bucket(key)];
        while place != NIL && self.entries[place as usize].key != key {
            place = self.entries[place as usize].chain;
        }
        place
    }

    /// Twice as many buckets.
    fn spread(&mut self) {
        self.buckets = vec![NIL; self.buckets.len() * 2];
        for place in 0..self.entries.len() {
            let bucket = self.bucket(self.entries[place].key);
            self.entries[place].chain = self.buckets[bucket];
            self.buckets[bucket] = place as u32;
        }
    }

    /// Takes an entry out; the last one moves into its place.
    fn remove(&mut self, place: u32) {
        self.unlink(place);
        self.relink_chain(place, self.entries[place as usize].chain);
        let last = self.len() - 1;
        if place != last {
            self.relink_chain(last, place);
            let moved = self.entries[last as usize];
            match moved.older {
                NIL => self.oldest = place,
                older => self.entries[older as usize].newer = place,
            }
            match moved.newer {
                NIL => self.newest = place,
                newer => self.entries[newer as usize].older = place,
            }
            self.entries[place as usize] = moved;
        }
        self.entries.pop();
    }

    /// Lets what points at `place` in its bucket's chain point at `to`.
    fn relink_chain(&mut self, place: u32, to: u32) {
        let bucket = self.bucket(self.entries[place as usize].key);
        if self.buckets[bucket] == place {
            self.buckets[bucket] = to;
            return;
        }
        let mut before = self.buckets[bucket];
        while before != NIL {
            let next = self.entries[before as usize].chain;
            if next == place {
                self.entries[before as usize].chain = to;
                return;
            }
            before = next;
        }
    }

    fn link(&mut self, place: u32) {
        self.entries[place as usize].older = self.newest;
        self.entries[place as usize].newer = NIL;
        match self.newest {
            NIL => self.oldest = place,
            newest => self.entries[newest as usize].newer = place,
        }
        self.newest = place;
    }

    fn unlink(&mut self, place: u32) {
        let Entry { older, newer, .. } = self.entries[place as usize];
        match older {
            NIL => self.oldest = newer,
            older => self.entries[older as usize].newer = newer,
        }
        match newer {
            NIL => self.newest = older,
            newer => self.entries[newer as usize].older = older,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// The oracle is a list, last asked for at the end.
        #[test]
        fn it_keeps_what_a_plain_list_would_keep(
            asks in prop::collection::vec((0u64..40, 1u64..60), 0..600)
        ) {
            let mut table = Table::new(12, Eviction::Lru);
            let mut oracle: Vec<(u64, u64)> = Vec::new();
            let mut chance = Stream::named(1, "test");
            for (clock, (key, ttl)) in asks.into_iter().enumerate() {
                let now = SimTime::from_nanos(clock as u64);
                let place = oracle.iter().position(|(known, _)| *known == key);
                let expected = match place {
                    None => Found::Nothing,
                    Some(place) if oracle[place].1 <= clock as u64 => {
                        oracle.remove(place);
                        Found::Expired
                    }
                    Some(place) => {
                        let entry = oracle.remove(place);
                        oracle.push(entry);
                        Found::Fresh
                    }
                };
                prop_assert_eq!(table.get(key, now), expected);
                if expected != Found::Fresh {
                    if oracle.len() == 12 {
                        oracle.remove(0);
                    }
                    oracle.push((key, clock as u64 + ttl));
                    table.put(key, SimTime::from_nanos(clock as u64 + ttl), &mut chance);
                }
                prop_assert_eq!(table.len() as usize, oracle.len());
            }
        }
    }
}
