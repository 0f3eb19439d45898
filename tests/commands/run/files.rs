//! What is saved, and what the command writes.

use std::time::Duration;

use super::json;
use crate::work::Work;

#[test]
fn what_was_saved_scores_as_the_run_did() {
    let work = Work::new();
    let script = "for i in 1 2 3 4 5 6 7 8; do echo \"{\\\"name\\\":\\\"step\\\",\\\"duration\\\":0.0$i,\\\"error\\\":false}\" >> $PSS_TRACE_FILE; done; sleep 0.4";
    let ran = work.pss(&[
        "run",
        "--runs",
        "5",
        "--save",
        "run.jsonl.zst",
        "--export",
        "json=a.json",
        "--export",
        "summary=run.pss",
        "--quiet",
        "--",
        "sh",
        "-c",
        script,
    ]);
    assert_eq!((ran.code, ran.err.as_str()), (Some(0), ""));
    for (input, output) in [("run.jsonl.zst", "b.json"), ("run.pss", "c.json")] {
        let export = format!("json={output}");
        let again = work.pss(&["analyze", input, "--export", &export, "--quiet"]);
        assert_eq!(again.code, Some(0), "{}", again.err);
        let (a, b) = (json(&work, "a.json"), json(&work, output));
        for part in ["pss", "metrics", "operations", "timeline"] {
            assert_eq!(a[part], b[part], "{part} of {input}");
        }
        assert_eq!(b["input"]["spans"], 45, "five rounds of eight steps");
    }
}

#[test]
fn files_that_the_command_writes_are_read() {
    let work = Work::new();
    let log = "[0.100s][info][gc] GC(0) Pause Young (Normal) 10M->5M(20M) 400.000ms\n[0.900s][info][gc] GC(1) Pause Young (Normal) 10M->5M(20M) 400.000ms\n";
    work.write("gc.txt", log)
        .write("stale.jsonl", crate::work::lines(3));
    let hour_ago = std::time::SystemTime::now() - Duration::from_secs(3600);
    let stale = std::fs::File::options()
        .append(true)
        .open(work.path("stale.jsonl"));
    stale
        .and_then(|file| file.set_modified(hour_ago))
        .expect("its time is set");
    let ran = work.pss(&[
        "run",
        "--read",
        "gc.log",
        "--read",
        "stale.jsonl",
        "--export",
        "json=r.json",
        "--",
        "sh",
        "-c",
        "sleep 0.2; cp gc.txt gc.log; sleep 1",
    ]);
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    assert!(
        ran.err
            .contains("`stale.jsonl` was not written by the command"),
        "{}",
        ran.err
    );
    let report = json(&work, "r.json");
    let start = report["input"]["start"].as_f64().expect("a time");
    assert!(
        start > 1e9,
        "the log's clock counts from the start of the round: {start}"
    );
    let gc = report["metrics"]
        .as_array()
        .expect("a list")
        .iter()
        .find(|metric| metric["code"] == "GC")
        .expect("GC");
    assert!(
        gc["score"].as_f64().expect("a log alone gives a score") < 0.5,
        "{gc}"
    );
}

#[test]
fn a_broken_trace_file_costs_only_its_broken_records() {
    let work = Work::new();
    let ran = work.pss(&[
        "run", "--export", "json=r.json", "--", "sh", "-c", "echo '{\"name\":\"a\",\"duration\":1}' > $PSS_TRACE_FILE; echo '{\"name\":7}' >> $PSS_TRACE_FILE",
    ]);
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    assert!(
        ran.err
            .contains("1 of 2 records of `PSS_TRACE_FILE` cannot be used"),
        "{}",
        ran.err
    );
    assert_eq!(
        json(&work, "r.json")["input"]["spans"],
        2,
        "the good one, and the round"
    );
}

#[test]
fn a_trace_file_that_the_user_names_is_read_from_where_the_run_began() {
    let work = Work::new();
    work.write("mine.jsonl", crate::work::lines(7));
    let script = "echo '{\"name\":\"new\",\"duration\":1}' >> $PSS_TRACE_FILE";
    let ran = work.pss_with(
        &[
            "run",
            "--runs",
            "3",
            "--warmup",
            "1",
            "--export",
            "json=r.json",
            "--",
            "sh",
            "-c",
            script,
        ],
        &[("PSS_TRACE_FILE", "mine.jsonl")],
    );
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    assert!(
        ran.err.contains("PSS_TRACE_FILE is set, and left as it is"),
        "{}",
        ran.err
    );
    assert_eq!(
        work.read("mine.jsonl").lines().count(),
        11,
        "nothing is lost"
    );
    let report = json(&work, "r.json");
    assert_eq!(
        report["input"]["spans"], 6,
        "three rounds, a record of each"
    );
    let operations = report["operations"].as_array().expect("a list");
    let new = operations.iter().find(|found| found["operation"] == "new");
    assert_eq!(
        new.expect("it was read")["n"],
        3,
        "the warm-up does not count"
    );
}

#[test]
fn a_trace_file_that_cannot_be_read_fails_no_run() {
    let work = Work::new();
    let ran = work.pss_with(&["run", "--", "true"], &[("PSS_TRACE_FILE", ".")]);
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    assert!(
        ran.err.contains("what PSS_TRACE_FILE names cannot be read"),
        "{}",
        ran.err
    );
}
