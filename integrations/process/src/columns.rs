//! The columns of the documented tables as Arrow types, and records as batches of those that a plugin asked for.

use std::{collections::HashMap, sync::Arc};

use arrow_array::{
    ArrayRef, RecordBatch,
    builder::{
        BooleanBuilder, Float64Builder, Int64Builder, StringBuilder, TimestampNanosecondBuilder,
    },
};
use arrow_schema::{ArrowError, DataType, Field, Schema, SchemaRef, TimeUnit};
use pss_integrations::sql_tables::{SqlTable, SqlType};
use pss_metrics::{
    model::{
        Category, Kind, Naming, OwnRules, Sample, SignalUnit, Span, cache_attribute, cache_outcome,
        classify, classify_attributes, error_flag, template,
    },
    score::Setup,
};

/// Rows of a batch.
const ROWS: usize = 16 << 10;
/// Bytes of text in a batch.
const BYTES: usize = 4 << 20;
/// Names of which the operation and the category are remembered.
const NAMES: usize = 32 << 10;

/// The Arrow type of a column.
pub(crate) fn data_type(of: SqlType) -> DataType {
    match of {
        SqlType::Text => DataType::Utf8,
        SqlType::Boolean => DataType::Boolean,
        SqlType::Integer => DataType::Int64,
        SqlType::Float => DataType::Float64,
        SqlType::Time => DataType::Timestamp(TimeUnit::Nanosecond, None),
    }
}

/// Which columns of which table; their names are known to be columns of it.
#[derive(Debug, Clone)]
pub(crate) struct Wanted {
    pub(crate) table: &'static SqlTable,
    pub(crate) columns: Vec<&'static str>,
    pub(crate) schema: SchemaRef,
}

impl Wanted {
    /// Those of some names; names that are no columns are left out.
    pub(crate) fn new(table: &'static SqlTable, names: &[String]) -> Wanted {
        let columns = names.iter().filter_map(|name| {
            table
                .columns
                .iter()
                .find(|column| column.name == name.as_str())
        });
        let (names, fields): (Vec<&'static str>, Vec<Field>) = columns
            .map(|column| {
                (
                    column.name,
                    Field::new(column.name, data_type(column.of), true),
                )
            })
            .unzip();
        Wanted {
            table,
            columns: names,
            schema: Arc::new(Schema::new(fields)),
        }
    }

    pub(crate) fn spans(&self) -> bool {
        self.table.name == "spans"
    }

    /// Whether columns that tell one span from another are among them.
    pub(crate) fn identities(&self) -> bool {
        let identities = ["trace_id", "span_id", "parent_span_id"];
        self.columns.iter().any(|name| identities.contains(name))
    }
}

enum Column {
    Text(StringBuilder),
    Boolean(BooleanBuilder),
    Integer(Int64Builder),
    Float(Float64Builder),
    Time(TimestampNanosecondBuilder),
}

/// A value of a row.
enum Cell<'a> {
    Text(Option<&'a str>),
    Boolean(Option<bool>),
    Integer(Option<i64>),
    Float(Option<f64>),
    Time(Option<i64>),
}

/// Rows that wait to be a batch.
pub(crate) struct Rows {
    wanted: Wanted,
    columns: Vec<Column>,
    rows: usize,
    bytes: usize,
    rules: Arc<OwnRules>,
    naming: Option<Arc<Naming>>,
    met: Vec<bool>,
    /// Whether operation or category are wanted, which are decided by the name.
    names: bool,
    by_name: HashMap<Box<str>, (Box<str>, Category)>,
    named: String,
}

impl Rows {
    pub(crate) fn new(wanted: Wanted, setup: &Setup) -> Rows {
        let columns = wanted
            .schema
            .fields()
            .iter()
            .map(|field| match field.data_type() {
                DataType::Utf8 => Column::Text(StringBuilder::new()),
                DataType::Boolean => Column::Boolean(BooleanBuilder::new()),
                DataType::Int64 => Column::Integer(Int64Builder::new()),
                DataType::Float64 => Column::Float(Float64Builder::new()),
                _ => Column::Time(TimestampNanosecondBuilder::new()),
            })
            .collect();
        let names = ["operation", "category"];
        Rows {
            names: wanted.columns.iter().any(|name| names.contains(name)),
            columns,
            wanted,
            rows: 0,
            bytes: 0,
            rules: Arc::clone(&setup.rules),
            met: vec![
                false;
                setup
                    .naming
                    .as_ref()
                    .map_or(0, |naming| naming.attributes().len())
            ],
            naming: setup.naming.clone(),
            by_name: HashMap::new(),
            named: String::new(),
        }
    }

    /// Whether it must be taken before more is pushed.
    pub(crate) fn is_full(&self) -> bool {
        self.rows >= ROWS || self.bytes >= BYTES
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.rows == 0
    }

