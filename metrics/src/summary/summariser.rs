//! Folds batches into a summary.

use std::collections::{BTreeMap, BTreeSet};

use hashbrown::HashMap;

use super::{
    facts::Facts,
    group::{Cell, Group, GroupKey},
    merge::Summary,
    names::{GROUP_LIMIT, Levels},
    series::{Series, trim},
    windows::{GROUP_WINDOWS, Moves, WindowSet, move_cells},
};
use crate::model::{Bad, Batch, Category, ExtraSpec, NO_TAG, NO_TIME, NONE, Signal, SpanColumns};

/// Odds of waiting are kept in thousandths, so that they are integers: 0.1 .. 1000.1 is 100 .. 1 000 100.
const ODDS_UNIT: u64 = 1000;
/// Added to all odds, so that no wait at all is not minus infinity on a logarithmic scale.
const ODDS_OFFSET: u64 = ODDS_UNIT / 10;
/// Odds beyond a thousand to one are all the same.
const ODDS_LIMIT: u64 = 1000 * ODDS_UNIT;
/// Work shorter than a microsecond counts as one, as clocks are no better.
const ODDS_FLOOR_NS: u64 = 1000;

/// Groups of one service and category.
#[derive(Debug, Default)]
struct Bucket {
    groups: Vec<u32>,
}

/// Services of a batch's operations.
#[derive(Debug, Default)]
struct Services {
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

/// Gathers batches and other summaries. [`Summariser::finish`] gives the canonical form.
#[derive(Debug)]
pub struct Summariser {
    windows: WindowSet,
    levels: Levels,
    groups: Vec<Option<(GroupKey, Group)>>,
    index: HashMap<GroupKey, u32>,
    buckets: BTreeMap<(Box<str>, Category), Bucket>,
    live: usize,
    series: BTreeMap<Box<str>, Series>,
    extras: BTreeMap<Box<str>, bool>,
    facts: Facts,
    fingerprint: BTreeMap<Box<str>, BTreeSet<Box<str>>>,
    /// Group of each operation of the batch's table, valid for one generation of it.
    resolved: Vec<u32>,
    /// Service of each operation of that table, and the rows of the batch that report memory, by service.
    services: Services,
    generation: u64,
}

impl Default for Summariser {
    fn default() -> Summariser {
        Summariser {
            windows: WindowSet::new(GROUP_WINDOWS),
            levels: Levels::default(),
            groups: Vec::new(),
            index: HashMap::new(),
            buckets: BTreeMap::new(),
            live: 0,
            series: BTreeMap::new(),
            extras: BTreeMap::new(),
            facts: Facts::default(),
            fingerprint: BTreeMap::new(),
            resolved: Vec::new(),
            services: Services::default(),
            generation: 0,
        }
    }
}

impl Summariser {
    /// One that knows which extra observations its batches carry.
    pub fn new(extras: &[ExtraSpec]) -> Summariser {
        let extras = extras
            .iter()
            .map(|extra| (extra.key.as_str().into(), true))
            .collect();
        Summariser {
            extras,
            ..Summariser::default()
        }
    }

    /// Folds the batch's records and empties it.
    pub fn fold(&mut self, batch: &mut Batch) {
        if batch.generation != self.generation {
            self.resolved.clear();
            self.services = Services::default();
            self.generation = batch.generation;
        }
        self.occupy(&batch.spans);
        self.resolve(batch);
        self.fold_spans(batch);
        self.fold_memory(batch);
        self.fold_samples(batch);
        batch.clear();
    }

    /// Counts a bad record; the first few by file and line are kept as examples.
    pub fn bad(&mut self, bad: Bad) {
        self.facts.add_bad(bad);
    }

    /// Counts a bad record whose place is not known any more.
    pub fn bad_reason(&mut self, reason: &str) {
        self.facts.add_bad_reason(reason);
    }

    /// Notes a field that no part of `pss` reads.
    pub fn unknown_field(&mut self, name: &str) {
        self.facts.add_unknown_field(name);
    }

    /// Notes the name of an input.
    pub fn source(&mut self, name: &str) {
        self.facts.add_source(name);
    }

    /// Adds a whole summary, as if its inputs had been folded here.
    pub fn absorb(&mut self, other: Summary) {
        self.absorb_extras(&other);
        self.levels.unite(&other.levels);
        self.rename_all();
        let (mine, theirs) = self.windows.unite(&other.windows);
        if let Some(moves) = mine {
            self.move_windows(&moves);
        }
        for (key, mut group) in other.groups {
            move_cells(&mut group.timed, &theirs, Cell::merge);
            let (service, operation) =
                self.levels
                    .apply(&key.service, &key.operation, key.category);
            let at = self.group(GroupKey {
                service,
                operation,
                category: key.category,
            });
            if let Some((_, mine)) = &mut self.groups[at as usize] {
                if *mine == Group::default() {
                    *mine = group;
                } else {
                    mine.merge(group);
                }
            }
        }
        self.enforce_cap();
        for (name, series) in other.series {
            match self.series.get_mut(&name) {
                Some(mine) => mine.merge(series),
                None => {
                    self.series.insert(name, series);
                }
            }
        }
        self.facts.merge(other.facts);
        for (key, values) in other.fingerprint {
            self.fingerprint.entry(key).or_default().extend(values);
        }
    }

