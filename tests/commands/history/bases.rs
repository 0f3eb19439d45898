//! What is found over runs, and what a comparison takes from them.

use serde_json::Value;

use super::{keep, run};
use crate::work::Work;

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
