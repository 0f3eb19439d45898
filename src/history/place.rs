//! Where the history lies and what its runs are runs of.

use std::path::{Path, PathBuf};

use super::{
    error::HistoryError,
    git::{GitFacts, git_facts},
};
use crate::config::Config;

/// The file where nothing else is said: below the folder that other tools of a project hide their state in, so that one line ignores it.
const DEFAULT: &str = ".pss/history.sqlite";

/// Where and of what.
#[derive(Debug, Clone)]
pub struct Place {
    /// The file.
    pub path: PathBuf,
    /// The project.
    pub project: String,
    /// How many runs of a branch are kept.
    pub keep: Option<usize>,
    /// What git says of the working folder.
    pub git: GitFacts,
}

/// The file: `--db`, else `[history] path`, relative to the file that says it, else `.pss/history.sqlite` beside the project's `pss.toml`, else in the working
/// folder. The project: `--project`, else `[history] project`, else the name of git's origin, else of the folder.
///
/// # Errors
/// There is no working folder.
pub fn place(
    config: &Config,
    db: Option<&Path>,
    project: Option<&str>,
) -> Result<Place, HistoryError> {
    let here = std::env::current_dir()
        .map_err(|error| HistoryError::Usage(format!("there is no working folder: {error}")))?;
    let beside = config
        .project
        .as_deref()
        .and_then(Path::parent)
        .filter(|folder| !folder.as_os_str().is_empty());
    let home = beside.unwrap_or(&here);
    let path = match (db, config.text("history.path")) {
        (Some(db), _) => db.to_path_buf(),
        (None, Some(path)) => match config.settings.get("history.path") {
            Some(setting) => said_by(&setting.place).join(path),
            None => PathBuf::from(path),
        },
        (None, None) => match beside {
            Some(folder) => folder.join(DEFAULT),
            None => PathBuf::from(DEFAULT),
        },
    };
    let git = git_facts(&here);
    let folder = || {
        home.file_name()
            .map(|name| name.to_string_lossy().into_owned())
    };
    let project = project
        .or_else(|| config.text("history.project"))
        .map(str::to_owned)
        .or_else(|| git.name.clone())
        .or_else(folder)
        .unwrap_or_else(|| "unnamed".to_owned());
    Ok(Place {
        path,
        project,
        keep: config.number("history.keep").map(|keep| keep as usize),
        git,
    })
}

/// The folder of the file that says a setting, `file:line`; nothing for flags and variables, which speak from the working folder.
fn said_by(place: &str) -> PathBuf {
    place
        .rsplit_once(':')
        .map(|(file, _)| Path::new(file))
        .filter(|file| file.is_file())
        .and_then(Path::parent)
        .map(Path::to_path_buf)
        .unwrap_or_default()
}
