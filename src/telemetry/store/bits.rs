//! Bits, one after another.

/// Writes bits, highest first.
#[derive(Clone, Debug, Default)]
pub(super) struct BitWriter {
    bytes: Vec<u8>,
    /// Bits of the last byte that are still free.
    free: u32,
}

impl BitWriter {
    /// Appends the `count` lowest bits of `value`; at most 64.
    #[inline]
    pub fn push(&mut self, value: u64, count: u32) {
        if count <= self.free
            && let Some(last) = self.bytes.last_mut()
        {
            // Most of what is written fits into the byte that is begun.
            self.free -= count;
            *last |= ((value as u8) & ((1_u16 << count) - 1) as u8) << self.free;
            return;
        }
        // The rest of the byte that is begun, then whole bytes at once.
        let now = self.free;
        if let Some(last) = self.bytes.last_mut().filter(|_| now > 0) {
            *last |= (value >> (count - now)) as u8 & ((1_u16 << now) - 1) as u8;
        }
        let left = count - now;
        let bytes = left.div_ceil(8);
        let word = value.checked_shl(64 - left).unwrap_or(0).to_be_bytes();
        // Eight bytes are one store; how many of them count is said after it.
        let length = self.bytes.len() + bytes as usize;
        self.bytes.extend_from_slice(&word);
        self.bytes.truncate(length);
        self.free = bytes * 8 - left;
    }

    /// Appends `count` zeros.
    pub fn push_zeros(&mut self, count: u32) {
        let left = count.saturating_sub(self.free);
        let bytes = left.div_ceil(8);
        self.bytes.resize(self.bytes.len() + bytes as usize, 0);
        self.free = self.free + bytes * 8 - count;
    }

    /// What was written so far.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Forgets what was written, and keeps the room.
    pub fn clear(&mut self) {
        self.bytes.clear();
        self.free = 0;
    }

    /// Bytes that this takes.
    pub fn room(&self) -> usize {
        self.bytes.capacity()
    }
}

/// Bits that are seen at once: eight bytes but for what is taken of the first.
const SEEN: u32 = 57;

/// Reads what a [`BitWriter`] wrote; past the end come zeros.
#[derive(Clone, Debug)]
pub(super) struct BitReader<'a> {
    bytes: &'a [u8],
    /// The next bit.
    at: usize,
}

impl<'a> BitReader<'a> {
    /// From the first bit.
    pub fn new(bytes: &'a [u8]) -> Self {
        BitReader { bytes, at: 0 }
    }

    /// The next bits, highest first, of which the first [`SEEN`] are right.
    #[inline]
    fn seen(&self) -> u64 {
        let rest = self.bytes.get(self.at / 8..).unwrap_or_default();
        let word = match rest.first_chunk() {
            Some(bytes) => u64::from_be_bytes(*bytes),
            None => {
                let mut bytes = [0; 8];
                bytes[..rest.len()].copy_from_slice(rest);
                u64::from_be_bytes(bytes)
            }
        };
        word << (self.at % 8)
    }

    /// The next `count` bits; at most 64.
    #[inline]
    pub fn take(&mut self, count: u32) -> u64 {
        if count > SEEN {
            let high = self.take(count - 32);
            return high << 32 | self.take(32);
        }
        let value = self.seen().checked_shr(64 - count).unwrap_or(0);
        self.at += count as usize;
        value
    }

    /// Ones before the next zero, at most `most`, which may be [`SEEN`]; the zero is taken too.
    #[inline]
    pub fn ones(&mut self, most: u32) -> u32 {
        // One by one, since a processor guesses branches: nothing waits for the count.
        let seen = self.seen();
        let mut count = 0;
        while count < most && seen << count >> 63 == 1 {
            count += 1;
        }
        self.at += count as usize + usize::from(count < most);
        count
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_was_written_is_read(parts in proptest::collection::vec((any::<u64>(), 0u32..=64), 0..80)) {
            let mut writer = BitWriter::default();
            for (value, count) in &parts {
                writer.push(*value, *count);
            }
            let bits: u32 = parts.iter().map(|(_, count)| count).sum();
            prop_assert_eq!(writer.bytes().len(), bits.div_ceil(8) as usize);
            let mut reader = BitReader::new(writer.bytes());
            for (value, count) in &parts {
                let mask = if *count == 64 { u64::MAX } else { (1 << count) - 1 };
                prop_assert_eq!(reader.take(*count), value & mask);
            }
            prop_assert_eq!(reader.take(9) & 1, 0);
        }

        #[test]
        fn zeros_at_once_are_zeros_one_by_one(before in 0u32..20, zeros in 0u32..200, after in any::<u64>()) {
            let (mut at_once, mut each) = (BitWriter::default(), BitWriter::default());
            for writer in [&mut at_once, &mut each] {
                writer.push(u64::MAX, before);
            }
            at_once.push_zeros(zeros);
            (0..zeros).for_each(|_| each.push(0, 1));
            for writer in [&mut at_once, &mut each] {
                writer.push(after, 64);
            }
            prop_assert_eq!(at_once.bytes(), each.bytes());
        }
    }
}
