//! How much durations of one operation differ: body and slow tail.

use crate::summary::Histogram;

/// Interquartile range of a standard normal: a log-normal of sigma has a log range of 1.349 sigma.
const NORMAL_IQR: f64 = 1.349;
/// Mean of the largest 5 % of a standard normal.
const NORMAL_TOP: f64 = 2.0627;
/// The slow tail.
const TOP: f64 = 0.05;

/// `max(0, mean of ln x over the slowest 5 % - ln median) / 2.0627`: sigma, for a log-normal.
pub fn tail(values: &Histogram) -> Option<f64> {
    Some(((values.ln_mean_above(TOP)? - values.ln_quantile(0.5)?) / NORMAL_TOP).max(0.0))
}

/// `ln(q75 / q25) / 1.349`: sigma, for a log-normal.
pub fn body(values: &Histogram) -> Option<f64> {
    Some((values.ln_quantile(0.75)? - values.ln_quantile(0.25)?) / NORMAL_IQR)
}

/// `sqrt((s^2 + t^2) / 2)` with `s` the [`body`] and `t` the [`tail`]: sigma, for a log-normal.
pub fn dispersion(values: &Histogram) -> Option<f64> {
    let body = body(values)?;
    let tail = tail(values)?;
    Some(libm::sqrt((body * body + tail * tail) / 2.0))
}

/// `n sqrt(median)`, seconds: of the median, so that jitter cannot raise its own weight.
pub fn weight(values: &Histogram) -> Option<f64> {
    Some(values.n() as f64 * libm::sqrt(values.quantile(0.5)? * 1e-9))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Quantiles of a standard normal at (i + 1/2) / n, by bisection of the error function.
    fn log_normal(sigma: f64, n: usize) -> Histogram {
        let mut histogram = Histogram::default();
        for i in 0..n {
            let p = (i as f64 + 0.5) / n as f64;
            let (mut low, mut high) = (-8.0, 8.0);
            for _ in 0..60 {
                let middle = 0.5 * (low + high);
                if 0.5 * libm::erfc(-middle / std::f64::consts::SQRT_2) < p {
                    low = middle
                } else {
                    high = middle
                }
            }
            histogram.record((1e7 * (sigma * low).exp()) as u64);
        }
        histogram
    }

    #[test]
    fn a_log_normal_has_its_sigma() {
        for sigma in [0.1, 0.5, 1.0, 1.5] {
            let found = dispersion(&log_normal(sigma, 20_000)).expect("not empty");
            assert!((found - sigma).abs() < 0.015, "{sigma}: {found}");
        }
    }

    #[test]
    fn scale_does_not_matter() {
        let near = |scale: u64| {
            let mut histogram = Histogram::default();
            for i in 0..1000u64 {
                histogram.record(scale * (1000 + (i * i) % 997));
            }
            dispersion(&histogram).expect("not empty")
        };
        assert!((near(1) - near(1000)).abs() < 0.01);
    }
}
