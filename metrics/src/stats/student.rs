//! Student's t: probabilities and quantiles.

use statrs::distribution::{ContinuousCDF, StudentsT};

/// Probability of a value at most `t` by chance.
pub fn student_below(t: f64, freedom: f64) -> f64 {
    StudentsT::new(0.0, 1.0, freedom.max(1.0)).map_or(1.0, |student| student.cdf(t))
}

/// Probability of a value at least as far from 0 as `t`, on either side, by chance.
pub fn student_beyond(t: f64, freedom: f64) -> f64 {
    (2.0 * student_below(-t.abs(), freedom)).min(1.0)
}

/// The value that chance stays below with probability `p`.
pub fn student_quantile(p: f64, freedom: f64) -> f64 {
    StudentsT::new(0.0, 1.0, freedom.max(1.0))
        .map_or(f64::INFINITY, |student| student.inverse_cdf(p))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn matches_tables() {
        assert!((student_quantile(0.975, 15.0) - 2.1314).abs() < 1e-3);
        assert!((student_beyond(2.1314, 15.0) - 0.05).abs() < 1e-4);
        assert!((student_below(-1.7531, 15.0) - 0.05).abs() < 1e-4);
        assert_eq!(student_beyond(0.0, 7.0), 1.0);
    }
}
