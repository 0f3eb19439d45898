//! Metrics without a line of Rust: `[metrics.CODE]` in SQL.

mod mistakes;
mod score;

use serde_json::Value;

use crate::work::Work;

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
