//! The regression score on raw values, straight from SCORING.md section 4: no histograms, no summaries.

use std::collections::BTreeMap;

use crate::world::Call;

fn curve(x: f64, good: f64, mid: f64) -> f64 {
    let k = 9f64.ln() / (mid / good).ln();
    (1.0 / (1.0 + (x.max(0.0) / mid).powf(k))).clamp(0.01, 1.0)
}

/// The order statistic of rank `ceil(q n)`.
fn quantile(sorted: &[f64], q: f64) -> f64 {
    sorted[((q * sorted.len() as f64).ceil() as usize).clamp(1, sorted.len()) - 1]
}

struct Operation {
    durations: Vec<f64>,
    n: f64,
    errors: f64,
}

fn operations(calls: &[Call]) -> BTreeMap<&str, Operation> {
    let mut all = BTreeMap::new();
    for call in calls {
        let operation = all.entry(call.operation).or_insert(Operation {
            durations: Vec::new(),
            n: 0.0,
            errors: 0.0,
        });
        operation.n += 1.0;
        if call.error {
            operation.errors += 1.0;
        } else {
            operation.durations.push((call.duration as f64).ln());
        }
    }
    for operation in all.values_mut() {
        operation.durations.sort_by(f64::total_cmp);
    }
    all
}

/// 100 (1 - REG).
pub(crate) fn regression(base_calls: &[Call], head_calls: &[Call]) -> f64 {
    let (base, head) = (operations(base_calls), operations(head_calls));
    let roots = |calls: &[Call]| calls.iter().filter(|call| call.root).count() as f64;
    let (t_b, t_h) = (roots(base_calls), roots(head_calls));

    let mut scores: Vec<(f64, f64)> = Vec::new();
    let mut most: f64 = f64::NEG_INFINITY;
    for (name, b) in &base {
        let Some(h) = head.get(name) else { continue };
        if b.durations.len() >= 20 && h.durations.len() >= 5 {
            let at = |i: usize| 0.025 + 0.05 * i as f64;
            let q: Vec<f64> = (0..20).map(|i| quantile(&b.durations, at(i))).collect();
            let apart = (0..20)
                .map(|i| (quantile(&h.durations, at(i)) - q[i]).abs())
                .sum::<f64>()
                / 20.0;
            let mean = q.iter().sum::<f64>() / 20.0;
            let variance = q.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / 20.0;
            let n = 1.0 / h.durations.len() as f64 + 1.0 / b.durations.len() as f64;
            let beyond = apart - 2.0 * (variance * n + 0.01).sqrt();
            scores.push((b.durations.len() as f64, curve(beyond, 0.10, 0.50)));
        }
        let p = (b.errors + 0.5) / (b.n + 1.0);
        let excess = h.errors - h.n * p - 2.0 * (h.n * p * (1.0 - p) + 0.25).sqrt();
        most = most.max(excess / (h.n + 2.0));
    }
    let weights: f64 = scores.iter().map(|(w, _)| w).sum();
    let mean = (scores.iter().map(|(w, s)| w * s.ln()).sum::<f64>() / weights).exp();
    let worst = scores
        .iter()
        .filter(|(w, _)| *w >= 0.01 * weights)
        .map(|(_, s)| *s)
        .fold(1.0, f64::min);
    let shift = (mean * worst).sqrt();

    let (mut moved, mut all) = (0.0, 0.0);
    let mut names: Vec<&str> = base.keys().chain(head.keys()).copied().collect();
    names.sort();
    names.dedup();
    for name in names {
        let n = |side: &BTreeMap<&str, Operation>| side.get(name).map_or(0.0, |o| o.n);
        if n(&base).max(n(&head)) < 5.0 {
            continue;
        }
        let (b, h) = (n(&base) / t_b, n(&head) / t_h);
        let variance = 2.0 * (b + 0.5 / t_h) * (1.0 / t_h + 1.0 / t_b) * b.max(1.0);
        moved += ((h - b).abs() - 3.0 * variance.sqrt()).max(0.0);
        all += b.max(h);
    }
    let logarithm = 0.6 * shift.ln()
        + 0.2 * curve(most, 0.10, 0.50).ln()
        + 0.2 * curve(moved / all, 0.05, 0.30).ln();
    100.0 * (1.0 - logarithm.exp())
}
