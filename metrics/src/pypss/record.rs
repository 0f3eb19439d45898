//! One record as PyPSS sees it.

/// The fields PyPSS reads of a record. A number that is missing or null is 0, a text that is missing or null is empty.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Record<'a> {
    /// Whether `system_metric` is truthy. Such a record is no trace, but the seven metrics still read its duration, wait, texts and memory difference.
    pub system: bool,
    /// `duration`, seconds.
    pub duration: f64,
    /// `wait_time`, seconds.
    pub wait: f64,
    /// `memory`, bytes.
    pub memory: f64,
    /// `memory_diff`, bytes.
    pub memory_diff: f64,
    /// Whether `error` is truthy.
    pub error: bool,
    /// `name`.
    pub name: &'a str,
    /// `module`.
    pub module: &'a str,
    /// `branch_tag`.
    pub tag: &'a str,
    /// `metadata.lag` of a system record, seconds.
    pub lag: Option<f64>,
    /// `metadata.gc_pause_duration` of a system record, seconds.
    pub gc_pause: Option<f64>,
    /// `metadata.kafka_lag` of a system record, messages.
    pub kafka_lag: Option<f64>,
}
