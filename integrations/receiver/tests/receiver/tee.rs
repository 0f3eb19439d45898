//! What is taken goes on to a collector as well, and no collector does any harm.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpListener,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use pss_receiver::{Counts, NotTaken, Options, Receiver, Taken};

use crate::support::{Grpc, Http, LOGS, Seen, TRACES, gzip, json, protobuf};

/// Heads in lower case, and bodies.
type Requests = Arc<Mutex<Vec<(String, Vec<u8>)>>>;

/// A collector of HTTP/1.1 that remembers what came, byte by byte, and answers each request with the same status; each connection takes `limit` requests.
fn collector(status: u16, limit: usize) -> (String, Requests) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = format!("http://{}", listener.local_addr().expect("an address"));
    let requests = Requests::default();
    let into = Arc::clone(&requests);
    std::thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            let mut stream = BufReader::new(stream);
            for _ in 0..limit {
                let mut head = String::new();
                while !head.ends_with("\r\n\r\n") {
                    if !matches!(stream.read_line(&mut head), Ok(1..)) {
                        break;
                    }
                }
                let head = head.to_ascii_lowercase();
                let length = head
                    .lines()
                    .find_map(|line| line.strip_prefix("content-length: "));
                let Some(length) = length else { break };
                let mut body = vec![0; length.trim().parse().expect("a length")];
                stream.read_exact(&mut body).expect("a body");
                into.lock().expect("no panic").push((head, body));
                let answer = format!("HTTP/1.1 {status} X\r\nContent-Length: 2\r\n\r\n{{}}");
                stream.get_mut().write_all(answer.as_bytes()).expect("sent");
            }
        }
    });
    (address, requests)
}

fn receiver(collector: &str) -> (Receiver, Seen) {
    let seen = Seen::default();
    let sink = seen.clone();
    let options = Options {
        tee: Some(collector.parse().expect("an address")),
        ..Options::default()
    };
    let receiver = Receiver::start(options, move |body| sink.take(body)).expect("it starts");
    (receiver, seen)
}

fn stop(receiver: Receiver) -> (Counts, Duration) {
    let began = Instant::now();
    let counts = receiver.stop(Duration::from_secs(5));
    (counts, began.elapsed())
}

#[test]
fn a_collector_gets_the_bytes_that_came_over_http() {
    // Connections that close after two requests are opened anew.
    for limit in [2, 1000] {
        let (address, requests) = collector(200, limit);
        let (receiver, seen) = receiver(&address);
        let bodies = [
            ("/v1/traces", "application/json", false, json(0..10)),
            (
                "/v1/traces",
                "application/x-protobuf",
                false,
                protobuf(10..20),
            ),
            (
                "/v1/traces",
                "application/x-protobuf",
                true,
                gzip(&protobuf(20..30)),
            ),
            ("/v1/traces", "application/json", true, gzip(&json(30..40))),
            (
                "/v1/logs",
                "application/json",
                false,
                b"{\"resourceLogs\":[]}".to_vec(),
            ),
        ];
        let mut http = Http::connect(&receiver.endpoint());
        for (path, media_type, gzip, body) in &bodies {
            assert_eq!(http.post(path, media_type, *gzip, body).status, 200);
        }
        // What is refused is not handed on.
        assert_eq!(
            http.post("/v1/traces", "application/json", false, b"nothing")
                .status,
            400
        );
        let (counts, _) = stop(receiver);
        assert_eq!(seen.tally(40), (40, 0, 0));
        let forwarded = counts.forwarded.expect("a tee");
        assert_eq!(
            (forwarded.requests, forwarded.sent, forwarded.why),
            (5, 5, None)
        );
        let requests = requests.lock().expect("no panic");
        assert_eq!(requests.len(), bodies.len());
        for ((head, body), (path, media_type, gzip, sent)) in requests.iter().zip(&bodies) {
            assert!(
                head.starts_with(&format!("post {path} http/1.1\r\n")),
                "{head}"
            );
            assert!(
                head.contains(&format!("content-type: {media_type}\r\n")),
                "{head}"
            );
            assert_eq!(head.contains("content-encoding: gzip\r\n"), *gzip, "{head}");
            assert_eq!(body, sent);
        }
    }
}

