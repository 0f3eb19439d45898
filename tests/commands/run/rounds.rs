//! Rounds, and two commands in turn.

use super::json;
use crate::work::Work;

#[test]
fn rounds_are_spans_and_have_statistics() {
    let work = Work::new();
    let ran = work.pss(&[
        "run",
        "--runs",
        "30",
        "--warmup",
        "2",
        "--prepare",
        "echo p >> log",
        "--cleanup",
        "echo c >> log",
        "--ignore-failure",
        "--export",
        "json=r.json",
        "--save",
        "run.jsonl",
        "--quiet",
        "--",
        "sh",
        "-c",
        "echo r >> log; [ $(( $(grep -c r log) % 3 )) != 0 ]",
    ]);
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    assert_eq!(work.read("log"), "p\nr\nc\n".repeat(32));
    let report = json(&work, "r.json");
    let run = &report["run"];
    assert_eq!(run["rounds"].as_array().expect("a list").len(), 30);
    assert_eq!(run["failed"], 10);
    assert!(run["seconds"]["median"].as_f64().expect("a number") > 0.0);
    assert!(run["outliers"].is_number());
    let metric = |code: &str| {
        let metrics = report["metrics"].as_array().expect("a list");
        let found = metrics.iter().find(|metric| metric["code"] == code);
        found.expect("a metric")["score"].as_f64()
    };
    // One of three fails: that is what ERR is for.
    assert!(metric("ERR").expect("30 spans say whether they failed") < 0.5);
    assert!(
        metric("TIME").is_some(),
        "the operation run needs 10 spans only"
    );
    let runs = work.read("run.jsonl");
    let spans = runs
        .lines()
        .filter(|line| line.contains("\"name\":\"run\""))
        .count();
    assert_eq!(spans, 30);
}

#[test]
fn a_duration_is_filled_with_rounds() {
    let work = Work::new();
    let ran = work.pss(&[
        "run",
        "--duration",
        "1s",
        "--export",
        "json=r.json",
        "--quiet",
        "--",
        "sleep",
        "0.1",
    ]);
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    let rounds = json(&work, "r.json")["run"]["rounds"]
        .as_array()
        .expect("a list")
        .len();
    assert!((2..=10).contains(&rounds), "{rounds}");
}

#[test]
fn two_commands_take_turns_and_are_compared() {
    let work = Work::new();
    let against = "sh -c 'echo b >> log; sleep 0.05'";
    let slower = "echo h >> log; sleep 0.15";
    let compared = |command: &str, export: &str| {
        work.pss(&[
            "run",
            "--runs",
            "30",
            "--otlp",
            "off",
            "--against",
            against,
            "--export",
            export,
            "--",
            "sh",
            "-c",
            command,
        ])
    };
    let ran = compared(slower, "json=r.json");
    assert_eq!(work.read("log"), "h\nb\n".repeat(30), "round by round");
    let report = json(&work, "r.json");
    assert_eq!(report["compare"]["regressed"], true, "{}", ran.err);
    assert_eq!(
        ran.code,
        Some(1),
        "interleaved on one machine, so a regression fails: {}",
        ran.err
    );
    assert!(ran.err.contains("sh/run is"), "{}", ran.err);
    assert_eq!(
        report["run"]["rounds"].as_array().expect("a list").len(),
        30
    );
}
