//! Jaeger, Zipkin, Datadog and X-Ray.

use crate::{
    pinned::{Brings, folder},
    reading::{read_bytes, records},
    truncation::every_cut,
};

#[test]
fn real_jaeger_files() {
    folder(
        "jaeger-json",
        &[
            (
                "jaeger-ui__testTrace.json",
                Brings::Counts("jaeger", 4, 0, 0),
            ),
            (
                "jaeger__otlp2jaeger-out.json",
                Brings::Counts("jaeger", 2, 0, 0),
            ),
            ("jaeger__ui_01.json", Brings::Counts("jaeger", 5, 0, 0)),
            (
                "jaeger__example_trace.json",
                Brings::Counts("otlp", 5, 0, 0),
            ),
        ],
    );
}

#[test]
fn real_zipkin_files() {
    folder(
        "zipkin-v2",
        &[
            (
                "zipkin__smartthings-oauth-authorization.json",
                Brings::Counts("zipkin", 175, 0, 0),
            ),
            (
                "zipkin__messaging-kafka.json",
                Brings::Counts("zipkin", 28, 0, 0),
            ),
            ("zipkin__ascend.json", Brings::Counts("zipkin", 8, 0, 0)),
            (
                "zipkin__simple-db-p6.json",
                Brings::Counts("zipkin", 5, 0, 0),
            ),
        ],
    );
}

const JAEGER: &str = r#"{"data":[{"traceID":"t","spans":[
 {"traceID":"t","spanID":"a","operationName":"GET /","references":[],"startTime":1700000000000001,"duration":1500,"tags":[{"key":"span.kind","type":"string","value":"server"},{"key":"http.status_code","type":"int64","value":503}],"processID":"p1"},
 {"traceID":"t","spanID":"b","operationName":"SELECT","references":[{"refType":"FOLLOWS_FROM","traceID":"t","spanID":"x"},{"refType":"CHILD_OF","traceID":"t","spanID":"a"}],"startTime":1700000000000100,"duration":0.5,"tags":[{"key":"db.system","value":"postgresql"},{"key":"error","type":"bool","value":true}],"processID":"p2"}],
 "processes":{"p1":{"serviceName":"shop"},"p2":{"serviceName":"db"}}}],"total":0}"#;

const ZIPKIN: &str = r#"[{"traceId":"t","id":"a","kind":"SERVER","name":"get /","timestamp":1700000000000001,"duration":1500,"localEndpoint":{"serviceName":"shop"},"tags":{"http.status_code":"503"}},
{"traceId":"t","parentId":"a","id":"b","kind":"CLIENT","name":"select","timestamp":1700000000000100,"duration":7,"localEndpoint":{"serviceName":"shop"},"remoteEndpoint":{"serviceName":"db"},"tags":{"error":"timeout"}}]"#;

const DATADOG: &str = r#"[[{"trace_id":12345678901234567890,"span_id":1,"parent_id":0,"service":"shop","name":"web.request","resource":"GET /","type":"web","start":1700000000000001000,"duration":1500000,"error":0,"meta":{"span.kind":"server"},"metrics":{"_sampling_priority_v1":1}},
{"trace_id":12345678901234567890,"span_id":2,"parent_id":1,"service":"shop-db","name":"postgres.query","resource":"SELECT ?","type":"sql","start":1700000000000100000,"duration":500,"error":1}]]"#;

const XRAY: &str = r#"{"trace_id":"1-581cf771-a006649127e371903a2de979","id":"70de5b6f19ff9a0a","name":"shop","start_time":1.478293361271E9,"end_time":1.478293361449E9,"http":{"request":{"method":"POST","url":"https://shop.example/api/user?x=1"},"response":{"status":200}},"subsegments":[{"id":"53995c3f42cd8ad8","name":"DynamoDB","start_time":1478293361.281,"end_time":1478293361.3,"namespace":"aws","aws":{"operation":"UpdateItem"},"error":true},{"id":"53995c3f42cd8ad9","name":"render","start_time":1478293361.3,"end_time":1478293361.301}]}"#;

