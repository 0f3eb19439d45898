//! The numbers of a command's rounds, and of the load that it was under, one by one.

use pss_metrics::report::{LoadReport, RunReport, SpreadReport, TimesReport};

/// One of them.
pub(super) struct Figure {
    /// What it is about: `rounds`, `round_time`, `load`, `load_latency` ..
    pub(super) of: &'static str,
    /// Its field in the JSON.
    pub(super) name: &'static str,
    pub(super) value: f64,
    pub(super) unit: &'static str,
}

/// All of a run.
pub(super) fn figures(run: &RunReport) -> Vec<Figure> {
    let mut all = Vec::new();
    let mut put = |of, name, value, unit| {
        all.push(Figure {
            of,
            name,
            value,
            unit,
        });
    };
    if let Some(load) = &run.load {
        for (name, n) in counts(load) {
            put("load", name, n as f64, "");
        }
        put("load", "seconds", load.seconds, "s");
        put("load", "moved_seconds", load.moved_seconds, "s");
        put("load", "asked_rate", load.asked_rate, "1/s");
        put("load", "achieved_rate", load.achieved_rate, "1/s");
        for (of, _, times) in times(load) {
            for (name, value) in quantiles(&times) {
                put(of, name, value, "s");
            }
        }
        if let Some(warmup) = load.warmup {
            put("load_warmup", "seconds", warmup.seconds, "s");
            put("load_warmup", "started", warmup.started as f64, "");
            put("load_warmup", "failed", warmup.failed as f64, "");
        }
        return all;
    }
    put("rounds", "failed", run.failed as f64, "");
    if let Some(outliers) = run.outliers {
        put("rounds", "outliers", outliers, "share");
    }
    for (of, spread, unit) in [
        ("round_time", run.seconds, "s"),
        ("round_cpu_time", run.cpu_seconds, "s"),
        ("round_peak_memory", run.peak_bytes, "B"),
    ] {
        let Some(spread) = spread else { continue };
        for (name, value) in spreads(&spread) {
            put(of, name, value, unit);
        }
    }
    all
}

/// What became of arrivals.
pub(super) fn counts(load: &LoadReport) -> [(&'static str, u64); 8] {
    [
        ("planned", load.planned),
        ("started", load.started),
        ("failed", load.failed),
        ("unfinished", load.unfinished),
        ("dropped", load.dropped),
        ("skipped", load.skipped),
        ("in_flight", load.in_flight),
        ("max_in_flight", load.max_in_flight),
    ]
}

/// The times that are known, each with what it is.
pub(super) fn times(load: &LoadReport) -> Vec<(&'static str, &'static str, TimesReport)> {
    [
        (
            "load_latency",
            "Latency, from the scheduled start: scored",
            load.latency,
        ),
        (
            "load_service",
            "Service, from the actual start",
            load.service,
        ),
        ("load_delay", "Delay of the generator", load.delay),
    ]
    .into_iter()
    .filter_map(|(of, about, times)| Some((of, about, times?)))
    .collect()
}

/// Quantiles by their field.
pub(super) fn quantiles(times: &TimesReport) -> [(&'static str, f64); 5] {
    [
        ("p50", times.p50),
        ("p90", times.p90),
        ("p99", times.p99),
        ("p999", times.p999),
        ("most", times.most),
    ]
}

fn spreads(spread: &SpreadReport) -> [(&'static str, f64); 5] {
    [
        ("median", spread.median),
        ("mean", spread.mean),
        ("deviation", spread.deviation),
        ("least", spread.least),
        ("most", spread.most),
    ]
}
