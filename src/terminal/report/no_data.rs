//! The metrics that have no score: those that failed, and those without data, with what would bring it.

use std::fmt::Write;

use pss_metrics::report::Report;

use super::{super::style::Look, wrap::wrapped};

pub(super) fn no_data(out: &mut String, report: &Report, look: &Look) {
    let failed: Vec<String> = report
        .metrics
        .iter()
        .filter_map(|metric| {
            let reason = metric.failed.as_ref()?;
            Some(format!("{:<7} {reason}", metric.code))
        })
        .collect();
    let heading = look.paint(look.styles.bad, "failed, so that the score is incomplete");
    section(out, &heading, &failed, look);
    let without: Vec<String> = report
        .metrics
        .iter()
        .filter(|metric| metric.score.is_none() && metric.failed.is_none())
        .map(|metric| {
            let reason = metric.no_data.as_deref().unwrap_or_default();
            format!("{:<7} {reason}: {}", metric.code, metric.needs)
        })
        .collect();
    let heading = look.paint(look.styles.heading, "no data, and what would bring it");
    section(out, &heading, &without, look);
}

fn section(out: &mut String, heading: &str, metrics: &[String], look: &Look) {
    if metrics.is_empty() {
        return;
    }
    line!(out);
    line!(out, "{heading}");
    for metric in metrics {
        wrapped(out, metric, 10, look.width);
    }
}
