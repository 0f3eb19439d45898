//! What is kept of one operation: counts and histograms per window.

use std::{collections::BTreeMap, ops::Range};

use serde::{Deserialize, Serialize};

use super::{
    histogram::{Histogram, ShareHistogram},
    tags::{Admitted, OTHER_TAG, TagSet},
    windows::{Moves, move_cells},
};
use crate::model::Category;

/// Identity of a group.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct GroupKey {
    /// The service; empty where records name none.
    pub service: Box<str>,
    /// The operation, templated.
    pub operation: Box<str>,
    /// The category.
    pub category: Category,
}

/// One group in one window, or in one shard of the records without a time.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cell {
    /// Spans.
    pub n: u64,
    /// Entry spans.
    pub entries: u64,
    /// Spans whose error flag is known.
    pub error_known: u64,
    /// Spans that failed.
    pub errors: u64,
    /// Cache hits.
    pub hits: u64,
    /// Cache misses.
    pub misses: u64,
    /// Durations of spans that did not fail, in nanoseconds.
    pub durations: Histogram,
    /// Share of the duration spent waiting.
    pub wait_share: ShareHistogram,
    /// Odds of waiting, in thousandths; spans that are not entries are left out where entries are known.
    pub wait_odds: Histogram,
    /// The same for waits on locks and queues.
    pub lock_odds: Histogram,
    /// Counts by hash of the branch tag, ascending; [`OTHER_TAG`] for those beyond the cap.
    pub tags: Vec<(u64, u64)>,
    /// Extra observations by the key they were declared under.
    pub extras: BTreeMap<Box<str>, Histogram>,
}

impl Cell {
    /// Adds all of another cell.
    pub fn merge(&mut self, other: Cell) {
        self.n += other.n;
        self.entries += other.entries;
        self.error_known += other.error_known;
        self.errors += other.errors;
        self.hits += other.hits;
        self.misses += other.misses;
        self.durations.merge(&other.durations);
        self.wait_share.merge(&other.wait_share);
        self.wait_odds.merge(&other.wait_odds);
        self.lock_odds.merge(&other.lock_odds);
        for (hash, n) in other.tags {
            self.count_tag(hash, n);
        }
        for (code, histogram) in other.extras {
            self.extras.entry(code).or_default().merge(&histogram);
        }
    }

    /// Whether no part is larger than what it is a part of, which a file need not promise.
    pub(crate) fn is_sound(&self) -> bool {
        self.entries <= self.n
            && self.errors <= self.error_known
            && self.error_known <= self.n
            && self.hits.saturating_add(self.misses) <= self.n
    }

    /// All counts, added up without overflow.
    pub(crate) fn counted(&self) -> u64 {
        let plain = [
            self.n,
            self.entries,
            self.error_known,
            self.errors,
            self.hits,
            self.misses,
            self.wait_share.counted(),
        ];
        let histograms = [&self.durations, &self.wait_odds, &self.lock_odds];
        plain
            .into_iter()
            .chain(histograms.into_iter().map(Histogram::counted))
            .chain(self.extras.values().map(Histogram::counted))
            .chain(self.tags.iter().map(|(_, n)| *n))
            .fold(0, u64::saturating_add)
    }

    /// Makes it quick to read, once all spans are in.
    fn gather(&mut self) {
        self.durations.gather();
        self.wait_share.gather();
        self.wait_odds.gather();
        self.lock_odds.gather();
        for extra in self.extras.values_mut() {
            extra.gather();
        }
    }

    pub(crate) fn count_tag(&mut self, hash: u64, n: u64) {
        match self.tags.binary_search_by_key(&hash, |tag| tag.0) {
            Ok(at) => self.tags[at].1 += n,
            Err(at) => self.tags.insert(at, (hash, n)),
        }
    }

    fn drop_tag(&mut self, hash: u64) {
        if let Ok(at) = self.tags.binary_search_by_key(&hash, |tag| tag.0) {
            let (_, n) = self.tags.remove(at);
            self.count_tag(OTHER_TAG, n);
        }
    }
}

/// Which cell of an operation a span counts in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// That of a window, by its slot.
    Window(usize),
    /// That of a shard of the records without a time.
    Shard(usize),
}

