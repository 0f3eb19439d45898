//! The regression score: how different the head is from the base, beyond what samples of this size differ by.
//!
//! On windows of two real microservice systems it tells faulty windows from normal ones of other experiments with an AUC of .94 on OnlineBoutique, where mean latency
//! has .81, and of .59 on TrainTicket, where mean latency has .67 and the labels are confounded with the day: within one day both are near a coin. The tables, and
//! what they do not show, are in `tests/real`. Expect less on unseen days.

use super::{data::RegressionPart, pairs::Pair};
use crate::{
    score::{Curve, FLOOR, Over, aggregate, shares},
    summary::Histogram,
};

/// Least spans that did not fail, in the head and in the base: SCORING.md section 4.
const LEAST_HEAD: u64 = 5;
const LEAST_BASE: u64 = 20;
/// Least calls of an operation that counts in the mix.
const LEAST_CALLS: u64 = 5;
/// Quantiles compared: .025, .075 .. .975.
const QUANTILES: usize = 20;
/// Spread of an operation's logarithmic durations between runs of the same program: 10 %, an opinion that waits for data.
const BETWEEN_RUNS: f64 = 0.10;
/// Standard errors taken off what is shown.
const ERRORS_OFF: f64 = 2.0;
/// The same for the mix, which is a sum over many operations.
const MIX_ERRORS_OFF: f64 = 3.0;
/// Calls of one trace come together: the design effect of counting them.
const MIX_DESIGN: f64 = 2.0;

/// Control points on changes of logarithms and of rates, and each part's exponent: opinions that wait for data.
const SHIFT: Curve = Curve {
    good: 0.10,
    mid: 0.50,
    exponent: 0.6,
};
const ERRORS: Curve = Curve {
    good: 0.10,
    mid: 0.50,
    exponent: 0.2,
};
const MIX: Curve = Curve {
    good: 0.05,
    mid: 0.30,
    exponent: 0.2,
};

/// The score with its parts.
pub(super) struct Regression {
    /// 0..100, 0 where nothing changed beyond noise; `None` where nothing can be compared.
    pub(super) points: Option<f64>,
    pub(super) parts: Vec<RegressionPart>,
    /// By pair: by how much durations changed beyond noise, as a logarithm, and the points that makes.
    pub(super) operations: Vec<Option<(f64, f64)>>,
}

