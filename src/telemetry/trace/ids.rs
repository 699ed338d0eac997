//! Ids as W3C Trace Context has them (<https://www.w3.org/TR/trace-context/>):
//! 16 and 8 bytes, not all zero, in lower-case hexadecimal digits. They are a
//! hash of the run's seed and the request's number, so that they are the same
//! in every repetition and take nothing from the world's random streams.

/// Bits of a mark that hold the span.
const SPAN_BITS: u32 = 12;

/// The finaliser of SplitMix64 (Steele, Lea and Flood, 2014): every bit of the
/// result depends on every bit of the argument.
pub(super) fn mix(value: u64) -> u64 {
    let value = value.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ (value >> 31)
}

/// The id of the trace of a request.
pub fn trace_id(seed: u64, number: u64) -> String {
    let high = mix(seed ^ mix(number));
    format!("{:016x}{:016x}", high | 1 << 63, mix(high))
}

/// The id of one of its spans, by its place.
pub fn span_id(seed: u64, number: u64, place: u16) -> String {
    let mixed = mix(mix(seed ^ mix(number)) ^ (u64::from(place) + 1));
    format!("{:016x}", if mixed == 0 { 1 } else { mixed })
}

/// Number and span in one, for messages; never 0.
pub(super) fn mark(number: u64, place: u16) -> u64 {
    number << SPAN_BITS | (u64::from(place) + 1)
}

/// What a mark stands for, if it is one.
pub fn marked(mark: u64) -> Option<(u64, u16)> {
    let place = (mark & ((1 << SPAN_BITS) - 1)) as u16;
    Some((mark >> SPAN_BITS, place.checked_sub(1)?))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn ids_are_hexadecimal_of_the_right_length_and_all_different() {
        let mut seen = BTreeSet::new();
        for number in 0..200 {
            let trace = trace_id(7, number);
            assert_eq!(trace.len(), 32);
            assert!(seen.insert(trace));
            for place in 0..50 {
                let span = span_id(7, number, place);
                assert!(span.len() == 16 && span != "0000000000000000");
                assert!(seen.insert(span));
            }
        }
        assert_ne!(trace_id(7, 1), trace_id(8, 1));
    }

    #[test]
    fn a_mark_is_read_back() {
        assert_eq!(marked(mark(123_456, 511)), Some((123_456, 511)));
        assert_eq!(marked(mark(0, 0)), Some((0, 0)));
        assert_eq!(marked(0), None);
    }
}
