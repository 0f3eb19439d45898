//! OTLP as JSON.

use crate::{
    pinned::{Brings, folder},
    protobuf::{bytes, fixed64, int},
    reading::{read_bytes, records, records_of, shared},
    truncation::every_cut,
};

#[test]
fn real_files() {
    folder(
        "otlp-json",
        &[
            (
                "opentelemetry-proto__trace.json",
                Brings::Counts("otlp", 1, 0, 0),
            ),
            (
                "opentelemetry-proto__metrics.json",
                Brings::Refused("metric points of no known signal"),
            ),
            (
                "opentelemetry-proto__logs.json",
                Brings::Refused("log records"),
            ),
            (
                "jaeger__otel_traces_01.json",
                Brings::Counts("otlp", 4, 0, 0),
            ),
            (
                "jaeger__es_otel_traces_01.json",
                Brings::Counts("otlp", 1, 0, 0),
            ),
            (
                "jaeger__otlp2jaeger-in.json",
                Brings::Counts("otlp", 2, 0, 0),
            ),
        ],
    );
}

/// The pair that Jaeger's own converter is tested with.
#[test]
fn what_jaeger_makes_of_otlp_is_what_otlp_says() {
    let Some(folder) = shared("formats") else {
        return;
    };
    assert_eq!(
        records_of(&folder.join("jaeger-json/jaeger__otlp2jaeger-out.json")),
        records_of(&folder.join("otlp-json/jaeger__otlp2jaeger-in.json"))
    );
}

const SPANS: &str = r#"{"resourceSpans":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"shop"}}]},"scopeSpans":[{"scope":{"name":"x"},"spans":[
{"traceId":"5B8EFFF798038103D269B633813FC60C","spanId":"EEE19B7EC3C1B174","parentSpanId":"","name":"GET \u002fcart","kind":2,"startTimeUnixNano":"1700000000000000001","endTimeUnixNano":"1700000000002000001","attributes":[{"key":"http.response.status_code","value":{"intValue":"503"}}],"status":{}},
{"traceId":"W47/95gDgQPSabYzgT/GDA==","spanId":"7uGbfsPBsXQ=","parentSpanId":"7uGbfsPBsXU=","name":"SELECT","kind":"SPAN_KIND_CLIENT","startTimeUnixNano":1700000000000000100,"endTimeUnixNano":1700000000000000600,"attributes":[{"key":"db.system.name","value":{"stringValue":"postgresql"}},{"key":"rows","value":{"arrayValue":{"values":[]}}}],"status":{"code":"STATUS_CODE_ERROR","message":"x"}}]}]}]}"#;

const EXPECTED: [&str; 2] = [
    "span 5B8EFFF798038103D269B633813FC60C EEE19B7EC3C1B174  Root service=Some(\"shop\") name=Some(\"GET /cart\") kind=Some(Server) start=Some(1700000000000000001) duration=Some(2000000) wait=None memory=None error=Some(true) http.response.status_code=503",
    "span W47/95gDgQPSabYzgT/GDA== 7uGbfsPBsXQ= 7uGbfsPBsXU= Child service=Some(\"shop\") name=Some(\"SELECT\") kind=Some(Client) start=Some(1700000000000000100) duration=Some(500) wait=None memory=None error=Some(true) db.system.name=postgresql",
];

