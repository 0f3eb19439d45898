//! Many writers at once, killed ones, and a disk that is full.

use std::process::Stdio;

use rusqlite::Connection;
use serde_json::Value;

use super::{DB, ids, keep, list};
use crate::work::{Ran, Work, lines};

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
