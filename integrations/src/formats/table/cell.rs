//! One value of a table.

use pss_metrics::model::Decimal;

use super::{super::instant::instant, field::Unit};

/// A value, borrowed from its table.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Cell<'a> {
    /// Nothing.
    Null,
    /// Text.
    Text(&'a str),
    /// An integer.
    Int(i64),
    /// An integer of 0 or more.
    Unsigned(u64),
    /// A number.
    Float(f64),
    /// A truth value.
    Bool(bool),
    /// An instant in nanoseconds since the epoch, from a column that holds dates.
    Instant(i64),
    /// A date or length of time beyond what 64 bits of nanoseconds hold.
    TooFar,
    /// A length of time in nanoseconds, from a column that holds such: the field's unit is not asked.
    Length(i64),
    /// Keys with their values, from a column that holds maps.
    Pairs(&'a [(String, String)]),
}

impl<'a> Cell<'a> {
    /// As text that is not empty.
    pub(super) fn text(self) -> Option<&'a str> {
        match self {
            Cell::Text(text) if !text.is_empty() => Some(text),
            _ => None,
        }
    }

    /// As a truth value; text as it spells one, or as a status.
    #[inline]
    pub(super) fn truth(self, field: &str) -> Result<Option<bool>, String> {
        match self {
            Cell::Null => Ok(None),
            Cell::Bool(truth) => Ok(Some(truth)),
            other => other.as_truth(field),
        }
    }

    #[inline(never)]
    fn as_truth(self, field: &str) -> Result<Option<bool>, String> {
        Ok(Some(match self {
            Cell::Null | Cell::Text("") => return Ok(None),
            Cell::Bool(truth) => truth,
            Cell::Int(number) => number != 0,
            Cell::Unsigned(number) => number != 0,
            Cell::Float(number) => number != 0.0,
            Cell::Text(text) => match text {
                "true" | "True" | "TRUE" | "1" => true,
                "false" | "False" | "FALSE" | "0" => false,
                "STATUS_CODE_ERROR" | "Error" | "ERROR" | "error" => true,
                "STATUS_CODE_OK" | "STATUS_CODE_UNSET" | "Ok" | "OK" | "ok" | "Unset" | "UNSET"
                | "unset" => false,
                other => return Err(format!("`{field}` is {other:?}, expected true or false")),
            },
            Cell::Instant(_) => return Err(format!("`{field}` is a date, expected true or false")),
            Cell::Length(_) | Cell::TooFar => {
                return Err(format!(
                    "`{field}` is a length of time, expected true or false"
                ));
            }
            Cell::Pairs(_) => return Err(format!("`{field}` is a map, expected true or false")),
        }))
    }

    /// As an instant in nanoseconds since the epoch.
    #[inline]
    pub(super) fn instant(self, field: &str, unit: Unit) -> Result<Option<i64>, String> {
        match self {
            Cell::Null => Ok(None),
            // Of a length of time: since the epoch.
            Cell::Instant(instant) | Cell::Length(instant) => Ok(Some(instant)),
            Cell::Int(number) if unit.shift() == 0 => Ok(Some(number)),
            other => other.as_instant(field, unit),
        }
    }

    #[inline(never)]
    fn as_instant(self, field: &str, unit: Unit) -> Result<Option<i64>, String> {
        let out_of_range = || format!("`{field}` is beyond the years 1677 to 2262");
        match self {
            Cell::TooFar => Err(out_of_range()),
            Cell::Text("") => Ok(None),
            // Dates stand for themselves whatever the unit: a column of dates needs none.
            Cell::Text(text) => match decimal(text) {
                Some(number) if unit != Unit::Rfc3339 => number
                    .signed(unit.shift())
                    .map(Some)
                    .map_err(|_| out_of_range()),
                // ClickHouse prints a space where RFC 3339 has a T.
                _ => instant(text)
                    .map(Some)
                    .ok_or_else(|| format!("`{field}` is {text:?}, expected {}", expected(unit))),
            },
            number => number
                .number(field)?
                .map(|number| {
                    scaled_float_or_int(number, unit)
                        .and_then(|value| i64::try_from(value).ok())
                        .ok_or_else(out_of_range)
                })
                .transpose(),
        }
    }

    /// As a time in nanoseconds, 0 or more.
    #[inline]
    pub(super) fn span_of_time(self, field: &str, unit: Unit) -> Result<Option<u64>, String> {
        match self {
            Cell::Null => Ok(None),
            Cell::Unsigned(number) if unit.shift() == 0 => Ok(Some(number)),
            Cell::Length(length) => u64::try_from(length)
                .map(Some)
                .map_err(|_| format!("`{field}` is negative or out of range")),
            other => other.as_span_of_time(field, unit),
        }
    }

    #[inline(never)]
    fn as_span_of_time(self, field: &str, unit: Unit) -> Result<Option<u64>, String> {
        match self {
            Cell::Text("") => Ok(None),
            Cell::Text(text) => decimal(text)
                .ok_or_else(|| format!("`{field}` is {text:?}, expected a number"))?
                .unsigned(unit.shift())
                .map(Some)
                .map_err(|error| format!("`{field}` {error}")),
            number => number
                .number(field)?
                .map(|number| {
                    scaled_float_or_int(number, unit)
                        .and_then(|value| u64::try_from(value).ok())
                        .ok_or_else(|| format!("`{field}` is negative or out of range"))
                })
                .transpose(),
        }
    }

    /// As a whole number of 0 or more.
    pub(super) fn unsigned(self, field: &str) -> Result<Option<u64>, String> {
        self.span_of_time(field, Unit::Nanoseconds)
    }

    fn number(self, field: &str) -> Result<Option<Numeric>, String> {
        match self {
            Cell::Null => Ok(None),
            Cell::Int(number) => Ok(Some(Numeric::Whole(number.into()))),
            Cell::Unsigned(number) => Ok(Some(Numeric::Whole(number.into()))),
            Cell::Float(number) if number.is_finite() => Ok(Some(Numeric::Float(number))),
            Cell::Float(_) => Err(format!("`{field}` is not a finite number")),
            Cell::Bool(_) => Err(format!("`{field}` is a truth value, expected a number")),
            Cell::Instant(_) => Err(format!("`{field}` is a date, expected a number")),
            Cell::Length(_) => Err(format!("`{field}` is a length of time, expected a number")),
            Cell::TooFar => Err(format!(
                "`{field}` is beyond what 64 bits of nanoseconds hold, 292 years"
            )),
            Cell::Pairs(_) => Err(format!("`{field}` is a map, expected a number")),
            Cell::Text(text) => Err(format!("`{field}` is {text:?}, expected a number")),
        }
    }
}

enum Numeric {
    Whole(i128),
    Float(f64),
}

fn scaled_float_or_int(number: Numeric, unit: Unit) -> Option<i128> {
    match number {
        Numeric::Whole(whole) => whole.checked_mul(10i128.pow(unit.shift().unsigned_abs())),
        // The shortest decimal that gives the float is the one that was written.
        Numeric::Float(float) => decimal(&format!("{float}"))?.scaled(unit.shift()),
    }
}

fn decimal(text: &str) -> Option<Decimal> {
    Decimal::parse(text.trim().as_bytes()).ok()
}

fn expected(unit: Unit) -> &'static str {
    match unit {
        Unit::Rfc3339 => "a date such as 2023-05-04T12:00:00Z",
        _ => "a number or a date",
    }
}
