//! A piece of a table as typed columns, row by row.

use std::{fmt::Write, ops::Range};

use polars::prelude::*;
use polars_arrow::{
    array::{Array, PrimitiveArray},
    types::NativeType,
};
use pss_integrations::formats::{
    DecodeError, Sink,
    table::{Cell, Columns, Draft, Field, Place, RowReader},
};

use crate::{
    hands::{asked, damaged},
    judged::Judged,
};

/// Rows that are filled together, column by column: few enough to stay in a processor's second cache.
const TOGETHER: usize = 512;

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
    /// Maps, each from its first to before its last pair.
    Pairs(Vec<(String, String)>, Vec<Range<usize>>),
    /// Null in every row.
    Nothing,
}

impl Values {
    /// `None` where the column's type is none that the field can be made of.
    fn of(field: Field, column: &Column) -> PolarsResult<Option<Values>> {
        if column.null_count() == column.len() {
            return Ok(Some(Values::Nothing));
        }
        let column = column.rechunk();
        let text = |column: &Column| {
            let text = column.cast(&DataType::String)?;
            Ok(Some(Values::Text(text.str()?.downcast_as_array().clone())))
        };
        let int = |column: &Column| PolarsResult::Ok(column.i64()?.downcast_as_array().clone());
        let per_unit = |unit: &TimeUnit| match unit {
            TimeUnit::Nanoseconds => 1,
            TimeUnit::Microseconds => 1_000,
            TimeUnit::Milliseconds => 1_000_000,
        };
        Ok(Some(match column.dtype() {
            DataType::String => return text(&column),
            DataType::Binary => return text(&of_bytes(&column)?),
            kind if kind.is_categorical() => return text(&column),
            // Numbers and truth values: what has a text has its text.
            kind if field.is_text() && !kind.is_nested() => {
                return Ok(text(&column).ok().flatten());
            }
            DataType::List(inner) if field == Field::Attributes => {
                let DataType::Struct(parts) = inner.as_ref() else {
                    return Ok(None);
                };
                if parts.len() != 2 {
                    return Ok(None);
                }
                return pairs(&column);
            }
            _ if field.is_text() || field == Field::Attributes => return Ok(None),
            DataType::Boolean => Values::Bool(column.bool()?.downcast_as_array().clone()),
            DataType::UInt64 => Values::Unsigned(column.u64()?.downcast_as_array().clone()),
            DataType::Float32 | DataType::Float64 => {
                let column = column.cast(&DataType::Float64)?;
                Values::Float(column.f64()?.downcast_as_array().clone())
            }
            // A decimal's digits are exact, a float's are not.
            DataType::Decimal(..) => return text(&column),
            DataType::Datetime(unit, _) => {
                Values::Instant(int(&column.to_physical_repr())?, per_unit(unit))
            }
            DataType::Duration(unit) => {
                Values::Time(int(&column.to_physical_repr())?, per_unit(unit))
            }
            DataType::Date => Values::Instant(
                int(&column.to_physical_repr().cast(&DataType::Int64)?)?,
                86_400_000_000_000,
            ),
            kind if kind.is_integer() => Values::Int(int(&column.cast(&DataType::Int64)?)?),
            _ => return Ok(None),
        }))
    }

    /// Adds some rows to what is made of them.
    fn fill<'a>(&'a self, rows: Range<usize>, place: &Place, drafts: &mut [Draft<'a>]) {
        match self {
            Values::Int(values) => fill(values, rows, place, drafts, Cell::Int),
            Values::Unsigned(values) => fill(values, rows, place, drafts, Cell::Unsigned),
            Values::Float(values) => fill(values, rows, place, drafts, Cell::Float),
            Values::Instant(values, factor) => fill(values, rows, place, drafts, |value| {
                nanoseconds(Some(value), *factor, Cell::Instant)
            }),
            Values::Time(values, factor) => fill(values, rows, place, drafts, |value| {
                nanoseconds(Some(value), *factor, Cell::Length)
            }),
            Values::Text(values) => {
                let cell = |row| values.get(row).map_or(Cell::Null, Cell::Text);
                place.fill(drafts, rows.map(cell));
            }
            Values::Bool(values) => {
                let cell = |row| values.get(row).map_or(Cell::Null, Cell::Bool);
                place.fill(drafts, rows.map(cell));
            }
            Values::Pairs(..) => place.fill(drafts, rows.map(|row| self.cell(row))),
            Values::Nothing => {}
        }
    }

    /// Whether there is a value for each of so many rows: of what is damaged polars does not always see to that.
    fn has(&self, rows: usize) -> bool {
        let (length, valid) = match self {
            Values::Text(values) => (values.len(), values.validity()),
            Values::Int(values) | Values::Instant(values, _) | Values::Time(values, _) => {
                (values.values().len(), values.validity())
            }
            Values::Unsigned(values) => (values.values().len(), values.validity()),
            Values::Float(values) => (values.values().len(), values.validity()),
            Values::Bool(values) => (values.len(), values.validity()),
            Values::Pairs(_, rows) => (rows.len(), None),
            Values::Nothing => return true,
        };
        length == rows && valid.is_none_or(|valid| valid.len() == rows)
    }

