//! What is measured beside the spans: memory, garbage collection, event loop and scheduler of each process, and the backlog of the orders topic.

use super::{
    episode::{self, SECONDS},
    story::{Lines, START},
};
use crate::random::Random;

/// A process and its usual resident memory in bytes.
const PROCESSES: [(&str, f64); 5] = [
    ("storefront-1", 310e6),
    ("cart-1", 215e6),
    (episode::LEAKING, 215e6),
    ("payment-1", 260e6),
    ("fulfilment-1", 240e6),
];

/// Seconds between two samples of a signal.
const INTERVAL: f64 = 5.0;

/// Partitions of the orders topic.
const PARTITIONS: usize = 3;

/// Adds all samples of the trace.
pub(super) fn record(random: &mut Random, lines: &mut Lines) {
    for (process, memory) in PROCESSES {
        gauges(process, memory, random, lines);
        pauses(process, random, lines);
    }
    backlog(random, lines);
}

fn gauges(process: &str, memory: f64, random: &mut Random, lines: &mut Lines) {
    let (mut run_delay, mut on_cpu) = (0.0, 0.0);
    let mut time = random.between(0.0, INTERVAL);
    while time < SECONDS {
        let bytes =
            memory * episode::memory_growth(process, time) * (1.0 + 0.008 * random.normal());
        sample(
            lines,
            time,
            "memory",
            process,
            &format!("\"memory_rss\":{bytes:.0}"),
        );
        let lag = random.log_normal(0.001_5, 0.5);
        sample(
            lines,
            time,
            "event_loop",
            process,
            &format!("\"lag\":{lag:.6}"),
        );
        let busy = INTERVAL * random.between(0.25, 0.40);
        on_cpu += busy;
        run_delay += busy * random.between(0.01, 0.03);
        sample(
            lines,
            time,
            "scheduler",
            process,
            &format!("\"run_delay\":{run_delay:.6},\"on_cpu\":{on_cpu:.6}"),
        );
        time += INTERVAL;
    }
}

fn pauses(process: &str, random: &mut Random, lines: &mut Lines) {
    let mut time = random.between(0.0, 4.0);
    while time < SECONDS {
        // A heap that fills up is collected more slowly.
        let usual = 0.006 * episode::memory_growth(process, time);
        let pause = random.log_normal(usual, 0.35);
        sample(
            lines,
            time,
            "gc",
            process,
            &format!("\"gc_pause_duration\":{pause:.6}"),
        );
        time += random.between(2.0, 6.0);
    }
}

fn backlog(random: &mut Random, lines: &mut Lines) {
    for partition in 0..PARTITIONS {
        // The topic carries the orders of all shops; those of this trace are a small part.
        let mut committed = 1_000_000.0 + 10_000.0 * partition as f64;
        let mut time = random.between(0.0, INTERVAL);
        while time < SECONDS {
            let lag = random.log_normal(12.0, 0.35);
            let metadata = format!(
                "\"kafka_lag\":{lag:.0},\"committed_offset\":{committed:.0},\"topic\":\"orders\",\"partition\":{partition},\"group_id\":\"fulfilment\""
            );
            lines.push(
                time,
                format!(
                    "{{\"system_metric\":true,\"timestamp\":{:.6},\"name\":\"kafka\",\"metadata\":{{{metadata}}}}}",
                    START + time
                ),
            );
            committed += INTERVAL * random.between(36.0, 44.0);
            time += INTERVAL;
        }
    }
}

fn sample(lines: &mut Lines, time: f64, name: &str, process: &str, values: &str) {
    lines.push(
        time,
        format!(
            "{{\"system_metric\":true,\"timestamp\":{:.6},\"name\":\"{name}\",\"metadata\":{{{values},\"process\":\"{process}\"}}}}",
            START + time
        ),
    );
}
