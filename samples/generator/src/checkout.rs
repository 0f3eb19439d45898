//! Five minutes of a checkout service: mostly healthy, with forty seconds in which the payment database is slow and requests fail, and a process that leaks.

use std::io::{self, Write};

use super::random::Random;

/// 2026-03-02 09:00:00 UTC.
const START: f64 = 1_772_442_000.0;
const LENGTH: f64 = 300.0;
/// Mean seconds between checkouts.
const GAP: f64 = 0.75;
/// The bad episode, in seconds from the start.
const EPISODE: std::ops::Range<f64> = 150.0..190.0;
const SAMPLE_EVERY: f64 = 2.0;

/// Writes the records in the order of time.
pub(crate) fn write(out: &mut dyn Write, seed: u64) -> io::Result<()> {
    let mut records = Vec::new();
    checkouts(&mut records, &mut Random::new(seed, 1));
    signals(&mut records, &mut Random::new(seed, 2));
    records.sort_by(|a: &(f64, String), b| a.0.total_cmp(&b.0));
    for (_, record) in records {
        writeln!(out, "{record}")?;
    }
    Ok(())
}

struct Call {
    service: &'static str,
    name: &'static str,
    kind: &'static str,
    attributes: &'static str,
    start: f64,
    duration: f64,
    wait: f64,
    error: bool,
}

fn checkouts(records: &mut Vec<(f64, String)>, random: &mut Random) {
    let mut time = 0.0;
    let mut trace = 0u64;
    loop {
        time += random.exponential(GAP);
        if time >= LENGTH {
            return;
        }
        trace += 1;
        let bad = EPISODE.contains(&time);
        let mut at = time + 0.001;
        let mut calls = Vec::new();
        let mut call = |service, name, kind, attributes, duration: f64, wait: f64, error| {
            calls.push(Call {
                service,
                name,
                kind,
                attributes,
                start: at,
                duration,
                wait,
                error,
            });
            at += duration + 0.0005;
        };
        let hit = random.chance(0.92);
        let cache = if hit {
            "{\"db.system\":\"redis\",\"cache.hit\":true}"
        } else {
            "{\"db.system\":\"redis\",\"cache.hit\":false}"
        };
        call(
            "cart",
            "GET cart",
            "client",
            cache,
            random.log_normal(0.0008, 0.15),
            0.6,
            false,
        );
        call(
            "catalog",
            "SELECT price",
            "client",
            "{\"db.system\":\"postgresql\"}",
            random.log_normal(0.004, 0.25),
            0.7,
            false,
        );
        call(
            "checkout",
            "POST /tax",
            "client",
            "{\"http.request.method\":\"POST\",\"server.address\":\"tax\"}",
            random.log_normal(0.012, 0.22),
            0.8,
            false,
        );
        let slow = if bad {
            random.log_normal(0.090, 0.7)
        } else {
            random.log_normal(0.011, 0.22)
        };
        let failed = bad && random.chance(0.3);
        call(
            "payment",
            "UPDATE ledger",
            "client",
            "{\"db.system\":\"postgresql\"}",
            slow,
            if bad { 0.95 } else { 0.7 },
            failed,
        );
        call(
            "checkout",
            "publish orders",
            "producer",
            "{\"messaging.system\":\"kafka\"}",
            random.log_normal(0.002, 0.2),
            0.5,
            false,
        );
        let whole = at - time + random.log_normal(0.003, 0.2);
        let waited: f64 = calls.iter().map(|call| call.duration * call.wait).sum();
        let root = Call {
            service: "checkout",
            name: "POST /checkout",
            kind: "server",
            attributes: if failed {
                "{\"http.request.method\":\"POST\",\"http.response.status_code\":500}"
            } else {
                "{\"http.request.method\":\"POST\",\"http.response.status_code\":200}"
            },
            start: time,
            duration: whole,
            wait: waited / whole,
            error: failed,
        };
        for (span, call) in std::iter::once(&root).chain(&calls).enumerate() {
            let parent = if span == 0 {
                String::new()
            } else {
                format!("{trace:06x}0")
            };
            let start = START + call.start;
            let tag = if span > 0 {
                String::new()
            } else {
                format!(
                    ",\"branch_tag\":\"{}\"",
                    if random.chance(0.7) { "card" } else { "wallet" }
                )
            };
            records.push((
                start,
                format!(
                    "{{\"trace_id\":\"{trace:08x}\",\"span_id\":\"{trace:06x}{span}\",\"parent_span_id\":\"{parent}\",\"service\":\"{}\",\"name\":\"{}\",\"kind\":\"{}\",\"start\":{start:.6},\
                     \"duration\":{:.6},\"wait_time\":{:.6},\"error\":{},\"attributes\":{}{tag}}}",
                    call.service,
                    call.name,
                    call.kind,
                    call.duration,
                    call.duration * call.wait,
                    call.error,
                    call.attributes
                ),
            ));
        }
    }
}

fn signals(records: &mut Vec<(f64, String)>, random: &mut Random) {
    let mut add = |time: f64, name: &str, metadata: String| {
        let time = START + time;
        records.push((time, format!("{{\"system_metric\":true,\"timestamp\":{time:.3},\"name\":\"{name}\",\"metadata\":{{{metadata}}}}}")));
    };
    let mut offset = 120_000.0;
    for step in 0..(LENGTH / SAMPLE_EVERY) as u32 {
        let time = f64::from(step) * SAMPLE_EVERY;
        let noise = 1.0 + 0.01 * random.normal();
        add(
            time,
            "memory",
            format!(
                "\"process\":\"checkout\",\"memory_rss\":{:.0}",
                310e6 * noise
            ),
        );
        let leak = 1.0 + 0.35 * time / LENGTH;
        add(
            time + 0.01,
            "memory",
            format!(
                "\"process\":\"payment\",\"memory_rss\":{:.0}",
                240e6 * leak * (1.0 + 0.01 * random.normal())
            ),
        );
        add(
            time + 0.02,
            "loop",
            format!(
                "\"process\":\"checkout\",\"lag\":{:.6}",
                random.log_normal(0.0015, 0.5)
            ),
        );
        if step % 3 == 0 {
            add(
                time + 0.03,
                "gc",
                format!(
                    "\"process\":\"payment\",\"gc_pause_duration\":{:.6}",
                    random.log_normal(0.012, 0.3)
                ),
            );
        }
        offset += SAMPLE_EVERY / GAP;
        let lag = if EPISODE.contains(&time) {
            3.0
        } else {
            1.0 + random.uniform()
        };
        add(
            time + 0.04,
            "kafka",
            format!(
                "\"group_id\":\"billing\",\"topic\":\"orders\",\"partition\":0,\"kafka_lag\":{lag:.0},\"committed_offset\":{offset:.0}"
            ),
        );
    }
}
