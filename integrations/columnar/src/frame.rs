//! A piece of a table as typed columns, row by row.

use polars::prelude::*;
use pss_integrations::formats::{
    DecodeError, Sink,
    table::{Cell, Columns, RowReader},
};

/// The one chunk of a column.
type Chunk<T> = <T as PolarsDataType>::Array;

/// One column, in one chunk: which chunk a row lies in would be asked for each cell otherwise.
enum Values {
    Text(Chunk<StringType>),
    Int(Chunk<Int64Type>),
    Unsigned(Chunk<UInt64Type>),
    Float(Chunk<Float64Type>),
    Bool(Chunk<BooleanType>),
    /// Dates or lengths of time, with what makes nanoseconds of them.
    Instant(Chunk<Int64Type>, i64),
    Time(Chunk<Int64Type>, i64),
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
            DataType::String => Values::Text(column.str()?.downcast_as_array().clone()),
            DataType::Boolean => Values::Bool(column.bool()?.downcast_as_array().clone()),
            DataType::UInt64 => Values::Unsigned(column.u64()?.downcast_as_array().clone()),
            DataType::Float32 | DataType::Float64 => {
                let column = column.cast(&DataType::Float64)?;
                Values::Float(column.f64()?.downcast_as_array().clone())
            }
            DataType::Datetime(unit, _) => {
                let factor = per_unit(unit);
                let column = column.to_physical_repr();
                Values::Instant(column.i64()?.downcast_as_array().clone(), factor)
            }
            DataType::Duration(unit) => {
                let factor = per_unit(unit);
                let column = column.to_physical_repr();
                Values::Time(column.i64()?.downcast_as_array().clone(), factor)
            }
            DataType::Binary => match column.cast(&DataType::String) {
                Ok(text) => Values::Text(text.str()?.downcast_as_array().clone()),
                Err(_) => Values::Nothing,
            },
            kind if kind.is_integer() => {
                let column = column.cast(&DataType::Int64)?;
                Values::Int(column.i64()?.downcast_as_array().clone())
            }
            _ => Values::Nothing,
        })
    }

    #[inline]
    fn cell(&self, row: usize) -> Cell<'_> {
        match self {
            Values::Text(values) => values.get(row).map_or(Cell::Null, Cell::Text),
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
