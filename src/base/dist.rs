//! Distributions of durations.

use serde::{Deserialize, Serialize};

use super::{Span, Stream};

/// Standard normal quantile at 0.99, which turns (p50, p99) into a lognormal's sigma.
const Z99: f64 = 2.326_347_874_040_841;

/// How long something takes.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub enum Duration {
    /// Always the same.
    Constant(Span),
    /// Anything between two ends alike.
    Uniform {
        /// Shortest.
        min: Span,
        /// Longest.
        max: Span,
    },
    /// Memoryless.
    Exponential {
        /// Mean.
        mean: Span,
    },
    /// The sum of equal exponential stages: less spread than the exponential.
    Erlang {
        /// Number of stages, 1..=100.
        stages: u32,
        /// Mean of the sum.
        mean: Span,
    },
    /// Most are near the median, few are very long: what services look like.
    Lognormal {
        /// Median.
        p50: Span,
        /// 99th percentile.
        p99: Span,
    },
    /// A power law: P(X > x) = (min/x)^shape. Shape above 1 has a mean, above 2 a variance.
    Pareto {
        /// Shortest.
        min: Span,
        /// Tail exponent, above 1.
        shape: f64,
    },
}

/// A [`Duration`] made ready to draw from: what its draws have in common is
/// computed once. Lengths are in nanoseconds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Sampler {
    /// Always the same.
    Constant(Span),
    /// Between two ends.
    Uniform {
        /// Shortest.
        min: f64,
        /// Longest less shortest.
        width: f64,
    },
    /// Memoryless.
    Exponential {
        /// Mean.
        mean: f64,
    },
    /// A sum of stages.
    Erlang {
        /// Number of stages.
        stages: u32,
        /// Mean of each.
        mean: f64,
    },
    /// e to a normal power.
    Lognormal {
        /// Median.
        median: f64,
        /// Standard deviation of the logarithm.
        sigma: f64,
    },
    /// A power law.
    Pareto {
        /// Shortest.
        min: f64,
        /// One over the tail exponent.
        inverse: f64,
    },
}

impl Sampler {
    /// Draws one duration.
    #[inline(always)]
    pub fn sample(&self, stream: &mut Stream) -> Span {
        match *self {
            Sampler::Exponential { mean } => Span::from_nanos_f64(mean * stream.exponential()),
            _ => self.sample_other(stream),
        }
    }

    #[inline(never)]
    fn sample_other(&self, stream: &mut Stream) -> Span {
        match *self {
            Sampler::Exponential { mean } => Span::from_nanos_f64(mean * stream.exponential()),
            Sampler::Constant(span) => span,
            Sampler::Lognormal { median, sigma } => {
                Span::from_nanos_f64(median * libm::exp(sigma * stream.normal()))
            }
            Sampler::Uniform { min, width } => Span::from_nanos_f64(min + width * stream.unit()),
            Sampler::Erlang { stages, mean } => {
                let sum: f64 = (0..stages).map(|_| stream.exponential()).sum();
                Span::from_nanos_f64(mean * sum)
            }
            Sampler::Pareto { min, inverse } => {
                Span::from_nanos_f64(min * libm::exp(stream.exponential() * inverse))
            }
        }
    }
}

impl Duration {
    /// Draws one duration; whoever draws many keeps the [`Sampler`].
    pub fn sample(&self, stream: &mut Stream) -> Span {
        self.sampler().sample(stream)
    }

    /// Makes ready to draw.
    pub fn sampler(&self) -> Sampler {
        let nanos = |span: Span| span.as_nanos() as f64;
        match *self {
            Duration::Constant(span) => Sampler::Constant(span),
            Duration::Uniform { min, max } => Sampler::Uniform {
                min: nanos(min),
                width: nanos(max - min),
            },
            Duration::Exponential { mean } => Sampler::Exponential { mean: nanos(mean) },
            Duration::Erlang { stages, mean } => Sampler::Erlang {
                stages,
                mean: nanos(mean) / f64::from(stages),
            },
            Duration::Lognormal { p50, p99 } => Sampler::Lognormal {
                median: nanos(p50),
                sigma: sigma(p50, p99),
            },
            Duration::Pareto { min, shape } => Sampler::Pareto {
                min: nanos(min),
                inverse: 1.0 / shape,
            },
        }
    }

