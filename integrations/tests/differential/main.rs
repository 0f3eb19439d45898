//! The scanner against serde_json: the same records are accepted, and they carry the same values.

mod reference;

use proptest::prelude::*;
use pss_integrations::formats::native::RecordDecoder;
use pss_metrics::model::Batch;
use reference::{KEYS, fold, reference, scanned};

fn value() -> impl Strategy<Value = String> {
    prop_oneof![
        8 => (0u32..100_000_000, 0i32..9).prop_map(|(digits, places)| format!("{:.1$}", f64::from(digits) / 10f64.powi(places), places as usize)),
        2 => Just("null".to_owned()),
        2 => Just("true".to_owned()),
        4 => "[a-zé_ ]{0,9}".prop_map(|text| format!("\"{text}\"")),
        2 => Just("\"a\\u00e9\\n\\\"b\\ud83d\\ude00\"".to_owned()),
        1 => Just("[1,{\"a\":[null,\"x\"]}]".to_owned()),
        1 => Just("-1".to_owned()),
        1 => Just("1e3".to_owned()),
        1 => Just("1E-3".to_owned()),
        1 => Just("NaN".to_owned()),
    ]
}

/// A value that the key takes, most of the time.
fn fitting(key: usize) -> BoxedStrategy<String> {
    match KEYS[key] {
        "name" | "service" | "branch_tag" => prop_oneof![6 => "[a-zé_ 0-9]{0,12}".prop_map(|text| format!("\"{text}\"")), 1 => value()].boxed(),
        "error" => prop_oneof![6 => any::<bool>().prop_map(|error| error.to_string()), 1 => value()].boxed(),
        _ => prop_oneof![12 => (0u32..100_000_000, 0i32..9).prop_map(|(digits, places)| format!("{:.1$}", f64::from(digits) / 10f64.powi(places), places as usize)), 1 => value()].boxed(),
    }
}

prop_compose! {
    /// Keys at most once; damage makes some of them equal.
    fn record()(keys in proptest::sample::subsequence((0..KEYS.len()).collect::<Vec<_>>(), 0..KEYS.len()).prop_shuffle())
        (fields in keys.into_iter().map(|key| (Just(key), fitting(key))).collect::<Vec<_>>(), blank in "[ \t]{0,2}") -> String {
        let fields: Vec<String> = fields.iter().map(|(key, value)| format!("{blank}\"{}\"{blank}:{blank}{value}{blank}", KEYS[*key])).collect();
        format!("{{{}}}", fields.join(","))
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4000))]

    #[test]
    fn the_same_records_with_the_same_values(record in record()) {
        prop_assert_eq!(scanned(&record), reference(&record), "{}", record);
    }

    #[test]
    fn the_same_after_damage(record in record(), at in any::<prop::sample::Index>(), with in "[\\x00-\\x7f]{0,2}", gone in 0usize..3) {
        let mut at = at.index(record.len());
        while !record.is_char_boundary(at) {
            at -= 1;
        }
        let mut end = (at + gone).min(record.len());
        while !record.is_char_boundary(end) {
            end += 1;
        }
        let damaged = format!("{}{with}{}", &record[..at], &record[end..]);
        // Digits beyond a float's fifteen differ between the two.
        prop_assume!(!damaged.split(|c: char| !c.is_ascii_digit() && c != '.').any(|digits| digits.len() > 16));
        prop_assert_eq!(scanned(&damaged), reference(&damaged), "{}", damaged);
    }

    #[test]
    fn a_decoder_that_has_seen_other_records_reads_alike(records in proptest::collection::vec(record(), 1..12)) {
        let mut decoder = RecordDecoder::default();
        for record in records {
            let mut batch = Batch::default();
            let accepted = decoder.push(&record, &mut batch).is_ok();
            prop_assert_eq!(accepted.then(|| fold(batch)), scanned(&record), "{}", record);
        }
    }
}

#[test]
fn the_last_of_equal_keys_wins() {
    let twice = scanned("{\"name\":\"a\",\"duration\":1,\"name\":\"b\",\"duration\":2}");
    assert_eq!(twice, scanned("{\"name\":\"b\",\"duration\":2}"));
}
