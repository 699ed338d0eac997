//! Chunks: a few hundred samples of one series, compressed.
//!
//! Times are kept as differences of differences, which are 0 for regular
//! scrapes (Gorilla, Pelkonen et al., VLDB 2015, section 4.1.1). Values of a
//! chunk are either all whole numbers, kept as differences of differences as
//! well (counters grow by about the same each time), or any numbers, kept as
//! XOR with the one before (section 4.1.2).

use std::sync::Arc;

use super::Sample;
use super::bits::{BitReader, BitWriter};

/// Samples of one chunk: an hour at 15 s.
pub(super) const MOST: u16 = 240;
/// Bits that a difference of times may take, one class after the other; 0 comes before.
const TIMES: [u32; 3] = [12, 20, 64];
/// The same for whole values.
const WHOLES: [u32; 5] = [4, 7, 10, 18, 64];
/// The same for the first value of a chunk.
const FIRSTS: [u32; 5] = [8, 16, 24, 32, 64];
/// Whole numbers below this are kept as such: 2^53, where every one is exact.
const LARGEST: f64 = 9_007_199_254_740_992.0;

/// A finished chunk.
#[derive(Clone, Debug)]
pub(super) struct Chunk {
    /// Time of the first sample.
    pub first: i64,
    /// Time of the last sample.
    pub last: i64,
    /// How many samples there are.
    pub count: u16,
    whole: bool,
    /// Shared by the clones of a store: a finished chunk never changes.
    bits: Arc<[u8]>,
}

impl Chunk {
    /// Every sample.
    pub fn samples(&self) -> Samples<'_> {
        Samples::new(&self.bits, self.first, self.count, self.whole)
    }

    /// Bytes that this takes, with the counters of its owners and what an allocator adds.
    pub fn room(&self) -> usize {
        size_of::<Chunk>() + self.bits.len() + 32
    }
}

/// A chunk that still grows.
#[derive(Clone, Debug)]
pub(super) struct Head {
    bits: BitWriter,
    pub first: i64,
    pub count: u16,
    whole: bool,
    state: State,
}

/// What the next sample is told apart from.
#[derive(Clone, Debug, Default)]
struct State {
    time: i64,
    step: i64,
    value: f64,
    grown: i64,
    /// Zeros before and after what the last XOR wrote down.
    leading: u32,
    trailing: u32,
}

impl Head {
    /// A chunk with its first sample.
    pub fn new(sample: Sample) -> Head {
        Head::begin(BitWriter::default(), sample)
    }

    fn begin(mut bits: BitWriter, sample: Sample) -> Head {
        let whole = is_whole(sample.value);
        if whole {
            push_signed(&mut bits, sample.value as i64, &FIRSTS);
        } else {
            bits.push(sample.value.to_bits(), 64);
        }
        Head {
            bits,
            first: sample.time,
            count: 1,
            whole,
            state: State {
                time: sample.time,
                value: sample.value,
                leading: u32::MAX,
                ..State::default()
            },
        }
    }

    /// Finishes the chunk and begins the next one with its first sample, in the same room.
    pub fn turn(&mut self, sample: Sample) -> Chunk {
        let chunk = Chunk {
            first: self.first,
            last: self.state.time,
            count: self.count,
            whole: self.whole,
            bits: self.bits.bytes().into(),
        };
        let mut bits = core::mem::take(&mut self.bits);
        bits.clear();
        *self = Head::begin(bits, sample);
        chunk
    }

    /// The newest sample.
    pub fn newest(&self) -> Sample {
        Sample {
            time: self.state.time,
            value: self.state.value,
        }
    }

    /// Whether another sample belongs here, and not into a new chunk.
    pub fn takes(&self, sample: Sample) -> bool {
        self.count < MOST && (!self.whole || is_whole(sample.value))
    }

    /// How many more samples belong here.
    pub fn room_for(&self) -> u16 {
        MOST - self.count
    }

    /// Milliseconds between the newest sample and the one before; 0 of the first.
    pub fn step(&self) -> i64 {
        self.state.step
    }

    /// Whether only whole numbers belong here.
    pub fn is_whole(&self) -> bool {
        self.whole
    }

    /// Whether its newest value may come again and again as a run of 2 bits a
    /// sample: a whole value that has just changed is expected to change again.
    pub fn may_repeat(&self) -> bool {
        self.state.grown == 0
    }

