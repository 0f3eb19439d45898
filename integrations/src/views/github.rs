//! GitHub: what a step of a workflow prints, with at most three annotations.
//!
//! GitHub takes three things over three ways, and one view cannot be all of them. The log is standard output, and only there are annotations understood: this view,
//! `--export github=-`. The summary and the outputs are files to which every command of a step appends: `--export markdown=+$GITHUB_STEP_SUMMARY` and
//! `--export github-output=+$GITHUB_OUTPUT`.

use std::io;

use pss_metrics::{
    compare::Cause,
    plugin::PluginMeta,
    plugin_meta,
    report::{MetricReport, Report, VerdictOutcome},
};

use super::{
    contract::{View, ViewEntry},
    names::{sentence, subject},
    numbers::{count, or_na, points, value},
};

static META: PluginMeta = plugin_meta!(
    View,
    "github",
    "the log of a step of GitHub Actions: the metrics, and at most three annotations"
);

/// GitHub shows ten of a kind for a step, and other tools want theirs.
const ANNOTATIONS: usize = 3;
/// Points below which a metric is not worth an annotation.
const WORTH: f64 = 1.0;

/// The view.
#[derive(Debug)]
pub struct Github;

inventory::submit! { ViewEntry { view: &Github } }

impl View for Github {
    fn meta(&self) -> &'static PluginMeta {
        &META
    }

    fn render(&self, report: &Report, out: &mut dyn io::Write) -> io::Result<()> {
        writeln!(out, "::group::{}", message(&headline(report)))?;
        for cause in causes(report) {
            writeln!(out, "  {}", plain(&cause.text))?;
        }
        for metric in &report.metrics {
            writeln!(out, "  {}", logged(metric))?;
        }
        writeln!(out, "::endgroup::")?;
        for annotation in annotations(report) {
            writeln!(out, "{annotation}")?;
        }
        Ok(())
    }
}

fn headline(report: &Report) -> String {
    let pss = &report.pss;
    let interval = match (pss.low, pss.high) {
        (Some(low), Some(high)) => format!(" ({low:.1} to {high:.1})"),
        _ => String::new(),
    };
    let band = pss
        .band
        .as_ref()
        .map_or_else(String::new, |band| format!(", {band}"));
    let compared = report.compare.as_ref().map_or_else(String::new, |compare| {
        let regressed = if compare.regressed {
            "worse than the base beyond noise"
        } else {
            "nothing got worse beyond noise"
        };
        let regression = or_na(compare.regression, |points| format!("{points:.1}"));
        format!("{regressed}, regression {regression} of 100; ")
    });
    format!(
        "{compared}Program Stability Score {}{interval}{band}: {}, {} of {} metrics have data",
        or_na(pss.score, |score| format!("{score:.1}")),
        report.verdict.outcome.name(),
        pss.with_data.len(),
        report.metrics.len(),
    )
}

/// A metric on one line of the log.
fn logged(metric: &MetricReport) -> String {
    let rest = match (&metric.failed, &metric.no_data) {
        (Some(reason), _) => format!("failed: {reason}"),
        (None, Some(reason)) => reason.clone(),
        (None, None) => {
            let values: Vec<String> = metric
                .factors
                .iter()
                .map(|factor| format!("{} {}", factor.name, value(factor.value, &factor.unit)))
                .collect();
            format!(
                "lost {:>4}  n {:>7}  {}",
                points(metric.points),
                count(metric.n),
                values.join(", ")
            )
        }
    };
    plain(&format!(
        "{:<7} {:>4}  {rest}",
        metric.code,
        or_na(metric.score, |score| format!("{score:.2}"))
    ))
}

/// The verdict, and where it is not a pass what cost most: at most three lines that GitHub shows beside the run.
pub fn annotations(report: &Report) -> Vec<String> {
    let kind = match report.verdict.outcome {
        VerdictOutcome::Fail => "error",
        VerdictOutcome::Warn | VerdictOutcome::Inconclusive => "warning",
        VerdictOutcome::Pass => "notice",
    };
    let mut said = headline(report);
    for reason in &report.verdict.reasons {
        said.push('\n');
        said.push_str(reason);
    }
    let title = format!("pss: {}", report.verdict.outcome.name());
    let mut all = vec![annotation(kind, &title, &said)];
    // What got worse says more of a comparison than what scores low on both sides.
    for cause in causes(report).iter().take(ANNOTATIONS - 1) {
        all.push(annotation(kind, "pss: got worse", &cause.text));
    }
    // A run that passes needs no second word.
    if all.len() == 1 && report.verdict.outcome != VerdictOutcome::Pass {
        let mut dear: Vec<&MetricReport> = report
            .metrics
            .iter()
            .filter(|metric| metric.points >= WORTH)
            .collect();
        dear.sort_by(|a, b| b.points.total_cmp(&a.points));
        for metric in dear.into_iter().take(ANNOTATIONS - 1) {
            let title = format!("pss: {} lost {} points", metric.code, points(metric.points));
            let worst = metric.worst.first().map_or_else(String::new, |worst| {
                format!("; {} of them by {}", points(worst.points), subject(worst))
            });
            let said = format!(
                "{} scores {}{worst}",
                metric.code,
                or_na(metric.score, |score| format!("{score:.2}"))
            );
            all.push(annotation("notice", &title, &said));
        }
    }
    all
}

fn causes(report: &Report) -> &[Cause] {
    report
        .compare
        .as_ref()
        .map_or(&[], |compare| &compare.causes)
}

fn annotation(kind: &str, title: &str, said: &str) -> String {
    format!("::{kind} title={}::{}", property(title), message(said))
}

/// A command's message: line ends and the sign that escapes are escaped.
fn message(text: &str) -> String {
    let escaped: Vec<String> = text
        .lines()
        .map(|line| plain(line).replace('%', "%25"))
        .collect();
    escaped.join("%0A")
}

/// A command's property, which also ends at a colon or a comma.
fn property(text: &str) -> String {
    message(text).replace(':', "%3A").replace(',', "%2C")
}

/// A line of the log that the runner takes for nothing else: it finds old commands, `##[..]`, anywhere in a line.
fn plain(line: &str) -> String {
    sentence(line).replace("##[", "## [")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_from_outside_is_a_command() {
        assert_eq!(
            annotation("error", "a: b, c", "100 %\n::warning::x\r"),
            "::error title=a%3A b%2C c::100 %25%0A::warning::x?"
        );
        assert_eq!(plain("x ##[error]y"), "x ## [error]y");
    }
}
