//! Counts what the spans of a batch say: operation by operation, so that what is kept of one is at hand for all its spans.

use super::{
    super::{
        grid::Grid,
        group::{Cell, Group, Place},
        histogram::{ratio, share_bin},
        windows::WindowSet,
    },
    Summariser,
};
use crate::model::{Batch, NO_TAG, NO_TIME, NONE, SpanColumns};

/// Odds of waiting are kept in thousandths, so that they are integers: 0.1 .. 1000.1 is 100 .. 1 000 100.
const ODDS_UNIT: u64 = 1000;
/// Added to all odds, so that no wait at all is not minus infinity on a logarithmic scale.
const ODDS_OFFSET: u64 = ODDS_UNIT / 10;
/// Odds beyond a thousand to one are all the same.
const ODDS_LIMIT: u64 = 1000 * ODDS_UNIT;
/// Work shorter than a microsecond counts as one, as clocks are no better.
const ODDS_FLOOR_NS: u64 = 1000;

/// Room for what is worked out of one batch, kept for the next.
#[derive(Debug, Default)]
pub(super) struct Room {
    order: Order,
    tally: Tally,
}

/// The rows of a batch by operation; those of one in the order they came in.
#[derive(Debug, Default)]
struct Order {
    /// Where the rows of each operation end.
    ends: Vec<u32>,
    rows: Vec<u32>,
}

impl Order {
    fn sort(&mut self, ops: &[u32], distinct: usize) {
        self.ends.clear();
        self.ends.resize(distinct, 0);
        for op in ops {
            self.ends[*op as usize] += 1;
        }
        let mut before = 0;
        for end in &mut self.ends {
            // Where they start; placing a row moves it on, to the end at last.
            before += std::mem::replace(end, before);
        }
        self.rows.clear();
        self.rows.resize(ops.len(), 0);
        for (row, op) in ops.iter().enumerate() {
            let place = &mut self.ends[*op as usize];
            self.rows[*place as usize] = row as u32;
            *place += 1;
        }
    }

    /// Each operation that has rows, with them.
    fn operations(&self) -> impl Iterator<Item = (usize, &[u32])> {
        let mut start = 0;
        self.ends.iter().enumerate().filter_map(move |(op, end)| {
            let rows = &self.rows[std::mem::replace(&mut start, *end as usize)..*end as usize];
            (!rows.is_empty()).then_some((op, rows))
        })
    }
}

/// What spans of one cell add to it.
#[derive(Debug, Default)]
struct Tally {
    n: u64,
    entries: u64,
    error_known: u64,
    errors: u64,
    hits: u64,
    misses: u64,
    durations: Vec<u16>,
    wait_share: Vec<u16>,
    wait_odds: Vec<u16>,
    lock_odds: Vec<u16>,
}

impl Tally {
    fn count(&mut self, spans: &SpanColumns, row: usize, grid: &Grid) {
        let flags = spans.flags[row];
        self.n += 1;
        self.entries += u64::from(flags.entry());
        self.error_known += u64::from(flags.error_known());
        self.errors += u64::from(flags.error());
        self.hits += u64::from(flags.cache() == Some(true));
        self.misses += u64::from(flags.cache() == Some(false));
        let (duration, wait, lock_wait) =
            (spans.duration[row], spans.wait[row], spans.lock_wait[row]);
        if duration == NONE {
            return;
        }
        if !flags.error() {
            self.durations.push(grid.bucket(duration));
        }
        let stands_for_request = flags.entry() || !flags.entry_known();
        if wait != NONE {
            self.wait_share.push(share_bin(wait, duration));
            if stands_for_request {
                self.wait_odds.push(grid.bucket(odds(wait, duration)));
            }
        }
        if lock_wait != NONE && stands_for_request {
            self.lock_odds.push(grid.bucket(odds(lock_wait, duration)));
        }
    }

    /// Adds it to a cell, and starts anew.
    fn pour(&mut self, cell: &mut Cell) {
        cell.n += std::mem::take(&mut self.n);
        cell.entries += std::mem::take(&mut self.entries);
        cell.error_known += std::mem::take(&mut self.error_known);
        cell.errors += std::mem::take(&mut self.errors);
        cell.hits += std::mem::take(&mut self.hits);
        cell.misses += std::mem::take(&mut self.misses);
        cell.durations.add_all(&self.durations);
        cell.wait_share.add_all(&self.wait_share);
        cell.wait_odds.add_all(&self.wait_odds);
        cell.lock_odds.add_all(&self.lock_odds);
        self.durations.clear();
        self.wait_share.clear();
        self.wait_odds.clear();
        self.lock_odds.clear();
    }
}

