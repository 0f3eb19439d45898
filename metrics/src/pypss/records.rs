//! The columns the score reads, in file order.

use hashbrown::HashMap;

use super::{keywords::Keywords, record::Record};

/// Durations at or below this say nothing of the share of waiting, seconds. As in PyPSS, which has no setting for it.
const IO_MIN_DURATION: f64 = 0.0001;

/// A fall of memory counts as collected garbage from this many bytes on. As in PyPSS, which has no setting for it.
const FREED_MIN: f64 = 100.0;

/// All records of a run, reduced to the columns PyPSS reads: about 40 bytes a record.
#[derive(Debug, Clone, Default)]
pub struct Records {
    pub(super) len: usize,
    pub(super) durations: Vec<f64>,
    pub(super) memory: Vec<f64>,
    pub(super) waits: Vec<f64>,
    pub(super) errors: Vec<bool>,
    /// How often each tag occurs, in the order of first sight, which is the order PyPSS sums their entropy in.
    pub(super) tags: Vec<u64>,
    tag_places: HashMap<Box<str>, usize>,
    pub(super) io_shares: Vec<f64>,
    pub(super) database: Vec<f64>,
    pub(super) network: Vec<f64>,
    pub(super) freed: Vec<f64>,
    pub(super) hits: u64,
    pub(super) misses: u64,
    pub(super) lags: Vec<f64>,
    pub(super) gc_pauses: Vec<f64>,
    pub(super) kafka_lags: Vec<f64>,
    keywords: Keywords,
}

impl Records {
    /// No records yet.
    pub fn new() -> Records {
        Records::default()
    }

    /// How many records were pushed, system records included.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether none was pushed.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// How many of them are traces, that is no system records.
    pub fn traces(&self) -> usize {
        self.durations.len()
    }

    /// Adds the next record of the file.
    pub fn push(&mut self, record: &Record<'_>) {
        self.len += 1;
        if record.system {
            self.lags.extend(record.lag);
            self.gc_pauses
                .extend(record.gc_pause.filter(|pause| *pause > 0.0));
            self.kafka_lags.extend(record.kafka_lag);
        } else {
            self.durations.push(record.duration);
            self.memory.push(record.memory);
            self.waits.push(record.wait);
            self.errors.push(record.error);
            self.count_tag(record.tag, 1);
        }
        self.push_for_metrics(record);
    }

    /// Adds the records that follow these in the file. Blocks decoded on several cores must be appended in file order.
    pub fn append(&mut self, mut later: Records) {
        self.len += later.len;
        self.durations.append(&mut later.durations);
        self.memory.append(&mut later.memory);
        self.waits.append(&mut later.waits);
        self.errors.append(&mut later.errors);
        let mut tags: Vec<(Box<str>, usize)> = later.tag_places.into_iter().collect();
        tags.sort_unstable_by_key(|(_, place)| *place);
        for (tag, place) in tags {
            self.count_tag(&tag, later.tags[place]);
        }
        self.io_shares.append(&mut later.io_shares);
        self.database.append(&mut later.database);
        self.network.append(&mut later.network);
        self.freed.append(&mut later.freed);
        self.hits += later.hits;
        self.misses += later.misses;
        self.lags.append(&mut later.lags);
        self.gc_pauses.append(&mut later.gc_pauses);
        self.kafka_lags.append(&mut later.kafka_lags);
    }

    fn count_tag(&mut self, tag: &str, times: u64) {
        if tag.is_empty() {
            return;
        }
        if let Some(place) = self.tag_places.get(tag) {
            self.tags[*place] += times;
        } else {
            self.tag_places.insert(tag.into(), self.tags.len());
            self.tags.push(times);
        }
    }

    fn push_for_metrics(&mut self, record: &Record<'_>) {
        if record.duration > IO_MIN_DURATION {
            let share = record.wait / record.duration;
            // Python's `max(0, min(1, x))` turns a NaN into 1.
            self.io_shares
                .push(if share < 1.0 { share.max(0.0) } else { 1.0 });
        }
        if record.duration > 0.0 {
            let kinds = self
                .keywords
                .kinds(record.name)
                .or(self.keywords.kinds(record.module))
                .or(self.keywords.kinds(record.tag));
            if kinds.database {
                self.database.push(record.duration);
            }
            if kinds.network {
                self.network.push(record.duration);
            }
        }
        if record.memory_diff <= -FREED_MIN {
            self.freed.push(-record.memory_diff);
        }
        if contains_ignoring_case(record.tag, b"cache_hit") {
            self.hits += 1;
        } else if contains_ignoring_case(record.tag, b"cache_miss") {
            self.misses += 1;
        }
    }
}

fn contains_ignoring_case(text: &str, wanted: &[u8]) -> bool {
    text.as_bytes()
        .windows(wanted.len())
        .any(|window| window.eq_ignore_ascii_case(wanted))
}
