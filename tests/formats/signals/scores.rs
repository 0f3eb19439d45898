//! Signals reach their metrics, and survive conversion.

use std::path::Path;

use super::{DMON, NVIDIA};
use crate::reading::scores;

/// A series of scrapes, one a second, with what `value` makes of each.
fn series(count: u64, row: impl Fn(u64) -> String) -> Vec<u8> {
    (0..count)
        .map(|at| format!("{} {}\n", row(at), 1_700_000_000_000 + 1000 * at))
        .collect::<String>()
        .into_bytes()
}

fn scores_of(name: &str, bytes: &[u8]) -> std::collections::BTreeMap<String, Option<f64>> {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join(name);
    std::fs::write(&path, bytes).expect("written");
    scores(Path::new(&path))
}

#[test]
fn each_signal_reaches_its_metric() {
    let memory = series(200, |at| {
        format!("process_resident_memory_bytes {}", 100_000_000 + at % 7)
    });
    assert!(scores_of("m.prom", &memory)["MEM"] > Some(0.9));
    let leak = series(200, |at| {
        format!(
            "process_resident_memory_bytes {}",
            100_000_000 + at * 1_000_000
        )
    });
    let leak = scores_of("m.prom", &leak)["MEM"];
    assert!(leak < Some(0.65), "{leak:?}");

    let lag = |rising: u64| {
        series(200, move |at| {
            format!(
                "kafka_consumergroup_lag{{consumergroup=\"g\",topic=\"t\",partition=\"0\"}} {}",
                10 + at % 3 + rising * at
            )
        })
    };
    let steady = scores_of("m.prom", &lag(0))["KAFKA"];
    assert!(steady > Some(0.8) && scores_of("m.prom", &lag(500))["KAFKA"] < Some(0.5));

    let delay = |seconds: f64| {
        series(200, move |at| {
            format!(
                "nodejs_eventloop_lag_seconds {}",
                seconds * (1.0 + (at % 5) as f64)
            )
        })
    };
    let prompt = scores_of("m.prom", &delay(0.0005))["STARVE"];
    assert!(prompt > Some(0.9) && scores_of("m.prom", &delay(0.1))["STARVE"] < Some(0.5));

    let gpu = |used: fn(u64) -> u64| {
        let mut text = NVIDIA.lines().next().expect("a header").to_owned() + "\n";
        for at in 0..120 {
            text.push_str(&format!(
                "2023/05/04 12:{:02}:{:02}.000, 0, NVIDIA A100, {} MiB, 40960 MiB, 90 %\n",
                at / 60,
                at % 60,
                used(at)
            ));
        }
        text.into_bytes()
    };
    let mut dmon = DMON.lines().take(2).collect::<Vec<_>>().join("\n");
    for at in 0..120 {
        dmon.push_str(&format!(
            "\n 20230504   12:{:02}:{:02}      0     90     12  10000      3",
            at / 60,
            at % 60
        ));
    }
    dmon.push('\n');
    assert!(scores_of("gpu.log", dmon.as_bytes())["GPU"] > Some(0.9));

    let flat = scores_of("gpu.csv", &gpu(|_| 10_000))["GPU"];
    assert!(flat > Some(0.9) && scores_of("gpu.csv", &gpu(|at| 10_000 + 250 * at))["GPU"] < flat);
}

#[test]
fn signals_that_no_metric_reads_survive_conversion() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name);
    let lines: String = pss_metrics::model::Signal::OBSERVED
        .iter()
        .zip(1..)
        .map(|(signal, value)| {
            let key = if signal.name.starts_with("gpu.") { "device" } else { "process" };
            format!(
                "{{\"system_metric\":true,\"start\":1700000000.5,\"metadata\":{{\"signal\":\"{}\",\"value\":{value},\"{key}\":\"shop#2\"}}}}\n",
                signal.name
            )
        })
        .collect();
    std::fs::write(path("a.jsonl"), &lines).expect("written");
    crate::same::convert(&[&path("a.jsonl"), &path("b.csv")]).expect("converted");
    crate::same::convert(&[&path("b.csv"), &path("c.jsonl")]).expect("converted");
    let back = std::fs::read_to_string(path("c.jsonl")).expect("text");
    assert_eq!(back, lines);
}
