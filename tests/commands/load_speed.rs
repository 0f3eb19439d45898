//! How much load this machine generates before it falls behind, with the generator's own jitter. Measured where it is asked for:
//! `cargo test --release --features http --test commands -- --ignored --nocapture load_speed`
#![expect(clippy::print_stdout, reason = "it prints what it measured")]

use serde_json::Value;

use crate::work::Work;

/// Runs a rate for three seconds; prints a row, and says whether it was reached.
fn measure(rate: u32, target: &[&str]) -> bool {
    let work = Work::new();
    let rate = rate.to_string();
    let flags = [
        "run",
        "--quiet",
        "--otlp",
        "off",
        "--export",
        "json=report.json",
        "--load",
        "constant",
        "--rate",
        &rate,
        "--duration",
        "3s",
        "--max-in-flight",
        "1000",
    ];
    let ran = work.pss(&[&flags[..], target].concat());
    let text = std::fs::read_to_string(work.path("report.json"));
    let text = text.unwrap_or_else(|_| panic!("no report: {}", ran.err));
    let report: Value = serde_json::from_str(&text).expect("JSON");
    let load = &report["run"]["load"];
    assert_eq!(load["failed"], 0, "{load}");
    let number = |value: &Value| value.as_f64().unwrap_or(f64::NAN);
    let milliseconds = |value: &Value| 1e3 * number(value);
    let achieved = number(&load["achieved_rate"]);
    println!(
        "{rate:>8}  {achieved:>9.1}  {:>11.3}  {:>11.3}  {:>13.3}  {:>9}  {:>8}",
        milliseconds(&load["delay"]["p50"]),
        milliseconds(&load["delay"]["p99"]),
        milliseconds(&load["latency"]["p99"]),
        load["in_flight"],
        load["dropped"],
    );
    achieved >= 0.95 * number(&load["asked_rate"])
}

fn climb(what: &str, rates: &[u32], target: &[&str]) {
    println!("\n{what}");
    println!("   asked   achieved  delay50, ms  delay99, ms  latency99, ms  in flight   dropped");
    let reached: Vec<u32> = rates
        .iter()
        .copied()
        .take_while(|rate| measure(*rate, target))
        .collect();
    println!(
        "reached: {} a second",
        reached
            .last()
            .map_or_else(|| "none".to_owned(), u32::to_string)
    );
}

#[test]
#[ignore = "it measures this machine for a minute"]
fn load_speed_of_commands() {
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    climb(
        &format!("a command (`true`) per arrival, {cores} cores"),
        &[100, 300, 600, 900, 1200, 1600, 2000, 2500, 3000],
        &["--", "true"],
    );
}

#[cfg(feature = "http")]
#[test]
#[ignore = "it measures this machine for a minute"]
fn load_speed_of_requests() {
    use crate::service::{Manner, Service};

    let service = Service::new(Manner::Answer);
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    climb(
        &format!("an HTTP request per arrival to a server on the same {cores} cores"),
        &[
            1000, 2500, 5000, 7500, 10_000, 15_000, 20_000, 30_000, 40_000,
        ],
        &["--http", &service.url],
    );
}
