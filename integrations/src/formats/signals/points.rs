//! From points to samples. Totals are read against the point before, so a reader must keep one [`Points`] for a whole stream.

use std::collections::HashMap;

use pss_metrics::model::{Intake, Sample, Signal, SignalUnit};

use super::{
    conversion::Conversion,
    entity::{device, entity, label},
    names::{Known, Take, known},
    observations::{observations, spread, weighed},
    point::{Point, PointValue},
    rivals::Rivals,
    units::Measure,
};

/// Series remembered; more are not read against the point before.
const SERIES: usize = 1 << 16;

/// Turns points into samples. Of metrics that tell the same some wait until it is known which is read: whoever pushes the last point calls [`Points::flush`].
#[derive(Debug, Default)]
pub struct Points {
    before: HashMap<Box<str>, (Option<i64>, PointValue)>,
    /// Used memory by device, for exporters that give used and free.
    used: HashMap<Box<str>, u64>,
    /// Metrics of which one is read.
    rivals: Rivals,
    /// Points come in no order, so that there is no point before.
    unordered: bool,
}

impl Points {
    /// For points that come in no order: those that count from the start are passed over, since what they say would hang on which came first.
    pub fn without_order() -> Points {
        Points {
            unordered: true,
            ..Points::default()
        }
    }

    /// Takes a point; says whether its metric is known.
    ///
    /// # Errors
    /// A known metric with a value or a unit that it cannot have.
    pub fn push(&mut self, point: &Point<'_>, into: &mut dyn Intake) -> Result<bool, String> {
        if point.name == "DCGM_FI_DEV_FB_FREE" {
            return self.free_memory(point, into).map(|()| true);
        }
        let Some((known, ending)) = known(point.name) else {
            return Ok(false);
        };
        if let Take::Nothing(what) = known.take {
            into.skipped(what, 1);
            return Ok(true);
        }
        if let Some((key, value)) = known.only
            && label(point, &[key]).as_deref() != Some(value)
        {
            return Ok(false);
        }
        if self.unordered && point.cumulative && known.take != Take::Value {
            into.skipped(
                "totals that count from the start, which cannot be told apart behind spans (put metrics into a file of their own)",
                1,
            );
            return Ok(true);
        }
        // A rate of seconds per second is a share.
        let unit = match known.take {
            Take::Rate => SignalUnit::Nanoseconds,
            _ => known.signal.unit,
        };
        let reading = Reading {
            point,
            known,
            conversion: Conversion::of(point, ending.unwrap_or(known.measure), unit)?,
            entity: entity(known, point),
        };
        match known.take {
            Take::Value => self.value(&reading, into)?,
            Take::Observations => self.observed(&reading, into)?,
            Take::Rate => self.rate(&reading, into)?,
            Take::Nothing(_) => {}
        }
        Ok(true)
    }

    /// Pushes what is held back until all points of an export, or of a file, have come.
    pub fn flush(&mut self, into: &mut dyn Intake) {
        self.rivals.flush(into);
        if self.unordered {
            self.rivals.forget();
        }
    }

    /// A value that stands for itself.
    fn value(&mut self, reading: &Reading<'_>, into: &mut dyn Intake) -> Result<(), String> {
        let number = reading.point.number("a single value")?;
        let sample = reading.sample(reading.conversion.whole(number)?);
        if sample.signal == Signal::GPU_MEMORY_USED && self.used.len() < SERIES {
            self.used.insert(sample.entity.into(), sample.value);
        }
        match reading.known.rank {
            None => into.sample(&sample),
            Some(rank) => self.rivals.push(rank, &sample, into),
        }
        Ok(())
    }

    /// Observations: single ones, or as a distribution.
    fn observed(&mut self, reading: &Reading<'_>, into: &mut dyn Intake) -> Result<(), String> {
        let Some(added) = self.added(reading) else {
            return Ok(());
        };
        let mut observe = |value: f64| {
            into.sample(&reading.sample(reading.conversion.whole(value)?));
            Ok(())
        };
        match added {
            PointValue::Number(value) => observe(value),
            // Somebody looked, and there was none.
            PointValue::Total { count: 0, .. } => observe(0.0),
            PointValue::Total { count, sum } => spread(count, &mut |n, of| {
                (0..n).try_for_each(|_| observe(sum / of as f64))
            }),
            PointValue::Histogram {
                bounds,
                counts,
                sum,
            } => observations(&weighed(&bounds, &counts), sum, &mut observe),
            PointValue::Exponential(histogram) => {
                observations(&histogram.weighed(), histogram.sum, &mut observe)
            }
        }
    }

    /// A total of time, of which what was added between two points is a share of the time between them.
    fn rate(&mut self, reading: &Reading<'_>, into: &mut dyn Intake) -> Result<(), String> {
        let point = reading.point;
        let total = point.number("a total")?;
        let before = self.remember(point.series(&reading.entity), point);
        if let (Some(time), Some((Some(then), PointValue::Number(was)))) = (point.time, before)
            && time > then
            && total >= was
        {
            let share = reading.conversion.scaled(total - was) / (time - then) as f64;
            into.sample(&reading.sample((share.clamp(0.0, 1.0) * MILLION).round() as u64));
        }
        Ok(())
    }