    /// The summary in its canonical form: windows in the order of time, groups in the order of their keys.
    pub fn finish(mut self) -> Summary {
        if let Some(moves) = self.windows.sort() {
            self.move_windows(&moves);
        }
        let mut groups: BTreeMap<GroupKey, Group> = self.groups.into_iter().flatten().collect();
        for group in groups.values_mut() {
            trim(&mut group.timed);
            trim(&mut group.untimed);
        }
        for series in self.series.values_mut() {
            series.sort();
        }
        Summary {
            windows: self.windows,
            levels: self.levels,
            groups,
            series: self.series,
            extras: self.extras,
            facts: self.facts,
            fingerprint: self.fingerprint,
        }
    }

    fn occupy(&mut self, spans: &SpanColumns) {
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

    fn move_windows(&mut self, moves: &Moves) {
        for (_, group) in self.groups.iter_mut().flatten() {
            group.move_windows(moves);
        }
    }

    /// Finds the group of each operation that is new in the batch's table. Renaming forgets what was resolved, so this starts anew until nothing is renamed.
    fn resolve(&mut self, batch: &Batch) {
        while self.resolved.len() < batch.ops.len() {
            let op = &batch.ops[self.resolved.len()];
            let category = op.classified.category;
            let (service, operation) = self.levels.apply(&op.service, &op.operation, category);
            let at = self.group(GroupKey {
                service,
                operation,
                category,
            });
            self.resolved.push(at);
            if self.live > GROUP_LIMIT || self.bucket_too_large(&op.service, category) {
                self.enforce_cap();
            }
        }
    }

    fn fold_spans(&mut self, batch: &Batch) {
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
    fn fold_memory(&mut self, batch: &Batch) {
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

    fn fold_samples(&mut self, batch: &Batch) {
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

    fn absorb_extras(&mut self, other: &Summary) {
        let (empty, theirs_empty) = (self.facts.spans == 0, other.facts.spans == 0);
        for (code, complete) in &other.extras {
            let before = self.extras.get(code).copied();
            self.extras.insert(
                code.clone(),
                before.unwrap_or(empty) && (*complete || theirs_empty),
            );
        }
        if !theirs_empty {
            for (code, complete) in &mut self.extras {
                *complete &= other.extras.contains_key(code);
            }
        }
    }

    /// The index of a group, made when new.
    fn group(&mut self, key: GroupKey) -> u32 {
        if let Some(at) = self.index.get(&key) {
            return *at;
        }
        let at = self.groups.len() as u32;
        self.index.insert(key.clone(), at);
        self.buckets
            .entry((key.service.clone(), key.category))
            .or_default()
            .groups
            .push(at);
        self.groups.push(Some((key, Group::default())));
        self.live += 1;
        at
    }

    fn bucket_too_large(&self, service: &str, category: Category) -> bool {
        self.buckets
            .get(&(service.into(), category))
            .is_some_and(|bucket| bucket.groups.len() > self.levels.allowed())
    }

    /// Raises levels and stages until the cap holds.
    fn enforce_cap(&mut self) {
        loop {
            let large: Vec<(Box<str>, Category)> = self
                .buckets
                .iter()
                .filter(|(_, bucket)| bucket.groups.len() > self.levels.allowed())
                .map(|(bucket, _)| bucket.clone())
                .collect();
            if !large.is_empty() {
                for (service, category) in large {
                    self.levels.raise(&service, category);
                    self.rename_bucket(&service, category);
                }
            } else if self.live > GROUP_LIMIT {
                self.levels.next_stage();
                if self.levels.allowed() == 1
                    && self.levels.level("", Category::Internal)
                        == crate::model::Coarseness::Everything
                {
                    self.rename_all();
                    return;
                }
            } else {
                return;
            }
        }
    }

    fn rename_all(&mut self) {
        if !self.levels.coarsened() {
            return;
        }
        let buckets: Vec<(Box<str>, Category)> = self.buckets.keys().cloned().collect();
        for (service, category) in buckets {
            self.rename_bucket(&service, category);
        }
    }

    /// Moves the groups of a service and category to the names their level gives them.
    fn rename_bucket(&mut self, service: &str, category: Category) {
        let Some(bucket) = self.buckets.remove(&(service.into(), category)) else {
            return;
        };
        self.resolved.clear();
        let mut moved = Vec::new();
        for at in bucket.groups {
            if let Some((key, group)) = self.groups[at as usize].take() {
                self.index.remove(&key);
                self.live -= 1;
                moved.push((key, group));
            }
        }
        for (key, group) in moved {
            let (service, operation) =
                self.levels
                    .apply(&key.service, &key.operation, key.category);
            let at = self.group(GroupKey {
                service,
                operation,
                category: key.category,
            });
            if let Some((_, mine)) = &mut self.groups[at as usize] {
                mine.merge(group);
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
