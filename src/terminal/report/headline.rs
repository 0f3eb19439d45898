//! The score, the verdict and its reasons.

use std::fmt::Write;

use pss_metrics::{
    report::{Report, VerdictOutcome},
    score::Level,
};

use super::{
    super::{
        bar::bar,
        numbers::{count, span},
        style::Look,
    },
    wrap::wrapped,
};

pub(super) fn headline(out: &mut String, report: &Report, look: &Look) {
    let pss = &report.pss;
    let dot = if look.unicode { "·" } else { "|" };
    match pss.score {
        Some(score) => {
            let style = look.styles.of(score / 100.0);
            let interval = match (pss.low, pss.high) {
                (Some(low), Some(high)) => format!(" ({low:.1} to {high:.1} within this run)"),
                _ => String::new(),
            };
            let title = look.paint(look.styles.heading, "Program Stability Score");
            line!(
                out,
                "{title}  {}{interval}  {}{}",
                look.paint(style, &format!("{score:.1}")),
                pss.band.as_deref().unwrap_or_default(),
                if pss.complete {
                    String::new()
                } else {
                    look.paint(look.styles.bad, ", incomplete")
                }
            );
            line!(
                out,
                "{}",
                look.paint(style, &bar(score / 100.0, look.width.min(80), look.unicode))
            );
        }
        None => line!(
            out,
            "{}  n/a: no metric has enough data",
            look.paint(look.styles.heading, "Program Stability Score")
        ),
    }
    let verdict = match report.verdict.outcome {
        VerdictOutcome::Pass => look.styles.good,
        VerdictOutcome::Warn | VerdictOutcome::Inconclusive => look.styles.fair,
        VerdictOutcome::Fail => look.styles.bad,
    };
    let duration = match (report.input.start, report.input.end) {
        (Some(start), Some(end)) => {
            format!(" {dot} {}", span(end - start).replace(' ', "\u{a0}"))
        }
        _ => String::new(),
    };
    let confidence = if pss.confidence.level == Level::Low {
        "low"
    } else {
        "normal"
    };
    let name = report.verdict.outcome.name();
    let begun = out.len() + "verdict ".len();
    // A part of it stays on one line.
    let whole = |text: String| text.replace(' ', "\u{a0}");
    let parts = format!(
        "{} {dot} {} {dot} {}{duration} {dot} {}",
        whole(format!("verdict {name}")),
        whole(format!(
            "{} of {} metrics have data",
            pss.with_data.len(),
            report.metrics.len()
        )),
        whole(format!("{} spans", count(report.input.spans))),
        whole(format!("confidence {confidence}")),
    );
    wrapped(out, &parts, 2, look.width);
    let plain = out.split_off(begun).replace('\u{a0}', " ");
    out.push_str(&plain);
    out.replace_range(
        begun..begun + name.len(),
        &look.paint(verdict, name).to_string(),
    );
    for reason in &report.verdict.reasons {
        wrapped(out, &format!("- {reason}"), 2, look.width);
    }
}
