//! The trace as a whole: requests as they arrive, samples beside them, in the order of time.

use std::io::{self, Write};

use clap::Args;

use super::{episode::SECONDS, process, request};
use crate::{load::Load, random::Random};

/// How the trace is seeded.
#[derive(Args)]
pub(crate) struct Settings {
    /// Another seed gives another trace, the same seed the same bytes
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

/// When the trace starts, in seconds since the Unix epoch.
pub(super) const START: f64 = 1_760_000_000.0;

/// Checkouts and page views in the whole trace.
const CHECKOUTS: u32 = 190;
const VIEWS: u32 = 260;

/// Records with the time each belongs to.
#[derive(Default)]
pub(super) struct Lines(Vec<(f64, String)>);

impl Lines {
    /// Adds a record.
    pub(super) fn push(&mut self, time: f64, line: String) {
        self.0.push((time, line));
    }
}

/// Writes the trace.
pub(crate) fn write(settings: &Settings, out: &mut impl Write) -> io::Result<()> {
    let mut random = Random::new(settings.seed);
    let mut lines = Lines::default();
    let load = Load::new(SECONDS as usize, &mut random);
    for at in 0..CHECKOUTS {
        let (time, load) = load.arrival((f64::from(at) + random.unit()) / f64::from(CHECKOUTS));
        request::checkout(time, load, &mut random).record(time, &mut random, &mut lines);
    }
    for at in 0..VIEWS {
        let (time, load) = load.arrival((f64::from(at) + random.unit()) / f64::from(VIEWS));
        request::browse(load, &mut random).record(time, &mut random, &mut lines);
    }
    process::record(&mut random, &mut lines);
    // Stable, so that records of the same time keep their order on every machine.
    lines.0.sort_by(|a, b| a.0.total_cmp(&b.0));
    for (_, line) in &lines.0 {
        writeln!(out, "{line}")?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn records() -> Vec<serde_json::Value> {
        let mut out = Vec::new();
        write(&Settings { seed: 1 }, &mut out).unwrap();
        String::from_utf8(out)
            .unwrap()
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    }

    #[test]
    fn the_committed_sample_is_what_is_written() {
        let mut out = Vec::new();
        write(&Settings { seed: 1 }, &mut out).unwrap();
        let committed = include_bytes!("../../../checkout/traces.jsonl");
        assert!(
            out == committed,
            "samples/checkout/traces.jsonl is stale: cargo run -p pss-generator -- checkout > samples/checkout/traces.jsonl"
        );
    }

    #[test]
    fn every_parent_is_there_and_work_adds_up() {
        let records = records();
        let spans: std::collections::BTreeSet<&str> = records
            .iter()
            .filter_map(|record| record["span_id"].as_str())
            .collect();
        assert!(
            (2_000..4_000).contains(&spans.len()),
            "{} spans",
            spans.len()
        );
        for record in records
            .iter()
            .filter(|record| record["system_metric"] != true)
        {
            let parent = record["parent_span_id"].as_str().unwrap();
            assert!(parent.is_empty() || spans.contains(parent));
            let seconds = |key: &str| record[key].as_f64().unwrap();
            assert!(
                (seconds("cpu_time") + seconds("wait_time") - seconds("duration")).abs() < 3e-6
            );
        }
    }

    #[test]
    fn the_payment_query_is_slow_for_forty_seconds() {
        let median = |slow: bool| {
            let mut durations: Vec<f64> = records()
                .iter()
                .filter(|record| record["name"] == "SELECT payment_method")
                .filter(|record| {
                    (150.0..190.0).contains(&(record["start"].as_f64().unwrap() - START)) == slow
                })
                .map(|record| record["duration"].as_f64().unwrap())
                .collect();
            durations.sort_by(f64::total_cmp);
            durations[durations.len() / 2]
        };
        assert!(median(true) > 8.0 * median(false));
    }
}