    /// What was added since the point before; nothing for the first of a series that counts from the start of the process, since that may be long ago.
    fn added(&mut self, reading: &Reading<'_>) -> Option<PointValue> {
        let point = reading.point;
        if !point.cumulative {
            return Some(point.value.clone());
        }
        let (_, before) = self.remember(point.series(&reading.entity), point)?;
        Some(point.value.since(&before))
    }

    fn remember(&mut self, key: String, point: &Point<'_>) -> Option<(Option<i64>, PointValue)> {
        if self.before.len() >= SERIES && !self.before.contains_key(key.as_str()) {
            return None;
        }
        self.before
            .insert(key.into(), (point.time, point.value.clone()))
    }

    /// Free memory of a device is what its whole memory is known by, with what is used.
    fn free_memory(&mut self, point: &Point<'_>, into: &mut dyn Intake) -> Result<(), String> {
        let free = point.number("a single value")?;
        let conversion = Conversion::of(point, Measure::Mebibytes, SignalUnit::Bytes)?;
        let free = conversion.whole(free)?;
        let entity = device(point);
        if let Some(used) = self.used.get(entity.as_str()) {
            into.sample(&Sample {
                signal: Signal::GPU_MEMORY_TOTAL,
                entity: &entity,
                time: point.time,
                value: used.saturating_add(free),
            });
        }
        Ok(())
    }
}

/// A point of a metric that is known, and what it is of.
struct Reading<'a> {
    point: &'a Point<'a>,
    known: &'a Known,
    conversion: Conversion<'a>,
    entity: String,
}

impl Reading<'_> {
    /// A sample of it.
    fn sample(&self, value: u64) -> Sample<'_> {
        Sample {
            signal: self.known.signal,
            entity: &self.entity,
            time: self.point.time,
            value,
        }
    }
}

/// Shares are kept in millionths.
const MILLION: f64 = 1e6;

#[cfg(test)]
mod tests {
    use pss_metrics::model::{Attribute, Value};

    use super::*;

    #[derive(Default)]
    struct Seen(Vec<(String, u64)>);

