//! `pss completions SHELL`.

use clap::CommandFactory;

use super::{
    arguments::{Cli, Completions},
    stdout,
};
use crate::{error::Error, exit::Exit};

pub(super) fn run(arguments: &Completions) -> Result<Exit, Error> {
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut Cli::command(), "pss", &mut script);
    stdout::write(|out| out.write_all(&script))?;
    Ok(Exit::Done)
}
