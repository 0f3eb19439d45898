//! Files that are either written whole or not at all.

use std::{
    io::{self, Write},
    path::Path,
};

/// Writes to a temporary file in the same folder, then renames it to `path`.
///
/// # Errors
/// What the system says; the file at `path` is then as it was.
pub fn write(
    path: &Path,
    content: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> io::Result<()> {
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
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
