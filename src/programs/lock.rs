//! `pss-plugins.lock`: the plugins that were added, each with the fingerprint of its file and what it said of itself.

use std::{
    io::Write,
    path::{Path, PathBuf},
};

use pss_process::Manifest;
use serde::{Deserialize, Serialize};

/// Its name.
pub const NAME: &str = "pss-plugins.lock";

/// The version of its form.
const VERSION: u32 = 1;

/// The plugins that were added.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lock {
    version: u32,
    /// The plugins, by their paths.
    #[serde(default, rename = "plugin", skip_serializing_if = "Vec::is_empty")]
    pub plugins: Vec<Pinned>,
}

/// One of them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pinned {
    /// Its file, relative to the lock.
    pub path: String,
    /// The sha256 of the file.
    pub sha256: String,
    /// What it said of itself.
    pub manifest: Manifest,
}

/// Why a lock cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum LockError {
    /// What the system says.
    #[error("`{0}` cannot be read: {1}")]
    Unreadable(String, std::io::Error),
    /// Not what `pss plugins add` writes.
    #[error(
        "`{0}` {1}; it is written by `pss plugins add`: restore it, or remove it and add the plugins again"
    )]
    Form(String, String),
}

impl Default for Lock {
    fn default() -> Lock {
        Lock {
            version: VERSION,
            plugins: Vec::new(),
        }
    }
}

impl Lock {
    /// Where it stands: beside the project's `pss.toml`, else in the working folder.
    pub fn place(project: Option<&Path>) -> PathBuf {
        let folder = project.and_then(Path::parent).unwrap_or(Path::new(""));
        folder.join(NAME)
    }

    /// Reads it; none is one without plugins.
    ///
    /// # Errors
    /// What the system says, and what `pss plugins add` would not write.
    pub fn read(path: &Path) -> Result<Lock, LockError> {
        let name = path.display().to_string();
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                return Ok(Lock::default());
            }
            Err(error) => return Err(LockError::Unreadable(name, error)),
        };
        let lock: Lock = toml::from_str(&text).map_err(|error| {
            let line = error
                .span()
                .map_or(1, |span| text[..span.start].lines().count().max(1));
            LockError::Form(name.clone(), format!("line {line}: {}", error.message()))
        })?;
        if lock.version != VERSION {
            let why = format!(
                "has version {}, and this pss knows version {VERSION}",
                lock.version
            );
            return Err(LockError::Form(name, why));
        }
        for plugin in &lock.plugins {
            plugin.manifest.check().map_err(|error| {
                LockError::Form(
                    name.clone(),
                    format!("holds `{}`, which {error}", plugin.path),
                )
            })?;
        }
        Ok(lock)
    }

    /// Adds a plugin, in place of one at the same path. Says whether there was one.
    pub fn add(&mut self, plugin: Pinned) -> bool {
        let before = self.plugins.len();
        self.plugins.retain(|known| known.path != plugin.path);
        let replaced = self.plugins.len() < before;
        self.plugins.push(plugin);
        self.plugins.sort_by(|a, b| a.path.cmp(&b.path));
        replaced
    }

    /// Writes it, whole or not at all.
    ///
    /// # Errors
    /// What the system says.
    pub fn write(&self, path: &Path) -> std::io::Result<()> {
        let text = toml::to_string(self).map_err(std::io::Error::other)?;
        let folder = path.parent().filter(|folder| *folder != Path::new(""));
        let mut file = tempfile::NamedTempFile::new_in(folder.unwrap_or(Path::new(".")))?;
        file.write_all(b"# Written by `pss plugins add`: what each plugin said of itself, and the file that said it.\n")?;
        file.write_all(text.as_bytes())?;
        file.persist(path)?;
        Ok(())
    }
}
