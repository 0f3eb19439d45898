//! The five pillars.

use super::{
    exact::{moments, variation},
    quantile::{median, percentile, sorted},
    records::Records,
    score::{MetricScore, decay, scored},
    settings::Settings,
};

/// Mean lag from which concurrency loses, seconds. As in PyPSS, which has no setting for it.
const LAG_FREE: f64 = 0.01;

/// Share of the concurrency score lost per second of mean lag. As in PyPSS, which has no setting for it.
const LAG_COST: f64 = 5.0;

pub(super) fn all(records: &Records, settings: &Settings) -> [MetricScore; 5] {
    let traces = records.durations.len();
    [
        scored(
            ("TIME", "timing_stability"),
            timing(&records.durations, settings),
            settings.w_ts,
            traces,
        ),
        scored(
            ("MEM", "memory_stability"),
            memory(&records.memory, settings),
            settings.w_ms,
            traces,
        ),
        scored(
            ("ERR", "error_volatility"),
            errors(&records.errors, settings),
            settings.w_ev,
            traces,
        ),
        scored(
            ("BRANCH", "branching_entropy"),
            branching(&records.tags),
            settings.w_be,
            records.tags.iter().sum::<u64>() as usize,
        ),
        scored(
            ("CONC", "concurrency_chaos"),
            concurrency(&records.waits, &records.lags, settings),
            settings.w_cc,
            traces,
        ),
    ]
}

fn timing(durations: &[f64], settings: &Settings) -> f64 {
    if durations.is_empty() {
        return 1.0;
    }
    let mut tail_ratio = 1.0;
    if durations.len() > 1 {
        let sorted = sorted(durations);
        let half = percentile(&sorted, 50);
        if half > 0.0 {
            let index = settings.score_latency_tail_percentile;
            let index = if index < 0.0 { index + 99.0 } else { index };
            tail_ratio = percentile(&sorted, index as usize + 1) / half;
        }
    }
    decay(variation(durations), settings.alpha)
        * (1.0 / (1.0 + settings.beta * (tail_ratio - 1.0).max(0.0)))
}

fn memory(memory: &[f64], settings: &Settings) -> f64 {
    if memory.len() < 2 {
        return 1.0;
    }
    let sorted = sorted(memory);
    let peak = sorted[sorted.len() - 1];
    let middle = median(&sorted) + settings.score_memory_epsilon;
    if middle <= settings.score_memory_epsilon {
        return if peak == 0.0 { 1.0 } else { 0.0 };
    }
    let above = peak / middle;
    let unsteadiness = moments(memory).deviation / middle + (above - 1.0);
    let score = decay(unsteadiness, settings.gamma);
    let allowed = settings.mem_spike_threshold_ratio;
    if above > allowed {
        score * decay(above - allowed, settings.gamma)
    } else {
        score
    }
}

fn errors(errors: &[bool], settings: &Settings) -> f64 {
    if errors.is_empty() {
        return 1.0;
    }
    let total = errors.len() as f64;
    let failed = errors.iter().filter(|error| **error).count() as f64;
    let rate = failed / total;
    let mut variance_to_mean = 0.0;
    if errors.len() > 1 && rate > 0.0 {
        let variance = failed * (total - failed) / (total * (total - 1.0));
        variance_to_mean = variance / rate;
    }
    let mut score = decay(
        rate + settings.score_error_vmr_multiplier * variance_to_mean,
        settings.delta,
    );
    let allowed = settings.error_spike_threshold;
    if rate > allowed {
        let impact = (rate - allowed) / (1.0 - allowed);
        score *= 1.0 - impact * settings.score_error_spike_impact_multiplier;
    }
    let longest = longest_run(errors) as f64;
    if longest >= settings.consecutive_error_threshold {
        score *= decay(
            longest - settings.consecutive_error_threshold + 1.0,
            settings.delta * settings.score_consecutive_error_decay_multiplier,
        );
    }
    score
}

fn longest_run(errors: &[bool]) -> usize {
    errors
        .split(|error| !error)
        .map(<[bool]>::len)
        .max()
        .unwrap_or(0)
}

fn branching(tags: &[u64]) -> f64 {
    if tags.len() < 2 {
        return 1.0;
    }
    let total: u64 = tags.iter().sum();
    let entropy = tags.iter().fold(0.0, |sum, count| {
        let share = *count as f64 / total as f64;
        sum - share * libm::log2(share)
    });
    1.0 - entropy / libm::log2(tags.len() as f64)
}

fn concurrency(waits: &[f64], lags: &[f64], settings: &Settings) -> f64 {
    let mut score = 1.0;
    if waits.len() >= 2 && plain_mean(waits) > settings.concurrency_wait_threshold {
        score = decay(variation(waits), settings.alpha);
    }
    if !lags.is_empty() {
        let lag = plain_mean(lags);
        if lag > LAG_FREE {
            score *= 1.0 - (lag * LAG_COST).min(1.0);
        }
    }
    if score < 0.0 { 0.0 } else { score }
}

/// The mean by adding in order, as the thresholds are tested on: not the exact one, which could fall on the other side.
fn plain_mean(values: &[f64]) -> f64 {
    values.iter().fold(0.0, |sum, value| sum + value) / values.len() as f64
}
