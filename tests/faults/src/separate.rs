//! How well a score tells faulty runs from clean ones.

use crate::scores::Scores;

/// Area under the ROC curve: the probability that a faulty run scores below a clean one, ties by half.
pub(crate) fn auc(clean: &[f64], faulty: &[f64]) -> f64 {
    let below: f64 = faulty
        .iter()
        .flat_map(|bad| clean.iter().map(move |good| (bad, good)))
        .map(|(bad, good)| match bad.total_cmp(good) {
            std::cmp::Ordering::Less => 1.0,
            std::cmp::Ordering::Equal => 0.5,
            std::cmp::Ordering::Greater => 0.0,
        })
        .sum();
    below / (clean.len() * faulty.len()) as f64
}

/// A metric's scores over runs; runs without data are left out.
pub(crate) fn column(runs: &[Scores], code: &str) -> Vec<f64> {
    runs.iter()
        .filter_map(|run| run.get(code).map(|(score, _)| *score))
        .collect()
}

/// Arithmetic mean.
pub(crate) fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

/// Sample standard deviation.
pub(crate) fn deviation(values: &[f64]) -> f64 {
    let mean = mean(values);
    let squares: f64 = values.iter().map(|x| (x - mean) * (x - mean)).sum();
    libm::sqrt(squares / (values.len() as f64 - 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn auc_counts_pairs_and_halves_ties() {
        assert_eq!(auc(&[0.9, 0.8], &[0.1, 0.2]), 1.0);
        assert_eq!(auc(&[0.1, 0.2], &[0.9, 0.8]), 0.0);
        assert_eq!(auc(&[0.5, 0.9], &[0.5, 0.7]), (0.5 + 1.0 + 0.0 + 1.0) / 4.0);
    }
}
