//! The formulas over signals, on raw samples.

use std::collections::{BTreeMap, BTreeSet};

use pss_metrics::{model::Signal, score::Reading};

use crate::naive::{curve, mean, product, with_worst};

/// Samples, and the first and last instant of everything in the run.
pub(crate) struct Samples<'a> {
    pub(crate) readings: &'a [Reading],
    pub(crate) run: Option<(i64, i64)>,
}

type Series<'a> = Vec<&'a Reading>;

impl<'a> Samples<'a> {
    fn entities(&self, signal: Signal) -> BTreeMap<&'a str, Series<'a>> {
        let mut entities: BTreeMap<&str, Series<'a>> = BTreeMap::new();
        for reading in self
            .readings
            .iter()
            .filter(|reading| reading.signal == signal)
        {
            entities.entry(reading.entity).or_default().push(reading);
        }
        for series in entities.values_mut() {
            series.sort_by_key(|reading| reading.time);
        }
        entities
    }

    /// Values by window, `(seconds since the first window, values)`; the windows are those of all entities of the signal: the smallest 2^k seconds with at most 128.
    fn windows(&self, signal: Signal, series: &Series<'_>) -> Vec<(f64, Vec<f64>)> {
        let of = |time: i64, k: i32| (time as f64 * 1e-9 / 2f64.powi(k)).floor() as i64;
        let occupied = |k| -> BTreeSet<i64> {
            self.readings
                .iter()
                .filter(|reading| reading.signal == signal)
                .map(|reading| of(reading.time, k))
                .collect()
        };
        let k = (-9..64)
            .find(|k| occupied(*k).len() <= 128)
            .expect("one window holds all");
        let first = *occupied(k).first().expect("a window");
        let mut windows: BTreeMap<i64, Vec<f64>> = BTreeMap::new();
        for reading in series {
            windows
                .entry(of(reading.time, k))
                .or_default()
                .push(reading.value as f64);
        }
        windows
            .into_iter()
            .map(|(number, values)| ((number - first) as f64 * 2f64.powi(k), values))
            .collect()
    }
}

fn average(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

/// Hyndman and Fan's type 7.
fn between(values: &[f64], q: f64) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let at = q * (sorted.len() - 1) as f64;
    let (low, high) = (sorted[at.floor() as usize], sorted[at.ceil() as usize]);
    low + (high - low) * (at - at.floor())
}

/// The order statistic of rank `ceil(q n)`.
fn order(values: &[f64], q: f64) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted[((q * sorted.len() as f64).ceil() as usize).clamp(1, sorted.len()) - 1]
}

/// Slope, its lower bound and the value at 0, from medians of at most 16 blocks.
fn line(points: &[(f64, f64)]) -> Option<(f64, f64, f64)> {
    if points.len() < 8 {
        return None;
    }
    let blocks = points.len().min(16);
    let mut medians = Vec::new();
    for block in 0..blocks {
        let part = &points[block * points.len() / blocks..(block + 1) * points.len() / blocks];
        let (times, values): (Vec<f64>, Vec<f64>) = part.iter().copied().unzip();
        medians.push((between(&times, 0.5), between(&values, 0.5)));
    }
    let mut slopes = Vec::new();
    for (at, (time, value)) in medians.iter().enumerate() {
        for (later, after) in &medians[at + 1..] {
            slopes.push((after - value) / (later - time));
        }
    }
    slopes.sort_by(f64::total_cmp);
    let n = medians.len() as f64;
    let c = 1.645 * (n * (n - 1.0) * (2.0 * n + 5.0) / 18.0).sqrt();
    let lower = slopes[((slopes.len() as f64 - c) / 2.0).max(0.0) as usize].max(0.0);
    let slope = between(&slopes, 0.5);
    let rests: Vec<f64> = medians
        .iter()
        .map(|(time, value)| value - slope * time)
        .collect();
    Some((slope, lower, between(&rests, 0.5)))
}

/// Leak, spike and spread of a memory series, and its median.
struct Memory {
    leak: Option<f64>,
    spike: Option<f64>,
    spread: Option<f64>,
    median: f64,
}

fn memory(mut windows: Vec<(f64, Vec<f64>)>) -> Memory {
    if windows.len() >= 20 {
        let (start, end) = (windows[0].0, windows[windows.len() - 1].0);
        windows.retain(|(time, _)| *time >= start + 0.05 * (end - start));
    }
    let means: Vec<(f64, f64)> = windows
        .iter()
        .map(|(time, values)| (*time, average(values)))
        .collect();
    let median = between(
        &means.iter().map(|(_, mean)| *mean).collect::<Vec<_>>(),
        0.5,
    );
    let found = line(&means);
    let expected = |time: f64| found.map_or(median, |(slope, _, zero)| zero + slope * time);
    let run = windows[windows.len() - 1].0 - windows[0].0;
    let mut above: Vec<f64> = windows
        .iter()
        .map(|(time, values)| values.iter().copied().fold(0.0, f64::max) - expected(*time))
        .collect();
    above.sort_by(|a, b| b.total_cmp(a));
    let rests: Vec<f64> = means
        .iter()
        .map(|(time, mean)| mean - expected(*time))
        .collect();
    Memory {
        leak: found.map(|(_, lower, _)| lower * run / median),
        spike: above.get(2).map(|third| third.max(0.0) / median),
        spread: (rests.len() >= 4)
            .then(|| (between(&rests, 0.75) - between(&rests, 0.25)) / 1.349 / median),
        median,
    }
}

