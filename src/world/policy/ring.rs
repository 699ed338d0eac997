//! The hash ring: the same user always meets the same pod, and when pods come
//! or go only their own users move (Karger and others, "Consistent hashing and
//! random trees", 1997; Envoy's ring hash with xxHash).

use xxhash_rust::xxh64::xxh64;

use crate::engine::Key;

/// Points of each pod: with a hundred, shares differ by about a tenth.
const POINTS: u32 = 100;

/// Points on the ring, rising, each with its pod. Derived from the ready pods.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Ring(Vec<(u64, Key)>);

impl Ring {
    /// Places the pods, given by key and number.
    pub fn place(&mut self, pods: impl Iterator<Item = (Key, u32)>) {
        self.0.clear();
        for (key, number) in pods {
            for point in 0..POINTS {
                let label = (u64::from(number) << 32) | u64::from(point);
                self.0.push((xxh64(&label.to_le_bytes(), 0), key));
            }
        }
        self.0.sort_unstable_by_key(|(point, _)| *point);
    }

    /// The pod of a user: the first point at or after the user's own, and so
    /// on around the ring past pods that `skip` leaves out.
    pub fn find(&self, user: u32, skip: impl Fn(Key) -> bool) -> Option<Key> {
        let at = xxh64(&user.to_le_bytes(), 1);
        let first = self.0.partition_point(|(point, _)| *point < at);
        let around = self.0[first..].iter().chain(&self.0[..first]);
        let mut around = around.map(|(_, key)| *key);
        around
            .find(|key| !skip(*key))
            .or(self.0.first().map(|(_, key)| *key))
    }
}
