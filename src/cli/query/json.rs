//! An answer as a JSON array of objects, one a line. What is no finite number is null, for JSON has no other word.

use std::io::{self, Write};

use pss_columnar::sql::{Answer, Value};

pub(super) fn write(answer: &Answer, out: &mut dyn Write) -> io::Result<()> {
    let names: Vec<String> = answer
        .names()
        .into_iter()
        .map(|name| serde_json::Value::from(name).to_string())
        .collect();
    out.write_all(b"[")?;
    for row in 0..answer.height() {
        out.write_all(if row == 0 { b"\n" } else { b",\n" })?;
        for (at, cell) in answer.row(row).enumerate() {
            let before = if at == 0 { "{" } else { ", " };
            write!(out, "{before}{}: {}", names[at], value(cell))?;
        }
        out.write_all(b"}")?;
    }
    out.write_all(b"\n]\n")
}

pub(super) fn value(value: Value) -> serde_json::Value {
    match value {
        Value::Null => serde_json::Value::Null,
        Value::Bool(value) => value.into(),
        Value::Integer(value) => value.into(),
        Value::Unsigned(value) => value.into(),
        Value::Float(value) => value.into(),
        Value::Text(text) => text.into(),
        Value::List(values) => values.into_iter().map(self::value).collect(),
    }
}
