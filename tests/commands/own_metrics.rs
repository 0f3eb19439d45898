//! Metrics without a line of Rust: `[metrics.CODE]` in SQL.

use std::{
    process::Command,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use serde_json::Value;

use crate::work::{Work, lines};

/// `slow` of ten calls of `POST /checkout` take long; `GET /cart` is steady.
fn traces(slow: u32) -> String {
    let mut out = String::new();
    for at in 0..1500u32 {
        let time = 1_700_000_000.0 + f64::from(at) * 0.2;
        let jitter = 1.0 + f64::from(at * 7919 % 100) / 1000.0;
        let checkout = if (at * 31) % 10 < slow { 0.9 } else { 0.05 } * jitter;
        for (name, duration, parent) in [
            ("POST /checkout", checkout, "null"),
            ("GET /cart", 0.01 * jitter, "\"x\""),
        ] {
            out += &format!(
                "{{\"name\":\"{name}\",\"service\":\"shop\",\"span_id\":\"s{at}\",\"parent_span_id\":{parent},\"duration\":{duration:.6},\"wait_time\":{:.6},\"timestamp\":{time},\"error\":{}}}\n",
                duration / 3.0,
                at % 50 == 0
            );
        }
    }
    out
}

const CHECKOUT: &str = r#"
[metrics.CHECKOUT]
question = "does checking out take a steady time?"
where = "name LIKE '%checkout%'"
value = "duration"
shape = "dispersion"
weight = 0.15

[metrics.SLOW]
where = "name LIKE '%checkout%'"
value = "duration > 0.5"
shape = "ratio"
good = 0.001
mid = 0.05
"#;

fn metric<'a>(report: &'a Value, code: &str) -> &'a Value {
    let metrics = report["metrics"].as_array().expect("metrics");
    let found = metrics.iter().find(|metric| metric["code"] == code);
    found.unwrap_or_else(|| panic!("no {code} in {report}"))
}

#[test]
fn a_metric_of_ones_own_is_scored_like_any_other() {
    let work = Work::new();
    work.write("t.jsonl", traces(3)).write("pss.toml", CHECKOUT);
    let report = work.report(&["t.jsonl"]);
    let checkout = metric(&report, "CHECKOUT");
    assert_eq!(checkout["weight"], 0.15);
    assert_eq!(checkout["n"], 1500);
    assert!(checkout["score"].as_f64().expect("a score") < 0.9);
    assert!(checkout["low"].is_number() && checkout["high"].is_number());
    assert_eq!(checkout["worst"][0]["operation"], "POST /checkout");
    assert_eq!(checkout["factors"][0]["name"], "dispersion");
    let slow = metric(&report, "SLOW");
    assert_eq!(
        slow["factors"][0]["value"]
            .as_f64()
            .map(|share| (share * 1000.0).round()),
        Some(300.0)
    );
    let points = slow["points"].as_f64().expect("points");
    assert!(points > 1.0, "{points}");

    // It is selected, weighed, gated and required as any other is.
    let only = work.report(&["t.jsonl", "--metrics", "slow,time", "--weight", "SLOW=3"]);
    assert_eq!(only["metrics"].as_array().map(Vec::len), Some(2));
    assert_eq!(metric(&only, "SLOW")["weight"], 3.0);
    work.write("pss.toml", format!("{CHECKOUT}min_score = 0.9\n"));
    let gated = work.pss(&["analyze", "t.jsonl"]);
    assert_eq!(gated.code, Some(1), "{gated:?}");
    assert!(gated.out.contains("SLOW"), "{gated:?}");
}

