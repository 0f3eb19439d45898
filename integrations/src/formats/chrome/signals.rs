//! Which events carry samples: garbage collections, memory counters, GPU memory of PyTorch.

use pss_metrics::model::Signal;
use serde_json::{Map, Value};

/// Whether an event is a garbage collection that stops the thread it is on. Work on other threads is no pause.
pub(super) fn is_gc(name: &str) -> bool {
    let collection = name.starts_with("V8.GC")
        || name.starts_with("BlinkGC.")
        || matches!(
            name,
            "MinorGC" | "MajorGC" | "minor GC" | "major GC" | "full GC"
        );
    collection
        && !["Background", "BACKGROUND", "Concurrent"]
            .iter()
            .any(|elsewhere| name.contains(elsewhere))
}

/// What a counter's or instant event's arguments measure, in the signal's unit, and on what.
pub(super) fn samples(name: &str, arguments: Option<&str>) -> Vec<(Signal, String, u64)> {
    let Some(values) =
        arguments.and_then(|text| serde_json::from_str::<Map<String, Value>>(text).ok())
    else {
        return Vec::new();
    };
    let mut samples = Vec::new();
    match name {
        // PyTorch's profiler: every allocation, with the totals after it. Device type 1 is CUDA.
        "[memory]" if values.get("Device Type").and_then(Value::as_i64) == Some(1) => {
            let device = values.get("Device Id").and_then(Value::as_i64).unwrap_or(0);
            let used = ["Total Reserved", "Total Allocated"]
                .iter()
                .find_map(|key| number(values.get(*key)?))
                .and_then(bytes);
            samples.extend(used.map(|used| (Signal::GPU_MEMORY_USED, device.to_string(), used)));
        }
        // Bazel's own process, in megabytes; the counter of the whole machine says nothing of a process.
        "Memory usage (Bazel)" => {
            let used = values.values().find_map(number).map(|mb| mb * 1e6);
            samples.extend(
                used.and_then(bytes)
                    .map(|used| (Signal::MEMORY_RSS, String::new(), used)),
            );
        }
        _ => {
            for (key, value) in &values {
                let is_rss = |text: &str| {
                    ["rss", "resident_memory", "resident_set", "working_set"]
                        .iter()
                        .any(|word| text.to_ascii_lowercase().contains(word))
                };
                if (is_rss(name) || is_rss(key))
                    && let Some(used) = number(value).and_then(bytes)
                {
                    samples.push((Signal::MEMORY_RSS, String::new(), used));
                    break;
                }
            }
        }
    }
    samples
}

fn number(value: &Value) -> Option<f64> {
    match value {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => text.parse().ok(),
        _ => None,
    }
}

fn bytes(value: f64) -> Option<u64> {
    (0.0..9e18).contains(&value).then_some(value.round() as u64)
}
