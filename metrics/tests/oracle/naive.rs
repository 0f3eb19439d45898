//! The formulas, on raw values.

use std::collections::{BTreeMap, BTreeSet};

use statrs::distribution::{ChiSquared, ContinuousCDF};

use crate::run::{Category, Run, Work};

/// `1 / (1 + (x/mid)^k)`, `k = ln 9 / ln(mid/good)`, within .01 and 1.
pub(crate) fn curve(x: f64, good: f64, mid: f64) -> f64 {
    (1.0 / (1.0 + (x.max(0.0) / mid).powf(9f64.ln() / (mid / good).ln()))).clamp(0.01, 1.0)
}

pub(crate) fn mean(scores: &[(f64, f64)]) -> f64 {
    let weights: f64 = scores.iter().map(|(weight, _)| weight).sum();
    (scores
        .iter()
        .map(|(weight, score)| weight * score.max(0.01).ln())
        .sum::<f64>()
        / weights)
        .exp()
}

/// With the worst of those that hold 1 % of the weight.
pub(crate) fn with_worst(scores: &[(f64, f64)]) -> f64 {
    let weights: f64 = scores.iter().map(|(weight, _)| weight).sum();
    let worst = scores
        .iter()
        .filter(|(weight, _)| *weight >= 0.01 * weights)
        .map(|(_, score)| *score)
        .fold(1.0, f64::min);
    (mean(scores) * worst).sqrt()
}

fn chi2(freedom: usize) -> f64 {
    ChiSquared::new(freedom as f64)
        .expect("positive")
        .inverse_cdf(0.95)
}

fn sorted(values: impl Iterator<Item = f64>) -> Vec<f64> {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values
}

/// The order statistic of rank `ceil(q n)`.
fn quantile(sorted: &[f64], q: f64) -> f64 {
    sorted[((q * sorted.len() as f64).ceil() as usize).clamp(1, sorted.len()) - 1]
}

/// `max(0, mean(ln x | largest 5 %) - ln q50) / 2.0627`, with a fractional count at the cut.
fn tail(sorted: &[f64]) -> f64 {
    let mut left = 0.05 * sorted.len() as f64;
    let wanted = left;
    let mut sum = 0.0;
    for x in sorted.iter().rev() {
        let taken = left.min(1.0);
        sum += taken * x.ln();
        left -= taken;
        if left <= 0.0 {
            break;
        }
    }
    ((sum / wanted - quantile(sorted, 0.5).ln()) / 2.0627).max(0.0)
}

/// TIME, DB, NET.
pub(crate) fn durations(run: &Run, category: Category) -> Option<f64> {
    let (mut disp, mut lev) = (Vec::new(), Vec::new());
    for group in run
        .groups()
        .values()
        .filter(|group| group[0].category() == category)
    {
        let good: Vec<&Work> = group
            .iter()
            .copied()
            .filter(|work| !work.failed())
            .collect();
        if good.len() < 30 {
            continue;
        }
        let values = sorted(good.iter().map(|work| work.duration as f64));
        let (weight, score) = dispersed(&values);
        disp.push((weight, score));
        if let Some(value) = level(run, &good, &values) {
            lev.push((weight, curve(value, 0.20, 0.50)));
        }
    }
    (!disp.is_empty()).then(|| {
        (mean(&disp)
            * if lev.is_empty() {
                1.0
            } else {
                with_worst(&lev)
            })
        .max(0.01)
    })
}

fn level(run: &Run, good: &[&Work], values: &[f64]) -> Option<f64> {
    let (low, high) = (quantile(values, 0.05).ln(), quantile(values, 0.95).ln());
    let (window, windows) = (run.window(), run.windows());
    let mut blocks: BTreeMap<usize, Vec<f64>> = BTreeMap::new();
    for work in good {
        let block = window(work.start) * 8.min(windows) / windows;
        blocks
            .entry(block)
            .or_default()
            .push((work.duration as f64).ln().clamp(low, high));
    }
    let n = good.len() as f64;
    if good.len() < 60 || blocks.len() < 4 {
        return None;
    }
    let average = |ys: &[f64]| ys.iter().sum::<f64>() / ys.len() as f64;
    let overall = blocks.values().flatten().sum::<f64>() / n;
    let between: f64 = blocks
        .values()
        .map(|ys| ys.len() as f64 * (average(ys) - overall).powi(2))
        .sum();
    let within: f64 = blocks
        .values()
        .map(|ys| ys.iter().map(|y| (y - average(ys)).powi(2)).sum::<f64>())
        .sum();
    let variance = within / (n - blocks.len() as f64);
    Some(
        ((between - 3.0 * chi2(blocks.len() - 1) * variance) / n)
            .max(0.0)
            .sqrt(),
    )
}

