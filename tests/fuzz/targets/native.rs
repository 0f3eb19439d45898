//! The native scanner against serde_json.

#[path = "../../../integrations/tests/differential/reference.rs"]
mod reference;

use pss_integrations::formats::native::RecordDecoder;
use pss_metrics::model::Batch;
use serde::de::IgnoredAny;
use serde_json::Value;

/// What the scanner accepts is JSON; and of the fields that the reference knows it accepts the same records with the same values.
pub(crate) fn native(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    let mut batch = Batch::default();
    let mine = RecordDecoder::default().push(text, &mut batch);
    match serde_json::from_str::<Value>(text) {
        // A number that no float holds, or half of a surrogate pair, is no reason to refuse where nobody asks for its value.
        Err(error) => assert!(
            mine.is_err() || serde_json::from_str::<IgnoredAny>(text).is_ok(),
            "{text:?}: {error}"
        ),
        Ok(Value::Object(object)) => {
            let known = object
                .keys()
                .all(|key| reference::KEYS.contains(&key.as_str()));
            if known && !beyond_a_float(text) {
                assert_eq!(
                    reference::scanned(text),
                    reference::reference(text),
                    "{text:?}"
                );
            }
        }
        Ok(_) => assert!(mine.is_err(), "{text:?} is no object"),
    }
    let mut again = RecordDecoder::default();
    // What a decoder has learnt from a record must not change how it reads the next.
    for _ in 0..2 {
        let mut batch = Batch::default();
        assert_eq!(again.push(text, &mut batch), mine, "{text:?}");
    }
}

/// Whether numbers have more digits than a float keeps: the scanner reads them exactly, serde_json's values do not.
fn beyond_a_float(text: &str) -> bool {
    text.split(|c: char| !c.is_ascii_digit() && c != '.')
        .any(|digits| digits.len() > 16)
}