fn present(factors: Vec<Option<(f64, f64)>>) -> Vec<(f64, f64)> {
    factors.into_iter().flatten().collect()
}

fn none_if_empty(scores: &[(f64, f64)], together: fn(&[(f64, f64)]) -> f64) -> Option<f64> {
    (!scores.is_empty()).then(|| together(scores))
}

/// The memory of processes, else that of services as their spans report it.
fn memory_signal(samples: &Samples<'_>) -> Signal {
    if samples.entities(Signal::MEMORY_RSS).is_empty() {
        Signal::MEMORY_SPAN
    } else {
        Signal::MEMORY_RSS
    }
}

/// MEM.
pub(crate) fn mem(samples: &Samples<'_>) -> Option<f64> {
    let mut scores = Vec::new();
    let signal = memory_signal(samples);
    for series in samples.entities(signal).values() {
        let windows = samples.windows(signal, series);
        if windows.len() < 4 {
            continue;
        }
        let memory = memory(windows);
        if memory.median == 0.0 {
            continue;
        }
        let factors = present(vec![
            memory.leak.map(|x| (curve(x, 0.05, 0.30), 0.4)),
            memory.spike.map(|x| (curve(x, 0.10, 0.50), 0.4)),
            memory.spread.map(|x| (curve(x, 0.05, 0.25), 0.2)),
        ]);
        scores.extend(product(&factors).map(|score| (memory.median, score)));
    }
    none_if_empty(&scores, with_worst)
}

fn tail(n: usize) -> f64 {
    (1.0 - 10.0 / n as f64).clamp(0.90, 0.99)
}

/// GC, of pauses, or inferred from memory.
pub(crate) fn gc(samples: &Samples<'_>) -> Option<f64> {
    let pauses = samples.entities(Signal::GC_PAUSE);
    let mut scores = Vec::new();
    if pauses.is_empty() {
        let signal = memory_signal(samples);
        for series in samples.entities(signal).values() {
            let windows = samples.windows(signal, series);
            if windows.len() < 8 {
                continue;
            }
            let means: Vec<f64> = windows.iter().map(|(_, values)| average(values)).collect();
            let drops: Vec<f64> = means
                .windows(2)
                .map(|pair| (pair[0] - pair[1]).max(0.0))
                .collect();
            let median = memory(windows).median;
            if median > 0.0 {
                scores.push((1.0, curve(between(&drops, 0.95) / median, 0.15, 0.60)));
            }
        }
        return none_if_empty(&scores, mean);
    }
    for series in pauses.values() {
        let positive: Vec<f64> = series
            .iter()
            .map(|reading| reading.value as f64 * 1e-9)
            .filter(|pause| *pause > 0.0)
            .collect();
        let run = samples
            .run
            .map_or(0.0, |(first, last)| (last - first) as f64 * 1e-9);
        let pause = if positive.is_empty() {
            0.0
        } else {
            order(&positive, tail(positive.len()))
        };
        let factors = present(vec![
            (run > 0.0).then(|| (curve(positive.iter().sum::<f64>() / run, 0.02, 0.10), 0.5)),
            Some((curve(pause, 0.05, 0.25), 0.5)),
        ]);
        scores.extend(product(&factors).map(|score| (1.0, score)));
    }
    none_if_empty(&scores, mean)
}

fn growth(series: Option<&Series<'_>>) -> Option<(f64, f64)> {
    let series = series?;
    let (first, last) = (series.first()?, series.last()?);
    let seconds = (last.time - first.time) as f64 * 1e-9;
    // A total that falls began anew.
    let grown: u64 = series
        .windows(2)
        .map(|pair| {
            pair[1]
                .value
                .checked_sub(pair[0].value)
                .unwrap_or(pair[1].value)
        })
        .sum();
    (seconds > 0.0).then_some((grown as f64, seconds))
}

/// Mean share of time in which something waited, on the host.
pub(crate) fn pressure(samples: &Samples<'_>, signal: Signal) -> Option<f64> {
    let entities = samples.entities(signal);
    let values: Vec<f64> = entities
        .values()
        .next()?
        .iter()
        .map(|reading| reading.value as f64 * 1e-6)
        .collect();
    Some(average(&values))
}