impl Summariser {
    pub(super) fn occupy(&mut self, spans: &SpanColumns) {
        let times = spans.start.iter().copied();
        if let Some(moves) = self.windows.occupy(times.filter(|start| *start != NO_TIME)) {
            self.move_windows(&moves);
        }
    }

    pub(super) fn fold_spans(&mut self, batch: &Batch) {
        let mut room = std::mem::take(&mut self.room);
        room.order.sort(&batch.spans.op, batch.ops.len());
        for (op, rows) in room.order.operations() {
            let evidence = batch.ops[op].classified.evidence;
            self.facts.classified(evidence, rows.len() as u64);
            if let Some((_, group)) = &mut self.groups[self.resolved[op] as usize] {
                fold_operation(group, batch, rows, &self.windows, &mut room.tally);
            }
        }
        self.room = room;
        self.fold_facts(&batch.spans);
        self.fold_extras(batch);
    }

    fn fold_facts(&mut self, spans: &SpanColumns) {
        self.facts.spans += spans.len() as u64;
        for flags in &spans.flags {
            self.facts.roots += u64::from(flags.root());
            self.facts.zero_durations += u64::from(flags.zero_duration());
        }
        for duration in &spans.duration {
            self.facts.without_duration += u64::from(*duration == NONE);
        }
        for start in &spans.start {
            if *start == NO_TIME {
                self.facts.untimed_spans += 1;
            } else {
                self.facts.saw(*start);
            }
        }
    }

    fn fold_extras(&mut self, batch: &Batch) {
        let mut last = None;
        for extra in &batch.extra_rows {
            let row = extra.row as usize;
            let op = batch.spans.op[row] as usize;
            let Some((_, group)) = &mut self.groups[self.resolved[op] as usize] else {
                continue;
            };
            let cell = group.cell(place(&batch.spans, row, &self.windows, &mut last));
            let key = batch.extras[usize::from(extra.spec)].key.as_str();
            // Looked up first: an entry would cost an allocation each time.
            match cell.extras.get_mut(key) {
                Some(histogram) => histogram.record(extra.value),
                None => cell
                    .extras
                    .entry(key.into())
                    .or_default()
                    .record(extra.value),
            }
        }
    }
}

/// Counts the spans of one operation.
fn fold_operation(
    group: &mut Group,
    batch: &Batch,
    rows: &[u32],
    windows: &WindowSet,
    tally: &mut Tally,
) {
    let (spans, grid) = (&batch.spans, Grid::get());
    let mut last = None;
    let mut here = None;
    // Admitted under a hash, for as long as no other tag was offered since.
    let mut admitted = (NO_TAG, 0);
    for row in rows {
        let row = *row as usize;
        let place = place(spans, row, windows, &mut last);
        if let Some(before) = here.filter(|before| *before != place) {
            tally.pour(group.cell(before));
        }
        here = Some(place);
        tally.count(spans, row, grid);
        let tag = spans.tag[row];
        if tag != NO_TAG {
            if tag != admitted.0 {
                let tag = &batch.tags[tag as usize];
                admitted = (spans.tag[row], group.admit_tag(tag.hash, &tag.name));
            }
            group.cell(place).count_tag(admitted.1, 1);
        }
    }
    if let Some(place) = here {
        tally.pour(group.cell(place));
    }
}

/// Which cell of its operation a span counts in.
fn place(
    spans: &SpanColumns,
    row: usize,
    windows: &WindowSet,
    last: &mut Option<(i64, usize)>,
) -> Place {
    let start = spans.start[row];
    let slot = (start != NO_TIME).then(|| windows.slot_near(start, last));
    match slot.flatten() {
        Some(slot) => Place::Window(slot),
        None => Place::Shard(usize::from(spans.shard[row])),
    }
}

/// `min(wait / max(duration - wait, 1 us), 1000) + 0.1`, in thousandths, rounded half up.
fn odds(wait: u64, duration: u64) -> u64 {
    let work = duration.saturating_sub(wait).max(ODDS_FLOOR_NS);
    ratio(wait, 2 * ODDS_UNIT, work).min(ODDS_LIMIT) + ODDS_OFFSET
}
