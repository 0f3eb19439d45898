//! Rules of the user's own, and which rule decided.

use crate::work::Work;

const TRACES: &str = "{\"service\":\"shop\",\"name\":\"ledger sync 7\",\"duration\":0.1}\n{\"service\":\"shop\",\"name\":\"ledger sync 8\",\"duration\":0.1,\"kind\":\"client\",\"attributes\":{\"db.system\":\"postgresql\"}}\n";

#[test]
fn own_rules_decide_before_the_built_in_ones() {
    let work = Work::new();
    work.write("a.jsonl", TRACES);
    let said = work.pss(&["analyze", "a.jsonl", "--why-category", "ledger sync 9"]);
    assert_eq!(said.code, Some(0), "{}", said.err);
    for part in [
        "internal",
        "no rule matches",
        "db.system = postgresql",
        "semantic conventions",
    ] {
        assert!(said.out.contains(part), "{part}: {}", said.out);
    }
    work.write("pss.toml", "[input.rules.io]\nwords = [\"ledger\"]\n");
    let said = work.pss(&["analyze", "a.jsonl", "--why-category", "ledger sync 9"]);
    assert!(
        said.out.contains("pss.toml:2") && said.out.contains("io"),
        "{}",
        said.out
    );
    let report: serde_json::Value =
        serde_json::from_str(&work.pss(&["analyze", "a.jsonl", "--json"]).out).expect("JSON");
    let mut categories: Vec<&str> = report["operations"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|operation| operation["category"].as_str().expect("text"))
        .collect();
    categories.sort_unstable();
    assert_eq!(categories, ["db", "io"]);
}

#[test]
fn an_operation_that_is_not_there_is_told_with_the_nearest() {
    let work = Work::new();
    work.write("a.jsonl", TRACES);
    let said = work.pss(&["analyze", "a.jsonl", "--why-category", "ledgr sync 9"]);
    assert_eq!(said.code, Some(2));
    assert!(said.err.contains("ledger sync"), "{}", said.err);
    work.write("pss.toml", "[input.rules.disk]\nwords = [\"x\"]\n");
    let said = work.pss(&["analyze", "a.jsonl"]);
    assert_eq!(said.code, Some(2));
    assert!(said.err.contains("pss.toml:1"), "{}", said.err);
}

/// What needs whole traces is shown beside scoring, and says how much it saw.
#[test]
fn own_time_and_critical_paths_are_shown() {
    let work = Work::new();
    let span = |id: &str, parent: &str, name: &str, start: f64, duration: f64| {
        format!(
            "{{\"trace_id\":\"t\",\"span_id\":\"{id}\",\"parent_span_id\":\"{parent}\",\"service\":\"shop\",\"name\":\"{name}\",\"start\":{start},\"duration\":{duration}}}\n"
        )
    };
    let traces = span("a", "", "handle", 0.0, 1.0)
        + &span("b", "a", "query", 0.25, 0.5)
        + &span("c", "gone", "stray", 0.0, 0.125)
        + "{\"name\":\"loose\",\"duration\":1}\n";
    work.write("t.jsonl", traces);
    let ran = work.pss(&["analyze", "t.jsonl", "--self-time"]);
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    for part in [
        "shop/handle",
        "shop/query (100 %)",
        "seen: 1 traces with 3 of 4 spans",
        "1 spans without ids, a start or a duration",
        "1 spans name a parent that is not there",
    ] {
        assert!(ran.out.contains(part), "{part}: {}", ran.out);
    }
    work.write("loose.jsonl", "{\"name\":\"loose\",\"duration\":1}\n");
    work.pss(&["analyze", "loose.jsonl", "--self-time"])
        .fails(2, &["none of the 1 spans has a trace id"]);
}

#[test]
fn own_rules_tell_how_spans_ended() {
    let span = |result: &str, error: bool| {
        format!(
            "{{\"name\":\"get\",\"duration\":0.1,\"error\":{error},\"timestamp\":1700000000,\"attributes\":{{\"app.result\":\"{result}\",\"cache.hit\":true}}}}\n"
        )
    };
    let traces: String = (0..200)
        .map(|i| span(if i % 2 == 0 { "Failed" } else { "fine" }, i == 1))
        .collect();
    let work = Work::new();
    work.write("a.jsonl", traces);
    let scores = || {
        let report = work.report(&["a.jsonl"]);
        let metrics = report["metrics"].as_array().expect("a list").clone();
        let score = |code: &str| {
            let metric = metrics.iter().find(|metric| metric["code"] == code);
            metric
                .and_then(|metric| metric["score"].as_f64())
                .expect(code)
        };
        (score("ERR"), score("CACHE"))
    };
    let (err, cache) = scores();
    work.write(
        "pss.toml",
        "[input.rules.error]\nattributes = [\"app.result=failed\"]\n[input.rules.cache_miss]\nattributes = [\"app.result=fine\"]\n",
    );
    let (failing, missing) = scores();
    assert!(failing < err - 0.1, "{err} {failing}");
    assert!(missing < cache - 0.1, "{cache} {missing}");
    work.write("pss.toml", "[input.rules.error]\nwords = [\"x\"]\n");
    let said = work.pss(&["analyze", "a.jsonl"]);
    assert_eq!(said.code, Some(2), "{}", said.out);
}
