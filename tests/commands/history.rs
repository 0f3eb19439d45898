//! `pss history`: what is kept, found and shown; many writers, killed ones, and files that cannot be used.

use std::{path::Path, process::Stdio};

use rusqlite::Connection;
use serde_json::Value;

use crate::work::{Ran, Work, lines, record};

const DB: &str = ".pss/history.sqlite";
const COMMIT: &str = "0123456789abcdef0123456789abcdef01234567";

/// Records of which those called `op` take `slower` times as long, told apart by `seed`.
fn run(seed: u32, slower: f64) -> String {
    (0..300)
        .map(|i| {
            let wobble = f64::from((i * 7919 + seed * 104_729) % 1009) / 1009.0;
            format!(
                "{{\"name\":\"op\",\"service\":\"s\",\"duration\":{},\"timestamp\":{}}}\n",
                slower * (0.01 + 0.002 * wobble),
                1_700_000_000.0 + 86_400.0 * f64::from(seed) + f64::from(i) * 0.1
            )
        })
        .collect()
}

fn keep(work: &Work, arguments: &[&str]) -> i64 {
    let ran = work.pss(&[&["history", "add", "--json"], arguments].concat());
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let entry: Value = serde_json::from_str(&ran.out).expect("JSON");
    entry["id"].as_i64().expect("a number")
}

fn list(work: &Work, arguments: &[&str]) -> Vec<Value> {
    let ran = work.pss(&[&["history", "list", "--json"], arguments].concat());
    assert_eq!(ran.code, Some(0), "{ran:?}");
    serde_json::from_str(&ran.out).expect("JSON")
}

fn ids(entries: &[Value]) -> Vec<i64> {
    entries
        .iter()
        .map(|entry| entry["id"].as_i64().expect("a number"))
        .collect()
}

#[test]
fn what_is_added_is_listed_shown_and_exported() {
    let work = Work::new();
    work.write("a.jsonl", lines(300))
        .write("b.jsonl", run(1, 1.0));
    let first = work.pss(&[
        "history",
        "add",
        "a.jsonl",
        "--branch",
        "main",
        "--commit",
        COMMIT,
        "--label",
        "runner=big",
        "--project",
        "shop",
    ]);
    assert_eq!(first.code, Some(0), "{first:?}");
    assert!(
        first
            .out
            .starts_with("kept run 1 of shop, branch main: PSS "),
        "{}",
        first.out
    );
    assert!(first.out.contains(DB), "{}", first.out);
    assert_eq!(
        keep(
            &work,
            &[
                "b.jsonl",
                "--branch",
                "side",
                "--session",
                "night",
                "--project",
                "shop"
            ]
        ),
        2
    );
    let shop = ["--project", "shop"];
    let all = list(&work, &shop);
    assert_eq!(ids(&all), [2, 1], "the newest first");
    let report = work.report(&["a.jsonl"]);
    assert_eq!(all[1]["pss"], report["pss"]["score"]);
    assert_eq!(all[1]["spans"], 300);
    assert_eq!(all[1]["labels"]["runner"], "big");
    assert_eq!(
        (&all[0]["session"], &all[0]["commit"]),
        (&"night".into(), &Value::Null)
    );
    for (metric, of_report) in all[1]["metrics"]
        .as_array()
        .expect("a list")
        .iter()
        .zip(report["metrics"].as_array().expect("a list"))
    {
        for part in ["code", "score", "points", "n"] {
            assert_eq!(metric[part], of_report[part]);
        }
    }
    for (filter, found) in [
        (["--branch", "main"], 1),
        (["--commit", "01234"], 1),
        (["--label", "runner=big"], 1),
        (["--last", "1"], 2),
    ] {
        assert_eq!(
            ids(&list(&work, &[shop, filter].concat())),
            [found],
            "{filter:?}"
        );
    }

    let text = work.pss(&["history", "list", "--project", "shop"]).out;
    assert!(
        text.contains("012345678 ") && text.contains("runner=big") && text.contains("side"),
        "{text}"
    );
    let text = work.pss(&["history", "show", "1"]).out;
    assert!(
        text.contains("1 of shop") && text.contains(COMMIT) && text.contains("TIME"),
        "{text}"
    );

    work.pss(&["history", "show", "1", "--summary", "back.pss"]);
    assert_eq!(work.report(&["back.pss"])["pss"], report["pss"]);

    let csv = work.pss(&["history", "export", "--project", "shop"]).out;
    let rows: Vec<&str> = csv.lines().collect();
    assert!(
        rows[0].starts_with("id,project,branch,commit") && rows[0].contains(",TIME,"),
        "{csv}"
    );
    assert!(
        rows[1].starts_with("1,shop,main,") && rows[2].starts_with("2,shop,side,,"),
        "{csv}"
    );
    assert_eq!(rows.len(), 3);
    assert_eq!(
        work.pss(&["history", "export", "runs.json", "--project", "shop"])
            .code,
        Some(0)
    );
    let json: Vec<Value> = serde_json::from_str(&work.read("runs.json")).expect("JSON");
    assert_eq!((ids(&json), &json[0]), (vec![1, 2], &all[1]));
    work.pss(&["history", "export", "runs.xls", "--project", "shop"])
        .fails(2, &[".csv, .json or .parquet"]);
    parquet(&work, &csv);
}

