//! Adds a run: all of it in one transaction.

use std::{
    collections::BTreeMap,
    time::{SystemTime, UNIX_EPOCH},
};

use pss_metrics::{report::Report, summary::Summary};
use rusqlite::{Transaction, TransactionBehavior, params};

use super::{
    entry::{Headline, operations},
    error::HistoryError,
    open::Store,
    prune::prune,
};
use crate::input::{read_summary, summary_bytes};

/// A run to be kept.
#[derive(Debug)]
pub struct NewRun<'a> {
    /// What it is a run of.
    pub project: &'a str,
    /// The branch, where it is known.
    pub branch: Option<&'a str>,
    /// The commit, where it is known.
    pub commit: Option<&'a str>,
    /// Whether the working tree differed from the commit, where it is known.
    pub dirty: Option<bool>,
    /// Any further names.
    pub labels: &'a BTreeMap<String, String>,
    /// Its report, with all of its operations.
    pub report: &'a Report,
    /// What was read.
    pub summary: &'a Summary,
}

/// The bytes of a `.pss` file.
///
/// # Errors
/// A summary that cannot be serialised.
pub fn pack(name: &str, summary: &Summary) -> Result<Vec<u8>, HistoryError> {
    Ok(summary_bytes(name, summary)?)
}

/// The summary in the bytes of a `.pss` file; `name` is what messages call it.
///
/// # Errors
/// Anything but an undamaged summary of this version.
pub fn unpack(name: &str, bytes: &[u8]) -> Result<Summary, HistoryError> {
    Ok(read_summary(name, bytes)?)
}

impl Store {
    /// Keeps a run, and of its branch no more than `keep` of the newest. Returns its number and how many older ones were dropped.
    ///
    /// # Errors
    /// The file cannot be written; nothing of the run is then in it.
    pub fn add(
        &mut self,
        run: &NewRun<'_>,
        keep: Option<usize>,
    ) -> Result<(i64, usize), HistoryError> {
        let failed = self.failed_to_write();
        let bytes = pack(&self.name(), run.summary)?;
        let headline = Headline::of(run.report, run.summary);
        let transaction = self
            .connection
            .transaction_with_behavior(TransactionBehavior::Immediate)
            .map_err(&failed)?;
        let id = insert(&transaction, run, &headline, &bytes).map_err(&failed)?;
        let dropped = match keep {
            Some(keep) => prune(&transaction, run.project, run.branch, keep).map_err(&failed)?,
            None => 0,
        };
        transaction.commit().map_err(&failed)?;
        Ok((id, dropped))
    }
}

fn insert(
    transaction: &Transaction<'_>,
    run: &NewRun<'_>,
    headline: &Headline,
    bytes: &[u8],
) -> rusqlite::Result<i64> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    let added = now.map_or(0, |since| since.as_millis() as i64);
    transaction.execute(
        "INSERT INTO runs (project, branch, commit_id, dirty, added_ms, pss, low, high, complete, verdict, spans, samples, start_s, end_s, session, version)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)",
        params![
            run.project,
            run.branch,
            run.commit,
            run.dirty,
            added,
            headline.pss,
            headline.low,
            headline.high,
            headline.complete,
            headline.verdict,
            headline.spans as i64,
            headline.samples as i64,
            headline.start,
            headline.end,
            headline.session,
            headline.version,
        ],
    )?;
    let id = transaction.last_insert_rowid();
    let mut label =
        transaction.prepare("INSERT INTO labels (run, name, value) VALUES (?1, ?2, ?3)")?;
    for (name, value) in run.labels {
        label.execute(params![id, name, value])?;
    }
    let mut metric = transaction.prepare(
        "INSERT INTO metrics (run, place, code, score, low, high, points, weight, n) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
    )?;
    for (place, m) in headline.metrics.iter().enumerate() {
        let place = place as i64;
        metric.execute(params![
            id, place, m.code, m.score, m.low, m.high, m.points, m.weight, m.n as i64
        ])?;
    }
    let mut operation = transaction.prepare(
        "INSERT INTO operations (run, place, service, operation, n, errors, q50, q99) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
    )?;
    for (place, o) in operations(run.report).iter().enumerate() {
        let place = place as i64;
        operation.execute(params![
            id,
            place,
            o.service,
            o.operation,
            o.n as i64,
            o.errors as i64,
            o.q50,
            o.q99
        ])?;
    }
    transaction.execute(
        "INSERT INTO summaries (run, bytes) VALUES (?1, ?2)",
        params![id, bytes],
    )?;
    Ok(id)
}