fn excess(windows: &BTreeMap<usize, (f64, f64)>) -> Option<f64> {
    let windows: Vec<(f64, f64)> = windows
        .values()
        .copied()
        .filter(|(_, n)| *n > 0.0)
        .collect();
    if windows.len() < 4 {
        return None;
    }
    let n: f64 = windows.iter().map(|(_, n)| n).sum();
    let rate = windows.iter().map(|(hits, _)| hits).sum::<f64>() / n;
    let spread: f64 = windows
        .iter()
        .map(|(hits, n)| n * (hits / n - rate).powi(2))
        .sum();
    Some(
        (spread / n - chi2(windows.len() - 1) * rate * (1.0 - rate) / n)
            .max(0.0)
            .sqrt(),
    )
}

fn by_window<'a>(
    run: &Run,
    spans: impl Iterator<Item = (&'a Work, bool)>,
) -> BTreeMap<usize, (f64, f64)> {
    let window = run.window();
    let mut windows: BTreeMap<usize, (f64, f64)> = BTreeMap::new();
    for (work, hit) in spans {
        let counts = windows.entry(window(work.start)).or_default();
        *counts = (counts.0 + f64::from(u8::from(hit)), counts.1 + 1.0);
    }
    windows
}

/// ERR.
pub(crate) fn errors(run: &Run) -> Option<f64> {
    let known: Vec<&Work> = run
        .spans
        .iter()
        .filter(|work| work.error.is_some())
        .collect();
    let overall =
        known.iter().filter(|work| work.failed()).count() as f64 / (known.len() as f64).max(1.0);
    let mut rates = Vec::new();
    for group in run.groups().values() {
        let known: Vec<&&Work> = group.iter().filter(|work| work.error.is_some()).collect();
        if known.len() >= 30 {
            let (e, n) = (
                known.iter().filter(|work| work.failed()).count() as f64,
                known.len() as f64,
            );
            rates.push((n, curve((e + 20.0 * overall) / (n + 20.0), 0.001, 0.05)));
        }
    }
    let mut bursts = Vec::new();
    let services: BTreeSet<&str> = known.iter().map(|work| &*work.service).collect();
    for service in services {
        let spans: Vec<&Work> = known
            .iter()
            .copied()
            .filter(|work| work.service == service)
            .collect();
        if spans.len() >= 30
            && let Some(spread) = excess(&by_window(
                run,
                spans.iter().map(|work| (*work, work.failed())),
            ))
        {
            bursts.push((spans.len() as f64, curve(spread, 0.005, 0.05)));
        }
    }
    if rates.is_empty() {
        return None;
    }
    let score = if bursts.is_empty() {
        mean(&rates)
    } else {
        mean(&rates).powf(0.6) * with_worst(&bursts).powf(0.4)
    };
    Some(score.clamp(0.01, 1.0))
}

/// IO, beside the mean pressure of the host's storage.
pub(crate) fn waiting(run: &Run, pressure: Option<f64>) -> Option<f64> {
    let (mut shared, mut filed) = (Vec::new(), Vec::new());
    for group in run.groups().values() {
        let shares = sorted(
            group
                .iter()
                .filter_map(|work| Some(work.wait? as f64 / work.duration as f64)),
        );
        if shares.len() >= 30 {
            shared.push((
                shares.len() as f64,
                curve(
                    (quantile(&shares, 0.9) - quantile(&shares, 0.1)) / 2.563,
                    0.05,
                    0.20,
                ),
            ));
        }
        let durations = sorted(
            group
                .iter()
                .filter(|work| work.category() == Category::Io && !work.failed())
                .map(|work| work.duration as f64),
        );
        if durations.len() >= 30 {
            filed.push(dispersed(&durations));
        }
    }
    let mut factors = Vec::new();
    factors.extend((!shared.is_empty()).then(|| (mean(&shared), 0.5)));
    factors.extend((!filed.is_empty()).then(|| (mean(&filed), 0.3)));
    factors.extend(pressure.map(|pressure| (curve(pressure, 0.05, 0.25), 0.2)));
    product(&factors)
}

