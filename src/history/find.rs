//! Finds runs, the newest first.

use std::collections::BTreeMap;

use rusqlite::{Connection, OptionalExtension, Row, types::Value};

use super::{
    add::unpack,
    entry::{Entry, Headline, MetricFigure, OperationFigure},
    error::HistoryError,
    open::Store,
};
use pss_metrics::summary::Summary;

/// Which runs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// Of this project.
    pub project: Option<String>,
    /// Of this branch.
    pub branch: Option<String>,
    /// Of the commit that starts so.
    pub commit: Option<String>,
    /// With all of these labels.
    pub labels: BTreeMap<String, String>,
    /// With this number.
    pub id: Option<i64>,
    /// At most so many.
    pub most: Option<usize>,
}

impl Store {
    /// The runs, the newest first.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn find(&self, filter: &Filter) -> Result<Vec<Entry>, HistoryError> {
        find(&self.connection, filter).map_err(self.failed_to_read())
    }

    /// The projects and branches there are, with their numbers of runs.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn branches(&self) -> Result<Vec<(String, Option<String>, u64)>, HistoryError> {
        self.connection
            .prepare("SELECT project, branch, count(*) FROM runs GROUP BY project, branch ORDER BY project, branch")
            .and_then(|mut select| {
                select
                    .query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get::<_, i64>(2)? as u64)))?
                    .collect()
            })
            .map_err(self.failed_to_read())
    }

    /// The bytes of a run's `.pss` summary.
    ///
    /// # Errors
    /// The file cannot be read, or has no such run.
    pub fn summary_bytes(&self, id: i64) -> Result<Vec<u8>, HistoryError> {
        self.connection
            .query_row("SELECT bytes FROM summaries WHERE run = ?1", [id], |row| {
                row.get(0)
            })
            .optional()
            .map_err(self.failed_to_read())?
            .ok_or_else(|| HistoryError::no_run(self.name(), &id.to_string(), ""))
    }

    /// A run's summary.
    ///
    /// # Errors
    /// The file or the summary cannot be read, or there is no such run.
    pub fn summary(&self, id: i64) -> Result<Summary, HistoryError> {
        unpack(
            &format!("{} run {id}", self.name()),
            &self.summary_bytes(id)?,
        )
    }

    /// A run's operations, the one that cost most first.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn operations(&self, id: i64) -> Result<Vec<OperationFigure>, HistoryError> {
        let read = || -> rusqlite::Result<Vec<OperationFigure>> {
            self.connection
                .prepare(
                    "SELECT service, operation, n, errors, q50, q99 FROM operations WHERE run = ?1 ORDER BY place",
                )?
                .query_map([id], |row| {
                    Ok(OperationFigure {
                        service: row.get(0)?,
                        operation: row.get(1)?,
                        n: row.get::<_, i64>(2)? as u64,
                        errors: row.get::<_, i64>(3)? as u64,
                        q50: row.get(4)?,
                        q99: row.get(5)?,
                    })
                })?
                .collect()
        };
        read().map_err(self.failed_to_read())
    }

    /// What there is instead of what was not found, for messages.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn instead(&self) -> Result<String, HistoryError> {
        let there: Vec<String> = self
            .branches()?
            .iter()
            .map(|(project, branch, n)| {
                let branch = branch
                    .as_ref()
                    .map_or("no branch".to_owned(), |branch| format!("branch {branch}"));
                format!("{n} of project {project}, {branch}")
            })
            .collect();
        Ok(if there.is_empty() {
            "; it is empty".to_owned()
        } else {
            format!("; it has {}", there.join("; "))
        })
    }
}

fn find(connection: &Connection, filter: &Filter) -> rusqlite::Result<Vec<Entry>> {
    let mut conditions = vec!["1".to_owned()];
    let mut values: Vec<Value> = Vec::new();
    let mut add = |condition: &str, given: Vec<Value>| {
        conditions.push(condition.to_owned());
        values.extend(given);
    };
    let text = |text: &String| Value::Text(text.clone());
    if let Some(project) = &filter.project {
        add("project = ?", vec![text(project)]);
    }
    if let Some(branch) = &filter.branch {
        add("branch = ?", vec![text(branch)]);
    }
    if let Some(commit) = &filter.commit {
        add(
            "substr(commit_id, 1, length(?)) = ?",
            vec![text(commit), text(commit)],
        );
    }
    if let Some(id) = filter.id {
        add("id = ?", vec![Value::Integer(id)]);
    }
    for (name, value) in &filter.labels {
        add(
            "EXISTS (SELECT 1 FROM labels WHERE run = runs.id AND name = ? AND value = ?)",
            vec![text(name), text(value)],
        );
    }
    let most = filter
        .most
        .map_or(-1, |most| i64::try_from(most).unwrap_or(i64::MAX));
    values.push(Value::Integer(most));
    let sql = format!(
        "SELECT id, project, branch, commit_id, dirty, strftime('%Y-%m-%dT%H:%M:%SZ', added_ms / 1000, 'unixepoch'),
                pss, low, high, complete, verdict, spans, samples, start_s, end_s, session, version
         FROM runs WHERE {} ORDER BY id DESC LIMIT ?",
        conditions.join(" AND ")
    );
    let mut entries: Vec<Entry> = connection
        .prepare(&sql)?
        .query_map(rusqlite::params_from_iter(values), entry)?
        .collect::<rusqlite::Result<_>>()?;
    let mut labels =
        connection.prepare("SELECT name, value FROM labels WHERE run = ?1 ORDER BY name")?;
    let mut metrics = connection.prepare(
        "SELECT code, score, low, high, points, weight, n FROM metrics WHERE run = ?1 ORDER BY place",
    )?;
    for entry in &mut entries {
        entry.labels = labels
            .query_map([entry.id], |row| Ok((row.get(0)?, row.get(1)?)))?
            .collect::<rusqlite::Result<_>>()?;
        entry.headline.metrics = metrics
            .query_map([entry.id], metric)?
            .collect::<rusqlite::Result<_>>()?;
    }
    Ok(entries)
}

fn entry(row: &Row<'_>) -> rusqlite::Result<Entry> {
    Ok(Entry {
        id: row.get(0)?,
        project: row.get(1)?,
        branch: row.get(2)?,
        commit: row.get(3)?,
        dirty: row.get(4)?,
        added: row.get(5)?,
        labels: BTreeMap::new(),
        headline: Headline {
            pss: row.get(6)?,
            low: row.get(7)?,
            high: row.get(8)?,
            complete: row.get(9)?,
            verdict: row.get(10)?,
            spans: row.get::<_, i64>(11)? as u64,
            samples: row.get::<_, i64>(12)? as u64,
            start: row.get(13)?,
            end: row.get(14)?,
            session: row.get(15)?,
            version: row.get(16)?,
            metrics: Vec::new(),
        },
    })
}

fn metric(row: &Row<'_>) -> rusqlite::Result<MetricFigure> {
    Ok(MetricFigure {
        code: row.get(0)?,
        score: row.get(1)?,
        low: row.get(2)?,
        high: row.get(3)?,
        points: row.get(4)?,
        weight: row.get(5)?,
        n: row.get::<_, i64>(6)? as u64,
    })
}
