//! `pss compare BASE.. --head HEAD..`: did the head get worse, where, and is that more than noise?

use std::{path::PathBuf, sync::Arc};

use pss_metrics::{
    compare::{Policy, compare},
    report::compared,
};

use super::{
    arguments::{Common, Compare},
    ended,
    exports::{exports, write_all},
    history::against,
    interrupt::listen,
    places::places,
    scoring::report,
    stdout::Stream,
    warning::warn,
};
use crate::{
    config::{Keys, Profile, load},
    error::Error,
    exit::Exit,
    input::{ReadOptions, ReadOutcome, read},
    machine,
    registry::Registry,
    terminal::Bar,
};

pub(super) fn run(
    arguments: &Compare,
    common: &Common,
    registry: &Registry,
) -> Result<Exit, Error> {
    let keys = Keys::new(&registry.metrics, &registry.ids());
    let config = load(
        &keys,
        common.config.as_deref(),
        &arguments.scoring.flags(&[])?,
    )
    .map_err(Error::Config)?;
    let registry = &registry.enabled(&config);
    let resolved = config.resolve(&registry.metrics).map_err(Error::Config)?;
    if resolved.profile != Profile::Default {
        return Err(Error::Usage(format!(
            "profile {} cannot compare: its scores have no windows of time and no errors of their own; use the default profile",
            resolved.profile.name()
        )));
    }
    let exports = exports(&arguments.scoring, registry)?;
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
        ..ReadOptions::new(&registry.formats, &settings, &interrupt)
    };
    options.threads = arguments.threads.unwrap_or(options.threads);
    let read_run =
        |options: &ReadOptions<'_>, arguments: &[PathBuf]| -> Result<ReadOutcome, Error> {
            Ok(read(
                &places(arguments, registry, &config, None)?,
                options,
                &bar,
            )?)
        };

    let mut ended = Exit::Done;
    let mut bases = Vec::new();
    let mut notices = Vec::new();
    let mut partial = false;
    for argument in &arguments.bases {
        let base = read_run(&options, std::slice::from_ref(argument))?;
        let facts = base.summary.facts();
        let bad = facts.bad;
        let records = base.records.max(facts.spans + facts.samples + bad);
        if resolved.bad_limit.exceeded(bad, records) {
            warn(&format!(
                "{bad} of {records} records of the base run `{}` cannot be used, more than the {} % allowed; mend the input, or raise bad_records in [pss] of pss.toml",
                argument.display(),
                100.0 * resolved.bad_limit.share
            ));
            ended = ended.or(Exit::Input);
        }
        partial |= base.interrupted;
        if base.summary.names_coarsened() {
            notices.push(format!(
                "base `{}`: names of operations were made coarser and may not match those of the head",
                argument.display()
            ));
        }
        let of_base = base.notices.iter();
        notices.extend(of_base.map(|notice| format!("base: {notice}")));
        bases.push(base.summary);
    }
    // A base's observers would be asked in vain: two outcomes without errors of their own cannot be compared.
    options.observers = &observers;
    let mut head = read_run(&options, &arguments.head)?;
    head.interrupted |= partial;
    let kept = against(arguments, &config, &head.summary)?;
    if !kept.is_empty() {
        let runs: Vec<&str> = kept.iter().map(|(run, _)| run.as_str()).collect();
        notices.push(format!("base: runs {} of the history", runs.join(", ")));
    }
    bases.extend(kept.into_iter().map(|(_, summary)| summary));
    if bases.contains(&head.summary) {
        notices.push(
            "the head holds the same records as a base run: are these the files you meant?"
                .to_owned(),
        );
    }

    head.notices.extend(notices);
    let own = report(&head, &resolved, options.threads);
    let comparison = compare(&bases, &head.summary, &resolved.plan);
    let policy = Policy {
        same_session: arguments.same_session,
        interleaved: false,
        allow_incomplete: resolved.plan.allow_incomplete,
    };
    let report = compared(own, comparison, policy, resolved.top);
    bar.clear();
    machine::stamp(&mut head.summary, false, None);
    let written = write_all(
        Stream::Out,
        &arguments.scoring,
        common,
        &report,
        &head.summary,
        &exports,
    );
    Ok(ended.or(ended::written(written, &resolved, &report)?))
}
