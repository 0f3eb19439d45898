//! Quantiles of small samples and of distributions.

use std::sync::OnceLock;

use statrs::distribution::{ChiSquared, ContinuousCDF};

/// Degrees of freedom up to which quantiles are remembered; beyond, they are computed each time.
const REMEMBERED: usize = 2048;

/// The 95 % quantile of chi-squared.
pub fn chi2_95(freedom: usize) -> f64 {
    static TABLE: [OnceLock<f64>; REMEMBERED] = [const { OnceLock::new() }; REMEMBERED];
    let compute = || {
        ChiSquared::new(freedom as f64).map_or(0.0, |distribution| distribution.inverse_cdf(0.95))
    };
    TABLE
        .get(freedom)
        .map_or_else(compute, |slot| *slot.get_or_init(compute))
}

/// The `q` quantile, linear between order statistics (Hyndman and Fan's type 7); `None` when empty.
pub fn quantile(values: &[f64], q: f64) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let at = q * (sorted.len().checked_sub(1)?) as f64;
    let (low, high) = (sorted[at.floor() as usize], sorted[at.ceil() as usize]);
    Some(low + (high - low) * at.fract())
}

/// The median; `None` when empty.
pub fn median(values: &[f64]) -> Option<f64> {
    quantile(values, 0.5)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chi_squared_matches_tables() {
        for (freedom, expected) in [(1, 3.8415), (7, 14.0671), (31, 44.9853)] {
            assert!((chi2_95(freedom) - expected).abs() < 1e-3);
        }
    }

    #[test]
    fn quantiles_interpolate() {
        assert_eq!(quantile(&[4.0, 1.0, 3.0, 2.0], 0.5), Some(2.5));
        assert_eq!(quantile(&[], 0.5), None);
    }
}
