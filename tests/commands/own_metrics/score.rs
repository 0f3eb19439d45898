//! A `score` as an aggregate over the records.

use super::{metric, traces};
use crate::work::Work;

const SCORE: &str = r#"
[metrics.GOOD]
where = "name LIKE '%checkout%'"
score = "1 - AVG(CASE WHEN duration > 0.5 THEN 1.0 ELSE 0.0 END)"
"#;

#[test]
fn a_score_over_the_records_needs_the_records() {
    let work = Work::new();
    let all = traces(3);
    work.write("pss.toml", SCORE).write("t.jsonl", &all);
    let report = work.report(&["t.jsonl", "--threads", "1"]);
    let good = metric(&report, "GOOD");
    let score = good["score"].as_f64().expect("a score");
    assert!((score - 0.7).abs() < 1e-12, "{good}");
    assert_eq!(good["n"], 1500);
    assert!(good["low"].is_null() && good["no_data"].is_null(), "{good}");
    let mut turned: Vec<&str> = all.lines().collect();
    turned.reverse();
    let (some, rest) = turned.split_at(1111);
    work.write("a.jsonl", some.join("\n"))
        .write("b.jsonl", rest.join("\n"));
    let other = work.report(&["a.jsonl", "b.jsonl", "--threads", "5"]);
    assert_eq!(metric(&other, "GOOD"), good);

    let ran = work.pss(&["analyze", "t.jsonl", "--quiet", "--export", "summary=t.pss"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let from_summary = work.report(&["t.pss"]);
    let why = metric(&from_summary, "GOOD")["no_data"]
        .as_str()
        .expect("no data");
    assert!(why.contains("the records themselves"), "{why}");
    let without = from_summary["pss"]["without_data"]
        .as_array()
        .expect("codes");
    assert!(without.contains(&"GOOD".into()), "{without:?}");
    let explained = work.pss(&["explain", "GOOD"]).out;
    assert!(
        explained.contains("OVER spans WHERE name LIKE '%checkout%'"),
        "{explained}"
    );
}

#[test]
fn a_score_beyond_its_bounds_fails_or_is_clamped_and_null_is_no_data() {
    let work = Work::new();
    work.write("t.jsonl", traces(3));
    let good = |score: &str, more: &str| {
        work.write(
            "pss.toml",
            format!("[metrics.GOOD]\nscore = \"{score}\"\n{more}"),
        );
        metric(&work.report(&["t.jsonl"]), "GOOD").clone()
    };
    let failed = good("count(*) / 100.0", "");
    assert!(
        failed["failed"]
            .as_str()
            .expect("failed")
            .contains("`score` is 30, and a score lies between 0 and 1"),
        "{failed}"
    );
    assert!(failed["score"].is_null());
    let clamped = good("count(*) / 100.0", "clamp = true\n");
    assert_eq!(clamped["score"], 1.0);
    assert_eq!(clamped["flags"][0], "clamped");
    assert_eq!(good("0 - avg(duration)", "clamp = true\n")["score"], 0.0);
    let null = good("avg(memory)", "");
    assert!(
        null["no_data"]
            .as_str()
            .expect("no data")
            .contains("null over 3000 spans"),
        "{null}"
    );
    let none = good("avg(duration)", "where = \"name = 'nobody'\"\n");
    assert!(
        none["no_data"]
            .as_str()
            .expect("no data")
            .contains("takes no span"),
        "{none}"
    );
}

#[test]
fn mistakes_in_a_score_are_named_with_their_line() {
    let work = Work::new();
    for (text, says) in [
        (
            "score = \"avg(duratoin)\"",
            "pss.toml:2: `metrics.GOOD.score`, at character 5: there is no column `duratoin`; did you mean duration?",
        ),
        ("score = \"duration\"", "gives a number for every span"),
        (
            "score = \"avg(duration)\"\nshape = \"mean\"",
            "pss.toml:3: `metrics.GOOD.shape` is of a value that is folded",
        ),
        (
            "score = \"avg(duration)\"\nwhere = \"nme\"",
            "pss.toml:3: `metrics.GOOD.where`, at character 1",
        ),
        (
            "value = \"duration\"\nclamp = true",
            "pss.toml:3: `metrics.GOOD.clamp` is for `score`",
        ),
        (
            "score = \"avg(duration)\"\nclamp = \"yes\"",
            "pss.toml:3: `metrics.GOOD.clamp` is text",
        ),
    ] {
        work.write("pss.toml", format!("[metrics.GOOD]\n{text}\n"));
        work.pss(&["analyze", "not there.jsonl"]).fails(2, &[says]);
    }
}
