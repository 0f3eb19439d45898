//! Bytes that are neither HTTP nor gRPC, or only begin like it, harm nobody.

use std::time::Duration;

use pss_receiver::{Options, Receiver};

use crate::support::{Http, Seen, framed, json, protobuf};

/// Numbers that are the same in each run (xorshift, Marsaglia 2003).
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn bytes(&mut self, most: u64) -> Vec<u8> {
        let length = self.next() % most;
        (0..length).map(|_| self.next() as u8).collect()
    }
}

#[test]
fn noise() {
    const HTTP2: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0";
    const HEAD: &[u8] =
        b"POST /v1/traces HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n";
    let seen = Seen::default();
    let sink = seen.clone();
    let options = Options {
        request_timeout: Duration::from_millis(100),
        idle_timeout: Duration::from_millis(100),
        ..Options::default()
    };
    let receiver = Receiver::start(options, move |body| sink.take(body)).expect("a port");
    let endpoint = receiver.endpoint();
    let mut numbers = Numbers(42);
    let mut open = Vec::new();
    for round in 0..300 {
        let mut client = Http::connect(&endpoint);
        client.write([HTTP2, HEAD, b"", b"POST "][round % 4]);
        client.write(&numbers.bytes(2000));
        if round % 3 == 0 {
            open.push(client);
        }
    }
    // Whole requests with a few bytes changed.
    let mut client = Http::connect(&endpoint);
    for round in 0..300 {
        let (media_type, mut body) = [
            ("application/json", json(0..3)),
            ("application/x-protobuf", protobuf(0..3)),
            ("application/x-protobuf", framed(0, &protobuf(0..3))),
        ][round % 3]
            .clone();
        // The identities stay as they are: the sink here counts by them.
        let start = body.len() - 12;
        for _ in 0..3 {
            let at = start + (numbers.next() % 12) as usize;
            body[at] = numbers.next() as u8;
        }
        let reply = client.post("/v1/traces", media_type, false, &body);
        assert!(matches!(reply.status, 200 | 400), "{reply:?}");
    }
    let reply = client.post("/v1/traces", "application/json", false, &json(5..6));
    assert_eq!(reply.status, 200);
    drop(open);
    let counts = receiver.stop(Duration::from_secs(10));
    assert_eq!(
        counts.requests,
        counts.accepted.values().sum::<u64>()
            + counts
                .refused
                .iter()
                .filter(|(refusal, _)| **refusal != pss_receiver::Refusal::NotHttp)
                .map(|(_, count)| count)
                .sum::<u64>(),
        "{counts:?}"
    );
}
