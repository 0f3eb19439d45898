//! `pss run --load`: an open loop, and `pss load preview`.

use std::time::{Duration, Instant};

use serde_json::Value;

use crate::work::{Work, interrupt, lines};

fn spans(work: &Work, name: &str) -> Vec<Value> {
    work.read(name)
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect()
}

#[test]
fn preview_shows_the_schedule_in_three_forms() {
    let work = Work::new();
    let flags = [
        "load",
        "preview",
        "--load",
        "linear",
        "--rate",
        "50",
        "--duration",
        "30s",
    ];
    let shown = work.pss(&flags);
    assert_eq!(shown.code, Some(0), "{}", shown.err);
    assert!(
        shown
            .out
            .starts_with("linear, 750 arrivals in 30.000 s (even, 750 expected)"),
        "{}",
        shown.out
    );
    assert!(
        shown.out.contains('█') && shown.out.lines().count() == 23,
        "{}",
        shown.out
    );
    let json = work.pss(&[&flags[..], &["--json"]].concat());
    let json: Value = serde_json::from_str(&json.out).expect("JSON");
    assert_eq!(json["count"], 750);
    assert_eq!(json["starts_ns"][1], 1_095_445_115);
    let csv = work.pss(&[&flags[..], &["--csv"]].concat());
    assert_eq!(csv.out.lines().nth(2), Some("1,1095445115"));
    assert_eq!(csv.out.lines().count(), 751);
}

#[test]
fn a_shape_that_is_switched_off_says_where() {
    let work = Work::new();
    work.write("pss.toml", "[loads.sine]\nenabled = false\n");
    for command in [&["load", "preview"][..], &["run"]] {
        let flags = ["--load", "sine", "--rate", "5", "--duration", "2s"];
        let target: &[&str] = if command == ["run"] {
            &["--", "touch", "ran"]
        } else {
            &[]
        };
        work.pss(&[command, &flags, target].concat())
            .fails(2, &["load:sine is switched off by pss.toml:2"]);
    }
    assert!(!work.path("ran").exists());
    let listed = work.pss(&["plugins", "info", "load:sine"]);
    assert!(listed.out.contains("disabled"), "{}", listed.out);
}

#[test]
fn settings_stand_in_the_file_and_flags_on_top() {
    let work = Work::new();
    work.write(
        "pss.toml",
        "[run.load]\nshape = \"mix\"\nrate = 10\nduration = \"4s\"\ncomponents = [{ shape = \"constant\", weight = 3 }, { shape = \"sine\", weight = 1 }]\n",
    );
    let count = |more: &[&str]| {
        let ran = work.pss(&[&["load", "preview", "--json"], more].concat());
        let json: Value = serde_json::from_str(&ran.out).unwrap_or_else(|_| panic!("{}", ran.err));
        (json["shape"].clone(), json["count"].clone())
    };
    assert_eq!(count(&[]), ("mix".into(), 40.into()));
    assert_eq!(count(&["--rate", "20"]), ("mix".into(), 80.into()));
    assert_eq!(
        count(&["--load", "constant", "--duration", "1s"]),
        ("constant".into(), 10.into())
    );
    assert_eq!(
        count(&["--load", "sine:amplitude=1,period=1s"]),
        ("sine".into(), 40.into())
    );

    work.write(
        "pss.toml",
        "[run.load]\nshape = \"mix\"\nrate = 10\nduration = \"4s\"\ncomponents = [{ shape = \"constant\" }, { shape = \"sine\", weight = \"x\", amplitud = 1 }]\n",
    );
    let ran = work.pss(&["run", "--", "touch", "ran"]);
    assert_eq!(ran.code, Some(2));
    for says in [
        "pss.toml:1: `load.components[1].weight` is text, expected number",
        "pss.toml:1: `load.components[1].amplitud` is unknown; did you mean `amplitude`?",
    ] {
        assert!(ran.err.contains(says), "{says}: {}", ran.err);
    }
    assert!(
        !work.path("ran").exists(),
        "it started before its settings were sound"
    );
}

