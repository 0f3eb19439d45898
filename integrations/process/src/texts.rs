//! Columns as readers find them: texts and instants in any of Arrow's forms.

use arrow_array::{
    Array, BooleanArray, Float64Array, Int64Array, LargeStringArray, StringArray, StringViewArray,
    TimestampMicrosecondArray, TimestampMillisecondArray, TimestampNanosecondArray,
    TimestampSecondArray, UInt64Array, cast::AsArray,
};
use arrow_buffer::NullBuffer;

/// A column of texts.
pub(crate) enum Texts<'a> {
    Short(&'a StringArray),
    Large(&'a LargeStringArray),
    View(&'a StringViewArray),
    Dictionary {
        values: Box<Texts<'a>>,
        keys: Vec<usize>,
        nulls: Option<NullBuffer>,
    },
}

impl<'a> Texts<'a> {
    pub(crate) fn of(array: &'a dyn Array) -> Option<Texts<'a>> {
        if let Some(array) = array.as_string_opt::<i32>() {
            return Some(Texts::Short(array));
        }
        if let Some(array) = array.as_string_opt::<i64>() {
            return Some(Texts::Large(array));
        }
        if let Some(array) = array.as_string_view_opt() {
            return Some(Texts::View(array));
        }
        let dictionary = array.as_any_dictionary_opt()?;
        let values = dictionary.values();
        Some(Texts::Dictionary {
            // A dictionary of nothing has no keys to speak of.
            keys: if values.is_empty() {
                Vec::new()
            } else {
                dictionary.normalized_keys()
            },
            values: Box::new(Texts::of(values.as_ref())?),
            nulls: dictionary.keys().nulls().cloned(),
        })
    }

    pub(crate) fn get(&self, row: usize) -> Option<&'a str> {
        match self {
            Texts::Short(array) => array.is_valid(row).then(|| array.value(row)),
            Texts::Large(array) => array.is_valid(row).then(|| array.value(row)),
            Texts::View(array) => array.is_valid(row).then(|| array.value(row)),
            Texts::Dictionary {
                values,
                keys,
                nulls,
            } => {
                if nulls.as_ref().is_some_and(|nulls| nulls.is_null(row)) {
                    return None;
                }
                values.get(*keys.get(row)?)
            }
        }
    }
}

/// A column of numbers.
pub(crate) enum Numbers<'a> {
    Float(&'a Float64Array),
    Signed(&'a Int64Array),
    Unsigned(&'a UInt64Array),
}

impl<'a> Numbers<'a> {
    pub(crate) fn of(array: &'a dyn Array) -> Option<Numbers<'a>> {
        None.or_else(|| array.as_primitive_opt().map(Numbers::Float))
            .or_else(|| array.as_primitive_opt().map(Numbers::Signed))
            .or_else(|| array.as_primitive_opt().map(Numbers::Unsigned))
    }

    pub(crate) fn get(&self, row: usize) -> Option<f64> {
        match self {
            Numbers::Float(array) => array.is_valid(row).then(|| array.value(row)),
            Numbers::Signed(array) => array.is_valid(row).then(|| array.value(row) as f64),
            Numbers::Unsigned(array) => array.is_valid(row).then(|| array.value(row) as f64),
        }
    }

    /// An integer as it is; of a fraction, what stands before the point.
    pub(crate) fn integer(&self, row: usize) -> Option<i128> {
        match self {
            Numbers::Float(array) => array.is_valid(row).then(|| array.value(row) as i128),
            Numbers::Signed(array) => array.is_valid(row).then(|| array.value(row).into()),
            Numbers::Unsigned(array) => array.is_valid(row).then(|| array.value(row).into()),
        }
    }
}

/// A column of instants.
pub(crate) enum Instants<'a> {
    Seconds(&'a TimestampSecondArray),
    Milliseconds(&'a TimestampMillisecondArray),
    Microseconds(&'a TimestampMicrosecondArray),
    Nanoseconds(&'a TimestampNanosecondArray),
}

impl<'a> Instants<'a> {
    pub(crate) fn of(array: &'a dyn Array) -> Option<Instants<'a>> {
        None.or_else(|| array.as_primitive_opt().map(Instants::Nanoseconds))
            .or_else(|| array.as_primitive_opt().map(Instants::Microseconds))
            .or_else(|| array.as_primitive_opt().map(Instants::Milliseconds))
            .or_else(|| array.as_primitive_opt().map(Instants::Seconds))
    }

    /// Nanoseconds since 1970: nothing where there is no instant, an error where it lies beyond what 64 bits hold.
    pub(crate) fn get(&self, row: usize) -> Result<Option<i64>, ()> {
        let (value, factor) = match self {
            Instants::Seconds(array) => {
                (array.is_valid(row).then(|| array.value(row)), 1_000_000_000)
            }
            Instants::Milliseconds(array) => {
                (array.is_valid(row).then(|| array.value(row)), 1_000_000)
            }
            Instants::Microseconds(array) => (array.is_valid(row).then(|| array.value(row)), 1_000),
            Instants::Nanoseconds(array) => (array.is_valid(row).then(|| array.value(row)), 1),
        };
        value
            .map(|value| value.checked_mul(factor).ok_or(()))
            .transpose()
    }
}

/// A column of truths.
pub(crate) fn truths(array: &dyn Array) -> Option<&BooleanArray> {
    array.as_boolean_opt()
}