#[test]
fn splitting_and_summaries_change_nothing() {
    let work = Work::new();
    let all = traces(3);
    work.write("pss.toml", CHECKOUT).write("t.jsonl", &all);
    let whole = work.report(&["t.jsonl", "--threads", "1"]);
    let rows: Vec<&str> = all.lines().collect();
    let mut names = Vec::new();
    for part in 0..7 {
        let rows: Vec<&str> = rows.iter().skip(part).step_by(7).copied().collect();
        let (trace, summary) = (format!("p{part}.jsonl"), format!("p{part}.pss"));
        work.write(&trace, rows.join("\n"));
        let ran = work.pss(&[
            "analyze",
            &trace,
            "--quiet",
            "--export",
            &format!("summary={summary}"),
        ]);
        assert_eq!(ran.code, Some(0), "{ran:?}");
        names.push(summary);
    }
    names.reverse();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let merged = work.report(&names);
    let threads = work.report(&["t.jsonl", "--threads", "7"]);
    for code in ["CHECKOUT", "SLOW", "TIME"] {
        assert_eq!(metric(&merged, code), metric(&whole, code));
        assert_eq!(metric(&threads, code), metric(&whole, code));
    }

    // Another definition has other values; another shape of the same values has not.
    work.write(
        "pss.toml",
        CHECKOUT
            .replace("dispersion", "level")
            .replace("duration > 0.5", "duration > 0.6"),
    );
    let changed = work.report(&names);
    assert!(metric(&changed, "CHECKOUT")["score"].is_number());
    let slow = metric(&changed, "SLOW")["no_data"]
        .as_str()
        .expect("no data");
    assert!(slow.contains("another definition of SLOW"), "{slow}");
}

#[test]
fn a_comparison_sees_it_regress() {
    let work = Work::new();
    work.write("pss.toml", CHECKOUT)
        .write("base.jsonl", traces(0))
        .write("head.jsonl", traces(3));
    let ran = work.pss(&["compare", "base.jsonl", "--head", "head.jsonl", "--json"]);
    let report: Value = serde_json::from_str(&ran.out).unwrap_or_else(|_| panic!("{ran:?}"));
    let changes = report["compare"]["metrics"].as_array().expect("metrics");
    for code in ["SLOW", "CHECKOUT"] {
        let change = changes
            .iter()
            .find(|change| change["code"] == code)
            .expect("compared");
        assert_eq!(change["direction"], "worse", "{change}");
    }
}

