//! What is kept of a signal: per entity and window, the sums a gauge needs or the ends a counter needs.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::xxh3_64;

use super::{
    histogram::Histogram,
    windows::{Moves, SERIES_WINDOWS, WindowSet, move_cells},
};
use crate::model::{SampleKind, Signal, SignalUnit};

/// Entities kept per signal: those with the smallest hashes, so that the order of arrival cannot matter.
const ENTITY_LIMIT: usize = 1024;

/// A gauge, or events, in one window.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GaugeCell {
    /// Samples.
    pub n: u64,
    /// Samples that were zero; they are not in the histogram.
    pub zeros: u64,
    /// Sum of the values.
    pub sum: i128,
    /// Smallest value.
    pub min: u64,
    /// Largest value.
    pub max: u64,
    /// Values above zero.
    pub values: Histogram,
}

impl Default for GaugeCell {
    fn default() -> GaugeCell {
        GaugeCell {
            n: 0,
            zeros: 0,
            sum: 0,
            min: u64::MAX,
            max: 0,
            values: Histogram::default(),
        }
    }
}

impl GaugeCell {
    /// Counts one value.
    pub fn record(&mut self, value: u64) {
        self.n += 1;
        self.sum += i128::from(value);
        self.min = self.min.min(value);
        self.max = self.max.max(value);
        if value == 0 {
            self.zeros += 1;
        } else {
            self.values.record(value);
        }
    }

    /// Adds all of another.
    pub fn merge(&mut self, other: &GaugeCell) {
        self.n += other.n;
        self.zeros += other.zeros;
        self.sum += other.sum;
        self.min = self.min.min(other.min);
        self.max = self.max.max(other.max);
        self.values.merge(&other.values);
    }

    /// Mean of the values; `None` when empty.
    pub fn mean(&self) -> Option<f64> {
        (self.n > 0).then(|| self.sum as f64 / self.n as f64)
    }

    /// The `q` quantile, zeros included; `None` when empty.
    pub fn quantile(&self, q: f64) -> Option<f64> {
        let rank = q * self.n as f64;
        let above = self.n - self.zeros;
        if self.n == 0 {
            None
        } else if above == 0 || rank <= self.zeros as f64 {
            Some(0.0)
        } else {
            self.values
                .quantile((rank - self.zeros as f64) / above as f64)
        }
    }
}

/// A counter in one window: its first and last reading, by time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CounterCell {
    /// Readings.
    pub n: u64,
    /// Time (ns since the epoch) and value of the first.
    pub first: (i64, u64),
    /// Time and value of the last.
    pub last: (i64, u64),
}

impl CounterCell {
    fn one(time: i64, value: u64) -> CounterCell {
        CounterCell {
            n: 1,
            first: (time, value),
            last: (time, value),
        }
    }

    fn merge(&mut self, other: &CounterCell) {
        self.n += other.n;
        self.first = self.first.min(other.first);
        self.last = self.last.max(other.last);
    }
}

/// One entity's signal in one window.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum SeriesCell {
    /// Gauges and events.
    Gauge(GaugeCell),
    /// Counters.
    Counter(CounterCell),
}

impl SeriesCell {
    /// All counts, added up without overflow.
    pub(crate) fn counted(&self) -> u64 {
        match self {
            SeriesCell::Gauge(cell) => cell
                .n
                .saturating_add(cell.zeros)
                .saturating_add(cell.values.counted()),
            SeriesCell::Counter(cell) => cell.n,
        }
    }

    /// Makes it quick to read, once all samples are in.
    fn gather(&mut self) {
        if let SeriesCell::Gauge(cell) = self {
            cell.values.gather();
        }
    }

    /// Whether its parts agree, which a file need not promise.
    pub(crate) fn is_sound(&self) -> bool {
        match self {
            SeriesCell::Gauge(cell) => {
                cell.zeros <= cell.n
                    && cell.sum >= 0
                    && cell.sum <= i128::from(cell.n) * i128::from(u64::MAX)
            }
            SeriesCell::Counter(_) => true,
        }
    }

    fn merge(&mut self, other: SeriesCell) {
        match (self, other) {
            (SeriesCell::Gauge(mine), SeriesCell::Gauge(theirs)) => mine.merge(&theirs),
            (SeriesCell::Counter(mine), SeriesCell::Counter(theirs)) => mine.merge(&theirs),
            // The kind belongs to the signal's name, so two kinds never meet under one.
            (SeriesCell::Gauge(_), SeriesCell::Counter(_))
            | (SeriesCell::Counter(_), SeriesCell::Gauge(_)) => {}
        }
    }
}

/// One process, partition or device.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entity {
    pub(crate) timed: Vec<Option<Box<SeriesCell>>>,
    /// Samples without a time, by shard; gauges only, since a counter without times says nothing.
    pub(crate) untimed: Vec<Option<Box<SeriesCell>>>,
    pub(crate) seen: Option<(i64, i64)>,
    pub(crate) n: u64,
}

impl Entity {
    /// First and last time seen, in nanoseconds since the epoch.
    pub fn seen(&self) -> Option<(i64, i64)> {
        self.seen
    }

    /// Samples.
    pub fn n(&self) -> u64 {
        self.n
    }

    /// Cells of windows, with their slots.
    pub fn timed(&self) -> impl Iterator<Item = (usize, &SeriesCell)> {
        self.timed
            .iter()
            .enumerate()
            .filter_map(|(at, cell)| cell.as_deref().map(|cell| (at, cell)))
    }

    /// Cells of samples without a time, with their shards.
    pub fn untimed(&self) -> impl Iterator<Item = (usize, &SeriesCell)> {
        self.untimed
            .iter()
            .enumerate()
            .filter_map(|(at, cell)| cell.as_deref().map(|cell| (at, cell)))
    }

