//! What is refused over HTTP, and how.

use std::time::Duration;

use prost::Message;
use pss_integrations::formats::otlp::Signal;
use pss_receiver::{NotTaken, Options, Receiver, Refusal, Taken};

use crate::support::{Http, Reply, Response, Seen, gzip, json, protobuf};

const JSON: &str = "application/json";
const PROTOBUF: &str = "application/x-protobuf";

fn receiver(options: Options) -> (Receiver, Seen) {
    let seen = Seen::default();
    let sink = seen.clone();
    let receiver = Receiver::start(options, move |body| sink.take(body)).expect("a receiver");
    (receiver, seen)
}

fn small() -> Options {
    Options {
        largest_body: 10_000,
        request_timeout: Duration::from_millis(300),
        idle_timeout: Duration::from_millis(300),
        ..Options::default()
    }
}

/// The message of a status in JSON.
fn message(reply: &Reply) -> String {
    let status: serde_json::Value = serde_json::from_slice(&reply.body).expect("a status");
    assert!(status["code"].is_u64());
    status["message"].as_str().expect("a message").to_owned()
}

#[test]
fn malformed_bodies() {
    let (receiver, _) = receiver(Options::default());
    let mut client = Http::connect(&receiver.endpoint());
    let reply = client.post("/v1/traces", JSON, false, b"{\"resourceSpans\":[");
    assert_eq!(reply.status, 400);
    assert_eq!(
        message(&reply),
        "the body is truncated: it ends inside a value"
    );
    let reply = client.post("/v1/metrics", PROTOBUF, false, b"\x0a\xff");
    assert_eq!(reply.status, 400);
    assert!(reply.headers.contains(PROTOBUF));
    // Field 2 of a status is its message.
    assert!(String::from_utf8_lossy(&reply.body).contains("is no OTLP request"));
    let reply = client.post("/v1/traces", JSON, true, b"no gzip");
    assert_eq!(reply.status, 400);
    assert!(message(&reply).contains("no gzip"));
    // The connection is as good as before.
    assert_eq!(
        client.post("/v1/traces", JSON, false, &json(0..1)).status,
        200
    );
    let counts = receiver.stop(Duration::from_secs(1));
    assert_eq!(counts.refused, [(Refusal::Malformed, 3)].into());
    assert_eq!((counts.records, counts.lost()), (1, 3));
}

#[test]
fn unusable_spans_are_a_partial_success() {
    let (receiver, _) = receiver(Options::default());
    let mut client = Http::connect(&receiver.endpoint());
    let body = br#"{"resourceSpans":[{"scopeSpans":[{"spans":[
        {"spanId":"0000000000000001","name":"a","startTimeUnixNano":"2","endTimeUnixNano":"1"},
        {"spanId":"0000000000000001","name":"b","startTimeUnixNano":"1","endTimeUnixNano":"2"}]}]}]}"#;
    let reply = client.post("/v1/traces", JSON, false, body);
    assert_eq!(reply.status, 200);
    let answer: serde_json::Value = serde_json::from_slice(&reply.body).expect("an answer");
    assert_eq!(answer["partialSuccess"]["rejectedSpans"], "1");
    let mut bytes = protobuf(0..1);
    // The end, eight bytes at the end of the span: long before its start.
    let end = bytes.len() - 1;
    bytes[end] = 0;
    let reply = client.post("/v1/traces", PROTOBUF, false, &bytes);
    let answer = Response::decode(reply.body.as_slice()).expect("an answer");
    assert_eq!(answer.partial_success.expect("partial").rejected, 1);
    assert_eq!(receiver.stop(Duration::from_secs(1)).unusable, 2);
}

#[test]
fn oversized_bodies() {
    let (receiver, _) = receiver(small());
    let endpoint = receiver.endpoint();
    let long = vec![b' '; 1 << 20];
    // Announced, inflated, and unannounced.
    let reply = Http::connect(&endpoint).post("/v1/traces", JSON, false, &long);
    assert_eq!(reply.status, 413, "{reply:?}");
    let reply = Http::connect(&endpoint).post("/v1/traces", JSON, true, &gzip(&long));
    assert_eq!(reply.status, 413, "{reply:?}");
    let mut client = Http::connect(&endpoint);
    client.write(b"POST /v1/traces HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n");
    client.write(b"4e20\r\n");
    client.write(&long[..20_000]);
    client.write(b"\r\n0\r\n\r\n");
    assert_eq!(client.reply().expect("a reply").status, 413);
    let counts = receiver.stop(Duration::from_secs(1));
    assert_eq!(counts.refused, [(Refusal::TooLarge, 3)].into());
}