    fn cell(&self, row: usize) -> Cell<'_> {
        match self {
            Values::Text(values) => values.get(row).map_or(Cell::Null, Cell::Text),
            Values::Int(values) => values.get(row).map_or(Cell::Null, Cell::Int),
            Values::Unsigned(values) => values.get(row).map_or(Cell::Null, Cell::Unsigned),
            Values::Float(values) => values.get(row).map_or(Cell::Null, Cell::Float),
            Values::Bool(values) => values.get(row).map_or(Cell::Null, Cell::Bool),
            Values::Instant(values, factor) => nanoseconds(values.get(row), *factor, Cell::Instant),
            Values::Time(values, factor) => nanoseconds(values.get(row), *factor, Cell::Length),
            Values::Pairs(pairs, rows) => Cell::Pairs(&pairs[rows[row].clone()]),
            Values::Nothing => Cell::Null,
        }
    }
}

/// Adds rows of a column without nulls, or with them, to what is made of those rows.
fn fill<'a, T: NativeType>(
    values: &PrimitiveArray<T>,
    rows: Range<usize>,
    place: &Place,
    drafts: &mut [Draft<'a>],
    cell: impl Fn(T) -> Cell<'a>,
) {
    let all = values.values();
    match values.validity() {
        None => place.fill(drafts, all[rows].iter().map(|value| cell(*value))),
        Some(valid) => {
            let known = |row| valid.get_bit(row).then(|| cell(all[row]));
            place.fill(drafts, rows.map(|row| known(row).unwrap_or(Cell::Null)));
        }
    }
}

fn nanoseconds(value: Option<i64>, factor: i64, cell: fn(i64) -> Cell<'static>) -> Cell<'static> {
    value.map_or(Cell::Null, |value| {
        value.checked_mul(factor).map_or(Cell::TooFar, cell)
    })
}

/// Bytes as text where all of them are, as hexadecimal digits otherwise: identities are often kept so.
fn of_bytes(column: &Column) -> PolarsResult<Column> {
    let bytes = column.binary()?;
    let is_text = |bytes: &[u8]| std::str::from_utf8(bytes).is_ok();
    let text: StringChunked = if bytes.iter().flatten().all(is_text) {
        bytes.apply_into_string_amortized(|bytes, text| {
            text.push_str(&String::from_utf8_lossy(bytes))
        })
    } else {
        bytes.apply_into_string_amortized(|bytes, text| {
            for byte in bytes {
                let _ = write!(text, "{byte:02x}");
            }
        })
    };
    Ok(text.into_column())
}

/// Maps as lists of keys with values, which is how Parquet and Arrow keep them.
fn pairs(column: &Column) -> PolarsResult<Option<Values>> {
    let lists = column.list()?;
    let inner = lists.get_inner();
    let [keys, values] = &inner.struct_()?.fields_as_series()[..] else {
        return Ok(None);
    };
    let (Ok(keys), Ok(values)) = (keys.cast(&DataType::String), values.cast(&DataType::String))
    else {
        return Ok(None);
    };
    let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
    let pairs = keys.str()?.iter().zip(values.str()?.iter());
    let offsets = lists.downcast_as_array().offsets();
    let rows = (0..lists.len()).map(|row| {
        let (start, end) = offsets.start_end(row);
        start..end
    });
    Ok(Some(Values::Pairs(
        pairs.map(|(key, value)| (text(key), text(value))).collect(),
        rows.collect(),
    )))
}

/// Pushes the rows of a frame, whose columns are those of `columns` in their order; the first row is number `first` of the file.
pub(crate) fn push(
    frame: &DataFrame,
    columns: &Columns,
    judged: &Judged,
    first: u64,
    sink: &mut dyn Sink,
) -> Result<(), DecodeError> {
    let values = columns
        .of
        .iter()
        .zip(&judged.names)
        .map(|((field, ..), name)| {
            let column = asked(|| frame.column(name))?;
            let values = asked(|| Values::of(*field, column))?;
            if values
                .as_ref()
                .is_some_and(|values| !values.has(frame.height()))
            {
                return Err(damaged(&format!(
                    "column {name:?} has another number of values than there are rows"
                )));
            }
            values.ok_or_else(|| mistyped(*field, name, column.dtype(), &judged.there))
        })
        .collect::<Result<Vec<Values>, DecodeError>>()?;
    let rows = RowReader::new(columns).without(|at| matches!(values[at], Values::Nothing));
    let mut open = judged.open(&rows);
    open.retain(|at| !matches!(values[*at], Values::Nothing));
    let mut drafts = Vec::with_capacity(TOGETHER);
    for start in (0..frame.height()).step_by(TOGETHER) {
        let these = start..frame.height().min(start + TOGETHER);
        drafts.clear();
        drafts.resize_with(these.len(), Draft::default);
        for place in rows.places() {
            values[place.at].fill(these.clone(), place, &mut drafts);
        }
        for (row, draft) in these.zip(&mut drafts) {
            if !open.is_empty() {
                judged.look(&mut open, &rows, |at| values[at].cell(row));
            }
            let outcome = rows.finish(draft, sink);
            sink.record(first + row as u64, outcome);
        }
        if sink.interrupted() {
            break;
        }
    }
    Ok(())
}

fn mistyped(field: Field, name: &str, kind: &DataType, there: &str) -> DecodeError {
    let name_of = field.name();
    let wanted = match field {
        Field::Attributes => "maps, or text of JSON objects",
        _ if field.is_text() => "text or whole numbers",
        _ if field.is_time() => "numbers, text, dates or lengths of time",
        _ => "numbers or text",
    };
    DecodeError::Settings(format!(
        "has a column {name:?} of {kind}, from which `{name_of}` cannot be read: {wanted} are wanted. Name another under [input.columns], or none with {name_of} = \"\"; there are: {there}"
    ))
}
