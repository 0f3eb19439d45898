//! Reads inputs into one summary.

use std::{
    collections::BTreeMap,
    fs::File,
    io::{self, Read},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
        mpsc::{Receiver, SyncSender, sync_channel},
    },
};

use pss_integrations::formats::{
    DecodeError, Decoder, FileDecoder, Format, InputSettings, Layout, Reading, Sink, StreamDecoder,
};
use pss_metrics::{
    model::{ExtraSpec, Naming, OwnRules},
    plugin::{caught, nearest},
    score::{Given, Watch},
    summary::{Summariser, Summary},
};

use super::{
    brought::Brought,
    choose::choose,
    compressed::Compression,
    error::InputError,
    gather::Gather,
    messages::read_messages,
    observe::{Observing, outcomes, watches},
    place::Place,
    select::{LeftOut, Selection},
    source::Source,
    split::{BLOCK, Block, Splitter},
    summary_file::{is_summary, parse_summary},
    worker::Worker,
};

/// How to read.
#[derive(Clone)]
pub struct ReadOptions<'a> {
    /// Decoding threads.
    pub threads: usize,
    /// Formats to choose from.
    pub formats: &'a [&'static dyn Format],
    /// The format that the user says all inputs are in.
    pub format: Option<&'static dyn Format>,
    /// What the user says of the inputs.
    pub settings: &'a InputSettings,
    /// The user's own rules for categories.
    pub rules: Arc<OwnRules>,
    /// How the user names operations; by the span's name where nothing is said.
    pub naming: Option<Arc<Naming>>,
    /// Which records are asked for.
    pub selection: Arc<Selection>,
    /// Extra observations to keep.
    pub extras: &'a [ExtraSpec],
    /// Metrics that watch the raw records.
    pub observers: &'a [Observing<'a>],
    /// Their readings: [`read`] begins and ends them.
    pub watches: &'a [Box<dyn Watch + 'a>],
    /// Longest record in bytes; longer ones are bad.
    pub record_limit: usize,
    /// Bytes cut off at once, more only where one record is longer: [`BLOCK`](super::BLOCK) unless there is a reason.
    pub block: usize,
    /// Set when the user asks to stop; what was read until then is returned.
    pub interrupt: &'a AtomicBool,
}

/// Longest record: no span comes near it, and one that does would cost its length in memory.
const RECORD_LIMIT: usize = 64 << 20;

impl<'a> ReadOptions<'a> {
    /// Everything there is, in whatever format it is, on all cores.
    pub fn new(
        formats: &'a [&'static dyn Format],
        settings: &'a InputSettings,
        interrupt: &'a AtomicBool,
    ) -> ReadOptions<'a> {
        ReadOptions {
            threads: std::thread::available_parallelism().map_or(1, usize::from),
            formats,
            format: None,
            settings,
            rules: Arc::default(),
            naming: None,
            selection: Arc::default(),
            extras: &[],
            observers: &[],
            watches: &[],
            record_limit: RECORD_LIMIT,
            block: BLOCK,
            interrupt,
        }
    }
}

/// Told how far reading is.
pub trait Progress: Sync {
    /// Bytes read so far of those known, over all inputs.
    fn advance(&self, bytes: u64);
    /// Bytes known in advance; fewer than will be read where an input is a stream.
    fn total(&self, bytes: u64);
}

/// Tells nobody.
#[derive(Debug)]
pub struct Silent;

impl Progress for Silent {
    fn advance(&self, _: u64) {}
    fn total(&self, _: u64) {}
}

/// One input, as read.
#[derive(Debug, Clone)]
pub struct FileReport {
    /// Its name.
    pub name: String,
    /// Its format.
    pub format: String,
    /// Its compression.
    pub compression: Compression,
    /// Bytes on disk.
    pub bytes: u64,
    /// Records, good and bad.
    pub records: u64,
    /// Bad records.
    pub bad: u64,
    /// Its first and last instant, in nanoseconds since the epoch.
    pub time: Option<(i64, i64)>,
    /// Spans it brought.
    pub spans: u64,
    /// Samples it brought.
    pub samples: u64,
    /// Records that are neither, by what they are in the plural.
    pub skipped: BTreeMap<&'static str, u64>,
}

/// All inputs, as read.
#[derive(Debug)]
pub struct ReadOutcome {
    /// The summary of all.
    pub summary: Summary,
    /// Each input.
    pub files: Vec<FileReport>,
    /// Records, good and bad; those of summaries included.
    pub records: u64,
    /// Whether the user stopped it.
    pub interrupted: bool,
    /// What the user should know.
    pub notices: Vec<String>,
    /// Plugins that failed while the inputs were made, with the reason: their part of the run is missing, so that its score is incomplete.
    pub failed: Vec<String>,
    /// Outcomes of the metrics that watched.
    pub given: Given,
}

