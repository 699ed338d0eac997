//! How simulated time follows real time.

use super::protocol::Speed;
use crate::base::{SimTime, Span};

/// A pace that has fallen behind by more real milliseconds than this lets the
/// rest go instead of running after it.
const MOST_BEHIND_MS: f64 = 250.0;
/// Simulated time taken at once where no clock sets the pace.
const STRIDE: Span = Span::from_secs(60);
/// Real milliseconds over which the speed really reached is measured.
const MEASURE_MS: f64 = 1_000.0;

/// The speed asked for, and where it was set.
#[derive(Clone, Debug, Default)]
pub(super) struct Pace {
    speed: Speed,
    /// Real milliseconds and simulated time at which the pace began or was let go.
    anchor: (f64, SimTime),
    attention: u32,
    /// Where the measuring of the speed reached began, and its last result.
    measured: (f64, SimTime),
    reached: f64,
}

impl Pace {
    /// A new speed from here on.
    pub fn set(&mut self, speed: Speed, now: f64, at: SimTime, attention: u32) {
        self.speed = speed;
        self.anchor = (now, at);
        self.attention = attention;
        self.measured = (now, at);
        if speed == Speed::Paused {
            self.reached = 0.0;
        }
    }

    /// The speed asked for.
    pub fn speed(&self) -> Speed {
        self.speed
    }

    /// Whether a clock sets the pace.
    pub fn is_timed(&self) -> bool {
        matches!(self.speed, Speed::Times(_))
    }

    /// How far simulated time may go now; nothing while paused.
    pub fn goal(&mut self, now: f64, at: SimTime) -> Option<SimTime> {
        match self.speed {
            Speed::Paused => None,
            Speed::Max | Speed::NextEvent => Some(at + STRIDE),
            Speed::Times(times) => {
                let pace = f64::from(times);
                let goal = self.anchor.1 + Span::from_secs_f64((now - self.anchor.0) / 1e3 * pace);
                let behind_ms = goal.since(at).as_secs_f64() / pace * 1e3;
                if behind_ms > MOST_BEHIND_MS {
                    self.anchor = (now - MOST_BEHIND_MS, at);
                }
                Some(if goal > at { goal } else { at })
            }
        }
    }

    /// Whether what was waited for has happened.
    pub fn noticed(&self, attention: u32) -> bool {
        self.speed == Speed::NextEvent && attention != self.attention
    }

    /// Simulated seconds per real second, over about the last second.
    pub fn reached(&mut self, now: f64, at: SimTime) -> f64 {
        let elapsed = now - self.measured.0;
        if self.speed != Speed::Paused && elapsed >= MEASURE_MS / 4.0 {
            self.reached = at.since(self.measured.1).as_secs_f64() / (elapsed / 1e3);
            if elapsed >= MEASURE_MS {
                self.measured = (now, at);
            }
        }
        self.reached
    }
}