/// STARVE.
pub(crate) fn starve(samples: &Samples<'_>) -> Option<f64> {
    let (lags, delays, ran) = (
        samples.entities(Signal::LOOP_LAG),
        samples.entities(Signal::RUN_DELAY),
        samples.entities(Signal::ON_CPU),
    );
    let names: BTreeSet<&str> = lags
        .keys()
        .chain(delays.keys())
        .chain(ran.keys())
        .copied()
        .collect();
    let host = pressure(samples, Signal::PSI_CPU_SOME);
    if names.is_empty() {
        return host.map(|host| curve(host, 0.05, 0.25));
    }
    let mut scores = Vec::new();
    for name in names {
        let mut factors = Vec::new();
        if let Some(series) = lags.get(name) {
            let values: Vec<f64> = series
                .iter()
                .map(|reading| reading.value as f64 * 1e-9)
                .collect();
            factors.push((curve(order(&values, tail(values.len())), 0.02, 0.10), 0.35));
            factors.push((curve(order(&values, 0.5), 0.005, 0.05), 0.25));
        }
        if let (Some((waited, _)), Some((ran, _))) =
            (growth(delays.get(name)), growth(ran.get(name)))
            && waited + ran > 0.0
        {
            factors.push((curve(waited / (waited + ran), 0.05, 0.25), 0.25));
        }
        factors.extend(host.map(|host| (curve(host, 0.05, 0.25), 0.15)));
        scores.extend(product(&factors).map(|score| (1.0, score)));
    }
    none_if_empty(&scores, mean)
}

/// KAFKA.
pub(crate) fn kafka(samples: &Samples<'_>) -> Option<f64> {
    let offsets = samples.entities(Signal::KAFKA_OFFSET);
    let mut scores = Vec::new();
    for (name, series) in samples.entities(Signal::KAFKA_LAG) {
        let values: Vec<f64> = series.iter().map(|reading| reading.value as f64).collect();
        let (median, high) = (order(&values, 0.5), order(&values, 0.95));
        let rate = growth(offsets.get(name)).map_or(100.0, |(grown, seconds)| grown / seconds);
        let means: Vec<(f64, f64)> = samples
            .windows(Signal::KAFKA_LAG, &series)
            .into_iter()
            .map(|(time, values)| (time, average(&values)))
            .collect();
        let per_rate = |value: f64| {
            if rate > 0.0 {
                value / rate
            } else if value > 0.0 {
                f64::INFINITY
            } else {
                0.0
            }
        };
        let factors = present(vec![
            Some((curve(per_rate(median), 1.0, 10.0), 0.4)),
            line(&means).map(|(_, lower, _)| (curve(per_rate(lower * 3600.0), 5.0, 60.0), 0.4)),
            Some((
                curve(
                    if median + rate > 0.0 {
                        (high - median) / (median + rate)
                    } else {
                        0.0
                    },
                    1.0,
                    4.0,
                ),
                0.2,
            )),
        ]);
        scores.extend(product(&factors).map(|score| (1.0, score)));
    }
    none_if_empty(&scores, with_worst)
}

/// GPU.
pub(crate) fn gpu(samples: &Samples<'_>) -> Option<f64> {
    let (used, total, busy, oom) = (
        samples.entities(Signal::GPU_MEMORY_USED),
        samples.entities(Signal::GPU_MEMORY_TOTAL),
        samples.entities(Signal::GPU_UTILIZATION),
        samples.entities(Signal::OOM),
    );
    let names: BTreeSet<&str> = used
        .keys()
        .chain(total.keys())
        .chain(busy.keys())
        .copied()
        .collect();
    let mut scores = Vec::new();
    for name in names {
        let mut factors = Vec::new();
        let ran_out = oom
            .get(name)
            .is_some_and(|series| series.iter().any(|reading| reading.value > 0));
        if ran_out {
            factors.push((0.01, 0.3));
        }
        if let Some(series) = used.get(name) {
            let windows = samples.windows(Signal::GPU_MEMORY_USED, series);
            let maxima: Vec<f64> = windows
                .iter()
                .map(|(_, values)| values.iter().copied().fold(0.0, f64::max))
                .collect();
            let enough = windows.len() >= 4;
            if enough {
                let memory = memory(windows);
                factors.extend(memory.spike.map(|x| (curve(x, 0.10, 0.50), 0.3)));
                factors.extend(memory.leak.map(|x| (curve(x, 0.05, 0.30), 0.2)));
            }
            let installed = total.get(name).map(|series| {
                series
                    .iter()
                    .map(|reading| reading.value as f64)
                    .fold(0.0, f64::max)
            });
            if let Some(installed) = installed.filter(|installed| *installed > 0.0)
                && enough
                && !ran_out
            {
                factors.push((curve(between(&maxima, 0.99) / installed, 0.85, 0.97), 0.3));
            }
        }
        if let Some(series) = busy.get(name) {
            let means: Vec<f64> = samples
                .windows(Signal::GPU_UTILIZATION, series)
                .iter()
                .map(|(_, values)| average(values))
                .collect();
            if means.len() >= 4 {
                let stalled = means
                    .iter()
                    .filter(|mean| **mean < 0.25 * between(&means, 0.5))
                    .count();
                factors.push((curve(stalled as f64 / means.len() as f64, 0.05, 0.30), 0.2));
            }
        }
        scores.extend(product(&factors).map(|score| (1.0, score)));
    }
    none_if_empty(&scores, with_worst)
}
