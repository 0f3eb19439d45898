//! `pss man DIR`: a manual page for each command.

use clap::CommandFactory;

use super::{
    arguments::{Cli, Common, Man},
    stdout,
};
use crate::{error::Error, exit::Exit};

pub(super) fn run(arguments: &Man, common: &Common) -> Result<Exit, Error> {
    let folder = &arguments.folder;
    std::fs::create_dir_all(folder)
        .and_then(|()| clap_mangen::generate_to(Cli::command(), folder))
        .map_err(|error| Error::Output {
            what: format!("manual pages into `{}`", folder.display()),
            error,
        })?;
    if !common.quiet {
        stdout::text(&format!(
            "wrote manual pages; `man {}` shows the first, and a folder man1 below one of `manpath` makes `man pss` find them\n",
            folder.join("pss.1").display()
        ))?;
    }
    Ok(Exit::Done)
}
