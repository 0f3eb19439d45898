//! `pss convert IN.. OUT`: records of any format that can be read into any that can be written.

use std::{
    io::{self, Seek, Write},
    path::Path,
    sync::{Arc, atomic::AtomicBool},
};

use pss_integrations::formats::{Format, RecordWriter};
use pss_metrics::model::{Intake, Sample, Span};

use super::{
    arguments::{Common, Convert},
    places::places,
    stdout,
    warning::warn,
};
use crate::{
    config::{Flags, Keys, load},
    error::Error,
    exit::Exit,
    files,
    input::{Compression, ReadOptions, format_of_name, pass},
    registry::Registry,
    terminal::Bar,
};

pub(super) fn run(
    arguments: &Convert,
    common: &Common,
    registry: &Registry,
) -> Result<Exit, Error> {
    let Some((out, inputs)) = arguments.files.split_last() else {
        return Err(Error::Usage("nothing to convert".to_owned()));
    };
    if inputs.iter().any(|input| input == out) {
        return Err(Error::Usage(format!(
            "`{}` is read and written: give the output another name",
            out.display()
        )));
    }
    let keys = Keys::new(&registry.metrics, &registry.ids());
    let config = load(&keys, common.config.as_deref(), &Flags::new()).map_err(Error::Config)?;
    let registry = &registry.enabled(&config);
    let format = writable(arguments, out, registry)?;
    let settings = config.input_settings();
    let bar = Bar::new(common.quiet);
    let interrupt = AtomicBool::new(false);
    let options = ReadOptions {
        threads: 1,
        format: registry.format_if(arguments.format.as_deref())?,
        selection: Arc::new(arguments.select.selection()?),
        ..ReadOptions::new(&registry.formats, &settings, &interrupt)
    };
    let follow = arguments.select.follow()?;
    let places = places(inputs, registry, &config, follow)?;
    let failed = |error| Error::Output {
        what: format!("`{}`", out.display()),
        error,
    };
    // Written beside its place first: a conversion that fails leaves what was there before.
    let folder = out
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    let plain = tempfile::Builder::new()
        .prefix(".pss-")
        .suffix(".tmp")
        .tempfile_in(folder)
        .map_err(failed)?;
    let target = Box::new(plain.reopen().map_err(failed)?);
    let writer = format.writer(target).ok_or_else(|| {
        Error::Usage(format!("format {} cannot write", format.meta().plugin.name))
    })?;
    let mut tee = Tee {
        writer,
        spans: 0,
        samples: 0,
    };
    let passed = pass(&places, &options, &bar, &mut tee)?;
    tee.writer.finish().map_err(failed)?;
    bar.clear();
    for notice in &passed.notices {
        warn(notice);
    }
    for bad in &passed.examples {
        warn(&format!("{}:{} {}", bad.file, bad.line, bad.reason));
    }
    if tee.spans + tee.samples == 0 {
        return Err(Error::Input(crate::input::InputError::NoGoodRecord {
            inputs: inputs
                .iter()
                .map(|input| format!("`{}`", input.display()))
                .collect::<Vec<_>>()
                .join(", "),
            why: "there is nothing to convert".to_owned(),
        }));
    }
    let mut file = plain.reopen().map_err(failed)?;
    files::write(out, |sink| {
        compress(&mut file, Compression::of_name(out), sink)
    })
    .map_err(failed)?;
    if !common.quiet {
        stdout::text(&format!(
            "{} spans and {} samples written to {} as {}{}\n",
            tee.spans,
            tee.samples,
            out.display(),
            format.meta().plugin.name,
            if passed.bad > 0 {
                format!(
                    "; {} of {} records could not be used",
                    passed.bad, passed.records
                )
            } else {
                String::new()
            }
        ))?;
    }
    Ok(Exit::Done)
}

fn compress(
    file: &mut std::fs::File,
    compression: Compression,
    sink: &mut dyn Write,
) -> io::Result<()> {
    file.rewind()?;
    match compression {
        Compression::None => io::copy(file, sink).map(drop),
        Compression::Gzip => {
            let mut encoder = flate2::write::GzEncoder::new(sink, flate2::Compression::default());
            io::copy(file, &mut encoder)?;
            encoder.finish().map(drop)
        }
        Compression::Zstd => {
            let mut encoder = zstd::stream::write::Encoder::new(sink, 3)?;
            io::copy(file, &mut encoder)?;
            encoder.finish().map(drop)
        }
    }
}

/// The format to write: by name, else by the output's extension.
fn writable(
    arguments: &Convert,
    out: &Path,
    registry: &Registry,
) -> Result<&'static dyn Format, Error> {
    let known = || {
        registry
            .formats
            .iter()
            .filter(|format| format.meta().capabilities.write)
            .map(|format| format.meta().plugin.name)
            .collect::<Vec<_>>()
            .join(", ")
    };
    if let Some(name) = &arguments.to {
        let format = registry.format(name)?;
        return if format.meta().capabilities.write {
            Ok(format)
        } else {
            Err(Error::Usage(format!(
                "format {} cannot be written; these can: {}",
                format.meta().plugin.name,
                known()
            )))
        };
    }
    let writing: Vec<&'static dyn Format> = registry
        .formats
        .iter()
        .copied()
        .filter(|format| format.meta().capabilities.write)
        .collect();
    let name = out.display().to_string();
    format_of_name(&name, &writing).ok_or_else(|| {
        let unbuilt = crate::registry::unbuilt_format_of(&name)
            .map_or_else(String::new, |how| format!("; {how}"));
        Error::Usage(format!(
            "`{name}` does not say in its ending which format to write: end it in .jsonl, .csv, .parquet or .arrow, or use --to with one of {}{unbuilt}",
            known()
        ))
    })
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