/// Weight and score of the dispersion of durations.
fn dispersed(values: &[f64]) -> (f64, f64) {
    let s = (quantile(values, 0.75) / quantile(values, 0.25)).ln() / 1.349;
    let t = tail(values);
    let weight = values.len() as f64 * (quantile(values, 0.5) * 1e-9).sqrt();
    (weight, curve(((s * s + t * t) / 2.0).sqrt(), 0.50, 1.25))
}

/// The product of factors, `(value's score, exponent)`, with exponents made to sum to 1.
pub(crate) fn product(factors: &[(f64, f64)]) -> Option<f64> {
    let sum: f64 = factors.iter().map(|(_, exponent)| exponent).sum();
    (!factors.is_empty()).then(|| {
        factors
            .iter()
            .map(|(score, exponent)| score.powf(exponent / sum))
            .product()
    })
}

/// CONC.
pub(crate) fn wait_odds(run: &Run) -> Option<f64> {
    let mut scores = Vec::new();
    for group in run.groups().values() {
        let odds = sorted(group.iter().filter_map(|work| {
            let (wait, duration) = (work.wait? as f64, work.duration as f64);
            Some((wait / (duration - wait).max(1000.0)).min(1000.0) + 0.1)
        }));
        if odds.len() >= 30 {
            scores.push((odds.len() as f64, curve(tail(&odds), 0.25, 0.8)));
        }
    }
    (!scores.is_empty()).then(|| mean(&scores))
}

/// CACHE.
pub(crate) fn cache(run: &Run) -> Option<f64> {
    let hit = |work: &Work| match work.tag.as_deref() {
        Some("cache_hit") => Some(true),
        Some("cache_miss") => Some(false),
        _ => None,
    };
    let mut scores = Vec::new();
    for group in run.groups().values() {
        let lookups: Vec<(&Work, bool)> = group
            .iter()
            .filter_map(|work| Some((*work, hit(work)?)))
            .collect();
        let n = lookups.len() as f64;
        if lookups.len() < 30 {
            continue;
        }
        let missed = curve(
            lookups.iter().filter(|(_, hit)| !hit).count() as f64 / n,
            0.10,
            0.50,
        );
        let score = excess(&by_window(run, lookups.into_iter()))
            .map_or(missed, |spread| (missed * curve(spread, 0.03, 0.15)).sqrt());
        scores.push((n, score));
    }
    (!scores.is_empty()).then(|| mean(&scores))
}

/// BRANCH.
pub(crate) fn branches(run: &Run) -> Option<f64> {
    let window = run.window();
    let mut scores = Vec::new();
    for group in run.groups().values() {
        let mut counts: BTreeMap<(usize, &str), f64> = BTreeMap::new();
        for work in group {
            if let Some(tag) = work.tag.as_deref().filter(|tag| !tag.starts_with("cache")) {
                *counts.entry((window(work.start), tag)).or_default() += 1.0;
            }
        }
        let (mut windows, mut tags): (BTreeMap<usize, f64>, BTreeMap<&str, f64>) =
            Default::default();
        for ((window, tag), count) in &counts {
            *windows.entry(*window).or_default() += count;
            *tags.entry(tag).or_default() += count;
        }
        let n: f64 = tags.values().sum();
        if n < 100.0 || windows.len() < 4 {
            continue;
        }
        let information: f64 = counts
            .iter()
            .map(|((window, tag), count)| {
                count / n * (count * n / (windows[window] * tags[tag])).log2()
            })
            .sum();
        let chance = if tags.len() < 2 {
            0.0
        } else {
            chi2((tags.len() - 1) * (windows.len() - 1)) / (2.0 * n * 2f64.ln())
        };
        scores.push((n, curve(information - chance, 0.02, 0.15)));
    }
    (!scores.is_empty()).then(|| mean(&scores))
}
