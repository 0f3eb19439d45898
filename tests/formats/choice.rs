//! Which format is chosen, and what is said about it.

use pss::input::InputError;

use crate::reading::read_bytes;

const NATIVE: &[u8] =
    b"{\"name\":\"a\",\"duration\":0.1,\"timestamp\":1700000000}\n{\"name\":\"b\",\"duration\":0.2,\"timestamp\":1700000001}\n";

#[test]
fn content_counts_whatever_the_name_says() {
    let read = read_bytes("traces.pss", NATIVE).expect("reads");
    assert_eq!(read.files[0].format, "native");
    assert_eq!((read.files[0].spans, read.files[0].samples), (2, 0));
}

#[test]
fn what_no_format_knows_is_refused_with_the_names_of_those_there_are() {
    let error = read_bytes("notes.txt", b"hello there\n").expect_err("no format");
    assert!(matches!(error, InputError::Unknown { .. }), "{error}");
    assert!(error.to_string().contains("native"), "{error}");
}

#[track_caller]
fn refused(name: &str, content: &[u8], why: &str) {
    let error = read_bytes(name, content).expect_err("refused").to_string();
    assert!(error.contains(why), "{name}: {error}");
}

#[track_caller]
fn chosen(name: &str, content: &str, format: &str, spans: u64) {
    let read = read_bytes(name, content.as_bytes()).expect("reads");
    let file = &read.files[0];
    assert_eq!(
        (&*file.format, file.spans, file.bad),
        (format, spans, 0),
        "{name}"
    );
}

/// Native records may hold any other field, and so took what is another format's.
#[test]
fn what_others_write_is_not_taken_for_native_records() {
    let event = r#"{"name":"a","ph":"X","ts":1,"dur":2,"pid":1,"tid":1}"#;
    chosen("events.json", &format!("{event}\n{event}\n"), "chrome", 2);
    let span = r#"{"trace_id":1,"span_id":1,"parent_id":0,"name":"x","start":1,"duration":5}"#;
    chosen("spans.json", &format!("[[{span},{span}]]"), "datadog", 2);
    refused(
        "v1.json",
        br#"[{"traceId":"a","id":"b","name":"x","annotations":[{"timestamp":1,"value":"sr","endpoint":{"serviceName":"s"}}],"binaryAnnotations":[]}]"#,
        "Zipkin v1",
    );
    refused(
        "answer.json",
        br#"{"data":null,"errors":[{"code":404,"msg":"trace not found"}]}"#,
        "trace not found",
    );
    refused("memory.json", b"[[1, 2], [[3], [4]]]", "no known format");
}

#[test]
fn text_of_two_bytes_a_character_is_named() {
    let text = "{\"name\":\"a\",\"duration\":1}\n";
    let little: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let big: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
    refused("a.jsonl", &little, "is UTF-16");
    refused("a.jsonl", &big, "is UTF-16");
    refused("a.jsonl", &[b"\xff\xfe", &little[..]].concat(), "is UTF-16");
    refused("a.jsonl", &[b"\xfe\xff", &big[..]].concat(), "is UTF-16");
    refused(
        "a.csv",
        &"name,duration\na,1\n"
            .encode_utf16()
            .flat_map(u16::to_le_bytes)
            .collect::<Vec<u8>>(),
        "is UTF-16",
    );
    refused("a.jsonl", b"\xef\xbb\xbf \n\t\n", "is empty");
}

#[test]
fn several_records_on_one_line_are_several() {
    for between in ["", " "] {
        let native = [r#"{"name":"a","duration":1}"#; 3].join(between);
        chosen("a.jsonl", &format!("{native}\n{native}\n"), "native", 6);
        let otlp = r#"{"resourceSpans":[{"scopeSpans":[{"spans":[{"name":"b","startTimeUnixNano":"1","endTimeUnixNano":"2"}]}]}]}"#;
        let otlp = [otlp; 3].join(between);
        chosen("b.jsonl", &format!("{otlp}\n{otlp}\n"), "otlp", 6);
    }
    let read = read_bytes("a.jsonl", b"{\"name\":\"a\"}{\"name\":\"b\"}\n").expect("reads");
    assert_eq!(read.files[0].records, 2);
    let read = read_bytes(
        "a.jsonl",
        b"{\"name\":\"a\",\"duration\":1}{\"name\":7}{\"name\":\"b\",\"duration\":1} {\"na\n",
    )
    .expect("reads");
    let file = &read.files[0];
    assert_eq!((file.records, file.spans, file.bad), (4, 2, 2));
    let bad = &read.summary.facts().bad_examples;
    assert!(bad.iter().all(|bad| bad.line == 1), "{bad:?}");
}
