//! Drops old runs.

use rusqlite::{Connection, TransactionBehavior, params};

use super::{error::HistoryError, open::Store};

/// Drops all but the newest runs of a branch; a run without a branch is of one of its own.
pub(super) fn prune(
    connection: &Connection,
    project: &str,
    branch: Option<&str>,
    keep: usize,
) -> rusqlite::Result<usize> {
    connection.execute(
        "DELETE FROM runs WHERE project = ?1 AND branch IS ?2 AND id NOT IN
         (SELECT id FROM runs WHERE project = ?1 AND branch IS ?2 ORDER BY id DESC LIMIT ?3)",
        params![project, branch, i64::try_from(keep).unwrap_or(i64::MAX)],
    )
}

impl Store {
    /// Drops all but the newest `keep` runs of each branch of a project, or of one branch. Returns how many were dropped.
    ///
    /// # Errors
    /// The file cannot be written; no run is then dropped.
    pub fn prune(
        &mut self,
        project: &str,
        branch: Option<&str>,
        keep: usize,
    ) -> Result<usize, HistoryError> {
        let failed = self.failed_to_write();
        let transaction = self
            .connection
            .transaction_with_behavior(TransactionBehavior::Immediate)
            .map_err(&failed)?;
        let branches: Vec<Option<String>> = match branch {
            Some(branch) => vec![Some(branch.to_owned())],
            None => transaction
                .prepare("SELECT DISTINCT branch FROM runs WHERE project = ?1")
                .and_then(|mut select| select.query_map([project], |row| row.get(0))?.collect())
                .map_err(&failed)?,
        };
        let mut dropped = 0;
        for branch in &branches {
            dropped += prune(&transaction, project, branch.as_deref(), keep).map_err(&failed)?;
        }
        transaction.commit().map_err(&failed)?;
        // Where others have it open, the freed pages serve the next runs instead.
        if dropped > 0 {
            let _ = self.connection.execute_batch("VACUUM");
        }
        Ok(dropped)
    }
}
