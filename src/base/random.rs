//! Named random streams from one seed.
//!
//! One stream per purpose: a draw added in one place moves nothing elsewhere.
//! The generator is xoshiro256++ (Blackman and Vigna, "Scrambled linear
//! pseudorandom number generators", 2021), which gives the same numbers on 32
//! and 64 bit machines and keeps them across versions. Exponential and normal
//! draws use the ziggurat (Marsaglia and Tsang, "The ziggurat method for
//! generating random variables", 2000), with tables computed through `libm`,
//! so that native and WASM builds agree to the bit.

use std::sync::LazyLock;

use rand::rngs::Xoshiro256PlusPlus;
use rand::{Rng, SeedableRng};
use serde::{Deserialize, Serialize};
use xxhash_rust::xxh64::xxh64;

/// Layers of both ziggurats.
const LAYERS: usize = 256;
/// Right edge of the exponential's lowest layer for 256 layers.
const EXPONENTIAL_EDGE: f64 = 7.697_117_470_131_05;
/// Right edge of the normal's lowest layer for 256 layers.
const NORMAL_EDGE: f64 = 3.654_152_885_361_009;

/// One purpose's source of random numbers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stream(Xoshiro256PlusPlus);

impl Stream {
    /// The stream called `name` of the run with `seed`.
    pub fn named(seed: u64, name: &str) -> Self {
        Stream(Xoshiro256PlusPlus::seed_from_u64(xxh64(
            name.as_bytes(),
            seed,
        )))
    }

    /// 64 random bits.
    #[inline]
    pub fn bits(&mut self) -> u64 {
        self.0.next_u64()
    }

    /// Uniform in 0..1, a multiple of 2^-53. By way of `i64`, which converts
    /// in one instruction where `u64` takes several.
    #[inline]
    pub fn unit(&mut self) -> f64 {
        (self.bits() >> 11) as i64 as f64 * (1.0 / (1u64 << 53) as f64)
    }

    /// Uniform in 0..1 without 0, safe to take the logarithm of.
    #[inline]
    fn unit_open(&mut self) -> f64 {
        ((self.bits() >> 12) as f64 + 0.5) * (1.0 / (1u64 << 52) as f64)
    }

    /// Uniform in `0..bound`; 0 for an empty range. The bias is below 2^-32.
    #[inline]
    pub fn below(&mut self, bound: u32) -> u32 {
        (((self.bits() >> 32) * u64::from(bound)) >> 32) as u32
    }

    /// True with `probability`; nothing is drawn for 0.
    #[inline]
    pub fn chance(&mut self, probability: f64) -> bool {
        probability > 0.0 && self.unit() < probability
    }

    /// Exponential with mean 1.
    #[inline(always)]
    pub fn exponential(&mut self) -> f64 {
        let (layer, x) = self.exponential_layer();
        if x < EXPONENTIAL.x[layer + 1] {
            return x;
        }
        self.exponential_edge(layer, x)
    }

    /// A layer of the ziggurat, and a place within it.
    #[inline(always)]
    fn exponential_layer(&mut self) -> (usize, f64) {
        let bits = self.bits();
        let layer = (bits & 0xff) as usize;
        let unit = (bits >> 11) as i64 as f64 * (1.0 / (1u64 << 53) as f64);
        (layer, unit * EXPONENTIAL.x[layer])
    }

    /// What to do at the edge of a layer: one draw in fifty comes here.
    #[cold]
    #[inline(never)]
    fn exponential_edge(&mut self, mut layer: usize, mut x: f64) -> f64 {
        let table: &Ziggurat = &EXPONENTIAL;
        loop {
            if layer == 0 {
                return EXPONENTIAL_EDGE - libm::log(self.unit_open());
            }
            let (low, high) = (table.f[layer], table.f[layer + 1]);
            if low + self.unit() * (high - low) < libm::exp(-x) {
                return x;
            }
            (layer, x) = self.exponential_layer();
            if x < table.x[layer + 1] {
                return x;
            }
        }
    }

    /// Normal with mean 0 and standard deviation 1.
    #[inline]
    pub fn normal(&mut self) -> f64 {
        let table: &Ziggurat = &NORMAL;
        loop {
            let bits = self.bits();
            let layer = (bits & 0xff) as usize;
            let unit = ((bits >> 11) as i64 as f64) * (2.0 / (1u64 << 53) as f64) - 1.0;
            let x = unit * table.x[layer];
            let size = if x < 0.0 { -x } else { x };
            if size < table.x[layer + 1] {
                return x;
            }
            if layer == 0 {
                let tail = self.normal_tail();
                return if x < 0.0 { -tail } else { tail };
            }
            let (low, high) = (table.f[layer], table.f[layer + 1]);
            if low + self.unit() * (high - low) < libm::exp(-0.5 * x * x) {
                return x;
            }
        }
    }

