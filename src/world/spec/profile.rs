//! Something that changes over time: a rate, a number of users, a factor.

use crate::base::Span;

/// A value over time, never negative. What it counts (requests per second,
/// users, a factor) is said by the field that holds it. Time zero of a run is
/// the midnight before a Monday.
#[derive(Clone, Debug, PartialEq)]
pub enum Profile {
    /// Always the same.
    Constant(f64),
    /// A cosine over 24 hours.
    Diurnal {
        /// At the quietest hour.
        low: f64,
        /// At the busiest hour.
        high: f64,
        /// Time of day of the busiest hour.
        peak: Span,
    },
    /// Given points of time; never empty, in rising order. Before the first
    /// and after the last the nearest value holds.
    Table {
        /// Time and value.
        points: Vec<(Span, f64)>,
        /// Whether values between two points lie on the line between them;
        /// otherwise the earlier holds until the later.
        linear: bool,
        /// Begins anew after this time, which lies behind the last point.
        repeat: Option<Span>,
    },
    /// A value for each day, Monday first.
    Weekly([f64; 7]),
    /// 1, but for a while up to `times`, with straight flanks.
    Spike {
        /// When it begins to rise.
        at: Span,
        /// How long it rises.
        rise: Span,
        /// How long it stays up.
        hold: Span,
        /// How long it falls.
        fall: Span,
        /// The value at the top.
        times: f64,
        /// From one beginning to the next; once where absent. At least as
        /// long as rise, hold and fall together.
        every: Option<Span>,
    },
    /// 1, then all at once `times`, whose excess over 1 halves every `half_life`.
    FlashSale {
        /// When the doors open.
        at: Span,
        /// The value at that moment.
        times: f64,
        /// Time in which the excess halves.
        half_life: Span,
    },
    /// All of these added.
    Sum(Vec<Profile>),
    /// All of these multiplied.
    Product(Vec<Profile>),
}
