//! Signals and ends: what is handed on, and what is left behind.

use std::time::{Duration, Instant};

use nix::sys::signal::Signal;

use super::{gone, json, line_of, send, start};
use crate::work::{Ran, Work};

#[test]
fn processes_that_outlive_the_command_are_stopped() {
    let work = Work::new();
    // One stays in the command's group, one leaves it and its parent.
    let script = "sleep 100 & echo $! > in; setsid sh -c 'sleep 100 & echo $! > out'; sleep 0.3";
    let ran = work.pss(&["run", "--", "sh", "-c", script]);
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    assert!(
        ran.err.contains("outlived the command, and were stopped"),
        "{}",
        ran.err
    );
    for file in ["in", "out"] {
        assert!(gone(&line_of(&work, file)), "{file}");
    }
}

#[test]
fn an_interrupt_reaches_the_command_and_leaves_a_partial_report() {
    let work = Work::new();
    let script =
        "trap 'echo caught > caught; exit 0' INT; echo $$ > pid; while true; do sleep 0.05; done";
    for (signal, name) in [(Signal::SIGINT, "INT"), (Signal::SIGTERM, "TERM")] {
        let script = script.replace("INT", name);
        let _ = std::fs::remove_file(work.path("pid"));
        let _ = std::fs::remove_file(work.path("caught"));
        let child = start(
            &work,
            &[
                "run",
                "--runs",
                "5",
                "--export",
                "json=r.json",
                "--",
                "sh",
                "-c",
                &script,
            ],
        );
        let pid = line_of(&work, "pid");
        send(signal, &child);
        let ran = Ran::of(child.wait_with_output().expect("pss ends"));
        assert_eq!(ran.code, Some(130), "{signal}: {}", ran.err);
        assert_eq!(line_of(&work, "caught"), "caught");
        assert!(gone(&pid));
        assert_eq!(json(&work, "r.json")["input"]["partial"], true);
    }
}

/// While nobody reads its standard error, `pss` stands still in the middle of its report.
#[test]
fn a_signal_behind_the_rounds_ends_pss_as_it_ends_any_program() {
    use std::os::unix::process::ExitStatusExt;
    let work = Work::new();
    let letters = || ('a'..='z').flat_map(|a| ('a'..='z').map(move |b| format!("{a}{b}")));
    let line = |name: String| format!("{{\"name\":\"operation {name}\",\"duration\":1}}\n");
    work.write("all.jsonl", letters().map(line).collect::<String>());
    let script = "echo $$ > pid; cat all.jsonl >> $PSS_TRACE_FILE";
    for signal in [Signal::SIGINT, Signal::SIGTERM] {
        let _ = std::fs::remove_file(work.path("run.pss"));
        let mut child = start(
            &work,
            &[
                "run",
                "--json",
                "--top",
                "1000",
                "--export",
                "summary=run.pss",
                "--",
                "sh",
                "-c",
                script,
            ],
        );
        let deadline = Instant::now() + Duration::from_secs(60);
        // Written before the report is.
        while !work.path("run.pss").exists() {
            assert!(Instant::now() < deadline, "no report");
            std::thread::sleep(Duration::from_millis(10));
        }
        std::thread::sleep(Duration::from_millis(300));
        assert!(child.try_wait().expect("asked").is_none(), "it waits");
        let parent = child.id().to_string();
        let is_child = |entry: &std::fs::DirEntry| {
            let stat = std::fs::read_to_string(entry.path().join("stat")).unwrap_or_default();
            let behind = stat.rsplit(") ").next().unwrap_or_default();
            behind.split(' ').nth(1) == Some(&parent)
        };
        let processes = std::fs::read_dir("/proc").expect("processes").flatten();
        assert_eq!(processes.filter(is_child).count(), 0, "a child is left");
        send(signal, &child);
        let deadline = Instant::now() + Duration::from_secs(20);
        let status = loop {
            if let Some(status) = child.try_wait().expect("asked") {
                break status;
            }
            assert!(Instant::now() < deadline, "{signal} is swallowed");
            std::thread::sleep(Duration::from_millis(10));
        };
        assert_eq!(status.signal(), Some(signal as i32));
        assert!(gone(&line_of(&work, "pid")));
    }
}

#[test]
fn other_signals_are_handed_on() {
    let work = Work::new();
    let script = "trap 'echo resized > resized' WINCH; trap 'echo usr > usr; exit 0' USR1; echo $$ > pid; while true; do sleep 0.05; done";
    let child = start(&work, &["run", "--quiet", "--", "sh", "-c", script]);
    line_of(&work, "pid");
    while !work.path("resized").exists() {
        send(Signal::SIGWINCH, &child);
        std::thread::sleep(Duration::from_millis(20));
    }
    send(Signal::SIGUSR1, &child);
    let ran = Ran::of(child.wait_with_output().expect("pss ends"));
    assert_eq!(
        (ran.code, line_of(&work, "usr").as_str()),
        (Some(0), "usr"),
        "{}",
        ran.err
    );
}

#[test]
fn a_killed_pss_takes_the_command_with_it_and_leaves_what_it_saved() {
    let work = Work::new();
    // The last leaves the command's group and its session.
    let script = "echo $$ > pid; sleep 100 & echo $! > child; setsid sh -c 'echo $$ > away; exec sleep 100' & wait";
    let mut child = start(
        &work,
        &[
            "run",
            "--save",
            "run.jsonl",
            "--quiet",
            "--",
            "sh",
            "-c",
            script,
        ],
    );
    let (pid, grandchild) = (line_of(&work, "pid"), line_of(&work, "child"));
    let away = line_of(&work, "away");
    std::thread::sleep(Duration::from_millis(900));
    send(Signal::SIGKILL, &child);
    child.wait().expect("it is gone");
    assert!(gone(&pid) && gone(&grandchild));
    assert!(gone(&away), "it left the group, and is gone all the same");
    let ran = work.pss(&["analyze", "run.jsonl", "--json"]);
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    let report: serde_json::Value = serde_json::from_str(&ran.out).expect("JSON");
    assert!(report["input"]["samples"].as_u64().expect("a count") > 5);
}

#[test]
fn what_clears_up_runs_to_its_end_when_the_user_stops_the_rounds() {
    let work = Work::new();
    let child = start(
        &work,
        &[
            "run",
            "--runs",
            "5",
            "--cleanup",
            "sleep 0.5; echo cleared >> cleared",
            "--",
            "sh",
            "-c",
            "echo up > up; exec sleep 100",
        ],
    );
    line_of(&work, "up");
    send(Signal::SIGINT, &child);
    let ran = Ran::of(child.wait_with_output().expect("pss ends"));
    assert_eq!(ran.code, Some(130), "{}", ran.err);
    assert_eq!(work.read("cleared"), "cleared\n");
}
