//! What is refused over gRPC, and with which status.

use std::time::Duration;

use pss_integrations::formats::otlp::Signal;
use pss_receiver::{Options, Receiver, Refusal};

use crate::support::{Grpc, LOGS, Seen, TRACES, framed, gzip, protobuf};

#[test]
fn statuses() {
    let seen = Seen::default();
    let sink = seen.clone();
    let options = Options {
        largest_body: 10_000,
        ..Options::default()
    };
    let receiver = Receiver::start(options, move |body| sink.take(body)).expect("a receiver");
    let mut client = Grpc::connect(&receiver.endpoint());
    let long = vec![0; 20_000];

    let (status, message, _) = client.export(TRACES, false, b"\x0a\xff");
    assert_eq!(status, 3);
    assert!(message.contains("is no OTLP request"), "{message}");
    for body in [framed(2, b""), framed(1, b"x"), b"\0\0".to_vec()] {
        assert_eq!(client.raw(TRACES, "identity", body).0, 3);
    }
    assert_eq!(client.export(TRACES, false, &long).0, 8);
    assert_eq!(client.raw(TRACES, "gzip", framed(1, &gzip(&long))).0, 8);
    assert_eq!(client.export("/v1/traces", false, b"").0, 12);
    assert_eq!(
        client.export("/opentelemetry.Other/Export", false, b"").0,
        12
    );
    assert_eq!(client.raw(TRACES, "snappy", framed(1, b"x")).0, 12);
    assert_eq!(client.export(LOGS, true, b"anything").0, 0);
    // An answer without any field, and a connection that all of that has not harmed.
    assert_eq!(
        client.export(TRACES, true, &protobuf(0..2)),
        (0, String::new(), vec![])
    );
    assert_eq!(seen.tally(2), (2, 0, 0));

    let counts = receiver.stop(Duration::from_secs(1));
    assert_eq!(counts.connections, 1);
    assert_eq!(
        counts.refused,
        [
            (Refusal::Malformed, 4),
            (Refusal::TooLarge, 2),
            (Refusal::UnknownCompression, 1),
            (Refusal::WrongPath, 2),
        ]
        .into()
    );
    assert_eq!(
        counts.accepted,
        [(Signal::Traces, 1), (Signal::Logs, 1)].into()
    );
}
