//! A report in sentences: why this score, and what would raise it most.

use super::data::{FactorReport, MetricReport, Report};
use crate::score::MetricMeta;

/// Points below which nothing is worth a sentence: they show as 0.0.
const SHOWN: f64 = 0.05;
/// What a factor scores at its good value, by the definition of its curve.
const GOOD: f64 = 0.9;
/// Changes proposed.
const PROPOSED: usize = 3;

/// A report in sentences.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explained {
    /// The score as a whole.
    pub score: String,
    /// What cost points, the most first.
    pub lost: Vec<String>,
    /// What would raise the score most, the most first.
    pub raise: Vec<String>,
    /// What is not in the score, and what would bring it in.
    pub missing: Vec<String>,
    /// What the comparison found, where there is one.
    pub compared: Vec<String>,
}

/// Explains a report. `metas` are the descriptions of the metrics that this build knows; of others there is no advice.
pub fn explain(report: &Report, metas: &[&MetricMeta]) -> Explained {
    let mut metrics: Vec<&MetricReport> = report.metrics.iter().collect();
    metrics.sort_by(|a, b| {
        b.points
            .total_cmp(&a.points)
            .then_with(|| a.code.cmp(&b.code))
    });
    let costly = metrics.iter().filter(|metric| metric.points >= SHOWN);
    let compared = report.compare.iter().flat_map(|compare| &compare.causes);
    Explained {
        score: score(report),
        lost: costly.map(|metric| lost(metric)).collect(),
        raise: raise(report, metas),
        missing: metrics
            .iter()
            .filter_map(|metric| missing(metric))
            .collect(),
        compared: compared.map(|cause| cause.text.clone()).collect(),
    }
}

fn score(report: &Report) -> String {
    let pss = &report.pss;
    let data = format!(
        "{} of {} metrics have data",
        pss.with_data.len(),
        report.metrics.len()
    );
    let Some(score) = pss.score else {
        return format!("There is no score: {data}.");
    };
    let range = match (pss.low, pss.high) {
        (Some(low), Some(high)) => {
            format!("; another part of this run might have given {low:.1} to {high:.1}")
        }
        _ => String::new(),
    };
    let verdict = report.verdict.outcome.name();
    let reasons = if report.verdict.reasons.is_empty() {
        String::new()
    } else {
        format!(" ({})", report.verdict.reasons.join("; "))
    };
    format!(
        "The score is {score:.1} of 100, {}{range}. {data}, and together they lost {:.1} points. The verdict is {verdict}{reasons}.",
        pss.band.as_deref().unwrap_or("without a band"),
        100.0 - score,
    )
}

fn lost(metric: &MetricReport) -> String {
    let score = metric.score.unwrap_or(0.0);
    let mut factors: Vec<&FactorReport> = metric.factors.iter().collect();
    factors.sort_by(|a, b| a.score.total_cmp(&b.score));
    let factors: Vec<String> = factors.into_iter().map(factor).collect();
    let worst = metric.worst.first().filter(|worst| worst.points >= SHOWN);
    let worst = worst.map_or_else(String::new, |worst| {
        format!(
            " Most of it is {} with {:.1}.",
            worst.subject(),
            worst.points
        )
    });
    format!(
        "{} lost {:.1} points by scoring {score:.2}: {}.{worst}",
        metric.code,
        metric.points,
        factors.join(", "),
    )
}

fn factor(factor: &FactorReport) -> String {
    format!(
        "{} is {} and scores {:.2} (0.9 at {}, 0.5 at {})",
        factor.name,
        valued(factor.value, &factor.unit),
        factor.score,
        valued(factor.good, &factor.unit),
        valued(factor.mid, &factor.unit),
    )
}

fn valued(value: f64, unit: &str) -> String {
    let digits = match value.abs() {
        100.0.. => format!("{value:.0}"),
        1.0.. => format!("{value:.2}"),
        0.0 => "0".to_owned(),
        _ => format!("{value:.3}"),
    };
    if unit.is_empty() {
        digits
    } else {
        format!("{digits} {unit}")
    }
}

/// What the whole score would gain, were one factor at its good value and all else as it is. About, since a factor's shown score is one for all its subjects.
fn raise(report: &Report, metas: &[&MetricMeta]) -> Vec<String> {
    let scored = || {
        report
            .metrics
            .iter()
            .filter(|metric| metric.score.is_some())
    };
    let weights: f64 = scored().map(|metric| metric.weight).sum();
    let mut proposals: Vec<(f64, &MetricReport, &FactorReport)> = scored()
        .flat_map(|metric| metric.factors.iter().map(move |factor| (metric, factor)))
        .filter(|(_, factor)| factor.score < GOOD)
        .map(|(metric, factor)| (gain(metric, factor, weights), metric, factor))
        .filter(|(gain, ..)| *gain >= SHOWN)
        .collect();
    proposals.sort_by(|a, b| {
        b.0.total_cmp(&a.0)
            .then_with(|| (&a.1.code, &a.2.name).cmp(&(&b.1.code, &b.2.name)))
    });
    proposals
        .into_iter()
        .take(PROPOSED)
        .map(|(gain, metric, factor)| {
            let advice = metas.iter().find(|meta| meta.code == metric.code);
            let advice = advice.map_or_else(String::new, |meta| format!(": {}", meta.advice));
            format!(
                "{} {} at {} instead of {} would bring about {gain:.1} points{advice}.",
                metric.code,
                factor.name,
                valued(factor.good, &factor.unit),
                valued(factor.value, &factor.unit),
            )
        })
        .collect()
}

fn gain(metric: &MetricReport, factor: &FactorReport, weights: f64) -> f64 {
    let score = metric.score.unwrap_or(0.0);
    // Exponents sum to 1 and share what absent factors leave, except where both parts can use the whole range.
    let sum: f64 = metric.factors.iter().map(|factor| factor.exponent).sum();
    let exponent = factor.exponent / if sum < 1.0 { sum } else { 1.0 };
    let raised = score * (GOOD / factor.score.max(0.01)).powf(exponent);
    100.0 * metric.weight / weights * (raised.min(1.0) - score)
}

fn missing(metric: &MetricReport) -> Option<String> {
    if metric.score.is_some() {
        return None;
    }
    let why = metric.failed.as_ref().map(|why| format!("failed: {why}"));
    let why = why.or_else(|| metric.no_data.clone()).unwrap_or_default();
    Some(format!(
        "{} is not in it: {why}. It needs {}.",
        metric.code, metric.needs
    ))
}
