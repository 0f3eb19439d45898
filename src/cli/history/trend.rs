//! `pss history trend`: scores over runs, and where they changed.

use super::{
    super::{arguments::Common, stdout},
    arguments::Trend,
    json, place_of, some,
};
use crate::{
    config::Config,
    error::Error,
    exit::Exit,
    history::{Store, trend},
    terminal::{Look, history},
};

pub(super) fn run(arguments: &Trend, common: &Common, config: &Config) -> Result<Exit, Error> {
    let place = place_of(config, &arguments.which.place)?;
    let store = Store::read(&place.path)?;
    let mut filter = arguments.which.filter(&place.project)?;
    // Branches side by side would look like changes, so the one that is checked out is meant where none is said.
    if filter.branch.is_none() && filter.commit.is_none() {
        filter.branch = place.git.branch;
    }
    let entries = some(&store, &filter)?;
    let trend = trend(
        &store,
        &entries,
        &place.project,
        filter.branch.as_deref(),
        arguments.operations,
    )?;
    stdout::text(&if arguments.json {
        json(&trend)?
    } else {
        history::trend(&trend, &Look::of_stdout(common.color))
    })?;
    Ok(Exit::Done)
}
