//! Signals over time, as the summary keeps them.

use std::collections::BTreeMap;

use super::data::{SeriesReport, SignalReport};
use crate::{
    model::{SampleKind, SignalUnit},
    summary::{Entity, Series, SeriesCell, Summary},
};

/// Entities of a signal that are shown: more lines in one figure are no longer told apart.
const SHOWN: usize = 3;

/// Every signal with samples that have a time, by name.
pub(super) fn signals(summary: &Summary) -> Vec<SignalReport> {
    let report = |name: &str| {
        let series = summary.series(name)?;
        let all: Vec<SeriesReport> = match series.kind {
            SampleKind::Counter => growth(series).into_iter().collect(),
            SampleKind::Gauge => each(series, false),
            SampleKind::Event => each(series, true),
        };
        let (unit, _) = unit(series);
        (!all.is_empty()).then(|| SignalReport {
            name: name.to_owned(),
            unit: unit.to_owned(),
            entities: series.entities().count() as u64,
            series: all.into_iter().take(SHOWN).collect(),
        })
    };
    summary.signals().filter_map(report).collect()
}

/// The unit in which a signal is reported, and what a value of the summary is multiplied by.
fn unit(series: &Series) -> (&'static str, f64) {
    let counter = series.kind == SampleKind::Counter;
    match (series.unit, counter) {
        (SignalUnit::Nanoseconds, false) => ("s", 1e-9),
        (SignalUnit::Nanoseconds, true) => ("s/s", 1e-9),
        (SignalUnit::Bytes, false) => ("bytes", 1.0),
        (SignalUnit::Bytes, true) => ("bytes/s", 1.0),
        (SignalUnit::Count, false) => ("", 1.0),
        (SignalUnit::Count, true) => ("/s", 1.0),
        (SignalUnit::Millionths, _) => ("share", 1e-6),
        (SignalUnit::Celsius, _) => ("°C", 1.0),
    }
}

/// One series per entity, that with the highest value first. Events are summed over a window, other values are not.
fn each(series: &Series, summed: bool) -> Vec<SeriesReport> {
    let (_, scale) = unit(series);
    let one = |(name, entity): (&str, &Entity)| {
        let mut report = empty(name, series);
        for (slot, cell) in entity.timed() {
            let SeriesCell::Gauge(cell) = cell else {
                continue;
            };
            let Some(mean) = cell.mean() else { continue };
            report.start.push(series.windows().start(slot));
            let (low, mean, high) = if summed {
                let sum = cell.sum as f64;
                (sum, sum, sum)
            } else {
                (cell.min as f64, mean, cell.max as f64)
            };
            report.low.push(scale * low);
            report.mean.push(scale * mean);
            report.high.push(scale * high);
        }
        report
    };
    let mut all: Vec<SeriesReport> = series
        .entities()
        .map(one)
        .filter(|report| !report.start.is_empty())
        .collect();
    let highest = |report: &SeriesReport| report.high.iter().copied().fold(0.0, f64::max);
    all.sort_by(|a, b| {
        highest(b)
            .total_cmp(&highest(a))
            .then_with(|| a.entity.cmp(&b.entity))
    });
    all
}

/// How much a counter grows in a second, over all entities; a drop is a reset. `None` where no entity was read twice.
fn growth(series: &Series) -> Option<SeriesReport> {
    let (_, scale) = unit(series);
    let mut rates: BTreeMap<usize, f64> = BTreeMap::new();
    for (_, entity) in series.entities() {
        let mut before: Option<(i64, u64)> = None;
        for (slot, cell) in entity.timed() {
            let SeriesCell::Counter(cell) = cell else {
                continue;
            };
            let (from, value) = before.unwrap_or(cell.first);
            let (until, last) = cell.last;
            let seconds = (i128::from(until) - i128::from(from)) as f64 * 1e-9;
            if seconds > 0.0 {
                let grown = last.checked_sub(value).unwrap_or(last);
                *rates.entry(slot).or_default() += scale * grown as f64 / seconds;
            }
            before = Some(cell.last);
        }
    }
    let mut report = empty("", series);
    for (slot, rate) in rates {
        report.start.push(series.windows().start(slot));
        report.low.push(rate);
        report.mean.push(rate);
        report.high.push(rate);
    }
    (!report.start.is_empty()).then_some(report)
}

