//! The same spans in every format give the same summary, bit for bit.

use std::{fmt::Write as _, path::Path, process::Command};

use pss_metrics::summary::Summary;

use crate::{
    protobuf::{attribute, bytes, fixed64, framed, int, request},
    reading::{read_path, records_of},
};

/// Runs `pss convert`; says what it printed on either output.
pub(crate) fn convert(arguments: &[&Path]) -> Result<String, String> {
    let output = Command::new(env!("CARGO_BIN_EXE_pss"))
        .arg("convert")
        .args(arguments)
        .output()
        .expect("runs");
    let text = format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    if output.status.success() {
        Ok(text)
    } else {
        Err(format!("{:?} {text}", output.status.code()))
    }
}

/// One generated span, with times of whole microseconds.
struct Made {
    trace: u64,
    id: u64,
    parent: u64,
    service: &'static str,
    name: &'static str,
    kind: &'static str,
    start_us: u64,
    duration_us: u64,
    error: bool,
    attribute: Option<(&'static str, &'static str)>,
}

fn made(count: u64) -> Vec<Made> {
    let mut state = 42u64;
    let mut random = move |below: u64| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % below
    };
    (0..count)
        .map(|at| {
            let root = at % 5 == 0;
            let (name, kind, attribute) = match at % 5 {
                0 => ("GET /cart/{id}", "server", None),
                1 => ("SELECT", "client", Some(("db.system.name", "postgresql"))),
                2 => ("render", "internal", None),
                3 => ("lookup", "client", Some(("db.system.name", "redis"))),
                _ => ("call", "client", Some(("http.request.method", "POST"))),
            };
            Made {
                trace: 1 + at / 5,
                id: 1 + at,
                parent: if root { 0 } else { 1 + at / 5 * 5 },
                service: if at % 3 == 0 { "shop" } else { "stock" },
                name,
                kind,
                start_us: 1_700_000_000_000_000 + at * 12_345 + random(1000),
                duration_us: 1 + random(20_000) * (1 + random(3)),
                error: random(50) == 0,
                attribute,
            }
        })
        .collect()
}

fn native(spans: &[Made]) -> String {
    spans.iter().fold(String::new(), |mut text, span| {
        let attributes = span.attribute.map_or_else(String::new, |(key, value)| {
            format!(",\"attributes\":{{\"{key}\":\"{value}\"}}")
        });
        let _ = writeln!(
            text,
            "{{\"trace_id\":\"{:032x}\",\"span_id\":\"{:016x}\",\"parent_span_id\":\"{}\",\"service\":\"{}\",\"name\":\"{}\",\"kind\":\"{}\",\"start\":{}.{:06},\"duration\":0.{:06},\"error\":{}{attributes}}}",
            span.trace,
            span.id,
            parent(span),
            span.service,
            span.name,
            span.kind,
            span.start_us / 1_000_000,
            span.start_us % 1_000_000,
            span.duration_us,
            span.error
        );
        text
    })
}

fn parent(span: &Made) -> String {
    if span.parent == 0 {
        String::new()
    } else {
        format!("{:016x}", span.parent)
    }
}

fn otlp(spans: &[Made]) -> String {
    let number = |kind| match kind {
        "server" => 2,
        "client" => 3,
        _ => 1,
    };
    spans.iter().fold(String::new(), |mut text, span| {
        let attributes = span.attribute.map_or_else(String::new, |(key, value)| {
            format!("{{\"key\":\"{key}\",\"value\":{{\"stringValue\":\"{value}\"}}}}")
        });
        let _ = writeln!(
            text,
            "{{\"resourceSpans\":[{{\"resource\":{{\"attributes\":[{{\"key\":\"service.name\",\"value\":{{\"stringValue\":\"{}\"}}}}]}},\"scopeSpans\":[{{\"spans\":[{{\"traceId\":\"{:032x}\",\"spanId\":\"{:016x}\",\"parentSpanId\":\"{}\",\"name\":\"{}\",\"kind\":{},\"startTimeUnixNano\":\"{}000\",\"endTimeUnixNano\":\"{}000\",\"attributes\":[{attributes}],\"status\":{{\"code\":{}}}}}]}}]}}]}}",
            span.service,
            span.trace,
            span.id,
            parent(span),
            span.name,
            number(span.kind),
            span.start_us,
            span.start_us + span.duration_us,
            if span.error { 2 } else { 0 }
        );
        text
    })
}

