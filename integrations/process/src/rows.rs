//! Batches of a stream as records.

use arrow_array::{Array, BooleanArray, RecordBatch};
use arrow_schema::Schema;
use pss_integrations::{
    formats::Sink,
    sql_tables::{SAMPLES, SPANS, SqlColumn, SqlTable, SqlType},
};
use pss_metrics::{
    model::{Attribute, Kind, Parent, Sample, Signal, SignalUnit, Span, Value},
    plugin::nearest,
};

use crate::texts::{Instants, Numbers, Texts, truths};

/// Before the key of an attribute, in the name of its column.
const ATTRIBUTE: &str = "attributes.";

/// The attribute under which a category that is already decided is handed on.
pub(crate) const CATEGORY: &str = "pss.category";

/// Whose stream it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum From {
    /// A format's: what `pss` decides itself must not be in it.
    Format,
    /// That of `pss`: operation and category are decided.
    Pss,
}

/// Which column of a stream is what.
#[derive(Debug)]
pub(crate) struct Layout {
    table: &'static SqlTable,
    columns: Vec<(usize, &'static SqlColumn)>,
    attributes: Vec<(usize, String)>,
    from: From,
}

impl Layout {
    /// Of the schema of a stream: with a column `signal` it is one of samples, else one of spans.
    ///
    /// # Errors
    /// A column that is none of the table's, or of another type.
    pub(crate) fn of(schema: &Schema, from: From) -> Result<Layout, String> {
        let table = if schema.fields().iter().any(|field| field.name() == "signal") {
            &SAMPLES
        } else {
            &SPANS
        };
        let mut layout = Layout {
            table,
            columns: Vec::new(),
            attributes: Vec::new(),
            from,
        };
        for (at, field) in schema.fields().iter().enumerate() {
            let name = field.name().as_str();
            if let Some(key) = name.strip_prefix(ATTRIBUTE)
                && layout.spans()
            {
                layout.attributes.push((at, key.to_owned()));
                continue;
            }
            let Some(column) = table.columns.iter().find(|column| column.name == name) else {
                let known = || table.columns.iter().map(|column| column.name);
                let help = nearest(name, known()).map_or_else(
                    || format!("they are {}", known().collect::<Vec<_>>().join(", ")),
                    |near| format!("did you mean {near}?"),
                );
                let table = table.name;
                return Err(format!(
                    "answered with a column {name:?}, which is none of {table}; {help}"
                ));
            };
            if from == From::Format && ["operation", "category"].contains(&name) {
                return Err(format!(
                    "answered with the column {name}, which pss decides itself from name and attributes; leave it out"
                ));
            }
            let empty = arrow_array::new_empty_array(field.data_type());
            if !fits(empty.as_ref(), column.of) {
                return Err(format!(
                    "answered with the column {name} as {}, which is no {}",
                    field.data_type(),
                    column.of.name()
                ));
            }
            layout.columns.push((at, column));
        }
        Ok(layout)
    }

    fn spans(&self) -> bool {
        self.table.name == SPANS.name
    }

