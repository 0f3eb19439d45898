//! `[[hooks]]`: what is told, when, and what it costs.

mod alerts;
#[cfg(feature = "http")]
mod http;
mod interrupt;
mod mistakes;
mod secrets;

use std::time::{Duration, Instant};

use serde_json::Value;

use crate::work::Work;

fn phases(work: &Work) -> Vec<String> {
    let text = std::fs::read_to_string(work.path("phases.jsonl")).unwrap_or_default();
    text.lines()
        .map(|line| {
            let event: Value = serde_json::from_str(line).expect("JSON");
            event["phase"].as_str().expect("a phase").to_owned()
        })
        .collect()
}

const JSONL: &str = "[[hooks]]\nname = \"jsonl\"\nconfig = { file = \"phases.jsonl\" }\n";
const LOAD: [&str; 6] = ["--load", "constant", "--rate", "20", "--count", "10"];

#[test]
fn phases_are_told_in_their_order() {
    let work = Work::new();
    work.write("pss.toml", JSONL);
    let flags = [&LOAD[..], &["--warmup", "200ms", "--", "true"]].concat();
    let (ran, report) = work.run_report(&flags);
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    let all = [
        "run_start",
        "warmup_start",
        "warmup_end",
        "load_start",
        "sending_complete",
        "load_end",
        "analyze_start",
        "analyze_end",
        "report_written",
    ];
    assert_eq!(phases(&work), all);
    let hook = &report["run"]["hooks"][0];
    assert_eq!(
        (&hook["name"], &hook["told"], &hook["failed"]),
        (&"jsonl".into(), &8.into(), &0.into())
    );
    let last: Value =
        serde_json::from_str(work.read("phases.jsonl").lines().last().expect("a line"))
            .expect("JSON");
    assert_eq!(last["verdict"], report["verdict"]["outcome"]);
    assert_eq!(last["score"], report["pss"]["score"]);

    // Rounds have the same phases.
    std::fs::remove_file(work.path("phases.jsonl")).expect("a file");
    work.run_report(&["--runs", "2", "--warmup", "1", "--", "true"]);
    assert_eq!(phases(&work), all);
}

#[test]
fn a_run_without_a_report_has_failed_and_every_start_its_end() {
    let work = Work::new();
    work.write("pss.toml", JSONL);
    let ran = work.pss(
        &[
            &["run", "--quiet", "--cleanup", "exit 7"],
            &LOAD[..],
            &["--", "true"],
        ]
        .concat(),
    );
    assert_eq!(ran.code, Some(2), "{}", ran.err);
    assert_eq!(
        phases(&work),
        [
            "run_start",
            "load_start",
            "sending_complete",
            "load_end",
            "run_failed"
        ]
    );
}

/// The starts of a load's arrivals after its first, in seconds.
fn starts(work: &Work) -> Vec<f64> {
    let text = work.read("run.jsonl");
    let span = |line: &str| -> Value { serde_json::from_str(line).expect("JSON") };
    let mut starts: Vec<f64> = text
        .lines()
        .map(|line| span(line)["start"].as_f64().expect("a number"))
        .collect();
    starts.sort_by(f64::total_cmp);
    starts.iter().map(|start| start - starts[0]).collect()
}

#[test]
fn a_hook_that_sleeps_moves_no_arrival() {
    let work = Work::new();
    let flags = [
        "--load",
        "constant",
        "--rate",
        "40",
        "--duration",
        "2s",
        "--arrivals",
        "poisson",
        "--seed",
        "3",
        "--save",
        "run.jsonl",
        "--",
        "true",
    ];
    let (_, without) = work.run_report(&flags);
    let before = starts(&work);
    work.write(
        "pss.toml",
        "[[hooks]]\nname = \"exec\"\non = [\"load_start\", \"sending_complete\"]\nconfig = { command = [\"sleep\", \"5\"] }\n",
    );
    let began = Instant::now();
    let (ran, with) = work.run_report(&flags);
    assert!(
        began.elapsed() >= Duration::from_secs(5),
        "the hook was not waited for: {}",
        ran.err
    );
    assert_eq!(with["run"]["hooks"][0]["failed"], 0, "{}", ran.err);
    let after = starts(&work);
    assert_eq!(before.len(), after.len());
    // What is left of an epoch in a double; both schedules are the same to the nanosecond.
    assert!(before.iter().zip(&after).all(|(a, b)| (a - b).abs() < 1e-5));
    for report in [without, with] {
        let load = &report["run"]["load"];
        assert_eq!(load["planned"], load["started"]);
        // Arrivals started at their times, and not five seconds later.
        assert!(load["delay"]["most"].as_f64() < Some(2.5), "{load}");
    }
}

#[test]
fn one_that_takes_too_long_is_stopped_and_told() {
    let work = Work::new();
    work.write(
        "pss.toml",
        "[[hooks]]\nname = \"exec\"\non = [\"load_start\"]\ntimeout = \"1s\"\nconfig = { command = [\"sh\", \"-c\", \"echo $PSS_PHASE >> told; sleep 60\"] }\n",
    );
    let began = Instant::now();
    let (ran, report) = work.run_report(&[&LOAD[..], &["--", "true"]].concat());
    assert!(began.elapsed() < Duration::from_secs(30));
    assert_eq!(ran.code, Some(0), "a hook decides no verdict: {}", ran.err);
    assert_eq!(report["run"]["hooks"][0]["failed"], 1);
    let warnings = report["warnings"].to_string();
    assert!(
        warnings.contains("load_start: `sh` was stopped after 1.000 s"),
        "{warnings}"
    );
    assert_eq!(work.read("told"), "load_start\n");
}

#[test]
fn a_required_hook_that_fails_stops_before_anything_runs() {
    let work = Work::new();
    for command in ["[\"false\"]", "[\"./no-such-program\"]"] {
        work.write(
            "pss.toml",
            format!("[[hooks]]\nname = \"exec\"\nrequired = true\nconfig = {{ command = {command} }}\n{JSONL}"),
        );
        let ran = work.pss(&[&["run", "--quiet"], &LOAD[..], &["--", "touch", "ran"]].concat());
        ran.fails(
            2,
            &[
                "hook:exec is required, and failed at run_start",
                "nothing was run",
            ],
        );
        assert!(!work.path("ran").exists());
        assert_eq!(phases(&work), ["run_start", "run_failed"]);
        std::fs::remove_file(work.path("phases.jsonl")).expect("a file");
    }
}

#[test]
fn a_hook_that_is_switched_off_is_told_of_nothing() {
    let work = Work::new();
    work.write("pss.toml", format!("{JSONL}enabled = false\n"));
    let (_, report) = work.run_report(&["--runs", "1", "--", "true"]);
    assert_eq!(phases(&work), [""; 0]);
    assert_eq!(report["run"]["hooks"], serde_json::json!([]));
    // What is wrong with it is told all the same.
    work.write("pss.toml", "[[hooks]]\nname = \"jsonl\"\nenabled = false\n");
    work.pss(&["run", "--", "true"])
        .fails(2, &["`hooks[0].config.file` is missing"]);
}
