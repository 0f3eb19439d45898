//! Reads one input: opens it, finds its format, and decodes it on all cores.

use std::{
    fs::File,
    io::{self, Read},
    sync::atomic::Ordering,
};

use pss_integrations::formats::{DecodeError, FileDecoder, Reading, Sink, StreamDecoder};
use pss_metrics::{plugin::caught, summary::Summariser};

use super::{
    brought::Brought,
    choose::choose,
    decode::{Blocks, decode},
    error::InputError,
    gather::Gather,
    messages::read_messages,
    options::{Progress, ReadOptions},
    outcome::FileReport,
    place::Place,
    seen::Seen,
    source::Source,
    split::Splitter,
    summary_file::{is_summary, parse_summary},
    worker::Worker,
};

pub(super) fn read_one(
    place: &Place,
    options: &ReadOptions<'_>,
    progress: &dyn Progress,
    all: &mut Summariser,
    seen: &mut Seen,
    notices: &mut Vec<String>,
) -> Result<FileReport, InputError> {
    let name = place.name();
    let unreadable = |error| InputError::Unreadable {
        path: place.name(),
        error,
    };
    if let Place::Remote(remote) = place {
        return read_messages(remote, options, progress, all, seen, notices);
    }
    let mut source = Source::open(place, progress, options.interrupt)?;
    let bytes = source.counter();
    let mut report = FileReport::new(&name, "summary", source.compression);
    if is_summary(&source.head) {
        if !options.selection.is_all() {
            return Err(InputError::Content {
                path: name,
                why: "is a summary, of which records can no longer be picked: give the traces themselves".to_owned(),
            });
        }
        if options.naming.is_some() {
            notices.push(format!(
                "`{name}` is a summary: its operations keep the names that they had when it was made, whatever [input] operation says"
            ));
        }
        let mut plain = Vec::new();
        source.whole().read_to_end(&mut plain).map_err(unreadable)?;
        let summary = parse_summary(&name, &plain)?;
        let facts = summary.facts();
        (report.spans, report.samples, report.bad) = (facts.spans, facts.samples, facts.bad);
        report.time = facts.time;
        report.records = summary.records();
        all.absorb(summary);
        report.bytes = bytes.load(Ordering::Relaxed);
        return Ok(report);
    }
    let refused = |error| InputError::of(place, error);
    let chosen = choose(&name, &source.seen(), options.formats, options.format);
    let (format, notice) = match (chosen, source.failed.take()) {
        (Ok(found), failed) => {
            source.failed = failed;
            found
        }
        (Err(_), Some(error)) => return Err(unreadable(error)),
        (Err(unknown), None) => return Err(unknown),
    };
    let bug = |why| InputError::Bug {
        path: place.name(),
        format: format.meta().plugin.name.to_owned(),
        why,
    };
    let reading = caught(|| format.open(&source.seen(), options.settings))
        .map_err(bug)?
        .map_err(refused)?;
    notices.extend(notice);
    all.source(&name);
    report.format = format.meta().plugin.name.to_owned();
    let mut lines = Lines::default();
    let (gathered, broken) = match reading {
        Reading::Records(layout, decoder) => {
            // What is a block at most is not worth another thread.
            let threads = if source.is_complete() {
                1
            } else {
                options.threads
            };
            let mut head = std::mem::take(&mut source.head);
            let splitter =
                Splitter::new(layout, options.record_limit, options.block).after(&mut head);
            // A stream that broke while its head was read has given all it can.
            let rest: Box<dyn Read + Send> = match source.failed {
                None => source.rest,
                Some(_) => Box::new(io::empty()),
            };
            let mut blocks = Blocks::of(splitter, io::Cursor::new(head).chain(rest));
            blocks.broken = source.failed;
            let workers = (0..threads.max(1)).map(|_| {
                let decoder = caught(|| decoder(options.settings))?;
                Ok(Worker::new(decoder, Gather::new(options), layout))
            });
            let workers = workers.collect::<Result<_, _>>().map_err(bug)?;
            let (workers, broken) = decode(blocks, workers, options.interrupt).map_err(bug)?;
            lines = Lines::of(&workers);
            let gathered: Vec<Gather<'_>> =
                workers.into_iter().map(|worker| worker.gather).collect();
            (gathered, broken)
        }
        Reading::Stream(decoder) => {
            let mut whole = source.whole();
            let mut gather = Gather::new(options);
            let broken = read_stream(decoder, &mut whole, &mut gather).map_err(bug)?;
            (vec![gather], unless_refused(broken).map_err(refused)?)
        }
        Reading::File(decoder) => {
            let plain = source.file().map_err(unreadable)?;
            let (gathered, broken) = read_file(decoder, plain, options).map_err(bug)?;
            (gathered, unless_refused(broken).map_err(refused)?)
        }
    };
    let mut brought = Brought {
        report: &mut report,
        all,
        seen,
        notices,
        threads: options.threads,
    };
    brought.add(gathered, |bad| {
        let before = lines.before(bad.block)?;
        Some((name.clone(), before + bad.offset + 1))
    });
    if let Some(error) = broken {
        let reason = if error.kind() == io::ErrorKind::UnexpectedEof {
            "the compressed file is truncated".to_owned()
        } else {
            format!("reading stopped: {error}")
        };
        brought.broke(lines.total, &reason);
    }
    report.bytes = bytes.load(Ordering::Relaxed);
    Ok(report)
}

/// How many lines or elements come before each block.
#[derive(Debug, Default)]
struct Lines {
    before: Vec<u64>,
    total: u64,
}

impl Lines {
    fn of(workers: &[Worker<'_>]) -> Lines {
        let mut counts: Vec<(usize, u64)> = workers
            .iter()
            .flat_map(|worker| worker.counts.iter().copied())
            .collect();
        counts.sort_unstable();
        let mut lines = Lines::default();
        for (_, count) in counts {
            lines.before.push(lines.total);
            lines.total += count;
        }
        lines
    }

    /// Of a block; a stream that is not cut is one block, before which there is nothing. `None` for a record whose place was not kept.
    fn before(&self, block: usize) -> Option<u64> {
        match self.before.get(block) {
            None if block == 0 => Some(0),
            before => before.copied(),
        }
    }
}

/// Runs a format over a stream; the outer `Err` when it panicked.
fn read_stream(
    decoder: Box<dyn StreamDecoder>,
    stream: &mut dyn Read,
    gather: &mut Gather<'_>,
) -> Result<Result<(), DecodeError>, String> {
    caught(|| decoder.decode(stream, gather))
}

/// Runs a format over a file, with a sink for each core; the outer `Err` when it panicked.
fn read_file<'a>(
    decoder: Box<dyn FileDecoder>,
    file: File,
    options: &ReadOptions<'a>,
) -> Result<(Vec<Gather<'a>>, Result<(), DecodeError>), String> {
    let mut gathers: Vec<Gather<'a>> = (0..options.threads.max(1))
        .map(|_| Gather::new(options))
        .collect();
    let outcome = caught(|| {
        let mut sinks: Vec<Box<dyn Sink + '_>> = gathers
            .iter_mut()
            .map(|gather| Box::new(gather) as Box<dyn Sink + '_>)
            .collect();
        decoder.decode(file, &mut sinks)
    })?;
    Ok((gathers, outcome))
}

/// What broke a stream off is told beside what stands before; anything else refuses the input.
fn unless_refused(outcome: Result<(), DecodeError>) -> Result<Option<io::Error>, DecodeError> {
    match outcome {
        Ok(()) => Ok(None),
        Err(DecodeError::Io(error)) => Ok(Some(error)),
        Err(refused) => Err(refused),
    }
}
