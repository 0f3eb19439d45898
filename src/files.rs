//! Files that are either written whole or not at all.

use std::{
    fs::OpenOptions,
    io::{self, Write},
    path::Path,
};

/// Writes to a temporary file in the same folder, then renames it to `path`. A link is followed; into what is no plain file, such as a device or a pipe, it is
/// written as it comes, since nothing may take its place.
///
/// # Errors
/// What the system says; a plain file at `path` is then as it was.
pub fn write(
    path: &Path,
    content: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> io::Result<()> {
    if is_device(path) {
        let mut out = OpenOptions::new().write(true).open(path)?;
        content(&mut out)?;
        return out.flush();
    }
    let target = std::fs::canonicalize(path).ok();
    let path = target.as_deref().unwrap_or(path);
    let folder = folder(path)?;
    let mut file = tempfile::Builder::new()
        .prefix(".pss-")
        .suffix(".tmp")
        .tempfile_in(folder)?;
    content(file.as_file_mut())?;
    // A temporary file is private to its owner; a report is as readable as any new file.
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        file.as_file()
            .set_permissions(std::fs::Permissions::from_mode(0o644))?;
    }
    file.persist(path).map(drop).map_err(|error| error.error)
}

/// Whether what is there is neither a plain file nor a folder: a device, a pipe.
pub fn is_device(path: &Path) -> bool {
    let there = std::fs::metadata(path);
    there.is_ok_and(|there| !there.is_file() && !there.is_dir())
}

/// The folder in which a file is to be written.
///
/// # Errors
/// There is no such folder, or a folder where the file should be.
pub fn folder(path: &Path) -> io::Result<&Path> {
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    if !folder.exists() {
        return Err(io::Error::new(
            io::ErrorKind::NotFound,
            format!("there is no folder `{}`; make it first", folder.display()),
        ));
    }
    if path.is_dir() {
        return Err(io::Error::new(
            io::ErrorKind::IsADirectory,
            "it is a folder; name a file in it",
        ));
    }
    Ok(folder)
}

/// Writes what an export names: a file, or after `+` the end of one, which other programs fill as well, such as a step's summary in GitHub Actions.
///
/// # Errors
/// What the system says.
pub fn export(
    path: &str,
    content: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> io::Result<()> {
    let Some(path) = path.strip_prefix('+') else {
        return write(Path::new(path), |file| {
            let mut file = io::BufWriter::new(file);
            content(&mut file)?;
            file.flush()
        });
    };
    // All at once, so that a view that fails leaves nothing, and what others append does not come between.
    let mut whole = Vec::new();
    content(&mut whole)?;
    OpenOptions::new()
        .append(true)
        .create(true)
        .open(path)?
        .write_all(&whole)
}
