//! What is refused before anything is read, and what is shown to nobody.

use std::{
    process::Command,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use serde_json::Value;

use super::{CHECKOUT, metric, traces};
use crate::work::{Work, lines};

#[test]
fn mistakes_are_named_with_their_line_before_anything_is_read() {
    let work = Work::new();
    let valid = "where = \"error\"\nvalue = \"duration\"\nshape = \"mean\"\ngood = 1\nmid = 2\n";
    for (changed, says) in [
        (
            ("\"duration\"", "\"duratoin\""),
            "pss.toml:3: `metrics.MINE.value`, at character 1: `duratoin` is no column of a span; did you mean duration?",
        ),
        (
            ("\"error\"", "\"error AND nme = 'a'\""),
            "pss.toml:2: `metrics.MINE.where`, at character 11: `nme` is no column of a span; did you mean name?",
        ),
        (
            ("\"error\"", "\"duration\""),
            "pss.toml:2: `metrics.MINE.where`: gives a number, and a condition is true or false",
        ),
        (
            ("\"duration\"", "\"duration +\""),
            "pss.toml:3: `metrics.MINE.value`: expected: an expression, found: EOF",
        ),
        (
            ("\"mean\"", "\"meen\""),
            "pss.toml:4: `metrics.MINE.shape` does not know \"meen\"; did you mean \"mean\"?",
        ),
        (
            ("\"mean\"", "\"ratio\""),
            "is the share that is true, and `value` is a number",
        ),
        (
            ("\"duration\"", "\"error\""),
            "pss.toml:4: `metrics.MINE.shape` is of numbers, and `value` is true or false",
        ),
        (
            ("shape = \"mean\"\n", ""),
            "pss.toml:1: `metrics.MINE` does not say which statistic",
        ),
        (
            ("value = \"duration\"\n", ""),
            "pss.toml:1: `metrics.MINE` defines a metric without saying what it measures",
        ),
        (
            ("good = 1\n", ""),
            "pss.toml:1: `metrics.MINE` has no `good` and `mid`",
        ),
        (
            ("mid = 2", "mid = 0.5"),
            "pss.toml:6: `metrics.MINE.mid` must let the score fall",
        ),
        (
            ("mid = 2", "mid = 2\nquantile = 0.5"),
            "pss.toml:7: `metrics.MINE.quantile` has no use with this shape",
        ),
        (
            ("mid = 2", "mid = \"2\""),
            "pss.toml:6: `metrics.MINE.mid` is text",
        ),
        (
            ("mid = 2", "mid = 2\nmidd = 3"),
            "pss.toml:7: unknown key `midd` in [metrics.MINE]; did you mean `mid`?",
        ),
    ] {
        let text = format!(
            "[metrics.MINE]\n{}",
            valid.replacen(changed.0, changed.1, 1)
        );
        work.write("pss.toml", text);
        work.pss(&["analyze", "not there.jsonl"]).fails(2, &[says]);
    }
    // What a file defines that cannot be read is not said to be unknown.
    work.write(
        "pss.toml",
        "[metrics.MINE]\nvalue = \"duration\"\ngood=.3\n",
    );
    let ran = work.pss(&["analyze", "--metrics", "MINE", "not there.jsonl"]);
    ran.fails(2, &["pss.toml:3: "]);
    assert!(!ran.err.contains("--metrics"), "{ran:?}");
    for (code, says) in [
        (
            "mine",
            "`metrics.mine` is no code of a metric; write it as CHECKOUT",
        ),
        ("DB", "unknown key `where` in [metrics.DB]"),
        ("PSS", "is no code of a metric"),
    ] {
        work.write("pss.toml", format!("[metrics.{code}]\n{valid}"));
        work.pss(&["analyze", "not there.jsonl"]).fails(2, &[says]);
    }
    work.write("pss.toml", "[metrics.CHEKOUT]\nmin_score = 0.5\n");
    work.pss(&["analyze", "not there.jsonl"])
        .fails(2, &["unknown key `CHEKOUT` in [metrics]"]);
}

#[test]
fn variables_are_put_in_as_text_and_shown_to_nobody() {
    let work = Work::new();
    let text = CHECKOUT
        .replace("'%checkout%'", "'%${PREFIX}%'")
        .replace("good = 0.001", "good = \"${GOOD}\"")
        .replace("question = \"does checking out take a steady time?\"\n", "")
        + "[metrics.WAITS]\nwhere = \"name LIKE '%${PREFIX}%'\"\nscore = \"1 - AVG(wait / duration)\"\n";
    work.write("pss.toml", &text).write("t.jsonl", traces(3));
    let pss = |arguments: &[&str], prefix: Option<&str>| {
        let prefix = prefix.map(|prefix| ("PREFIX", prefix));
        let variables: Vec<_> = prefix.into_iter().chain([("GOOD", "0.001")]).collect();
        work.pss_with(arguments, &variables)
    };
    let analyze = ["analyze", "t.jsonl", "--json"];
    let found = pss(&analyze, Some("checkout"));
    assert_eq!(found.code, Some(0), "{found:?}");
    let report: Value = serde_json::from_str(&found.out).expect("JSON");
    for code in ["CHECKOUT", "SLOW", "WAITS"] {
        assert_eq!(metric(&report, code)["n"], 1500, "{code}");
        assert!(metric(&report, code)["score"].is_number(), "{code}");
    }
    // Text, whatever it holds: nothing is named so, and the condition is still one.
    let hostile = "x' OR name LIKE '%";
    let none = pss(&analyze, Some(hostile));
    assert_eq!(none.code, Some(0), "{none:?}");
    let report: Value = serde_json::from_str(&none.out).expect("JSON");
    for code in ["CHECKOUT", "SLOW", "WAITS"] {
        assert!(metric(&report, code)["no_data"].is_string(), "{report}");
    }
    for arguments in [
        &analyze[..],
        &["explain", "CHECKOUT"],
        &["explain", "WAITS"],
        &["plugins", "list", "--json"],
        &["plugins", "info", "SLOW"],
        &["config", "show"],
    ] {
        let shown = pss(arguments, Some("swordfish"));
        assert_eq!(shown.code, Some(0), "{shown:?}");
        assert!(
            !format!("{shown:?}").contains("swordfish"),
            "{arguments:?}: {shown:?}"
        );
    }
    pss(&analyze, None).fails(
        2,
        &["pss.toml:3: `metrics.CHECKOUT.where` asks for the environment variable PREFIX, which is not set"],
    );
    // A message about the SQL would show its words.
    work.write(
        "pss.toml",
        text.replace("duration > 0.5", "duration > ${PREFIX}"),
    );
    let wrong = pss(&analyze, Some("sword fish"));
    wrong.fails(
        2,
        &["pss.toml:10: `metrics.SLOW.value` is no such SQL as it takes, with what the variables of \"duration > ${PREFIX}\" hold"],
    );
    assert!(!wrong.err.contains("fish"), "{wrong:?}");
}

#[test]
fn hostile_expressions_open_nothing() {
    let work = Work::new();
    work.write("t.jsonl", lines(20))
        .write("there.csv", "a\nsecret\n");
    let pipe = work.path("pipe.csv");
    let made = Command::new("mkfifo").arg(&pipe).status();
    assert!(made.expect("mkfifo").success());
    let opened = Arc::new(AtomicBool::new(false));
    let watch = std::thread::spawn({
        let (pipe, opened) = (pipe.clone(), Arc::clone(&opened));
        move || {
            // Goes on only when somebody opens the other end.
            let end = std::fs::OpenOptions::new().write(true).open(pipe);
            opened.store(true, Ordering::SeqCst);
            drop(end);
        }
    });
    for sql in [
        "read_csv('{}')",
        "READ_PARQUET('{}')",
        "scan_ipc('{}')",
        "(SELECT a FROM read_csv('{}'))",
        "(SELECT a FROM '{}')",
        "duration > ALL (SELECT a FROM read_csv('{}'))",
        "EXISTS (SELECT 1 FROM read_csv('{}'))",
        "name IN (SELECT a FROM read_csv('{}'))",
        "name IN (TABLE \"{}\")",
        "CASE WHEN error THEN (SELECT a FROM read_csv('{}')) END",
        "coalesce(read_csv('{}'), 1)",
        "ARRAY(SELECT a FROM read_csv('{}'))",
        "name IN UNNEST(read_csv('{}'))",
        "rank() OVER (ORDER BY (SELECT a FROM read_csv('{}')))",
        "sum(duration) FILTER (WHERE EXISTS (SELECT 1 FROM read_csv('{}')))",
        "1) FROM spans; SELECT (SELECT a FROM read_csv('{}')",
        "1 FROM read_csv('{}')",
        "1; COPY spans TO '{}'",
        "\"{}\"",
        "load_extension('{}')",
        "pg_read_file('{}')",
    ] {
        for key in ["where", "value", "score"] {
            let says = |path: &str| {
                let other = match key {
                    "where" => "value = 'duration'\nshape = 'dispersion'\n",
                    "value" => "shape = 'dispersion'\n",
                    _ => "",
                };
                let sql = sql.replace("{}", path);
                work.write(
                    "pss.toml",
                    format!("[metrics.MINE]\n{other}{key} = '''{sql}'''\n"),
                );
                let ran = work.pss(&["analyze", "t.jsonl"]);
                assert_eq!(ran.code, Some(2), "{sql}: {ran:?}");
                assert_eq!(ran.out, "", "{sql}");
                assert!(
                    ran.err.starts_with("error: pss.toml:"),
                    "{sql}: {}",
                    ran.err
                );
                assert!(!ran.err.contains("panicked"), "{sql}: {}", ran.err);
                ran.err.replace(path, "{}")
            };
            says("pipe.csv");
            assert!(!opened.load(Ordering::SeqCst), "{sql} opened a file");
            // Whether a file is there cannot be told from the answer.
            assert_eq!(says("there.csv"), says("nosuc.csv"), "{sql}");
        }
    }
    drop(std::fs::File::open(&pipe));
    watch.join().expect("the watch ends");
    assert!(opened.load(Ordering::SeqCst), "the watch works");
    assert_eq!(work.read("there.csv"), "a\nsecret\n");
}
