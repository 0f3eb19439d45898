//! The command.

use std::sync::{Arc, atomic::Ordering};

use pss_integrations::formats::RecordWriter;
use pss_metrics::model::{Intake, Sample, Span};

use super::{
    super::{
        arguments::{Common, Convert},
        interrupt::listen,
        places::places,
        warning::warn,
    },
    target::Target,
    writable::writable,
};
use crate::{
    config::{BadLimit, Flags, Keys, load},
    error::Error,
    exit::Exit,
    input::{InputError, Passed, ReadOptions, pass},
    registry::Registry,
    terminal::Bar,
};

pub(in crate::cli) fn run(
    arguments: &Convert,
    common: &Common,
    registry: &Registry,
) -> Result<Exit, Error> {
    let Some((out, inputs)) = arguments.files.split_last() else {
        return Err(Error::Usage("nothing to convert".to_owned()));
    };
    let target = Target::of(out);
    if target.is_among(inputs) {
        return Err(Error::Usage(format!(
            "{target} is read and written: give the output another name"
        )));
    }
    let keys = Keys::new(&registry.metrics, &registry.ids());
    let config = load(&keys, common.config.as_deref(), &Flags::new()).map_err(Error::Config)?;
    let registry = &registry.enabled(&config);
    let format = writable(arguments, target, registry)?;
    let name = format.meta().plugin.name;
    if target.garbles(format) {
        return Err(Error::Usage(format!(
            "{name} is nothing for a terminal: name a file, or lead standard output into one"
        )));
    }
    let settings = config.input_settings();
    let bar = Bar::new(common.quiet);
    let interrupt = listen()?;
    let options = ReadOptions {
        threads: 1,
        format: registry.format_if(arguments.format.as_deref())?,
        selection: Arc::new(arguments.select.selection()?),
        ..ReadOptions::new(&registry.formats, &settings, &interrupt)
    };
    let follow = arguments.select.follow()?;
    let places = places(inputs, registry, &config, follow)?;
    let failed = |error| target.failed(error);
    // Put into its place last: a conversion that fails leaves what was there before.
    let mut draft = target.draft()?;
    let writer = format
        .writer(Box::new(draft.try_clone().map_err(failed)?))
        .ok_or_else(|| Error::Usage(format!("format {name} cannot write")))?;
    let mut tee = Tee {
        writer,
        spans: 0,
        samples: 0,
    };
    let interrupted = || interrupt.load(Ordering::Relaxed);
    let passed = pass(&places, &options, &bar, &mut tee);
    bar.clear();
    if interrupted() {
        return Ok(stopped(target));
    }
    let passed = passed?;
    tee.writer.finish().map_err(failed)?;
    for notice in &passed.notices {
        warn(notice);
    }
    for bad in &passed.examples {
        warn(&format!("{}:{} {}", bad.file, bad.line, bad.reason));
    }
    if tee.spans + tee.samples == 0 {
        return Err(Error::Input(InputError::NoGoodRecord {
            inputs: inputs
                .iter()
                .map(|input| format!("`{}`", input.display()))
                .collect::<Vec<_>>()
                .join(", "),
            why: "there is nothing to convert".to_owned(),
        }));
    }
    // A document with many spans is one record; what it holds is what the share is taken of.
    let records = passed.records.max(tee.spans + tee.samples + passed.bad);
    allowed(&passed, records, config.bad_limit(), target)?;
    match target.put(&mut draft, &interrupt) {
        Err(_) if interrupted() => return Ok(stopped(target)),
        put => put?,
    }
    if !common.quiet {
        let bad = match passed.bad {
            0 => String::new(),
            bad => format!("; {bad} of {records} records could not be used"),
        };
        target.tell(&format!(
            "{} spans and {} samples written {} as {name}{bad}\n",
            tee.spans,
            tee.samples,
            target.place(),
        ))?;
    }
    Ok(Exit::Done)
}

fn stopped(target: Target<'_>) -> Exit {
    warn(&format!(
        "interrupted: nothing was written {}",
        target.place()
    ));
    Exit::Interrupted
}

/// What was asked for is not half of the records: too many bad ones leave what stood in the output's place.
fn allowed(
    passed: &Passed,
    records: u64,
    limit: BadLimit,
    target: Target<'_>,
) -> Result<(), Error> {
    if !limit.exceeded(passed.bad, records) {
        return Ok(());
    }
    Err(Error::Input(InputError::TooManyBad {
        bad: passed.bad,
        records,
        percent: 100.0 * limit.share,
        place: target.place(),
    }))
}

/// Counts what is written.
struct Tee {
    writer: Box<dyn RecordWriter>,
    spans: u64,
    samples: u64,
}

impl Intake for Tee {
    fn span(&mut self, span: &Span<'_>) {
        self.spans += 1;
        self.writer.span(span);
    }

    fn sample(&mut self, sample: &Sample<'_>) {
        self.samples += 1;
        self.writer.sample(sample);
    }

    fn skipped(&mut self, _: &'static str, _: u64) {}
}
