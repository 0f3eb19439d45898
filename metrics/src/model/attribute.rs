//! One key and scalar value beside a span.

/// A scalar attribute value, borrowed from the record it was read from.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Value<'a> {
    /// Text.
    Text(&'a str),
    /// A number, as a 64-bit float.
    Number(f64),
    /// A truth value.
    Bool(bool),
}

impl<'a> Value<'a> {
    /// The text, if this is one.
    pub fn text(self) -> Option<&'a str> {
        match self {
            Value::Text(text) => Some(text),
            Value::Number(_) | Value::Bool(_) => None,
        }
    }

    /// The value as a number; decimal text counts, because many exporters write status codes as strings.
    pub fn number(self) -> Option<f64> {
        match self {
            Value::Number(number) => Some(number),
            Value::Text(text) => text.trim().parse().ok(),
            Value::Bool(_) => None,
        }
    }
}

/// A key and a value beside a span, such as `http.request.method = GET`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Attribute<'a> {
    /// The key, as the record spells it.
    pub key: &'a str,
    /// The value.
    pub value: Value<'a>,
}
