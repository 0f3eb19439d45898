//! The end: within its grace, with everything counted.

use std::{
    thread,
    time::{Duration, Instant},
};

use pss_receiver::{Options, Receiver, Refusal, Taken};

use crate::support::{Grpc, Http, Seen, TRACES, protobuf};

#[test]
fn an_idle_receiver_stops_at_once_although_connections_stay_open() {
    let receiver = Receiver::start(Options::default(), |_| Ok(Taken::default())).expect("a port");
    let mut http = Http::connect(&receiver.endpoint());
    assert_eq!(
        http.post("/v1/traces", "application/json", false, b"{}")
            .status,
        200
    );
    let mut grpc = Grpc::connect(&receiver.endpoint());
    assert_eq!(grpc.export(TRACES, false, b"").0, 0);
    let _silent = Http::connect(&receiver.endpoint());
    let start = Instant::now();
    let counts = receiver.stop(Duration::from_secs(60));
    assert!(
        start.elapsed() < Duration::from_secs(5),
        "{:?}",
        start.elapsed()
    );
    assert_eq!((counts.requests, counts.lost()), (2, 0));
    assert!(http.reply().is_none());
}

#[test]
fn what_is_not_done_when_the_grace_ends_is_counted() {
    let receiver = Receiver::start(Options::default(), |_| Ok(Taken::default())).expect("a port");
    let mut client = Http::connect(&receiver.endpoint());
    client.write(b"POST /v1/traces HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{");
    while receiver.counts().requests == 0 {
        thread::sleep(Duration::from_millis(1));
    }
    let start = Instant::now();
    let counts = receiver.stop(Duration::from_millis(200));
    assert!(start.elapsed() >= Duration::from_millis(200));
    assert!(start.elapsed() < Duration::from_secs(5));
    assert_eq!(counts.refused, [(Refusal::Stopped, 1)].into());
    assert_eq!(counts.lost(), 1);
}

#[test]
fn a_sink_that_hangs_does_not_hold_the_end() {
    let receiver = Receiver::start(
        Options {
            workers: 1,
            ..Options::default()
        },
        |_| {
            thread::sleep(Duration::from_secs(600));
            Ok(Taken::default())
        },
    )
    .expect("a port");
    let mut clients: Vec<Http> = (0..3)
        .map(|_| Http::connect(&receiver.endpoint()))
        .collect();
    for client in &mut clients {
        client.send("/v1/traces", "application/json", false, b"{}");
    }
    while receiver.counts().requests < 3 {
        thread::sleep(Duration::from_millis(1));
    }
    let start = Instant::now();
    let counts = receiver.stop(Duration::from_millis(200));
    assert!(start.elapsed() < Duration::from_secs(5));
    assert_eq!(counts.requests, 3);
    assert!(counts.accepted.is_empty());
}

/// A socket that is closed with something unread resets its connection, and what it sent last is read behind an error.
#[test]
fn an_emitter_that_never_reads_loses_nothing() {
    let seen = Seen::default();
    let sink = seen.clone();
    let receiver =
        Receiver::start(Options::default(), move |body| sink.take(body)).expect("a port");
    for emitter in 0..20 {
        let mut client = Http::connect(&receiver.endpoint());
        let mut send = |number| {
            let body = protobuf(number..number + 1);
            client.send("/v1/traces", "application/x-protobuf", false, &body);
        };
        send(emitter * 2);
        while receiver.counts().accepted.values().sum::<u64>() < emitter * 2 + 1 {
            thread::sleep(Duration::from_millis(1));
        }
        thread::sleep(Duration::from_millis(5));
        send(emitter * 2 + 1);
        drop(client);
        if emitter < 19 {
            while receiver.counts().accepted.values().sum::<u64>() < emitter * 2 + 2 {
                thread::sleep(Duration::from_millis(1));
            }
        }
    }
    let counts = receiver.stop(Duration::from_secs(10));
    assert_eq!(seen.tally(40), (40, 0, 0), "{counts:?}");
}
