//! Reads inputs into one summary.

use std::{
    fs::File,
    io::{self, Read},
    sync::{
        Mutex,
        atomic::{AtomicBool, AtomicU64, Ordering},
        mpsc::{Receiver, SyncSender, sync_channel},
    },
};

use pss_integrations::formats::{Format, Layout};
use pss_metrics::{
    model::{Bad, ExtraSpec},
    summary::{Summariser, Summary},
};

use super::{
    compressed::{Compression, plain},
    error::InputError,
    place::Place,
    split::{BLOCK, Block, Splitter},
    summary_file::{is_summary, parse_summary},
    worker::Worker,
};

/// How to read.
pub struct ReadOptions<'a> {
    /// Decoding threads.
    pub threads: usize,
    /// Formats to choose from.
    pub formats: &'a [&'static dyn Format],
    /// Extra observations to keep.
    pub extras: &'a [ExtraSpec],
    /// Longest record in bytes; longer ones are bad.
    pub record_limit: usize,
    /// Set when the user asks to stop; what was read until then is returned.
    pub interrupt: &'a AtomicBool,
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
    let size = |place: &Place| match place {
        Place::File(path) => std::fs::metadata(path).map_or(0, |meta| meta.len()),
        Place::Stdin => 0,
    };
    progress.total(places.iter().map(size).sum());
    let mut all = Summariser::new(options.extras);
    let mut outcome = ReadOutcome {
        summary: Summary::default(),
        files: Vec::new(),
        records: 0,
        interrupted: false,
        notices: Vec::new(),
    };
    for place in places {
        if options.interrupt.load(Ordering::Relaxed) {
            break;
        }
        let file = read_one(place, options, progress, &mut all, &mut outcome.notices)?;
        outcome.records += file.records;
        outcome.files.push(file);
    }
    outcome.interrupted = options.interrupt.load(Ordering::Relaxed);
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
        let why = if why.is_empty() {
            "there is no record at all".to_owned()
        } else {
            why.join("; ")
        };
        return Err(InputError::NoGoodRecord {
            inputs: inputs.join(", "),
            why,
        });
    }
    Ok(outcome)
}

/// A stream that reports what goes through it.
struct Counted<'a, R> {
    inner: R,
    bytes: &'a AtomicU64,
    progress: &'a dyn Progress,
}

impl<R: Read> Read for Counted<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.inner.read(buffer)?;
        self.bytes.fetch_add(n as u64, Ordering::Relaxed);
        self.progress.advance(n as u64);
        Ok(n)
    }
}

