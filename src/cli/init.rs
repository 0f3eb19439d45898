//! `pss init`: a commented `pss.toml`.

use std::path::Path;

use super::{arguments::Init, stdout};
use crate::{config::TEMPLATE, error::Error, exit::Exit, files};

const NAME: &str = "pss.toml";

pub(super) fn run(arguments: &Init) -> Result<Exit, Error> {
    let path = Path::new(NAME);
    if path.exists() && !arguments.force {
        return Err(Error::Usage(format!(
            "{NAME} is there already; `pss init --force` overwrites it"
        )));
    }
    files::write(path, |file| file.write_all(TEMPLATE.as_bytes())).map_err(|error| {
        Error::Output {
            what: format!("`{NAME}`"),
            error,
        }
    })?;
    stdout::text(&format!(
        "wrote {NAME}; all of it is comments, `pss config show` prints what holds now\n"
    ))?;
    Ok(Exit::Done)
}