/// The table of CSV, column by column.
#[cfg(feature = "columnar")]
fn parquet(work: &Work, csv: &str) {
    let written = work.pss(&["history", "export", "runs.parquet", "--project", "shop"]);
    assert_eq!(written.code, Some(0), "{written:?}");
    let bytes = std::fs::read(work.path("runs.parquet")).expect("written");
    assert!(bytes.starts_with(b"PAR1") && bytes.ends_with(b"PAR1"));
    let head = csv.lines().next().expect("a head");
    for name in head.split(',') {
        let text = String::from_utf8_lossy(&bytes);
        assert!(text.contains(name), "no column {name}");
    }
    let again = work.command(&["history", "export", "--to", "parquet", "--project", "shop"]);
    let again = { again }.output().expect("pss starts");
    assert_eq!(again.stdout, bytes);
}

/// Named before anything is opened: there is no history here.
#[cfg(not(feature = "columnar"))]
fn parquet(work: &Work, _: &str) {
    for arguments in [
        ["runs.parquet", "--db=no.db"],
        ["--to=parquet", "--db=no.db"],
    ] {
        work.pss(&[&["history", "export"], &arguments[..]].concat())
            .fails(2, &["Parquet is not in this build", "--features columnar"]);
    }
}

#[test]
fn git_is_read_where_it_is_and_not_needed() {
    let work = Work::new();
    work.write("t.jsonl", lines(200));
    keep(&work, &["t.jsonl"]);
    work.write(".git/HEAD", "ref: refs/heads/feature/x\n")
        .write(".git/refs/heads/feature/x", COMMIT)
        .write(
            ".git/config",
            "[remote \"origin\"]\n\turl = https://host/team/store.git\n",
        )
        .write("deep/t.jsonl", lines(200));
    keep(&work, &["t.jsonl"]);
    let store = &list(&work, &[])[0];
    assert_eq!(
        (&store["project"], &store["branch"], &store["commit"]),
        (&"store".into(), &"feature/x".into(), &COMMIT.into())
    );
    keep(
        &work,
        &[
            "t.jsonl",
            "--branch",
            "main",
            "--commit",
            "abc",
            "--project",
            "own",
        ],
    );
    let own = &list(&work, &["--project", "own"])[0];
    assert_eq!(
        (&own["branch"], &own["commit"], &own["dirty"]),
        (&"main".into(), &"abc".into(), &Value::Null)
    );
    work.pss(&["history", "list", "--project", "stroe"]).fails(
        3,
        &[
            "no run of project stroe",
            "1 of project store, branch feature/x",
        ],
    );
}

#[test]
fn the_file_lies_where_it_is_said() {
    let work = Work::new();
    work.write("t.jsonl", lines(200))
        .write("pss.toml", "[pss]\n")
        .write("deep/t.jsonl", lines(200));
    let deep = |arguments: &[&str]| {
        Ran::of(
            work.command(arguments)
                .current_dir(work.path("deep"))
                .output()
                .expect("pss starts"),
        )
    };
    assert_eq!(deep(&["history", "add", "t.jsonl"]).code, Some(0));
    assert!(work.path(DB).is_file(), "beside pss.toml");
    work.write(
        "pss.toml",
        "[history]\npath = \"runs/h.db\"\nproject = \"p\"\nkeep = 2\n",
    );
    for _ in 0..3 {
        assert_eq!(deep(&["history", "add", "t.jsonl"]).code, Some(0));
    }
    assert!(
        work.path("runs/h.db").is_file(),
        "relative to the file that says it"
    );
    assert_eq!(ids(&list(&work, &[])), [3, 2], "the oldest is dropped");
    keep(&work, &["t.jsonl", "--db", "mine.db"]);
    assert!(work.path("mine.db").is_file());
    let ran = work.pss_with(
        &["history", "list", "--json"],
        &[("PSS_HISTORY_PATH", "mine.db")],
    );
    assert_eq!(
        serde_json::from_str::<Vec<Value>>(&ran.out)
            .expect("JSON")
            .len(),
        1
    );
    work.write("pss.toml", "[history]\nkepe = 2\n");
    work.pss(&["history", "list"])
        .fails(2, &["pss.toml:2", "did you mean `keep`?"]);
}

