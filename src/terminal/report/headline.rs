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
    wrap::{headed, wrapped},
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
    let whole = |text: String| text.replace(' ', "\u{a0}");
    let parts = format!(
        " {dot} {} {dot} {}{duration} {dot} {}",
        whole(format!(
            "{} of {} metrics have data",
            pss.with_data.len(),
            report.metrics.len()
        )),
        whole(format!("{} spans", count(report.input.spans))),
        whole(format!("confidence {confidence}")),
    );
    let first = format!("verdict {name}");
    let style = format!("verdict {}", look.paint(verdict, name));
    headed(out, (&first, style), &parts, 2, look.width);
    for reason in &report.verdict.reasons {
        wrapped(out, &format!("- {reason}"), 2, look.width);
    }
}