/// Reads all inputs.
///
/// # Errors
/// The first input that cannot be used at all, or no good record anywhere.
pub fn read(
    places: &[Place],
    options: &ReadOptions<'_>,
    progress: &dyn Progress,
) -> Result<ReadOutcome, InputError> {
    let size = |place: &Place| {
        let meta = std::fs::metadata(place.path()?).ok()?;
        Some(meta.len())
    };
    progress.total(places.iter().filter_map(size).sum());
    let mut all = Summariser::new(options.extras);
    let mut seen = Seen::default();
    let mut passed_over = None;
    let mut outcome = ReadOutcome {
        summary: Summary::default(),
        files: Vec::new(),
        records: 0,
        interrupted: false,
        notices: Vec::new(),
        failed: Vec::new(),
        given: Given::new(),
    };
    let watches = watches(options);
    let watched = ReadOptions {
        watches: &watches,
        ..options.clone()
    };
    for place in places {
        if options.interrupt.load(Ordering::Relaxed) {
            break;
        }
        let notices = &mut outcome.notices;
        match read_one(place, &watched, progress, &mut all, &mut seen, notices) {
            Ok(file) => {
                outcome.records += file.records;
                outcome.files.push(file);
            }
            Err(error) if place.may_be_passed_over(&error) => {
                notices.push(format!("passed over: {error}"));
                passed_over = passed_over.or(Some(error));
            }
            Err(error) => return Err(error),
        }
    }
    if let (Some(error), true) = (passed_over, outcome.files.is_empty()) {
        return Err(error);
    }
    outcome.interrupted = options.interrupt.load(Ordering::Relaxed);
    outcome.notices.extend(two_clocks(&outcome.files));
    outcome.notices.extend(seen.missing_attributes(options));
    outcome.summary = all.finish();
    let facts = outcome.summary.facts();
    if facts.spans + facts.samples == 0 && !outcome.interrupted {
        let inputs: Vec<String> = outcome
            .files
            .iter()
            .map(|file| format!("`{}`", file.name))
            .collect();
        let why = facts
            .bad_examples
            .iter()
            .take(3)
            .map(|bad| format!("{}:{} {}", bad.file, bad.line, bad.reason))
            .collect::<Vec<_>>();
        let skipped: Vec<String> = outcome
            .files
            .iter()
            .flat_map(|file| &file.skipped)
            .map(|(what, count)| format!("{count} {what}"))
            .collect();
        let why = if let Some(unasked) = seen.nothing_asked_for(options) {
            unasked
        } else if why.is_empty() && skipped.is_empty() {
            "there is no record at all".to_owned()
        } else if why.is_empty() {
            format!(
                "there are only {}, which pss does not score; it needs spans or samples",
                skipped.join(", ")
            )
        } else {
            why.join("; ")
        };
        return Err(InputError::NoGoodRecord {
            inputs: inputs.join(", "),
            why,
        });
    }
    outcome.given = outcomes(options.observers, watches, &outcome.files);
    Ok(outcome)
}

/// What was seen of all inputs beside their records.
#[derive(Debug, Default)]
pub(super) struct Seen {
    left_out: LeftOut,
    /// By the attributes of the naming, whether some span had it.
    met: Vec<bool>,
}

impl Seen {
    pub(super) fn add(&mut self, gather: &mut Gather<'_>) -> LeftOut {
        let met = gather.batch.attributes_met();
        self.met.resize(met.len(), false);
        for (known, met) in self.met.iter_mut().zip(met) {
            *known |= met;
        }
        let left_out = std::mem::take(&mut gather.left_out);
        self.left_out.absorb(left_out.clone());
        left_out
    }

    /// A misspelt attribute would silently split nothing.
    fn missing_attributes(&self, options: &ReadOptions<'_>) -> Option<String> {
        let naming = options.naming.as_ref()?;
        let missing: Vec<String> = naming
            .attributes()
            .iter()
            .zip(&self.met)
            .filter(|(_, met)| !**met)
            .map(|(name, _)| format!("{{{name}}}"))
            .collect();
        (!missing.is_empty()).then(|| {
            format!(
                "`operation` in [input] of pss.toml names {}, an attribute that no span has: it splits nothing",
                missing.join(", ")
            )
        })
    }

    /// Where only what was not asked for is there: what there is.
    fn nothing_asked_for(&self, options: &ReadOptions<'_>) -> Option<String> {
        let left_out = &self.left_out;
        if let Some(there) = left_out.times_there() {
            return Some(format!("nothing is of the time asked for: {there}"));
        }
        if left_out.timeless > 0 {
            return Some(
                "its records have no times, of which --since and --until could pick".to_owned(),
            );
        }
        let asked = options.selection.services.first()?;
        let names = || left_out.others.iter().map(String::as_str);
        names().next()?;
        let help = nearest(asked, names()).map_or_else(
            || {
                format!(
                    "there are {}",
                    names().take(20).collect::<Vec<_>>().join(", ")
                )
            },
            |near| format!("did you mean {near:?}?"),
        );
        Some(format!("no span is of service {asked:?}; {help}"))
    }
}

