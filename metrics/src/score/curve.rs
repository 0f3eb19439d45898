//! The curve from a measured value to a score.

use super::settings::Curve;

/// No factor falls below this, so that one cannot erase all others.
pub const FLOOR: f64 = 0.01;

impl Curve {
    /// `1 / (1 + (x / mid)^k)` with `k = ln 9 / ln(mid / good)`: 1 at 0, 0.9 at `good`, 0.5 at `mid`, 0.1 at `mid^2 / good`.
    ///
    /// Within .012 of Lighthouse's log-normal through the same two points, with a closed form and an exact inverse.
    pub fn at(self, x: f64) -> f64 {
        Steep::new(self).at(x)
    }

    /// The score a factor takes part with: the curve, kept within `[FLOOR, 1]`.
    pub fn score(self, x: f64) -> f64 {
        self.at(x).clamp(FLOOR, 1.0)
    }

    /// The value at which the curve gives a score: what would have to be reached.
    pub fn inverse(self, score: f64) -> f64 {
        let score = score.clamp(FLOOR, 1.0);
        self.mid * libm::pow(1.0 / score - 1.0, 1.0 / self.steepness())
    }

    fn steepness(self) -> f64 {
        libm::log(9.0) / libm::log(self.mid / self.good)
    }
}

/// A curve with its steepness, found once for many values.
#[derive(Debug, Clone, Copy)]
pub(super) struct Steep {
    pub(super) curve: Curve,
    steepness: f64,
}

impl Steep {
    pub(super) fn new(curve: Curve) -> Steep {
        Steep {
            curve,
            steepness: curve.steepness(),
        }
    }

    fn at(self, x: f64) -> f64 {
        1.0 / (1.0 + libm::pow(x.max(0.0) / self.curve.mid, self.steepness))
    }

    pub(super) fn score(self, x: f64) -> f64 {
        self.at(x).clamp(FLOOR, 1.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn goes_through_its_points_and_back() {
        let curve = Curve {
            good: 0.5,
            mid: 1.25,
            exponent: 1.0,
        };
        for (x, expected) in [
            (0.0, 1.0),
            (0.5, 0.9),
            (1.25, 0.5),
            (1.25 * 1.25 / 0.5, 0.1),
            (-3.0, 1.0),
        ] {
            assert!((curve.at(x) - expected).abs() < 1e-12, "{x}");
        }
        for score in [0.05, 0.5, 0.9, 0.99] {
            assert!((curve.at(curve.inverse(score)) - score).abs() < 1e-12);
        }
        assert_eq!(curve.score(1e12), FLOOR);
    }
}
