//! Reads bytes through a format, as `pss` does, but plainly: one thread, no blocks.

use std::{
    io::{self, Read},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use pss_metrics::{
    model::{Intake, Sample, Span},
    plugin::caught,
};

use crate::formats::{DecodeError, Format, Head, InputSettings, Reading, Sink, read_plainly};

/// What bytes brought.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Decoded {
    /// Spans and samples, each as a line that tells one from another.
    pub(super) records: Vec<String>,
    /// Records that could not be used, what was passed over, and what the user should know.
    pub(super) said: Vec<String>,
    /// What kept the rest from being read.
    pub(super) error: Option<String>,
}

impl Decoded {
    /// Whether anything was said of what is wrong.
    pub(super) fn complains(&self) -> bool {
        self.error.is_some() || !self.said.is_empty()
    }

    /// The records in an order of their own: those of a file come from several hands.
    pub(super) fn sorted(&self) -> Vec<&str> {
        let mut records: Vec<&str> = self.records.iter().map(String::as_str).collect();
        records.sort_unstable();
        records
    }
}

/// How bytes are handed to a format.
#[derive(Debug, Clone, Copy)]
pub(super) struct Way {
    /// Whether the head says that it is the whole stream.
    pub(super) complete: bool,
    /// Bytes that one read gives at most, in turn; a stream may give fewer than asked for.
    pub(super) pieces: &'static [usize],
    /// Whether who takes the records wants identities.
    pub(super) identities: bool,
}

/// All at once.
pub(super) const WHOLE: Way = Way {
    complete: true,
    pieces: &[usize::MAX],
    identities: true,
};

/// Reads bytes.
///
/// # Errors
/// That the format panicked.
pub(super) fn decoded(format: &dyn Format, bytes: &[u8], way: Way) -> Result<Decoded, String> {
    let mut seen = Seen {
        without_identities: !way.identities,
        ..Seen::default()
    };
    let mut stream = Pieces {
        rest: bytes,
        pieces: way.pieces,
        turn: 0,
        ended: Arc::default(),
    };
    let outcome = caught(|| read(format, bytes, way, &mut stream, &mut seen))?;
    seen.decoded.error = outcome.err().map(|error| error.to_string());
    Ok(seen.decoded)
}

/// Whether a format that reads a stream pushes nothing before it has seen its end; `None` where that cannot be seen.
pub(super) fn waits_for_the_end(format: &dyn Format, bytes: &[u8]) -> Option<bool> {
    let head = Head::new(bytes, true);
    let opened = caught(|| format.open(&head, &InputSettings::default()));
    let Ok(Ok(Reading::Stream(decoder))) = opened else {
        return None;
    };
    let ended = Arc::new(AtomicBool::new(false));
    let mut stream = Pieces {
        rest: bytes,
        pieces: &[1],
        turn: 0,
        ended: Arc::clone(&ended),
    };
    let mut seen = Seen {
        ended,
        ..Seen::default()
    };
    caught(|| decoder.decode(&mut stream, &mut seen))
        .ok()?
        .ok()?;
    (seen.before || seen.after).then_some(!seen.before)
}

/// Whether a format wants the file itself, to walk in it as it likes.
pub(super) fn wants_the_file(format: &dyn Format, bytes: &[u8]) -> bool {
    let head = Head::new(bytes, true);
    let opened = caught(|| format.open(&head, &InputSettings::default()));
    matches!(opened, Ok(Ok(Reading::File(_))))
}

fn read(
    format: &dyn Format,
    bytes: &[u8],
    way: Way,
    stream: &mut Pieces<'_>,
    seen: &mut Seen,
) -> Result<(), DecodeError> {
    let second = &mut Seen {
        without_identities: seen.without_identities,
        ..Seen::default()
    };
    let outcome = {
        let head = Head::new(bytes, way.complete);
        let mut sinks: [Box<dyn Sink + '_>; 2] = [Box::new(&mut *seen), Box::new(&mut *second)];
        read_plainly(format, &head, bytes, stream, &mut sinks)
    };
    seen.decoded.records.append(&mut second.decoded.records);
    seen.decoded.said.append(&mut second.decoded.said);
    outcome
}

/// A stream that comes in pieces, as those of pipes and decompressors do.
struct Pieces<'a> {
    rest: &'a [u8],
    pieces: &'static [usize],
    turn: usize,
    ended: Arc<AtomicBool>,
}

impl Read for Pieces<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let piece = self.pieces[self.turn % self.pieces.len()];
        self.turn += 1;
        let length = piece.min(buffer.len()).min(self.rest.len());
        let (now, later) = self.rest.split_at(length);
        buffer[..length].copy_from_slice(now);
        self.rest = later;
        if length == 0 && !buffer.is_empty() {
            self.ended.store(true, Ordering::Relaxed);
        }
        Ok(length)
    }
}

/// Takes what a format pushes.
#[derive(Default)]
struct Seen {
    decoded: Decoded,
    /// Whether the stream ended.
    ended: Arc<AtomicBool>,
    /// Whether something was pushed before that, and after.
    before: bool,
    after: bool,
    without_identities: bool,
}

impl Seen {
    fn push(&mut self, record: String) {
        let ended = self.ended.load(Ordering::Relaxed);
        self.before |= !ended;
        self.after |= ended;
        self.decoded.records.push(record);
    }
}

impl Intake for Seen {
    fn span(&mut self, span: &Span<'_>) {
        self.push(of_span(span));
    }

    fn sample(&mut self, sample: &Sample<'_>) {
        self.push(of_sample(sample));
    }

    fn skipped(&mut self, what: &'static str, count: u64) {
        self.decoded
            .said
            .push(format!("{count} {what} passed over"));
    }

    fn unusable(&mut self, reason: String) {
        self.decoded.said.push(format!("a record {reason}"));
    }
}

impl Sink for Seen {
    fn record(&mut self, place: u64, outcome: Result<(), String>) {
        let said = outcome.err().map(|why| format!("record {place} {why}"));
        self.decoded.said.extend(said);
    }

    fn notice(&mut self, text: String) {
        self.decoded.said.push(text);
    }

    fn wants_identities(&self) -> bool {
        !self.without_identities
    }

    fn interrupted(&self) -> bool {
        false
    }
}

/// A span as a line: what every format that writes keeps.
pub(super) fn of_span(span: &Span<'_>) -> String {
    format!(
        "span {:?} {:?} {:?} start {:?} duration {:?} wait {:?} error {:?}",
        span.service, span.name, span.kind, span.start, span.duration, span.wait, span.error
    )
}

/// A sample as a line.
pub(super) fn of_sample(sample: &Sample<'_>) -> String {
    format!(
        "sample {} {:?} {:?} {}",
        sample.signal.name, sample.entity, sample.time, sample.value
    )
}