fn read_one(
    place: &Place,
    options: &ReadOptions<'_>,
    progress: &dyn Progress,
    all: &mut Summariser,
    notices: &mut Vec<String>,
) -> Result<FileReport, InputError> {
    let name = place.name();
    let unreadable = |error| InputError::Unreadable {
        path: place.name(),
        error,
    };
    let bytes = AtomicU64::new(0);
    let source: Box<dyn Read + Send> = match place {
        Place::Stdin => Box::new(io::stdin()),
        Place::File(path) => Box::new(File::open(path).map_err(unreadable)?),
    };
    let mut source = Counted {
        inner: source,
        bytes: &bytes,
        progress,
    };
    let mut magic = Vec::new();
    (&mut source)
        .take(4)
        .read_to_end(&mut magic)
        .map_err(unreadable)?;
    if magic.is_empty() {
        return Err(InputError::Empty(name));
    }
    let compression = Compression::of(&magic);
    let mut stream =
        plain(compression, io::Cursor::new(magic).chain(source)).map_err(unreadable)?;
    let mut head = Vec::new();
    let failed = (&mut stream)
        .take(BLOCK as u64)
        .read_to_end(&mut head)
        .err();
    if is_summary(&head) {
        stream.read_to_end(&mut head).map_err(unreadable)?;
        let summary = parse_summary(&name, &head)?;
        let (records, bad) = (
            summary.facts().spans + summary.facts().samples + summary.facts().bad,
            summary.facts().bad,
        );
        all.absorb(summary);
        return Ok(FileReport {
            name,
            format: "summary".to_owned(),
            compression,
            bytes: bytes.load(Ordering::Relaxed),
            records,
            bad,
        });
    }
    if head.iter().all(u8::is_ascii_whitespace) && failed.is_none() && head.len() < BLOCK {
        return Err(InputError::Empty(name));
    }
    let found = options
        .formats
        .iter()
        .find_map(|format| Some((*format, format.sniff(&head)?)));
    let Some((format, layout)) = found else {
        return Err(match failed {
            Some(error) => unreadable(error),
            None => InputError::Unknown {
                path: name,
                start: beginning(&head),
            },
        });
    };
    all.source(&name);
    let rest = match layout {
        Layout::Array(start) => head.split_off(start),
        Layout::Lines => head,
    };
    let splitter = Splitter::new(layout, options.record_limit, rest);
    let (workers, broken) = decode(stream, splitter, format, layout, options, failed)
        .map_err(|()| InputError::Worker(place.name()))?;
    let mut report = FileReport {
        name: name.clone(),
        format: format.meta().plugin.name.to_owned(),
        compression,
        bytes: 0,
        records: 0,
        bad: 0,
    };
    let mut counts: Vec<(usize, u64)> = workers
        .iter()
        .flat_map(|worker| worker.counts.iter().copied())
        .collect();
    counts.sort_unstable();
    let mut before = Vec::with_capacity(counts.len());
    let mut total = 0;
    for (_, count) in &counts {
        before.push(total);
        total += count;
    }
    for worker in workers {
        report.records += worker.records;
        report.bad += worker.bad_total;
        all.absorb(worker.summariser.finish());
        for bad in worker.bad {
            match before.get(bad.block) {
                Some(before) => all.bad(Bad {
                    file: name.clone(),
                    line: before + bad.offset + 1,
                    reason: bad.reason,
                }),
                None => all.bad_reason(&bad.reason),
            }
        }
    }
    if let Some(error) = broken {
        let reason = if error.kind() == io::ErrorKind::UnexpectedEof {
            "the compressed file is truncated".to_owned()
        } else {
            format!("reading stopped: {error}")
        };
        notices.push(format!("`{name}`: {reason}; what stands before is used"));
        all.bad(Bad {
            file: name,
            line: total + 1,
            reason,
        });
        report.bad += 1;
        report.records += 1;
    }
    report.bytes = bytes.load(Ordering::Relaxed);
    Ok(report)
}

/// Cuts on this thread, decodes on the others. Gives back what broke the stream, if anything did.
fn decode(
    mut stream: Box<dyn Read + Send + '_>,
    mut splitter: Splitter,
    format: &dyn Format,
    layout: Layout,
    options: &ReadOptions<'_>,
    mut broken: Option<io::Error>,
) -> Result<(Vec<Worker>, Option<io::Error>), ()> {
    let threads = options.threads.max(1);
    let (send, receive): (SyncSender<Block>, Receiver<Block>) = sync_channel(threads);
    let (give_back, used): (SyncSender<Vec<u8>>, Receiver<Vec<u8>>) = sync_channel(2 * threads + 2);
    let receive = Mutex::new(receive);
    std::thread::scope(|scope| {
        let mut handles = Vec::new();
        for _ in 0..threads {
            let mut worker = Worker::new(format.decoder(), options.extras, layout);
            let (receive, give_back) = (&receive, give_back.clone());
            handles.push(scope.spawn(move || {
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
            }));
        }
        // A stream that broke while its head was read has given all it can.
        let mut nothing = io::empty();
        while !options.interrupt.load(Ordering::Relaxed) {
            let from: &mut dyn Read = if broken.is_some() {
                &mut nothing
            } else {
                &mut stream
            };
            match splitter.next(from, used.try_recv().unwrap_or_default()) {
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
        let workers: Result<Vec<Worker>, ()> = handles
            .into_iter()
            .map(|handle| handle.join().map_err(drop))
            .collect();
        workers.map(|workers| (workers, broken))
    })
}

fn beginning(head: &[u8]) -> String {
    let text = String::from_utf8_lossy(&head[..head.len().min(40)]);
    format!(
        "{:?}",
        text.trim_start().chars().take(20).collect::<String>()
    )
}
