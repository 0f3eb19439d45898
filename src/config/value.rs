//! Values of settings, each with the place it came from.

use std::fmt;

/// A value, as written.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// A number.
    Number(f64),
    /// Text.
    Text(String),
    /// true or false.
    Bool(bool),
    /// A list of texts.
    List(Vec<String>),
    /// A table or a list of tables.
    Tree(serde_json::Value),
}

impl Value {
    /// What it is, for messages.
    pub fn kind(&self) -> &'static str {
        match self {
            Value::Number(_) => "a number",
            Value::Text(_) => "text",
            Value::Bool(_) => "true or false",
            Value::List(_) => "a list",
            Value::Tree(_) => "a table",
        }
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            // Nobody counts three hundred digits.
            Value::Number(number) if number.abs() >= 1e16 => write!(f, "{number:e}"),
            Value::Number(number) => write!(f, "{number}"),
            Value::Text(text) => write!(f, "{text:?}"),
            Value::Bool(truth) => write!(f, "{truth}"),
            Value::List(list) => write!(f, "{list:?}"),
            Value::Tree(tree) => write!(f, "{tree}"),
        }
    }
}

/// A value and where it came from.
#[derive(Debug, Clone, PartialEq)]
pub struct Setting {
    /// The value.
    pub value: Value,
    /// `default`, `file:line`, a flag or an environment variable.
    pub place: String,
    /// What stands in the file, where that asks for variables of the environment; what they hold is not shown.
    pub written: Option<Value>,
}
