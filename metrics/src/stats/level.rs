//! Whether the level of durations moves during the run. Dispersion cannot see that: a constant delay even lowers it.

use super::quantiles::chi2_95;

/// Least spans.
pub const LEVEL_MIN_SPANS: u64 = 60;
/// Least blocks with data.
const LEAST_BLOCKS: usize = 4;
/// Spans of one trace are alike: the design effect of sampling them in clusters.
const DESIGN_EFFECT: f64 = 3.0;

/// Spread of the block means of `y = ln x` beyond what chance gives: `sqrt(max(0, sum n_b (mean_b - mean)^2 / N - 3 chi2_.95(B-1) s^2 / N))`, with `y` clipped at
/// its 5 % and 95 % quantiles and `s^2` the variance inside blocks, from parts of blocks as `(block, (n, sum y, sum y^2))`. `None` with fewer than 60 spans or
/// 4 blocks.
pub fn level(parts: impl Iterator<Item = (usize, (f64, f64, f64))>) -> Option<f64> {
    let mut blocks: Vec<(f64, f64, f64)> = Vec::new();
    for (block, (n, sum, squares)) in parts {
        if blocks.len() <= block {
            blocks.resize(block + 1, (0.0, 0.0, 0.0));
        }
        let b = &mut blocks[block];
        *b = (b.0 + n, b.1 + sum, b.2 + squares);
    }
    blocks.retain(|(n, ..)| *n > 0.0);
    let n: f64 = blocks.iter().map(|(n, ..)| n).sum();
    if blocks.len() < LEAST_BLOCKS || n < LEVEL_MIN_SPANS as f64 {
        return None;
    }
    let mean = blocks.iter().map(|(_, sum, _)| sum).sum::<f64>() / n;
    let between: f64 = blocks
        .iter()
        .map(|(n, sum, _)| n * (sum / n - mean) * (sum / n - mean))
        .sum();
    let within: f64 = blocks
        .iter()
        .map(|(n, sum, squares)| (squares - sum * sum / n).max(0.0))
        .sum();
    let variance = within / (n - blocks.len() as f64);
    Some(libm::sqrt(
        ((between - DESIGN_EFFECT * chi2_95(blocks.len() - 1) * variance) / n).max(0.0),
    ))
}
