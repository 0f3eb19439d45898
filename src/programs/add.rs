//! `pss plugins add`: asks a program once what it is, and remembers it.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use pss_process::{Manifest, Programs, describe, fingerprint};

use super::{
    host::Starter,
    join::{installed, join_all, taken},
    lock::{Lock, Pinned},
};
use crate::{error::Error, process::find, registry::Registry};

/// A plugin that was added.
#[derive(Debug)]
pub struct Added {
    /// What it says of itself.
    pub manifest: Manifest,
    /// Whether it was there before.
    pub replaced: bool,
}

/// Adds a plugin to a lock. `built_in` is the registry without plugins of locks.
///
/// # Errors
/// No program of this protocol, names that are taken, a lock that cannot be read or written.
pub fn add(program: &Path, lock: &Path, built_in: Registry) -> Result<Added, Error> {
    let shown = program.display();
    // A bare name would be looked for in PATH.
    let here = match program.parent() {
        Some(folder) if folder == Path::new("") => Path::new(".").join(program),
        _ => program.to_owned(),
    };
    find(here.as_os_str()).map_err(Error::Usage)?;
    let unreadable = |error| Error::Usage(format!("`{shown}` cannot be read: {error}"));
    let absolute = program.canonicalize().map_err(unreadable)?;
    let mut known = Lock::read(lock).map_err(|error| Error::Usage(error.to_string()))?;
    let sha256 = fingerprint(&absolute).map_err(unreadable)?;
    let programs: Arc<dyn Programs> = Arc::new(Starter);
    let manifest =
        describe(&programs, &absolute).map_err(|why| Error::Usage(format!("`{shown}` {why}")))?;
    let pinned = Pinned {
        path: relative(&absolute, lock),
        sha256,
        manifest: manifest.clone(),
    };
    let mut others = known.clone();
    others.plugins.retain(|other| other.path != pinned.path);
    let registry = join_all(built_in, lock, &others)?;
    taken(&registry, &installed(lock, &pinned))
        .map_err(|why| Error::Usage(format!("`{shown}` cannot be added: {why}")))?;
    let replaced = known.add(pinned);
    known.write(lock).map_err(|error| Error::Output {
        what: format!("`{}`", lock.display()),
        error,
    })?;
    Ok(Added { manifest, replaced })
}

/// A path from the folder of the lock where it lies below, so that both can be moved together; else as it is.
fn relative(absolute: &Path, lock: &Path) -> String {
    let folder = lock.parent().filter(|folder| *folder != Path::new(""));
    let folder = folder
        .map_or_else(std::env::current_dir, Path::canonicalize)
        .unwrap_or_else(|_| PathBuf::from("/"));
    let folder = folder.canonicalize().unwrap_or(folder);
    match absolute.strip_prefix(&folder) {
        Ok(below) => below.display().to_string(),
        Err(_) => absolute.display().to_string(),
    }
}
