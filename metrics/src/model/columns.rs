//! Spans and samples as the columns that batches keep of them.

use super::sample::Signal;

/// Index of an operation in the batch's table.
pub type OpId = u32;

/// A missing instant in a column.
pub(crate) const NO_TIME: i64 = i64::MIN;
/// A missing value in an unsigned column.
pub(crate) const NONE: u64 = u64::MAX;
/// A missing branch tag.
pub(crate) const NO_TAG: u32 = u32::MAX;
/// Truths about one span, packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SpanFlags(u16);

impl SpanFlags {
    pub(super) const ENTRY_KNOWN: u16 = 1;
    pub(super) const ENTRY: u16 = 1 << 1;
    pub(super) const ERROR_KNOWN: u16 = 1 << 2;
    pub(super) const ERROR: u16 = 1 << 3;
    pub(super) const CACHE_KNOWN: u16 = 1 << 4;
    pub(super) const CACHE_HIT: u16 = 1 << 5;
    pub(super) const ROOT: u16 = 1 << 6;
    pub(super) const ZERO: u16 = 1 << 7;

    pub(super) fn set(&mut self, bit: u16, on: bool) {
        if on {
            self.0 |= bit;
        }
    }

    fn has(self, bit: u16) -> bool {
        self.0 & bit != 0
    }

    pub(crate) fn entry_known(self) -> bool {
        self.has(Self::ENTRY_KNOWN)
    }

    pub(crate) fn entry(self) -> bool {
        self.has(Self::ENTRY)
    }

    pub(crate) fn error_known(self) -> bool {
        self.has(Self::ERROR_KNOWN)
    }

    pub(crate) fn error(self) -> bool {
        self.has(Self::ERROR)
    }

    pub(crate) fn cache(self) -> Option<bool> {
        self.has(Self::CACHE_KNOWN)
            .then(|| self.has(Self::CACHE_HIT))
    }

    pub(crate) fn root(self) -> bool {
        self.has(Self::ROOT)
    }

    pub(crate) fn zero_duration(self) -> bool {
        self.has(Self::ZERO)
    }
}

/// Spans as columns of equal length; a missing value is the column's sentinel.
#[derive(Debug, Default)]
pub struct SpanColumns {
    pub(crate) op: Vec<OpId>,
    pub(crate) start: Vec<i64>,
    pub(crate) duration: Vec<u64>,
    pub(crate) wait: Vec<u64>,
    pub(crate) lock_wait: Vec<u64>,
    pub(crate) memory: Vec<u64>,
    pub(crate) tag: Vec<u32>,
    pub(crate) flags: Vec<SpanFlags>,
    pub(crate) shard: Vec<u8>,
}

impl SpanColumns {
    /// Number of spans.
    pub fn len(&self) -> usize {
        self.op.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.op.is_empty()
    }

    pub(super) fn clear(&mut self) {
        self.op.clear();
        self.start.clear();
        self.duration.clear();
        self.wait.clear();
        self.lock_wait.clear();
        self.memory.clear();
        self.tag.clear();
        self.flags.clear();
        self.shard.clear();
    }
}

/// One sample.
#[derive(Debug, Clone)]
pub(crate) struct SampleRow {
    pub(crate) signal: Signal,
    /// Its place in the batch's table of entities.
    pub(crate) entity: u32,
    pub(crate) time: i64,
    pub(crate) value: u64,
    pub(crate) shard: u8,
}
