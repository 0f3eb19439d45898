//! Series over runs, and where they changed.

use std::fmt::Write;

use super::{
    super::{
        bar::sparkline,
        numbers::seconds,
        report::{align_right, table, wrapped},
        style::Look,
    },
    commit, minute, plain,
};
use crate::history::{Series, Shift, Trend};

/// Runs drawn: as many as are searched together.
const DRAWN: usize = 50;
/// Operations without a change are not listed when there are more than this.
const STEADY: usize = 10;

/// The series as a table, then each change in words, the newest last.
pub fn trend(trend: &Trend, look: &Look) -> String {
    let mut out = String::new();
    let branch = trend.branch.as_ref().map_or(String::new(), |branch| {
        format!(", branch {}", plain(branch))
    });
    let runs = trend.runs.len();
    let title = format!("{runs} runs of {}{branch}", plain(&trend.project));
    let _ = writeln!(out, "{}\n", look.paint(look.styles.heading, &title));

    let operations = trend
        .series
        .iter()
        .filter(|series| series.unit == "seconds");
    let brief = operations.count() > STEADY;
    let listed =
        |series: &&Series| !brief || series.unit != "seconds" || !series.changes.is_empty();
    let mut table = table(look, &["", "newest", "lowest", "highest", "over runs"]);
    for series in trend.series.iter().filter(listed) {
        let known: Vec<f64> = series.values.iter().copied().flatten().collect();
        let lowest = known.iter().copied().fold(f64::INFINITY, f64::min);
        let highest = known.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let shown =
            |value: Option<f64>| value.map_or("n/a".to_owned(), |value| number(series, value));
        let newest = series.values.last().copied().flatten();
        let some = |value: f64| (!known.is_empty()).then_some(value);
        let drawn = &series.values[runs.saturating_sub(DRAWN)..];
        let height = |value: f64| {
            if highest > lowest {
                100.0 * (value - lowest) / (highest - lowest)
            } else {
                50.0
            }
        };
        let heights: Vec<Option<f64>> = drawn.iter().map(|value| value.map(height)).collect();
        table.add_row([
            plain(&series.name),
            shown(newest),
            shown(some(lowest)),
            shown(some(highest)),
            sparkline(&heights, look.unicode),
        ]);
    }
    for column in [1, 2, 3] {
        align_right(&mut table, column);
    }
    let _ = writeln!(out, "{}\n", table.trim_fmt());

    let mut changes: Vec<(&Series, &Shift)> = trend
        .series
        .iter()
        .flat_map(|series| series.changes.iter().map(move |change| (series, change)))
        .collect();
    changes.sort_by_key(|(_, change)| change.run);
    if runs < trend.least_runs {
        let text = format!(
            "too few runs to say where something changed: {} are needed",
            trend.least_runs
        );
        wrapped(&mut out, &text, 0, look.width);
    } else if changes.is_empty() {
        wrapped(
            &mut out,
            "nothing changed beyond what runs differ by",
            0,
            look.width,
        );
    }
    for (series, change) in changes {
        wrapped(&mut out, &words(series, change), 2, look.width);
    }
    out
}

fn words(series: &Series, change: &Shift) -> String {
    let way = match (change.worse, change.after > change.before) {
        (true, true) => "rose (worse)",
        (true, false) => "fell (worse)",
        (false, true) => "rose (better)",
        (false, false) => "fell (better)",
    };
    let commit = match commit(change.commit.as_deref(), None) {
        commit if commit.is_empty() => String::new(),
        commit => format!(", commit {commit}"),
    };
    let p = if change.p < 1e-9 {
        "p < 1e-9".to_owned()
    } else {
        format!("p = {:.0e}", change.p)
    };
    format!(
        "{} {way} from {} to {} at run {} ({}{commit}; {p})",
        plain(&series.name),
        number(series, change.before),
        number(series, change.after),
        change.run,
        minute(&change.added)
    )
}

fn number(series: &Series, value: f64) -> String {
    match series.unit {
        "points" => format!("{value:.1}"),
        "score" => format!("{value:.2}"),
        _ => seconds(value),
    }
}
