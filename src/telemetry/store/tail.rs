//! The end of a series, in a table of its own. At a scrape most values are what
//! they were, and the others wait until there are some: neither touches the
//! series' chunk, so that a scrape goes through one table from end to end.

use super::chunk::{Head, is_whole};
use super::{STALE, Sample};

/// Values that wait before they are written.
const MOST: usize = 4;

/// Samples of a series that are not in its head yet, one step after the other.
#[derive(Clone, Debug)]
#[repr(align(64))] // one line of a processor's cache
pub(super) struct Tail {
    /// Time of the newest sample.
    pub time: i64,
    /// Bits of its value.
    pub value: u64,
    /// Milliseconds from one sample to the next; 0 while that is not known, or long.
    step: u32,
    /// Of which turn of the slot this is.
    turn: u32,
    /// How often the head's newest value has come again.
    repeats: u16,
    /// How many more samples the head has room for.
    room: u16,
    /// How many values wait, after the repeats.
    waiting: u8,
    may_repeat: bool,
    /// Whether the head takes whole numbers alone.
    whole: bool,
    values: [f64; MOST],
}

impl Tail {
    /// Of a series without samples.
    pub const NONE: Tail = Tail {
        time: i64::MIN,
        value: STALE,
        step: 0,
        turn: 0,
        repeats: 0,
        room: 0,
        waiting: 0,
        may_repeat: false,
        whole: false,
        values: [0.0; MOST],
    };

    /// Of a series whose head has just been written.
    pub fn of(head: &Head, turn: u32) -> Tail {
        let newest = head.newest();
        Tail {
            time: newest.time,
            value: newest.value.to_bits(),
            step: u32::try_from(head.step()).unwrap_or(0),
            turn,
            room: head.room_for(),
            may_repeat: head.may_repeat(),
            whole: head.is_whole(),
            ..Tail::NONE
        }
    }

    /// Takes a sample of the series in this turn if it comes when expected, and
    /// there is room for it.
    #[inline]
    pub fn take(&mut self, turn: u32, sample: Sample) -> bool {
        let step = sample.time.wrapping_sub(self.time);
        if self.turn != turn || step != i64::from(self.step) || step == 0 || self.room == 0 {
            return false;
        }
        let bits = sample.value.to_bits();
        if self.waiting == 0 && self.may_repeat && bits == self.value {
            self.repeats += 1;
        } else {
            let place = self.values.get_mut(usize::from(self.waiting));
            let Some(place) = place.filter(|_| !self.whole || is_whole(sample.value)) else {
                return false;
            };
            *place = sample.value;
            self.waiting += 1;
            self.value = bits;
        }
        self.room -= 1;
        self.time = sample.time;
        true
    }

    /// How many samples there are.
    pub fn count(&self) -> u16 {
        self.repeats + u16::from(self.waiting)
    }

    /// The samples after `newest`, which is the head's.
    pub fn samples(&self, newest: Sample) -> impl Iterator<Item = Sample> {
        let repeats = (0..self.repeats).map(move |_| newest.value);
        let waiting = self.values.iter().take(usize::from(self.waiting));
        let values = repeats.chain(waiting.copied());
        (1..).zip(values).map(move |(steps, value)| Sample {
            time: newest.time + steps * i64::from(self.step),
            value,
        })
    }

    /// Writes the samples into the head.
    pub fn write(&self, head: &mut Head) {
        if self.repeats > 0 {
            head.repeat(self.repeats);
        }
        for value in self.values.iter().take(usize::from(self.waiting)) {
            head.push(Sample {
                time: head.newest().time + i64::from(self.step),
                value: *value,
            });
        }
    }
}