    /// The mean; for a lognormal p50 e^(sigma^2/2).
    pub fn mean(&self) -> Span {
        match *self {
            Duration::Constant(span) => span,
            Duration::Uniform { min, max } => {
                Span::from_nanos(min.as_nanos() / 2 + max.as_nanos() / 2)
            }
            Duration::Exponential { mean } | Duration::Erlang { mean, .. } => mean,
            Duration::Lognormal { p50, p99 } => {
                let sigma = sigma(p50, p99);
                p50.scaled(libm::exp(sigma * sigma / 2.0))
            }
            Duration::Pareto { min, shape } => min.scaled(shape / (shape - 1.0)),
        }
    }

    /// Variance over squared mean; infinite for a Pareto of shape 2 or less.
    pub fn squared_variation(&self) -> f64 {
        match *self {
            Duration::Constant(_) => 0.0,
            Duration::Uniform { min, max } => {
                let (low, high) = (min.as_secs_f64(), max.as_secs_f64());
                let (width, sum) = (high - low, high + low);
                if sum > 0.0 {
                    width * width / (3.0 * sum * sum)
                } else {
                    0.0
                }
            }
            Duration::Exponential { .. } => 1.0,
            Duration::Erlang { stages, .. } => 1.0 / f64::from(stages),
            Duration::Lognormal { p50, p99 } => {
                let sigma = sigma(p50, p99);
                libm::exp(sigma * sigma) - 1.0
            }
            Duration::Pareto { shape, .. } if shape > 2.0 => 1.0 / (shape * (shape - 2.0)),
            Duration::Pareto { .. } => f64::INFINITY,
        }
    }
}

/// The lognormal's spread from two of its percentiles: ln(p99/p50) / z(0.99).
fn sigma(p50: Span, p99: Span) -> f64 {
    if p50.is_zero() || p99 <= p50 {
        return 0.0;
    }
    libm::log(p99.as_secs_f64() / p50.as_secs_f64()) / Z99
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Checks mean and squared coefficient of variation against the formulas, 400,000 draws.
    fn check(duration: Duration, mean_tolerance: f64, spread_tolerance: f64) {
        let mut stream = Stream::named(11, "test");
        let count = 400_000;
        let (mut sum, mut squares) = (0.0, 0.0);
        for _ in 0..count {
            let x = duration.sample(&mut stream).as_secs_f64();
            sum += x;
            squares += x * x;
        }
        let mean = sum / f64::from(count);
        let spread = squares / f64::from(count) / (mean * mean) - 1.0;
        let expected = duration.mean().as_secs_f64();
        assert!(
            (mean / expected - 1.0).abs() < mean_tolerance,
            "{duration:?}: mean {mean} instead of {expected}"
        );
        assert!(
            (spread - duration.squared_variation()).abs() < spread_tolerance,
            "{duration:?}: squared variation {spread} instead of {}",
            duration.squared_variation()
        );
    }

    #[test]
    fn every_distribution_has_the_mean_and_spread_it_states() {
        let ms = Span::from_millis;
        check(Duration::Constant(ms(7)), 1e-9, 1e-9);
        check(
            Duration::Uniform {
                min: ms(2),
                max: ms(10),
            },
            0.005,
            0.005,
        );
        check(Duration::Exponential { mean: ms(5) }, 0.01, 0.02);
        check(
            Duration::Erlang {
                stages: 4,
                mean: ms(5),
            },
            0.005,
            0.01,
        );
        check(
            Duration::Lognormal {
                p50: ms(4),
                p99: ms(20),
            },
            0.01,
            0.05,
        );
        check(
            Duration::Pareto {
                min: ms(4),
                shape: 5.0,
            },
            0.005,
            0.05,
        );
    }

    #[test]
    fn a_lognormal_has_the_percentiles_it_was_given() {
        let duration = Duration::Lognormal {
            p50: Span::from_millis(4),
            p99: Span::from_millis(40),
        };
        let mut stream = Stream::named(5, "test");
        let mut draws: Vec<u64> = (0..100_000)
            .map(|_| duration.sample(&mut stream).as_nanos())
            .collect();
        draws.sort_unstable();
        let near = |found: u64, expected: f64| (found as f64 / expected - 1.0).abs() < 0.05;
        assert!(near(draws[50_000], 4e6), "{}", draws[50_000]);
        assert!(near(draws[99_000], 40e6), "{}", draws[99_000]);
    }
}
