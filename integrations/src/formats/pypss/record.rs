//! One record.

use std::borrow::Cow;

use pss_metrics::pypss::{Record, Records};
use thiserror::Error;

use super::json::{Fault, Reader, Value};

/// Why a record cannot be used. PyPSS 1.3.1 stops with an exception on most of these, or counts half of the record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum RecordError {
    /// Not what Python's `json` reads.
    #[error("not valid JSON")]
    Syntax,
    /// Nested too deeply.
    #[error("nested more than 1000 levels deep")]
    Depth,
    /// A number, text or list where a record should be.
    #[error("a record must be an object")]
    NotAnObject,
    /// A field that must be a number is something else.
    #[error("`{field}` must be a number or null, found {found}")]
    NotANumber {
        /// The field.
        field: &'static str,
        /// What stands there.
        found: &'static str,
    },
    /// NaN or infinity in a field that is scored.
    #[error("`{field}` must be finite")]
    NotFinite {
        /// The field.
        field: &'static str,
    },
    /// The metadata of a system record is no object.
    #[error("`metadata` of a system record must be an object or null, found {found}")]
    Metadata {
        /// What stands there.
        found: &'static str,
    },
}

impl From<Fault> for RecordError {
    fn from(fault: Fault) -> RecordError {
        match fault {
            Fault::Syntax => RecordError::Syntax,
            Fault::Depth => RecordError::Depth,
        }
    }
}

/// Decodes one record and pushes it; nothing is pushed when it fails.
///
/// Fields that PyPSS does not read may hold anything. Null and missing numbers are 0 (in metadata: absent), `true` is 1; a name, module or tag that is no
/// text counts as missing; the last of several equal keys wins.
///
/// # Errors
/// What is wrong with the record, without its place, which the caller knows.
pub fn decode(record: &str, records: &mut Records) -> Result<(), RecordError> {
    let mut reader = Reader::new(record);
    let raw = RawRecord::read(&mut reader)?;
    if !reader.is_at_end() {
        return Err(RecordError::Syntax);
    }
    raw.push(records)
}

/// The values of the fields that count, the last of each.
struct RawRecord<'a> {
    system: bool,
    duration: Value<'a>,
    wait: Value<'a>,
    memory: Value<'a>,
    memory_diff: Value<'a>,
    error: bool,
    name: Value<'a>,
    module: Value<'a>,
    tag: Value<'a>,
    metadata: Value<'a>,
}