#[test]
fn jaeger_fields_are_mapped() {
    assert_eq!(
        records("a.json", JAEGER.as_bytes()),
        [
            "span t a  Root service=Some(\"shop\") name=Some(\"GET /\") kind=Some(Server) start=Some(1700000000000001000) duration=Some(1500000) wait=None memory=None error=Some(true) http.status_code=503",
            "span t b a Child service=Some(\"db\") name=Some(\"SELECT\") kind=Some(Internal) start=Some(1700000000000100000) duration=Some(500) wait=None memory=None error=Some(true) db.system=postgresql",
        ]
    );
}

/// A field of Elasticsearch may have no dot in its name.
#[test]
fn tags_that_are_fields_of_elasticsearch_mean_the_same() {
    let span = |tags: &str| {
        let text = format!(
            r#"{{"traceID":"t","spanID":"a","operationName":"SELECT","startTime":1,"duration":2,{tags},"process":{{"serviceName":"s"}}}}"#
        );
        records("a.jsonl", text.as_bytes())
    };
    let listed = span(
        r#""tags":[{"key":"db.system","type":"string","value":"postgresql"},{"key":"otel.status_code","type":"string","value":"ERROR"},{"key":"span.kind","type":"string","value":"client"}]"#,
    );
    assert!(
        listed[0].contains("kind=Some(Client)")
            && listed[0].ends_with("error=Some(true) db.system=postgresql"),
        "{listed:?}"
    );
    let keyed =
        r#""tag":{"db@system":"postgresql","otel@status_code":"ERROR","span@kind":"client"}"#;
    assert_eq!(span(keyed), listed);
    assert_eq!(span(&keyed.replace('@', ".")), listed);
}

#[test]
fn zipkin_fields_are_mapped() {
    let lines: String = ZIPKIN
        .trim_matches(['[', ']'])
        .lines()
        .map(|line| format!("{}\n", line.trim_end_matches(',')))
        .collect();
    let expected = [
        "span t a  Root service=Some(\"shop\") name=Some(\"get /\") kind=Some(Server) start=Some(1700000000000001000) duration=Some(1500000) wait=None memory=None error=Some(true) http.status_code=503",
        "span t b a Child service=Some(\"shop\") name=Some(\"select\") kind=Some(Client) start=Some(1700000000000100000) duration=Some(7000) wait=None memory=None error=Some(true) error=timeout peer.service=db",
    ];
    assert_eq!(records("a.json", ZIPKIN.as_bytes()), expected);
    assert_eq!(records("a.jsonl", lines.as_bytes()), expected);
    assert_eq!(
        records("a.json", format!("[{ZIPKIN}, []]").as_bytes()),
        expected
    );
}

#[test]
fn datadog_fields_are_mapped() {
    let expected = [
        "span 12345678901234567890 1  Root service=Some(\"shop\") name=Some(\"web.request GET /\") kind=Some(Server) start=Some(1700000000000001000) duration=Some(1500000) wait=None memory=None error=Some(false) _sampling_priority_v1=1 type=web",
        "span 12345678901234567890 2 1 Child service=Some(\"shop-db\") name=Some(\"postgres.query SELECT ?\") kind=None start=Some(1700000000000100000) duration=Some(500) wait=None memory=None error=Some(true) type=sql",
    ];
    assert_eq!(records("a.json", DATADOG.as_bytes()), expected);
    let line = DATADOG.replace('\n', "");
    assert_eq!(
        records("a.jsonl", format!("{line}\n[]\n").as_bytes()),
        expected
    );
    assert_eq!(
        records("a.json", format!("{{\"traces\": {DATADOG}}}").as_bytes()),
        expected
    );
}

#[test]
fn xray_fields_are_mapped() {
    let expected = [
        "span 1-581cf771-a006649127e371903a2de979 70de5b6f19ff9a0a  Root service=Some(\"shop\") name=Some(\"POST /api/user\") kind=Some(Server) start=Some(1478293361271000000) duration=Some(178000000) wait=None memory=None error=Some(false) http.request.method=POST http.response.status_code=200",
        "span 1-581cf771-a006649127e371903a2de979 53995c3f42cd8ad8 70de5b6f19ff9a0a Child service=Some(\"shop\") name=Some(\"DynamoDB UpdateItem\") kind=Some(Client) start=Some(1478293361281000000) duration=Some(19000000) wait=None memory=None error=Some(true) db.system=aws.dynamodb rpc.method=UpdateItem rpc.system=aws-api",
        "span 1-581cf771-a006649127e371903a2de979 53995c3f42cd8ad9 70de5b6f19ff9a0a Child service=Some(\"shop\") name=Some(\"render\") kind=Some(Internal) start=Some(1478293361300000000) duration=Some(1000000) wait=None memory=None error=Some(false) ",
    ];
    assert_eq!(records("a.json", XRAY.as_bytes()), expected);
    let wrapped = format!(
        "{{\"Traces\":[{{\"Id\":\"1\",\"Duration\":0.2,\"Segments\":[{{\"Id\":\"7\",\"Document\":{}}}]}}],\"UnprocessedTraceIds\":[]}}",
        serde_json::to_string(XRAY).expect("text")
    );
    assert_eq!(records("a.json", wrapped.as_bytes()), expected);
}

