//! Fifty thousand spans a second for thirty seconds:
//!
//! ```sh
//! cargo test -p pss-receiver --features serve --test receiver -- --ignored --nocapture sustained
//! ```

use std::{
    fs, thread,
    time::{Duration, Instant},
};

use pss_receiver::{Options, Receiver};

use crate::support::{Grpc, Http, Seen, TRACES, gzip, json, protobuf};

const RATE: u64 = 50_000;
const SECONDS: u64 = 30;
/// What SDKs send at once by default.
const BATCH: u64 = 512;
/// Each waits for its answers, so that on a busy machine a few could not keep the rate.
const EMITTERS: u64 = 16;

/// Resident bytes of this process.
fn resident() -> u64 {
    let status = fs::read_to_string("/proc/self/status").expect("a status");
    let line = status.lines().find(|line| line.starts_with("VmRSS:"));
    let kib: u64 = line
        .and_then(|line| line.split_whitespace().nth(1))
        .and_then(|kib| kib.parse().ok())
        .expect("a number");
    kib * 1024
}

#[test]
#[ignore = "takes thirty seconds"]
fn sustained() {
    let seen = Seen::default();
    let sink = seen.clone();
    let receiver =
        Receiver::start(Options::default(), move |body| sink.take(body)).expect("a port");
    let endpoint = receiver.endpoint();
    let batches = RATE * SECONDS / BATCH;
    let start = Instant::now();
    let (mut late, mut highest, mut after_five) = (Duration::ZERO, 0, 0);
    thread::scope(|scope| {
        let emitters: Vec<_> = (0..EMITTERS)
            .map(|emitter| {
                let endpoint = &endpoint;
                scope.spawn(move || emit(emitter, batches, endpoint, start))
            })
            .collect();
        while !emitters.iter().all(thread::ScopedJoinHandle::is_finished) {
            thread::sleep(Duration::from_millis(100));
            let now = resident();
            if start.elapsed() > Duration::from_secs(5) && after_five == 0 {
                after_five = now;
            }
            highest = highest.max(now);
        }
        for emitter in emitters {
            late = late.max(emitter.join().expect("no panic"));
        }
    });
    let elapsed = start.elapsed();
    let counts = receiver.stop(Duration::from_secs(10));
    let sent = (batches * BATCH) as usize;
    let (once, never, twice) = seen.tally(sent);
    println!(
        "{sent} spans in {:.1} s ({:.0} a second), {} requests, {} MB: {once} once, {never} lost, {twice} twice; refused {:?}; latest request {:?}; resident {} MB after 5 s, at most {} MB",
        elapsed.as_secs_f64(),
        sent as f64 / elapsed.as_secs_f64(),
        counts.requests,
        counts.bytes / 1_000_000,
        counts.refused,
        late,
        after_five / 1_000_000,
        highest / 1_000_000,
    );
    assert_eq!((never, twice, counts.lost()), (0, 0, 0));
    // One byte a span is this test's own memory of them.
    assert!(highest < after_five + sent as u64 * 2 + (32 << 20));
}

/// Sends each of its batches at its time, over one protocol; says by how much the latest came too late.
fn emit(emitter: u64, batches: u64, endpoint: &str, start: Instant) -> Duration {
    let mut grpc = Grpc::connect(endpoint);
    let mut http = Http::connect(endpoint);
    let mut late = Duration::ZERO;
    for batch in (emitter..batches).step_by(EMITTERS as usize) {
        let due = start + Duration::from_nanos(batch * BATCH * 1_000_000_000 / RATE);
        match due.checked_duration_since(Instant::now()) {
            Some(early) => thread::sleep(early),
            None => late = late.max(Instant::now() - due),
        }
        let spans = batch * BATCH..(batch + 1) * BATCH;
        let mut post = |media_type, gzip, body: &[u8]| {
            assert_eq!(http.post("/v1/traces", media_type, gzip, body).status, 200);
        };
        match emitter % 4 {
            0 => assert_eq!(grpc.export(TRACES, false, &protobuf(spans)).0, 0),
            1 => assert_eq!(grpc.export(TRACES, true, &protobuf(spans)).0, 0),
            2 => post("application/x-protobuf", true, &gzip(&protobuf(spans))),
            _ => post("application/json", false, &json(spans)),
        }
    }
    late
}
