//! `pss history show RUN`: one run, or its summary as a file.

use super::{
    super::{arguments::Common, stdout},
    arguments::Show,
    json, place_of,
};
use crate::{
    config::Config,
    error::Error,
    exit::Exit,
    files,
    history::Store,
    terminal::{Look, history},
};

pub(super) fn run(arguments: &Show, common: &Common, config: &Config) -> Result<Exit, Error> {
    let place = place_of(config, &arguments.place)?;
    let store = Store::read(&place.path)?;
    let found = store.wanted(&arguments.run, &place.project, |_, _| Ok(Some(())))?;
    if let Some(path) = &arguments.summary {
        let [(entry, ())] = found.as_slice() else {
            return Err(Error::Usage(format!(
                "{:?} names {} runs; --summary writes one: give its number",
                arguments.run,
                found.len()
            )));
        };
        let bytes = store.summary_bytes(entry.id)?;
        files::write(path, |file| file.write_all(&bytes)).map_err(|error| Error::Output {
            what: format!("`{}`", path.display()),
            error,
        })?;
    }
    let look = Look::of_stdout(common.color);
    if arguments.json {
        let entries: Vec<_> = found.iter().map(|(entry, ())| entry).collect();
        stdout::text(&json(&entries)?)?;
    } else if arguments.summary.is_none() {
        let shown: Vec<String> = found
            .iter()
            .map(|(entry, ())| history::show(entry, &look))
            .collect();
        stdout::text(&shown.join("\n"))?;
    }
    Ok(Exit::Done)
}
