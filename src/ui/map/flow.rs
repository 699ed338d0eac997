//! Traffic as moving dots: where each dot is, and nothing about drawing it.
//!
//! A lane is one edge of the map. Dots enter it as densely as the logarithm
//! of its rate says. A request that fails travels to the end of its lane,
//! turns there and comes back as a failure. Pure and deterministic.

/// What one edge carries.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Lane {
    /// Length in CSS pixels.
    pub length: f64,
    /// Requests per second.
    pub rate: f64,
    /// Share that fails, 0..=1.
    pub errors: f64,
}

/// One request on its way.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Dot {
    /// Which lane.
    pub lane: usize,
    /// Distance from the lane's start in CSS pixels.
    pub at: f64,
    /// Whether it will fail at the end.
    pub fails: bool,
    /// Whether it failed and travels back.
    pub back: bool,
}

/// All dots.
#[derive(Clone, Debug, Default)]
pub struct Flow {
    lanes: Vec<Lane>,
    /// Distance until the next dot enters each lane.
    due: Vec<f64>,
    dots: Vec<Dot>,
    random: Random,
}

/// Pixels per second.
const SPEED: f64 = 64.0;
/// More dots than this are never on their way at once.
const MOST: usize = 900;

/// Mean distance between dots: wide for a trickle, 22 pixels at 10,000 per second.
pub fn spacing(rate: f64) -> f64 {
    if rate > 0.0 {
        (110.0 / (0.3 + (1.0 + rate).log10())).clamp(18.0, 360.0)
    } else {
        f64::INFINITY
    }
}

impl Flow {
    /// Takes new lanes. Dots on lanes of the same length stay; otherwise the
    /// lanes are filled as if traffic had run for a while.
    pub fn set_lanes(&mut self, lanes: Vec<Lane>) {
        let same = lanes.len() == self.lanes.len()
            && lanes
                .iter()
                .zip(&self.lanes)
                .all(|(a, b)| a.length == b.length);
        self.lanes = lanes;
        if !same {
            self.fill();
        }
    }

    /// The dots now.
    pub fn dots(&self) -> &[Dot] {
        &self.dots
    }

    /// Puts dots on every lane as steady traffic would, at the same places for
    /// the same lanes. Also the still picture for those who want no motion.
    pub fn fill(&mut self) {
        self.random = Random::default();
        self.dots.clear();
        self.due.clear();
        for (place, lane) in self.lanes.iter().enumerate() {
            let mut at = self.random.share() * spacing(lane.rate);
            while at < lane.length && self.dots.len() < MOST {
                let fails = self.random.share() < lane.errors;
                self.dots.push(Dot {
                    lane: place,
                    at,
                    fails,
                    back: false,
                });
                if self.random.share() < lane.errors {
                    let at = lane.length - at;
                    self.dots.push(Dot {
                        lane: place,
                        at,
                        fails: true,
                        back: true,
                    });
                }
                at += spacing(lane.rate) * (0.5 + self.random.share());
            }
            self.due.push(spacing(lane.rate) * self.random.share());
        }
    }

    /// Moves everything by `seconds` of the viewer's time.
    pub fn advance(&mut self, seconds: f64) {
        let way = SPEED * seconds;
        let lanes = &self.lanes;
        let length = |lane: usize| lanes.get(lane).map_or(0.0, |l| l.length);
        for dot in &mut self.dots {
            if dot.back {
                dot.at -= way;
            } else {
                dot.at += way;
                if dot.fails && dot.at >= length(dot.lane) {
                    dot.back = true;
                    dot.at = length(dot.lane);
                }
            }
        }
        self.dots.retain(|dot| {
            if dot.back {
                dot.at > 0.0
            } else {
                dot.at < length(dot.lane)
            }
        });
        for (place, (lane, due)) in self.lanes.iter().zip(&mut self.due).enumerate() {
            // A lane that was quiet does not wait for the gap it had then.
            *due = due.min(1.5 * spacing(lane.rate)) - way;
            if *due <= 0.0 && lane.rate > 0.0 {
                *due = spacing(lane.rate) * (0.5 + self.random.share());
                if self.dots.len() < MOST {
                    let fails = self.random.share() < lane.errors;
                    self.dots.push(Dot {
                        lane: place,
                        at: 0.0,
                        fails,
                        back: false,
                    });
                }
            }
        }
    }
}

/// Xorshift: enough for where dots stand; nothing else may use it.
#[derive(Clone, Debug)]
struct Random(u32);

impl Default for Random {
    fn default() -> Self {
        Random(0x9E37_79B9)
    }
}

impl Random {
    fn share(&mut self) -> f64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 17;
        self.0 ^= self.0 << 5;
        f64::from(self.0) / f64::from(u32::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(lane: Lane, seconds: u32) -> Flow {
        let mut flow = Flow::default();
        flow.set_lanes(vec![lane]);
        for _ in 0..seconds * 60 {
            flow.advance(1.0 / 60.0);
        }
        flow
    }

    const LANE: Lane = Lane {
        length: 400.0,
        rate: 100.0,
        errors: 0.0,
    };

    #[test]
    fn density_follows_the_logarithm_of_the_rate() {
        let count = |rate| run(Lane { rate, ..LANE }, 60).dots().len();
        let counts = [0.0, 1.0, 100.0, 10_000.0].map(count);
        assert!(
            counts[0] == 0 && counts[1] < counts[2] && counts[2] < counts[3],
            "{counts:?}"
        );
        assert!(counts[3] < 30, "{counts:?}");
    }

    #[test]
    fn without_errors_nothing_travels_back() {
        assert!(
            run(LANE, 20)
                .dots()
                .iter()
                .all(|dot| !dot.back && !dot.fails)
        );
    }

    #[test]
    fn failures_turn_at_the_end_of_their_lane() {
        let flow = run(
            Lane {
                errors: 1.0,
                ..LANE
            },
            20,
        );
        let (back, forth) = flow.dots().iter().partition::<Vec<&Dot>, _>(|dot| dot.back);
        assert!(!back.is_empty() && !forth.is_empty());
        assert!(forth.iter().all(|dot| dot.fails));
    }

    #[test]
    fn a_still_picture_is_the_same_every_time() {
        let mut flow = Flow::default();
        flow.set_lanes(vec![
            Lane {
                errors: 0.3,
                ..LANE
            };
            3
        ]);
        let first = flow.dots().to_vec();
        flow.advance(1.0);
        flow.fill();
        assert_eq!(flow.dots(), first);
    }

    #[test]
    fn a_stopped_lane_runs_empty() {
        let mut flow = run(LANE, 5);
        flow.set_lanes(vec![Lane { rate: 0.0, ..LANE }]);
        for _ in 0..1_000 {
            flow.advance(0.02);
        }
        assert!(flow.dots().is_empty());
        flow.set_lanes(vec![LANE]);
        for _ in 0..200 {
            flow.advance(0.02);
        }
        assert!(
            !flow.dots().is_empty(),
            "traffic that returns is seen at once"
        );
    }
}
