//! What a report holds.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::run::RunReport;
use crate::{
    compare::Comparison,
    model::Category,
    score::{Confidence, Moment},
};

/// Version of the report's form.
pub const SCHEMA: &str = "pss.report/1";

/// A report.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Report {
    /// Version of the form.
    pub schema: String,
    /// The score.
    pub pss: Pss,
    /// The verdict.
    pub verdict: Verdict,
    /// Every selected metric, in report order.
    pub metrics: Vec<MetricReport>,
    /// The operations that cost most points, the dearest first.
    pub operations: Vec<OperationReport>,
    /// The score over time.
    pub timeline: TimelineReport,
    /// Signals over time, by name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub signals: Vec<SignalReport>,
    /// What was read.
    pub input: InputReport,
    /// The command that was run, where one was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run: Option<RunReport>,
    /// What the user should know.
    pub warnings: Vec<String>,
    /// What made the report.
    pub generator: Generator,
    /// How the run compares with others; only `pss compare` says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub compare: Option<Comparison>,
}

/// The Program Stability Score.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Pss {
    /// 0..100; null where no metric has data.
    pub score: Option<f64>,
    /// Lower end of the interval within this run, approximate.
    pub low: Option<f64>,
    /// Upper end.
    pub high: Option<f64>,
    /// In a word: excellent from 90, good from 75, fair from 50, poor below.
    pub band: Option<String>,
    /// How far it can be trusted.
    pub confidence: Confidence,
    /// Whether all that had to have data has, and no metric failed.
    pub complete: bool,
    /// Why it is not complete.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub incomplete: Vec<String>,
    /// Codes of the metrics with data.
    pub with_data: Vec<String>,
    /// Codes of those without.
    pub without_data: Vec<String>,
    /// The threshold set for the score, if any.
    #[serde(default)]
    pub gate: Option<Gate>,
}

/// A threshold.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Gate {
    /// The least score that meets it, on the scale of what it is set for.
    pub least: f64,
    /// Whether it is met; never by a score that is n/a or incomplete.
    pub met: bool,
}

/// What CI acts on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum VerdictOutcome {
    /// All thresholds are met.
    Pass,
    /// Met, but something should be looked at.
    Warn,
    /// A threshold is not met.
    Fail,
    /// Too little data to say.
    Inconclusive,
}

impl VerdictOutcome {
    /// The name in reports and flags.
    pub fn name(self) -> &'static str {
        match self {
            VerdictOutcome::Pass => "pass",
            VerdictOutcome::Warn => "warn",
            VerdictOutcome::Fail => "fail",
            VerdictOutcome::Inconclusive => "inconclusive",
        }
    }
}

/// A verdict and its reasons.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Verdict {
    /// The outcome.
    pub outcome: VerdictOutcome,
    /// Why.
    pub reasons: Vec<String>,
}

/// One metric.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct MetricReport {
    /// Its code.
    pub code: String,
    /// The question it asks.
    pub name: String,
    /// Its weight.
    pub weight: f64,
    /// 0..1; null where there is not enough data.
    pub score: Option<f64>,
    /// Lower end of the interval.
    pub low: Option<f64>,
    /// Upper end.
    pub high: Option<f64>,
    /// Points of the PSS lost.
    pub points: f64,
    /// Spans or samples it rests on.
    pub n: u64,
    /// Why there is no score.
    pub no_data: Option<String>,
    /// Why it could not be computed.
    pub failed: Option<String>,
    /// Telemetry that would bring data.
    pub needs: String,
    /// Remarks.
    pub flags: Vec<String>,
    /// Its factors.
    pub factors: Vec<FactorReport>,
    /// What cost it most.
    pub worst: Vec<WorstReport>,
    /// The threshold set for its score, if any.
    #[serde(default)]
    pub gate: Option<Gate>,
}

/// One factor.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct FactorReport {
    /// Its name.
    pub name: String,
    /// The value: of the one subject it is measured on, or the one that, shared by all of them, would give this score.
    pub value: f64,
    /// Unit of the value.
    pub unit: String,
    /// Its score, 0..1.
    pub score: f64,
    /// The value that scores 0.9.
    pub good: f64,
    /// The value that scores 0.5.
    pub mid: f64,
    /// The power with which it takes part.
    pub exponent: f64,
}

/// What cost a metric points.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct WorstReport {
    /// The service, where it is about one.
    pub service: Option<String>,
    /// The operation, where it is about one.
    pub operation: Option<String>,
    /// The process, partition or device, where it is about one.
    pub entity: Option<String>,
    /// Its lowest factor's score, 0..1.
    pub score: f64,
    /// Points of the PSS lost.
    pub points: f64,
    /// Spans or samples.
    pub n: u64,
}

