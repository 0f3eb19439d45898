//! A sink that is behind: who cannot wait is told to come again, and everything is bounded.

use std::{
    sync::{Condvar, Mutex},
    thread,
    time::{Duration, Instant},
};

use pss_integrations::formats::otlp::Signal;
use pss_receiver::{NotTaken, Options, Receiver, Refusal, Taken};

use crate::support::{Grpc, Http, TRACES};

const JSON: &str = "application/json";

/// Where the sink waits.
#[derive(Default)]
struct Gate {
    state: Mutex<(usize, bool)>,
    changed: Condvar,
}

impl Gate {
    fn pass(&self) -> Result<Taken, NotTaken> {
        let mut state = self.state.lock().expect("no panic");
        state.0 += 1;
        self.changed.notify_all();
        while !state.1 {
            state = self.changed.wait(state).expect("no panic");
        }
        Ok(Taken::default())
    }

    fn wait_for(&self, waiting: usize) {
        let mut state = self.state.lock().expect("no panic");
        while state.0 < waiting {
            state = self.changed.wait(state).expect("no panic");
        }
    }

    fn open(&self) {
        self.state.lock().expect("no panic").1 = true;
        self.changed.notify_all();
    }
}

fn gated(options: Options) -> (Receiver, &'static Gate) {
    let gate: &'static Gate = Box::leak(Box::default());
    let receiver = Receiver::start(options, move |_| gate.pass()).expect("a receiver");
    (receiver, gate)
}

fn until(done: impl Fn() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(10);
    while !done() {
        assert!(Instant::now() < deadline, "it never came");
        thread::sleep(Duration::from_millis(1));
    }
}

#[test]
fn a_full_queue() {
    let (receiver, gate) = gated(Options {
        queue: 1,
        workers: 1,
        ..Options::default()
    });
    let endpoint = receiver.endpoint();
    let mut first = Http::connect(&endpoint);
    first.send("/v1/traces", JSON, false, b"{}");
    gate.wait_for(1);
    let mut second = Http::connect(&endpoint);
    second.send("/v1/traces", JSON, false, b"{}");
    until(|| receiver.counts().requests == 2);
    // The second is counted before it is in the queue.
    thread::sleep(Duration::from_millis(100));
    let reply = Http::connect(&endpoint).post("/v1/traces", JSON, false, b"{}");
    assert_eq!(reply.status, 503);
    assert!(reply.headers.contains("retry-after: 1"), "{reply:?}");
    assert_eq!(Grpc::connect(&endpoint).export(TRACES, false, b"").0, 14);
    gate.open();
    assert_eq!(first.reply().expect("a reply").status, 200);
    assert_eq!(second.reply().expect("a reply").status, 200);
    let counts = receiver.stop(Duration::from_secs(5));
    assert_eq!(counts.refused, [(Refusal::Busy, 2)].into());
    assert_eq!(counts.accepted, [(Signal::Traces, 2)].into());
    assert_eq!(counts.lost(), 0);
}

#[test]
fn too_many_bytes() {
    let (receiver, gate) = gated(Options {
        pending_bytes: 1_000_000,
        ..Options::default()
    });
    let endpoint = receiver.endpoint();
    let long = vec![b' '; 700_000];
    let mut first = Http::connect(&endpoint);
    first.send("/v1/traces", JSON, false, &long);
    gate.wait_for(1);
    let reply = Http::connect(&endpoint).post("/v1/traces", JSON, false, &long);
    assert_eq!(reply.status, 503);
    gate.open();
    assert_eq!(first.reply().expect("a reply").status, 200);
    let reply = Http::connect(&endpoint).post("/v1/traces", JSON, false, &long);
    assert_eq!(reply.status, 200);
}

#[test]
fn too_many_connections() {
    let (receiver, gate) = gated(Options {
        connections: 1,
        ..Options::default()
    });
    gate.open();
    let endpoint = receiver.endpoint();
    let mut first = Http::connect(&endpoint);
    assert_eq!(first.post("/v1/traces", JSON, false, b"{}").status, 200);
    let mut second = Http::connect(&endpoint);
    second.send("/v1/traces", JSON, false, b"{}");
    assert!(second.reply().is_none());
    assert_eq!(first.post("/v1/traces", JSON, false, b"{}").status, 200);
    assert_eq!(receiver.counts().refused[&Refusal::TooManyConnections], 1);
}
