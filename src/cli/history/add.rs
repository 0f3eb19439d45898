//! `pss history add FILES`: score a run and keep it.

use std::sync::Arc;

use super::{
    super::{arguments::Common, ended::exit, interrupt::listen, scoring::report, stdout},
    arguments::{Add, labels},
    json, place_of,
};
use crate::{
    config::{Config, Profile},
    error::Error,
    exit::Exit,
    history::{Filter, NewRun, Store},
    input::{ReadOptions, places, read},
    machine,
    registry::Registry,
    terminal::Bar,
};

pub(super) fn run(
    arguments: &Add,
    common: &Common,
    registry: &Registry,
    config: &Config,
) -> Result<Exit, Error> {
    let mut resolved = config.resolve(&registry.metrics).map_err(Error::Config)?;
    if resolved.profile != Profile::Default {
        return Err(Error::Usage(format!(
            "profile {} makes no summary to keep; use the default profile",
            resolved.profile.name()
        )));
    }
    // The history keeps every operation, however few are shown.
    resolved.top = usize::MAX;
    let labels = labels(&arguments.label)?;
    let place = place_of(config, &arguments.place)?;
    // A history that cannot be written is told before an hour of traces is read; one that is not there yet is made when there is a run to keep.
    let store = Store::write_or_probe(&place.path)?;

    let interrupt = listen()?;
    let extras = resolved.extras();
    let observers = resolved.observers().map_err(Error::Config)?;
    let bar = Bar::new(common.quiet);
    let settings = config.input_settings();
    let mut options = ReadOptions {
        format: registry.format_if(arguments.format.as_deref())?,
        rules: Arc::new(config.rules()),
        naming: config.naming().map(Arc::new),
        extras: &extras,
        observers: &observers,
        ..ReadOptions::new(&registry.formats, &settings, &interrupt)
    };
    options.threads = arguments.threads.unwrap_or(options.threads);
    let mut outcome = read(
        &places(&arguments.files, &registry.formats)?,
        &options,
        &bar,
    )?;
    let report = report(&outcome, &resolved, options.threads);
    bar.clear();
    let ended = exit(&resolved, &report);
    // Half a run, or one of bad records, would be taken for a change. What only misses a threshold is what a history is for.
    if matches!(ended, Exit::Interrupted | Exit::Input) {
        return Ok(ended);
    }
    let here = arguments.measured_here || arguments.session.is_some();
    machine::stamp(&mut outcome.summary, here, arguments.session.as_deref());
    let commit = arguments.commit.as_deref();
    let run = NewRun {
        project: &place.project,
        branch: arguments.branch.as_deref().or(place.git.branch.as_deref()),
        commit: commit.or(place.git.commit.as_deref()),
        // Of a commit that is named, the working folder says nothing.
        dirty: if commit.is_none() {
            place.git.dirty
        } else {
            None
        },
        labels: &labels,
        report: &report,
        summary: &outcome.summary,
    };
    let mut store = store.map_or_else(|| Store::write(&place.path), Ok)?;
    let (id, dropped) = store.add(&run, place.keep)?;
    if arguments.json {
        let filter = Filter {
            id: Some(id),
            ..Filter::default()
        };
        stdout::text(&json(&store.find(&filter)?.first())?)?;
    } else if !common.quiet {
        let branch = run
            .branch
            .map_or(String::new(), |name| format!(", branch {name}"));
        let score = report
            .pss
            .score
            .map_or("n/a".to_owned(), |score| format!("{score:.1}"));
        let oldest = match dropped {
            0 => String::new(),
            1 => "; the oldest was dropped".to_owned(),
            n => format!("; the {n} oldest were dropped"),
        };
        stdout::text(&format!(
            "kept run {id} of {}{branch}: PSS {score}, in {}{oldest}\n",
            run.project,
            store.name()
        ))?;
    }
    Ok(Exit::Done)
}