    /// Appends the newest value `times` times, one step after the other; it [may
    /// repeat](Head::may_repeat).
    pub fn repeat(&mut self, times: u16) {
        self.bits.push_zeros(2 * u32::from(times));
        self.state.time += i64::from(times) * self.state.step;
        self.count += times;
    }

    /// Appends a sample that this chunk takes, newer than its newest.
    pub fn push(&mut self, sample: Sample) {
        let state = &mut self.state;
        let step = sample.time.wrapping_sub(state.time);
        push_signed(&mut self.bits, step.wrapping_sub(state.step), &TIMES);
        if self.whole {
            let grown = (sample.value as i64).wrapping_sub(state.value as i64);
            push_signed(&mut self.bits, grown.wrapping_sub(state.grown), &WHOLES);
            state.grown = grown;
        } else {
            push_xor(&mut self.bits, state, sample.value);
        }
        state.time = sample.time;
        state.step = step;
        state.value = sample.value;
        self.count += 1;
    }

    /// Every sample so far.
    pub fn samples(&self) -> Samples<'_> {
        Samples::new(self.bits.bytes(), self.first, self.count, self.whole)
    }

    /// Bytes that its samples take.
    pub fn room(&self) -> usize {
        self.bits.room() + 16
    }
}

pub(super) fn is_whole(value: f64) -> bool {
    // Minus zero is not: as a whole number it would lose its sign.
    value.abs() < LARGEST && value as i64 as f64 == value && value.to_bits() != (-0.0_f64).to_bits()
}

/// 0 as one bit; else as many ones as the number of its class, a zero (which
/// the last class does without) and the number with its sign in the lowest bit.
#[inline]
fn push_signed<const N: usize>(bits: &mut BitWriter, value: i64, classes: &[u32; N]) {
    let folded = ((value << 1) ^ (value >> 63)) as u64;
    let needed = 64 - folded.leading_zeros();
    if needed == 0 {
        return bits.push(0, 1);
    }
    let narrower = classes[..N - 1].iter().filter(|width| **width < needed);
    let class = narrower.count();
    let width = classes[class];
    let last = class + 1 == N;
    let length = class as u32 + 2 - u32::from(last);
    let ones = (1 << length) - 1 - u64::from(!last);
    if length + width <= 64 {
        bits.push(ones << width | folded, length + width);
    } else {
        bits.push(ones, length);
        bits.push(folded, width);
    }
}

fn take_signed(bits: &mut BitReader<'_>, classes: &[u32]) -> i64 {
    let class = bits.ones(classes.len() as u32) as usize;
    if class == 0 {
        return 0;
    }
    let folded = bits.take(classes[class - 1]);
    (folded >> 1) as i64 ^ -((folded & 1) as i64)
}

fn push_xor(bits: &mut BitWriter, state: &mut State, value: f64) {
    let xor = value.to_bits() ^ state.value.to_bits();
    if xor == 0 {
        bits.push(0, 1);
        return;
    }
    let leading = xor.leading_zeros().min(31);
    let trailing = xor.trailing_zeros();
    if state.leading <= leading && state.trailing <= trailing {
        bits.push(0b10, 2);
        bits.push(xor >> state.trailing, 64 - state.leading - state.trailing);
        return;
    }
    let width = 64 - leading - trailing;
    bits.push(0b11, 2);
    bits.push(u64::from(leading), 5);
    bits.push(u64::from(width - 1), 6);
    bits.push(xor >> trailing, width);
    state.leading = leading;
    state.trailing = trailing;
}

fn take_xor(bits: &mut BitReader<'_>, state: &mut State) -> f64 {
    if bits.take(1) == 0 {
        return state.value;
    }
    if bits.take(1) == 1 {
        state.leading = bits.take(5) as u32;
        let width = bits.take(6) as u32 + 1;
        state.trailing = 64_u32.saturating_sub(state.leading + width);
    }
    let width = 64 - state.leading - state.trailing;
    let xor = bits.take(width) << state.trailing;
    f64::from_bits(state.value.to_bits() ^ xor)
}

/// The samples of a chunk, oldest first.
#[derive(Clone, Debug)]
pub(super) struct Samples<'a> {
    bits: BitReader<'a>,
    left: u16,
    started: bool,
    whole: bool,
    state: State,
}

