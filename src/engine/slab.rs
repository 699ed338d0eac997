//! A table of short-lived things whose places are reused.
//!
//! A key carries the generation of its place, so that a key to something gone
//! finds nothing instead of its successor.

use serde::{Deserialize, Serialize};

/// The place of one thing, for as long as it lives: generation above index, in
/// one integer, so that it is stored, loaded and compared in one piece.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Key(u64);

impl Key {
    /// A key to nothing: no place has so high an index.
    pub const NONE: Key = Key(u32::MAX as u64);

    #[inline(always)]
    const fn new(index: u32, generation: u32) -> Key {
        Key((generation as u64) << 32 | index as u64)
    }

    /// The bare position, for tables kept beside the slab.
    #[inline(always)]
    pub const fn index(self) -> usize {
        self.0 as u32 as usize
    }

    #[inline(always)]
    const fn generation(self) -> u32 {
        (self.0 >> 32) as u32
    }
}

impl Default for Key {
    fn default() -> Self {
        Key::NONE
    }
}

/// Things by key; removal frees the place for the next insertion.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Slab<T> {
    places: Vec<Place<T>>,
    free: Vec<u32>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Place<T> {
    /// Odd while something lives here, so that one comparison tells all.
    generation: u32,
    value: T,
}

impl<T> Default for Slab<T> {
    fn default() -> Self {
        Slab {
            places: Vec::new(),
            free: Vec::new(),
        }
    }
}

impl<T> Slab<T> {
    /// Number of things alive.
    pub fn len(&self) -> usize {
        self.places.len() - self.free.len()
    }

    /// Whether nothing is alive.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Puts `value` in a free place.
    pub fn insert(&mut self, value: T) -> Key {
        self.insert_with(|| value)
    }

    /// Makes a value in a free place. Nothing is copied: a large value that is
    /// written in small pieces and copied in large ones stalls the processor.
    #[inline(always)]
    pub fn insert_with(&mut self, make: impl FnOnce() -> T) -> Key {
        if let Some(index) = self.free.pop() {
            let place = &mut self.places[index as usize];
            place.generation = place.generation.wrapping_add(1);
            place.value = make();
            return Key::new(index, place.generation);
        }
        self.extend(make())
    }

    #[cold]
    #[inline(never)]
    fn extend(&mut self, value: T) -> Key {
        let index = self.places.len() as u32;
        let generation = 1;
        self.places.push(Place { generation, value });
        Key::new(index, generation)
    }

    /// The thing at `key`, if it still lives.
    #[inline(always)]
    pub fn get(&self, key: Key) -> Option<&T> {
        match self.places.get(key.index()) {
            Some(place) if place.generation == key.generation() => Some(&place.value),
            _ => None,
        }
    }

    /// The thing at `key`, to change it.
    #[inline(always)]
    pub fn get_mut(&mut self, key: Key) -> Option<&mut T> {
        match self.places.get_mut(key.index()) {
            Some(place) if place.generation == key.generation() => Some(&mut place.value),
            _ => None,
        }
    }

    /// Whether something lives at `key`.
    #[inline(always)]
    pub fn contains(&self, key: Key) -> bool {
        self.get(key).is_some()
    }

    /// Removes the thing at `key`; false if it was gone.
    #[inline(always)]
    pub fn remove(&mut self, key: Key) -> bool {
        match self.places.get_mut(key.index()) {
            Some(place) if place.generation == key.generation() => {
                place.generation = place.generation.wrapping_add(1);
                self.free.push(key.index() as u32);
                true
            }
            _ => false,
        }
    }

    /// Everything alive, by position.
    pub fn iter(&self) -> impl Iterator<Item = (Key, &T)> {
        self.places
            .iter()
            .enumerate()
            .filter(|(_, place)| place.generation % 2 == 1)
            .map(|(index, place)| {
                let key = Key::new(index as u32, place.generation);
                (key, &place.value)
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_to_something_gone_finds_nothing() {
        let mut slab = Slab::default();
        let first = slab.insert('a');
        assert!(slab.remove(first));
        let second = slab.insert('b');
        assert_eq!(second.index(), first.index());
        assert_eq!(slab.get(first), None);
        assert_eq!(slab.get(second), Some(&'b'));
        assert!(!slab.remove(first));
        assert_eq!(slab.len(), 1);
        assert_eq!(slab.get(Key::NONE), None);
    }
}
