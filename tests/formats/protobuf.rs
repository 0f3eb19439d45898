//! OTLP as protobuf, encoded here by hand from the published field numbers.

use crate::{
    reading::{read_bytes, records},
    truncation::every_cut,
};

fn varint(mut value: u64, out: &mut Vec<u8>) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

/// A field of bytes, text, or a message.
pub(crate) fn bytes(number: u64, content: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    varint(number << 3 | 2, &mut out);
    varint(content.len() as u64, &mut out);
    out.extend(content);
    out
}

pub(crate) fn int(number: u64, value: u64) -> Vec<u8> {
    let mut out = Vec::new();
    varint(number << 3, &mut out);
    varint(value, &mut out);
    out
}

pub(crate) fn fixed64(number: u64, value: u64) -> Vec<u8> {
    let mut out = Vec::new();
    varint(number << 3 | 1, &mut out);
    out.extend(value.to_le_bytes());
    out
}

pub(crate) fn attribute(key: &str, value: &str) -> Vec<u8> {
    [
        bytes(1, key.as_bytes()),
        bytes(2, &bytes(1, value.as_bytes())),
    ]
    .concat()
}

/// A request of one resource with one scope.
pub(crate) fn request(service: &str, records: &[Vec<u8>]) -> Vec<u8> {
    let resource = bytes(1, &bytes(1, &attribute("service.name", service)));
    let scope: Vec<u8> = records.iter().flat_map(|record| bytes(2, record)).collect();
    bytes(1, &[resource, bytes(2, &scope)].concat())
}

pub(crate) fn framed(request: &[u8]) -> Vec<u8> {
    let mut out = (request.len() as u32).to_be_bytes().to_vec();
    out.extend(request);
    out
}

fn span(
    id: u8,
    parent: &[u8],
    name: &str,
    kind: u64,
    start: u64,
    end: u64,
    status: u64,
) -> Vec<u8> {
    [
        bytes(1, &[0xab; 16]),
        bytes(2, &[id; 8]),
        bytes(4, parent),
        bytes(5, name.as_bytes()),
        int(6, kind),
        fixed64(7, start),
        fixed64(8, end),
        bytes(9, &attribute("db.system", "mysql")),
        bytes(15, &int(3, status)),
    ]
    .concat()
}

fn two() -> Vec<u8> {
    request(
        "shop",
        &[
            span(
                1,
                &[],
                "GET /",
                2,
                1_700_000_000_000_000_001,
                1_700_000_000_000_000_501,
                0,
            ),
            span(
                2,
                &[1; 8],
                "SELECT",
                3,
                1_700_000_000_000_000_100,
                1_700_000_000_000_000_200,
                2,
            ),
        ],
    )
}

const EXPECTED: [&str; 2] = [
    "span abababababababababababababababab 0101010101010101  Root service=Some(\"shop\") name=Some(\"GET /\") kind=Some(Server) start=Some(1700000000000000001) duration=Some(500) wait=None memory=None error=Some(false) db.system=mysql",
    "span abababababababababababababababab 0202020202020202 0101010101010101 Child service=Some(\"shop\") name=Some(\"SELECT\") kind=Some(Client) start=Some(1700000000000000100) duration=Some(100) wait=None memory=None error=Some(true) db.system=mysql",
];

#[test]
fn requests_and_streams_of_them_are_read() {
    assert_eq!(records("a.pb", &two()), EXPECTED);
    assert_eq!(records("a.otlp", &framed(&two())), EXPECTED);
    let twice = [framed(&two()), framed(&two())].concat();
    let expected: Vec<&str> = EXPECTED.iter().chain(&EXPECTED).copied().collect();
    assert_eq!(records("a.bin", &twice), expected);
    assert_eq!(records("a.bin", &[two(), two()].concat()), expected);
}

#[test]
fn the_same_in_json_gives_the_same() {
    let span = |id: &str, parent: &str, name, kind, start, end, status| {
        format!(
            "{{\"traceId\":\"{}\",\"spanId\":\"{}\",\"parentSpanId\":\"{parent}\",\"name\":\"{name}\",\"kind\":{kind},\"startTimeUnixNano\":\"{start}\",\"endTimeUnixNano\":\"{end}\",\"attributes\":[{{\"key\":\"db.system\",\"value\":{{\"stringValue\":\"mysql\"}}}}],\"status\":{{\"code\":{status}}}}}",
            "ab".repeat(16),
            id.repeat(8)
        )
    };
    let text = format!(
        "{{\"resourceSpans\":[{{\"resource\":{{\"attributes\":[{{\"key\":\"service.name\",\"value\":{{\"stringValue\":\"shop\"}}}}]}},\"scopeSpans\":[{{\"spans\":[{},{}]}}]}}]}}",
        span(
            "01",
            "",
            "GET /",
            2,
            1_700_000_000_000_000_001u64,
            1_700_000_000_000_000_501u64,
            0
        ),
        span(
            "02",
            &"01".repeat(8),
            "SELECT",
            3,
            1_700_000_000_000_000_100u64,
            1_700_000_000_000_000_200u64,
            2
        ),
    );
    assert_eq!(records("a.json", text.as_bytes()), records("a.pb", &two()));
}

#[test]
fn metrics_are_told_from_spans_and_logs() {
    let point = [fixed64(3, 7), fixed64(6, 1 << 20)].concat();
    let memory = [
        bytes(1, b"process.memory.usage"),
        bytes(3, b"By"),
        bytes(7, &[bytes(1, &point), int(2, 2)].concat()),
    ]
    .concat();
    let log = [fixed64(1, 5), bytes(5, &bytes(1, b"hello"))].concat();
    let all = [
        framed(&request("shop", &[memory])),
        framed(&request("shop", &[log])),
        framed(&two()),
    ]
    .concat();
    let mut expected = vec![
        "sample memory.rss shop Some(7) 1048576",
        "skipped 1 log records",
    ];
    expected.extend(EXPECTED);
    assert_eq!(records("a.otlp", &all), expected);
}

#[test]
fn a_bad_span_leaves_the_others_and_every_cut_is_told() {
    let bad = request(
        "shop",
        &[
            span(1, &[], "late", 1, 10, 5, 0),
            span(2, &[], "good", 1, 5, 10, 0),
        ],
    );
    let read = read_bytes("a.pb", &bad).expect("reads");
    assert_eq!((read.files[0].spans, read.files[0].bad), (1, 1));
    let stream = [framed(&two()), framed(&two())].concat();
    let half = framed(&two()).len();
    // A stream that ends between two requests is whole.
    every_cut("a.otlp", &stream, |cut| cut == half);
    every_cut("a.pb", &two(), |_| false);
}
