//! How far one run's windows lie from another's.

use super::quantiles::median;

/// Turns the median absolute deviation of normal values into their standard deviation.
const MAD_TO_SD: f64 = 1.4826;
/// A median of differences is a little less efficient than the mean: the root of pi / 3, rounded up as SCORING.md section 4 has it.
const EFFICIENCY: f64 = 1.05;
/// Beyond this, so few windows cannot tell a memory from a trend.
const MOST_MEMORY: f64 = 0.8;

/// The Hodges-Lehmann shift: the median of all differences between a value of `to` and one of `from`. `None` where either is empty.
pub fn rank_shift(from: &[f64], to: &[f64]) -> Option<f64> {
    let mut differences: Vec<f64> = to
        .iter()
        .flat_map(|b| from.iter().map(move |a| b - a))
        .collect();
    if differences.is_empty() {
        return None;
    }
    let middle = differences.len() / 2;
    let even = differences.len().is_multiple_of(2);
    let (below, upper, _) = differences.select_nth_unstable_by(middle, f64::total_cmp);
    let upper = *upper;
    if !even {
        return Some(upper);
    }
    let lower = below
        .iter()
        .copied()
        .max_by(f64::total_cmp)
        .unwrap_or(upper);
    Some(0.5 * (lower + upper))
}

/// Standard error of the middle of a run's window values, in the order of time: `1.05 * 1.4826 MAD / sqrt(W) * sqrt((1 + r1)/(1 - r1))`, `r1` the correlation
/// of neighbours, in [0, .8]. `None` with fewer than two values.
pub fn middle_error(values: &[f64]) -> Option<f64> {
    if values.len() < 2 {
        return None;
    }
    let middle = median(values)?;
    let away: Vec<f64> = values.iter().map(|value| (value - middle).abs()).collect();
    let r = memory(values);
    Some(
        EFFICIENCY * MAD_TO_SD * median(&away)? / libm::sqrt(values.len() as f64)
            * libm::sqrt((1.0 + r) / (1.0 - r)),
    )
}

/// Correlation of neighbours, in [0, .8]; 0 where all values are equal.
pub fn memory(values: &[f64]) -> f64 {
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    let square: f64 = values.iter().map(|x| (x - mean) * (x - mean)).sum();
    let product: f64 = values
        .windows(2)
        .map(|pair| (pair[0] - mean) * (pair[1] - mean))
        .sum();
    if square > 0.0 {
        (product / square).clamp(0.0, MOST_MEMORY)
    } else {
        0.0
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn the_shift_is_the_median_of_all_differences(
            from in proptest::collection::vec(-9.0f64..9.0, 1..20),
            to in proptest::collection::vec(-9.0f64..9.0, 1..20),
            by in -3.0f64..3.0,
        ) {
            let all: Vec<f64> = to.iter().flat_map(|b| from.iter().map(move |a| b - a)).collect();
            let shift = rank_shift(&from, &to).expect("not empty");
            prop_assert!((shift - median(&all).expect("not empty")).abs() < 1e-12);
            let moved: Vec<f64> = from.iter().map(|x| x + by).collect();
            prop_assert!((rank_shift(&from, &moved).expect("not empty") - by).abs() < 1e-9);
            prop_assert!((rank_shift(&to, &from).expect("not empty") + shift).abs() < 1e-12);
        }
    }

    #[test]
    fn windows_that_remember_say_less() {
        let jumping = [1.0, 2.0, 1.0, 2.0, 1.0, 2.0, 1.0, 2.0];
        let drifting = [1.0, 1.0, 1.0, 1.0, 2.0, 2.0, 2.0, 2.0];
        let (jumping, drifting) = (middle_error(&jumping), middle_error(&drifting));
        assert!(jumping.expect("enough") < drifting.expect("enough"));
        assert_eq!(middle_error(&[3.0; 5]), Some(0.0));
        assert_eq!(middle_error(&[3.0]), None);
    }
}
