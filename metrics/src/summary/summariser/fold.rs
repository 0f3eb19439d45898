//! Counts what the records of a batch say.

use std::collections::BTreeMap;

use super::{
    super::{group::Cell, series::Series},
    Summariser,
};
use crate::model::{Batch, NO_TAG, NO_TIME, NONE, Signal, SpanColumns};

/// Odds of waiting are kept in thousandths, so that they are integers: 0.1 .. 1000.1 is 100 .. 1 000 100.
const ODDS_UNIT: u64 = 1000;
/// Added to all odds, so that no wait at all is not minus infinity on a logarithmic scale.
const ODDS_OFFSET: u64 = ODDS_UNIT / 10;
/// Odds beyond a thousand to one are all the same.
const ODDS_LIMIT: u64 = 1000 * ODDS_UNIT;
/// Work shorter than a microsecond counts as one, as clocks are no better.
const ODDS_FLOOR_NS: u64 = 1000;

/// Services of a batch's operations.
#[derive(Debug, Default)]
pub(super) struct Services {
    names: Vec<Box<str>>,
    of_op: Vec<u32>,
    rows: Vec<Vec<u32>>,
}

impl Services {
    /// Knows the services of operations that are new in the table.
    fn learn(&mut self, batch: &Batch) {
        for op in &batch.ops[self.of_op.len()..] {
            let at = self
                .names
                .iter()
                .position(|name| *name == op.service)
                .unwrap_or_else(|| {
                    self.names.push(op.service.clone());
                    self.rows.push(Vec::new());
                    self.names.len() - 1
                });
            self.of_op.push(at as u32);
        }
    }
}

impl Summariser {
    pub(super) fn occupy(&mut self, spans: &SpanColumns) {
        if let Some(moves) = self.windows.occupy(
            spans
                .start
                .iter()
                .copied()
                .filter(|start| *start != NO_TIME),
        ) {
            self.move_windows(&moves);
        }
    }

    pub(super) fn fold_spans(&mut self, batch: &Batch) {
        let spans = &batch.spans;
        let mut last = None;
        for row in 0..spans.len() {
            let op = &batch.ops[spans.op[row] as usize];
            let Some((_, group)) = &mut self.groups[self.resolved[spans.op[row] as usize] as usize]
            else {
                continue;
            };
            let (start, duration, flags) =
                (spans.start[row], spans.duration[row], spans.flags[row]);
            let tag = (spans.tag[row] != NO_TAG).then(|| {
                let tag = &batch.tags[spans.tag[row] as usize];
                group.admit_tag(tag.hash, &tag.name)
            });
            let slot = if start == NO_TIME {
                None
            } else {
                self.windows.slot_near(start, &mut last)
            };
            let cell = match slot {
                Some(slot) => group.timed_cell(slot),
                None => group.untimed_cell(usize::from(spans.shard[row])),
            };
            cell.n += 1;
            cell.entries += u64::from(flags.entry());
            cell.error_known += u64::from(flags.error_known());
            cell.errors += u64::from(flags.error());
            if let Some(tag) = tag {
                cell.count_tag(tag, 1);
            }
            match flags.cache() {
                Some(true) => cell.hits += 1,
                Some(false) => cell.misses += 1,
                None => {}
            }
            if duration != NONE {
                if !flags.error() {
                    cell.durations.record(duration);
                }
                record_waits(
                    cell,
                    duration,
                    spans.wait[row],
                    spans.lock_wait[row],
                    flags.entry() || !flags.entry_known(),
                );
            } else {
                self.facts.without_duration += 1;
            }
            self.facts.spans += 1;
            self.facts.roots += u64::from(flags.root());
            self.facts.zero_durations += u64::from(flags.zero_duration());
            self.facts.classified(op.classified.evidence);
            if start == NO_TIME {
                self.facts.untimed_spans += 1;
            } else {
                self.facts.saw(start);
            }
        }
        for extra in &batch.extra_rows {
            let row = extra.row as usize;
            let Some((_, group)) = &mut self.groups[self.resolved[spans.op[row] as usize] as usize]
            else {
                continue;
            };
            let slot = if spans.start[row] == NO_TIME {
                None
            } else {
                self.windows.slot_near(spans.start[row], &mut last)
            };
            let cell = match slot {
                Some(slot) => group.timed_cell(slot),
                None => group.untimed_cell(usize::from(spans.shard[row])),
            };
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

    /// The memory that spans report: a series per service.
    pub(super) fn fold_memory(&mut self, batch: &Batch) {
        let spans = &batch.spans;
        if spans.memory.iter().all(|memory| *memory == NONE) {
            return;
        }
        self.services.learn(batch);
        for (row, memory) in spans.memory.iter().enumerate() {
            if *memory != NONE {
                let service = self.services.of_op[spans.op[row] as usize];
                self.services.rows[service as usize].push(row as u32);
            }
        }
        let series = self
            .series
            .entry(Signal::MEMORY_SPAN.name.into())
            .or_insert_with(|| Series::new(Signal::MEMORY_SPAN));
        let reports = spans
            .start
            .iter()
            .zip(&spans.memory)
            .filter(|(start, memory)| **start != NO_TIME && **memory != NONE);
        series.occupy(reports.map(|(start, _)| *start));
        for (name, rows) in self.services.names.iter().zip(&mut self.services.rows) {
            if !rows.is_empty() {
                let samples = rows.drain(..).map(|row| row as usize).map(|row| {
                    let start = spans.start[row];
                    (
                        (start != NO_TIME).then_some(start),
                        usize::from(spans.shard[row]),
                        spans.memory[row],
                    )
                });
                series.record(name, samples);
            }
        }
    }

    pub(super) fn fold_samples(&mut self, batch: &Batch) {
        let mut rows: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for (row, sample) in batch.samples.iter().enumerate() {
            rows.entry(sample.signal.name).or_default().push(row);
        }
        for (name, rows) in rows {
            let signal = batch.samples[rows[0]].signal;
            let series = self
                .series
                .entry(name.into())
                .or_insert_with(|| Series::new(signal));
            series.occupy(
                rows.iter()
                    .map(|row| batch.samples[*row].time)
                    .filter(|time| *time != NO_TIME),
            );
            for row in rows {
                let sample = &batch.samples[row];
                let time = (sample.time != NO_TIME).then_some(sample.time);
                series.record(
                    &sample.entity,
                    std::iter::once((time, usize::from(sample.shard), sample.value)),
                );
                self.facts.samples += 1;
                match time {
                    Some(time) => self.facts.saw(time),
                    None => self.facts.untimed_samples += 1,
                }
            }
        }
    }
}

/// Counts the share of waiting and, for spans that stand for a request, its odds.
fn record_waits(
    cell: &mut Cell,
    duration: u64,
    wait: u64,
    lock_wait: u64,
    stands_for_request: bool,
) {
    if wait != NONE {
        cell.wait_share.record(wait, duration);
        if stands_for_request {
            cell.wait_odds.record(odds(wait, duration));
        }
    }
    if lock_wait != NONE && stands_for_request {
        cell.lock_odds.record(odds(lock_wait, duration));
    }
}

/// `min(wait / max(duration - wait, 1 us), 1000) + 0.1`, in thousandths, rounded half up.
fn odds(wait: u64, duration: u64) -> u64 {
    let work = u128::from(duration.saturating_sub(wait).max(ODDS_FLOOR_NS));
    let odds = (u128::from(wait) * u128::from(2 * ODDS_UNIT) + work) / (2 * work);
    u64::try_from(odds).unwrap_or(ODDS_LIMIT).min(ODDS_LIMIT) + ODDS_OFFSET
}
