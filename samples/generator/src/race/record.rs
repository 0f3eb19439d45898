//! The whole trace, record after record.

use std::io::{self, Write};

use clap::Args;

use super::{
    operation::{Operation, Operations, Tags},
    system,
};
use crate::{load::Load, number::Float, random::Random};

/// How large and how varied the trace is.
#[derive(Args)]
pub(crate) struct Settings {
    /// How many records
    #[arg(long, default_value_t = 1_000_000)]
    records: u64,
    /// Another seed gives another trace, the same seed the same bytes
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// One JSON array, as PyPSS reads it, instead of one record a line
    #[arg(long)]
    array: bool,
    /// How many operations
    #[arg(long, default_value_t = 200, value_parser = clap::value_parser!(u64).range(1..=Operations::MOST as u64))]
    operations: u64,
    /// Over how many services they are spread
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u64).range(1..=Operations::MOST_SERVICES as u64))]
    services: u64,
    /// Over how many seconds the records are spread
    #[arg(long, default_value_t = 600, value_parser = clap::value_parser!(u64).range(1..=86_400))]
    seconds: u64,
}

/// Share of records that are about the system.
const SYSTEM: f64 = 0.05;

/// When the trace starts, in seconds since the Unix epoch.
const START: f64 = 1_700_000_000.0;

/// Writes the trace.
pub(crate) fn write(settings: &Settings, out: &mut impl Write) -> io::Result<()> {
    let mut random = Random::new(settings.seed);
    let operations = Operations::new(
        settings.operations as usize,
        settings.services as usize,
        &mut random,
    );
    let load = Load::new(settings.seconds as usize, &mut random);
    let (open, between, close) = if settings.array {
        ("[", ",\n", "]\n")
    } else {
        ("", "\n", "\n")
    };
    out.write_all(open.as_bytes())?;
    for index in 0..settings.records {
        if index > 0 {
            out.write_all(between.as_bytes())?;
        }
        let share = (index as f64 + random.unit()) / settings.records as f64;
        let (offset, load) = load.arrival(share);
        if random.chance(SYSTEM) {
            system::write(START + offset, index, load, &mut random, out)?;
        } else {
            let operation = operations.draw(&mut random);
            span(operation, START + offset, index, load, &mut random, out)?;
        }
    }
    if settings.array || settings.records > 0 {
        out.write_all(close.as_bytes())?;
    }
    Ok(())
}

fn span(
    operation: &Operation,
    time: f64,
    index: u64,
    load: f64,
    random: &mut Random,
    out: &mut impl Write,
) -> io::Result<()> {
    // A busy program is slower: its durations move with the square root of its load.
    let duration = random.log_normal(operation.median * load.sqrt(), operation.sigma);
    let wait = duration * (operation.wait + 0.1 * (random.unit() - 0.5)).clamp(0.0, 1.0);
    let cpu = duration - wait;
    let memory = 180_000_000 + random.below(8_000_000);
    let memory_diff = random.below(65_536);
    let failed = random.chance(operation.errors);
    let exception = if failed {
        "\"error\": true, \"exception_type\": \"ValueError\", \"exception_message\": \"caf\\u00e9 \\\"7\\\" not found\""
    } else {
        "\"error\": false, \"exception_type\": null, \"exception_message\": null"
    };
    let tag = match operation.tags {
        Tags::None => "null",
        Tags::Cache if random.chance(0.85) => "\"cache_hit\"",
        Tags::Cache => "\"cache_miss\"",
        Tags::Branches => {
            ["\"new\"", "\"known\"", "\"known\"", "\"guest\""][random.below(4) as usize]
        }
    };
    let time = Float(time);
    write!(
        out,
        "{{\"trace_id\": \"{time}-{index}\", {}, \"duration\": {}, \"cpu_time\": {}, \"wait_time\": {}, \"memory\": {memory}, \"memory_diff\": {memory_diff}, {exception}, \"timestamp\": {time}, \"branch_tag\": {tag}}}",
        operation.head,
        Float(duration),
        Float(cpu),
        Float(wait)
    )
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn settings(array: bool) -> Settings {
        Settings {
            records: 20_000,
            seed: 1,
            array,
            operations: 200,
            services: 5,
            seconds: 600,
        }
    }

    fn text(settings: &Settings) -> String {
        let mut out = Vec::new();
        write(settings, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn lines_and_array_hold_the_same_records() {
        let lines: Vec<serde_json::Value> = text(&settings(false))
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
        let array: Vec<serde_json::Value> = serde_json::from_str(&text(&settings(true))).unwrap();
        assert_eq!(lines, array);
        assert_eq!(lines.len(), 20_000);

        let system = lines
            .iter()
            .filter(|record| record["system_metric"] == true)
            .count();
        assert!((800..1200).contains(&system), "{system} system records");
        let names: BTreeSet<&str> = lines
            .iter()
            .filter(|record| record["system_metric"] != true)
            .map(|record| record["name"].as_str().unwrap())
            .collect();
        assert_eq!(names.len(), 200);
        let times: Vec<f64> = lines
            .iter()
            .map(|record| record["timestamp"].as_f64().unwrap())
            .collect();
        assert!(times.is_sorted());
    }

    #[test]
    fn a_seed_gives_the_same_bytes_everywhere() {
        // FNV-1a of the text: a change of it changes every published figure, so it must be wanted.
        let hash = text(&settings(false))
            .bytes()
            .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
                (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
            });
        assert_eq!(hash, 0xd24c_0b91_04ea_dae5, "{hash:#x}");
    }

    #[test]
    fn every_operation_has_a_name_of_its_own() {
        let operations = Operations::new(Operations::MOST, 5, &mut Random::new(1));
        let text: BTreeSet<String> = (0..400_000)
            .scan(Random::new(2), |random, _| {
                Some(operations.draw(random).head.clone())
            })
            .map(|head| head.split('"').nth(3).unwrap().to_owned())
            .collect();
        assert_eq!(text.len(), Operations::MOST);
    }
}
