//! The seven metrics PyPSS ships as plugins.

use super::{
    exact::{mean, variation},
    records::Records,
    score::{METRIC_CODES, MetricScore, decay, scored},
    settings::Settings,
};

/// Messages of lag that count as one unit. As in PyPSS, which has no setting for it.
const KAFKA_UNIT: f64 = 100.0;

pub(super) fn all(records: &Records, settings: &Settings) -> Vec<MetricScore> {
    METRIC_CODES
        .into_iter()
        .map(|code| {
            let (raw, default_weight, n) = one(code, records, settings);
            let weight = settings.custom_metric_weights.get(code);
            let weight = weight.copied().unwrap_or(default_weight);
            // Python's `max(0, min(1, x))` turns a NaN into 1, but PyPSS never gets that far with one.
            let raw = if raw.is_nan() {
                raw
            } else {
                raw.clamp(0.0, 1.0)
            };
            scored((code, code), raw, weight, n)
        })
        .collect()
}

fn one(code: &str, records: &Records, settings: &Settings) -> (f64, f64, usize) {
    match code {
        "IO" => steadiness(&records.io_shares, settings.alpha, 0.15),
        "DB" => steadiness(&records.database, settings.alpha, 0.20),
        "NET" => steadiness(&records.network, settings.alpha, 0.15),
        "GC" if records.gc_pauses.len() >= 2 => {
            steadiness(&records.gc_pauses, settings.gamma, 0.10)
        }
        "GC" => steadiness(&records.freed, settings.gamma, 0.10),
        "CACHE" => cache(records.hits, records.misses),
        "STARVE" => {
            let lags: Vec<f64> = records.lags.iter().copied().filter(|x| *x > 0.0).collect();
            level(&lags, settings.thread_starvation_sensitivity, 1.0, 0.10)
        }
        _ => level(&records.kafka_lags, 1.0, KAFKA_UNIT, 0.15),
    }
}

fn steadiness(values: &[f64], sensitivity: f64, weight: f64) -> (f64, f64, usize) {
    (decay(variation(values), sensitivity), weight, values.len())
}

fn level(values: &[f64], sensitivity: f64, unit: f64, weight: f64) -> (f64, f64, usize) {
    let score = if values.len() < 2 {
        1.0
    } else {
        decay(mean(values) / unit, sensitivity)
    };
    (score, weight, values.len())
}

fn cache(hits: u64, misses: u64) -> (f64, f64, usize) {
    let total = hits + misses;
    let score = if total == 0 {
        1.0
    } else {
        hits as f64 / total as f64
    };
    (score, 0.15, total as usize)
}
