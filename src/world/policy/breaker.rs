//! The circuit breaker.
//!
//! States as in resilience4j: closed counts failures; open refuses at once for
//! a time; half-open, entered by the first attempt after that time, lets so
//! many probes through and closes if they go well. With a rule of consecutive
//! failures one failed probe opens it again; with a failure rate, the probes'
//! own rate decides. One breaker stands for all pods of the caller, as if
//! they shared what they know; real clients each learn for themselves.

use serde::Serialize;

use super::super::paths::PathId;
use super::window::Window;
use crate::base::{SimTime, Span};
use crate::world::spec::{Breaker as Rules, Trip};

/// How a breaker stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum BreakerState {
    /// Lets everything through.
    Closed,
    /// Refuses everything.
    Open,
    /// Lets probes through.
    HalfOpen,
}

impl BreakerState {
    /// Its name.
    pub fn word(self) -> &'static str {
        match self {
            BreakerState::Closed => "closed",
            BreakerState::Open => "open",
            BreakerState::HalfOpen => "half-open",
        }
    }
}

/// A running breaker.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub(crate) struct Breaker {
    state: BreakerState,
    /// Rises with every change of state: answers to older attempts do not count.
    era: u32,
    /// When the present state began.
    since: SimTime,
    failures_in_a_row: u32,
    window: Option<Window>,
    probes_out: u32,
    probes_done: u32,
    probes_failed: u32,
    /// Time spent open, up to `since`.
    open: Span,
    /// Why it opened last.
    why: PathId,
}

impl Breaker {
    /// Closed, nothing counted yet.
    pub fn new(rules: &Rules) -> Breaker {
        Breaker {
            state: BreakerState::Closed,
            era: 0,
            since: SimTime::ZERO,
            failures_in_a_row: 0,
            window: match rules.trip {
                Trip::Rate { window, .. } => Some(Window::new(window)),
                Trip::Consecutive(_) => None,
            },
            probes_out: 0,
            probes_done: 0,
            probes_failed: 0,
            open: Span::ZERO,
            why: PathId::NONE,
        }
    }

    /// Asks for an attempt: its era if it may go, why not otherwise.
    #[inline]
    pub fn ask(&mut self, rules: &Rules, now: SimTime) -> Result<u32, PathId> {
        if self.state == BreakerState::Open && now.since(self.since) >= rules.open_for {
            self.turn(BreakerState::HalfOpen, now);
        }
        match self.state {
            BreakerState::Closed => Ok(self.era),
            BreakerState::Open => Err(self.why),
            BreakerState::HalfOpen if self.probes_out + self.probes_done >= rules.probes => {
                Err(self.why)
            }
            BreakerState::HalfOpen => {
                self.probes_out += 1;
                Ok(self.era)
            }
        }
    }

    /// An attempt of `era` has ended: well, badly and why, or without a result
    /// because its caller is gone.
    #[inline]
    pub fn ended(&mut self, rules: &Rules, now: SimTime, era: u32, result: Option<Option<PathId>>) {
        if era != self.era {
            return;
        }
        if self.state == BreakerState::HalfOpen {
            self.probes_out -= 1;
        }
        let Some(failure) = result else {
            return;
        };
        if let Some(why) = failure {
            self.why = why;
        }
        let failed = failure.is_some();
        match self.state {
            BreakerState::Closed => {
                if self.trips(&rules.trip, now, failed) {
                    self.turn(BreakerState::Open, now);
                }
            }
            BreakerState::HalfOpen => {
                self.probes_done += 1;
                self.probes_failed += u32::from(failed);
                let limit = match rules.trip {
                    Trip::Consecutive(_) => 0.0,
                    Trip::Rate { share, .. } => share.get(),
                };
                let share = f64::from(self.probes_failed) / f64::from(self.probes_done);
                let fails = failed && limit == 0.0;
                if fails || (self.probes_done >= rules.probes && limit > 0.0 && share >= limit) {
                    self.turn(BreakerState::Open, now);
                } else if self.probes_done >= rules.probes {
                    self.turn(BreakerState::Closed, now);
                }
            }
            BreakerState::Open => {}
        }
    }

    fn trips(&mut self, trip: &Trip, now: SimTime, failed: bool) -> bool {
        match (trip, self.window.as_mut()) {
            (Trip::Consecutive(most), _) => {
                self.failures_in_a_row = if failed {
                    self.failures_in_a_row + 1
                } else {
                    0
                };
                self.failures_in_a_row >= *most
            }
            (
                Trip::Rate {
                    share, min_calls, ..
                },
                Some(window),
            ) => {
                window.add(now, 1, u32::from(failed));
                let [calls, failures] = window.sums(now);
                calls >= *min_calls && f64::from(failures) >= share.get() * f64::from(calls)
            }
            (Trip::Rate { .. }, None) => false,
        }
    }

    fn turn(&mut self, state: BreakerState, now: SimTime) {
        if self.state == BreakerState::Open {
            self.open = self.open + now.since(self.since);
        }
        self.state = state;
        self.since = now;
        self.era = self.era.wrapping_add(1);
        self.failures_in_a_row = 0;
        (self.probes_out, self.probes_done, self.probes_failed) = (0, 0, 0);
        if let Some(window) = self.window.as_mut() {
            window.clear();
        }
    }

    /// How it stands.
    pub fn state(&self) -> BreakerState {
        self.state
    }

    /// Time spent open so far.
    pub fn open(&self, now: SimTime) -> Span {
        match self.state {
            BreakerState::Open => self.open + now.since(self.since),
            _ => self.open,
        }
    }
}
