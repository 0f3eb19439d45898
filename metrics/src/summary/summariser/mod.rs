//! Folds batches and other summaries into one: `spans` and `samples` count what records say, `groups` finds the group that each operation counts in.

mod groups;
mod samples;
mod spans;

use std::collections::{BTreeMap, BTreeSet};

use hashbrown::HashMap;

use self::{samples::Services, spans::Room};
use super::{
    facts::Facts,
    group::{Cell, Group, GroupKey},
    merge::Summary,
    names::Levels,
    series::{Series, trim},
    windows::{GROUP_WINDOWS, Moves, WindowSet, move_cells},
};
use crate::{
    each::{ForEach, each_mut, in_turn},
    model::{Bad, Batch, Category, ExtraSpec},
};

/// Groups of one service and category.
#[derive(Debug, Default)]
struct Bucket {
    groups: Vec<u32>,
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
    records: u64,
    /// Group of each operation of the batch's table, valid for one generation of it.
    resolved: Vec<u32>,
    /// Service of each operation of that table, and the rows of the batch that report memory, by service.
    services: Services,
    room: Room,
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
            records: 0,
            resolved: Vec::new(),
            services: Services::default(),
            room: Room::default(),
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

    /// Counts records that were read, whatever came of them.
    pub fn read(&mut self, records: u64) {
        self.records += records;
    }

    /// Notes the name of an input.
    pub fn source(&mut self, name: &str) {
        self.facts.add_source(name);
    }

    /// Adds a whole summary, as if its inputs had been folded here.
    pub fn absorb(&mut self, other: Summary) {
        self.absorb_with(other, &in_turn);
    }

    fn absorb_with(&mut self, other: Summary, for_each: ForEach<'_>) {
        self.absorb_extras(&other);
        self.levels.unite(&other.levels);
        self.rename_all();
        let (mine, theirs) = self.windows.unite(&other.windows);
        if let Some(moves) = mine {
            self.move_windows(&moves);
        }
        let mut arriving: BTreeMap<u32, Vec<Group>> = BTreeMap::new();
        for (key, group) in other.groups {
            let (service, operation) =
                self.levels
                    .apply(&key.service, &key.operation, key.category);
            let at = self.group(GroupKey {
                service,
                operation,
                category: key.category,
            });
            arriving.entry(at).or_default().push(group);
        }
        let groups = (0..).zip(&mut self.groups);
        let meeting = groups.filter_map(|(at, mine)| {
            let (_, mine) = mine.as_mut()?;
            Some((mine, arriving.remove(&at)?))
        });
        each_mut(meeting, for_each, &|(mine, arriving)| {
            for mut group in std::mem::take(arriving) {
                move_cells(&mut group.timed, &theirs, Cell::merge);
                if **mine == Group::default() {
                    **mine = group;
                } else {
                    mine.merge(group);
                }
            }
        });
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
        self.records += other.records;
        for (key, values) in other.fingerprint {
            self.fingerprint.entry(key).or_default().extend(values);
        }
    }

    /// What was read until now.
    pub fn facts(&self) -> &Facts {
        &self.facts
    }

    /// Adds all of another, as if its records had been folded here; groups at once if `for_each` likes.
    pub fn join(&mut self, other: Summariser, for_each: ForEach<'_>) {
        self.absorb_with(other.sorted(), for_each);
    }

    /// The summary in its canonical form: windows in the order of time, groups in the order of their keys.
    pub fn finish(self) -> Summary {
        self.finish_with(&in_turn)
    }

    /// As [`Summariser::finish`], groups at once if `for_each` likes.
    pub fn finish_with(self, for_each: ForEach<'_>) -> Summary {
        let mut summary = self.sorted();
        each_mut(summary.groups.values_mut(), for_each, &|group| {
            group.gather();
        });
        for series in summary.series.values_mut() {
            series.gather();
        }
        summary
    }

    fn sorted(mut self) -> Summary {
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
            records: self.records,
        }
    }

    fn move_windows(&mut self, moves: &Moves) {
        for (_, group) in self.groups.iter_mut().flatten() {
            group.move_windows(moves);
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
}
