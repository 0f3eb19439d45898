//! Builds frames from records, in the schema that `pss_integrations::formats::table` describes.

use polars::prelude::*;
use pss_integrations::formats::table::attributes_json;
use pss_metrics::model::{Kind, Parent, Sample, Span};

/// Rows of a frame: a row group, or a record batch.
pub(crate) const ROWS: usize = 1 << 16;

/// Rows that wait to become a frame.
#[derive(Default)]
pub(crate) struct Rows {
    texts: [Vec<Option<String>>; TEXTS.len()],
    numbers: [Vec<Option<u64>>; NUMBERS.len()],
    start: Vec<Option<i64>>,
    is_root: Vec<Option<bool>>,
    error: Vec<Option<bool>>,
}

const TEXTS: [&str; 11] = [
    "trace_id",
    "span_id",
    "parent_id",
    "service",
    "name",
    "module",
    "tag",
    "kind",
    "attributes",
    "signal",
    "entity",
];
const NUMBERS: [&str; 6] = [
    "duration_ns",
    "cpu_ns",
    "wait_ns",
    "lock_wait_ns",
    "memory_bytes",
    "value",
];

/// The schema of all frames.
pub(crate) fn schema() -> Schema {
    let mut schema = Schema::default();
    for name in ["trace_id", "span_id", "parent_id"] {
        schema.with_column(name.into(), DataType::String);
    }
    schema.with_column("is_root".into(), DataType::Boolean);
    for name in ["service", "name", "module", "tag", "kind"] {
        schema.with_column(name.into(), DataType::String);
    }
    schema.with_column("start_ns".into(), DataType::Int64);
    for name in &NUMBERS[..5] {
        schema.with_column((*name).into(), DataType::UInt64);
    }
    schema.with_column("error".into(), DataType::Boolean);
    for name in ["attributes", "signal", "entity"] {
        schema.with_column(name.into(), DataType::String);
    }
    schema.with_column("value".into(), DataType::UInt64);
    schema
}

impl Rows {
    pub(crate) fn len(&self) -> usize {
        self.start.len()
    }

    pub(crate) fn span(&mut self, span: &Span<'_>) {
        let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        let texts = [
            some(span.trace_id),
            some(span.span_id),
            some(span.parent_id),
            span.service.map(str::to_owned),
            span.name.map(str::to_owned),
            span.module.map(str::to_owned),
            span.tag.map(str::to_owned),
            span.kind.map(|kind| Kind::name(kind).to_owned()),
            attributes_json(span.attributes),
            None,
            None,
        ];
        let numbers = [
            span.duration,
            span.cpu,
            span.wait,
            span.lock_wait,
            span.memory,
            None,
        ];
        let is_root = match span.parent {
            Parent::Unknown => None,
            Parent::Root => Some(true),
            Parent::Child => Some(false),
        };
        self.row(texts, numbers, span.start, is_root, span.error);
    }

    pub(crate) fn sample(&mut self, sample: &Sample<'_>) {
        let mut texts = [const { None }; TEXTS.len()];
        texts[9] = Some(sample.signal.name.to_owned());
        texts[10] = Some(sample.entity.to_owned());
        let mut numbers = [None; NUMBERS.len()];
        numbers[5] = Some(sample.value);
        self.row(texts, numbers, sample.time, None, None);
    }

    fn row(
        &mut self,
        texts: [Option<String>; TEXTS.len()],
        numbers: [Option<u64>; NUMBERS.len()],
        start: Option<i64>,
        is_root: Option<bool>,
        error: Option<bool>,
    ) {
        for (column, text) in self.texts.iter_mut().zip(texts) {
            column.push(text);
        }
        for (column, number) in self.numbers.iter_mut().zip(numbers) {
            column.push(number);
        }
        self.start.push(start);
        self.is_root.push(is_root);
        self.error.push(error);
    }

    /// Takes the rows as a frame.
    pub(crate) fn take(&mut self) -> PolarsResult<DataFrame> {
        let rows = std::mem::take(self);
        let height = rows.len();
        let mut columns: Vec<Column> = Vec::new();
        for (name, values) in TEXTS.iter().zip(rows.texts) {
            columns.push(Column::new((*name).into(), values));
        }
        for (name, values) in NUMBERS.iter().zip(rows.numbers) {
            columns.push(Column::new((*name).into(), values));
        }
        columns.push(Column::new("start_ns".into(), rows.start));
        columns.push(Column::new("is_root".into(), rows.is_root));
        columns.push(Column::new("error".into(), rows.error));
        let frame = DataFrame::new(height, columns)?;
        frame.select(schema().iter_names().cloned().collect::<Vec<_>>())
    }
}
