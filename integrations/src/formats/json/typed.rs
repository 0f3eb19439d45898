//! Typed parts of JSON documents, for formats that a library's deserialiser is fast enough for.

use std::borrow::Cow;

use pss_metrics::model::{Attribute, Decimal, Value};
use serde::Deserialize;
use serde_json::value::RawValue;

/// A number, written as one or as text, whose exact value is taken only when it is asked for.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(transparent)]
pub(in crate::formats) struct Number<'a>(#[serde(borrow)] &'a RawValue);

impl Number<'_> {
    /// An instant in nanoseconds since the epoch, from a unit of `10^shift` nanoseconds; `None` for null.
    pub(in crate::formats) fn instant(
        self,
        field: &str,
        shift: i32,
    ) -> Result<Option<i64>, String> {
        self.value(field)?
            .map(|value| value.signed(shift))
            .transpose()
            .map_err(|error| format!("`{field}` {error}"))
    }

    /// A duration or size, from a unit of `10^shift` of the result's; `None` for null.
    pub(in crate::formats) fn unsigned(
        self,
        field: &str,
        shift: i32,
    ) -> Result<Option<u64>, String> {
        self.value(field)?
            .map(|value| value.unsigned(shift))
            .transpose()
            .map_err(|error| format!("`{field}` {error}"))
    }

    fn value(self, field: &str) -> Result<Option<Decimal>, String> {
        let text = self.0.get();
        if text == "null" {
            return Ok(None);
        }
        let digits = text
            .strip_prefix('"')
            .and_then(|rest| rest.strip_suffix('"'))
            .unwrap_or(text);
        Decimal::parse(digits.as_bytes())
            .map(Some)
            .map_err(|_| format!("`{field}` is {}, expected a number", shown(text)))
    }
}

/// A scalar; lists and objects are kept as nothing.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub(in crate::formats) enum Scalar<'a> {
    Bool(bool),
    Number(f64),
    #[serde(borrow)]
    Text(Cow<'a, str>),
    Other(serde::de::IgnoredAny),
}

impl Scalar<'_> {
    /// As the value of an attribute.
    pub(in crate::formats) fn value(&self) -> Option<Value<'_>> {
        match self {
            Scalar::Bool(truth) => Some(Value::Bool(*truth)),
            Scalar::Number(number) => Some(Value::Number(*number)),
            Scalar::Text(text) => Some(Value::Text(text)),
            Scalar::Other(_) => None,
        }
    }

    /// As an attribute.
    pub(in crate::formats) fn attribute<'k>(&'k self, key: &'k str) -> Option<Attribute<'k>> {
        Some(Attribute {
            key,
            value: self.value()?,
        })
    }

    /// The text, if it is one.
    pub(in crate::formats) fn text(&self) -> Option<&str> {
        match self {
            Scalar::Text(text) => Some(text),
            _ => None,
        }
    }

    /// Whether it says yes: `true`, or text that does not say no.
    pub(in crate::formats) fn is_true(&self) -> bool {
        match self {
            Scalar::Bool(truth) => *truth,
            Scalar::Text(text) => !text.eq_ignore_ascii_case("false"),
            Scalar::Number(number) => *number != 0.0,
            Scalar::Other(_) => false,
        }
    }
}

/// Deserialises a value, with a reason that does not speak of lines within the record.
pub(in crate::formats) fn parse<'a, T: Deserialize<'a>>(text: &'a str) -> Result<T, String> {
    serde_json::from_str(text).map_err(|error| {
        if error.is_eof() {
            return "is truncated: it ends inside a value".to_owned();
        }
        let why = error.to_string();
        let why = why.split(" at line ").next().unwrap_or(&why);
        if error.is_data() {
            format!("has a field of the wrong type: {why}")
        } else {
            format!("is not JSON: {why}")
        }
    })
}

fn shown(text: &str) -> String {
    let mut short: String = text.chars().take(30).collect();
    if short.len() < text.len() {
        short.push_str("..");
    }
    short
}