#[test]
fn every_wrapping_gives_the_same_spans() {
    let line = SPANS.replace('\n', "");
    let batches = line.replace("resourceSpans", "batches");
    let snake = line
        .replace("resourceSpans", "resource_spans")
        .replace("scopeSpans", "scope_spans")
        .replace("startTimeUnixNano", "start_time_unix_nano")
        .replace("endTimeUnixNano", "end_time_unix_nano")
        .replace("parentSpanId", "parent_span_id")
        .replace("traceId", "trace_id");
    let late = line.replacen(
        "\"resource\":{\"attributes\":[{\"key\":\"service.name\",\"value\":{\"stringValue\":\"shop\"}}]},",
        "",
        1,
    );
    let late = late.replacen(
        "}]}]}",
        "}]}],\"resource\":{\"attributes\":[{\"key\":\"service.name\",\"value\":{\"stringValue\":\"shop\"}}]}}",
        1,
    );
    for text in [
        SPANS.to_owned(),
        line.clone(),
        batches.clone(),
        snake,
        late,
        line.replace("scopeSpans", "instrumentationLibrarySpans"),
        format!("{{\"result\":{line}}}"),
        format!("{{\"trace\":{batches}}}"),
        format!("[{line}]"),
        format!("{{\"result\":[{line}]}}"),
    ] {
        assert_eq!(records("a.json", text.as_bytes()), EXPECTED, "{text}");
    }
    let twice: Vec<&str> = EXPECTED.iter().chain(&EXPECTED).copied().collect();
    for text in [
        format!("{line}\n{line}\n"),
        format!("{SPANS}\n{SPANS}"),
        format!("[{SPANS},\n{SPANS}]"),
        format!("\u{feff}{line}\r\n\r\n{line}"),
    ] {
        assert_eq!(records("a.json", text.as_bytes()), twice, "{text}");
    }
}

#[test]
fn a_bad_span_leaves_the_others() {
    for (from, to) in [
        ("\"1700000000002000001\"", "\"1\""),
        ("\"1700000000002000001\"", "\"soon\""),
        ("\"1700000000002000001\"", "[]"),
        ("\"1700000000002000001\"", "-5"),
        ("\"1700000000002000001\"", "1e30"),
    ] {
        let text = SPANS.replacen(from, to, 1);
        for text in [text.clone(), text.replace('\n', "") + "\n"] {
            let read = read_bytes("a.json", text.as_bytes()).expect("reads");
            assert_eq!(
                (read.files[0].spans, read.files[0].bad),
                (1, 1),
                "{to}: {:?}",
                read.summary.facts().bad_examples
            );
        }
    }
}

/// What is not a document, or has a list's name and is none, is told; the spans beside it stay. Empty requests are no mistake.
#[test]
fn what_is_something_else_is_told_beside_good_spans() {
    let good = SPANS.replace('\n', "");
    let scopes = "\"scopeSpans\":[{\"spans\":[{\"name\":\"a\",\"startTimeUnixNano\":\"5\",\"endTimeUnixNano\":\"9\"}]}]";
    let rest_of = |members: &str| format!("{{\"resourceSpans\":[{{{scopes}}},{members}]}}");
    for (line, spans, bad, told) in [
        (
            "{\"name\":\"lost\",\"duration\":1}".to_owned(),
            0,
            1,
            "an object with `name`",
        ),
        ("{}".to_owned(), 0, 0, ""),
        ("{\"resourceSpans\":[]}".to_owned(), 0, 0, ""),
        ("{\"resourceSpans\":null}".to_owned(), 0, 0, ""),
        (
            "{\"result\":{\"other\":1}}".to_owned(),
            0,
            1,
            "an object with `other`",
        ),
        (
            "{\"resourceSpans\":{\"scopeSpans\":[]}}".to_owned(),
            0,
            1,
            "`resourceSpans` is an object, expected a list",
        ),
        (rest_of("\"lost\",5"), 1, 2, "is text, expected an object"),
        (
            rest_of("{\"scopeSpans\":{}}"),
            1,
            1,
            "`scopeSpans` is an object, expected a list",
        ),
        (
            rest_of("{\"scopeSpans\":[\"lost\"]}"),
            1,
            1,
            "is text, expected an object",
        ),
        (
            rest_of("{\"scopeSpans\":[{\"spans\":{}}]}"),
            1,
            1,
            "`spans` is an object, expected a list",
        ),
        (
            rest_of("{\"resource\":\"shop\",\"scopeSpans\":[]}"),
            1,
            1,
            "`resource` is text",
        ),
    ] {
        // As lines, and as documents over several lines.
        for text in [
            format!("{good}\n{line}\n{good}\n"),
            format!("{SPANS}\n{line}\n{SPANS}\n"),
        ] {
            let read = read_bytes("a.json", text.as_bytes()).expect("reads");
            let examples = format!("{:?}", read.summary.facts().bad_examples);
            assert_eq!(
                (read.files[0].spans, read.files[0].bad),
                (4 + spans, bad),
                "{line}: {examples}"
            );
            assert!(examples.contains(told), "{line}: {examples}");
        }
    }
}