impl<'a> Samples<'a> {
    fn new(bytes: &'a [u8], first: i64, count: u16, whole: bool) -> Self {
        Samples {
            bits: BitReader::new(bytes),
            left: count,
            started: false,
            whole,
            state: State {
                time: first,
                ..State::default()
            },
        }
    }
}

impl Iterator for Samples<'_> {
    type Item = Sample;

    #[inline]
    fn next(&mut self) -> Option<Sample> {
        self.left = self.left.checked_sub(1)?;
        let (bits, state) = (&mut self.bits, &mut self.state);
        if self.started {
            let bend = take_signed(bits, &TIMES);
            state.step = state.step.wrapping_add(bend);
            state.time = state.time.wrapping_add(state.step);
            if self.whole {
                let bend = take_signed(bits, &WHOLES);
                state.grown = state.grown.wrapping_add(bend);
                state.value = (state.value as i64).wrapping_add(state.grown) as f64;
            } else {
                state.value = take_xor(bits, state);
            }
        } else {
            self.started = true;
            state.value = if self.whole {
                take_signed(bits, &FIRSTS) as f64
            } else {
                f64::from_bits(bits.take(64))
            };
        }
        Some(Sample {
            time: state.time,
            value: state.value,
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Writes samples into as few chunks as they take, and reads them again.
    fn again(samples: &[Sample]) -> Vec<(i64, u64)> {
        let mut chunks: Vec<Chunk> = Vec::new();
        let mut head: Option<Head> = None;
        for sample in samples {
            match &mut head {
                Some(head) if head.takes(*sample) => head.push(*sample),
                Some(head) => chunks.push(head.turn(*sample)),
                None => head = Some(Head::new(*sample)),
            }
        }
        let open: Vec<Sample> = head.iter().flat_map(|head| head.samples()).collect();
        let closed = chunks.iter().flat_map(|chunk| chunk.samples());
        closed
            .chain(open)
            .map(|sample| (sample.time, sample.value.to_bits()))
            .collect()
    }

    fn value() -> impl Strategy<Value = f64> {
        prop_oneof![
            4 => (-50i64..5_000).prop_map(|v| v as f64),
            2 => any::<f64>(),
            2 => (0u32..400).prop_map(|v| f64::from(v) / 8.0),
            1 => prop::sample::select(vec![
                -0.0, f64::INFINITY, f64::NEG_INFINITY, f64::from_bits(super::super::STALE),
                LARGEST, -LARGEST, LARGEST - 1.0, 1.0 - LARGEST, f64::MAX, f64::MIN_POSITIVE,
            ]),
        ]
    }

    proptest! {
        #[test]
        fn every_bit_of_every_sample_comes_back(
            start in -1_000_000_000_000i64..1_000_000_000_000,
            parts in proptest::collection::vec(
                (prop_oneof![Just(15_000i64), 1i64..100_000, 1i64..10_000_000_000], value()), 1..700,
            ),
        ) {
            let mut time = start;
            let samples: Vec<Sample> = parts.into_iter().map(|(step, value)| {
                time += step;
                Sample { time, value }
            }).collect();
            let expected: Vec<(i64, u64)> =
                samples.iter().map(|sample| (sample.time, sample.value.to_bits())).collect();
            prop_assert_eq!(again(&samples), expected);
        }
    }

    #[test]
    fn a_quiet_series_takes_two_bits_a_sample() {
        let at = |scrape: i64| Sample {
            time: scrape * 15_000,
            value: 7.0,
        };
        let mut head = Head::new(at(0));
        head.push(at(1));
        let mut repeated = head.clone();
        for scrape in 2..240 {
            assert!(head.may_repeat());
            head.push(at(scrape));
        }
        repeated.repeat(238);
        let expected: Vec<Sample> = (0..240).map(at).collect();
        for mut head in [head, repeated] {
            assert_eq!(head.samples().collect::<Vec<_>>(), expected);
            // 10 bits for the first value, one step of the clock, then 2 bits each.
            assert_eq!(
                head.turn(at(240)).bits.len(),
                (10_usize + 3 + 20 + 1 + 238 * 2).div_ceil(8)
            );
        }
    }
}
