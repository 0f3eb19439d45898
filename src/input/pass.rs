//! Hands the records of inputs on one by one, in their order, to whatever takes them: another file, a table, a view that joins.

use std::{
    io::{self, Read},
    sync::atomic::Ordering,
};

use pss_integrations::formats::{DecodeError, Reading, Sink};
use pss_metrics::{
    model::{Bad, Intake, Sample, Span},
    plugin::caught,
};

use super::{
    choose::choose,
    error::InputError,
    options::{Progress, ReadOptions},
    place::Place,
    remote::Placed,
    select::LeftOut,
    source::Source,
    split::{Block, Splitter},
    summary_file::is_summary,
};

/// Examples of bad records kept.
const EXAMPLES: usize = 20;

/// What was passed on.
#[derive(Debug, Default)]
pub struct Passed {
    /// Records, good and bad.
    pub records: u64,
    /// Bad records.
    pub bad: u64,
    /// The first of them.
    pub examples: Vec<Bad>,
    /// Records that were not asked for.
    pub left_out: LeftOut,
    /// What the user should know.
    pub notices: Vec<String>,
}

/// Passes all records of all inputs on, in their order.
///
/// # Errors
/// The first input that cannot be used at all; a summary, which holds no records.
pub fn pass(
    places: &[Place],
    options: &ReadOptions<'_>,
    progress: &dyn Progress,
    into: &mut (dyn Intake + Send),
) -> Result<Passed, InputError> {
    let mut passed = Passed::default();
    for place in places {
        if options.interrupt.load(Ordering::Relaxed) {
            break;
        }
        match pass_one(place, options, progress, into, &mut passed) {
            Err(error) if place.may_be_passed_over(&error) => {
                passed.notices.push(format!("passed over: {error}"));
            }
            outcome => outcome?,
        }
    }
    Ok(passed)
}

fn pass_one(
    place: &Place,
    options: &ReadOptions<'_>,
    progress: &dyn Progress,
    into: &mut (dyn Intake + Send),
    passed: &mut Passed,
) -> Result<(), InputError> {
    let name = place.name();
    if let Place::Remote(remote) = place {
        let mut hand = Hand {
            into,
            passed,
            name: &name,
            part: None,
            at: 0,
            options,
        };
        let taken = remote.read(options, progress, &mut hand)?;
        if let Some(why) = taken.lost {
            hand.notice(format!("reading stopped: {why}; what came before is used"));
        }
        return Ok(());
    }
    let mut source = Source::open(place, progress, options.interrupt)?;
    if is_summary(&source.head) {
        return Err(InputError::Content {
            path: name,
            why: "is a summary, which keeps no records; give the traces themselves".to_owned(),
        });
    }
    let chosen = choose(&name, &source.seen(), options.formats, options.format);
    let (format, notice) = match (chosen, source.failed.take()) {
        (Ok(found), failed) => {
            source.failed = failed;
            found
        }
        (Err(_), Some(error)) => {
            return Err(InputError::of(place, DecodeError::Io(error)));
        }
        (Err(unknown), None) => return Err(unknown),
    };
    let refused = |error| InputError::of(place, error);
    let bug = |why| InputError::Bug {
        path: place.name(),
        format: format.meta().plugin.name.to_owned(),
        why,
    };
    let reading = caught(|| format.open(&source.seen(), options.settings))
        .map_err(bug)?
        .map_err(refused)?;
    passed.notices.extend(notice);
    let mut hand = Hand {
        into,
        passed,
        name: &name,
        part: None,
        at: 0,
        options,
    };
    match reading {
        Reading::Stream(decoder) => {
            let mut stream = source.whole();
            caught(|| decoder.decode(&mut stream, &mut hand))
                .map_err(bug)?
                .map_err(refused)
        }
        Reading::File(decoder) => {
            let file = source
                .file()
                .map_err(|error| refused(DecodeError::Io(error)))?;
            caught(|| {
                let mut sinks: [Box<dyn Sink + '_>; 1] = [Box::new(hand)];
                decoder.decode(file, &mut sinks)
            })
            .map_err(bug)?
            .map_err(refused)
        }
        Reading::Records(layout, decoder) => {
            let mut decoder = caught(|| decoder(options.settings)).map_err(bug)?;
            let mut head = std::mem::take(&mut source.head);
            let mut splitter =
                Splitter::new(layout, options.record_limit, options.block).after(&mut head);
            let mut stream = io::Cursor::new(head).chain(&mut source.rest);
            let mut place = 0;
            let mut buffer = Vec::new();
            if let Some(error) = source.failed.take() {
                return Err(refused(DecodeError::Io(error)));
            }
            while let Some(block) = splitter
                .next(&mut stream, buffer)
                .map_err(|error| refused(DecodeError::Io(error)))?
            {
                for (start, end) in block.bounds() {
                    place += 1;
                    let bytes = &block.data()[start..end];
                    if bytes.iter().all(u8::is_ascii_whitespace) {
                        continue;
                    }
                    hand.at = place;
                    let before = hand.passed.records;
                    let outcome = match std::str::from_utf8(bytes) {
                        Ok(text) => {
                            let text = text.strip_prefix('\u{feff}').unwrap_or(text);
                            caught(|| decoder.decode(text, &mut hand)).map_err(bug)?
                        }
                        Err(_) => Err("is no valid UTF-8".to_owned()),
                    };
                    // Where parts of a record cannot be used, or are records, they are what counts.
                    if outcome.is_err() || hand.passed.records == before {
                        hand.record(place, outcome);
                    }
                }
                if block.unclosed || block.cut_short || block.too_long {
                    place += 1;
                    hand.record(
                        place,
                        Err("is truncated, or longer than the limit for one record".to_owned()),
                    );
                }
                if let Some(reason) = block.behind {
                    place += 1;
                    hand.record(place, Err(reason.to_owned()));
                }
                if hand.interrupted() {
                    break;
                }
                buffer = block.buffer;
            }
            Ok(())
        }
    }
}

/// Hands records on, and remembers the bad ones.
struct Hand<'a> {
    into: &'a mut (dyn Intake + Send),
    passed: &'a mut Passed,
    name: &'a str,
    /// Which messages are handed on, where they are.
    part: Option<u32>,
    /// The record that is being decoded, for its parts.
    at: u64,
    options: &'a ReadOptions<'a>,
}

