//! What the scanner must read, by way of serde_json's values: slow and plain. The fuzzer uses it too.

use std::fmt::Formatter;

use pss_integrations::formats::native::RecordDecoder;
use pss_metrics::{
    model::{Batch, Decimal, Parent, Span},
    summary::{Summariser, Summary},
};
use serde::de::{Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::{Map, Value};

/// The keys that [`reference`] understands, some of which no metric reads; a record with others may mean more to the scanner.
pub(crate) const KEYS: [&str; 12] = [
    "name",
    "service",
    "branch_tag",
    "duration",
    "wait_time",
    "cpu_time",
    "memory",
    "error",
    "timestamp",
    "filename",
    "something",
    "lineno",
];

/// The fields that metrics read; the rest of a record is only held to JSON's grammar.
const NEEDED: [&str; 9] = [
    "name",
    "service",
    "branch_tag",
    "duration",
    "wait_time",
    "cpu_time",
    "memory",
    "error",
    "timestamp",
];

/// The summary of what one record pushed, or nothing where it was refused. A decoder that has learned how the record looks, or how others do, must say the same
/// as a new one.
pub(crate) fn scanned(record: &str) -> Option<Summary> {
    let mut decoder = RecordDecoder::default();
    let mut push = |record: &str| {
        let mut batch = Batch::default();
        decoder.push(record, &mut batch).ok()?;
        Some(fold(batch))
    };
    let first = push(record);
    assert_eq!(push(record), first, "the second time: {record}");
    let mut others = OTHERS.iter().map(|other| push(other));
    assert!(others.all(|other| other.is_some()), "after {record}");
    assert_eq!(push(record), first, "after others: {record}");
    first
}

/// Records of several shapes, with keys that the others lack.
const OTHERS: [&str; 4] = [
    r#"{"name": "a", "duration": 0.25, "error": false, "branch_tag": null, "memory": 1024, "timestamp": 1700000000.5, "lineno": 7}"#,
    r#"{"name": "b", "duration": 1, "wait_time": 0.5, "error": true, "timestamp": 1700000001}"#,
    r#"{"duration":0.0044077360229686675,"name":"c","service":"s","something":{"x":[1]}}"#,
    r#"{"filename":"f","name":"d","cpu_time":0.125,"error":null}"#,
];

pub(crate) fn fold(mut batch: Batch) -> Summary {
    let mut summariser = Summariser::default();
    summariser.fold(&mut batch);
    summariser.finish()
}

/// The values of the fields that matter. Of the others only the grammar is read: a number beyond every float is no reason to lose a record that does not need it.
fn needed(record: &str) -> Option<Map<String, Value>> {
    struct Fields;
    impl<'de> Visitor<'de> for Fields {
        type Value = Map<String, Value>;

        fn expecting(&self, formatter: &mut Formatter<'_>) -> std::fmt::Result {
            formatter.write_str("an object")
        }

        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
            let mut fields = Map::new();
            while let Some(key) = map.next_key::<String>()? {
                if NEEDED.contains(&key.as_str()) {
                    fields.insert(key, map.next_value()?);
                } else {
                    map.next_value::<IgnoredAny>()?;
                }
            }
            Ok(fields)
        }
    }
    let mut json = serde_json::Deserializer::from_str(record);
    let fields = json.deserialize_map(Fields).ok()?;
    json.end().ok()?;
    Some(fields)
}

/// The same by way of serde_json's values, slowly and plainly. `None` where the record must be refused.
pub(crate) fn reference(record: &str) -> Option<Summary> {
    let object = needed(record)?;
    let text = |key: &str| match object.get(key) {
        None | Some(Value::Null) => Some(None),
        Some(Value::String(text)) => Some(Some(text.clone())),
        Some(_) => None,
    };
    let number = |key: &str, shift: i32| match object.get(key) {
        None | Some(Value::Null) => Some(None),
        // The shortest decimal that gives the float is the one that was written, for up to fifteen digits.
        Some(Value::Number(number)) => Decimal::parse(number.to_string().as_bytes())
            .ok()?
            .unsigned(shift)
            .ok()
            .map(Some),
        Some(_) => None,
    };
    let error = match object.get("error") {
        None | Some(Value::Null) => None,
        Some(Value::Bool(error)) => Some(*error),
        Some(_) => return None,
    };
    let start = match object.get("timestamp") {
        None | Some(Value::Null) => None,
        Some(Value::Number(number)) => Some(
            Decimal::parse(number.to_string().as_bytes())
                .ok()?
                .signed(9)
                .ok()?,
        ),
        Some(_) => return None,
    };
    let (name, service, tag) = (text("name")?, text("service")?, text("branch_tag")?);
    let (duration, wait, cpu) = (
        number("duration", 9)?,
        number("wait_time", 9)?,
        number("cpu_time", 9)?,
    );
    let memory = number("memory", 0)?;
    if name.is_none() && duration.is_none() && error.is_none() {
        return None;
    }
    let mut batch = Batch::default();
    batch.push_span(&Span {
        parent: Parent::Unknown,
        service: service.as_deref(),
        name: name.as_deref(),
        tag: tag.as_deref(),
        start,
        duration,
        wait,
        cpu,
        memory,
        error,
        ..Span::default()
    });
    Some(fold(batch))
}
