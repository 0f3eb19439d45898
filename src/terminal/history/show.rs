//! One run.

use std::fmt::Write;

use super::{
    super::{
        bar::bar,
        numbers::{count, span},
        report::{align_right, table},
        style::Look,
    },
    labels, minute, plain, score,
};
use crate::history::Entry;

/// Columns of a bar.
const BAR: usize = 10;

/// A run with its metrics.
pub fn show(entry: &Entry, look: &Look) -> String {
    let headline = &entry.headline;
    let mut out = String::new();
    let mut line = |name: &str, text: String| {
        if !text.is_empty() {
            let _ = writeln!(
                out,
                "{} {text}",
                look.paint(look.styles.dim, &format!("{name:<8}"))
            );
        }
    };
    let interval = match (headline.low, headline.high) {
        (Some(low), Some(high)) => format!(" ({low:.1} to {high:.1} within this run)"),
        _ => String::new(),
    };
    let dirty = match entry.dirty {
        Some(true) => " with changes that are not committed",
        _ => "",
    };
    let commit = entry.commit.as_deref().unwrap_or_default();
    line("run", format!("{} of {}", entry.id, plain(&entry.project)));
    line("PSS", score(headline.pss) + &interval);
    line("verdict", plain(&headline.verdict));
    line("branch", plain(entry.branch.as_deref().unwrap_or_default()));
    line("commit", plain(commit) + dirty);
    line("labels", labels(entry));
    line(
        "session",
        plain(headline.session.as_deref().unwrap_or_default()),
    );
    line(
        "added",
        format!(
            "{} UTC, by pss {}",
            minute(&entry.added),
            plain(&headline.version)
        ),
    );
    let length = match (headline.start, headline.end) {
        (Some(start), Some(end)) => format!(" over {}", span(end - start)),
        _ => String::new(),
    };
    line(
        "read",
        format!(
            "{} spans, {} samples{length}",
            count(headline.spans),
            count(headline.samples)
        ),
    );
    let mut table = table(look, &["metric", "score", "", "lost", "n"]);
    for metric in &headline.metrics {
        let Some(value) = metric.score else { continue };
        let style = look.styles.of(value);
        table.add_row([
            plain(&metric.code),
            look.paint(style, &format!("{value:.2}")),
            look.paint(style, &bar(value, BAR, look.unicode)),
            format!("{:.1}", metric.points),
            count(metric.n),
        ]);
    }
    for column in [1, 3, 4] {
        align_right(&mut table, column);
    }
    let _ = writeln!(out, "\n{}", table.trim_fmt());
    out
}
