//! What `pss history` answers where it is not in the build.

use clap::Args;
use pss_metrics::summary::Summary;

use super::arguments::{Common, Compare};
use crate::{
    config::Config,
    error::Error,
    exit::Exit,
    registry::{Registry, how},
};

/// Anything: no use of it is wrong before the feature is there.
#[derive(Debug, Args)]
pub(super) struct History {
    /// What to do, in a build that can
    #[arg(
        trailing_var_arg = true,
        allow_hyphen_values = true,
        value_name = "ARGUMENT"
    )]
    rest: Vec<String>,
}

pub(super) fn run(arguments: &History, _: &Common, _: &Registry) -> Result<Exit, Error> {
    let first = arguments
        .rest
        .first()
        .map_or(String::new(), |word| format!(" {word}"));
    Err(missing(&format!("pss history{first}")))
}

/// The runs of `--against`.
pub(super) fn against(
    arguments: &Compare,
    _: &Config,
    _: &Summary,
) -> Result<Vec<(String, Summary)>, Error> {
    let given = [
        ("--against", !arguments.against.is_empty()),
        ("--db", arguments.history.db.is_some()),
        ("--project", arguments.history.project.is_some()),
    ];
    match given.iter().find(|(_, given)| *given) {
        Some((flag, _)) => Err(missing(flag)),
        None => Ok(Vec::new()),
    }
}

fn missing(what: &str) -> Error {
    Error::Usage(format!("{what} is not in this build: {}", how("history")))
}