    fn normal_tail(&mut self) -> f64 {
        loop {
            let x = -libm::log(self.unit_open()) / NORMAL_EDGE;
            let y = -libm::log(self.unit_open());
            if y + y >= x * x {
                return NORMAL_EDGE + x;
            }
        }
    }
}

/// Right edges of the layers, lowest layer first, and the density there.
struct Ziggurat {
    x: [f64; LAYERS + 1],
    f: [f64; LAYERS + 1],
}

impl Ziggurat {
    /// Builds the layers of equal `area` under the falling density `f` with inverse `inverse`.
    fn new(edge: f64, area: f64, f: fn(f64) -> f64, inverse: fn(f64) -> f64) -> Self {
        let mut x = [0.0; LAYERS + 1];
        x[0] = area / f(edge);
        x[1] = edge;
        for layer in 2..LAYERS {
            x[layer] = inverse(area / x[layer - 1] + f(x[layer - 1]));
        }
        Ziggurat { x, f: x.map(f) }
    }
}

static EXPONENTIAL: LazyLock<Ziggurat> = LazyLock::new(|| {
    // The lowest layer holds the rectangle and the tail: (edge + 1) e^-edge.
    let area = (EXPONENTIAL_EDGE + 1.0) * libm::exp(-EXPONENTIAL_EDGE);
    Ziggurat::new(EXPONENTIAL_EDGE, area, |x| libm::exp(-x), |y| -libm::log(y))
});

static NORMAL: LazyLock<Ziggurat> = LazyLock::new(|| {
    let tail = libm::sqrt(core::f64::consts::FRAC_PI_2)
        * libm::erfc(NORMAL_EDGE * core::f64::consts::FRAC_1_SQRT_2);
    let area = NORMAL_EDGE * libm::exp(-0.5 * NORMAL_EDGE * NORMAL_EDGE) + tail;
    Ziggurat::new(
        NORMAL_EDGE,
        area,
        |x| libm::exp(-0.5 * x * x),
        |y| libm::sqrt(-2.0 * libm::log(y)),
    )
});

#[cfg(test)]
mod tests {
    use super::*;

    /// Mean, variance and share above `cut` of a million draws.
    fn moments(mut draw: impl FnMut() -> f64, cut: f64) -> (f64, f64, f64) {
        let count = 1_000_000;
        let (mut sum, mut squares, mut above) = (0.0, 0.0, 0.0);
        for _ in 0..count {
            let x = draw();
            sum += x;
            squares += x * x;
            above += f64::from(x > cut);
        }
        let mean = sum / f64::from(count);
        (
            mean,
            squares / f64::from(count) - mean * mean,
            above / f64::from(count),
        )
    }

    fn close(found: f64, expected: f64, tolerance: f64) {
        assert!(
            (found - expected).abs() < tolerance,
            "{found} is not {expected} +- {tolerance}"
        );
    }

    #[test]
    fn exponential_draws_have_the_moments_and_tail_of_the_exponential() {
        let mut stream = Stream::named(1, "test");
        let (mean, variance, above) = moments(|| stream.exponential(), 3.0);
        // Five standard errors of a million draws.
        close(mean, 1.0, 0.005);
        close(variance, 1.0, 0.015);
        close(above, (-3.0f64).exp(), 0.0012);
    }

    #[test]
    fn normal_draws_have_the_moments_and_tail_of_the_normal() {
        let mut stream = Stream::named(2, "test");
        let (mean, variance, above) = moments(|| stream.normal(), 2.0);
        close(mean, 0.0, 0.005);
        close(variance, 1.0, 0.008);
        close(above, 0.022_750_1, 0.000_8);
    }

    #[test]
    fn the_far_tails_are_reached_as_often_as_they_should_be() {
        let mut stream = Stream::named(3, "test");
        let (_, _, above) = moments(|| stream.exponential(), EXPONENTIAL_EDGE);
        close(above, (-EXPONENTIAL_EDGE).exp(), 0.000_11);
        let (_, _, above) = moments(|| stream.normal().abs(), 3.0);
        close(above, 0.002_699_8, 0.000_27);
    }

    #[test]
    fn streams_of_one_seed_differ_by_name_and_repeat_by_seed() {
        let draw = |seed, name| Stream::named(seed, name).bits();
        assert_eq!(draw(7, "arrivals"), draw(7, "arrivals"));
        assert_ne!(draw(7, "arrivals"), draw(7, "mix"));
        assert_ne!(draw(7, "arrivals"), draw(8, "arrivals"));
    }

    #[test]
    fn the_generator_keeps_its_published_values() {
        // First output of xoshiro256++ for the state 1, 2, 3, 4, by the authors' reference code.
        let mut seed = [0u8; 32];
        for (place, word) in seed.chunks_exact_mut(8).zip(1u64..) {
            place.copy_from_slice(&word.to_le_bytes());
        }
        let mut stream = Stream(Xoshiro256PlusPlus::from_seed(seed));
        assert_eq!(stream.bits(), 41_943_041);
        assert_eq!(stream.bits(), 58_720_359);
    }
}
