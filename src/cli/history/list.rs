//! `pss history list`: runs, the newest first.

use super::{
    super::{arguments::Common, stdout},
    arguments::List,
    json, place_of, some,
};
use crate::{
    config::Config,
    error::Error,
    exit::Exit,
    history::Store,
    terminal::{Look, history},
};

pub(super) fn run(arguments: &List, common: &Common, config: &Config) -> Result<Exit, Error> {
    let place = place_of(config, &arguments.which.place)?;
    let store = Store::read(&place.path)?;
    let entries = some(&store, &arguments.which.filter(&place.project)?)?;
    stdout::text(&if arguments.json {
        json(&entries)?
    } else {
        history::list(&entries, &Look::of_stdout(common.color))
    })?;
    Ok(Exit::Done)
}
