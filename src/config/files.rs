//! Where configuration files are.

use std::path::{Path, PathBuf};

/// Name of the project's file.
pub(super) const NAME: &str = "pss.toml";

/// The nearest `pss.toml` in a folder or above it.
pub(super) fn project(from: &Path) -> Option<PathBuf> {
    from.ancestors()
        .map(|folder| folder.join(NAME))
        .find(|path| path.is_file())
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
