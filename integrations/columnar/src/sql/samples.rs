//! Samples as columns.

use polars::prelude::*;
use pss_metrics::model::{Sample, SignalUnit};

use super::{
    tables::{instants, seconds},
    words::Words,
};

/// Samples seen so far.
pub(super) struct Samples {
    signal: (Words, Vec<u32>),
    entity: (Words, Vec<u32>),
    unit: (Words, Vec<u32>),
    time: PrimitiveChunkedBuilder<Int64Type>,
    value: PrimitiveChunkedBuilder<Float64Type>,
}

impl Samples {
    pub(super) fn new() -> Samples {
        Samples {
            signal: Default::default(),
            entity: Default::default(),
            unit: Default::default(),
            time: PrimitiveChunkedBuilder::new("time".into(), 0),
            value: PrimitiveChunkedBuilder::new("value".into(), 0),
        }
    }

    pub(super) fn push(&mut self, sample: &Sample<'_>) {
        let push =
            |(words, rows): &mut (Words, Vec<u32>), word| rows.push(words.number(Some(word)));
        let (value, unit) = match sample.signal.unit {
            SignalUnit::Nanoseconds => (seconds(sample.value), "s"),
            SignalUnit::Bytes => (sample.value as f64, "bytes"),
            SignalUnit::Count => (sample.value as f64, "count"),
            SignalUnit::Celsius => (sample.value as f64, "degrees Celsius"),
            SignalUnit::Millionths => (sample.value as f64 / 1e6, "share"),
        };
        push(&mut self.signal, sample.signal.name);
        push(&mut self.entity, sample.entity);
        push(&mut self.unit, unit);
        self.time.append_option(sample.time);
        self.value.append_value(value);
    }

    pub(super) fn frame(self) -> PolarsResult<DataFrame> {
        let height = self.signal.1.len();
        let words =
            |name: &str, (words, rows): (Words, Vec<u32>)| words.column(name, rows.into_iter());
        let columns = vec![
            words("signal", self.signal)?,
            words("entity", self.entity)?,
            instants(self.time),
            self.value.finish().into_column(),
            words("unit", self.unit)?,
        ];
        DataFrame::new(height, columns)
    }
}
