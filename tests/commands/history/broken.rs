//! What cannot be a history, a run of one, or be written; and names that mean harm.

use std::{path::Path, process::Stdio};

use rusqlite::Connection;

use super::{DB, keep, run};
use crate::work::{Ran, Work, lines, record};

#[test]
fn what_is_no_history_is_told_and_left_alone() {
    let work = Work::new();
    work.write("t.jsonl", lines(200)).write(
        "text.db",
        "not a database, but text that is long enough to look at\n".repeat(40),
    );
    Connection::open(work.path("other.db"))
        .and_then(|other| {
            other.execute_batch("CREATE TABLE theirs (x); INSERT INTO theirs VALUES (1)")
        })
        .expect("another program's file");
    keep(&work, &["t.jsonl", "--db", "newer.db"]);
    keep(&work, &["t.jsonl", "--db", "cut.db"]);
    Connection::open(work.path("newer.db"))
        .and_then(|newer| newer.pragma_update(None, "user_version", 99))
        .expect("a later version");
    let whole = std::fs::read(work.path("cut.db")).expect("a file");
    work.write("cut.db", &whole[..whole.len() / 2]);
    let mut flipped = whole.clone();
    for byte in &mut flipped[100..4000] {
        *byte ^= 0x5a;
    }
    work.write("flipped.db", &flipped).write("empty.db", "");
    for (name, says) in [
        ("text.db", "`text.db` is no history of pss"),
        (
            "other.db",
            "`other.db` is no history of pss: it is an SQLite file of another program",
        ),
        ("newer.db", "has version 99"),
        ("cut.db", "`cut.db` is damaged"),
        ("flipped.db", "`flipped.db` is damaged"),
    ] {
        let before = std::fs::read(work.path(name)).expect("a file");
        for arguments in [
            &["history", "list", "--db", name][..],
            &["history", "add", "t.jsonl", "--db", name],
            &["history", "prune", "--keep", "1", "--db", name],
            &[
                "compare",
                "--head",
                "t.jsonl",
                "--against",
                "last:3",
                "--db",
                name,
            ],
        ] {
            let ran = work.pss(arguments);
            ran.fails(3, &[says, "as it is"]);
        }
        assert_eq!(
            std::fs::read(work.path(name)).expect("a file"),
            before,
            "{name}"
        );
    }
    work.pss(&["history", "list"]).fails(
        3,
        &[
            "no history at `.pss/history.sqlite`",
            "pss history add FILES",
        ],
    );
    work.pss(&["history", "list", "--db", "empty.db"])
        .fails(3, &["no history at `empty.db`"]);
    keep(&work, &["t.jsonl", "--db", "empty.db"]);
    work.pss(&["history", "add", "t.jsonl", "--db", "t.jsonl/h.db"])
        .fails(5, &["cannot write the history `t.jsonl/h.db`"]);
    work.pss(&["history", "list", "--db", "."]).fails(3, &["."]);
}

#[test]
fn a_summary_that_is_damaged_inside_is_told() {
    let work = Work::new();
    work.write("t.jsonl", run(1, 1.0))
        .write("head.jsonl", run(2, 1.0));
    keep(&work, &["t.jsonl"]);
    Connection::open(work.path(DB))
        .and_then(|db| db.execute_batch("UPDATE summaries SET bytes = x'28b52ffd00'"))
        .expect("changed");
    work.pss(&["compare", "--head", "head.jsonl", "--against", "last:3"])
        .fails(3, &["history.sqlite run 1", "damaged"]);
}

