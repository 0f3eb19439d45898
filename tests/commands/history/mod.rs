//! `pss history`, by theme.

mod bases;
mod broken;
mod kept;
mod writers;

use serde_json::Value;

use crate::work::Work;

const DB: &str = ".pss/history.sqlite";
const COMMIT: &str = "0123456789abcdef0123456789abcdef01234567";

/// Records of which those called `op` take `slower` times as long, told apart by `seed`.
fn run(seed: u32, slower: f64) -> String {
    (0..300)
        .map(|i| {
            let wobble = f64::from((i * 7919 + seed * 104_729) % 1009) / 1009.0;
            format!(
                "{{\"name\":\"op\",\"service\":\"s\",\"duration\":{},\"timestamp\":{}}}\n",
                slower * (0.01 + 0.002 * wobble),
                1_700_000_000.0 + 86_400.0 * f64::from(seed) + f64::from(i) * 0.1
            )
        })
        .collect()
}

fn keep(work: &Work, arguments: &[&str]) -> i64 {
    let ran = work.pss(&[&["history", "add", "--json"], arguments].concat());
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let entry: Value = serde_json::from_str(&ran.out).expect("JSON");
    entry["id"].as_i64().expect("a number")
}

fn list(work: &Work, arguments: &[&str]) -> Vec<Value> {
    let ran = work.pss(&[&["history", "list", "--json"], arguments].concat());
    assert_eq!(ran.code, Some(0), "{ran:?}");
    serde_json::from_str(&ran.out).expect("JSON")
}

fn ids(entries: &[Value]) -> Vec<i64> {
    entries
        .iter()
        .map(|entry| entry["id"].as_i64().expect("a number"))
        .collect()
}
