//! What is kept of a run, and how it is listed, shown, exported and pruned.

use rusqlite::Connection;
use serde_json::Value;

use super::{COMMIT, DB, ids, keep, list, run};
use crate::work::{Ran, Work, lines};

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