/// One operation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct OperationReport {
    /// The service.
    pub service: String,
    /// The operation.
    pub operation: String,
    /// The category.
    pub category: Category,
    /// Spans.
    pub n: u64,
    /// Spans that failed.
    pub errors: u64,
    /// Median duration of those that did not, in seconds.
    pub q50: Option<f64>,
    /// 99 % quantile, in seconds.
    pub q99: Option<f64>,
    /// Points of the PSS lost over all metrics.
    pub points: f64,
    /// How the durations of those that did not fail are spread; null where none is known.
    #[serde(default)]
    pub durations: Option<Distribution>,
}

/// Counts in bins of equal ratio: bin i holds what lies from `first * ratio^i` up to `first * ratio^(i + 1)`.
///
/// Bins of all operations lie on one grid, so that they can be drawn below each other.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Distribution {
    /// Lower bound of the first bin, in seconds.
    pub first: f64,
    /// Upper bound of a bin over its lower one.
    pub ratio: f64,
    /// At most 32 counts; neither the first nor the last is 0.
    pub counts: Vec<u64>,
}

/// The score over time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct TimelineReport {
    /// Windows in the order of time, scored without what needs more than one.
    pub windows: Vec<Moment>,
    /// Place of the worst window.
    pub worst: Option<usize>,
    /// Place of the first window more than 15 points below the median one.
    pub first_bad: Option<usize>,
    /// Share of such windows.
    pub burst: f64,
}

/// A signal over time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SignalReport {
    /// Its name, such as `gc.pause`.
    pub name: String,
    /// The unit of its values: `s`, `bytes`, `share`, `°C`, none for a count; growth per second of a counter has `/s` behind it.
    pub unit: String,
    /// How many processes, partitions or devices it is known of.
    pub entities: u64,
    /// At most three of them, that with the highest value first; one of all together where the signal is a counter.
    pub series: Vec<SeriesReport>,
}

/// A signal of one entity over time: lists of one length, at most 128 long, an item a window with values.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SeriesReport {
    /// The process, partition or device; empty for all together.
    pub entity: String,
    /// Length of each window.
    pub seconds: f64,
    /// Start of each window in nanoseconds since the epoch.
    pub start: Vec<i64>,
    /// The smallest value in it; what grows and what is counted has one value a window.
    pub low: Vec<f64>,
    /// The mean.
    pub mean: Vec<f64>,
    /// The largest.
    pub high: Vec<f64>,
}

/// What was read.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct InputReport {
    /// Each input.
    pub files: Vec<InputFile>,
    /// Records, good and bad.
    pub records: u64,
    /// Spans.
    pub spans: u64,
    /// Samples.
    pub samples: u64,
    /// Records that could not be used.
    pub bad_records: u64,
    /// The first of them.
    pub bad: Vec<BadExample>,
    /// First instant, in seconds since the epoch.
    pub start: Option<f64>,
    /// Last instant.
    pub end: Option<f64>,
    /// Spans without a time.
    pub untimed: u64,
    /// Whether reading was stopped before the end.
    pub partial: bool,
    /// What categories were decided by, as shares of spans.
    pub classified: Classification,
    /// Field names nobody reads, a capped list.
    pub unknown_fields: Vec<String>,
}

/// One input.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct InputFile {
    /// Its name.
    pub name: String,
    /// Its format.
    pub format: String,
    /// Its compression: none, gzip or zstd.
    pub compression: String,
    /// Bytes read from it.
    pub bytes: u64,
    /// Records, good and bad.
    pub records: u64,
    /// Bad records.
    pub bad_records: u64,
    /// Spans it brought.
    pub spans: u64,
    /// Samples it brought.
    pub samples: u64,
    /// Records that are neither, such as log lines, by what they are.
    pub skipped: BTreeMap<String, u64>,
}

/// A record that could not be used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct BadExample {
    /// The input.
    pub file: String,
    /// The line, or the element of an array, from 1.
    pub line: u64,
    /// Why.
    pub reason: String,
}

/// What categories were decided by, as shares of spans.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Classification {
    /// An attribute or the span's kind.
    pub attribute: f64,
    /// A word of the operation's name.
    pub name: f64,
    /// Nothing.
    pub nothing: f64,
}

/// What made the report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Generator {
    /// `pss`.
    pub name: String,
    /// Its version.
    pub version: String,
    /// The profile.
    pub profile: String,
}