    fn merge(&mut self, other: Entity) {
        self.n += other.n;
        self.seen = match (self.seen, other.seen) {
            (Some(a), Some(b)) => Some((a.0.min(b.0), a.1.max(b.1))),
            (a, b) => a.or(b),
        };
        join_cells(&mut self.timed, other.timed);
        join_cells(&mut self.untimed, other.untimed);
    }
}

/// One signal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Series {
    /// Gauge, counter or event.
    pub kind: SampleKind,
    /// Unit of the values.
    pub unit: SignalUnit,
    pub(crate) windows: WindowSet,
    pub(crate) entities: BTreeMap<Box<str>, Entity>,
    pub(crate) dropped: u64,
}

impl Series {
    /// A signal without samples.
    pub(crate) fn new(signal: Signal) -> Series {
        Series {
            kind: signal.kind,
            unit: signal.unit,
            windows: WindowSet::new(SERIES_WINDOWS),
            entities: BTreeMap::new(),
            dropped: 0,
        }
    }

    /// The occupied windows.
    pub fn windows(&self) -> &WindowSet {
        &self.windows
    }

    /// Entities by name.
    pub fn entities(&self) -> impl Iterator<Item = (&str, &Entity)> {
        self.entities.iter().map(|(name, entity)| (&**name, entity))
    }

    /// Samples of entities beyond the cap, which are counted but not kept.
    pub fn dropped(&self) -> u64 {
        self.dropped
    }

    /// Counts samples of one entity, as `(time, shard, value)`. Their windows must be occupied.
    pub(crate) fn record(
        &mut self,
        entity: &str,
        samples: impl Iterator<Item = (Option<i64>, usize, u64)>,
    ) {
        if !self.entities.contains_key(entity) {
            self.entities.insert(entity.into(), Entity::default());
            self.enforce_limit();
        }
        let Some(kept) = self.entities.get_mut(entity) else {
            self.dropped += samples.count() as u64;
            return;
        };
        let mut last = None;
        for (time, shard, value) in samples {
            kept.n += 1;
            let slot = time.and_then(|time| self.windows.slot_near(time, &mut last));
            if let Some(time) = time {
                kept.seen = Some(kept.seen.map_or((time, time), |(first, last)| {
                    (first.min(time), last.max(time))
                }));
            }
            let (cells, at) =
                slot.map_or((&mut kept.untimed, shard), |slot| (&mut kept.timed, slot));
            if cells.len() <= at {
                cells.resize_with(at + 1, || None);
            }
            let cell = &mut cells[at];
            if self.kind == SampleKind::Counter {
                let one = CounterCell::one(time.unwrap_or(0), value);
                match cell {
                    Some(cell) => cell.merge(SeriesCell::Counter(one)),
                    empty => *empty = Some(Box::new(SeriesCell::Counter(one))),
                }
            } else if let SeriesCell::Gauge(gauge) =
                &mut **cell.get_or_insert_with(|| Box::new(SeriesCell::Gauge(GaugeCell::default())))
            {
                gauge.record(value);
            }
        }
    }

    pub(crate) fn occupy(&mut self, times: impl Iterator<Item = i64>) {
        if let Some(moves) = self.windows.occupy(times) {
            self.move_windows(&moves);
        }
    }

    pub(crate) fn sort(&mut self) {
        if let Some(moves) = self.windows.sort() {
            self.move_windows(&moves);
        }
        for entity in self.entities.values_mut() {
            trim(&mut entity.timed);
            trim(&mut entity.untimed);
        }
    }

    /// Makes its cells quick to read, once all samples are in.
    pub(crate) fn gather(&mut self) {
        for entity in self.entities.values_mut() {
            for cell in entity.timed.iter_mut().chain(&mut entity.untimed).flatten() {
                cell.gather();
            }
        }
    }

    pub(crate) fn merge(&mut self, other: Series) {
        let (mine, theirs) = self.windows.unite(&other.windows);
        if let Some(moves) = mine {
            self.move_windows(&moves);
        }
        self.dropped += other.dropped;
        for (name, mut entity) in other.entities {
            move_cells(&mut entity.timed, &theirs, SeriesCell::merge);
            self.entities.entry(name).or_default().merge(entity);
        }
        self.enforce_limit();
    }

    fn enforce_limit(&mut self) {
        while self.entities.len() > ENTITY_LIMIT {
            let Some(largest) = self
                .entities
                .keys()
                .max_by_key(|name| (xxh3_64(name.as_bytes()), (*name).clone()))
                .cloned()
            else {
                return;
            };
            self.dropped += self.entities.remove(&largest).map_or(0, |entity| entity.n);
        }
    }

    fn move_windows(&mut self, moves: &Moves) {
        for entity in self.entities.values_mut() {
            move_cells(&mut entity.timed, moves, SeriesCell::merge);
        }
    }
}

/// Drops empty cells at the end, which are an accident of the order of arrival.
pub(crate) fn trim<C>(cells: &mut Vec<Option<Box<C>>>) {
    while cells.last().is_some_and(Option::is_none) {
        cells.pop();
    }
}

fn join_cells(mine: &mut Vec<Option<Box<SeriesCell>>>, theirs: Vec<Option<Box<SeriesCell>>>) {
    if mine.len() < theirs.len() {
        mine.resize_with(theirs.len(), || None);
    }
    for (mine, theirs) in mine.iter_mut().zip(theirs) {
        match (mine, theirs) {
            (Some(mine), Some(theirs)) => mine.merge(*theirs),
            (empty, theirs @ Some(_)) => *empty = theirs,
            (_, None) => {}
        }
    }
}
