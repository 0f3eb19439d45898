//! How single arrivals lie around the rate.

use std::{fmt, str::FromStr};

use super::random::Random;

/// How single arrivals lie around the rate.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub enum Arrivals {
    /// Arrival k starts when k are expected.
    #[default]
    Even,
    /// Independent of each other, as those of many users are: exponential gaps.
    Poisson,
    /// Gaps of a gamma distribution of this shape: 1 is Poisson, above it they are more even, below it they come in clusters.
    Gamma(f64),
    /// So many at once.
    Burst(u64),
}

/// How many a burst has where nobody says.
const BURST: u64 = 10;

impl Arrivals {
    /// What it takes, for messages.
    pub const TAKES: &'static str = "even, poisson, gamma:K or burst:N";

    /// The places of arrivals, in arrivals that are expected until then. `usage` is what the seed is used for.
    pub(super) fn places(self, seed: u64, usage: &str) -> Places {
        Places {
            arrivals: self,
            random: Random::new(seed, usage),
            next: 0,
            sum: 0.0,
        }
    }

    /// Whether there are exactly as many as are expected.
    pub fn is_exact(self) -> bool {
        matches!(self, Arrivals::Even | Arrivals::Burst(_))
    }
}

/// Places of arrivals, without end.
#[derive(Debug, Clone)]
pub(super) struct Places {
    arrivals: Arrivals,
    random: Random,
    next: u64,
    sum: f64,
}

impl Iterator for Places {
    type Item = f64;

    fn next(&mut self) -> Option<f64> {
        let k = self.next;
        self.next += 1;
        Some(match self.arrivals {
            Arrivals::Even => k as f64,
            Arrivals::Burst(size) => (k / size * size) as f64,
            Arrivals::Poisson => {
                self.sum += self.random.exponential();
                self.sum
            }
            Arrivals::Gamma(shape) => {
                self.sum += self.random.gamma(shape);
                self.sum
            }
        })
    }
}

impl FromStr for Arrivals {
    type Err = String;

    fn from_str(text: &str) -> Result<Arrivals, String> {
        let (name, value) = match text.split_once(':') {
            Some((name, value)) => (name, Some(value.trim())),
            None => (text, None),
        };
        let wrong = || format!("must be {}", Arrivals::TAKES);
        match (name.trim().to_ascii_lowercase().as_str(), value) {
            ("even", None) => Ok(Arrivals::Even),
            ("poisson", None) => Ok(Arrivals::Poisson),
            ("gamma", Some(value)) => {
                let shape = value.parse().ok();
                shape
                    .filter(|shape: &f64| (0.01..=1e6).contains(shape))
                    .map(Arrivals::Gamma)
                    .ok_or_else(|| {
                        "needs a shape between 0.01 and 1000000, as in gamma:4".to_owned()
                    })
            }
            ("burst", None) => Ok(Arrivals::Burst(BURST)),
            ("burst", Some(value)) => {
                let size = value.parse().ok();
                size.filter(|size| (1..=1_000_000).contains(size))
                    .map(Arrivals::Burst)
                    .ok_or_else(|| "needs a size between 1 and 1000000, as in burst:20".to_owned())
            }
            _ => Err(wrong()),
        }
    }
}

impl fmt::Display for Arrivals {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Arrivals::Even => write!(f, "even"),
            Arrivals::Poisson => write!(f, "poisson"),
            Arrivals::Gamma(shape) => write!(f, "gamma:{shape}"),
            Arrivals::Burst(size) => write!(f, "burst:{size}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_as_they_are_written() {
        for arrivals in [
            Arrivals::Even,
            Arrivals::Poisson,
            Arrivals::Gamma(0.5),
            Arrivals::Burst(20),
        ] {
            assert_eq!(arrivals.to_string().parse(), Ok(arrivals));
        }
        assert_eq!("burst".parse(), Ok(Arrivals::Burst(10)));
        for wrong in [
            "",
            "gamma",
            "gamma:0",
            "gamma:x",
            "burst:0",
            "poisson:3",
            "odd",
        ] {
            assert!(wrong.parse::<Arrivals>().is_err(), "{wrong}");
        }
    }
}
