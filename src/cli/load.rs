//! `pss load preview`: what a schedule will be, before anything starts.

use std::sync::atomic::AtomicBool;

use pss_integrations::{fields::Table, load::Schedule};
use pss_metrics::model::{Intake, Parent, Sample, Span};
use serde_json::{Value, json};

use super::{
    arguments::{Common, Load, LoadCommand},
    load_flags::Shared,
    stdout,
};
use crate::{
    config::{Config, ConfigError, Flags, Keys, load},
    error::Error,
    exit::Exit,
    input::{Place, ReadOptions, Silent, pass},
    registry::Registry,
    run::load::LoadSettings,
    terminal::{Look, bars},
};

pub(super) fn run(arguments: &Load, common: &Common, registry: &Registry) -> Result<Exit, Error> {
    let LoadCommand::Preview(preview) = &arguments.command;
    let keys = Keys::new(&registry.metrics, &registry.ids());
    let config = load(&keys, common.config.as_deref(), &Flags::new()).map_err(Error::Config)?;
    let registry = &registry.enabled(&config);
    let shared = Shared {
        duration: preview.duration.as_deref(),
        warmup: None,
        timeout: None,
    };
    let mut wrong = Vec::new();
    let table = preview.load.table(&config, &shared, None, &mut wrong);
    if table.is_none() && !wrong.is_empty() {
        return Err(Error::of(wrong));
    }
    let Some((table, place)) = table else {
        return Err(Error::Usage(
            "there is no load to show: name its shape, such as --load sine --rate 50 --duration 1m, or write [run.load]".to_owned(),
        ));
    };
    let settings = match settings(&table, &place, &config, registry) {
        Ok(settings) if wrong.is_empty() => settings,
        settings => {
            wrong.extend(settings.err().map(Error::Config));
            return Err(Error::of(wrong));
        }
    };
    let starts: Vec<u64> = settings
        .schedule
        .starts()
        .take(MOST)
        .map(|start| u64::try_from(start.as_nanos()).unwrap_or(u64::MAX))
        .collect();
    if starts.len() == MOST {
        return Err(Error::Usage(format!(
            "the schedule has {MOST} arrivals or more: preview a part of it with --count or --duration"
        )));
    }
    if preview.json {
        let text = json!({
            "shape": settings.shape, "arrivals": settings.schedule.arrivals.to_string(), "seed": settings.schedule.seed,
            "seconds": settings.schedule.seconds(), "expected": settings.schedule.expected(), "count": starts.len(), "starts_ns": starts,
        });
        stdout::text(&format!("{text}\n"))?;
    } else if preview.csv {
        let rows = starts.iter().enumerate();
        let text: String = rows.map(|(k, start)| format!("{k},{start}\n")).collect();
        stdout::text(&format!("arrival,start_ns\n{text}"))?;
    } else {
        stdout::text(&shown(
            &settings,
            &starts,
            usize::from(preview.rows),
            Look::of_stdout(common.color).unicode,
        ))?;
    }
    Ok(Exit::Done)
}

/// As many arrivals are held in memory.
const MOST: usize = 10_000_000;

/// What load to generate, from a table of settings and flags.
pub(super) fn settings(
    table: &Table,
    place: &str,
    config: &Config,
    registry: &Registry,
) -> Result<LoadSettings, Vec<ConfigError>> {
    let shape = table.get("shape").and_then(Value::as_str);
    if let Some(why) = shape.and_then(|shape| registry.switched_off(&format!("load:{shape}"))) {
        return Err(vec![ConfigError::new(place, why)]);
    }
    let read = |file: &str, all: bool| starts(file, all, config, registry);
    LoadSettings::read(table, &registry.loads, &read).map_err(|mistakes| {
        let errors = mistakes.iter();
        errors
            .map(|mistake| ConfigError::new(place, mistake.to_string()))
            .collect()
    })
}

/// What is wrong with `[run.load]`, where it is set.
pub(super) fn mistakes(config: &Config, registry: &Registry) -> Vec<ConfigError> {
    match config.tree("run.load", |name| std::env::var(name).ok()) {
        Ok(Some((Value::Object(table), place))) => settings(&table, place, config, registry)
            .err()
            .unwrap_or_default(),
        Ok(_) => Vec::new(),
        Err(mistakes) => mistakes,
    }
}

/// The start times of a trace file's requests: spans that have no parent, as far as the file says, or all.
fn starts(file: &str, all: bool, config: &Config, registry: &Registry) -> Result<Vec<i64>, String> {
    struct Starts {
        all: bool,
        starts: Vec<i64>,
    }
    impl Intake for Starts {
        fn span(&mut self, span: &Span<'_>) {
            if let Some(start) = span.start
                && (self.all || span.parent != Parent::Child)
            {
                self.starts.push(start);
            }
        }
        fn sample(&mut self, _: &Sample<'_>) {}
        fn skipped(&mut self, _: &'static str, _: u64) {}
    }
    let interrupt = AtomicBool::new(false);
    let settings = config.input_settings();
    let options = ReadOptions::new(&registry.formats, &settings, &interrupt);
    let mut found = Starts {
        all,
        starts: Vec::new(),
    };
    pass(&[Place::File(file.into())], &options, &Silent, &mut found)
        .map_err(|error| error.to_string())?;
    Ok(found.starts)
}

/// Width of its bars.
const WIDTH: usize = 40;

fn shown(settings: &LoadSettings, starts: &[u64], rows: usize, unicode: bool) -> String {
    let schedule = &settings.schedule;
    let (seconds, expected) = (schedule.seconds(), schedule.expected());
    let mut text = format!(
        "{}, {} arrivals in {seconds:.3} s ({}, {} expected), mean {:.3} a second\n",
        settings.shape,
        starts.len(),
        if schedule.arrivals.is_exact() {
            schedule.arrivals.to_string()
        } else {
            format!("{}, seed {}", schedule.arrivals, schedule.seed)
        },
        (expected * 1000.0).round() / 1000.0,
        starts.len() as f64 / seconds,
    );
    if seconds <= 0.0 {
        return text;
    }
    let mut counts = vec![0_u64; rows];
    for start in starts {
        let row = (*start as f64 / 1e9 / seconds * rows as f64) as usize;
        counts[row.min(rows - 1)] += 1;
    }
    text.push_str(&rates(schedule, &counts, seconds, unicode));
    let first: Vec<String> = starts
        .iter()
        .take(5)
        .map(|start| format!("{:.6}", *start as f64 / 1e9))
        .collect();
    text.push_str(&format!("first starts (s): {}\n", first.join(" ")));
    text
}

/// A row for each part of the time: its arrivals, and the rate that was asked for there.
fn rates(schedule: &Schedule, counts: &[u64], seconds: f64, unicode: bool) -> String {
    let each = seconds / counts.len() as f64;
    let most = counts.iter().copied().max().unwrap_or(0).max(1) as f64;
    let mut text = format!("{:>12}  {:>10}  {:>10}\n", "from (s)", "a second", "asked");
    for (row, count) in counts.iter().enumerate() {
        let (from, to) = (each * row as f64, each * (row + 1) as f64);
        let asked = schedule.shape.expected(to) - schedule.shape.expected(from);
        text.push_str(&format!(
            "{from:>12.3}  {:>10.2}  {:>10.2}  {}\n",
            *count as f64 / each,
            asked / each,
            bars(*count as f64 / most, WIDTH, unicode),
        ));
    }
    text
}
