//! What is kept of a run beside its summary.

use std::collections::BTreeMap;

use pss_metrics::{compare::SESSION, report::Report, summary::Summary};
use serde::Serialize;

/// A run, as kept.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Entry {
    /// Its number: the order of adding, never given twice.
    pub id: i64,
    /// What it is a run of.
    pub project: String,
    /// The branch, where it is known.
    pub branch: Option<String>,
    /// The commit, where it is known.
    pub commit: Option<String>,
    /// Whether the working tree differed from the commit, where it is known.
    pub dirty: Option<bool>,
    /// When it was added, as RFC 3339 in UTC.
    pub added: String,
    /// Any further names.
    pub labels: BTreeMap<String, String>,
    /// The headline of its report.
    #[serde(flatten)]
    pub headline: Headline,
}

/// The headline of a report.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Headline {
    /// 0..100; null where no metric had data.
    pub pss: Option<f64>,
    /// Lower end of its interval.
    pub low: Option<f64>,
    /// Upper end.
    pub high: Option<f64>,
    /// Whether all that had to have data had.
    pub complete: bool,
    /// The verdict.
    pub verdict: String,
    /// Spans.
    pub spans: u64,
    /// Samples.
    pub samples: u64,
    /// First instant, in seconds since the epoch.
    pub start: Option<f64>,
    /// Last instant.
    pub end: Option<f64>,
    /// The session it was measured in, where it was stated.
    pub session: Option<String>,
    /// The version of `pss` that scored it.
    pub version: String,
    /// Its metrics, in report order.
    pub metrics: Vec<MetricFigure>,
}

/// One metric of a run.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct MetricFigure {
    /// Its code.
    pub code: String,
    /// 0..1; null without data.
    pub score: Option<f64>,
    /// Lower end of the interval.
    pub low: Option<f64>,
    /// Upper end.
    pub high: Option<f64>,
    /// Points of the PSS lost.
    pub points: f64,
    /// Its weight.
    pub weight: f64,
    /// Spans or samples it rests on.
    pub n: u64,
}

/// One operation of a run.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct OperationFigure {
    /// The service.
    pub service: String,
    /// The operation.
    pub operation: String,
    /// Spans.
    pub n: u64,
    /// Spans that failed.
    pub errors: u64,
    /// Median duration of the others, in seconds.
    pub q50: Option<f64>,
    /// 99 % quantile, in seconds.
    pub q99: Option<f64>,
}

impl Headline {
    /// The headline of a report on a summary.
    pub fn of(report: &Report, summary: &Summary) -> Headline {
        let session = summary
            .fingerprint()
            .find(|(key, _)| *key == SESSION)
            .map(|(_, values)| values.collect::<Vec<_>>().join(" + "));
        Headline {
            pss: report.pss.score,
            low: report.pss.low,
            high: report.pss.high,
            complete: report.pss.complete,
            verdict: report.verdict.outcome.name().to_owned(),
            spans: report.input.spans,
            samples: report.input.samples,
            start: report.input.start,
            end: report.input.end,
            session,
            version: report.generator.version.clone(),
            metrics: report
                .metrics
                .iter()
                .map(|metric| MetricFigure {
                    code: metric.code.clone(),
                    score: metric.score,
                    low: metric.low,
                    high: metric.high,
                    points: metric.points,
                    weight: metric.weight,
                    n: metric.n,
                })
                .collect(),
        }
    }
}

/// All operations of a report.
pub(super) fn operations(report: &Report) -> Vec<OperationFigure> {
    let figure = |operation: &pss_metrics::report::OperationReport| OperationFigure {
        service: operation.service.clone(),
        operation: operation.operation.clone(),
        n: operation.n,
        errors: operation.errors,
        q50: operation.q50,
        q99: operation.q99,
    };
    report.operations.iter().map(figure).collect()
}
