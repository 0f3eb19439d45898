//! Decodes blocks and folds them: one per core, each with a summary of its own.

use super::{
    apart::{behind, indentation},
    gather::Gather,
    split::Block,
};
use pss_integrations::formats::{Decoder, Layout};

/// What is wrong with a record that does not exist.
const UNCLOSED: &str = "is missing: the file is truncated, it ends before the array is closed";

/// One worker's state.
pub(super) struct Worker<'a> {
    decoder: Box<dyn Decoder>,
    pub(super) gather: Gather<'a>,
    /// Lines or elements by block number.
    pub(super) counts: Vec<(usize, u64)>,
    layout: Layout,
}

impl<'a> Worker<'a> {
    pub(super) fn new(decoder: Box<dyn Decoder>, gather: Gather<'a>, layout: Layout) -> Worker<'a> {
        Worker {
            decoder,
            gather,
            counts: Vec::new(),
            layout,
        }
    }

    /// Decodes all records of a block. One that cannot be used is noted; the others are not touched by it.
    pub(super) fn block(&mut self, block: &Block) {
        let text = simdutf8::basic::from_utf8(block.data()).ok();
        let mut count = 0;
        if block.too_long {
            self.gather.note(
                block.number,
                0,
                "is longer than the limit for one record (64 MiB), or the file has no line ends"
                    .to_owned(),
            );
            count += u64::from(self.layout == Layout::Lines);
            self.gather.records += 1;
        }
        match &block.elements {
            Some(elements) => {
                for (at, (start, end)) in elements.iter().enumerate() {
                    let cut_short = block.cut_short && at + 1 == elements.len();
                    count += 1 + self.record(block, text, *start, *end, count, cut_short);
                }
                for reason in block
                    .unclosed
                    .then_some(UNCLOSED)
                    .into_iter()
                    .chain(block.behind)
                {
                    self.gather.records += 1;
                    self.gather.note(block.number, count, reason.to_owned());
                    count += 1;
                }
            }
            None => {
                let mut start = 0;
                while start < block.len {
                    let end = memchr::memchr(b'\n', &block.data()[start..])
                        .map_or(block.len, |at| start + at);
                    self.record(block, text, start, end, count, false);
                    count += 1;
                    start = end + 1;
                }
            }
        }
        self.counts.push((block.number, count));
    }

    /// What was found.
    pub(super) fn finish(mut self) -> Worker<'a> {
        for name in self.decoder.take_unknown_fields() {
            self.gather.summariser.unknown_field(&name);
        }
        self.gather.fold();
        self
    }

    /// Decodes a record; says how many more were found behind it, where it is broken.
    fn record(
        &mut self,
        block: &Block,
        text: Option<&str>,
        start: usize,
        end: usize,
        offset: u64,
        cut_short: bool,
    ) -> u64 {
        let record = match text {
            Some(text) => text.get(start..end),
            None => std::str::from_utf8(&block.data()[start..end]).ok(),
        };
        let Some(record) = record else {
            self.gather.records += 1;
            self.gather.note(
                block.number,
                offset,
                "is no valid UTF-8: write the file in UTF-8 (it may be Latin-1)".to_owned(),
            );
            return 0;
        };
        // A byte order mark can only be at the very start, and is no part of the record.
        let record = record.strip_prefix('\u{feff}').unwrap_or(record);
        if record.bytes().all(|byte| byte.is_ascii_whitespace()) {
            return 0;
        }
        self.gather.at = (block.number, offset);
        let before = self.gather.records;
        let outcome = self.decoder.decode(record, &mut self.gather);
        // Where parts of a record cannot be used, or are records, they are what counts.
        if outcome.is_err() || self.gather.records == before {
            self.gather.records += 1;
        }
        match (outcome, cut_short) {
            (Ok(()), false) => {}
            (Ok(()), true) => {
                self.gather.records += 1;
                self.gather
                    .note(block.number, offset + 1, UNCLOSED.to_owned());
            }
            (Err(reason), cut_short) => {
                let others = match self.layout {
                    Layout::Lines => Vec::new(),
                    _ => behind(record, indentation(block.data(), start)),
                };
                let reason = match cut_short && others.is_empty() {
                    true => "is truncated: the file ends inside it".to_owned(),
                    false => reason,
                };
                self.gather.note(block.number, offset, reason);
                for (at, other) in (offset + 1..).zip(&others) {
                    self.gather.at = (block.number, at);
                    self.gather.records += 1;
                    if let Err(reason) = self.decoder.decode(other, &mut self.gather) {
                        self.gather.note(block.number, at, reason);
                    }
                    self.gather.fold_if_full();
                }
                return others.len() as u64;
            }
        }
        self.gather.fold_if_full();
        0
    }
}
