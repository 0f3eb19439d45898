//! One process, partition or device as a metric sees it.

use std::collections::BTreeMap;

use super::{outcome::Subject, view::seconds};
use crate::summary::{CounterCell, GaugeCell, Series, SeriesCell};

/// One entity of a signal as a metric sees it.
pub struct EntityView<'a> {
    /// Name; empty where records name none.
    pub name: &'a str,
    pub(super) series: &'a Series,
    pub(super) timed: Vec<(usize, &'a SeriesCell)>,
    pub(super) untimed: Vec<&'a SeriesCell>,
    pub(super) seen: Option<(i64, i64)>,
}

impl EntityView<'_> {
    /// The subject it is.
    pub fn subject(&self) -> Subject {
        Subject::Entity(if self.name.is_empty() {
            "(unnamed)".into()
        } else {
            self.name.into()
        })
    }

    /// All gauge values together, those without a time included.
    pub fn gauge(&self) -> GaugeCell {
        let mut total = GaugeCell::default();
        for cell in self
            .timed
            .iter()
            .map(|(_, cell)| *cell)
            .chain(self.untimed.iter().copied())
        {
            if let SeriesCell::Gauge(gauge) = cell {
                total.merge(gauge);
            }
        }
        total
    }

    /// Gauges by window, in the order of time: the window's start in seconds after the first window's, and the cell.
    pub fn gauges(&self) -> Vec<(f64, &GaugeCell)> {
        self.cells()
            .filter_map(|(at, cell)| {
                if let SeriesCell::Gauge(gauge) = cell {
                    Some((at, gauge))
                } else {
                    None
                }
            })
            .collect()
    }

    /// How much a counter grew, and over how many seconds; a drop is a reset. `None` with fewer than two readings.
    pub fn growth(&self) -> Option<(f64, f64)> {
        let cells: Vec<&CounterCell> = self
            .timed
            .iter()
            .filter_map(|(_, cell)| {
                if let SeriesCell::Counter(counter) = cell {
                    Some(counter)
                } else {
                    None
                }
            })
            .collect();
        let (first, last) = (cells.first()?, cells.last()?);
        let time = seconds(first.first.0, last.last.0);
        if time <= 0.0 {
            return None;
        }
        let mut grown = 0.0;
        let mut before = first.first.1;
        for value in cells.iter().flat_map(|cell| [cell.first.1, cell.last.1]) {
            grown += if value >= before {
                (value - before) as f64
            } else {
                value as f64
            };
            before = value;
        }
        Some((grown, time))
    }

    /// Seconds from the first to the last time seen.
    pub fn life(&self) -> Option<f64> {
        self.seen.map(|(first, last)| seconds(first, last))
    }

    /// Samples seen.
    pub fn n(&self) -> u64 {
        let count = |cell: &SeriesCell| match cell {
            SeriesCell::Gauge(gauge) => gauge.n,
            SeriesCell::Counter(counter) => counter.n,
        };
        self.timed
            .iter()
            .map(|(_, cell)| count(cell))
            .chain(self.untimed.iter().map(|cell| count(cell)))
            .sum()
    }

    fn cells(&self) -> impl Iterator<Item = (f64, &SeriesCell)> {
        let origin = if self.series.windows().is_empty() {
            0
        } else {
            self.series.windows().start(0)
        };
        self.timed
            .iter()
            .map(move |(slot, cell)| (seconds(origin, self.series.windows().start(*slot)), *cell))
    }
}

/// The names of entities over several signals, each with what is seen of every signal.
pub fn by_name<'a, 'v, const N: usize>(
    signals: [&'v [EntityView<'a>]; N],
) -> BTreeMap<&'a str, [Option<&'v EntityView<'a>>; N]> {
    let mut names: BTreeMap<&str, [Option<&EntityView<'_>>; N]> = BTreeMap::new();
    for (at, entities) in signals.iter().enumerate() {
        for entity in *entities {
            names.entry(entity.name).or_insert([None; N])[at] = Some(entity);
        }
    }
    names
}