#[test]
fn prune_keeps_the_newest_of_each_branch() {
    let work = Work::new();
    work.write("t.jsonl", lines(200));
    for branch in ["main", "side", "main", "main"] {
        keep(&work, &["t.jsonl", "--branch", branch]);
    }
    work.pss(&["history", "prune"]).fails(2, &["--keep"]);
    work.pss(&["history", "prune", "--keep", "0"])
        .fails(2, &["--keep"]);
    let ran = work.pss(&["history", "prune", "--keep", "1"]);
    assert!(ran.out.starts_with("dropped 2 runs"), "{ran:?}");
    assert_eq!(ids(&list(&work, &[])), [4, 2]);
    let connection = Connection::open(work.path(DB)).expect("opens");
    for table in ["labels", "metrics", "operations", "summaries"] {
        let left: i64 = connection
            .query_row(
                &format!("SELECT count(*) FROM {table} WHERE run NOT IN (2, 4)"),
                [],
                |row| row.get(0),
            )
            .expect("a count");
        assert_eq!(left, 0, "{table}");
    }
    drop(connection);
    assert_eq!(
        keep(&work, &["t.jsonl", "--branch", "main"]),
        5,
        "a number is never given twice"
    );
    work.pss(&["history", "prune", "--keep", "1", "--db", "none.db"])
        .fails(3, &["no history at `none.db`"]);
    assert!(!work.path("none.db").exists());
}

#[test]
fn many_at_once_lose_nothing() {
    let work = Work::new();
    work.write("t.jsonl", lines(200));
    let children: Vec<_> = (0..12)
        .map(|i| {
            let label = format!("i={i}");
            work.command(&[
                "history",
                "add",
                "t.jsonl",
                "--label",
                &label,
                "--threads",
                "1",
            ])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("pss starts")
        })
        .collect();
    for child in children {
        let ran = Ran::of(child.wait_with_output().expect("pss ends"));
        assert_eq!(ran.code, Some(0), "{ran:?}");
    }
    let all = list(&work, &[]);
    assert_eq!(ids(&all), (1..=12).rev().collect::<Vec<_>>());
    let mut labels: Vec<String> = all
        .iter()
        .map(|entry| entry["labels"]["i"].to_string())
        .collect();
    labels.sort();
    labels.dedup();
    assert_eq!(labels.len(), 12);
}