    /// Hands the records of a batch on, each with what is wrong with it; `place` counts them.
    pub(crate) fn push(&self, batch: &RecordBatch, sink: &mut dyn Sink, place: &mut u64) {
        let columns = Columns::of(self, batch);
        let mut attributes = Vec::new();
        for row in 0..batch.num_rows() {
            attributes.clear();
            let outcome = if self.spans() {
                columns.span(row, self.from, &mut attributes, sink)
            } else {
                columns.sample(row, sink)
            };
            *place += 1;
            sink.record(*place, outcome);
        }
    }
}

fn fits(array: &dyn Array, of: SqlType) -> bool {
    match of {
        SqlType::Text => Texts::of(array).is_some(),
        SqlType::Boolean => truths(array).is_some(),
        SqlType::Integer | SqlType::Float => Numbers::of(array).is_some(),
        SqlType::Time => Instants::of(array).is_some(),
    }
}

enum AnyColumn<'a> {
    Text(Texts<'a>),
    Number(Numbers<'a>),
    Truth(&'a BooleanArray),
}

/// The columns of one batch; what is absent is null.
#[derive(Default)]
struct Columns<'a> {
    texts: Vec<(&'static str, Texts<'a>)>,
    numbers: Vec<(&'static str, Numbers<'a>)>,
    instant: Option<Instants<'a>>,
    error: Option<&'a BooleanArray>,
    cache_hit: Option<&'a BooleanArray>,
    attributes: Vec<(&'a str, AnyColumn<'a>)>,
}

impl<'a> Columns<'a> {
    fn of(layout: &'a Layout, batch: &'a RecordBatch) -> Columns<'a> {
        let mut columns = Columns::default();
        for (at, column) in &layout.columns {
            let array = batch.column(*at).as_ref();
            match column.of {
                SqlType::Text => columns
                    .texts
                    .extend(Texts::of(array).map(|texts| (column.name, texts))),
                SqlType::Integer | SqlType::Float => columns
                    .numbers
                    .extend(Numbers::of(array).map(|numbers| (column.name, numbers))),
                SqlType::Time => columns.instant = Instants::of(array),
                SqlType::Boolean if column.name == "error" => columns.error = truths(array),
                SqlType::Boolean => columns.cache_hit = truths(array),
            }
        }
        for (at, key) in &layout.attributes {
            let array = batch.column(*at).as_ref();
            let column = None
                .or_else(|| Texts::of(array).map(AnyColumn::Text))
                .or_else(|| Numbers::of(array).map(AnyColumn::Number))
                .or_else(|| truths(array).map(AnyColumn::Truth));
            columns
                .attributes
                .extend(column.map(|column| (key.as_str(), column)));
        }
        columns
    }

    fn text(&self, name: &str, row: usize) -> Option<&'a str> {
        let (_, texts) = self.texts.iter().find(|(known, _)| *known == name)?;
        texts.get(row).filter(|text| !text.is_empty())
    }