fn protobuf(spans: &[Made]) -> Vec<u8> {
    let one = |span: &Made| {
        let parent = if span.parent == 0 {
            Vec::new()
        } else {
            span.parent.to_be_bytes().to_vec()
        };
        let kind = match span.kind {
            "server" => 2,
            "client" => 3,
            _ => 1,
        };
        let mut fields = vec![
            bytes(1, &u128::from(span.trace).to_be_bytes()),
            bytes(2, &span.id.to_be_bytes()),
            bytes(4, &parent),
            bytes(5, span.name.as_bytes()),
            int(6, kind),
            fixed64(7, span.start_us * 1000),
            fixed64(8, (span.start_us + span.duration_us) * 1000),
            bytes(15, &int(3, if span.error { 2 } else { 0 })),
        ];
        if let Some((key, value)) = span.attribute {
            fields.push(bytes(9, &attribute(key, value)));
        }
        framed(&request(span.service, &[fields.concat()]))
    };
    spans.iter().flat_map(one).collect()
}

fn jaeger(spans: &[Made]) -> String {
    let one = |span: &Made| {
        let attribute = span.attribute.map_or_else(String::new, |(key, value)| {
            format!(",{{\"key\":\"{key}\",\"type\":\"string\",\"value\":\"{value}\"}}")
        });
        let error = if span.error {
            ",{\"key\":\"error\",\"type\":\"bool\",\"value\":true}"
        } else {
            ""
        };
        let reference = if span.parent == 0 {
            String::new()
        } else {
            format!(
                "{{\"refType\":\"CHILD_OF\",\"traceID\":\"{:032x}\",\"spanID\":\"{}\"}}",
                span.trace,
                parent(span)
            )
        };
        format!(
            "{{\"traceID\":\"{:032x}\",\"spans\":[{{\"traceID\":\"{:032x}\",\"spanID\":\"{:016x}\",\"operationName\":\"{}\",\"references\":[{reference}],\"startTime\":{},\"duration\":{},\"tags\":[{{\"key\":\"span.kind\",\"type\":\"string\",\"value\":\"{}\"}}{attribute}{error}],\"processID\":\"p1\"}}],\"processes\":{{\"p1\":{{\"serviceName\":\"{}\"}}}}}}",
            span.trace,
            span.trace,
            span.id,
            span.name,
            span.start_us,
            span.duration_us,
            span.kind,
            span.service
        )
    };
    let traces: Vec<String> = spans.iter().map(one).collect();
    format!("{{\"data\":[{}]}}", traces.join(",\n"))
}

fn zipkin(spans: &[Made]) -> String {
    let one = |span: &Made| {
        let mut tags: Vec<String> = span
            .attribute
            .iter()
            .map(|(key, value)| format!("\"{key}\":\"{value}\""))
            .collect();
        if span.error {
            tags.push("\"error\":\"true\"".to_owned());
        }
        let parent = if span.parent == 0 {
            String::new()
        } else {
            format!("\"parentId\":\"{}\",", parent(span))
        };
        let kind = if span.kind == "internal" {
            String::new()
        } else {
            format!("\"kind\":\"{}\",", span.kind.to_uppercase())
        };
        format!(
            "{{\"traceId\":\"{:032x}\",\"id\":\"{:016x}\",{parent}{kind}\"name\":\"{}\",\"timestamp\":{},\"duration\":{},\"localEndpoint\":{{\"serviceName\":\"{}\"}},\"tags\":{{{}}}}}",
            span.trace,
            span.id,
            span.name,
            span.start_us,
            span.duration_us,
            span.service,
            tags.join(",")
        )
    };
    let all: Vec<String> = spans.iter().map(one).collect();
    format!("[{}]", all.join(",\n"))
}

