//! A piece of a table as typed columns, row by row.

use polars::prelude::*;
use pss_integrations::formats::{
    DecodeError, Sink,
    table::{Cell, Columns, RowReader},
};

/// One column.
enum Values {
    Text(StringChunked),
    Int(Int64Chunked),
    Unsigned(UInt64Chunked),
    /// Without a null, as they lie in memory.
    DenseInt(Vec<i64>),
    DenseUnsigned(Vec<u64>),
    Float(Float64Chunked),
    Bool(BooleanChunked),
    /// Dates or lengths of time, with what makes nanoseconds of them.
    Instant(Int64Chunked, i64),
    Time(Int64Chunked, i64),
    /// Of a type that no field can hold.
    Nothing,
}

impl Values {
    fn of(column: &Column) -> PolarsResult<Values> {
        let per_unit = |unit: &TimeUnit| match unit {
            TimeUnit::Nanoseconds => 1,
            TimeUnit::Microseconds => 1_000,
            TimeUnit::Milliseconds => 1_000_000,
        };
        if column.null_count() == column.len() {
            return Ok(Values::Nothing);
        }
        let column = column.rechunk();
        Ok(match column.dtype() {
            DataType::String => Values::Text(column.str()?.clone()),
            DataType::Boolean => Values::Bool(column.bool()?.clone()),
            DataType::UInt64 => match column.u64()?.cont_slice() {
                Ok(values) => Values::DenseUnsigned(values.to_vec()),
                Err(_) => Values::Unsigned(column.u64()?.clone()),
            },
            DataType::Float32 | DataType::Float64 => {
                Values::Float(column.cast(&DataType::Float64)?.f64()?.clone())
            }
            DataType::Datetime(unit, _) => {
                let factor = per_unit(unit);
                Values::Instant(column.to_physical_repr().i64()?.clone(), factor)
            }
            DataType::Duration(unit) => {
                let factor = per_unit(unit);
                Values::Time(column.to_physical_repr().i64()?.clone(), factor)
            }
            DataType::Binary => match column.cast(&DataType::String) {
                Ok(text) => Values::Text(text.str()?.clone()),
                Err(_) => Values::Nothing,
            },
            kind if kind.is_integer() => {
                let column = column.cast(&DataType::Int64)?;
                match column.i64()?.cont_slice() {
                    Ok(values) => Values::DenseInt(values.to_vec()),
                    Err(_) => Values::Int(column.i64()?.clone()),
                }
            }
            _ => Values::Nothing,
        })
    }

    fn cell(&self, row: usize) -> Cell<'_> {
        match self {
            Values::Text(values) => values.get(row).map_or(Cell::Null, Cell::Text),
            Values::DenseInt(values) => Cell::Int(values[row]),
            Values::DenseUnsigned(values) => Cell::Unsigned(values[row]),
            Values::Int(values) => values.get(row).map_or(Cell::Null, Cell::Int),
            Values::Unsigned(values) => values.get(row).map_or(Cell::Null, Cell::Unsigned),
            Values::Float(values) => values.get(row).map_or(Cell::Null, Cell::Float),
            Values::Bool(values) => values.get(row).map_or(Cell::Null, Cell::Bool),
            Values::Instant(values, factor) => values
                .get(row)
                .and_then(|value| value.checked_mul(*factor))
                .map_or(Cell::Null, Cell::Instant),
            Values::Time(values, factor) => values
                .get(row)
                .and_then(|value| value.checked_mul(*factor))
                .map_or(Cell::Null, Cell::Int),
            Values::Nothing => Cell::Null,
        }
    }
}

/// Pushes the rows of a frame, whose columns are those of `columns` in their order; the first row is number `first` of the file.
pub(crate) fn push(
    frame: &DataFrame,
    columns: &Columns,
    names: &[String],
    first: u64,
    sink: &mut dyn Sink,
) -> Result<(), DecodeError> {
    let values = names
        .iter()
        .map(|name| Values::of(frame.column(name)?))
        .collect::<PolarsResult<Vec<Values>>>()
        .map_err(content)?;
    let rows = RowReader::new(columns);
    for row in 0..frame.height() {
        let outcome = rows.push(|at| values[at].cell(row), sink);
        sink.record(first + row as u64, outcome);
        if row % 4096 == 0 && sink.interrupted() {
            break;
        }
    }
    Ok(())
}

/// What polars says, as a fragment that follows a file's name.
pub(crate) fn content(error: PolarsError) -> DecodeError {
    match error {
        PolarsError::IO { error, .. } => DecodeError::Content(format!("cannot be read: {error}")),
        error => DecodeError::Content(format!("cannot be read: {error}")),
    }
}