impl<'a> RawRecord<'a> {
    fn read(reader: &mut Reader<'a>) -> Result<RawRecord<'a>, RecordError> {
        if reader.peek() != b'{' {
            // A text that is no JSON at all is told from a list or number in a record's place.
            reader.value()?;
            return Err(RecordError::NotAnObject);
        }
        let mut raw = RawRecord {
            system: false,
            duration: Value::Null,
            wait: Value::Null,
            memory: Value::Null,
            memory_diff: Value::Null,
            error: false,
            name: Value::Null,
            module: Value::Null,
            tag: Value::Null,
            metadata: Value::Null,
        };
        reader.members(|key, value| {
            match &*key {
                "system_metric" => raw.system = value.is_truthy(),
                "duration" => raw.duration = value,
                "wait_time" => raw.wait = value,
                "memory" => raw.memory = value,
                "memory_diff" => raw.memory_diff = value,
                "error" => raw.error = value.is_truthy(),
                "name" => raw.name = value,
                "module" => raw.module = value,
                "branch_tag" => raw.tag = value,
                "metadata" => raw.metadata = value,
                _ => {}
            }
            Ok::<(), RecordError>(())
        })?;
        Ok(raw)
    }

    fn push(self, records: &mut Records) -> Result<(), RecordError> {
        let (name, module, tag) = (text(self.name), text(self.module), text(self.tag));
        let mut record = Record {
            system: self.system,
            duration: number("duration", self.duration)?.unwrap_or(0.0),
            wait: number("wait_time", self.wait)?.unwrap_or(0.0),
            memory_diff: number("memory_diff", self.memory_diff)?.unwrap_or(0.0),
            error: self.error,
            name: &name,
            module: &module,
            tag: &tag,
            ..Record::default()
        };
        if self.system {
            read_metadata(self.metadata, &mut record)?;
        } else {
            record.memory = number("memory", self.memory)?.unwrap_or(0.0);
        }
        records.push(&record);
        Ok(())
    }
}

fn read_metadata(metadata: Value<'_>, record: &mut Record<'_>) -> Result<(), RecordError> {
    let raw = match metadata {
        Value::Null => return Ok(()),
        Value::Object { raw, .. } => raw,
        other => {
            return Err(RecordError::Metadata {
                found: other.name(),
            });
        }
    };
    let mut found = [Value::Null; 3];
    Reader::new(raw).members(|key, value| {
        match &*key {
            "lag" => found[0] = value,
            "gc_pause_duration" => found[1] = value,
            "kafka_lag" => found[2] = value,
            _ => {}
        }
        Ok::<(), RecordError>(())
    })?;
    record.lag = number("metadata.lag", found[0])?;
    record.gc_pause = number("metadata.gc_pause_duration", found[1])?;
    record.kafka_lag = number("metadata.kafka_lag", found[2])?;
    Ok(())
}

fn number(field: &'static str, value: Value<'_>) -> Result<Option<f64>, RecordError> {
    match value {
        Value::Null => Ok(None),
        Value::Bool(value) => Ok(Some(f64::from(value))),
        Value::Number(value) if value.is_finite() => Ok(Some(value)),
        Value::Number(_) | Value::TooLarge => Err(RecordError::NotFinite { field }),
        other => Err(RecordError::NotANumber {
            field,
            found: other.name(),
        }),
    }
}

fn text(value: Value<'_>) -> Cow<'_, str> {
    match value {
        Value::Text(text) => text.get(),
        _ => Cow::Borrowed(""),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pss_metrics::pypss::{Profile, Settings, score};

    fn decoded(record: &str) -> Result<Records, RecordError> {
        let mut records = Records::new();
        decode(record, &mut records).map(|()| records)
    }

    #[test]
    fn fields_that_are_not_read_may_hold_anything() {
        let record = r#"{"timestamp": NaN, "cpu_time": "x", "lineno": [1, {"a": -Infinity}], "metadata": "free", "name": 7}"#;
        assert_eq!(decoded(record).unwrap().traces(), 1);
        let system = r#"{"system_metric": "yes", "memory": [], "metadata": null}"#;
        let records = decoded(system).unwrap();
        assert_eq!((records.len(), records.traces()), (1, 0));
    }

    #[test]
    fn the_last_of_equal_keys_wins() {
        let mut once = decoded(r#"{"duration": 2, "system_metric": 0}"#).unwrap();
        let mut twice = decoded(
            r#"{"duration": "x", "duration": 2, "system_metric": 1, "system_metric": false}"#,
        )
        .unwrap();
        for records in [&mut once, &mut twice] {
            decode(r#"{"duration": 3}"#, records).unwrap();
        }
        let pss = |records: &Records| score(records, &Settings::default(), Profile::Full).unwrap();
        assert_eq!(pss(&once), pss(&twice));
        assert!(pss(&once).raw < 1.0);
    }

    #[test]
    fn each_fault_has_its_reason_and_leaves_nothing_behind() {
        for (record, reason) in [
            ("{", "not valid JSON"),
            ("{} {}", "not valid JSON"),
            ("hello", "not valid JSON"),
            ("42", "a record must be an object"),
            ("[]", "a record must be an object"),
            (
                r#"{"duration": "1.5"}"#,
                "`duration` must be a number or null, found text",
            ),
            (
                r#"{"wait_time": []}"#,
                "`wait_time` must be a number or null, found an array",
            ),
            (r#"{"memory": NaN}"#, "`memory` must be finite"),
            (r#"{"duration": 1e400}"#, "`duration` must be finite"),
            (
                r#"{"system_metric": 1, "metadata": ["lag"]}"#,
                "`metadata` of a system record must be an object or null, found an array",
            ),
            (
                r#"{"system_metric": 1, "metadata": {"lag": "x"}}"#,
                "`metadata.lag` must be a number or null, found text",
            ),
        ] {
            let mut records = Records::new();
            let error = decode(record, &mut records).unwrap_err();
            assert_eq!(error.to_string(), reason, "{record}");
            assert!(records.is_empty(), "{record}");
        }
        let deep = format!("{{\"x\": {}1{}}}", "[".repeat(20_000), "]".repeat(20_000));
        assert_eq!(decoded(&deep).unwrap_err(), RecordError::Depth);
    }
}
