//! Columns that polars read.

use std::fmt::Write;

use polars::prelude::*;
use pss_integrations::formats::{DecodeError, table::Field};

use crate::{
    hands::{asked, damaged},
    judged::Judged,
    values::Values,
};

impl Values {
    /// A column of a frame.
    ///
    /// # Errors
    /// Its type is none that the field can be made of; damage that polars did not see.
    pub(crate) fn of_frame(
        field: Field,
        name: &str,
        frame: &DataFrame,
        judged: &Judged,
    ) -> Result<Values, DecodeError> {
        let column = asked(|| frame.column(name))?;
        match asked(|| Values::of(field, column))? {
            None => Err(mistyped(field, name, column.dtype(), &judged.there)),
            Some(values) if !values.has(frame.height()) => Err(damaged(&format!(
                "column {name:?} has another number of values than there are rows"
            ))),
            Some(values) => Ok(values),
        }
    }

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
