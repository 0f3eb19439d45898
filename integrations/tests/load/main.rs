//! Schedules: exact numbers, honest randomness, the same on any machine, and mistakes with their paths.

use std::{collections::BTreeMap, time::Duration};

use pss_integrations::{
    PLUGIN_CRATE,
    fields::{Fields, Mistakes, Table},
    load::{Arrivals, Asked, Load, Schedule, Shape, build, loads},
};
use serde_json::{Value, json};

mod errors;
mod exact;
mod pinned;
mod random;

fn registered() -> Vec<&'static dyn Load> {
    loads(&[&PLUGIN_CRATE], &BTreeMap::new()).expect("the registry is sound")
}

/// The starts of a trace that was never written: seconds 100, 100, 101.5 and 104.
fn starts(file: &str, _: bool) -> Result<Vec<i64>, String> {
    match file {
        "trace.jsonl" => Ok(vec![
            104_000_000_000,
            100_000_000_000,
            100_000_000_000,
            101_500_000_000,
        ]),
        _ => Err("there is no such file".to_owned()),
    }
}

/// A shape of settings as they stand in `[run.load]`, or all mistakes.
fn shape(settings: Value) -> Result<Box<dyn Shape>, Vec<String>> {
    let table: Table = settings.as_object().expect("a table").clone();
    let mistakes = Mistakes::default();
    let fields = Fields::new("load", &table, &mistakes);
    let loads = registered();
    let asked = Asked {
        rate: fields.rate("rate"),
        length: fields.seconds("duration"),
        loads: &loads,
        starts: &starts,
    };
    let shape = build(&fields, &asked, &["rate", "duration"]);
    let mistakes: Vec<String> = mistakes
        .into_list()
        .iter()
        .map(ToString::to_string)
        .collect();
    match shape {
        Some(shape) if mistakes.is_empty() => Ok(shape),
        _ => Err(mistakes),
    }
}

fn schedule(settings: Value, arrivals: Arrivals, seed: u64) -> Schedule {
    Schedule {
        shape: shape(settings).expect("settings that fit"),
        arrivals,
        seed,
        usage: "arrivals",
        length: None,
        count: None,
    }
}

fn seconds(schedule: &Schedule) -> Vec<f64> {
    schedule.starts().map(|start| start.as_secs_f64()).collect()
}

#[test]
fn every_example_builds() {
    let mut names = Vec::new();
    for load in registered() {
        let meta = load.meta();
        let table: toml::Table = meta.example.parse().expect("toml");
        let mut settings = serde_json::to_value(table).expect("json");
        if settings.get("file").is_some() {
            settings["file"] = json!("trace.jsonl");
        }
        assert_eq!(settings["shape"], meta.plugin.name);
        let shape = shape(settings).expect(meta.plugin.name);
        assert!(shape.length() > 0.0 && shape.expected(shape.length()) > 0.0);
        names.push(meta.plugin.name);
    }
    assert_eq!(
        names,
        [
            "constant", "linear", "mix", "replay", "sequence", "sine", "step"
        ]
    );
}

/// The integral is that of the rate, never falls, and its inverse is one.
#[test]
fn integrals_are_those_of_their_rates() {
    for load in registered() {
        let name = load.meta().plugin.name;
        if name == "replay" {
            continue;
        }
        let table: toml::Table = load.meta().example.parse().expect("toml");
        let shape = shape(serde_json::to_value(table).expect("json")).expect("an example");
        let length = shape.length();
        let steps = 60_000;
        let (mut sum, mut before) = (0.0, 0.0);
        for step in 0..steps {
            let (from, to) = (
                length * f64::from(step) / f64::from(steps),
                length * f64::from(step + 1) / f64::from(steps),
            );
            sum += shape.rate((from + to) / 2.0) * (to - from);
            let expected = shape.expected(to);
            assert!(expected >= before, "{name} falls at {to}");
            assert!(
                (expected - sum).abs() < 1e-3 * sum.max(1.0),
                "{name} at {to}: {expected} is not {sum}"
            );
            before = expected;
            if step % 1000 == 500 && shape.rate(to) > 0.0 {
                let back = shape.when(expected);
                assert!((back - to).abs() < 1e-6, "{name}: {back} is not {to}");
            }
        }
    }
}

#[test]
fn a_count_and_a_length_cut() {
    let mut cut = schedule(
        json!({ "shape": "constant", "rate": 10 }),
        Arrivals::Even,
        0,
    );
    assert!(!cut.ends());
    cut.count = Some(3);
    assert_eq!(seconds(&cut), [0.0, 0.1, 0.2]);
    assert_eq!(cut.seconds(), 0.3);
    cut.length = Some(0.15);
    assert_eq!(seconds(&cut), [0.0, 0.1]);
    assert_eq!(cut.starts().last(), Some(Duration::from_millis(100)));
}
