//! Random numbers that are the same on any machine.
//!
//! `rand_distr` would do, but takes its logarithms from the platform as soon as any crate of the build asks for its `std`.

use rand_pcg::{Pcg64, rand_core::Rng};
use sha2::{Digest, Sha256};

/// Numbers of one seed for one use: what else is drawn of the seed does not move them. PCG64 (O'Neill, 2014), its state and stream from SHA-256 of both.
#[derive(Debug, Clone)]
pub(super) struct Random(Pcg64);

impl Random {
    pub(super) fn new(seed: u64, usage: &str) -> Random {
        let mut hash = Sha256::new();
        hash.update(seed.to_le_bytes());
        hash.update(usage.as_bytes());
        let half = |bytes: &[u8]| {
            bytes
                .iter()
                .rev()
                .fold(0u128, |number, byte| (number << 8) | u128::from(*byte))
        };
        let bytes = hash.finalize();
        Random(Pcg64::new(half(&bytes[..16]), half(&bytes[16..])))
    }

    /// Above 0, and at most 1.
    pub(super) fn uniform(&mut self) -> f64 {
        ((self.0.next_u64() >> 11) + 1) as f64 / (1u64 << 53) as f64
    }

    /// Exponential with mean 1.
    pub(super) fn exponential(&mut self) -> f64 {
        -libm::log(self.uniform())
    }

    /// Gamma with mean 1 (Marsaglia and Tsang, A simple method for generating gamma variables, 2000).
    pub(super) fn gamma(&mut self, shape: f64) -> f64 {
        let boosted = if shape < 1.0 { shape + 1.0 } else { shape };
        let d = boosted - 1.0 / 3.0;
        let c = 1.0 / (9.0 * d).sqrt();
        let drawn = loop {
            let x = self.normal();
            let v = 1.0 + c * x;
            let v = v * v * v;
            if v > 0.0 && libm::log(self.uniform()) < 0.5 * x * x + d - d * v + d * libm::log(v) {
                break d * v;
            }
        };
        if shape < 1.0 {
            drawn * libm::pow(self.uniform(), 1.0 / shape) / shape
        } else {
            drawn / shape
        }
    }

    /// Standard normal (Marsaglia's polar method).
    fn normal(&mut self) -> f64 {
        loop {
            let (x, y) = (2.0 * self.uniform() - 1.0, 2.0 * self.uniform() - 1.0);
            let square = x * x + y * y;
            if square > 0.0 && square < 1.0 {
                return x * (-2.0 * libm::log(square) / square).sqrt();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Random;

    #[test]
    fn uses_of_one_seed_are_unlike() {
        let draw = |seed, usage| {
            let mut random = Random::new(seed, usage);
            (random.uniform(), random.uniform())
        };
        assert_eq!(draw(7, "arrivals"), draw(7, "arrivals"));
        assert_ne!(draw(7, "arrivals"), draw(7, "warmup"));
        assert_ne!(draw(7, "arrivals"), draw(8, "arrivals"));
    }

    #[test]
    fn gamma_has_mean_1_and_its_variance() {
        for shape in [0.3, 1.0, 4.0] {
            let mut random = Random::new(1, "test");
            let drawn: Vec<f64> = (0..40_000).map(|_| random.gamma(shape)).collect();
            let mean = drawn.iter().sum::<f64>() / 40_000.0;
            let variance = drawn.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / 40_000.0;
            // Five standard errors.
            assert!(
                (mean - 1.0).abs() < 5.0 / (40_000.0 * shape).sqrt(),
                "{shape}: {mean}"
            );
            assert!((variance * shape - 1.0).abs() < 0.1, "{shape}: {variance}");
        }
    }
}
