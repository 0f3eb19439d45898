//! What a comparison says: plain data, part of the report.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::Category;

/// Which way something went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Direction {
    /// Slower, more errors, a lower score.
    Worse,
    /// Faster, fewer errors, a higher score.
    Better,
    /// No change that chance does not explain.
    Same,
}

/// A part of the regression score.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RegressionPart {
    /// `durations`, `errors` or `mix`.
    pub name: String,
    /// 0..1, 1 where nothing changed beyond noise; null without data.
    pub score: Option<f64>,
    /// What of the regression score it makes up, 0..100; the parts sum to it.
    pub points: f64,
    /// Why there is no score, or what is behind it.
    pub remark: String,
}

/// One metric of the head against the base, over the same operations with the same weights.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct MetricChange {
    /// Its code; `PSS` for the whole score.
    pub code: String,
    /// Mean score of the base runs, 0..1; null where the sides cannot be compared.
    pub base: Option<f64>,
    /// Score of the head, 0..1.
    pub head: Option<f64>,
    /// Head less base.
    pub delta: Option<f64>,
    /// Lower end of the 95 % interval of that, run-to-run differences included.
    pub low: Option<f64>,
    /// Upper end.
    pub high: Option<f64>,
    /// Probability that chance alone brings so low a head.
    pub p: Option<f64>,
    /// Share of false findings, were this one taken.
    pub q: Option<f64>,
    /// What the statistics say.
    pub direction: Direction,
    /// Why nothing can be said.
    pub no_test: Option<String>,
    /// Whether that is because the metric failed on one side, and not for want of data.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub failed: bool,
}

/// What of an operation is tested.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Quantity {
    /// Median durations of windows.
    Median,
    /// 90 % quantiles of durations of windows.
    Q90,
    /// Odds of failing, of all spans together; windows tell how far chance moves them.
    Errors,
}

/// A tested difference of one quantity.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Change {
    /// What was tested.
    pub quantity: Quantity,
    /// Head over base, less 1: .38 is 38 % more.
    pub change: f64,
    /// Lower end of its 95 % interval, run-to-run differences included.
    pub low: f64,
    /// Upper end.
    pub high: f64,
    /// Windows of the head.
    pub windows: u64,
    /// Probability of at least so large a difference by chance.
    pub p: f64,
    /// Share of false findings, were this one taken.
    pub q: f64,
    /// What the statistics say.
    pub direction: Direction,
}

/// One operation of both sides.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct OperationChange {
    /// The service.
    pub service: String,
    /// The operation.
    pub operation: String,
    /// The category.
    pub category: Category,
    /// Spans of the base runs together.
    pub n_base: u64,
    /// Spans of the head.
    pub n_head: u64,
    /// Failed spans of the base runs together.
    pub errors_base: u64,
    /// Failed spans of the head.
    pub errors_head: u64,
    /// Median duration in the base runs together, in seconds.
    pub q50_base: Option<f64>,
    /// Median duration in the head, in seconds.
    pub q50_head: Option<f64>,
    /// By how much its durations changed beyond noise, in either direction: .5 is by half; null with too few spans.
    pub beyond_noise: Option<f64>,
    /// What of the regression score its durations make up, 0..100.
    pub points: f64,
    /// What was tested.
    pub changes: Vec<Change>,
    /// Why nothing was.
    pub no_test: Option<String>,
}

/// An operation that only one side has.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Strangers {
    /// The service.
    pub service: String,
    /// The operation.
    pub operation: String,
    /// The category.
    pub category: Category,
    /// Spans.
    pub n: u64,
    /// Calls a trace; null without root spans.
    pub per_trace: Option<f64>,
}

/// What a cause is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum CauseKind {
    /// A metric's score fell.
    Metric,
    /// The whole score fell.
    Score,
    /// An operation got slower.
    Slower,
    /// An operation's slow tenth got slower.
    Tail,
    /// An operation fails more often.
    Errors,
}

/// Something that got worse beyond noise.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Cause {
    /// What it is about.
    pub kind: CauseKind,
    /// The metric it is, or that reads what changed, where one does.
    pub metric: Option<String>,
    /// The service, where it is an operation.
    pub service: Option<String>,
    /// The operation.
    pub operation: Option<String>,
    /// Probability of at least so much by chance.
    pub p: f64,
    /// Share of false findings, were this one taken.
    pub q: f64,
    /// How much: the fall of a score, 0..1; of slowness and errors the share that the base was spared, 1 - 1/ratio.
    pub size: f64,
    /// In words.
    pub text: String,
}

/// What is known of a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RunFacts {
    /// `base` or `head`.
    pub side: String,
    /// Names of its inputs, a capped list.
    pub sources: Vec<String>,
    /// Spans.
    pub spans: u64,
    /// First instant, in nanoseconds since the epoch.
    pub start: Option<i64>,
    /// Where and by what it was measured; `unknown` where nobody said.
    pub machine: BTreeMap<String, String>,
    /// Its session: as stated, else the day (UTC) it started on, else `unknown`.
    pub session: String,
}
