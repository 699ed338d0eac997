//! Digests: one number that two runs share only if their whole states are equal.
//!
//! A state is written as `postcard` bytes, whose integers have one encoding on
//! 32 and 64 bit machines and whose floats are their bits, and hashed with
//! XXH64 on the way; no copy of the state is made.

use std::fmt;

use postcard::ser_flavors::Flavor;
use serde::{Deserialize, Serialize};
use xxhash_rust::xxh64::Xxh64;

/// The digest of a state. Equal states have equal digests; different ones
/// share one with a chance of about 2^-64.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Digest(pub u64);

impl Digest {
    /// The digest of anything that can be serialised.
    pub fn of<T: Serialize + ?Sized>(state: &T) -> Digest {
        let flavor = Hasher(Xxh64::new(0));
        // invariant: the hasher accepts every byte, and states are plain data.
        let hash = postcard::serialize_with_flavor(state, flavor)
            .expect("invariant: plain data can be written");
        Digest(hash)
    }
}

impl fmt::Display for Digest {
    /// Sixteen hexadecimal digits.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

struct Hasher(Xxh64);

impl Flavor for Hasher {
    type Output = u64;

    fn try_push(&mut self, byte: u8) -> postcard::Result<()> {
        self.0.update(&[byte]);
        Ok(())
    }

    fn try_extend(&mut self, bytes: &[u8]) -> postcard::Result<()> {
        self.0.update(bytes);
        Ok(())
    }

    fn finalize(self) -> postcard::Result<u64> {
        Ok(self.0.digest())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_digest_is_the_published_hash_of_the_encoding() {
        // XXH64 of no bytes with seed 0, from the algorithm's own test vectors.
        assert_eq!(Digest::of(&()).to_string(), "ef46db3751d8e999");
    }

    #[test]
    fn a_last_bit_changes_the_digest() {
        assert_ne!(Digest::of(&1.0f64), Digest::of(&(1.0 + f64::EPSILON)));
    }
}
