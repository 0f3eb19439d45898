//! `pss explain REPORT.json`.

use crate::work::{Work, lines};

#[test]
fn a_report_is_explained_in_sentences_and_points() {
    let work = Work::new();
    // Every tenth record fails, so that ERR costs most.
    let text: String = lines(400)
        .lines()
        .enumerate()
        .map(|(at, line)| match at % 10 {
            0 => line.replace("false", "true") + "\n",
            _ => format!("{line}\n"),
        })
        .collect();
    work.write("t.jsonl", text);
    let ran = work.pss(&["analyze", "t.jsonl", "--quiet", "--export", "json=r.json"]);
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    let ran = work.pss(&["explain", "r.json"]);
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    let report: serde_json::Value = serde_json::from_str(&work.read("r.json")).expect("JSON");
    let score = report["pss"]["score"].as_f64().expect("a score");
    assert!(
        ran.out
            .starts_with(&format!("The score is {score:.1} of 100")),
        "{}",
        ran.out
    );
    let metrics = report["metrics"].as_array().expect("a list");
    let err = metrics
        .iter()
        .find(|metric| metric["code"] == "ERR")
        .expect("ERR");
    let points = err["points"].as_f64().expect("points");
    assert!(
        ran.out.contains(&format!("- ERR lost {points:.1} points")),
        "{}",
        ran.out
    );
    assert!(ran.out.contains("Most of it is s/op"), "{}", ran.out);
    // One factor is left, so the proposal can be computed by hand: it would score .9.
    let raised = "what would raise it most\n- ERR rate at 0.001";
    assert!(ran.out.contains(raised), "{}", ran.out);
    assert!(
        ran.out
            .contains("- KAFKA is not in it: no samples of consumer lag"),
        "{}",
        ran.out
    );
}

#[test]
fn what_is_no_report_is_told() {
    let work = Work::new();
    work.write("t.json", "[1]")
        .write("n.json", "nothing")
        .write("o.json", "{\"schema\":\"pss.report/9\"}")
        .write("b.json", "{\"schema\":\"pss.report/1\"}");
    for (name, says) in [
        ("gone.json", "no such file"),
        ("t.json", "makes one of traces"),
        ("n.json", "is no JSON"),
        ("o.json", "another form, \"pss.report/9\""),
        ("b.json", "is a broken report: missing field"),
    ] {
        work.pss(&["explain", name]).fails(3, &[name, says]);
    }
    work.pss(&["explain", "BD"]).fails(2, &["did you mean DB"]);
}