/// Killed at all stages: what was said to be kept is there, whole, and what is there is whole.
#[test]
fn one_killed_in_the_middle_loses_nothing_committed() {
    let work = Work::new();
    work.write("t.jsonl", lines(2000));
    let started = std::time::Instant::now();
    let mut kept = vec![keep(&work, &["t.jsonl"])];
    let whole = started.elapsed();
    let (rounds, mut killed) = (16, 0);
    for round in 0..rounds {
        let mut child = work
            .command(&["history", "add", "t.jsonl", "--json"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("pss starts");
        std::thread::sleep(whole * round / (rounds - 2));
        let _ = child.kill();
        let ran = Ran::of(child.wait_with_output().expect("pss ends"));
        if let Ok(entry) = serde_json::from_str::<Value>(&ran.out) {
            kept.push(entry["id"].as_i64().expect("a number"));
        } else {
            killed += 1;
        }
    }
    assert!(killed > 0);
    let there = ids(&list(&work, &[]));
    for id in &kept {
        assert!(
            there.contains(id),
            "run {id} was said to be kept, and {there:?} are there"
        );
    }
    let metrics = |entry: &Value| entry["metrics"].as_array().map(Vec::len);
    let all = list(&work, &[]);
    for entry in &all {
        assert_eq!(metrics(entry), metrics(&all[0]));
        let id = entry["id"].to_string();
        assert_eq!(
            work.pss(&["history", "show", &id, "--summary", "x.pss"])
                .code,
            Some(0)
        );
        assert_eq!(work.report(&["x.pss"])["input"]["spans"], 2000);
    }
    let sound: String = Connection::open(work.path(DB))
        .expect("opens")
        .query_row("PRAGMA integrity_check", [], |row| row.get(0))
        .expect("a word");
    assert_eq!(sound, "ok");
    keep(&work, &["t.jsonl"]);
}

#[test]
fn changes_over_runs_are_found() {
    let work = Work::new();
    for seed in 0..20 {
        work.write("t.jsonl", run(seed, if seed < 12 { 1.0 } else { 1.5 }));
        let commit = format!("c{seed}");
        keep(&work, &["t.jsonl", "--branch", "main", "--commit", &commit]);
        if seed == 8 {
            let text = work.pss(&["history", "trend", "--branch", "main"]).out;
            assert!(
                text.contains("9 runs") && text.contains("too few runs"),
                "{text}"
            );
        }
    }
    let ran = work.pss(&[
        "history",
        "trend",
        "--branch",
        "main",
        "--operations",
        "--json",
    ]);
    let trend: Value = serde_json::from_str(&ran.out).expect("JSON");
    assert_eq!(trend["runs"].as_array().map(Vec::len), Some(20));
    let series = trend["series"].as_array().expect("a list");
    assert_eq!(series[0]["name"], "PSS");
    let op = series
        .iter()
        .find(|series| series["name"] == "s/op")
        .expect("the operation");
    let changes = op["changes"].as_array().expect("a list");
    assert_eq!(changes.len(), 1, "{op}");
    assert_eq!(
        (&changes[0]["run"], &changes[0]["commit"]),
        (&13.into(), &"c12".into())
    );
    assert_eq!(changes[0]["worse"], true);
    let ratio = changes[0]["after"].as_f64().expect("a number")
        / changes[0]["before"].as_f64().expect("a number");
    assert!((1.4..1.6).contains(&ratio), "{ratio}");
    for (width, locale) in [("80", "C"), ("120", "C.UTF-8")] {
        let ran = work.pss_with(
            &["history", "trend", "--branch", "main", "--operations"],
            &[("COLUMNS", width), ("LC_ALL", locale)],
        );
        assert!(ran.out.contains("s/op rose (worse) from"), "{}", ran.out);
        assert_eq!(ran.out.is_ascii(), locale == "C", "{}", ran.out);
    }
}

#[test]
fn bases_come_from_the_history() {
    let work = Work::new();
    for seed in 0..4 {
        work.write("t.jsonl", run(seed, 1.0));
        keep(
            &work,
            &[
                "t.jsonl",
                "--branch",
                if seed < 3 { "main" } else { "side" },
            ],
        );
    }
    work.write("head.jsonl", run(9, 2.0));
    let compare = |arguments: &[&str]| {
        let ran = work.pss(&[&["compare", "--json", "--head", "head.jsonl"], arguments].concat());
        let report: Value = serde_json::from_str(&ran.out).unwrap_or_else(|_| panic!("{ran:?}"));
        (ran.code, report)
    };
    let bases = |report: &Value| {
        report["compare"]["runs"]
            .as_array()
            .map_or(0, |runs| runs.len() - 1)
    };
    let (code, report) = compare(&["--against", "last:10@main"]);
    assert_eq!((code, bases(&report)), (Some(1), 3), "{report}");
    assert_eq!(report["compare"]["regressed"], true);
    assert!(
        report["warnings"]
            .to_string()
            .contains("runs 3, 2, 1 of the history")
    );
    assert_eq!(bases(&compare(&["--against", "last:2@main"]).1), 2);
    assert_eq!(bases(&compare(&["--against", "last:10"]).1), 4);
    assert_eq!(
        bases(&compare(&["--against", "1", "--against", "last:2@main", "t.jsonl"]).1),
        4
    );
    // The head, added before it is compared, is no base of its own.
    keep(&work, &["head.jsonl", "--branch", "main"]);
    let (_, again) = compare(&["--against", "last:3@main"]);
    assert_eq!(again["compare"]["causes"], report["compare"]["causes"]);

    let fails = |arguments: &[&str], code: i32, says: &[&str]| {
        work.pss(&[&["compare", "--head", "head.jsonl"], arguments].concat())
            .fails(code, says);
    };
    fails(
        &["--against", "last:10@man"],
        3,
        &["no run last:10@man", "branch main"],
    );
    fails(&["--against", "lst:10"], 2, &["last:10@main"]);
    fails(&["--against", "last:0"], 2, &["last:10@main"]);
    fails(
        &["--against", "last:3", "--db", "none.db"],
        3,
        &["no history at `none.db`", "pss history add"],
    );
    fails(&[], 2, &["BASE"]);
}

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

/// What fails half-way leaves no half of a run.
#[test]
fn a_write_that_fails_leaves_nothing() {
    let work = Work::new();
    work.write("t.jsonl", lines(200));
    keep(&work, &["t.jsonl"]);
    let connection = Connection::open(work.path(DB)).expect("opens");
    connection
        .execute_batch(
            "CREATE TRIGGER refuse BEFORE INSERT ON summaries BEGIN SELECT RAISE(ABORT, 'no room'); END",
        )
        .expect("a trigger");
    work.pss(&["history", "add", "t.jsonl"]).fails(
        5,
        &[
            "cannot write the history",
            "no room",
            "nothing of this run is in it",
        ],
    );
    for table in ["runs", "metrics", "operations"] {
        let most: i64 = connection
            .query_row(
                &format!(
                    "SELECT max({}) FROM {table}",
                    if table == "runs" { "id" } else { "run" }
                ),
                [],
                |row| row.get(0),
            )
            .expect("a number");
        assert_eq!(most, 1, "{table}");
    }
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
