//! Opens the file: to read, or to write. A file that is not ours is never written.

use std::{
    fmt::Write,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use rusqlite::{Connection, ErrorCode, OpenFlags};

use super::{
    error::HistoryError,
    migrations::{APPLICATION, VERSION, migrate, version},
};

/// How long to wait for others: adding takes milliseconds, so this outlasts hundreds of writers in a row.
const PATIENCE: Duration = Duration::from_secs(30);
/// How often to ask again where SQLite does not wait by itself: far below the time of one writer's flush.
const PAUSE: Duration = Duration::from_millis(5);

/// An open history.
#[derive(Debug)]
pub struct Store {
    pub(super) connection: Connection,
    pub(super) path: PathBuf,
}

impl Store {
    /// Opens a history to read. A file that cannot be written can be read.
    ///
    /// # Errors
    /// None there, one of something else, of a later version, damaged or unreadable.
    pub fn read(path: &Path) -> Result<Store, HistoryError> {
        let name = path.display().to_string();
        match std::fs::File::open(path) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                return Err(HistoryError::Missing(name));
            }
            Err(error) => {
                return Err(HistoryError::Read {
                    path: name,
                    error: error.to_string(),
                });
            }
            Ok(_) => {}
        }
        let open = |target: &Path, flags| -> rusqlite::Result<Connection> {
            let mut connection = connect(target, flags)?;
            if version(&connection)? > 0 && application(&connection)? == APPLICATION {
                migrate(&mut connection)?;
            }
            connection.pragma_update(None, "query_only", true)?;
            Ok(connection)
        };
        let connection = match open(path, OpenFlags::SQLITE_OPEN_READ_WRITE) {
            // A folder that takes no new file: what is written ahead cannot be shared, and where nothing is, nobody can be writing.
            Err(error) if denied(&error) && !written_ahead(path) => open(
                Path::new(&unchanging(path)),
                OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI,
            ),
            other => other,
        };
        let store = Store {
            connection: connection.map_err(|error| HistoryError::of(&name, &error, false))?,
            path: path.to_path_buf(),
        };
        match store.is_ours(false)? {
            true => Ok(store),
            false => Err(HistoryError::Missing(name)),
        }
    }

    /// Opens a history to write; makes it, and its folder, where there is none.
    ///
    /// # Errors
    /// One of something else, of a later version, damaged, or that cannot be written.
    pub fn write(path: &Path) -> Result<Store, HistoryError> {
        let name = path.display().to_string();
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).map_err(|error| HistoryError::Write {
                path: name.clone(),
                error: error.to_string(),
            })?;
        }
        let failed = |error: &rusqlite::Error| HistoryError::of(&name, error, true);
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE;
        let mut store = Store {
            connection: connect(path, flags).map_err(|error| failed(&error))?,
            path: path.to_path_buf(),
        };
        store.is_ours(true)?;
        write_ahead(&store.connection).map_err(|error| failed(&error))?;
        let ready = |connection: &mut Connection| {
            // A run that was reported as kept outlives a power cut, not only a kill.
            connection.pragma_update(None, "synchronous", "FULL")?;
            connection.pragma_update(None, "foreign_keys", true)?;
            migrate(connection)
        };
        ready(&mut store.connection).map_err(|error| failed(&error))?;
        Ok(store)
    }

    /// Opens a history to write where there is one; where there is none makes sure that one could be made, and makes nothing.
    ///
    /// # Errors
    /// As [`write`](Store::write).
    pub fn write_or_probe(path: &Path) -> Result<Option<Store>, HistoryError> {
        if path.symlink_metadata().is_ok() {
            return Store::write(path).map(Some);
        }
        let folder = path.ancestors().skip(1).find(|folder| folder.exists());
        let folder = folder.filter(|folder| !folder.as_os_str().is_empty());
        tempfile::tempfile_in(folder.unwrap_or(Path::new(".")))
            .map(|_| None)
            .map_err(|error| HistoryError::Write {
                path: path.display().to_string(),
                error: error.to_string(),
            })
    }

    /// The file's name, for messages.
    pub fn name(&self) -> String {
        self.path.display().to_string()
    }

    pub(super) fn failed_to_read(&self) -> impl Fn(rusqlite::Error) -> HistoryError + use<> {
        let name = self.name();
        move |error| HistoryError::of(&name, &error, false)
    }

    pub(super) fn failed_to_write(&self) -> impl Fn(rusqlite::Error) -> HistoryError + use<> {
        let name = self.name();
        move |error| HistoryError::of(&name, &error, true)
    }

    /// Whether it is a history, or false where it is still empty.
    fn is_ours(&self, writing: bool) -> Result<bool, HistoryError> {
        let facts = || {
            let tables: i64 =
                self.connection
                    .query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
            // Read last: one that is just being made has all of its tables when it has its version.
            Ok((
                tables,
                application(&self.connection)?,
                version(&self.connection)?,
            ))
        };
        let (tables, application, found) = facts()
            .map_err(|error: rusqlite::Error| HistoryError::of(&self.name(), &error, writing))?;
        if application != APPLICATION {
            return if tables == 0 {
                Ok(false)
            } else {
                Err(HistoryError::Foreign {
                    path: self.name(),
                    why: "it is an SQLite file of another program".to_owned(),
                })
            };
        }
        if found > VERSION {
            return Err(HistoryError::Newer {
                path: self.name(),
                found,
                known: VERSION,
            });
        }
        Ok(true)
    }
}

fn connect(path: &Path, flags: OpenFlags) -> rusqlite::Result<Connection> {
    let connection = Connection::open_with_flags(path, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    connection.busy_timeout(PATIENCE)?;
    // The first read tells whether it is a database at all.
    version(&connection)?;
    Ok(connection)
}

fn application(connection: &Connection) -> rusqlite::Result<i64> {
    connection.pragma_query_value(None, "application_id", |row| row.get(0))
}

/// Switches to write-ahead logging. SQLite does not wait for others here, so this does.
fn write_ahead(connection: &Connection) -> rusqlite::Result<()> {
    let until = Instant::now() + PATIENCE;
    loop {
        // Where the file system has no shared memory the older journal stays, which is as safe and lets readers wait.
        let switched =
            connection.pragma_update_and_check(None, "journal_mode", "WAL", |_row| Ok(()));
        match switched {
            Err(error)
                if error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy)
                    && Instant::now() < until =>
            {
                std::thread::sleep(PAUSE);
            }
            other => return other,
        }
    }
}

fn denied(error: &rusqlite::Error) -> bool {
    matches!(
        error.sqlite_error_code(),
        Some(ErrorCode::CannotOpen | ErrorCode::ReadOnly | ErrorCode::PermissionDenied)
    )
}

fn written_ahead(path: &Path) -> bool {
    let mut log = path.as_os_str().to_owned();
    log.push("-wal");
    std::fs::metadata(log).is_ok_and(|log| log.len() > 0)
}

/// The file as an address that says nobody writes it.
fn unchanging(path: &Path) -> String {
    let mut address = "file:".to_owned();
    for byte in path.as_os_str().as_encoded_bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'.' | b'-' | b'_' => {
                address.push(char::from(*byte));
            }
            other => {
                let _ = write!(address, "%{other:02X}");
            }
        }
    }
    address + "?immutable=1"
}