#[test]
fn input_that_cannot_be_used_is_not_kept() {
    let work = Work::new();
    work.write("bad.jsonl", "{\"name\":1}\n".repeat(30) + &lines(100))
        .write("t.jsonl", lines(100) + &record(100));
    work.pss(&["history", "add", "no.jsonl"])
        .fails(3, &["no such file: `no.jsonl`"]);
    work.pss(&["history", "add", "bad.jsonl"])
        .fails(3, &["30 of 130 records"]);
    work.pss(&["history", "add", "t.jsonl", "--label", "x"])
        .fails(2, &["NAME=VALUE"]);
    work.pss(&["history", "add", "t.jsonl", "--format", "cvs"])
        .fails(2, &["cvs"]);
    assert!(!work.path(".pss").exists(), "no history is made of nothing");
    work.pss(&["history", "add", "no.jsonl", "--db", "t.jsonl/h.db"])
        .fails(5, &["cannot write the history `t.jsonl/h.db`"]);
    work.write("pss.toml", "[pss]\nfail_under = 100\n");
    assert_eq!(
        keep(&work, &["t.jsonl"]),
        1,
        "what misses a threshold is kept"
    );
    work.write("pss.toml", "[pss]\nprofile = \"pypss\"\n");
    work.pss(&["history", "add", "t.jsonl"])
        .fails(2, &["profile pypss"]);
}

/// A file, and a folder, that may only be read: reading works, writing says why not.
#[cfg(unix)]
#[test]
fn what_is_read_only_can_be_read() {
    use std::os::unix::{fs::PermissionsExt, process::CommandExt};
    let work = Work::new();
    work.write("t.jsonl", lines(200));
    keep(&work, &["t.jsonl", "--db", "kept/h.db"]);
    let mode = |name: &str, mode: u32| {
        std::fs::set_permissions(work.path(name), std::fs::Permissions::from_mode(mode))
            .expect("a mode");
    };
    mode("kept/h.db", 0o444);
    mode("kept", 0o555);
    mode(".", 0o755);
    // Root may write everything, so there the tests run as nobody.
    let root = std::fs::write(work.path("kept/probe"), "").is_ok();
    let ran = |arguments: &[&str]| {
        let mut command = work.command(arguments);
        if root {
            command.uid(65534).gid(65534);
        }
        command.stdin(Stdio::null()).output()
    };
    if root && (ran(&["--version"]).is_err() || !reachable(&ran)) {
        eprintln!("skipped: this is root, and another user cannot start pss here");
        return;
    }
    let _ = std::fs::remove_file(work.path("kept/probe"));
    let list =
        Ran::of(ran(&["history", "list", "--json", "--db", "kept/h.db"]).expect("pss starts"));
    assert_eq!(list.code, Some(0), "{list:?}");
    let before = std::fs::read(work.path("kept/h.db")).expect("a file");
    for arguments in [
        &["history", "add", "t.jsonl", "--db", "kept/h.db"][..],
        &["history", "prune", "--keep", "1", "--db", "kept/h.db"],
        &["history", "add", "t.jsonl", "--db", "kept/new.db"],
    ] {
        let ran = Ran::of(ran(arguments).expect("pss starts"));
        ran.fails(5, &["cannot write the history `kept/"]);
    }
    assert_eq!(
        std::fs::read(work.path("kept/h.db")).expect("a file"),
        before
    );
    mode("kept", 0o755);
}

#[cfg(unix)]
fn reachable(ran: &dyn Fn(&[&str]) -> std::io::Result<std::process::Output>) -> bool {
    ran(&["--version"]).is_ok_and(|output| output.status.success())
}

#[test]
fn hostile_names_do_no_harm() {
    let work = Work::new();
    work.write("t.jsonl", lines(200));
    let name = "x'; DROP TABLE runs; --\u{1b}[31m";
    keep(
        &work,
        &[
            "t.jsonl",
            "--branch",
            name,
            "--project",
            name,
            "--label",
            &format!("a={name}"),
        ],
    );
    let listed = work.pss(&["history", "list", "--project", name, "--branch", name]);
    assert_eq!(listed.code, Some(0), "{listed:?}");
    assert!(!listed.out.contains('\u{1b}'), "{}", listed.out);
    let shown = work.pss(&["history", "show", "1"]).out
        + &work.pss(&["history", "trend", "--project", name]).out;
    assert!(!shown.contains('\u{1b}'), "{shown}");
    let none = work.pss(&["history", "list", "--project", "\u{1b}[31m"]);
    none.fails(3, &["no run"]);
    assert!(!none.err.contains('\u{1b}'), "{}", none.err);
    assert!(Path::new(&work.path(DB)).is_file());
}
