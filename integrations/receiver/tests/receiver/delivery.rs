//! A hundred thousand spans over each protocol: each arrives, once, also those sent just before the receiver is stopped.

use std::{
    sync::{Barrier, Mutex},
    thread,
    time::Duration,
};

use pss_integrations::formats::otlp::Signal;
use pss_receiver::{Options, Receiver};

use crate::support::{Grpc, Http, Seen, TRACES, gzip, json, protobuf};

const SPANS: u64 = 100_000;
const EMITTERS: u64 = 4;
const BATCH: u64 = 500;

#[derive(Debug, Clone, Copy)]
enum Protocol {
    Grpc,
    HttpProtobuf,
    HttpJson,
}

#[test]
fn grpc() {
    all_arrive(Protocol::Grpc, false);
}

#[test]
fn grpc_gzip() {
    all_arrive(Protocol::Grpc, true);
}

#[test]
fn http_protobuf() {
    all_arrive(Protocol::HttpProtobuf, false);
}

#[test]
fn http_protobuf_gzip() {
    all_arrive(Protocol::HttpProtobuf, true);
}

#[test]
fn http_json() {
    all_arrive(Protocol::HttpJson, false);
}

#[test]
fn http_json_gzip() {
    all_arrive(Protocol::HttpJson, true);
}

#[expect(clippy::print_stdout, reason = "the figures of a test")]
fn all_arrive(protocol: Protocol, compressed: bool) {
    let seen = Seen::default();
    let sink = seen.clone();
    let receiver = Receiver::start(Options::default(), move |body| {
        let taken = sink.take(body)?;
        // The last batch of an emitter is shorter, and takes long.
        if taken.records < BATCH {
            thread::sleep(Duration::from_millis(100));
        }
        Ok(taken)
    })
    .expect("a receiver");
    let endpoint = receiver.endpoint();
    let last_is_sent = Barrier::new(EMITTERS as usize + 1);
    let receiver = Mutex::new(Some(receiver));
    let counts = thread::scope(|scope| {
        for emitter in 0..EMITTERS {
            let (endpoint, last_is_sent) = (&endpoint, &last_is_sent);
            scope.spawn(move || {
                let first = emitter * SPANS / EMITTERS;
                let end = (emitter + 1) * SPANS / EMITTERS;
                let last = end - BATCH / 2;
                let cuts: Vec<u64> = (first..last).step_by(BATCH as usize).collect();
                let batches = cuts.iter().map(|cut| *cut..(cut + BATCH).min(last));
                match protocol {
                    Protocol::Grpc => {
                        let mut client = Grpc::connect(endpoint);
                        for batch in batches {
                            let (status, message, _) =
                                client.export(TRACES, compressed, &protobuf(batch));
                            assert_eq!(status, 0, "{message}");
                        }
                        client.vanish(compressed, &protobuf(last..end));
                        last_is_sent.wait();
                    }
                    Protocol::HttpProtobuf | Protocol::HttpJson => {
                        let json_is_sent = matches!(protocol, Protocol::HttpJson);
                        let (media_type, encode): (_, fn(_) -> Vec<u8>) = if json_is_sent {
                            ("application/json; charset=utf-8", json)
                        } else {
                            ("application/x-protobuf", protobuf)
                        };
                        let body = |batch| {
                            let body = encode(batch);
                            if compressed { gzip(&body) } else { body }
                        };
                        let mut client = Http::connect(endpoint);
                        for batch in batches {
                            let reply =
                                client.post("/v1/traces", media_type, compressed, &body(batch));
                            assert_eq!(reply.status, 200, "{reply:?}");
                            assert_eq!(reply.body, if json_is_sent { &b"{}"[..] } else { b"" });
                        }
                        client.send("/v1/traces", media_type, compressed, &body(last..end));
                        // Gone like an emitter that ended, with its answer unread.
                        drop(client);
                        last_is_sent.wait();
                    }
                }
            });
        }
        last_is_sent.wait();
        let receiver = receiver.lock().expect("no panic").take().expect("once");
        receiver.stop(Duration::from_secs(30))
    });
    assert_eq!(
        seen.tally(SPANS as usize),
        (SPANS as usize, 0, 0),
        "{counts:?}"
    );
    assert_eq!(counts.records, SPANS);
    assert_eq!(counts.connections, EMITTERS);
    assert_eq!(counts.requests, counts.accepted[&Signal::Traces]);
    assert_eq!((counts.lost(), counts.unusable), (0, 0), "{counts:?}");
    println!(
        "{protocol:?}, gzip {compressed}: {} spans in {} requests over {} connections, {} bytes, 0 lost",
        counts.records, counts.requests, counts.connections, counts.bytes
    );
}
