//! An answer as CSV with a header; null is an empty field.

use std::io::{self, Write};

use pss_columnar::sql::{Answer, Value};

use super::json;

pub(super) fn write(answer: &Answer, out: &mut dyn Write) -> io::Result<()> {
    let mut writer = csv::Writer::from_writer(out);
    writer.write_record(answer.names())?;
    for row in 0..answer.height() {
        writer.write_record(answer.row(row).map(field))?;
    }
    writer.flush()
}

fn field(value: Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::Bool(value) => value.to_string(),
        Value::Integer(value) => value.to_string(),
        Value::Unsigned(value) => value.to_string(),
        Value::Float(value) => value.to_string(),
        Value::Text(text) => text,
        list @ Value::List(_) => json::value(list).to_string(),
    }
}