#[test]
fn chunked_bodies_are_read() {
    let (receiver, seen) = receiver(Options::default());
    let mut client = Http::connect(&receiver.endpoint());
    client.write(b"POST /v1/traces HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n");
    for piece in json(0..3).chunks(7) {
        client.write(format!("{:x}\r\n", piece.len()).as_bytes());
        client.write(piece);
        client.write(b"\r\n");
    }
    client.write(b"0\r\n\r\n");
    assert_eq!(client.reply().expect("a reply").status, 200);
    assert_eq!(seen.tally(3), (3, 0, 0));
}

#[test]
fn slow_requests() {
    let (receiver, _) = receiver(small());
    let mut client = Http::connect(&receiver.endpoint());
    client.write(b"POST /v1/traces HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{");
    assert_eq!(client.reply().expect("a reply").status, 408);
    // A head that never ends.
    let mut client = Http::connect(&receiver.endpoint());
    client.write(b"POST /v1/traces HTTP/1.1\r\nHost:");
    assert!(client.reply().is_none());
    let counts = receiver.stop(Duration::from_secs(1));
    assert_eq!(counts.refused, [(Refusal::Slow, 1)].into());
}

#[test]
fn broken_off_requests() {
    let (receiver, _) = receiver(Options::default());
    let mut client = Http::connect(&receiver.endpoint());
    client.write(b"POST /v1/traces HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{");
    drop(client);
    let mut client = Http::connect(&receiver.endpoint());
    client.write(b"no HTTP at all\r\n\r\n");
    assert!(client.reply().is_none_or(|reply| reply.status == 400));
    let counts = receiver.stop(Duration::from_secs(5));
    assert_eq!(
        counts.refused,
        [(Refusal::CutOff, 1), (Refusal::NotHttp, 1)].into()
    );
}

#[test]
fn wrong_paths_methods_types_and_compressions() {
    let (receiver, _) = receiver(Options::default());
    let endpoint = receiver.endpoint();
    let reply = Http::connect(&endpoint).post("/v1/profiles", JSON, false, b"{}");
    assert_eq!(reply.status, 404);
    assert!(message(&reply).contains("/v1/profiles is no service"));
    // gRPC's address is none of HTTP's.
    let reply = Http::connect(&endpoint).post(crate::support::TRACES, JSON, false, b"{}");
    assert_eq!(reply.status, 404);
    let mut client = Http::connect(&endpoint);
    client.write(b"GET /v1/traces HTTP/1.1\r\nHost: x\r\n\r\n");
    let reply = client.reply().expect("a reply");
    assert_eq!(reply.status, 405);
    assert!(reply.headers.contains("allow: post"), "{reply:?}");
    for media_type in ["text/plain", "application/grpc", ""] {
        let reply = Http::connect(&endpoint).post("/v1/traces", media_type, false, b"{}");
        assert_eq!(reply.status, 415, "{media_type}");
    }
    let mut client = Http::connect(&endpoint);
    client.write(b"POST /v1/traces HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Encoding: br\r\nContent-Length: 2\r\n\r\n{}");
    assert_eq!(client.reply().expect("a reply").status, 415);
    let counts = receiver.stop(Duration::from_secs(1));
    assert_eq!(
        counts.refused,
        [
            (Refusal::UnknownType, 3),
            (Refusal::UnknownCompression, 1),
            (Refusal::WrongPath, 2),
            (Refusal::WrongMethod, 1),
        ]
        .into()
    );
    assert!(Refusal::ALL.is_sorted());
}

#[test]
fn logs_are_accepted_and_dropped() {
    let receiver = Receiver::start(Options::default(), |_| {
        Err(NotTaken::Failed("logs came to the sink".to_owned()))
    })
    .expect("a receiver");
    let mut client = Http::connect(&receiver.endpoint());
    let reply = client.post("/v1/logs", JSON, false, br#"{"resourceLogs":[]}"#);
    assert_eq!((reply.status, &reply.body[..]), (200, &b"{}"[..]));
    let counts = receiver.stop(Duration::from_secs(1));
    assert_eq!(counts.accepted, [(Signal::Logs, 1)].into());
}

#[test]
fn a_sink_that_fails_or_panics_is_told() {
    let receiver = Receiver::start(Options::default(), |body| match body.signal {
        Signal::Traces => Err(NotTaken::Failed("disk full".to_owned())),
        Signal::Metrics if body.bytes.len() > 2 => panic!("as a test"),
        _ => Ok(Taken::default()),
    })
    .expect("a receiver");
    let mut client = Http::connect(&receiver.endpoint());
    let reply = client.post("/v1/traces", JSON, false, b"{}");
    assert_eq!(reply.status, 500);
    assert!(message(&reply).contains("disk full"));
    let reply = client.post("/v1/metrics", JSON, false, b"{ }");
    assert_eq!(reply.status, 500);
    assert_eq!(client.post("/v1/metrics", JSON, false, b"{}").status, 200);
    let counts = receiver.stop(Duration::from_secs(1));
    assert_eq!(counts.refused, [(Refusal::Failed, 2)].into());
}
