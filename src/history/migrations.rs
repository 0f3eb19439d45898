//! The tables, and how older files get them. A file's version is its `user_version`.

use rusqlite::{Connection, TransactionBehavior};

/// Marks a file as ours: "PSSH" in ASCII, SQLite's `application_id`.
pub(super) const APPLICATION: i64 = 0x5053_5348;

/// Each brings a file from the version of its place to the next. What has been released is never changed.
const STEPS: &[&str] = &["
CREATE TABLE runs (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    project TEXT NOT NULL,
    branch TEXT,
    commit_id TEXT,
    dirty INTEGER,
    added_ms INTEGER NOT NULL,
    pss REAL, low REAL, high REAL,
    complete INTEGER NOT NULL,
    verdict TEXT NOT NULL,
    spans INTEGER NOT NULL,
    samples INTEGER NOT NULL,
    start_s REAL, end_s REAL,
    session TEXT,
    version TEXT NOT NULL
) STRICT;
CREATE INDEX runs_by_branch ON runs (project, branch, id);
CREATE TABLE labels (
    run INTEGER NOT NULL REFERENCES runs ON DELETE CASCADE,
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (run, name)
) STRICT, WITHOUT ROWID;
CREATE TABLE metrics (
    run INTEGER NOT NULL REFERENCES runs ON DELETE CASCADE,
    place INTEGER NOT NULL,
    code TEXT NOT NULL,
    score REAL, low REAL, high REAL,
    points REAL NOT NULL,
    weight REAL NOT NULL,
    n INTEGER NOT NULL,
    PRIMARY KEY (run, place)
) STRICT, WITHOUT ROWID;
CREATE TABLE operations (
    run INTEGER NOT NULL REFERENCES runs ON DELETE CASCADE,
    place INTEGER NOT NULL,
    service TEXT NOT NULL,
    operation TEXT NOT NULL,
    n INTEGER NOT NULL,
    errors INTEGER NOT NULL,
    q50 REAL, q99 REAL,
    PRIMARY KEY (run, place)
) STRICT, WITHOUT ROWID;
-- Apart from the rest, so that lists read no page of a summary.
CREATE TABLE summaries (
    run INTEGER PRIMARY KEY REFERENCES runs ON DELETE CASCADE,
    bytes BLOB NOT NULL
) STRICT;
"];

/// The version of this build.
pub(super) const VERSION: i64 = STEPS.len() as i64;

/// The version of a file.
pub(super) fn version(connection: &Connection) -> rusqlite::Result<i64> {
    connection.pragma_query_value(None, "user_version", |row| row.get(0))
}

/// Brings a file to the version of this build, in one transaction: another process may be doing the same.
pub(super) fn migrate(connection: &mut Connection) -> rusqlite::Result<()> {
    if version(connection)? >= VERSION {
        return Ok(());
    }
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let from = usize::try_from(version(&transaction)?).unwrap_or(0);
    for step in STEPS.iter().skip(from) {
        transaction.execute_batch(step)?;
    }
    if from < STEPS.len() {
        transaction.pragma_update(None, "application_id", APPLICATION)?;
        transaction.pragma_update(None, "user_version", VERSION)?;
    }
    transaction.commit()
}