    fn numbers(&self, name: &str) -> Option<&Numbers<'a>> {
        let found = self.numbers.iter().find(|(known, _)| *known == name);
        found.map(|(_, numbers)| numbers)
    }

    /// Seconds as nanoseconds.
    fn seconds(&self, name: &str, row: usize) -> Result<Option<u64>, String> {
        let Some(value) = self.numbers(name).and_then(|numbers| numbers.get(row)) else {
            return Ok(None);
        };
        scaled(value, 1e9).map(Some).ok_or_else(|| {
            format!("has a {name} of {value}, which is no length of time in seconds")
        })
    }

    fn time(&self, row: usize) -> Result<Option<i64>, String> {
        let beyond = || "has a time beyond the year 2262 or before 1677".to_owned();
        if let Some(instants) = &self.instant
            && let Some(time) = instants.get(row).map_err(|()| beyond())?
        {
            return Ok(Some(time));
        }
        let Some(value) = self
            .numbers("timestamp")
            .and_then(|numbers| numbers.get(row))
        else {
            return Ok(None);
        };
        let nanoseconds = (value * 1e9).round();
        if nanoseconds.is_finite() && nanoseconds.abs() < i64::MAX as f64 {
            Ok(Some(nanoseconds as i64))
        } else {
            Err(beyond())
        }
    }

    fn span<'b>(
        &'b self,
        row: usize,
        from: From,
        attributes: &mut Vec<Attribute<'b>>,
        into: &mut dyn Sink,
    ) -> Result<(), String> {
        let truth = |array: Option<&BooleanArray>| {
            array.and_then(|array| array.is_valid(row).then(|| array.value(row)))
        };
        let duration = self.seconds("duration", row)?;
        if duration.is_none() && from == From::Format {
            return Err("has no duration".to_owned());
        }
        let kind = match self.text("kind", row) {
            Some(kind) => Some(Kind::parse(kind).ok_or_else(|| {
                format!(
                    "has the kind {kind:?}; kinds are internal, server, client, producer, consumer"
                )
            })?),
            None => None,
        };
        let memory = match self
            .numbers("memory")
            .and_then(|numbers| numbers.integer(row))
        {
            Some(bytes) => {
                Some(u64::try_from(bytes).map_err(|_| format!("has a memory of {bytes} bytes"))?)
            }
            None => None,
        };
        for (key, column) in &self.attributes {
            let value = match column {
                AnyColumn::Text(texts) => texts.get(row).map(Value::Text),
                AnyColumn::Number(numbers) => numbers.get(row).map(Value::Number),
                AnyColumn::Truth(array) => truth(Some(array)).map(Value::Bool),
            };
            attributes.extend(value.map(|value| Attribute { key, value }));
        }
        if let Some(hit) = truth(self.cache_hit) {
            attributes.push(Attribute {
                key: "cache.hit",
                value: Value::Bool(hit),
            });
        }
        let mut name = self.text("name", row);
        if from == From::Pss {
            name = self.text("operation", row).or(name);
            if let Some(category) = self.text("category", row) {
                attributes.push(Attribute {
                    key: CATEGORY,
                    value: Value::Text(category),
                });
            }
        }
        let (span_id, parent_id) = (self.text("span_id", row), self.text("parent_span_id", row));
        into.span(&Span {
            trace_id: self.text("trace_id", row).unwrap_or_default(),
            span_id: span_id.unwrap_or_default(),
            parent_id: parent_id.unwrap_or_default(),
            parent: match (span_id, parent_id) {
                (_, Some(_)) => Parent::Child,
                (Some(_), None) => Parent::Root,
                (None, None) => Parent::Unknown,
            },
            service: self.text("service", row),
            name,
            module: None,
            tag: self.text("tag", row),
            kind,
            start: self.time(row)?,
            duration,
            cpu: self.seconds("cpu", row)?,
            wait: self.seconds("wait", row)?,
            lock_wait: self.seconds("lock_wait", row)?,
            memory,
            error: truth(self.error),
            attributes,
        });
        Ok(())
    }

    fn sample(&self, row: usize, into: &mut dyn Sink) -> Result<(), String> {
        let name = self.text("signal", row).ok_or("has no signal")?;
        let signal = Signal::named(name).ok_or_else(|| {
            let known = || {
                let signals = Signal::KNOWN.iter().chain(Signal::OBSERVED);
                signals.map(|signal| signal.name)
            };
            let help = nearest(name, known()).map_or_else(
                || format!("they are {}", known().collect::<Vec<_>>().join(", ")),
                |near| format!("did you mean {near}?"),
            );
            format!("is of the signal {name:?}, which pss does not know; {help}")
        })?;
        let (scale, unit) = match signal.unit {
            SignalUnit::Nanoseconds => (1e9, "s"),
            SignalUnit::Bytes => (1.0, "bytes"),
            SignalUnit::Count => (1.0, "count"),
            SignalUnit::Millionths => (1e6, "share"),
            SignalUnit::Celsius => (1.0, "degrees Celsius"),
        };
        if let Some(said) = self.text("unit", row)
            && said != unit
        {
            return Err(format!(
                "gives {name} in {said:?}, and its unit is {unit:?}"
            ));
        }
        let value = self.numbers("value").and_then(|numbers| numbers.get(row));
        let value = value.ok_or("has no value")?;
        let value = scaled(value, scale)
            .ok_or_else(|| format!("has a value of {value}, which {name} cannot have"))?;
        into.sample(&Sample {
            signal,
            entity: self.text("entity", row).unwrap_or_default(),
            time: self.time(row)?,
            value,
        });
        Ok(())
    }
}

/// A value in a smaller unit, as an integer.
fn scaled(value: f64, by: f64) -> Option<u64> {
    let scaled = (value * by).round();
    (scaled >= 0.0 && scaled < u64::MAX as f64).then_some(scaled as u64)
}