#[test]
fn a_collector_of_grpc_gets_calls_of_grpc() {
    let seen = Seen::default();
    let sink = seen.clone();
    let collector =
        Receiver::start(Options::default(), move |body| sink.take(body)).expect("it starts");
    let (receiver, own) = receiver(&collector.endpoint());
    let mut grpc = Grpc::connect(&receiver.endpoint());
    assert_eq!(grpc.export(TRACES, false, &protobuf(0..500)).0, 0);
    assert_eq!(grpc.export(TRACES, true, &protobuf(500..1000)).0, 0);
    assert_eq!(grpc.export(LOGS, true, b"").0, 0);
    let (counts, _) = stop(receiver);
    assert_eq!(own.tally(1000), (1000, 0, 0));
    let forwarded = counts.forwarded.expect("a tee");
    assert_eq!((forwarded.sent, forwarded.failed), (3, 0), "{forwarded:?}");
    let at_the_collector = collector.stop(Duration::from_secs(1));
    assert_eq!(seen.tally(1000), (1000, 0, 0));
    assert_eq!(at_the_collector.requests, 3);
}

#[test]
fn a_call_that_the_collector_refuses_is_told() {
    let collector = Receiver::start(Options::default(), |_| {
        Err::<Taken, _>(NotTaken::Failed("the disk is full".to_owned()))
    })
    .expect("it starts");
    let (receiver, own) = receiver(&collector.endpoint());
    let mut grpc = Grpc::connect(&receiver.endpoint());
    assert_eq!(grpc.export(TRACES, false, &protobuf(0..10)).0, 0);
    let (counts, _) = stop(receiver);
    assert_eq!(own.tally(10), (10, 0, 0));
    let forwarded = counts.forwarded.expect("a tee");
    assert_eq!((forwarded.sent, forwarded.failed), (0, 1));
    let why = forwarded.why.expect("a reason");
    assert!(why.starts_with("answered with gRPC status "), "{why}");
}

#[test]
fn collectors_that_refuse_or_are_not_there_do_no_harm() {
    let (refusing, _) = collector(503, 1000);
    let nobody = TcpListener::bind("127.0.0.1:0")
        .and_then(|listener| listener.local_addr())
        .expect("a port");
    for (address, says) in [
        (refusing, "answered 503"),
        (format!("http://{nobody}"), "is not there ("),
    ] {
        let (receiver, seen) = receiver(&address);
        let mut http = Http::connect(&receiver.endpoint());
        for at in 0..100 {
            let body = json(at..at + 1);
            let reply = http.post("/v1/traces", "application/json", false, &body);
            assert_eq!(reply.status, 200);
        }
        let (counts, took) = stop(receiver);
        assert_eq!(seen.tally(100), (100, 0, 0));
        assert_eq!(counts.lost(), 0);
        let forwarded = counts.forwarded.expect("a tee");
        assert_eq!((forwarded.requests, forwarded.sent), (100, 0));
        assert_eq!(forwarded.failed + forwarded.dropped, 100, "{forwarded:?}");
        assert!(forwarded.why.expect("a reason").starts_with(says), "{says}");
        assert!(took < Duration::from_secs(5), "{took:?}");
    }
}

#[test]
fn a_collector_that_stands_still_holds_nobody_up() {
    // It accepts, and never reads.
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = format!("http://{}", listener.local_addr().expect("an address"));
    let (receiver, seen) = receiver(&address);
    let mut http = Http::connect(&receiver.endpoint());
    let began = Instant::now();
    for at in 0..1000 {
        let body = json(at..at + 1);
        let reply = http.post("/v1/traces", "application/json", false, &body);
        assert_eq!(reply.status, 200);
    }
    assert!(
        began.elapsed() < Duration::from_secs(20),
        "{:?}",
        began.elapsed()
    );
    let (counts, took) = stop(receiver);
    assert!(took < Duration::from_secs(4), "{took:?}");
    assert_eq!(seen.tally(1000), (1000, 0, 0));
    let forwarded = counts.forwarded.expect("a tee");
    assert_eq!((forwarded.requests, forwarded.sent), (1000, 0));
    // The queue's end is its bound, whatever was sent.
    assert!(forwarded.dropped >= 1000 - 256 - 2, "{forwarded:?}");
    assert_eq!(forwarded.unsent(), 1000);
    drop(listener);
}