#[test]
fn it_is_explained_listed_and_in_the_schema() {
    let work = Work::new();
    work.write("pss.toml", CHECKOUT);
    let explained = work.pss(&["explain", "checkout"]);
    for says in [
        "CHECKOUT: does checking out take a steady time?",
        "reads duration WHERE name LIKE '%checkout%' (numbers from 0",
        "dispersion  good 0.5, mid 1.25",
        "defined in pss.toml:2",
    ] {
        assert!(explained.out.contains(says), "{says}: {explained:?}");
    }
    let list = work.pss(&["plugins", "list"]).out;
    assert!(
        list.contains("metric:checkout") && list.contains("(configured in pss.toml:2)"),
        "{list}"
    );
    assert!(list.contains("ratio: duration > 0.5 WHERE"), "{list}");
    let info = work.pss(&["plugins", "info", "metric:slow"]).out;
    assert!(
        info.contains("configured in pss.toml:9") && info.contains("yes or no"),
        "{info}"
    );
    let info = work.pss(&["plugins", "info", "metric:checkout"]).out;
    assert!(
        info.contains("weight 0.15 by pss.toml:7, 0.1 by default"),
        "{info}"
    );
    let nobody = work.pss(&["plugins", "info", "nobody"]);
    nobody.fails(2, &["no plugin \"nobody\"; `pss plugins list` lists all"]);
    assert_eq!(work.pss(&["config", "check"]).code, Some(0));
    let shown = work.pss(&["config", "show"]).out;
    assert!(
        shown.contains("metrics.SLOW.value = \"duration > 0.5\"  # pss.toml:11"),
        "{shown}"
    );

    let schema: Value = serde_json::from_str(&work.pss(&["config", "schema"]).out).expect("JSON");
    let validator = jsonschema::validator_for(&schema).expect("a schema");
    let settings = |text: &str| -> Value {
        let table: toml::Table = text.parse().expect("toml");
        serde_json::to_value(table).expect("JSON")
    };
    assert!(validator.is_valid(&settings(CHECKOUT)));
    let renamed = CHECKOUT.replace("CHECKOUT", "LATER");
    assert!(
        validator.is_valid(&settings(&renamed)),
        "any code may be defined"
    );
    assert!(!validator.is_valid(&settings(&renamed.replace("shape =", "shpe ="))));
    assert!(!validator.is_valid(&settings("[metrics.DB]\nvalue = \"duration\"")));
}

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
fn they_keep_the_rules_of_metrics_and_a_score_beyond_its_bounds_does_not() {
    let work = Work::new();
    let waits = "[metrics.WAITS]\nscore = \"1 - AVG(wait / duration)\"\n[metrics.COUNTS]\nwhere = \"error\"\nscore = \"1 / (1.0 + COUNT(*))\"\n";
    work.write("pss.toml", format!("{CHECKOUT}{waits}"));
    for id in [
        "metric:checkout",
        "metric:slow",
        "metric:waits",
        "metric:counts",
    ] {
        let ran = work.pss(&["plugins", "check", id]);
        assert_eq!(ran.code, Some(0), "{ran:?}");
        assert!(ran.out.contains(": keeps "), "{ran:?}");
    }
    work.write(
        "pss.toml",
        "[metrics.TAKES]\nscore = \"1 - AVG(duration)\"\n",
    );
    let ran = work.pss(&["plugins", "check", "metric:takes"]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert!(
        ran.out
            .contains("answers: on spans of a nanosecond and of days: `score` is -"),
        "{ran:?}"
    );
}

#[test]
fn what_is_found_over_the_records_claims_no_more_than_it_can() {
    let work = Work::new();
    work.write(
        "pss.toml",
        format!("{CHECKOUT}[metrics.WAITS]\nscore = \"AVG(wait / duration)\"\n"),
    );
    let list = work.pss(&["plugins", "list", "--json"]).out;
    let list: Vec<Value> = serde_json::from_str(&list).expect("JSON");
    let can = |id: &str| {
        let mut of_id = list.iter().filter(|plugin| plugin["id"] == id);
        of_id.next().expect("is listed")["capabilities"].clone()
    };
    let all = ["streams", "merges", "interval", "timeline", "compares"];
    assert_eq!(can("metric:checkout"), serde_json::json!(all));
    assert_eq!(can("metric:waits"), serde_json::json!([]));
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
fn no_value_is_no_data_and_a_bad_one_fails_this_metric_alone() {
    let work = Work::new();
    work.write("t.jsonl", traces(3));
    let plain = work.report(&["t.jsonl"]);
    work.write("pss.toml", "[metrics.NONE]\nvalue = \"NULL + memory\"\nshape = \"dispersion\"\n[metrics.MINUS]\nvalue = \"0 - duration\"\nshape = \"dispersion\"\n");
    let report = work.report(&["t.jsonl"]);
    let none = metric(&report, "NONE");
    assert!(
        none["score"].is_null() && none["no_data"].as_str().expect("why").contains("null"),
        "{none}"
    );
    let minus = metric(&report, "MINUS");
    assert!(
        minus["score"].is_null()
            && minus["failed"]
                .as_str()
                .expect("why")
                .contains("3000 of 3000 values are below 0"),
        "{minus}"
    );
    assert_eq!(report["pss"]["complete"], false);
    assert_eq!(report["pss"]["score"], plain["pss"]["score"]);
    assert_eq!(
        metric(&report, "TIME")["score"],
        metric(&plain, "TIME")["score"]
    );
    assert_eq!(
        work.pss(&["analyze", "t.jsonl", "--fail-under", "1"]).code,
        Some(1)
    );
}

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
