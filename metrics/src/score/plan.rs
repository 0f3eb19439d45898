//! What to score and how: resolved by the shell from configuration and flags, read by the core.

use super::{metric::Metric, settings::Settings};

/// What a metric without data does to the score.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum NoDataPolicy {
    /// It is left out.
    #[default]
    Exclude,
    /// It counts as a perfect score, as in PyPSS; marked in the report.
    One,
    /// It makes the score incomplete.
    Fail,
}

/// One metric of the plan.
pub struct Planned {
    /// The metric.
    pub metric: &'static dyn Metric,
    /// Its weight.
    pub weight: f64,
    /// Its settings.
    pub settings: Settings,
    /// Gate on this metric alone.
    pub min_score: Option<f64>,
}

/// What to score and how.
#[derive(Default)]
pub struct Plan {
    /// The selected metrics, in report order.
    pub metrics: Vec<Planned>,
    /// What a metric without data does.
    pub no_data: NoDataPolicy,
    /// Codes of metrics that must have data.
    pub require: Vec<String>,
    /// Least score that passes, 0..100.
    pub fail_under: Option<f64>,
}
