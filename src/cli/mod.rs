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

use std::ffi::OsString;

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
        return match version::print(crates) {
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
    let overrides = overrides(cli.common.config.as_deref());
    let built_in = || Registry::collect(crates, &overrides);
    #[cfg(all(unix, feature = "process"))]
    let lock = crate::programs::Lock::place(
        crate::config::project_file(cli.common.config.as_deref()).as_deref(),
    );
    #[cfg(all(unix, feature = "process"))]
    let joined = || crate::programs::join(built_in()?, &lock);
    #[cfg(not(all(unix, feature = "process")))]
    let joined = built_in;
    let registry = || -> Result<Registry, Error> {
        let mut registry = joined()?;
        let own = own_metrics(cli.common.config.as_deref(), &registry.metrics);
        registry.metrics.extend(own.map_err(Error::Config)?);
        Ok(registry)
    };
    match &cli.command {
        Command::Analyze(arguments) => analyze::run(arguments, &cli.common, &registry()?),
        Command::Compare(arguments) => compare::run(arguments, &cli.common, &registry()?),
        Command::Explain(arguments) => explain::run(arguments, &registry()?),
        Command::Plugins(arguments) => match arguments.program() {
            #[cfg(all(unix, feature = "process"))]
            Some(program) => add_plugin::run(program, &cli.common, &lock, built_in()?),
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

fn report_error(error: &Error) {
    warning::say("error", &error.to_string());
}
