//! The interval: a delete-a-block jackknife over time. Approximate, and about this run only.

use statrs::distribution::{ContinuousCDF, StudentsT};

/// Fewer blocks than this say nothing about spread.
const LEAST_BLOCKS: usize = 4;

/// A range around a score.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Interval {
    /// Lower end, 0..1.
    pub low: f64,
    /// Upper end, 0..1.
    pub high: f64,
    /// Standard error.
    pub error: f64,
}

/// The interval of a score from its values with each block left out, as `(records in the block, value)`.
///
/// Blocks hold unequal numbers of records, so this is the delete-m_j jackknife of Busing, Meijer and van der Leeden (1999). With 16 blocks the half width is
/// 2.131 standard errors, the 97.5 % quantile of Student's t with 15 degrees of freedom.
pub(super) fn jackknife(full: f64, left_out: &[(f64, f64)]) -> Option<Interval> {
    let blocks: Vec<(f64, f64)> = left_out.iter().copied().filter(|(n, _)| *n > 0.0).collect();
    let total: f64 = blocks.iter().map(|(n, _)| n).sum();
    if blocks.len() < LEAST_BLOCKS {
        return None;
    }
    let g = blocks.len() as f64;
    let mean = g * full
        - blocks
            .iter()
            .map(|(n, value)| (1.0 - n / total) * value)
            .sum::<f64>();
    let variance = blocks.iter().map(|(n, value)| {
        let h = total / n;
        let pseudo = h * full - (h - 1.0) * value;
        (pseudo - mean) * (pseudo - mean) / (h - 1.0)
    });
    let error = libm::sqrt(variance.sum::<f64>() / g);
    let quantile = StudentsT::new(0.0, 1.0, g - 1.0).ok()?.inverse_cdf(0.975);
    Some(Interval {
        low: (full - quantile * error).clamp(0.0, 1.0),
        high: (full + quantile * error).clamp(0.0, 1.0),
        error,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_blocks_give_the_mean_s_standard_error() {
        let values = [1.0, 2.0, 4.0, 3.0, 5.0, 2.5, 3.5, 1.5];
        let n = values.len() as f64;
        let mean = values.iter().sum::<f64>() / n;
        let variance = values
            .iter()
            .map(|value| (value - mean) * (value - mean))
            .sum::<f64>()
            / (n - 1.0);
        // Scaled into 0..1, where the interval is clipped.
        let left_out: Vec<(f64, f64)> = values
            .iter()
            .map(|value| (1.0, (mean * n - value) / (n - 1.0) / 10.0))
            .collect();
        let interval = jackknife(mean / 10.0, &left_out).expect("enough blocks");
        assert!((interval.error - (variance / n).sqrt() / 10.0).abs() < 1e-12);
        assert!(jackknife(0.5, &left_out[..3]).is_none());
    }

    #[test]
    fn half_width_is_two_and_a_bit_errors() {
        let left_out: Vec<(f64, f64)> = (0..16)
            .map(|i| (10.0, 0.5 + 0.001 * f64::from(i)))
            .collect();
        let interval = jackknife(0.5075, &left_out).expect("enough blocks");
        assert!(((interval.high - 0.5075) / interval.error - 2.131).abs() < 1e-3);
    }
}