#[test]
fn numbers_in_quotes_are_numbers() {
    let text = "{\"resourceSpans\":[{\"scopeSpans\":[{\"spans\":[{\"name\":\"a\",\"kind\":\"3\",\"startTimeUnixNano\":\"5\",\"endTimeUnixNano\":\"9\",\"status\":{\"code\":\"2\"}}]}]}]}";
    let read = records("a.json", text.as_bytes());
    assert!(
        read[0].contains("kind=Some(Client)") && read[0].contains("error=Some(true)"),
        "{read:?}"
    );
}

#[test]
fn every_cut_is_told() {
    every_cut("a.json", SPANS.as_bytes(), |_| false);
    let lines = format!("{0}\n{0}\n", SPANS.replace('\n', ""));
    every_cut("a.jsonl", lines.as_bytes(), |cut| {
        lines.as_bytes()[cut - 1] == b'\n' || lines.as_bytes()[cut] == b'\n'
    });
}

#[test]
fn metrics_become_samples() {
    let point = |time: u64, rest: &str| {
        format!(
            "{{\"attributes\":[{{\"key\":\"jvm.gc.name\",\"value\":{{\"stringValue\":\"G1\"}}}}],\"timeUnixNano\":\"{time}\",{rest}}}"
        )
    };
    let histogram = |time, counts: &str, sum: f64| {
        point(
            time,
            &format!(
                "\"count\":\"9\",\"sum\":{sum},\"explicitBounds\":[0.01,0.1],\"bucketCounts\":[{counts}]"
            ),
        )
    };
    let text = format!(
        "{{\"resourceMetrics\":[{{\"resource\":{{\"attributes\":[{{\"key\":\"service.name\",\"value\":{{\"stringValue\":\"shop\"}}}},{{\"key\":\"service.instance.id\",\"value\":{{\"stringValue\":\"a\"}}}}]}},\"scopeMetrics\":[{{\"metrics\":[
        {{\"name\":\"jvm.gc.duration\",\"unit\":\"s\",\"histogram\":{{\"aggregationTemporality\":2,\"dataPoints\":[{},{}]}}}},
        {{\"name\":\"process.memory.usage\",\"unit\":\"By\",\"sum\":{{\"aggregationTemporality\":\"AGGREGATION_TEMPORALITY_CUMULATIVE\",\"dataPoints\":[{}]}}}},
        {{\"name\":\"my.own\",\"gauge\":{{\"dataPoints\":[{}]}}}}]}}]}}]}}",
        histogram(1_000, "\"5\",\"1\",\"0\"", 0.3),
        histogram(2_000, "\"5\",\"3\",\"0\"", 0.36),
        point(3_000, "\"asInt\":\"1048576\""),
        point(3_000, "\"asDouble\":1.5"),
    );
    assert_eq!(
        records("m.json", text.as_bytes()),
        [
            "sample gc.pause shop/a Some(2000) 30000000",
            "sample gc.pause shop/a Some(2000) 30000000",
            "sample memory.rss shop/a Some(3000) 1048576",
            "skipped 1 metric points of no known signal",
        ]
    );
}

/// One resource with more spans than may be held at once.
#[test]
fn a_document_of_any_size_is_streamed() {
    let span = SPANS.lines().nth(1).expect("a span");
    let padded = span.replace(
        "\"status\":{}",
        &format!("\"note\":\"{}\",\"status\":{{}}", "x".repeat(1 << 16)),
    );
    let mut text = SPANS.lines().next().expect("the beginning").to_owned();
    let count = 400;
    for _ in 0..count {
        text.push_str(&padded);
    }
    text.pop();
    text.push_str("]}]}]}");
    let read = read_bytes("a.json", text.as_bytes()).expect("reads");
    assert_eq!((read.files[0].spans, read.files[0].bad), (count, 0));
    assert!(
        read.summary
            .groups()
            .all(|(key, _)| &*key.service == "shop")
    );
}

/// Points that count from the start need the point before, and lines that are decoded at once have none.
#[test]
fn totals_behind_spans_are_passed_over_and_counted() {
    let line = SPANS.replace('\n', "") + "\n";
    let metrics = "{\"resourceMetrics\":[{\"scopeMetrics\":[{\"metrics\":[{\"name\":\"jvm.gc.duration\",\"sum\":{\"aggregationTemporality\":2,\"dataPoints\":[{\"timeUnixNano\":\"5\",\"asDouble\":1.5}]}}]}]}]}\n";
    let text = line.repeat((1 << 20) / line.len() + 1) + metrics + metrics;
    let read = read_bytes("a.jsonl", text.as_bytes()).expect("reads");
    assert_eq!(read.files[0].samples, 0);
    assert_eq!(read.files[0].skipped.values().sum::<u64>(), 2);
}

/// The same exponential histogram as JSON and as protobuf: two points of a total, the second in buckets twice as wide.
#[test]
fn exponential_histograms_are_read_by_their_buckets() {
    let point = |time: u64, scale: i32, offset: i32, counts: &[u64], sum: f64| {
        let list: Vec<String> = counts.iter().map(|count| format!("\"{count}\"")).collect();
        let json = format!(
            "{{\"timeUnixNano\":\"{time}\",\"count\":\"9\",\"sum\":{sum},\"scale\":{scale},\"zeroCount\":\"1\",\"positive\":{{\"offset\":{offset},\"bucketCounts\":[{}]}}}}",
            list.join(",")
        );
        let zigzag = |value: i32| ((value << 1) ^ (value >> 31)) as u32 as u64;
        let packed: Vec<u8> = counts.iter().map(|count| *count as u8).collect();
        let protobuf = [
            fixed64(3, time),
            fixed64(4, 9),
            fixed64(5, sum.to_bits()),
            int(6, zigzag(scale)),
            fixed64(7, 1),
            bytes(8, &[int(1, zigzag(offset)), bytes(2, &packed)].concat()),
        ]
        .concat();
        (json, protobuf)
    };
    let first = point(1_000, 1, -8, &[1, 1], 0.1);
    // At scale 0 the buckets -8 and -7 of scale 1 are one, -4: (1/16, 1/8] s.
    let second = point(2_000, 0, -4, &[4, 0, 1], 0.1 + 0.5625);
    let json = format!(
        "{{\"resourceMetrics\":[{{\"scopeMetrics\":[{{\"metrics\":[{{\"name\":\"jvm.gc.duration\",\"unit\":\"s\",\"exponentialHistogram\":{{\"aggregationTemporality\":2,\"dataPoints\":[{},{}]}}}}]}}]}}]}}",
        first.0, second.0
    );
    let histogram = [bytes(1, &first.1), bytes(1, &second.1), int(2, 2)].concat();
    let metric = [
        bytes(1, b"jvm.gc.duration"),
        bytes(3, b"s"),
        bytes(10, &histogram),
    ]
    .concat();
    let protobuf = bytes(1, &bytes(2, &bytes(2, &metric)));
    let expected = records("m.json", json.as_bytes());
    let values: Vec<f64> = expected
        .iter()
        .map(|line| {
            let value = line.rsplit(' ').next().and_then(|text| text.parse().ok());
            1e-9 * value.unwrap_or(f64::NAN)
        })
        .collect();
    // Two of about .09 s, one of about .35 s, scaled to their sum.
    assert_eq!(values.len(), 3, "{expected:?}");
    assert!(
        (values.iter().sum::<f64>() - 0.5625).abs() < 1e-6,
        "{expected:?}"
    );
    assert!((values[2] / values[0] - 4.0).abs() < 1e-6, "{expected:?}");
    assert_eq!(records("m.pb", &protobuf), expected);
}

/// Unspecified must not be said; both encodings read it as the SDKs' default, a total from the start.
#[test]
fn a_missing_temporality_is_read_alike_in_both_encodings() {
    let json = |more: &str| {
        format!(
            "{{\"resourceMetrics\":[{{\"scopeMetrics\":[{{\"metrics\":[{{\"name\":\"jvm.gc.duration\",\"unit\":\"s\",\"sum\":{{{more}\"dataPoints\":[{{\"timeUnixNano\":\"1000\",\"asDouble\":1.5}},{{\"timeUnixNano\":\"2000\",\"asDouble\":2}}]}}}}]}}]}}]}}"
        )
    };
    let point = |time: u64, value: f64| [fixed64(3, time), fixed64(4, value.to_bits())].concat();
    let sum = [bytes(1, &point(1_000, 1.5)), bytes(1, &point(2_000, 2.0))].concat();
    let metric = [bytes(1, b"jvm.gc.duration"), bytes(3, b"s"), bytes(7, &sum)].concat();
    let protobuf = bytes(1, &bytes(2, &bytes(2, &metric)));
    let expected = ["sample gc.pause  Some(2000) 500000000"];
    assert_eq!(records("m.json", json("").as_bytes()), expected);
    assert_eq!(
        records("m.json", json("\"aggregationTemporality\":0,").as_bytes()),
        expected
    );
    assert_eq!(records("m.pb", &protobuf), expected);
}

/// What a unit says holds in both encodings; points in one that the metric cannot have are bad records, each of them.
#[test]
fn units_are_converted_and_unknown_ones_told_in_both_encodings() {
    let written = |unit: &str| {
        let json = format!(
            "{{\"resourceMetrics\":[{{\"scopeMetrics\":[{{\"metrics\":[{{\"name\":\"process.memory.usage\",\"unit\":\"{unit}\",\"gauge\":{{\"dataPoints\":[{{\"timeUnixNano\":\"1000\",\"asInt\":3}},{{\"timeUnixNano\":\"2000\",\"asInt\":4}}]}}}},{{\"name\":\"jvm.gc.duration\",\"unit\":\"us\",\"gauge\":{{\"dataPoints\":[{{\"timeUnixNano\":\"1000\",\"asDouble\":2}}]}}}}]}}]}}]}}"
        );
        let point = |time: u64, value: f64| {
            bytes(1, &[fixed64(3, time), fixed64(4, value.to_bits())].concat())
        };
        let memory = [
            bytes(1, b"process.memory.usage"),
            bytes(3, unit.as_bytes()),
            bytes(5, &[point(1_000, 3.0), point(2_000, 4.0)].concat()),
        ]
        .concat();
        let pause = [
            bytes(1, b"jvm.gc.duration"),
            bytes(3, b"us"),
            bytes(5, &point(1_000, 2.0)),
        ]
        .concat();
        let metrics = [bytes(2, &memory), bytes(2, &pause)].concat();
        [
            ("m.json", json.into_bytes()),
            ("m.pb", bytes(1, &bytes(2, &metrics))),
        ]
    };
    for (name, file) in written("KiBy") {
        assert_eq!(
            records(name, &file),
            [
                "sample memory.rss  Some(1000) 3072",
                "sample memory.rss  Some(2000) 4096",
                "sample gc.pause  Some(1000) 2000",
            ]
        );
    }
    for (name, file) in written("pages") {
        let read = read_bytes(name, &file).expect("reads");
        assert_eq!((read.files[0].samples, read.files[0].bad), (1, 2), "{name}");
        let told = format!("{:?}", read.summary.facts().bad_examples);
        assert!(
            told.contains("process.memory.usage") && told.contains("pages"),
            "{told}"
        );
    }
}

#[test]
fn a_parent_of_zeros_is_none_in_either_spelling() {
    for zeros in ["", "0000000000000000", "AAAAAAAAAAA="] {
        let text = format!(
            "{{\"resourceSpans\":[{{\"scopeSpans\":[{{\"spans\":[{{\"traceId\":\"q6urq6urq6urq6urq6urqw==\",\"spanId\":\"AQEBAQEBAQE=\",\"parentSpanId\":\"{zeros}\",\"name\":\"a\",\"startTimeUnixNano\":\"5\",\"endTimeUnixNano\":\"9\"}}]}}]}}]}}"
        );
        let read = read_bytes("a.json", text.as_bytes()).expect("reads");
        assert_eq!(read.summary.facts().roots, 1, "{zeros:?}");
    }
}