#[test]
fn a_trace_is_replayed() {
    let work = Work::new();
    let trace: String = [0.0, 0.25, 1.0]
        .iter()
        .map(|at| {
            format!(
                "{{\"name\":\"a\",\"start\":{},\"duration\":0.1}}\n",
                1_700_000_000.0 + at
            )
        })
        .collect();
    work.write("trace.jsonl", trace);
    let ran = work.pss(&[
        "load",
        "preview",
        "--load",
        "replay:file=trace.jsonl,speed=2",
        "--csv",
    ]);
    assert_eq!(
        ran.out, "arrival,start_ns\n0,0\n1,125000000\n2,500000000\n",
        "{}",
        ran.err
    );
    let ran = work.pss(&["load", "preview", "--load", "replay:file=none.jsonl"]);
    assert_eq!(ran.code, Some(2));
    assert!(
        ran.err.contains("`load.file` cannot be replayed"),
        "{}",
        ran.err
    );
}

#[test]
fn arrivals_start_at_their_times_and_are_scored_from_them() {
    let work = Work::new();
    let (ran, report) = work.run_report(&[
        "--load",
        "constant",
        "--rate",
        "20",
        "--duration",
        "2s",
        "--save",
        "run.jsonl",
        "--",
        "sleep",
        "0.5",
    ]);
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    let load = &report["run"]["load"];
    assert_eq!(
        (&load["planned"], &load["started"]),
        (&40.into(), &40.into())
    );
    // Half a second each, twenty a second: ten at once, whatever is in flight.
    assert!(load["in_flight"].as_u64().expect("a number") >= 9, "{load}");
    assert!(load["latency"]["p50"].as_f64() >= load["service"]["p50"].as_f64());
    let spans = spans(&work, "run.jsonl");
    assert_eq!(spans.len(), 40);
    let mut starts: Vec<f64> = spans
        .iter()
        .map(|span| span["start"].as_f64().expect("a number"))
        .collect();
    starts.sort_by(f64::total_cmp);
    for (k, start) in starts.iter().enumerate() {
        // Spans start when they were scheduled, to what is left of an epoch in a double.
        assert!(
            (start - starts[0] - k as f64 * 0.05).abs() < 1e-5,
            "{k}: {start}"
        );
    }
    for span in &spans {
        assert!(span["duration"].as_f64().expect("a number") >= 0.5);
        assert!(
            span["attributes"]["load.delay_ns"].as_f64().is_some(),
            "{span}"
        );
    }
}

#[test]
fn what_is_too_much_is_dropped_counted_and_warned_of() {
    let work = Work::new();
    let (ran, report) = work.run_report(&[
        "--load",
        "constant",
        "--rate",
        "20",
        "--count",
        "20",
        "--max-in-flight",
        "2",
        "--",
        "sleep",
        "1.5",
    ]);
    let load = &report["run"]["load"];
    assert_eq!(
        (&load["started"], &load["dropped"]),
        (&2.into(), &18.into()),
        "{}",
        ran.err
    );
    let warnings = report["warnings"].to_string();
    assert!(
        warnings.contains("18 of 20 arrivals were dropped"),
        "{warnings}"
    );
    assert!(warnings.contains("10 % of the 20.0"), "{warnings}");
}

#[test]
fn warmup_is_a_phase_of_its_own_and_not_scored() {
    let work = Work::new();
    let (_, report) = work.run_report(&[
        "--load",
        "constant",
        "--rate",
        "10",
        "--duration",
        "1s",
        "--warmup",
        "500ms",
        "--save",
        "run.jsonl",
        "--",
        "sh",
        "-c",
        "echo x >> all",
    ]);
    assert_eq!(report["run"]["load"]["warmup"]["started"], 5);
    assert_eq!(report["run"]["load"]["started"], 10);
    assert_eq!(work.read("all").lines().count(), 15);
    assert_eq!(spans(&work, "run.jsonl").len(), 10);
}

