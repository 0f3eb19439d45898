//! Spread of a proportion over windows, beyond what chance gives.

use super::quantiles::chi2_95;

/// Least windows with data.
const LEAST_WINDOWS: usize = 4;

/// `sqrt(max(0, sum n_w (r_w - r)^2 / sum n_w - chi2_.95(W-1) r (1-r) / sum n_w))` over windows `(hits, n)`. `None` with fewer than 4 windows with data.
pub fn excess_spread(windows: impl IntoIterator<Item = (u64, u64)>) -> Option<f64> {
    let windows: Vec<(f64, f64)> = windows
        .into_iter()
        .filter(|(_, n)| *n > 0)
        .map(|(hits, n)| (hits as f64, n as f64))
        .collect();
    if windows.len() < LEAST_WINDOWS {
        return None;
    }
    let n: f64 = windows.iter().map(|(_, n)| n).sum();
    let rate = windows.iter().map(|(hits, _)| hits).sum::<f64>() / n;
    let between: f64 = windows
        .iter()
        .map(|(hits, n)| n * (hits / n - rate) * (hits / n - rate))
        .sum();
    Some(libm::sqrt(
        ((between - chi2_95(windows.len() - 1) * rate * (1.0 - rate)) / n).max(0.0),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chance_is_no_spread_and_a_burst_is() {
        assert_eq!(
            excess_spread([(5, 100), (7, 100), (4, 100), (6, 100)]),
            Some(0.0)
        );
        let burst = excess_spread([(0, 100), (0, 100), (0, 100), (80, 100)]).expect("four windows");
        assert!((0.3..0.35).contains(&burst), "{burst}");
        assert_eq!(
            excess_spread([(1, 10), (0, 0), (1, 10), (1, 10)]),
            None,
            "three windows with data"
        );
    }
}
