//! The command has its streams, its arguments and its exit code for itself.

use std::os::unix::fs::PermissionsExt;

use crate::work::Work;

#[test]
fn streams_and_arguments_are_the_commands_own() {
    let work = Work::new();
    let script = "cat; echo \"$1|$2\"; echo to-err >&2";
    let ran = work.pss_fed(
        &[
            "run", "--quiet", "--", "sh", "-c", script, "x", "a b", "--json",
        ],
        b"line 1\nline 2\n",
    );
    assert_eq!(
        (ran.code, ran.out.as_str()),
        (Some(0), "line 1\nline 2\na b|--json\n")
    );
    assert_eq!(ran.err, "to-err\n");
    // The report goes to standard error, and nothing but what the command writes to standard output.
    let ran = work.pss(&["run", "--", "echo", "hello"]);
    assert_eq!(ran.out, "hello\n");
    assert!(ran.err.contains("1 round of echo hello"), "{}", ran.err);
}

#[test]
fn what_cannot_be_run_is_told_before_anything_is_written() {
    let work = Work::new();
    work.write("plain.txt", "text")
        .write("nonsense", "\u{1}\u{2}");
    let mode = std::fs::Permissions::from_mode(0o755);
    std::fs::set_permissions(work.path("nonsense"), mode).expect("run bit");
    for (word, says) in [
        ("no-such-program", "no program `no-such-program` in PATH"),
        ("./no-such-file", "no file `./no-such-file`"),
        (".", "no program `.`"),
        ("./", "is a directory"),
        ("./plain.txt", "chmod +x"),
        ("plain.txt", "write ./plain.txt"),
        ("./nonsense", "no program that this system can start"),
    ] {
        work.pss(&["run", "--save", "run.jsonl", "--", word])
            .fails(2, &["cannot run", says]);
    }
    work.pss(&["run", "--save", "run.csv", "--", "true"])
        .fails(2, &["end `run.csv` in .jsonl"]);
    work.pss(&["run", "--timeout", "soon", "--", "true"])
        .fails(2, &["--timeout", "250ms, 1.5s, 2m or 1h"]);
    work.pss(&["run", "--prepare", "exit 7", "--", "true"])
        .fails(2, &["--prepare failed (exit code 7)"]);
    work.pss(&["run"]).fails(2, &["<CMD>"]);
}

#[test]
fn failures_have_their_exit_codes() {
    let work = Work::new();
    let fails = ["--quiet", "--", "sh", "-c", "exit 7"];
    let ran = |more: &[&str]| work.pss(&[&["run"], more, &fails].concat()).code;
    assert_eq!(ran(&[]), Some(4));
    assert_eq!(ran(&["--ignore-failure"]), Some(0));
    assert_eq!(ran(&["--exit-with-child"]), Some(7));
    assert_eq!(
        ran(&["--metrics", "KAFKA", "--fail-under", "1"]),
        Some(4),
        "before the threshold"
    );
    assert_eq!(
        ran(&[
            "--ignore-failure",
            "--metrics",
            "KAFKA",
            "--fail-under",
            "1"
        ]),
        Some(1)
    );
    let killed = [
        "run",
        "--quiet",
        "--exit-with-child",
        "--",
        "sh",
        "-c",
        "kill -9 $$",
    ];
    assert_eq!(work.pss(&killed).code, Some(137));
    let late = ["run", "--timeout", "200ms", "--json", "--", "sleep", "20"];
    let ran = work.pss(&late);
    assert_eq!(ran.code, Some(4), "{}", ran.err);
    let report: serde_json::Value = serde_json::from_str(&ran.err).expect("JSON on stderr");
    let round = &report["run"]["rounds"][0];
    assert_eq!(
        (&round["timed_out"], &round["signal"]),
        (&true.into(), &15.into())
    );
    assert!(round["seconds"].as_f64().expect("seconds") < 10.0);
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_behind_standard_error_has_its_exit_code() {
    let work = Work::new();
    let full = std::fs::File::options().write(true).open("/dev/full");
    let ended = work
        .command(&["run", "--", "true"])
        .stderr(full.expect("a full device"))
        .status();
    assert_eq!(ended.expect("pss starts").code(), Some(5));
}

#[test]
fn a_command_may_be_pss_itself() {
    let work = Work::new();
    let pss = env!("CARGO_BIN_EXE_pss");
    let ran = work.pss(&[
        "run", "--quiet", "--", pss, "run", "--quiet", "--", "echo", "inner",
    ]);
    assert_eq!(
        (ran.code, ran.out.as_str()),
        (Some(0), "inner\n"),
        "{}",
        ran.err
    );
}