pub(super) fn spanning(a: Option<(i64, i64)>, b: Option<(i64, i64)>) -> Option<(i64, i64)> {
    match (a, b) {
        (Some(a), Some(b)) => Some((a.0.min(b.0), a.1.max(b.1))),
        (a, b) => a.or(b),
    }
}

/// Logs that count from a program's start know no date: put together with files that do, they seem to be of 1970.
fn two_clocks(files: &[FileReport]) -> Option<String> {
    /// The year 1990: nothing that is analysed is older, and no uptime is longer.
    const DATES: i64 = 631_152_000_000_000_000;
    let without: Vec<String> = files
        .iter()
        .filter(|file| file.time.is_some_and(|(_, last)| last < DATES))
        .map(|file| format!("`{}`", file.name))
        .collect();
    let dated = files
        .iter()
        .any(|file| file.time.is_some_and(|(first, _)| first >= DATES));
    (dated && !without.is_empty()).then(|| {
        format!(
            "{}: times count from the start of a clock of its own, those of other inputs are dates; shares of time and the length of the run are not to be trusted: analyse it on its own",
            without.join(", ")
        )
    })
}

fn read_one(
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
    let mut source = Source::open(place, progress)?;
    let bytes = source.counter();
    let mut report = FileReport::new(&name, "summary", source.compression);
    if is_summary(&source.head) {
        if !options.selection.is_all() || options.naming.is_some() {
            return Err(InputError::Content {
                path: name,
                why: "is a summary, of which records can no longer be picked, nor their operations named: give the traces themselves".to_owned(),
            });
        }
        let mut plain = Vec::new();
        source.whole().read_to_end(&mut plain).map_err(unreadable)?;
        let summary = parse_summary(&name, &plain)?;
        let facts = summary.facts();
        (report.spans, report.samples, report.bad) = (facts.spans, facts.samples, facts.bad);
        report.time = facts.time;
        report.records = facts.spans + facts.samples + facts.bad;
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
            let mut head = std::mem::take(&mut source.head);
            if let Layout::Array(start) = layout {
                head = head.split_off(start);
            }
            let splitter = Splitter::new(layout, options.record_limit, options.block);
            // A stream that broke while its head was read has given all it can.
            let rest: Box<dyn Read + Send> = match source.failed {
                None => source.rest,
                Some(_) => Box::new(io::empty()),
            };
            let (workers, broken) = decode(
                io::Cursor::new(head).chain(rest),
                splitter,
                decoder,
                layout,
                options,
                source.failed,
            )
            .map_err(bug)?;
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

/// Cuts on this thread, decodes on the others. Gives back what broke the stream, if anything did.
fn decode<'a>(
    mut stream: impl Read,
    mut splitter: Splitter,
    decoder: fn(&InputSettings) -> Box<dyn Decoder>,
    layout: Layout,
    options: &ReadOptions<'a>,
    mut broken: Option<io::Error>,
) -> Result<(Vec<Worker<'a>>, Option<io::Error>), String> {
    let threads = options.threads.max(1);
    let (send, receive): (SyncSender<Block>, Receiver<Block>) = sync_channel(threads);
    let (give_back, used): (SyncSender<Vec<u8>>, Receiver<Vec<u8>>) = sync_channel(2 * threads + 2);
    let receive = Mutex::new(receive);
    let mut workers = Vec::new();
    for _ in 0..threads {
        let decoder = caught(|| decoder(options.settings))?;
        workers.push(Worker::new(decoder, Gather::new(options), layout));
    }
    std::thread::scope(|scope| {
        let mut handles = Vec::new();
        for mut worker in workers {
            let (receive, give_back) = (&receive, give_back.clone());
            let work = move || {
                loop {
                    let next = match receive.lock() {
                        Ok(receive) => receive.recv(),
                        Err(_) => break,
                    };
                    let Ok(block) = next else { break };
                    worker.block(&block);
                    // A full channel only means that a buffer is freed instead of used again.
                    let _ = give_back.try_send(block.buffer);
                }
                worker.finish()
            };
            handles.push(scope.spawn(move || {
                let worked = caught(work);
                // Blocks that nobody takes any more would keep the reading waiting for ever.
                while worked.is_err() && receive.lock().is_ok_and(|queue| queue.recv().is_ok()) {}
                worked
            }));
        }
        while !options.interrupt.load(Ordering::Relaxed) {
            match splitter.next(&mut stream, used.try_recv().unwrap_or_default()) {
                Ok(Some(block)) => {
                    if send.send(block).is_err() {
                        break;
                    }
                }
                Ok(None) => break,
                Err(error) => broken = Some(error),
            }
        }
        drop(send);
        let workers: Result<Vec<Worker<'a>>, String> = handles
            .into_iter()
            .map(|handle| match handle.join() {
                Ok(worked) => worked,
                Err(_) => Err("panicked".to_owned()),
            })
            .collect();
        workers.map(|workers| (workers, broken))
    })
}