fn empty(name: &str, series: &Series) -> SeriesReport {
    SeriesReport {
        entity: name.to_owned(),
        seconds: series.windows().width(),
        start: Vec::new(),
        low: Vec::new(),
        mean: Vec::new(),
        high: Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        model::{Batch, Sample, Signal},
        summary::Summariser,
    };

    const SECOND: i64 = 1_000_000_000;

    fn summary(samples: &[(Signal, &str, i64, u64)]) -> Summary {
        let (mut batch, mut summariser) = (Batch::default(), Summariser::default());
        for (signal, entity, time, value) in samples {
            batch.push_sample(&Sample {
                signal: *signal,
                entity,
                time: Some(*time),
                value: *value,
            });
        }
        summariser.fold(&mut batch);
        summariser.finish()
    }

    #[test]
    fn gauges_keep_their_range_and_the_highest_come_first() {
        let mut samples = Vec::new();
        for at in 0..2000 {
            for (entity, of) in [("a", 10), ("b", 500), ("c", 30), ("d", 20)] {
                let time = at * SECOND / 10;
                samples.push((
                    Signal::GC_PAUSE,
                    entity,
                    time,
                    of * (1 + at as u64 % 4) * 1_000_000,
                ));
            }
        }
        let signals = signals(&summary(&samples));
        assert_eq!(signals.len(), 1);
        let pauses = &signals[0];
        assert_eq!(
            (&*pauses.name, &*pauses.unit, pauses.entities),
            ("gc.pause", "s", 4)
        );
        let names: Vec<&str> = pauses.series.iter().map(|series| &*series.entity).collect();
        assert_eq!(names, ["b", "c", "d"]);
        let b = &pauses.series[0];
        assert!(b.start.len() > 60 && b.start.len() <= 128);
        assert!(b.start.is_sorted() && b.seconds == 2.0);
        assert!(b.low.iter().all(|low| *low == 0.5));
        assert!(b.mean.iter().all(|mean| (mean - 1.25).abs() < 1e-9));
        assert!(b.high.iter().all(|high| *high == 2.0));
    }

    #[test]
    fn counters_are_growth_per_second_and_a_drop_is_a_reset() {
        let mut samples = Vec::new();
        for at in 0..200_i64 {
            // Started again in the middle.
            let total = 50 * (if at < 100 { at } else { at - 99 }) as u64;
            samples.push((Signal::IO_READ, "a", at * SECOND, total));
            samples.push((Signal::IO_READ, "b", at * SECOND, 1000 + 30 * at as u64));
        }
        let signals = signals(&summary(&samples));
        let read = &signals[0];
        assert_eq!(
            (&*read.unit, read.series.len(), read.entities),
            ("bytes/s", 1, 2)
        );
        let rates = &read.series[0].mean;
        assert!(
            rates.iter().all(|rate| (rate - 80.0).abs() < 26.0),
            "{rates:?}"
        );
        assert!(
            rates
                .iter()
                .filter(|rate| (**rate - 80.0).abs() > 1e-6)
                .count()
                <= 1
        );
        assert!(signals[0].series[0].entity.is_empty());
    }

    #[test]
    fn events_are_summed_and_one_reading_is_no_growth() {
        let found = signals(&summary(&[
            (Signal::OOM, "gpu0", SECOND, 1),
            (Signal::OOM, "gpu0", SECOND + 1, 2),
            (Signal::ON_CPU, "p", SECOND, 7),
        ]));
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].series[0].mean, [3.0]);
    }
}