/// One operation: its cells by window slot and, for records without a time, by shard.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Group {
    pub(crate) timed: Vec<Option<Box<Cell>>>,
    pub(crate) untimed: Vec<Option<Box<Cell>>>,
    pub(crate) tags: TagSet,
}

impl Group {
    /// The cells of windows, with their slots.
    pub fn timed(&self) -> impl Iterator<Item = (usize, &Cell)> {
        occupied(&self.timed)
    }

    /// The cells of some of the windows, with their slots.
    pub fn timed_in(&self, slots: Range<usize>) -> impl Iterator<Item = (usize, &Cell)> {
        let length = self.timed.len();
        let (start, end) = (slots.start.min(length), slots.end.min(length));
        occupied(&self.timed[start..end]).map(move |(at, cell)| (start + at, cell))
    }

    /// The cells of records without a time, with their shards.
    pub fn untimed(&self) -> impl Iterator<Item = (usize, &Cell)> {
        occupied(&self.untimed)
    }

    /// Branch tags kept by name, with their hashes.
    pub fn tags(&self) -> impl Iterator<Item = (u64, &str)> {
        self.tags.iter()
    }

    /// Whether there were more tags than are kept by name.
    pub fn tags_overflowed(&self) -> bool {
        self.tags.overflowed()
    }

    /// The cell at a place, made when new.
    pub(crate) fn cell(&mut self, place: Place) -> &mut Cell {
        match place {
            Place::Window(slot) => cell(&mut self.timed, slot),
            Place::Shard(shard) => cell(&mut self.untimed, shard),
        }
    }

    /// The hash a tag counts under, after what it displaced was moved to the rest.
    pub(crate) fn admit_tag(&mut self, hash: u64, name: &str) -> u64 {
        match self.tags.admit(hash, name) {
            Admitted::Kept => hash,
            Admitted::Other => OTHER_TAG,
            Admitted::Evicting(evicted) => {
                for cell in self.timed.iter_mut().chain(&mut self.untimed).flatten() {
                    cell.drop_tag(evicted);
                }
                hash
            }
        }
    }

    /// Makes its cells quick to read, once all spans are in.
    pub(crate) fn gather(&mut self) {
        for cell in self.timed.iter_mut().chain(&mut self.untimed).flatten() {
            cell.gather();
        }
    }

    pub(crate) fn move_windows(&mut self, moves: &Moves) {
        move_cells(&mut self.timed, moves, Cell::merge);
    }

    /// Adds all of another group, whose slots are already those of this one.
    pub(crate) fn merge(&mut self, mut other: Group) {
        let mut renamed = BTreeMap::new();
        for (hash, name) in other.tags.iter() {
            renamed.insert(hash, self.admit_tag(hash, name));
        }
        // A tag admitted early may have been displaced by a later one.
        for kept in renamed.values_mut() {
            if !self.tags.iter().any(|(hash, _)| hash == *kept) {
                *kept = OTHER_TAG;
            }
        }
        self.tags.mark_overflowed(other.tags.overflowed());
        for cell in other.timed.iter_mut().chain(&mut other.untimed).flatten() {
            for (hash, n) in std::mem::take(&mut cell.tags) {
                cell.count_tag(renamed.get(&hash).copied().unwrap_or(OTHER_TAG), n);
            }
        }
        for (slot, theirs) in other.timed.into_iter().enumerate() {
            if let Some(theirs) = theirs {
                self.cell(Place::Window(slot)).merge(*theirs);
            }
        }
        for (shard, theirs) in other.untimed.into_iter().enumerate() {
            if let Some(theirs) = theirs {
                self.cell(Place::Shard(shard)).merge(*theirs);
            }
        }
    }
}

fn occupied(cells: &[Option<Box<Cell>>]) -> impl Iterator<Item = (usize, &Cell)> {
    cells
        .iter()
        .enumerate()
        .filter_map(|(at, cell)| cell.as_deref().map(|cell| (at, cell)))
}

fn cell(cells: &mut Vec<Option<Box<Cell>>>, at: usize) -> &mut Cell {
    if cells.len() <= at {
        cells.resize_with(at + 1, || None);
    }
    cells[at].get_or_insert_default()
}
