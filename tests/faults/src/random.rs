//! Seeded random numbers.
//!
//! SplitMix64 (Steele, Lea, Flood: Fast Splittable Pseudorandom Number Generators, 2014), written out so that no upgrade of a dependency can change the tables.

/// A stream of random numbers.
pub(crate) struct Random {
    state: u64,
}

impl Random {
    /// A stream of its own for each seed and purpose.
    pub(crate) fn new(seed: u64, purpose: u64) -> Random {
        let mut random = Random { state: seed };
        let start = random.bits();
        Random {
            state: start ^ purpose.wrapping_mul(0xd134_2543_de82_ef95),
        }
    }

    /// 64 random bits.
    pub(crate) fn bits(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number in [0, 1).
    pub(crate) fn unit(&mut self) -> f64 {
        (self.bits() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// True with this probability.
    pub(crate) fn chance(&mut self, probability: f64) -> bool {
        self.unit() < probability
    }

    /// A standard normal number, after Box and Muller.
    pub(crate) fn normal(&mut self) -> f64 {
        let radius = libm::sqrt(-2.0 * libm::log(1.0 - self.unit()));
        radius * libm::cos(2.0 * std::f64::consts::PI * self.unit())
    }

    /// `exp(sigma z)`: a factor about 1 whose logarithm has this standard deviation.
    pub(crate) fn factor(&mut self, sigma: f64) -> f64 {
        libm::exp(sigma * self.normal())
    }

    /// An index, with probabilities in proportion to the steps of `cumulative`.
    pub(crate) fn pick(&mut self, cumulative: &[f64]) -> usize {
        let total = cumulative.last().copied().unwrap_or(0.0);
        let at = self.unit() * total;
        cumulative
            .partition_point(|end| *end <= at)
            .min(cumulative.len().saturating_sub(1))
    }
}

/// Running sums.
pub(crate) fn cumulative(values: impl Iterator<Item = f64>) -> Vec<f64> {
    values
        .scan(0.0, |sum, value| {
            *sum += value;
            Some(*sum)
        })
        .collect()
}

/// A stationary autoregressive series of standard deviation `sd`, each value keeping `memory` of the one before.
pub(crate) fn wander(random: &mut Random, n: usize, memory: f64, sd: f64) -> Vec<f64> {
    let fresh = libm::sqrt(1.0 - memory * memory);
    let mut value = random.normal();
    (0..n)
        .map(|_| {
            let now = value;
            value = memory * value + fresh * random.normal();
            sd * now
        })
        .collect()
}
