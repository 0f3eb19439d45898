//! What a query gave: cells for whoever prints, or a Parquet file.

use std::io::{self, Write};

use jiff::{SignedDuration, Timestamp, civil};
use polars::prelude::*;

/// A result.
#[derive(Debug)]
pub struct Answer {
    frame: DataFrame,
}

/// A cell of it. Instants are RFC 3339 text in UTC, lengths of time are seconds.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// Nothing.
    Null,
    /// A truth value.
    Bool(bool),
    /// An integer.
    Integer(i64),
    /// An integer beyond those.
    Unsigned(u64),
    /// A float.
    Float(f64),
    /// Text.
    Text(String),
    /// Several, of ARRAY_AGG.
    List(Vec<Value>),
}

impl Answer {
    pub(super) fn new(mut frame: DataFrame) -> PolarsResult<Answer> {
        frame.rechunk_mut();
        Ok(Answer { frame })
    }

    /// The names of the columns.
    pub fn names(&self) -> Vec<&str> {
        self.frame
            .columns()
            .iter()
            .map(|column| column.name().as_str())
            .collect()
    }

    /// Whether a column holds numbers.
    pub fn is_number(&self, column: usize) -> bool {
        self.frame.columns()[column].dtype().is_primitive_numeric()
    }

    /// Whether a column holds nothing but null, whatever the rows.
    pub(super) fn is_nothing(&self, column: usize) -> bool {
        self.frame.columns()[column].dtype().is_null()
    }

    /// How many rows.
    pub fn height(&self) -> usize {
        self.frame.height()
    }

    /// The cells of a row.
    ///
    /// # Panics
    /// Beyond the last row.
    pub fn row(&self, row: usize) -> impl Iterator<Item = Value> + '_ {
        assert!(row < self.height(), "row {row} of {}", self.height());
        self.frame
            .columns()
            .iter()
            .map(move |column| column.get(row).map_or(Value::Null, |cell| value(&cell)))
    }

    /// Writes it as Parquet; instants and lengths of time are columns of their own type.
    ///
    /// # Errors
    /// What the system says, and types that Parquet does not have.
    pub fn write_parquet(&mut self, out: &mut dyn Write) -> io::Result<()> {
        ParquetWriter::new(out)
            .finish(&mut self.frame)
            .map(drop)
            .map_err(|error| match error {
                PolarsError::IO { error, .. } => io::Error::new(error.kind(), error.to_string()),
                error => io::Error::other(error),
            })
    }
}

fn value(cell: &AnyValue<'_>) -> Value {
    match cell {
        AnyValue::Null => Value::Null,
        AnyValue::Boolean(value) => Value::Bool(*value),
        AnyValue::String(text) => Value::Text((*text).to_owned()),
        AnyValue::StringOwned(text) => Value::Text(text.to_string()),
        AnyValue::UInt64(value) => {
            i64::try_from(*value).map_or(Value::Unsigned(*value), Value::Integer)
        }
        AnyValue::Float32(value) => Value::Float(f64::from(*value)),
        AnyValue::Float64(value) => Value::Float(*value),
        AnyValue::Datetime(value, unit, _) => instant(*value, *unit),
        AnyValue::DatetimeOwned(value, unit, _) => instant(*value, *unit),
        AnyValue::Duration(value, unit) => Value::Float(*value as f64 / per_second(*unit)),
        AnyValue::Date(days) => day(*days),
        AnyValue::List(series) | AnyValue::Array(series, _) => {
            Value::List(series.iter().map(|cell| value(&cell)).collect())
        }
        cell => match cell.extract::<i64>() {
            Some(value) if cell.is_integer() => Value::Integer(value),
            _ => Value::Text(cell.to_string()),
        },
    }
}

fn per_second(unit: TimeUnit) -> f64 {
    match unit {
        TimeUnit::Nanoseconds => 1e9,
        TimeUnit::Microseconds => 1e6,
        TimeUnit::Milliseconds => 1e3,
    }
}

fn instant(value: i64, unit: TimeUnit) -> Value {
    let time = match unit {
        TimeUnit::Nanoseconds => Timestamp::from_nanosecond(i128::from(value)),
        TimeUnit::Microseconds => Timestamp::from_microsecond(value),
        TimeUnit::Milliseconds => Timestamp::from_millisecond(value),
    };
    time.map_or(Value::Null, |time| Value::Text(time.to_string()))
}

fn day(days: i32) -> Value {
    let length = SignedDuration::from_hours(24 * i64::from(days));
    civil::date(1970, 1, 1)
        .checked_add(length)
        .map_or(Value::Null, |day| Value::Text(day.to_string()))
}
