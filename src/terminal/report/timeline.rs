//! The score over time.

use std::fmt::Write;

use pss_metrics::report::Report;

use super::{
    super::{
        bar::sparkline,
        numbers::{clock, seconds},
        style::Look,
    },
    wrap::wrapped,
};

pub(super) fn timeline(out: &mut String, report: &Report, look: &Look) {
    let windows = &report.timeline.windows;
    let scores: Vec<Option<f64>> = windows.iter().map(|window| window.score).collect();
    if scores.iter().flatten().count() < 2 {
        return;
    }
    line!(out);
    let at = |place: usize| {
        windows
            .get(place)
            .map(|window| clock(window.start as f64 * 1e-9))
            .unwrap_or_default()
    };
    line!(
        out,
        "{}  {} {} {}  (UTC, {} a window)",
        look.paint(look.styles.heading, "over time"),
        at(0),
        sparkline(&scores, look.unicode),
        at(windows.len() - 1),
        seconds(windows[0].seconds),
    );
    if let Some(worst) = report.timeline.worst
        && let Some(score) = scores[worst]
    {
        let burst = match report.timeline.first_bad {
            Some(first) => format!(
                "; {:.0} % of windows lie more than 15 points below the median, the first at {}",
                100.0 * report.timeline.burst,
                at(first)
            ),
            None => String::new(),
        };
        wrapped(
            out,
            &format!("worst window: {} with {score:.1}{burst}", at(worst)),
            11,
            look.width,
        );
    }
}
