//! `pss analyze FILES`: score trace files.

use std::sync::Arc;

use super::{
    arguments::{Analyze, Common},
    ended,
    exports::{Export, exports, write_all},
    interrupt::listen,
    joined,
    places::places,
    pypss,
    scoring::report,
    stdout::Stream,
    why,
};
use crate::{
    config::{Keys, Profile, load},
    error::Error,
    exit::Exit,
    input::{ReadOptions, read},
    machine,
    registry::Registry,
    terminal::Bar,
};

pub(super) fn run(
    arguments: &Analyze,
    common: &Common,
    registry: &Registry,
) -> Result<Exit, Error> {
    let keys = Keys::new(&registry.metrics, &registry.ids());
    let flags = arguments
        .scoring
        .flags(&[("pss.profile", "--profile", &arguments.profile)])?;
    let config = load(&keys, common.config.as_deref(), &flags).map_err(Error::Config)?;
    let registry = &registry.enabled(&config);
    let resolved = config.resolve(&registry.metrics).map_err(Error::Config)?;
    let exports = exports(&arguments.scoring, registry)?;
    if resolved.profile != Profile::Default
        && exports
            .iter()
            .any(|export| matches!(export, Export::Summary(_)))
    {
        return Err(Error::Usage(format!(
            "profile {} makes no summary: its numbers need every single value; export one with the default profile",
            resolved.profile.name()
        )));
    }

    let selection = arguments.select.selection()?;
    if resolved.profile != Profile::Default && !selection.is_all() {
        return Err(Error::Usage(format!(
            "profile {} scores whole files, as PyPSS does: cut them with `pss convert --since ..` first",
            resolved.profile.name()
        )));
    }
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
        selection: Arc::new(selection),
        ..ReadOptions::new(&registry.formats, &settings, &interrupt)
    };
    options.threads = arguments.threads.unwrap_or(options.threads);
    let follow = arguments.select.follow()?;
    let places = places(&arguments.files, registry, &config, follow)?;
    if let Some(name) = &arguments.why_category {
        return why::run(name, &places, &options, &bar);
    }
    if arguments.self_time {
        return joined::run(&places, &options, &bar, resolved.top);
    }
    let (report, mut summary) = if resolved.profile == Profile::Default {
        let outcome = read(&places, &options, &bar)?;
        let report = report(&outcome, &resolved, options.threads);
        (report, outcome.summary)
    } else {
        pypss::report(&places, &resolved, &options, &bar)?
    };
    bar.clear();
    let here = arguments.measured_here || arguments.session.is_some();
    machine::stamp(&mut summary, here, arguments.session.as_deref());
    let written = write_all(
        Stream::Out,
        &arguments.scoring,
        common,
        &report,
        &summary,
        &exports,
    );
    ended::written(written, &resolved, &report)
}
