//! What to do next.

use pss_metrics::report::Report;

use super::{super::style::Look, wrap::wrapped};

pub(super) fn advice(out: &mut String, report: &Report, look: &Look) {
    let worst = report
        .metrics
        .iter()
        .filter(|metric| metric.points > 0.05)
        .max_by(|a, b| a.points.total_cmp(&b.points));
    let Some(metric) = worst else { return };
    out.push('\n');
    wrapped(
        out,
        &format!(
            "{} `pss explain {}` says what {} measures and what to do about it",
            look.paint(look.styles.heading, "next"),
            metric.code,
            metric.code
        ),
        5,
        look.width,
    );
}
