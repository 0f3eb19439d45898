//! Where configuration files are.

use std::{
    io,
    path::{Path, PathBuf},
};

/// Name of the project's file.
pub(super) const NAME: &str = "pss.toml";

/// The nearest `pss.toml` in a folder or above it.
pub(super) fn project(from: &Path) -> Option<PathBuf> {
    from.ancestors()
        .map(|folder| folder.join(NAME))
        .find(|path| path.is_file())
}

/// The text of a file that is read more than once.
///
/// # Errors
/// What the system says; that it is a pipe.
pub(super) fn text(path: &Path) -> io::Result<String> {
    #[cfg(unix)]
    if std::os::unix::fs::FileTypeExt::is_fifo(&std::fs::metadata(path)?.file_type()) {
        return Err(io::Error::other(
            "it is a pipe, and the configuration is read twice: write it into a file",
        ));
    }
    std::fs::read_to_string(path)
}

/// The user's file: `$XDG_CONFIG_HOME/pss/pss.toml`, else `~/.config/pss/pss.toml`.
pub(super) fn user(variable: impl Fn(&str) -> Option<String>) -> Option<PathBuf> {
    let absolute = |name: &str| {
        variable(name)
            .map(PathBuf::from)
            .filter(|path| path.is_absolute())
    };
    let folder = absolute("XDG_CONFIG_HOME")
        .or_else(|| absolute("HOME").map(|home| home.join(".config")))?;
    Some(folder.join("pss").join(NAME)).filter(|path| path.is_file())
}
