//! The metrics that have a score.

use std::fmt::Write;

use pss_metrics::report::{MetricReport, Report};

use super::{
    super::{
        bar::bar,
        numbers::{count, value},
        style::Look,
    },
    names::subject,
    table::{align_right, points, table},
};

pub(super) fn metrics(out: &mut String, report: &Report, look: &Look) {
    let scored: Vec<&MetricReport> = report
        .metrics
        .iter()
        .filter(|metric| metric.score.is_some())
        .collect();
    if scored.is_empty() {
        return;
    }
    line!(out);
    let bar_width = if look.width >= 110 { 20 } else { 10 };
    let mut table = table(look, &["metric", "score", "", "lost", "n", "values"]);
    for metric in scored {
        let score = metric.score.unwrap_or_default();
        let style = look.styles.of(score);
        let mut values: Vec<String> = metric
            .factors
            .iter()
            .map(|factor| format!("{} {}", factor.name, value(factor.value, &factor.unit)))
            .collect();
        values.extend(metric.flags.iter().map(|flag| format!("({flag})")));
        table.add_row([
            metric.code.clone(),
            look.paint(style, &format!("{score:.2}")),
            look.paint(style, &bar(score, bar_width, look.unicode)),
            points(metric.points),
            count(metric.n),
            values.join(", "),
        ]);
        if let Some(worst) = metric.worst.first().filter(|worst| worst.points >= 0.05) {
            let more = look.paint(look.styles.dim, &format!("most of it: {}", subject(worst)));
            table.add_row([
                String::new(),
                String::new(),
                String::new(),
                points(worst.points),
                String::new(),
                more,
            ]);
        }
    }
    for column in [1, 3, 4] {
        align_right(&mut table, column);
    }
    line!(out, "{}", table.trim_fmt());
}