    /// What waits, as a batch.
    ///
    /// # Errors
    /// None that is known: columns are of equal length and of the types of the schema.
    pub(crate) fn take(&mut self) -> Result<RecordBatch, ArrowError> {
        self.rows = 0;
        self.bytes = 0;
        let columns = self
            .columns
            .iter_mut()
            .map(|column| -> ArrayRef {
                match column {
                    Column::Text(builder) => Arc::new(builder.finish()),
                    Column::Boolean(builder) => Arc::new(builder.finish()),
                    Column::Integer(builder) => Arc::new(builder.finish()),
                    Column::Float(builder) => Arc::new(builder.finish()),
                    Column::Time(builder) => Arc::new(builder.finish()),
                }
            })
            .collect();
        RecordBatch::try_new(Arc::clone(&self.wanted.schema), columns)
    }

    pub(crate) fn span(&mut self, span: &Span<'_>) {
        let name = span.name.unwrap_or_default();
        let mut by_name = ("", Category::Internal);
        if self.names {
            if self.by_name.len() >= NAMES {
                self.by_name.clear();
            }
            if !self.by_name.contains_key(name) {
                let category = classify(None, name, &self.rules).category;
                let decided = (template(name).into(), category);
                self.by_name.insert(name.into(), decided);
            }
            if let Some((operation, category)) = self.by_name.get(name) {
                by_name = (operation, *category);
            }
            if let Some(naming) = &self.naming {
                self.named.clear();
                naming.write(span, &mut self.met, &mut self.named);
                by_name.0 = &self.named;
            }
        }
        for (name, column) in self.wanted.columns.iter().zip(&mut self.columns) {
            let cell = match *name {
                "service" => Cell::Text(span.service),
                "name" => Cell::Text(span.name),
                "operation" => Cell::Text((!by_name.0.is_empty()).then_some(by_name.0)),
                "category" => Cell::Text(Some(
                    classify_attributes(span.kind, span.attributes, &self.rules)
                        .unwrap_or(by_name.1)
                        .name(),
                )),
                "kind" => Cell::Text(span.kind.map(Kind::name)),
                "tag" => Cell::Text(span.tag),
                "start" => Cell::Time(span.start),
                "timestamp" => Cell::Float(span.start.map(instant)),
                "duration" => Cell::Float(span.duration.map(seconds)),
                "cpu" => Cell::Float(span.cpu.map(seconds)),
                "wait" => Cell::Float(span.wait.map(seconds)),
                "lock_wait" => Cell::Float(span.lock_wait.map(seconds)),
                "memory" => Cell::Integer(
                    span.memory
                        .map(|bytes| i64::try_from(bytes).unwrap_or(i64::MAX)),
                ),
                "error" => Cell::Boolean(span.error.or_else(|| error_flag(span.attributes))),
                "cache_hit" => Cell::Boolean(
                    cache_attribute(span.attributes).or_else(|| span.tag.and_then(cache_outcome)),
                ),
                "trace_id" => Cell::Text(identity(span.trace_id)),
                "span_id" => Cell::Text(identity(span.span_id)),
                "parent_span_id" => Cell::Text(identity(span.parent_id)),
                // A column that the table gained and this list did not: seen by the test below.
                _ => Cell::Text(None),
            };
            self.bytes += push(column, cell);
        }
        self.rows += 1;
    }

    pub(crate) fn sample(&mut self, sample: &Sample<'_>) {
        let (value, unit) = match sample.signal.unit {
            SignalUnit::Nanoseconds => (seconds(sample.value), "s"),
            SignalUnit::Bytes => (sample.value as f64, "bytes"),
            SignalUnit::Count => (sample.value as f64, "count"),
            SignalUnit::Celsius => (sample.value as f64, "degrees Celsius"),
            SignalUnit::Millionths => (sample.value as f64 / 1e6, "share"),
        };
        for (name, column) in self.wanted.columns.iter().zip(&mut self.columns) {
            let cell = match *name {
                "signal" => Cell::Text(Some(sample.signal.name)),
                "entity" => Cell::Text(Some(sample.entity)),
                "time" => Cell::Time(sample.time),
                "timestamp" => Cell::Float(sample.time.map(instant)),
                "value" => Cell::Float(Some(value)),
                "unit" => Cell::Text(Some(unit)),
                _ => Cell::Text(None),
            };
            self.bytes += push(column, cell);
        }
        self.rows += 1;
    }
}

/// Appends a cell, and says how many bytes of text that are. A cell of another type than its column's would leave the column short, which taking the batch tells.
fn push(column: &mut Column, cell: Cell<'_>) -> usize {
    match (column, cell) {
        (Column::Text(builder), Cell::Text(text)) => {
            builder.append_option(text);
            text.map_or(0, str::len)
        }
        (Column::Boolean(builder), Cell::Boolean(truth)) => {
            builder.append_option(truth);
            0
        }
        (Column::Integer(builder), Cell::Integer(number)) => {
            builder.append_option(number);
            0
        }
        (Column::Float(builder), Cell::Float(number)) => {
            builder.append_option(number);
            0
        }
        (Column::Time(builder), Cell::Time(instant)) => {
            builder.append_option(instant);
            0
        }
        _ => 0,
    }
}

fn identity(text: &str) -> Option<&str> {
    (!text.is_empty()).then_some(text)
}

fn seconds(nanoseconds: u64) -> f64 {
    nanoseconds as f64 / 1e9
}

fn instant(nanoseconds: i64) -> f64 {
    nanoseconds as f64 / 1e9
}

#[cfg(test)]
mod tests {
    use arrow_array::Array;
    use arrow_ipc::writer::StreamWriter;
    use pss_integrations::{
        formats::Sink,
        sql_tables::{SAMPLES, SPANS},
    };
    use pss_metrics::model::{Attribute, Intake, Parent, Signal, Value};