impl Intake for Hand<'_> {
    fn span(&mut self, span: &Span<'_>) {
        let selection = &self.options.selection;
        if selection.takes_span(span, &mut self.passed.left_out) {
            self.into.span(span);
        }
    }

    fn sample(&mut self, sample: &Sample<'_>) {
        let selection = &self.options.selection;
        if selection.takes_sample(sample, &mut self.passed.left_out) {
            self.into.sample(sample);
        }
    }

    fn skipped(&mut self, what: &'static str, count: u64) {
        self.into.skipped(what, count);
    }

    fn unusable(&mut self, reason: String) {
        self.record(self.at, Err(reason));
    }

    fn one_of_several(&mut self) {
        self.passed.records += 1;
    }
}

impl Sink for Hand<'_> {
    fn record(&mut self, place: u64, outcome: Result<(), String>) {
        self.passed.records += 1;
        let Err(reason) = outcome else { return };
        self.passed.bad += 1;
        if self.passed.examples.len() < EXAMPLES {
            self.passed.examples.push(Bad {
                file: match self.part {
                    Some(part) => format!("{}/{part}", self.name),
                    None => self.name.to_owned(),
                },
                line: place,
                reason,
            });
        }
    }

    fn notice(&mut self, text: String) {
        self.passed.notices.push(format!("`{}`: {text}", self.name));
    }

    fn interrupted(&self) -> bool {
        self.options.interrupt.load(Ordering::Relaxed)
    }
}

impl Placed for Hand<'_> {
    fn of_part(&mut self, part: u32) {
        self.part = Some(part);
    }
}

impl Block {
    /// Where the records of the block lie.
    pub(super) fn bounds(&self) -> Vec<(usize, usize)> {
        if let Some(elements) = &self.elements {
            return elements.clone();
        }
        let mut start = 0;
        let mut lines = Vec::new();
        while start < self.len {
            let end =
                memchr::memchr(b'\n', &self.data()[start..]).map_or(self.len, |at| start + at);
            lines.push((start, end));
            start = end + 1;
        }
        lines
    }
}
