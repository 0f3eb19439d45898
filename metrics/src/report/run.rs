//! What a report says of the rounds of a command that `pss run` ran.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{hooks::HookReport, load::LoadReport};
use crate::stats::quantile;

/// A command and its rounds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RunReport {
    /// The command's words.
    pub command: Vec<String>,
    /// Each round that counts, in its order.
    pub rounds: Vec<RoundReport>,
    /// Rounds that failed.
    pub failed: u64,
    /// Seconds that the others took; null where there is none.
    pub seconds: Option<SpreadReport>,
    /// Seconds on processors of the same rounds.
    pub cpu_seconds: Option<SpreadReport>,
    /// Most resident memory of the same rounds, in bytes.
    pub peak_bytes: Option<SpreadReport>,
    /// Share of them that took much longer or shorter than the others: a modified z-score beyond 3.5 (Iglewicz and Hoaglin, How to detect and handle outliers, 1993).
    /// Null with fewer than 5.
    pub outliers: Option<f64>,
    /// The load that it was under; null where the command simply ran.
    #[serde(default)]
    pub load: Option<LoadReport>,
    /// Who was told of its phases.
    #[serde(default)]
    pub hooks: Vec<HookReport>,
}

/// One round.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RoundReport {
    /// When it began, in seconds since the epoch.
    pub start: f64,
    /// Seconds from its start to its end.
    pub seconds: f64,
    /// Seconds on processors, with those of processes that it waited for.
    pub cpu_seconds: f64,
    /// Most resident memory of one process, in bytes; null where nobody saw it.
    pub peak_bytes: Option<u64>,
    /// The exit code; null where a signal ended it.
    pub code: Option<i32>,
    /// The signal that ended it, if one did.
    pub signal: Option<i32>,
    /// Whether it was stopped because its time was over.
    pub timed_out: bool,
}

/// How values of rounds are spread.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SpreadReport {
    /// Half of the rounds lie below.
    pub median: f64,
    /// Their mean.
    pub mean: f64,
    /// Sample standard deviation; 0 for one round.
    pub deviation: f64,
    /// The least.
    pub least: f64,
    /// The most.
    pub most: f64,
}

/// Beyond this modified z-score a value is an outlier.
const OUTLYING: f64 = 3.5;
/// What makes the median absolute deviation of a normal its standard deviation.
const NORMAL: f64 = 1.4826;
/// Fewer rounds have no outliers.
const MIN_ROUNDS: usize = 5;

impl RoundReport {
    /// Whether it did not end well, or not in time.
    pub fn failed(&self) -> bool {
        self.code != Some(0) || self.timed_out
    }
}

impl RunReport {
    /// From a command and its rounds.
    pub fn new(command: Vec<String>, rounds: Vec<RoundReport>) -> RunReport {
        let of = |value: fn(&RoundReport) -> Option<f64>| -> Vec<f64> {
            let good = rounds.iter().filter(|round| !round.failed());
            good.filter_map(value).collect()
        };
        let seconds = of(|round| Some(round.seconds));
        RunReport {
            command,
            failed: rounds.iter().filter(|round| round.failed()).count() as u64,
            seconds: spread(&seconds),
            cpu_seconds: spread(&of(|round| Some(round.cpu_seconds))),
            peak_bytes: spread(&of(|round| round.peak_bytes.map(|peak| peak as f64))),
            outliers: outliers(&seconds),
            load: None,
            hooks: Vec::new(),
            rounds,
        }
    }
}

fn spread(values: &[f64]) -> Option<SpreadReport> {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
    Some(SpreadReport {
        median: quantile(values, 0.5)?,
        mean,
        deviation: (squares / (n - 1.0).max(1.0)).sqrt(),
        least: values.iter().copied().fold(f64::INFINITY, f64::min),
        most: values.iter().copied().fold(f64::NEG_INFINITY, f64::max),
    })
}

fn outliers(values: &[f64]) -> Option<f64> {
    if values.len() < MIN_ROUNDS {
        return None;
    }
    let median = quantile(values, 0.5)?;
    let distances: Vec<f64> = values.iter().map(|value| (value - median).abs()).collect();
    let spread = NORMAL * quantile(&distances, 0.5)?;
    let beyond = distances
        .iter()
        .filter(|distance| **distance > OUTLYING * spread)
        .count();
    Some(if spread > 0.0 {
        beyond as f64 / values.len() as f64
    } else {
        0.0
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn round(seconds: f64, code: i32) -> RoundReport {
        RoundReport {
            start: 0.0,
            seconds,
            cpu_seconds: seconds / 2.0,
            peak_bytes: Some(1000),
            code: Some(code),
            signal: None,
            timed_out: false,
        }
    }

    #[test]
    fn rounds_that_failed_say_nothing_of_times() {
        let rounds = vec![round(1.0, 0), round(9.0, 1), round(2.0, 0), round(3.0, 0)];
        let run = RunReport::new(vec!["x".to_owned()], rounds);
        let seconds = run.seconds.expect("three are good");
        assert_eq!(run.failed, 1);
        assert_eq!(
            (seconds.median, seconds.mean, seconds.deviation),
            (2.0, 2.0, 1.0)
        );
        assert_eq!((seconds.least, seconds.most), (1.0, 3.0));
        assert_eq!(run.outliers, None, "too few to say");
        assert_eq!(
            RunReport::new(Vec::new(), vec![round(1.0, 1)]).seconds,
            None
        );
    }

    #[test]
    fn what_lies_far_from_the_others_is_an_outlier() {
        let times = [1.0, 1.01, 0.99, 1.02, 0.98, 1.0, 1.01, 0.99, 1.5, 1.0];
        let rounds = times.iter().map(|seconds| round(*seconds, 0)).collect();
        assert_eq!(RunReport::new(Vec::new(), rounds).outliers, Some(0.1));
        let same = vec![round(1.0, 0); 8];
        assert_eq!(RunReport::new(Vec::new(), same).outliers, Some(0.0));
    }
}
