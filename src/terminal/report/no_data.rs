//! The metrics that have no score, and what would bring them one.

use std::fmt::Write;

use pss_metrics::report::{MetricReport, Report};

use super::{super::style::Look, wrap::wrapped};

pub(super) fn no_data(out: &mut String, report: &Report, look: &Look) {
    let without: Vec<&MetricReport> = report
        .metrics
        .iter()
        .filter(|metric| metric.score.is_none())
        .collect();
    if without.is_empty() {
        return;
    }
    line!(out);
    line!(
        out,
        "{}",
        look.paint(look.styles.heading, "no data, and what would bring it")
    );
    for metric in without {
        let reason = metric
            .failed
            .as_ref()
            .map(|reason| format!("failed: {reason}"))
            .or_else(|| metric.no_data.clone())
            .unwrap_or_default();
        wrapped(
            out,
            &format!("{:<7} {reason}: {}", metric.code, metric.needs),
            10,
            look.width,
        );
    }
}