/// Scores all pairs; `roots` are the root spans of base and head.
pub(super) fn regression(pairs: &[Pair<'_>], roots: (u64, u64)) -> Regression {
    let beyond: Vec<Option<(f64, f64)>> = pairs.iter().map(beyond_noise).collect();
    let scores: Vec<(f64, f64)> = beyond
        .iter()
        .flatten()
        .map(|(beyond, n)| (*n, SHIFT.score(*beyond)))
        .collect();
    let shift = (!scores.is_empty())
        .then(|| aggregate(Over::Worst, scores.iter().copied()).clamp(FLOOR, 1.0));
    let errors = more_errors(pairs).map(|(excess, at)| (ERRORS.score(excess), at));
    let mix = moved_calls(pairs, roots).map(|moved| (MIX.score(moved), moved));

    let parts = [
        (shift, SHIFT),
        (errors.map(|(score, _)| score), ERRORS),
        (mix.map(|(score, _)| score), MIX),
    ];
    let present = || {
        parts
            .iter()
            .filter_map(|(score, curve)| Some(((*score)?, curve.exponent)))
    };
    let scale: f64 = present().map(|(_, exponent)| exponent).sum();
    let logarithm: f64 = present()
        .map(|(score, exponent)| exponent / scale * libm::log(score))
        .sum();
    let points = (scale > 0.0).then(|| 100.0 * (1.0 - libm::exp(logarithm)));
    let points_of = |score: Option<f64>, curve: Curve| match (score, points) {
        (Some(score), Some(points)) if logarithm < 0.0 => {
            // Added, as a part that lost nothing would else show as -0.
            points * curve.exponent / scale * libm::log(score) / logarithm + 0.0
        }
        _ => 0.0,
    };
    let of_shift = points_of(shift, SHIFT);
    let shares = if scores.is_empty() {
        Vec::new()
    } else {
        shares(Over::Worst, &scores)
    };
    let mut shares = shares.into_iter();
    let operations = beyond
        .iter()
        .map(|one| one.map(|(beyond, _)| (beyond, of_shift * shares.next().unwrap_or(0.0))))
        .collect();
    let none = |reason: &str| reason.to_owned();
    let remarks = [
        if shift.is_some() {
            format!(
                "{} operations have enough spans on both sides",
                scores.len()
            )
        } else {
            none("no operation has 20 spans in the base and 5 in the head that did not fail")
        },
        match errors {
            Some((score, at)) if score < 1.0 => {
                format!("most in {}", super::causes::name(pairs[at].key))
            }
            Some(_) => none("no operation fails more often beyond noise"),
            None => none("too few spans say whether they failed"),
        },
        match mix {
            Some((_, moved)) => format!("{:.1} % of calls moved beyond noise", 100.0 * moved),
            None => none("no root spans: calls per trace are not known"),
        },
    ];
    Regression {
        points,
        parts: ["durations", "errors", "mix"]
            .into_iter()
            .zip(parts)
            .zip(remarks)
            .map(|((name, (score, curve)), remark)| RegressionPart {
                name: name.to_owned(),
                score,
                points: points_of(score, curve),
                remark,
            })
            .collect(),
        operations,
    }
}

/// By how much the durations of an operation changed beyond noise, as a logarithm in either direction, and its weight.
fn beyond_noise(pair: &Pair<'_>) -> Option<(f64, f64)> {
    let (base, head) = (pair.base.as_ref()?, pair.head.as_ref()?);
    let (n_base, n_head) = (base.durations.n(), head.durations.n());
    if n_base < LEAST_BASE || n_head < LEAST_HEAD {
        return None;
    }
    let (base, head) = (quantiles(&base.durations)?, quantiles(&head.durations)?);
    let count = QUANTILES as f64;
    let apart = base
        .iter()
        .zip(&head)
        .map(|(b, h)| (h - b).abs())
        .sum::<f64>()
        / count;
    let mean = base.iter().sum::<f64>() / count;
    let variance = base.iter().map(|b| (b - mean) * (b - mean)).sum::<f64>() / count;
    let chance = variance * (1.0 / n_head as f64 + 1.0 / n_base as f64);
    let noise = ERRORS_OFF * libm::sqrt(chance + BETWEEN_RUNS * BETWEEN_RUNS);
    Some(((apart - noise).max(0.0), n_base as f64))
}

fn quantiles(durations: &Histogram) -> Option<Vec<f64>> {
    (0..QUANTILES)
        .map(|at| durations.ln_quantile((at as f64 + 0.5) / QUANTILES as f64))
        .collect()
}

/// The largest excess of errors over what the base lets expect, as a share of the spans, and whose it is.
fn more_errors(pairs: &[Pair<'_>]) -> Option<(f64, usize)> {
    let mut most: Option<(f64, usize)> = None;
    for (at, pair) in pairs.iter().enumerate() {
        let (Some(base), Some(head)) = (&pair.base, &pair.head) else {
            continue;
        };
        if base.error_known < LEAST_BASE || head.error_known < LEAST_HEAD {
            continue;
        }
        let n = head.error_known as f64;
        let rate = (base.errors as f64 + 0.5) / (base.error_known as f64 + 1.0);
        let chance = ERRORS_OFF * libm::sqrt(n * rate * (1.0 - rate) + 0.25);
        let excess = ((head.errors as f64 - n * rate - chance) / (n + 2.0)).max(0.0);
        if most.is_none_or(|(largest, _)| excess > largest) {
            most = Some((excess, at));
        }
    }
    most
}

/// The share of calls a trace that moved between operations, beyond noise; `None` without root spans.
fn moved_calls(pairs: &[Pair<'_>], (base_roots, head_roots): (u64, u64)) -> Option<f64> {
    if base_roots == 0 || head_roots == 0 {
        return None;
    }
    let (base_roots, head_roots) = (base_roots as f64, head_roots as f64);
    let (mut moved, mut all) = (0.0, 0.0);
    for pair in pairs {
        let calls = |total: &Option<super::pairs::Total>| total.as_ref().map_or(0, |total| total.n);
        let (base, head) = (calls(&pair.base), calls(&pair.head));
        if base.max(head) < LEAST_CALLS {
            continue;
        }
        let (b, h) = (base as f64 / base_roots, head as f64 / head_roots);
        let variance = MIX_DESIGN
            * (b + 0.5 / head_roots)
            * (1.0 / head_roots + 1.0 / base_roots)
            * b.max(1.0);
        moved += ((h - b).abs() - MIX_ERRORS_OFF * libm::sqrt(variance)).max(0.0);
        all += b.max(h);
    }
    (all > 0.0).then(|| moved / all)
}