/// What is sent to the daemon: a header before each segment.
#[test]
fn headers_of_the_xray_daemon_are_no_records() {
    let plain = records("a.jsonl", XRAY.as_bytes());
    for header in [
        r#"{"format": "json", "version": 1}"#,
        r#"{"format":"json","version":1}"#,
    ] {
        let sent = format!("{header}\n{XRAY}\n");
        assert_eq!(
            records("a.jsonl", sent.repeat(3).as_bytes()),
            [&plain[..]; 3].concat()
        );
        let read = read_bytes("a.jsonl", sent.repeat(3).as_bytes()).expect("reads");
        let file = &read.files[0];
        assert_eq!((&*file.format, file.spans, file.bad), ("xray", 9, 0));
        assert_eq!(read.notices, [""; 0]);
        // Only before the first, and a document over several lines behind it.
        let spread = XRAY.replace(",\"name\"", ",\n\"name\"");
        let text = format!("{header}\n{spread}\n{spread}\n");
        let read = read_bytes("a.json", text.as_bytes()).expect("reads");
        let file = &read.files[0];
        assert_eq!((&*file.format, file.spans, file.bad), ("xray", 6, 0));
    }
}

/// Answers that were appended to one file, each as its writer laid it.
#[test]
fn documents_one_behind_the_other_are_all_read() {
    let zipkin_span =
        r#"{"traceId":"t","id":"a","name":"n","timestamp":5,"duration":7,"kind":"CLIENT"}"#;
    let otlp = r#"{"resourceSpans":[{"scopeSpans":[{"spans":[{"name":"b","startTimeUnixNano":"1","endTimeUnixNano":"2"}]}]}]}"#;
    for (format, text, spans) in [
        ("jaeger", JAEGER, 2),
        ("zipkin", ZIPKIN, 2),
        ("zipkin", zipkin_span, 1),
        ("otlp", otlp, 1),
    ] {
        let value: serde_json::Value = serde_json::from_str(text).expect("JSON");
        let compact = value.to_string();
        let pretty = serde_json::to_string_pretty(&value).expect("JSON");
        for documents in [
            [&compact, &compact, &compact],
            [&compact, &pretty, &compact],
            [&pretty, &compact, &pretty],
        ] {
            let all = documents.map(|document| format!("{document}\n")).concat();
            let read = read_bytes("a.json", all.as_bytes()).expect("reads");
            let file = &read.files[0];
            assert_eq!(
                (&*file.format, file.spans, file.bad),
                (format, 3 * spans, 0),
                "{all}"
            );
        }
    }
}

#[test]
fn a_bad_span_does_not_take_its_trace_with_it() {
    for (text, spans) in [
        (JAEGER.replace("\"duration\":1500", "\"duration\":\"x\""), 1),
        (ZIPKIN.replace("\"duration\":1500", "\"duration\":-1"), 1),
        (
            DATADOG.replace("\"duration\":1500000", "\"duration\":{}"),
            1,
        ),
        (
            XRAY.replace("\"end_time\":1478293361.3,", "\"end_time\":1,"),
            2,
        ),
    ] {
        let read = read_bytes("a.json", text.as_bytes()).expect("reads");
        assert_eq!(read.files[0].spans, spans, "{text}");
        assert_eq!(read.files[0].bad, 1, "{text}");
    }
}

#[test]
fn every_cut_is_told() {
    for (name, text) in [
        ("jaeger.json", JAEGER),
        ("zipkin.json", ZIPKIN),
        ("datadog.json", DATADOG),
        ("xray.json", XRAY),
    ] {
        every_cut(name, text.as_bytes(), |_| false);
    }
}

