//! The command line: one file per command.

#[cfg(all(unix, feature = "process"))]
mod add_plugin;
mod analyze;
mod arguments;
mod ci;
mod compare;
mod completions;
mod config;
mod convert;
mod ended;
mod explain;
mod exports;
#[cfg(feature = "history")]
mod history;
#[cfg(unix)]
mod hooks;
mod init;
mod interrupt;
mod joined;
#[cfg(unix)]
mod load;
#[cfg(unix)]
mod load_flags;
mod man;
#[cfg(not(feature = "history"))]
mod no_history;
mod places;
mod plugins;
mod provenance;
mod push;
mod pypss;
mod query;
#[cfg(unix)]
mod run;
mod scoring;
mod select;
mod stdout;
mod version;
mod warning;
mod why;

#[cfg(not(feature = "history"))]
use no_history as history;

#[cfg(all(unix, feature = "process"))]
use std::path::PathBuf;
use std::{ffi::OsString, path::Path};

use clap::Parser;
use pss_metrics::plugin::PluginCrate;

use crate::{
    config::{overrides, own_metrics},
    error::Error,
    exit::Exit,
    registry::Registry,
};

pub use arguments::Cli;
use arguments::Command;

/// Parses arguments and runs the command. Errors go to standard error.
pub fn run(words: impl Iterator<Item = OsString>, crates: &[&'static PluginCrate]) -> Exit {
    let words: Vec<OsString> = words.collect();
    if version::asked(&words) {
        return match version::print(crates, || every_plugin(None, crates)) {
            Ok(()) => Exit::Done,
            Err(error) => {
                report_error(&error);
                error.exit()
            }
        };
    }
    let cli = match Cli::try_parse_from(words) {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version go to standard output and are no error; a closed one is none either.
            let exit = if error.use_stderr() {
                Exit::Usage
            } else {
                Exit::Done
            };
            let _ = error.print();
            return exit;
        }
    };
    match dispatch(&cli, crates) {
        Ok(exit) => exit,
        Err(error) => {
            report_error(&error);
            error.exit()
        }
    }
}

fn dispatch(cli: &Cli, crates: &[&'static PluginCrate]) -> Result<Exit, Error> {
    let registry = || every_plugin(cli.common.config.as_deref(), crates);
    match &cli.command {
        Command::Analyze(arguments) => analyze::run(arguments, &cli.common, &registry()?),
        Command::Compare(arguments) => compare::run(arguments, &cli.common, &registry()?),
        Command::Explain(arguments) => explain::run(arguments, &cli.common, &registry()?),
        Command::Plugins(arguments) => match arguments.program() {
            #[cfg(all(unix, feature = "process"))]
            Some(program) => {
                let explicit = cli.common.config.as_deref();
                let built_in = Registry::collect(crates, &overrides(explicit))?;
                add_plugin::run(program, &cli.common, &lock(explicit), built_in)
            }
            #[cfg(not(all(unix, feature = "process")))]
            Some(program) => Err(Error::Usage(format!(
                "`{}` cannot be added: {}",
                program.display(),
                crate::registry::how("process")
            ))),
            None => plugins::run(arguments, &cli.common, &registry()?),
        },
        Command::Init(arguments) => init::run(arguments),
        Command::Config(arguments) => config::run(arguments, &cli.common, &registry()?),
        Command::Convert(arguments) => convert::run(arguments, &cli.common, &registry()?),
        Command::Query(arguments) => query::run(arguments, &cli.common, &registry()?),
        Command::History(arguments) => history::run(arguments, &cli.common, &registry()?),
        Command::Completions(arguments) => completions::run(arguments),
        Command::Man(arguments) => man::run(arguments, &cli.common),
        #[cfg(unix)]
        Command::Run(arguments) => run::run(arguments, &cli.common, &registry()?),
        #[cfg(unix)]
        Command::Load(arguments) => load::run(arguments, &cli.common, &registry()?),
        #[cfg(unix)]
        Command::Guard => {
            crate::process::guard::run(std::io::stdin().lock());
            Ok(Exit::Done)
        }
    }
}

/// The plugins of the crates, the programs that were added, and the metrics of `pss.toml`.
fn every_plugin(
    explicit: Option<&Path>,
    crates: &[&'static PluginCrate],
) -> Result<Registry, Error> {
    let registry = Registry::collect(crates, &overrides(explicit))?;
    #[cfg(all(unix, feature = "process"))]
    let registry = crate::programs::join(registry, &lock(explicit))?;
    let mut registry = registry;
    let own = own_metrics(explicit, &registry.metrics);
    registry.metrics.extend(own.map_err(Error::Config)?);
    Ok(registry)
}

#[cfg(all(unix, feature = "process"))]
fn lock(explicit: Option<&Path>) -> PathBuf {
    crate::programs::Lock::place(crate::config::project_file(explicit).as_deref())
}

fn report_error(error: &Error) {
    warning::say("error", &error.to_string());
}
