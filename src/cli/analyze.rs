//! `pss analyze FILES`: score trace files.

use std::{path::Path, sync::Arc};

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
    warning::warn,
    why,
};
use crate::{
    config::{Keys, Profile, load},
    error::Error,
    exit::Exit,
    input::{ReadOptions, read_whatever},
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
    for export in &exports {
        if let Some(path) = export.file()
            && places.iter().any(|place| is_same(place.path(), path))
        {
            return Err(Error::Usage(format!(
                "--export would write over `{}`, which is an input: name another file",
                path.display()
            )));
        }
    }
    if let Some(name) = &arguments.why_category {
        return why::run(name, &places, &options, &bar);
    }
    if arguments.self_time {
        return joined::run(&places, &options, &bar, resolved.top);
    }
    let (report, mut summary) = if resolved.profile == Profile::Default {
        let (outcome, nothing_good) = read_whatever(&places, &options, &bar)?;
        let report = report(&outcome, &resolved, options.threads);
        if let Some(why) = nothing_good {
            bar.clear();
            // People are told why; the reports that were asked for say what was seen.
            let quiet = Common {
                quiet: true,
                ..common.clone()
            };
            let (scoring, summary) = (&arguments.scoring, &outcome.summary);
            write_all(Stream::Out, scoring, &quiet, &report, summary, &exports)
                .unwrap_or_else(|error| warn(&error.to_string()));
            return Err(Error::Input(why));
        }
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

fn is_same(input: Option<&Path>, output: &Path) -> bool {
    let real = |path: &Path| path.canonicalize().ok();
    input.is_some_and(|input| input.is_file() && real(input) == real(output))
}
