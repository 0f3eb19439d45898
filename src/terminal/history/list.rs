//! Runs, one a line.

use comfy_table::ColumnConstraint;

use super::{
    super::{
        numbers::count,
        report::{align_right, table},
        style::Look,
    },
    commit, labels, minute, plain, score,
};
use crate::history::Entry;

/// From this width on, intervals and verdicts find room beside the rest.
const WIDE: usize = 100;

/// The runs as a table, in their order.
pub fn list(entries: &[Entry], look: &Look) -> String {
    let wide = look.width >= WIDE;
    let header = [
        "run",
        "added, UTC",
        "branch",
        "commit",
        "PSS",
        "interval",
        "verdict",
        "spans",
        "labels",
    ];
    let shown = |at: usize| wide || !(5..7).contains(&at);
    let header: Vec<&str> = (0..)
        .zip(header)
        .filter(|(at, _)| shown(*at))
        .map(|(_, name)| name)
        .collect();
    let mut table = table(look, &header);
    for entry in entries {
        let headline = &entry.headline;
        let interval = match (headline.low, headline.high) {
            (Some(low), Some(high)) => format!("{low:.1} to {high:.1}"),
            _ => String::new(),
        };
        let style = headline
            .pss
            .map_or(look.styles.dim, |pss| look.styles.of(pss / 100.0));
        let cells = [
            entry.id.to_string(),
            minute(&entry.added),
            plain(entry.branch.as_deref().unwrap_or_default()),
            commit(entry.commit.as_deref(), entry.dirty),
            look.paint(style, &score(headline.pss)),
            interval,
            plain(&headline.verdict),
            count(headline.spans),
            labels(entry),
        ];
        table.add_row(
            (0..)
                .zip(cells)
                .filter(|(at, _)| shown(*at))
                .map(|(_, cell)| cell),
        );
    }
    for (at, name) in header.iter().enumerate() {
        if ["run", "PSS", "spans"].contains(name) {
            align_right(&mut table, at);
        }
        // Names of branches and labels may be long, and wrap; all else stays in one line.
        if !["branch", "labels"].contains(name)
            && let Some(column) = table.column_mut(at)
        {
            column.set_constraint(ColumnConstraint::ContentWidth);
        }
    }
    format!("{}\n", table.trim_fmt())
}
