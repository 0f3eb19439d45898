//! Trends that are more than noise: Theil and Sen's slope with Sen's lower bound.

use super::quantiles::median;

/// Least windows for a trend.
pub const LEAST_WINDOWS: usize = 8;
/// Blocks whose medians are compared.
const BLOCKS: usize = 16;
/// One-sided 95 % quantile of a standard normal.
const NORMAL_95: f64 = 1.645;

/// A line through a series.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Trend {
    /// Median slope, per second.
    pub slope: f64,
    /// Lower bound of the slope, at least 0: growth that noise does not explain.
    pub lower: f64,
    /// Value at time 0.
    pub intercept: f64,
}

/// The trend of `(seconds, value)` in the order of time; `None` with fewer than 8 points.
///
/// At most 16 block medians, all pair slopes sorted, and Sen's (1968) one-sided bound: the slope at rank `(N - C) / 2` with `C = 1.645 sqrt(n(n-1)(2n+5)/18)`.
pub fn trend(points: &[(f64, f64)]) -> Option<Trend> {
    if points.len() < LEAST_WINDOWS {
        return None;
    }
    let blocks = BLOCKS.min(points.len());
    let medians: Vec<(f64, f64)> = (0..blocks)
        .filter_map(|block| {
            let part = &points[block * points.len() / blocks..(block + 1) * points.len() / blocks];
            let column =
                |pick: fn(&(f64, f64)) -> f64| median(&part.iter().map(pick).collect::<Vec<_>>());
            Some((column(|point| point.0)?, column(|point| point.1)?))
        })
        .collect();
    let mut slopes = Vec::new();
    for (at, a) in medians.iter().enumerate() {
        for b in &medians[at + 1..] {
            if b.0 > a.0 {
                slopes.push((b.1 - a.1) / (b.0 - a.0));
            }
        }
    }
    slopes.sort_by(f64::total_cmp);
    let n = medians.len() as f64;
    let pairs = slopes.len() as f64;
    let c = NORMAL_95 * libm::sqrt(n * (n - 1.0) * (2.0 * n + 5.0) / 18.0);
    let slope = median(&slopes)?;
    let lower = slopes
        .get(((pairs - c) / 2.0).max(0.0) as usize)
        .copied()?
        .max(0.0);
    let intercept = median(
        &medians
            .iter()
            .map(|(time, value)| value - slope * time)
            .collect::<Vec<_>>(),
    )?;
    Some(Trend {
        slope,
        lower,
        intercept,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_has_its_slope_and_noise_none() {
        let line: Vec<(f64, f64)> = (0..64)
            .map(|i| (f64::from(i), 5.0 + 2.0 * f64::from(i)))
            .collect();
        let found = trend(&line).expect("enough points");
        assert!(
            (found.slope - 2.0).abs() < 1e-9
                && (found.lower - 2.0).abs() < 1e-9
                && (found.intercept - 5.0).abs() < 1e-9
        );
        let noise: Vec<(f64, f64)> = (0..64)
            .map(|i| (f64::from(i), f64::from((i * 37) % 19)))
            .collect();
        assert!(trend(&noise).expect("enough points").lower < 0.05);
        assert_eq!(trend(&line[..7]), None);
    }
}
