//! The scores, and what operations take, over runs; and where they changed.

use std::collections::BTreeMap;

use pss_metrics::stats::{LEAST_RUNS, change_points};
use serde::Serialize;

use super::{entry::Entry, error::HistoryError, open::Store};

/// Smallest change of the PSS, in points, and of a metric's score: what one run differs from the next by, SCORING.md section 4.2.
const LEAST_POINTS: f64 = 0.5;
/// See [`LEAST_POINTS`].
const LEAST_SCORE: f64 = 0.01;
/// Smallest change of an operation's log-median: the spread between runs that SCORING.md section 4.3 starts from.
const LEAST_LOG: f64 = 0.05;

/// Series over runs.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Trend {
    /// The project.
    pub project: String,
    /// The branch, where it is one.
    pub branch: Option<String>,
    /// The runs' numbers, the oldest first.
    pub runs: Vec<i64>,
    /// Least runs in which changes are looked for.
    pub least_runs: usize,
    /// The PSS first, then metrics in report order, then operations.
    pub series: Vec<Series>,
}

/// One series.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Series {
    /// `PSS`, a metric's code, or `service/operation`.
    pub name: String,
    /// `points`, `score` or `seconds`.
    pub unit: &'static str,
    /// One a run; null where the run has none.
    pub values: Vec<Option<f64>>,
    /// Where it changed.
    pub changes: Vec<Shift>,
}

/// Where a series changed.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Shift {
    /// Number of the first run of the new level.
    pub run: i64,
    /// Its commit.
    pub commit: Option<String>,
    /// When it was added.
    pub added: String,
    /// The level before.
    pub before: f64,
    /// The level from here.
    pub after: f64,
    /// Whether it got worse: a lower score, a longer duration.
    pub worse: bool,
    /// Probability that chance parts the two so clearly.
    pub p: f64,
}

/// Trends of runs, given the newest first. Operations that fewer than 12 of the runs have are left out.
///
/// # Errors
/// The history cannot be read.
pub fn trend(
    store: &Store,
    newest_first: &[Entry],
    project: &str,
    branch: Option<&str>,
    operations: bool,
) -> Result<Trend, HistoryError> {
    let runs: Vec<&Entry> = newest_first.iter().rev().collect();
    let mut series = vec![one(
        "PSS",
        "points",
        LEAST_POINTS,
        &runs,
        runs.iter().map(|run| run.headline.pss).collect(),
    )];
    let mut codes: Vec<&str> = Vec::new();
    for metric in newest_first.iter().flat_map(|run| &run.headline.metrics) {
        if metric.score.is_some() && !codes.contains(&metric.code.as_str()) {
            codes.push(&metric.code);
        }
    }
    for code in codes {
        let of = |run: &&Entry| run.headline.metrics.iter().find(|m| m.code == code)?.score;
        series.push(one(
            code,
            "score",
            LEAST_SCORE,
            &runs,
            runs.iter().map(of).collect(),
        ));
    }
    if operations {
        let mut medians: BTreeMap<String, Vec<Option<f64>>> = BTreeMap::new();
        for (at, run) in runs.iter().enumerate() {
            for figure in store.operations(run.id)? {
                let name = format!("{}/{}", figure.service, figure.operation);
                let values = medians
                    .entry(name)
                    .or_insert_with(|| vec![None; runs.len()]);
                values[at] = figure.q50.filter(|q50| *q50 > 0.0);
            }
        }
        medians.retain(|_, values| values.iter().flatten().count() >= LEAST_RUNS);
        for (name, values) in medians {
            series.push(one(&name, "seconds", LEAST_LOG, &runs, values));
        }
    }
    Ok(Trend {
        project: project.to_owned(),
        branch: branch.map(str::to_owned),
        runs: runs.iter().map(|run| run.id).collect(),
        least_runs: LEAST_RUNS,
        series,
    })
}

/// One series with its changes; durations are searched by their logarithms.
fn one(
    name: &str,
    unit: &'static str,
    least: f64,
    runs: &[&Entry],
    values: Vec<Option<f64>>,
) -> Series {
    let durations = unit == "seconds";
    let (places, known): (Vec<usize>, Vec<f64>) = values
        .iter()
        .enumerate()
        .filter_map(|(at, value)| Some((at, (*value)?)))
        .map(|(at, value)| (at, if durations { value.ln() } else { value }))
        .unzip();
    let level = |value: f64| if durations { value.exp() } else { value };
    let changes = change_points(&known, least)
        .iter()
        .map(|change| {
            let run = runs[places[change.at]];
            Shift {
                run: run.id,
                commit: run.commit.clone(),
                added: run.added.clone(),
                before: level(change.before),
                after: level(change.after),
                worse: (change.after < change.before) != durations,
                p: change.p,
            }
        })
        .collect();
    Series {
        name: name.to_owned(),
        unit,
        values,
        changes,
    }
}