#[test]
fn deep_nesting_is_refused() {
    let depth = 10_000;
    let segment = r#"{"id":"a","name":"n","start_time":1,"end_time":2,"subsegments":["#
        .repeat(depth)
        + &"]}".repeat(depth);
    let xray = read_bytes("a.xray.json", segment.as_bytes()).expect("the outer ones");
    assert!(xray.files[0].bad == 1 && xray.files[0].spans < 200);
    let arrays = "[".repeat(depth) + &"]".repeat(depth);
    let text = DATADOG.replacen("[[", &format!("[{arrays},["), 1);
    let datadog = read_bytes("a.json", text.as_bytes()).map(|read| read.files[0].bad);
    assert!(!matches!(datadog, Ok(0)), "{datadog:?}");
}

/// One document of which every other span ends before it starts, or has a duration below zero.
fn half_bad() -> [(&'static str, String); 7] {
    let spans = |of: &dyn Fn(u64, bool) -> String| -> String {
        let all: Vec<String> = (0..100).map(|i| of(i, i % 2 == 1)).collect();
        all.join(",")
    };
    let otlp = spans(&|i, bad| {
        let end = if bad {
            1
        } else {
            1_700_000_000_000_000_000 + 10 * i
        };
        format!(
            r#"{{"name":"x","startTimeUnixNano":"1700000000000000000","endTimeUnixNano":"{end}"}}"#
        )
    });
    let otlp = format!(r#"{{"resourceSpans":[{{"scopeSpans":[{{"spans":[{otlp}]}}]}}]}}"#);
    let took = |bad: bool| if bad { -5 } else { 5 };
    let jaeger = spans(&|i, bad| {
        format!(
            r#"{{"traceID":"t","spanID":"{i}","operationName":"x","startTime":1,"duration":{}}}"#,
            took(bad)
        )
    });
    let zipkin = spans(&|i, bad| {
        format!(
            r#"{{"traceId":"t","id":"{i}","name":"x","timestamp":1,"duration":{}}}"#,
            took(bad)
        )
    });
    let datadog = spans(&|i, bad| {
        format!(
            r#"{{"trace_id":1,"span_id":{},"name":"x","resource":"x","start":1,"duration":{}}}"#,
            i + 1,
            took(bad)
        )
    });
    let xray = |kind: &str| {
        spans(&|i, bad| {
            let segment = format!(
                r#"{{"trace_id":"t","id":"{i}","name":"x","start_time":10,"end_time":{}}}"#,
                10 + took(bad)
            );
            if kind == "inner" {
                segment
            } else {
                format!(r#"{{"Document":{segment:?}}}"#)
            }
        })
    };
    [
        ("otlp.jsonl", format!("{otlp}\n")),
        ("otlp.json", otlp.replace(":[", ":[\n")),
        (
            "jaeger.json",
            format!(r#"{{"data":[{{"traceID":"t","spans":[{jaeger}]}}]}}"#),
        ),
        ("zipkin.json", format!("[[{zipkin}]]")),
        ("datadog.json", format!("[[{datadog}]]")),
        (
            "xray.json",
            format!(
                r#"{{"Traces":[{{"Id":"t","Segments":[{}]}}]}}"#,
                xray("outer")
            ),
        ),
        (
            "xray.jsonl",
            format!(
                "{{\"trace_id\":\"t\",\"id\":\"r\",\"name\":\"x\",\"start_time\":1,\"in_progress\":true,\"subsegments\":[{}]}}\n",
                xray("inner")
            ),
        ),
    ]
}

/// A document is one record, and still each of its bad spans counts.
#[test]
fn every_bad_span_of_a_document_counts() {
    for (name, text) in half_bad() {
        let read = read_bytes(name, text.as_bytes()).expect("reads");
        let (file, facts) = (&read.files[0], read.summary.facts());
        let root = u64::from(name == "xray.jsonl");
        assert_eq!((file.spans, file.bad), (50 + root, 50), "{name}");
        assert!(file.records >= 50, "{name}: {}", file.records);
        assert!(!facts.bad_examples.is_empty(), "{name}");
        assert!(
            facts
                .bad_examples
                .iter()
                .all(|bad| bad.line >= 1 && bad.file.ends_with(name)),
            "{name}: {:?}",
            facts.bad_examples
        );
        assert_eq!(records(name, text.as_bytes()).len() as u64, 50 + root);
    }
}