#[test]
fn failures_are_scored_and_only_all_of_them_fail_the_run() {
    let work = Work::new();
    let script = "mkdir first 2> /dev/null && exit 3; exit 0";
    let flags = ["--load", "constant", "--rate", "20", "--count", "20", "--"];
    let (ran, report) = work.run_report(&[&flags[..], &["sh", "-c", script]].concat());
    assert_ne!(ran.code, Some(4), "{}", ran.err);
    assert!(report["run"]["load"]["failed"] == 1);
    let (ran, report) = work.run_report(&[&flags[..], &["sh", "-c", "exit 3"]].concat());
    assert_eq!(ran.code, Some(4), "{}", ran.err);
    assert_eq!(report["run"]["load"]["failures"][0]["what"], "exit code 3");
    let (ran, _) =
        work.run_report(&[&["--ignore-failure"], &flags[..], &["sh", "-c", "exit 3"]].concat());
    assert_ne!(ran.code, Some(4), "{}", ran.err);
}

#[test]
fn what_does_not_end_is_stopped_after_the_grace() {
    let work = Work::new();
    let began = Instant::now();
    let (_, report) = work.run_report(&[
        "--load",
        "constant",
        "--rate",
        "10",
        "--count",
        "3",
        "--grace",
        "300ms",
        "--",
        "sh",
        "-c",
        "echo $$ >> pids; sleep 60",
    ]);
    assert!(began.elapsed() < Duration::from_secs(20));
    let load = &report["run"]["load"];
    assert_eq!(
        (&load["unfinished"], &load["failed"]),
        (&3.into(), &3.into()),
        "{load}"
    );
    let pids = std::fs::read_to_string(work.path("pids")).unwrap_or_default();
    for pid in pids.lines() {
        assert!(
            !std::path::Path::new(&format!("/proc/{pid}")).exists(),
            "{pid} lives"
        );
    }
}

#[test]
fn ctrl_c_ends_the_load_with_a_partial_report() {
    let work = Work::new();
    let mut command = work.command(&[
        "run",
        "--quiet",
        "--otlp",
        "off",
        "--export",
        "json=report.json",
        "--load",
        "constant",
        "--rate",
        "20",
        "--duration",
        "60s",
        "--",
        "sh",
        "-c",
        "echo x >> all",
    ]);
    let mut child = command.spawn().expect("pss starts");
    let deadline = Instant::now() + Duration::from_secs(30);
    while std::fs::read_to_string(work.path("all"))
        .unwrap_or_default()
        .len()
        < 10
    {
        assert!(Instant::now() < deadline, "no arrival started");
        std::thread::sleep(Duration::from_millis(20));
    }
    interrupt(&child);
    assert_eq!(child.wait().expect("it ends").code(), Some(130));
    let report: Value = serde_json::from_str(&work.read("report.json")).expect("JSON");
    assert_eq!(report["input"]["partial"], true);
    assert!(report["run"]["load"]["started"].as_u64() >= Some(5));
}

#[test]
fn what_makes_no_sense_together_is_said() {
    let work = Work::new();
    for (flags, says) in [
        (&["--rate", "5"][..], "--rate needs a load"),
        (
            &["--load", "linaer", "--rate", "5", "--duration", "1s"],
            "did you mean \"linear\"?",
        ),
        (
            &["--load", "constant", "--rate", "5"],
            "`load.duration` is missing",
        ),
        (
            &[
                "--load", "constant", "--rate", "5", "--count", "2", "--runs", "3",
            ],
            "--runs is for rounds",
        ),
        (
            &["--warmup", "5s"],
            "only under --load it is a length of time",
        ),
    ] {
        let ran = work.pss(&[&["run"], flags, &["--", "true"]].concat());
        assert_eq!(ran.code, Some(2), "{flags:?}: {}", ran.err);
        assert!(ran.err.contains(says), "{flags:?}: {}", ran.err);
    }
}

#[test]
fn a_replay_takes_no_rate() {
    let work = Work::new();
    work.write("t.jsonl", lines(20));
    let load = "--load=replay:file=t.jsonl";
    work.pss(&["load", "preview", load, "--rate=5"])
        .fails(2, &["--rate takes no part in a replay", "speed=2"]);
    assert_eq!(work.pss(&["load", "preview", load]).code, Some(0));
}
