//! The score window by window, without the parts that need more than one.

use super::{outcome::Outcome, plan::Plan, run::pss};
use crate::summary::Summary;

/// One window.
#[derive(
    Debug, Clone, Copy, PartialEq, serde::Serialize, serde::Deserialize, schemars::JsonSchema,
)]
pub struct Moment {
    /// Start in nanoseconds since the epoch.
    pub start: i64,
    /// Length in seconds.
    pub seconds: f64,
    /// Spans.
    pub n: u64,
    /// Score 0..100; null where spans do not suffice.
    pub score: Option<f64>,
}

/// All windows, and what stands out.
#[derive(Debug, Clone, PartialEq)]
pub struct Timeline {
    /// Windows in the order of time.
    pub moments: Vec<Moment>,
    /// Place of the worst.
    pub worst: Option<usize>,
    /// Share of scored windows more than 15 points below the median one.
    pub burst: f64,
    /// Place of the first of those.
    pub first_bad: Option<usize>,
}

/// This far below the median window is bad.
const BAD: f64 = 15.0;

/// Puts the answers of `used` metrics to each window together.
pub(crate) fn timeline(
    summary: &Summary,
    plan: &Plan,
    used: &[bool],
    answers: &[Vec<Outcome>],
) -> Timeline {
    let windows = summary.windows();
    let mut counts = vec![0; windows.len()];
    for (_, group) in summary.groups() {
        for (slot, cell) in group.timed() {
            counts[slot] += cell.n;
        }
    }
    let moment = |(at, answers): (usize, &Vec<Outcome>)| {
        let scores = plan.metrics.iter().zip(answers).zip(used);
        let scores = scores
            .filter(|(_, used)| **used)
            .filter_map(|((planned, answer), _)| Some((planned.weight, answer.score()?)));
        Moment {
            start: windows.start(at),
            seconds: windows.width(),
            n: counts[at],
            score: pss(scores).map(|score| 100.0 * score),
        }
    };
    let moments: Vec<Moment> = answers.iter().enumerate().map(moment).collect();
    let scored: Vec<(usize, f64)> = moments
        .iter()
        .enumerate()
        .filter_map(|(at, moment)| Some((at, moment.score?)))
        .collect();
    let mut sorted: Vec<f64> = scored.iter().map(|(_, score)| *score).collect();
    sorted.sort_by(f64::total_cmp);
    let median = sorted.get(sorted.len() / 2).copied().unwrap_or(0.0);
    let bad: Vec<usize> = scored
        .iter()
        .filter(|(_, score)| *score < median - BAD)
        .map(|(at, _)| *at)
        .collect();
    Timeline {
        worst: scored
            .iter()
            .min_by(|a, b| a.1.total_cmp(&b.1))
            .map(|(at, _)| *at),
        burst: if scored.is_empty() {
            0.0
        } else {
            bad.len() as f64 / scored.len() as f64
        },
        first_bad: bad.first().copied(),
        moments,
    }
}
