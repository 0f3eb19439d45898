//! Where inputs are: files, folders, standard input, sources of messages.

use std::{
    collections::BTreeSet,
    ffi::OsStr,
    path::{Path, PathBuf},
};

use pss_integrations::formats::Format;

use super::{choose::plain_name, error::InputError, remote::Remote};

/// One input.
#[derive(Debug, Clone)]
pub enum Place {
    /// Standard input.
    Stdin,
    /// A file.
    File(PathBuf),
    /// A file that was found in a folder: nobody said that it holds traces.
    Found(PathBuf),
    /// A file of ours, by the name that it has for the user.
    Named(PathBuf, String),
    /// Messages that a source reads.
    Remote(Remote),
}

impl Place {
    /// The name in reports.
    pub fn name(&self) -> String {
        match self {
            Place::Stdin => "-".to_owned(),
            Place::File(path) | Place::Found(path) => path.display().to_string(),
            Place::Named(_, name) => name.clone(),
            Place::Remote(remote) => remote.name.clone(),
        }
    }

    /// Where it lies, where it is a file.
    pub fn path(&self) -> Option<&Path> {
        match self {
            Place::Stdin | Place::Remote(_) => None,
            Place::File(path) | Place::Found(path) | Place::Named(path, _) => Some(path),
        }
    }

    /// Whether to go on without it after an error: a folder may hold other files than traces, whose names end alike.
    pub(super) fn may_be_passed_over(&self, error: &InputError) -> bool {
        matches!(self, Place::Found(_))
            && matches!(error, InputError::Unknown { .. } | InputError::Empty(_))
    }
}

/// The inputs that arguments name: `-`, files as they are, folders as the files below them whose names end as those of traces do, in the order of their names, patterns such as `logs/*.jsonl`
/// as what they match. Which names in a folder are trace files the extensions of the formats tell.
///
/// # Errors
/// What is missing, unreadable, or a folder without traces.
pub fn places(
    arguments: &[PathBuf],
    formats: &[&'static dyn Format],
) -> Result<Vec<Place>, InputError> {
    let extensions: BTreeSet<&str> = formats
        .iter()
        .flat_map(|format| format.meta().extensions.iter().copied())
        .chain(["pss"])
        .collect();
    let mut places = Vec::new();
    for argument in &expand(arguments)? {
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
            below(argument, &extensions, &mut places).map_err(|error| InputError::Unreadable {
                path: name(),
                error,
            })?;
            if places.len() == before {
                return Err(InputError::EmptyFolder {
                    path: name(),
                    endings: extensions
                        .iter()
                        .map(|extension| format!(".{extension}"))
                        .collect::<Vec<_>>()
                        .join(" "),
                });
            }
        } else {
            places.push(Place::File(argument.clone()));
        }
    }
    Ok(places)
}

/// Patterns that no file is called by, as what they match: where the shell leaves that to the program.
fn expand(arguments: &[PathBuf]) -> Result<Vec<PathBuf>, InputError> {
    let mut expanded = Vec::new();
    for argument in arguments {
        let pattern = argument
            .to_str()
            .filter(|text| text.contains(['*', '?', '[']) && !argument.exists());
        let Some(pattern) = pattern else {
            expanded.push(argument.clone());
            continue;
        };
        let before = expanded.len();
        // A pattern that is none, or a folder on its way that cannot be read, matches nothing.
        expanded.extend(glob::glob(pattern).into_iter().flatten().flatten());
        if expanded.len() == before {
            return Err(InputError::Missing(pattern.to_owned()));
        }
    }
    Ok(expanded)
}

fn below(
    folder: &Path,
    extensions: &BTreeSet<&str>,
    places: &mut Vec<Place>,
) -> std::io::Result<()> {
    let mut entries = std::fs::read_dir(folder)?.collect::<std::io::Result<Vec<_>>>()?;
    entries.sort_by_key(std::fs::DirEntry::file_name);
    for entry in entries {
        let kind = entry.file_type()?;
        let path = entry.path();
        if kind.is_dir() {
            below(&path, extensions, places)?;
        } else if is_trace(&path, extensions) {
            places.push(Place::Found(path));
        }
    }
    Ok(())
}

fn is_trace(path: &Path, extensions: &BTreeSet<&str>) -> bool {
    path.file_name()
        .and_then(OsStr::to_str)
        .is_some_and(|name| {
            let name = plain_name(name);
            extensions.iter().any(|extension| {
                name.strip_suffix(extension)
                    .is_some_and(|stem| stem.ends_with('.'))
            })
        })
}
