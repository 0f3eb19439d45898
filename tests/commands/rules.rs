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
