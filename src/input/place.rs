//! Where inputs are: files, folders, standard input.

use std::{
    ffi::OsStr,
    path::{Path, PathBuf},
};

use super::error::InputError;

/// One input.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// Standard input.
    Stdin,
    /// A file.
    File(PathBuf),
}

impl Place {
    /// The name in reports.
    pub fn name(&self) -> String {
        match self {
            Place::Stdin => "-".to_owned(),
            Place::File(path) => path.display().to_string(),
        }
    }
}

const EXTENSIONS: &[&str] = &["jsonl", "ndjson", "json", "pss"];
const COMPRESSED: &[&str] = &["gz", "zst"];

/// The inputs that arguments name: `-`, files as they are, folders as the trace files below them in the order of their names.
///
/// # Errors
/// What is missing, unreadable, or a folder without traces.
pub fn places(arguments: &[PathBuf]) -> Result<Vec<Place>, InputError> {
    let mut places = Vec::new();
    for argument in arguments {
        if argument.as_os_str() == OsStr::new("-") {
            places.push(Place::Stdin);
            continue;
        }
        let name = || argument.display().to_string();
        let kind = std::fs::metadata(argument).map_err(|error| match error.kind() {
            std::io::ErrorKind::NotFound => InputError::Missing(name()),
            _ => InputError::Unreadable {
                path: name(),
                error,
            },
        })?;
        if kind.is_dir() {
            let before = places.len();
            below(argument, &mut places).map_err(|error| InputError::Unreadable {
                path: name(),
                error,
            })?;
            if places.len() == before {
                return Err(InputError::EmptyFolder(name()));
            }
        } else {
            places.push(Place::File(argument.clone()));
        }
    }
    Ok(places)
}

fn below(folder: &Path, places: &mut Vec<Place>) -> std::io::Result<()> {
    let mut entries = std::fs::read_dir(folder)?.collect::<std::io::Result<Vec<_>>>()?;
    entries.sort_by_key(std::fs::DirEntry::file_name);
    for entry in entries {
        let kind = entry.file_type()?;
        let path = entry.path();
        if kind.is_dir() {
            below(&path, places)?;
        } else if is_trace(&path) {
            places.push(Place::File(path));
        }
    }
    Ok(())
}

fn is_trace(path: &Path) -> bool {
    let has = |path: &Path, extensions: &[&str]| {
        path.extension()
            .and_then(OsStr::to_str)
            .is_some_and(|extension| extensions.contains(&extension))
    };
    if has(path, COMPRESSED) {
        path.file_stem()
            .is_some_and(|stem| has(Path::new(stem), EXTENSIONS))
    } else {
        has(path, EXTENSIONS)
    }
}
