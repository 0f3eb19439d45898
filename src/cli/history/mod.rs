//! `pss history add|list|show|trend|export|prune`: runs that are kept.

mod add;
mod against;
mod arguments;
mod export;
mod list;
mod prune;
mod show;
mod table;
mod trend;

pub(super) use against::against;
pub(super) use arguments::History;
use arguments::HistoryCommand;

use super::arguments::{Common, HistoryPlace};
use crate::{
    config::{Config, Flags, Keys, load},
    error::Error,
    exit::Exit,
    history::{Entry, Filter, HistoryError, Place, Store, place},
    registry::Registry,
};

pub(super) fn run(
    arguments: &History,
    common: &Common,
    registry: &Registry,
) -> Result<Exit, Error> {
    let keys = Keys::new(&registry.metrics, &registry.ids());
    let config = load(&keys, common.config.as_deref(), &Flags::new()).map_err(Error::Config)?;
    let registry = &registry.enabled(&config);
    match &arguments.command {
        HistoryCommand::Add(arguments) => add::run(arguments, common, registry, &config),
        HistoryCommand::List(arguments) => list::run(arguments, common, &config),
        HistoryCommand::Show(arguments) => show::run(arguments, common, &config),
        HistoryCommand::Trend(arguments) => trend::run(arguments, common, &config),
        HistoryCommand::Export(arguments) => export::run(arguments, &config),
        HistoryCommand::Prune(arguments) => prune::run(arguments, common, &config),
    }
}

/// Where the history lies, by flags and configuration.
pub(super) fn place_of(config: &Config, given: &HistoryPlace) -> Result<Place, Error> {
    Ok(place(
        config,
        given.db.as_deref(),
        given.project.as_deref(),
    )?)
}

/// The runs of a filter, of which there must be some.
fn some(store: &Store, filter: &Filter) -> Result<Vec<Entry>, Error> {
    let entries = store.find(filter)?;
    if entries.is_empty() {
        let project = filter
            .project
            .iter()
            .map(|name| format!("of project {name}"));
        let branch = filter.branch.iter().map(|name| format!("of branch {name}"));
        let commit = filter.commit.iter().map(|name| format!("of commit {name}"));
        let labels = filter
            .labels
            .iter()
            .map(|(name, value)| format!("with label {name}={value}"));
        let wanted: Vec<String> = project.chain(branch).chain(commit).chain(labels).collect();
        return Err(Error::History(HistoryError::no_run(
            store.name(),
            &wanted.join(", "),
            &store.instead()?,
        )));
    }
    Ok(entries)
}

/// JSON as it is printed.
fn json(value: &impl serde::Serialize) -> Result<String, Error> {
    serde_json::to_string_pretty(value)
        .map(|text| text + "\n")
        .map_err(|error| Error::Output {
            what: "JSON".to_owned(),
            error: error.into(),
        })
}
