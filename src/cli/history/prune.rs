//! `pss history prune`: drop all but the newest runs of each branch.

use super::{
    super::{arguments::Common, stdout},
    arguments::Prune,
    place_of,
};
use crate::{config::Config, error::Error, exit::Exit, history::Store};

pub(super) fn run(arguments: &Prune, common: &Common, config: &Config) -> Result<Exit, Error> {
    let place = place_of(config, &arguments.place)?;
    let keep = arguments
        .keep
        .map(|keep| keep as usize)
        .or(place.keep)
        .ok_or_else(|| {
            Error::Usage(
            "say how many runs of each branch stay: --keep 100, or `keep` in [history] of pss.toml"
                .to_owned(),
        )
        })?;
    // Writing would make a file where there is none.
    drop(Store::read(&place.path)?);
    let mut store = Store::write(&place.path)?;
    let dropped = store.prune(&place.project, arguments.branch.as_deref(), keep)?;
    if !common.quiet {
        stdout::text(&format!(
            "dropped {dropped} runs of {} from {}\n",
            place.project,
            store.name()
        ))?;
    }
    Ok(Exit::Done)
}