    use super::*;
    use crate::{rows::From, stream};

    fn rows(table: &'static SqlTable) -> Rows {
        let names: Vec<String> = table
            .columns
            .iter()
            .map(|column| column.name.to_owned())
            .collect();
        let wanted = Wanted::new(table, &names);
        assert_eq!(wanted.columns.len(), table.columns.len());
        Rows::new(wanted, &Setup::default())
    }

    /// Nothing of it is left out.
    fn full<'a>(attributes: &'a [Attribute<'a>]) -> Span<'a> {
        Span {
            trace_id: "t",
            span_id: "s",
            parent_id: "p",
            parent: Parent::Child,
            service: Some("shop"),
            name: Some("GET /cart/7"),
            module: None,
            tag: Some("left"),
            kind: Some(Kind::Client),
            start: Some(1_700_000_000_123_456_789),
            duration: Some(1_234_567),
            cpu: Some(1),
            wait: Some(2),
            lock_wait: Some(3),
            memory: Some(4),
            error: Some(true),
            attributes,
        }
    }

    const ATTRIBUTES: [Attribute<'static>; 2] = [
        Attribute {
            key: "cache.hit",
            value: Value::Bool(true),
        },
        Attribute {
            key: "db.system",
            value: Value::Text("postgresql"),
        },
    ];

    #[test]
    fn every_documented_column_is_filled() {
        let mut spans = rows(&SPANS);
        spans.span(&full(&ATTRIBUTES));
        let mut samples = rows(&SAMPLES);
        samples.sample(&Sample {
            signal: Signal::GC_PAUSE,
            entity: "p",
            time: Some(1),
            value: 1,
        });
        for mut rows in [spans, samples] {
            let batch = rows.take().expect("columns of one length");
            for (field, column) in batch.schema().fields().iter().zip(batch.columns()) {
                assert_eq!(column.null_count(), 0, "{}", field.name());
            }
        }
    }

    #[test]
    fn what_a_record_does_not_say_is_null() {
        let mut rows = rows(&SPANS);
        rows.span(&Span::default());
        let batch = rows.take().expect("columns of one length");
        for (field, column) in batch.schema().fields().iter().zip(batch.columns()) {
            assert_eq!(column.null_count() == 0, field.name() == "category");
        }
    }

    #[derive(Default)]
    struct Seen(Vec<String>);

    impl Intake for Seen {
        fn span(&mut self, span: &Span<'_>) {
            self.0.push(format!("{span:?}"));
        }

        fn sample(&mut self, sample: &Sample<'_>) {
            self.0.push(format!("{sample:?}"));
        }

        fn skipped(&mut self, _: &'static str, _: u64) {}
    }

    impl Sink for Seen {
        fn record(&mut self, _: u64, outcome: Result<(), String>) {
            outcome.expect("a good record");
        }

        fn notice(&mut self, _: String) {}

        fn interrupted(&self) -> bool {
            false
        }
    }

    #[test]
    fn a_record_comes_back_as_it_went() {
        let mut rows = rows(&SPANS);
        rows.span(&full(&ATTRIBUTES));
        rows.span(&full(&[]));
        let batch = rows.take().expect("columns of one length");
        let mut bytes = Vec::new();
        let mut writer = StreamWriter::try_new(&mut bytes, &batch.schema()).expect("a stream");
        writer.write(&batch).expect("written");
        writer.finish().expect("ended");
        drop(writer);
        let (mut seen, mut place) = (Seen::default(), 0);
        stream::read(&mut bytes.as_slice(), From::Pss, &mut |layout, batch| {
            layout.push(batch, &mut seen, &mut place);
            Ok(())
        })
        .expect("a whole stream");
        let expected = |category, hit: Option<bool>| {
            let mut attributes: Vec<Attribute<'_>> = hit
                .map(|hit| Attribute {
                    key: "cache.hit",
                    value: Value::Bool(hit),
                })
                .into_iter()
                .collect();
            attributes.push(Attribute {
                key: "pss.category",
                value: Value::Text(category),
            });
            let span = Span {
                name: Some("GET /cart/{}"),
                ..full(&attributes)
            };
            format!("{span:?}")
        };
        assert_eq!(place, 2);
        assert_eq!(seen.0, [expected("db", Some(true)), expected("net", None)]);
        // Cut anywhere, it is no whole stream.
        for end in [bytes.len() - 8, bytes.len() - 1, bytes.len() / 2, 8] {
            let read = stream::read(&mut &bytes[..end], From::Pss, &mut |_, _| Ok(()));
            assert!(read.is_err(), "{end} of {}", bytes.len());
        }
    }
}
