//! Keys that stand twice in a native record: the last wins, as in Python and serde_json.

use crate::reading::{read_bytes, records};

#[test]
fn the_last_of_equal_keys_wins() {
    let line = |text: &str| records("a.jsonl", format!("{text}\n").as_bytes()).join("");
    let found = line(
        r#"{"name":"a","duration":"x","duration":0.5,"error":"no","error":true,"timestamp":1,"timestamp":null}"#,
    );
    assert!(
        found.contains("start=None duration=Some(500000000)") && found.contains("error=Some(true)"),
        "{found}"
    );
    assert!(line(r#"{"name":"a","start":null,"timestamp":2}"#).contains("start=Some(2000000000)"));
    assert!(line(r#"{"name":"a","metadata":7,"metadata":{}}"#).contains("name=Some(\"a\")"));
    for bad in [
        r#"{"name":"a","duration":0.5,"duration":"x"}"#,
        r#"{"name":"a","duration":-1,"error":"x","error":true}"#,
        r#"{"name":"a","duration":1,"duration":NaN}"#,
    ] {
        let error = read_bytes("a.jsonl", bad.as_bytes()).expect_err("the last is wrong");
        assert!(error.to_string().contains("no good record"), "{error}");
    }
}
