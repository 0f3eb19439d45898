//! Distributions of durations below each other, on one logarithmic axis.

use pss_metrics::report::{Distribution, OperationReport};

use super::{super::numbers::seconds, number::at};

/// Operations drawn: more are no longer compared by eye.
const SHOWN: usize = 8;
/// A figure is stretched to the width there is.
const WIDTH: f64 = 1000.0;
const HEIGHT: f64 = 40.0;

/// All distributions.
pub(super) struct Ridges {
    pub(super) rows: Vec<Ridge>,
    /// Labels of the axis at equal distances, from its one end to the other.
    pub(super) ticks: Vec<String>,
    /// Places of the ticks.
    pub(super) grid: Vec<String>,
}

/// The distribution of one operation.
pub(super) struct Ridge {
    /// Place in the list of operations.
    pub(super) operation: usize,
    pub(super) path: String,
    pub(super) q50: Option<String>,
    pub(super) q99: Option<String>,
}

/// Those of the costliest operations; `None` where none has durations.
pub(super) fn ridges(operations: &[OperationReport]) -> Option<Ridges> {
    let with: Vec<(usize, &OperationReport, &Distribution)> = operations
        .iter()
        .enumerate()
        .filter_map(|(at, operation)| {
            let durations = operation
                .durations
                .as_ref()
                .filter(|durations| drawable(durations))?;
            Some((at, operation, durations))
        })
        .take(SHOWN)
        .collect();
    let low = with
        .iter()
        .map(|(.., d)| d.first.log10())
        .reduce(f64::min)?
        .floor();
    let high = with
        .iter()
        .map(|(.., d)| d.first.log10() + d.ratio.log10() * d.counts.len() as f64)
        .reduce(f64::max)?
        .ceil()
        .max(low + 1.0);
    // Whole decades; every second or third of them where they are many.
    let decades = (high - low) as u32;
    let step = decades.div_ceil(6).max(1);
    let marks: Vec<f64> = (0..=decades.div_ceil(step))
        .map(|i| low + f64::from(i * step))
        .collect();
    let high = low + f64::from(decades.div_ceil(step) * step);
    let x = |log: f64| WIDTH * ((log - low) / (high - low)).clamp(0.0, 1.0);
    Some(Ridges {
        rows: with
            .iter()
            .map(|(place, operation, durations)| Ridge {
                operation: *place,
                path: steps(durations, &x),
                q50: operation.q50.filter(|q| *q > 0.0).map(|q| at(x(q.log10()))),
                q99: operation.q99.filter(|q| *q > 0.0).map(|q| at(x(q.log10()))),
            })
            .collect(),
        ticks: marks.iter().map(|log| decade(*log)).collect(),
        grid: marks.iter().map(|log| at(x(*log))).collect(),
    })
}

/// A report may come from a file: only what can be drawn is.
fn drawable(durations: &Distribution) -> bool {
    durations.first > 1e-12
        && durations.first < 1e12
        && durations.ratio > 1.0
        && durations.ratio < 1e12
        && (1..=256).contains(&durations.counts.len())
        && durations.counts.iter().any(|n| *n > 0)
}

/// 1 ms, 10 ms, ..: the exact power, which rounding errors must not turn into 999 us.
fn decade(log: f64) -> String {
    seconds(10_f64.powf(log) * (1.0 + 1e-9))
        .replace(".00", "")
        .replace(".0", "")
}

/// Bins of one operation are equally wide; the tallest fills the figure. Heights are square roots: the slowest hundredth of calls is what a reader looks for.
fn steps(durations: &Distribution, x: &impl Fn(f64) -> f64) -> String {
    let most = durations.counts.iter().copied().max().unwrap_or(1) as f64;
    let bound = |i: usize| {
        at(x(
            durations.first.log10() + durations.ratio.log10() * i as f64
        ))
    };
    let mut path = format!("M{} {HEIGHT}", bound(0));
    for (i, n) in durations.counts.iter().enumerate() {
        let y = at(HEIGHT - (HEIGHT - 2.0) * (*n as f64 / most).sqrt());
        path.push_str(&format!("V{y}H{}", bound(i + 1)));
    }
    path.push_str(&format!("V{HEIGHT}z"));
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decades_read_well() {
        for (log, text) in [
            (-3.0, "1 ms"),
            (-4.0, "100 us"),
            (-2.0, "10 ms"),
            (0.0, "1 s"),
            (2.0, "100 s"),
        ] {
            assert_eq!(decade(log), text);
        }
    }
}