    impl Intake for Seen {
        fn span(&mut self, _: &pss_metrics::model::Span<'_>) {}
        fn sample(&mut self, sample: &Sample<'_>) {
            self.0.push((
                format!("{} {}", sample.signal.name, sample.entity),
                sample.value,
            ));
        }
        fn skipped(&mut self, _: &'static str, _: u64) {}
    }

    fn point(name: &'static str, time: i64, value: PointValue) -> Point<'static> {
        Point {
            name,
            unit: "",
            attributes: &[],
            process: "p",
            time: Some(time * 1_000_000_000),
            value,
            cumulative: true,
        }
    }

    #[test]
    fn cumulative_histograms_give_what_was_added() {
        let (mut points, mut seen) = (Points::default(), Seen::default());
        let histogram = |a, b, sum| PointValue::Histogram {
            bounds: vec![0.01],
            counts: vec![a, b],
            sum: Some(sum),
        };
        for (time, value) in [
            (0, histogram(10, 5, 9.0)),
            (1, histogram(12, 5, 9.02)),
            (2, histogram(12, 5, 9.02)),
            // Reset.
            (3, histogram(1, 0, 0.004)),
        ] {
            points
                .push(&point("jvm.gc.duration", time, value), &mut seen)
                .expect("fits");
        }
        let values: Vec<u64> = seen.0.iter().map(|(_, value)| *value).collect();
        assert_eq!(values, [10_000_000, 10_000_000, 0, 4_000_000]);
    }

    #[test]
    fn pressure_is_a_share_and_free_memory_tells_the_whole() {
        let (mut points, mut seen) = (Points::default(), Seen::default());
        for (time, total) in [(0, 100.0), (10, 101.0), (20, 90.0)] {
            points
                .push(
                    &point(
                        "node_pressure_cpu_waiting_seconds_total",
                        time,
                        PointValue::Number(total),
                    ),
                    &mut seen,
                )
                .expect("fits");
        }
        for (name, value) in [("DCGM_FI_DEV_FB_USED", 3.0), ("DCGM_FI_DEV_FB_FREE", 5.0)] {
            points
                .push(&point(name, 0, PointValue::Number(value)), &mut seen)
                .expect("fits");
        }
        assert_eq!(
            seen.0,
            [
                ("psi.cpu.some host".to_owned(), 100_000),
                ("gpu.memory.used p".to_owned(), 3 << 20),
                ("gpu.memory.total p".to_owned(), 8 << 20),
            ]
        );
        assert!(
            points
                .push(
                    &point("process_resident_memory_bytes", 0, PointValue::Number(-1.0)),
                    &mut seen
                )
                .is_err()
        );
        let pressure = |unit| Point {
            unit,
            ..point("node.pressure.io.waiting", 30, PointValue::Number(5.0))
        };
        assert_eq!(points.push(&pressure("ms"), &mut seen), Ok(true));
        assert!(points.push(&pressure("By"), &mut seen).is_err());
        assert_eq!(
            points.push(&point("unknown", 0, PointValue::Number(1.0)), &mut seen),
            Ok(false)
        );
    }

    #[test]
    fn units_of_time_and_size_are_converted_and_others_refused() {
        let sample = |name: &'static str, unit: &'static str| {
            let mut seen = Seen::default();
            let point = Point {
                unit,
                cumulative: false,
                ..point(name, 0, PointValue::Number(2.0))
            };
            Points::default()
                .push(&point, &mut seen)
                .map(|_| seen.0.first().map(|(_, value)| *value))
        };
        for (unit, factor) in [
            ("", 1_000_000_000_u64),
            ("ns", 1),
            ("us", 1_000),
            ("ms", 1_000_000),
            ("s", 1_000_000_000),
            ("min", 60_000_000_000),
            ("h", 3_600_000_000_000),
        ] {
            assert_eq!(
                sample("jvm.gc.duration", unit),
                Ok(Some(2 * factor)),
                "{unit}"
            );
        }
        for (unit, factor) in [
            ("", 1_u64),
            ("By", 1),
            ("B", 1),
            ("bytes", 1),
            ("kBy", 1_000),
            ("kB", 1_000),
            ("KB", 1_000),
            ("MBy", 1_000_000),
            ("MB", 1_000_000),
            ("GBy", 1_000_000_000),
            ("GB", 1_000_000_000),
            ("KiBy", 1 << 10),
            ("KiB", 1 << 10),
            ("MiBy", 1 << 20),
            ("MiB", 1 << 20),
            ("GiBy", 1 << 30),
            ("GiB", 1 << 30),
        ] {
            assert_eq!(
                sample("process.memory.usage", unit),
                Ok(Some(2 * factor)),
                "{unit}"
            );
        }
        for name in ["jvm_gc_duration_microseconds", "jvm_gc_duration_us"] {
            assert_eq!(sample(name, ""), Ok(Some(2_000)), "{name}");
        }
        for unit in ["", "1", "{message}", "records"] {
            assert_eq!(
                sample("kafka.consumer_group.lag", unit),
                Ok(Some(2)),
                "{unit}"
            );
        }
        for (name, unit) in [
            ("jvm.gc.duration", "fortnight"),
            ("jvm.gc.duration", "By"),
            ("jvm.gc.duration", "1"),
            ("process.memory.usage", "s"),
            ("process.memory.usage", "pages"),
            ("hw.gpu.utilization", "C"),
            ("kafka.consumer_group.lag", "s"),
        ] {
            let reason = sample(name, unit).expect_err(name);
            assert!(reason.contains(name) && reason.contains(unit), "{reason}");
        }
    }

    #[test]
    fn of_metrics_that_tell_the_same_one_is_read() {
        let read = |names: &[&'static str]| {
            let (mut points, mut seen) = (Points::default(), Seen::default());
            for (value, name) in names.iter().enumerate() {
                let value = PointValue::Number(value as f64);
                points
                    .push(&point(name, 0, value), &mut seen)
                    .expect("fits");
            }
            points.flush(&mut seen);
            points.flush(&mut seen);
            let values: Vec<u64> = seen.0.iter().map(|(_, value)| *value).collect();
            values
        };
        let delay = [
            "nodejs.eventloop.delay.mean",
            "nodejs.eventloop.delay.max",
            "nodejs.eventloop.delay.p50",
            "nodejs.eventloop.delay.p90",
            "nodejs.eventloop.delay.p99",
        ];
        assert_eq!(read(&delay), [4_000_000_000]);
        assert_eq!(read(&delay[..4]), [1_000_000_000]);
        assert_eq!(read(&delay[2..4]), [1_000_000_000]);
        assert_eq!(read(&delay[..1]), [0]);
        assert!(read(&["nodejs.eventloop.delay.min"]).is_empty());
        let lag = [
            "kafka.consumer.records_lag_avg",
            "kafka.consumer.records_lag_max",
            "kafka.consumer.records_lag",
        ];
        assert_eq!((read(&lag), read(&lag[..2])), (vec![2], vec![1]));
    }

    #[test]
    fn resident_memory_of_python_is_told_from_virtual_memory() {
        let (mut points, mut seen) = (Points::default(), Seen::default());
        for kind in ["rss", "vms"] {
            let attributes = [Attribute {
                key: "type",
                value: Value::Text(kind),
            }];
            let point = Point {
                attributes: &attributes,
                ..point("process.runtime.cpython.memory", 0, PointValue::Number(7.0))
            };
            assert_eq!(points.push(&point, &mut seen), Ok(kind == "rss"));
        }
        assert_eq!(seen.0, [("memory.rss p".to_owned(), 7)]);
    }
}
