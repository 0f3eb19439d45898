//! Why a history cannot be used: each with its exit code, and the file left as it was.

use pss_metrics::report::visible;
use rusqlite::{Error as Sql, ErrorCode};

use crate::{exit::Exit, input::SummaryFileError};

/// Why a history cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum HistoryError {
    /// Nothing there.
    #[error(
        "no history at `{0}`; `pss history add FILES` makes it, and --db or `path` in [history] of pss.toml names another"
    )]
    Missing(String),
    /// A file of something else.
    #[error(
        "`{path}` is no history of pss: {why}; it is left as it is; name another file by --db or `path` in [history] of pss.toml"
    )]
    Foreign {
        /// The file.
        path: String,
        /// What it is.
        why: String,
    },
    /// Made by a later version.
    #[error(
        "the history `{path}` has version {found}, and this pss knows {known}: use the pss that made it; it is left as it is"
    )]
    Newer {
        /// The file.
        path: String,
        /// Its version.
        found: i64,
        /// The version of this build.
        known: i64,
    },
    /// Not as it was written.
    #[error(
        "the history `{path}` is damaged: {error}; it is left as it is: restore a copy, or move it away to start anew"
    )]
    Damaged {
        /// The file.
        path: String,
        /// What SQLite says.
        error: String,
    },
    /// Cannot be read.
    #[error("cannot read the history `{path}`: {error}")]
    Read {
        /// The file.
        path: String,
        /// What SQLite or the system says.
        error: String,
    },
    /// Cannot be written.
    #[error("cannot write the history `{path}`: {error}; nothing of this run is in it")]
    Write {
        /// The file.
        path: String,
        /// What SQLite or the system says.
        error: String,
    },
    /// A run whose summary cannot be read.
    #[error(transparent)]
    Summary(#[from] SummaryFileError),
    /// No run is as asked for.
    #[error("the history `{path}` has no run {wanted}{help}")]
    NoRun {
        /// The file.
        path: String,
        /// What was asked for.
        wanted: String,
        /// What there is.
        help: String,
    },
    /// What was asked for cannot be understood.
    #[error("{0}")]
    Usage(String),
}

impl HistoryError {
    /// No run is as asked for; names may hold anything.
    pub fn no_run(path: String, wanted: &str, help: &str) -> HistoryError {
        HistoryError::NoRun {
            path,
            wanted: visible(wanted),
            help: visible(help),
        }
    }

    /// The exit code.
    pub fn exit(&self) -> Exit {
        match self {
            HistoryError::Usage(_) => Exit::Usage,
            HistoryError::Write { .. } => Exit::Output,
            _ => Exit::Input,
        }
    }

    /// What SQLite said while the file was read or written.
    pub(super) fn of(path: &str, error: &Sql, writing: bool) -> HistoryError {
        let path = path.to_owned();
        let code = error.sqlite_error_code();
        let text = match code {
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
                "others kept it locked for half a minute; try again".to_owned()
            }
            Some(ErrorCode::ReadOnly) => "it is read-only".to_owned(),
            _ => match error {
                Sql::SqliteFailure(_, Some(text)) => text.clone(),
                error => error.to_string(),
            },
        };
        match code {
            Some(ErrorCode::NotADatabase) => HistoryError::Foreign {
                path,
                why: "it is no SQLite file, or its first bytes are damaged".to_owned(),
            },
            Some(ErrorCode::DatabaseCorrupt) => HistoryError::Damaged { path, error: text },
            None => HistoryError::Damaged { path, error: text },
            _ if writing => HistoryError::Write { path, error: text },
            _ => HistoryError::Read { path, error: text },
        }
    }
}

#[cfg(test)]
mod tests {
    use rusqlite::ffi;

    use super::*;

    #[test]
    fn each_failure_has_its_exit() {
        let exit = |code: i32, writing: bool| {
            let error = Sql::SqliteFailure(ffi::Error::new(code), None);
            HistoryError::of("h", &error, writing).exit()
        };
        assert_eq!(exit(ffi::SQLITE_READONLY, true), Exit::Output);
        assert_eq!(exit(ffi::SQLITE_FULL, true), Exit::Output);
        assert_eq!(exit(ffi::SQLITE_BUSY, true), Exit::Output);
        assert_eq!(exit(ffi::SQLITE_BUSY, false), Exit::Input);
        for writing in [true, false] {
            assert_eq!(exit(ffi::SQLITE_CORRUPT, writing), Exit::Input);
            assert_eq!(exit(ffi::SQLITE_NOTADB, writing), Exit::Input);
        }
    }
}