/// All of a summary but the names of its inputs.
fn comparable(path: &Path) -> Vec<u8> {
    let summary = read_path(path).expect("reads").summary;
    without_sources(summary).to_bytes().expect("encodes")
}

fn without_sources(mut summary: Summary) -> Summary {
    summary.forget_sources();
    summary
}

#[test]
fn five_thousand_spans_score_the_same_in_every_format() {
    let spans = made(5000);
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name);
    let first = path("spans.jsonl");
    std::fs::write(&first, native(&spans)).expect("written");
    let expected = comparable(&first);
    for (name, text) in [
        ("otlp.jsonl", otlp(&spans).into_bytes()),
        ("spans.otlp", protobuf(&spans)),
        ("jaeger.json", jaeger(&spans).into_bytes()),
        ("zipkin.json", zipkin(&spans).into_bytes()),
    ] {
        std::fs::write(path(name), text).expect("written");
        assert!(comparable(&path(name)) == expected, "{name}");
    }
    let mut written = vec!["a.csv", "a.jsonl.gz", "a.csv.zst"];
    if cfg!(feature = "columnar") {
        written.extend(["a.parquet", "a.arrow"]);
    }
    for name in written {
        convert(&[&first, &path(name)]).expect("converts");
        assert!(comparable(&path(name)) == expected, "{name}");
    }
}

#[test]
fn round_trips_keep_every_field() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name);
    let first = path("first.jsonl");
    std::fs::write(
        &first,
        concat!(
            "{\"trace_id\":\"t\",\"span_id\":\"a\",\"parent_span_id\":\"\",\"service\":\"s, \\\"x\\\"\",\"name\":\"näme\\nline\",\"module\":\"m\",\"branch_tag\":\"left\",\"kind\":\"server\",\"start\":1700000000.000000001,\"duration\":0.000000001,\"cpu_time\":0.5,\"wait_time\":0.25,\"lock_wait\":0.125,\"memory\":123456789,\"error\":false,\"attributes\":{\"a\":1.5,\"b\":true,\"c\":\"x,y\",\"d\":0.1}}\n",
            "{\"name\":\"bare\",\"duration\":18446744073.709551615}\n",
            "{\"name\":\"\",\"service\":\"\",\"module\":\"\",\"branch_tag\":\"\",\"duration\":1}\n",
            "{\"name\":\"\\\\N\",\"service\":\"\\\"\",\"module\":\"\\r\",\"branch_tag\":\" \",\"duration\":1}\n",
            "{\"trace_id\":\"t\",\"span_id\":\"b\",\"parent_span_id\":\"a\",\"name\":\"child\",\"start\":-1.5,\"error\":true}\n",
            "{\"system_metric\":true,\"timestamp\":1700000000.25,\"metadata\":{\"kafka_lag\":7,\"topic\":\"t\",\"group_id\":\"g\",\"partition\":0}}\n",
            "{\"system_metric\":true,\"timestamp\":1700000000.5,\"service\":\"s\",\"metadata\":{\"gc_pause_duration\":0.012,\"gpu_utilization\":12.5,\"gpu\":\"0\"}}\n",
            "{\"system_metric\":true,\"metadata\":{\"memory_rss\":1048576,\"process\":\"p\"}}\n",
        ),
    )
    .expect("written");
    let expected = records_of(&first);
    assert_eq!(expected.len(), 9);
    let mut chain = vec!["a.csv", "b.jsonl", "c.csv.gz", "d.jsonl.zst"];
    if cfg!(feature = "columnar") {
        chain.extend(["e.parquet", "f.arrow", "g.parquet", "h.csv", "i.jsonl"]);
    }
    let mut from = first;
    for name in chain {
        convert(&[&from, &path(name)]).expect("converts");
        assert_eq!(records_of(&path(name)), expected, "{name}");
        from = path(name);
    }
}
