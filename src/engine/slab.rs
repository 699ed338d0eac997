//! A table of short-lived things whose places are reused.
//!
//! A key carries the generation of its place, so that a key to something gone
//! finds nothing instead of its successor.

use serde::{Deserialize, Serialize};

/// The place of one thing, for as long as it lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Key {
    index: u32,
    generation: u32,
}

impl Key {
    /// A key to nothing.
    pub const NONE: Key = Key {
        index: u32::MAX,
        generation: 0,
    };

    /// The bare position, for tables kept beside the slab.
    pub const fn index(self) -> usize {
        self.index as usize
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
    #[inline]
    pub fn insert(&mut self, value: T) -> Key {
        if let Some(index) = self.free.pop() {
            let place = &mut self.places[index as usize];
            place.generation = place.generation.wrapping_add(1);
            place.value = value;
            return Key {
                index,
                generation: place.generation,
            };
        }
        self.extend(value)
    }

    #[cold]
    fn extend(&mut self, value: T) -> Key {
        let index = self.places.len() as u32;
        let generation = 1;
        self.places.push(Place { generation, value });
        Key { index, generation }
    }

    /// The thing at `key`, if it still lives.
    #[inline]
    pub fn get(&self, key: Key) -> Option<&T> {
        match self.places.get(key.index as usize) {
            Some(place) if place.generation == key.generation => Some(&place.value),
            _ => None,
        }
    }

    /// The thing at `key`, to change it.
    #[inline]
    pub fn get_mut(&mut self, key: Key) -> Option<&mut T> {
        match self.places.get_mut(key.index as usize) {
            Some(place) if place.generation == key.generation => Some(&mut place.value),
            _ => None,
        }
    }

    /// Whether something lives at `key`.
    #[inline]
    pub fn contains(&self, key: Key) -> bool {
        self.get(key).is_some()
    }

    /// Removes the thing at `key`; false if it was gone.
    #[inline]
    pub fn remove(&mut self, key: Key) -> bool {
        match self.places.get_mut(key.index as usize) {
            Some(place) if place.generation == key.generation => {
                place.generation = place.generation.wrapping_add(1);
                self.free.push(key.index);
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
                (
                    Key {
                        index: index as u32,
                        generation: place.generation,
                    },
                    &place.value,
                )
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
