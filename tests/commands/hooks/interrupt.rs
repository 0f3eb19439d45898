//! Ctrl-C while hooks are told.

use std::time::{Duration, Instant};

use serde_json::Value;

use super::{JSONL, phases};
use crate::work::{Ran, Work, interrupt};

#[test]
fn ctrl_c_leaves_no_phase_open() {
    let work = Work::new();
    work.write("pss.toml", JSONL);
    let mut command = work.command(&[
        "run",
        "--quiet",
        "--otlp",
        "off",
        "--load",
        "constant",
        "--rate",
        "20",
        "--duration",
        "60s",
        "--",
        "true",
    ]);
    let mut child = command.spawn().expect("pss starts");
    let deadline = Instant::now() + Duration::from_secs(30);
    while phases(&work).len() < 2 {
        assert!(Instant::now() < deadline, "the load never began");
        std::thread::sleep(Duration::from_millis(20));
    }
    std::thread::sleep(Duration::from_millis(300));
    interrupt(&child);
    assert_eq!(child.wait().expect("it ends").code(), Some(130));
    assert_eq!(
        phases(&work),
        [
            "run_start",
            "load_start",
            "sending_complete",
            "load_end",
            "analyze_start",
            "analyze_end",
            "report_written"
        ]
    );
    let end = work.read("phases.jsonl");
    assert!(
        end.lines()
            .nth(3)
            .expect("a line")
            .contains("\"interrupted\":true"),
        "{end}"
    );
}

/// Waits until a file has a line.
fn await_file(work: &Work, name: &str) -> String {
    let deadline = Instant::now() + Duration::from_secs(30);
    loop {
        let text = std::fs::read_to_string(work.path(name)).unwrap_or_default();
        if text.ends_with('\n') {
            return text.trim().to_owned();
        }
        assert!(Instant::now() < deadline, "{name} never came");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// Whether a process runs.
fn lives(pid: &str) -> bool {
    let known = std::process::Command::new("kill")
        .args(["-0", pid])
        .output();
    known.expect("kill runs").status.success()
}

/// Starts a run of `sleep 20` under a hook that takes a minute, and interrupts it so often once the hook runs.
fn interrupted_in_hook(phase: &str, required: bool, command: &str, times: u32) -> (Work, Ran) {
    let work = Work::new();
    work.write(
        "pss.toml",
        format!("[[hooks]]\nname = \"exec\"\non = [\"{phase}\"]\nrequired = {required}\ntimeout = \"60s\"\nconfig = {{ command = [\"sh\", \"-c\", \"echo $$ > hook.pid; sleep 60\"] }}\n"),
    );
    let mut command = work.command(&[
        "run",
        "--quiet",
        "--otlp=off",
        "--export=json=r.json",
        "--",
        "sh",
        "-c",
        command,
    ]);
    let child = command
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .expect("pss starts");
    let pid = await_file(&work, "hook.pid");
    for _ in 0..times {
        std::thread::sleep(Duration::from_millis(500));
        interrupt(&child);
    }
    let began = Instant::now();
    let ran = Ran::of(child.wait_with_output().expect("it ends"));
    assert!(
        began.elapsed() < Duration::from_secs(15),
        "{phase}: {ran:?}"
    );
    assert!(
        !lives(&pid),
        "{phase}: the hook's program was left behind: {ran:?}"
    );
    (work, ran)
}

#[test]
fn ctrl_c_waits_for_no_hook_and_leaves_none_behind() {
    for (phase, required, command) in [
        ("load_start", false, "exec sleep 20"),
        ("run_start", true, "touch ran"),
        ("report_written", false, "true"),
    ] {
        let (work, ran) = interrupted_in_hook(phase, required, command, 1);
        assert_eq!(ran.code, Some(130), "{phase}: {ran:?}");
        assert!(
            ran.err.contains("waiting for hook:exec"),
            "{phase}: {ran:?}"
        );
        assert!(work.read("r.json").contains("pss.report/1"), "{phase}");
        assert!(!work.path("ran").exists(), "{phase}");
    }
}

#[test]
fn who_asks_twice_leaves_no_hook_behind_either() {
    let (_, ran) = interrupted_in_hook("load_start", false, "exec sleep 20", 2);
    assert!(matches!(ran.code, None | Some(130)), "{ran:?}");
}

#[test]
fn what_is_interrupted_before_there_is_anything_is_a_partial_report() {
    let load = ["--load=constant", "--rate=20", "--count=2"];
    for (flags, command) in [
        (&load[..], &["sh", "-c", "echo > began; exec sleep 20"][..]),
        (
            &["--load=constant", "--rate=20", "--count=2", "--warmup=20s"],
            &["sh", "-c", "echo > began"],
        ),
        (
            &["--warmup=2"],
            &["sh", "-c", "echo > began; exec sleep 20"],
        ),
        (&["--prepare=echo > began; sleep 20"], &["true"]),
        (
            &[
                "--load=constant",
                "--rate=20",
                "--count=2",
                "--prepare=echo > began; sleep 20",
            ],
            &["true"],
        ),
    ] {
        let work = Work::new();
        let head = ["run", "--quiet", "--otlp=off", "--export=json=r.json"];
        let all = [&head[..], flags, &["--"], command].concat();
        let child = work
            .command(&all)
            .stdout(std::process::Stdio::piped())
            .stderr(std::process::Stdio::piped())
            .spawn()
            .expect("pss starts");
        await_file(&work, "began");
        std::thread::sleep(Duration::from_millis(400));
        interrupt(&child);
        let ran = Ran::of(child.wait_with_output().expect("it ends"));
        assert_eq!(ran.code, Some(130), "{all:?}: {ran:?}");
        let report: Value = serde_json::from_str(&work.read("r.json")).expect("JSON");
        assert_eq!(report["input"]["partial"], true, "{all:?}");
        let in_flight = flags == load && command.len() == 3;
        if in_flight {
            let counts = &report["run"]["load"];
            let counts = ["started", "unfinished", "failed"].map(|key| counts[key].as_u64());
            assert_eq!(counts, [Some(2), Some(2), Some(0)]);
            let warnings = report["warnings"].to_string();
            assert!(
                warnings.contains("2 arrivals were in flight when the run was stopped"),
                "{warnings}"
            );
        }
    }
}
