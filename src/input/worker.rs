//! Decodes blocks and folds them: one per core, each with a summary of its own.

use pss_integrations::formats::{Decoder, Layout};
use pss_metrics::{
    model::{Batch, ExtraSpec},
    summary::Summariser,
};

use super::split::Block;

/// A bad record by its place among the block's.
#[derive(Debug, Clone)]
pub(super) struct BadAt {
    pub(super) block: usize,
    /// Lines or elements before it in the block.
    pub(super) offset: u64,
    pub(super) reason: String,
}

/// At most this many bad records are remembered with their place; all are counted.
const REMEMBERED: usize = 1000;

/// One worker's state.
pub(super) struct Worker {
    decoder: Box<dyn Decoder>,
    batch: Batch,
    pub(super) summariser: Summariser,
    pub(super) bad: Vec<BadAt>,
    pub(super) bad_total: u64,
    /// Lines or elements by block number.
    pub(super) counts: Vec<(usize, u64)>,
    pub(super) records: u64,
    layout: Layout,
}

impl Worker {
    pub(super) fn new(decoder: Box<dyn Decoder>, extras: &[ExtraSpec], layout: Layout) -> Worker {
        Worker {
            decoder,
            batch: Batch::new(extras.to_vec()),
            summariser: Summariser::new(extras),
            bad: Vec::new(),
            bad_total: 0,
            counts: Vec::new(),
            records: 0,
            layout,
        }
    }

    /// Decodes all records of a block. One that cannot be used is noted; the others are not touched by it.
    pub(super) fn block(&mut self, block: &Block) {
        let text = simdutf8::basic::from_utf8(block.data()).ok();
        let mut count = 0;
        if block.too_long {
            self.note(
                block.number,
                0,
                "is longer than the limit for one record (64 MiB), or the file has no line ends"
                    .to_owned(),
            );
            count += u64::from(self.layout == Layout::Lines);
            self.records += 1;
        }
        match &block.elements {
            Some(elements) => {
                for (at, (start, end)) in elements.iter().enumerate() {
                    let cut_short = block.cut_short && at + 1 == elements.len();
                    self.record(block, text, *start, *end, count, cut_short);
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
        if !self.batch.is_empty() {
            self.summariser.fold(&mut self.batch);
        }
    }

    /// What was found.
    pub(super) fn finish(mut self) -> Worker {
        for name in self.decoder.take_unknown_fields() {
            self.summariser.unknown_field(&name);
        }
        self
    }

    fn record(
        &mut self,
        block: &Block,
        text: Option<&str>,
        start: usize,
        end: usize,
        offset: u64,
        cut_short: bool,
    ) {
        let record = match text {
            Some(text) => text.get(start..end),
            None => std::str::from_utf8(&block.data()[start..end]).ok(),
        };
        let Some(record) = record else {
            self.records += 1;
            self.note(
                block.number,
                offset,
                "is no valid UTF-8: write the file in UTF-8 (it may be Latin-1)".to_owned(),
            );
            return;
        };
        // A byte order mark can only be at the very start, and is no part of the record.
        let record = record.strip_prefix('\u{feff}').unwrap_or(record);
        if record.bytes().all(|byte| byte.is_ascii_whitespace()) {
            return;
        }
        self.records += 1;
        if let Err(reason) = self.decoder.decode(record, &mut self.batch) {
            let reason = if cut_short {
                "is truncated: the file ends inside it".to_owned()
            } else {
                reason
            };
            self.note(block.number, offset, reason);
        }
        if self.batch.is_full() {
            self.summariser.fold(&mut self.batch);
        }
    }

    fn note(&mut self, block: usize, offset: u64, reason: String) {
        self.bad_total += 1;
        if self.bad.len() < REMEMBERED {
            self.bad.push(BadAt {
                block,
                offset,
                reason,
            });
        } else {
            // The place of this one is not kept, but its reason counts.
            self.bad.push(BadAt {
                block: usize::MAX,
                offset,
                reason,
            });
            if self.bad.len() >= 2 * REMEMBERED {
                self.compact();
            }
        }
    }

    /// Hands reasons without a place over to the summary, so that a file of bad records costs no memory.
    fn compact(&mut self) {
        for bad in self.bad.split_off(REMEMBERED) {
            self.summariser.bad_reason(&bad.reason);
        }
    }
}
