//! Quantiles as Python's `statistics` takes them.

/// The `percent`-th of the 99 cut points of `statistics.quantiles(values, n=100)`, exclusive: it extrapolates beyond the ends of few values.
/// `sorted` holds at least two values, `percent` is 1..=99.
pub(super) fn percentile(sorted: &[f64], percent: usize) -> f64 {
    let position = percent * (sorted.len() + 1);
    let upper = (position / 100).clamp(1, sorted.len() - 1);
    let beyond = position as f64 - 100.0 * upper as f64;
    (sorted[upper - 1] * (100.0 - beyond) + sorted[upper] * beyond) / 100.0
}

/// The median of at least one value.
pub(super) fn median(sorted: &[f64]) -> f64 {
    let half = sorted.len() / 2;
    if sorted.len().is_multiple_of(2) {
        (sorted[half - 1] + sorted[half]) / 2.0
    } else {
        sorted[half]
    }
}

/// A sorted copy.
pub(super) fn sorted(values: &[f64]) -> Vec<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    sorted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_values_are_extrapolated() {
        assert_eq!(percentile(&[1.0, 2.0], 50), 1.5);
        assert_eq!(percentile(&[1.0, 2.0], 95), 2.85);
        assert_eq!(percentile(&[1.0, 2.0, 4.0], 95), 5.6);
    }

    #[test]
    fn medians() {
        assert_eq!(median(&[1.0, 2.0, 9.0]), 2.0);
        assert_eq!(median(&[1.0, 2.0, 4.0, 9.0]), 3.0);
    }
}
