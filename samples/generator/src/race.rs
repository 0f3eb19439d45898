//! The file of the race: what PyPSS's collector writes for a busy service.

use std::io::{self, Write};

use super::random::Random;

const OPERATIONS: u64 = 200;
const START: f64 = 1_700_000_000.0;
/// Seconds between records.
const STEP: f64 = 0.0006;
const VERBS: [&str; 10] = [
    "db_query",
    "http_get",
    "cache_lookup",
    "validate",
    "render",
    "db_commit",
    "read_file",
    "rpc_call",
    "compute",
    "serialize",
];
const NOUNS: [&str; 20] = [
    "user", "order", "cart", "item", "price", "stock", "invoice", "session", "profile", "review",
    "coupon", "address", "payment", "shipment", "catalog", "search", "report", "event", "image",
    "token",
];

/// Writes the records.
pub(crate) fn write(out: &mut dyn Write, records: u64, seed: u64, array: bool) -> io::Result<()> {
    let mut random = Random::new(seed, 1);
    let mut load = 0.0;
    if array {
        out.write_all(b"[")?;
    }
    for i in 0..records {
        if i > 0 {
            out.write_all(if array { b",\n" } else { b"\n" })?;
        }
        let time = START + i as f64 * STEP + 0.5 * STEP * random.uniform();
        // Load that remembers: neighbours in time are slow together.
        load = 0.999 * load + 0.02 * random.normal();
        if random.below(20) == 0 {
            system(out, &mut random, i, time)?;
        } else {
            span(out, &mut random, i, time, load)?;
        }
    }
    out.write_all(if array { b"]\n" } else { b"\n" })
}

fn span(out: &mut dyn Write, random: &mut Random, i: u64, time: f64, load: f64) -> io::Result<()> {
    let operation = random.below(OPERATIONS);
    let (verb, noun) = (
        VERBS[(operation % 10) as usize],
        NOUNS[(operation / 10) as usize],
    );
    let median = 0.002 * libm::exp(0.03 * operation as f64 % 2.0);
    let duration = random.log_normal(median, 0.5) * libm::exp(0.3 * load);
    let wait = duration * (0.3 + 0.1 * random.normal()).clamp(0.0, 0.95);
    let memory = 400_000_000 + random.below(20_000_000);
    let failed = random.chance(0.004);
    let (kind, message) = if failed {
        ("\"ValueError\"", "\"boom \\u00e9 \\\"q\\\"\"")
    } else {
        ("null", "null")
    };
    let tag = match (verb, random.below(4)) {
        ("cache_lookup", 0) => "\"cache_miss\"",
        ("cache_lookup", _) => "\"cache_hit\"",
        (_, 0) => "\"slow_path\"",
        (_, 1 | 2) => "\"fast_path\"",
        _ => "null",
    };
    write!(
        out,
        "{{\"trace_id\": \"{time:.7}-{i}\", \"name\": \"{verb}_{noun}\", \"filename\": \"/srv/app/handlers/{noun}.py\", \"lineno\": {}, \"module\": \"app.handlers.{noun}\", \
         \"duration\": {duration:.18}, \"cpu_time\": {:.18}, \"wait_time\": {wait:.18}, \"memory\": {memory}, \"memory_diff\": {}, \"error\": {failed}, \
         \"exception_type\": {kind}, \"exception_message\": {message}, \"timestamp\": {time:.7}, \"branch_tag\": {tag}}}",
        100 + operation,
        duration - wait,
        random.below(60_000),
    )
}

fn system(out: &mut dyn Write, random: &mut Random, i: u64, time: f64) -> io::Result<()> {
    write!(out, "{{\"system_metric\": true, \"timestamp\": {time:.7}, ")?;
    match i % 4 {
        0 => write!(
            out,
            "\"name\": \"gc_report\", \"metadata\": {{\"gc_pause_duration\": {:.9}}}}}",
            random.log_normal(0.004, 0.5)
        ),
        1 => write!(
            out,
            "\"name\": \"loop_report\", \"metadata\": {{\"lag\": {:.9}, \"active_tasks\": {}, \"churn_rate\": {:.3}}}}}",
            random.log_normal(0.002, 0.8),
            random.below(40),
            random.uniform()
        ),
        2 => write!(
            out,
            "\"name\": \"kafka_lag_report\", \"metadata\": {{\"kafka_lag\": {}, \"topic\": \"orders\", \"partition\": {}, \"group_id\": \"g\"}}}}",
            random.below(40),
            random.below(8)
        ),
        _ => write!(
            out,
            "\"name\": \"gpu_report\", \"metadata\": {{\"gpu_memory_used\": {}, \"gpu_memory_total\": 17179869184, \"gpu_utilization\": {}, \"gpu\": \"0\"}}}}",
            8_000_000_000 + random.below(200_000_000),
            60 + random.below(30)
        ),
    }
}
