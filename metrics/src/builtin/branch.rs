//! BRANCH: do operations take the same branches all along?

use std::collections::BTreeMap;

use crate::{
    plugin_meta,
    score::{
        Call, Curve, Example, FactorMeta, GroupView, Metric, MetricEntry, MetricMeta, Outcome,
        Over, PerSubject, Settings, Story, SummaryView, even, plain,
    },
    stats::chi2_95,
};

static META: MetricMeta = MetricMeta {
    plugin: plugin_meta!(
        Metric,
        "branch",
        "do operations take the same branches all along?"
    ),
    code: "BRANCH",
    question: "do operations take the same branches all along?",
    weight: 0.15,
    reads: "branch tags of spans; tags that tell a cache hit or miss are excluded",
    factors: &[FactorMeta {
        name: "drift",
        what: "information between tag and window beyond what chance gives: max(0, MI(tag; window) - chi2_.95((K-1)(W-1))/(2 N ln 2))",
        unit: "bits",
        curve: Curve {
            good: 0.02,
            mid: 0.15,
            exponent: 1.0,
        },
        origin: "an opinion that waits for data",
    }],
    combination: "mean over operations, weight n; an operation with one tag is steady",
    needs: "spans with a `branch_tag`",
    minimum: "100 tagged spans of an operation, in 4 windows",
    limits: "a mix of branches that stays the same is steady, however mixed it is",
    advice: "look at when the mix of the operation with the most points changed: a feature flag, a fallback, another kind of traffic",
    sources: &["Miller, Note on the bias of information estimates, 1955"],
    examples: &[
        Example {
            title: "three of ten calls go right, all the time",
            story: same,
            score: Some(1.000),
        },
        Example {
            title: "three of ten go right, and seven of ten from half time on",
            story: drifting,
            score: Some(0.608),
        },
        Example {
            title: "nobody says which branch was taken",
            story: none,
            score: None,
        },
    ],
};

/// Calls that take the right branch with a probability.
fn branching(right: impl Fn(u64) -> f64) -> Story {
    Story::default().calls(
        "route",
        2000,
        50,
        |_| 10_000.0,
        |at, call| Call {
            tag: Some(if even(at) < right(at) {
                "right"
            } else {
                "left"
            }),
            ..call
        },
    )
}

fn same() -> Story {
    branching(|_| 0.3)
}

fn drifting() -> Story {
    branching(|at| if at < 1000 { 0.3 } else { 0.7 })
}

fn none() -> Story {
    Story::default().calls("route", 2000, 50, |_| 10_000.0, plain)
}

/// The metric.
#[derive(Debug)]
pub struct Branch;

inventory::submit! { MetricEntry { metric: &Branch } }

/// Least tagged spans of an operation.
const MIN_TAGS: u64 = 100;
/// Least windows.
const MIN_WINDOWS: usize = 4;

impl Metric for Branch {
    fn meta(&self) -> &'static MetricMeta {
        &META
    }

    fn score(&self, view: &SummaryView<'_>, settings: &Settings) -> Outcome {
        let mut subjects = PerSubject::new(&META, settings, Over::Mean);
        if view.is_window() {
            return Outcome::NoData("drift needs more than one window".to_owned());
        }
        let mut seen = 0;
        for group in view.groups() {
            let windows = tag_counts(&group);
            let n: u64 = windows.iter().flat_map(BTreeMap::values).sum();
            seen += n;
            let subject = group.subject();
            let enough = n >= MIN_TAGS && windows.len() >= MIN_WINDOWS;
            if let Some(weight) = view.weight(0, &subject, || enough.then_some(n as f64))
                && n > 0
            {
                subjects.add(&subject, weight, n, &[(0, Some(drift(&windows)))]);
            }
        }
        subjects.finish(|| match seen {
            0 => "no span has a branch tag and a time".to_owned(),
            _ => format!(
                "no operation has 100 tagged spans in 4 windows ({seen} tagged spans in all)"
            ),
        })
    }
}

fn tag_counts(group: &GroupView<'_>) -> Vec<BTreeMap<u64, u64>> {
    group
        .windows()
        .filter(|(_, cell)| !cell.tags.is_empty())
        .map(|(_, cell)| cell.tags.iter().copied().collect())
        .collect()
}

/// Mutual information of tag and window in bits, less what chance gives at the 95 % level.
fn drift(windows: &[BTreeMap<u64, u64>]) -> f64 {
    let mut tags: BTreeMap<u64, f64> = BTreeMap::new();
    for (tag, count) in windows.iter().flatten() {
        *tags.entry(*tag).or_default() += *count as f64;
    }
    let n: f64 = tags.values().sum();
    if tags.len() < 2 || windows.len() < 2 {
        return 0.0;
    }
    let information: f64 = windows
        .iter()
        .map(|window| {
            let total: f64 = window.values().map(|count| *count as f64).sum();
            window
                .iter()
                .map(|(tag, count)| {
                    *count as f64 / n * libm::log2(*count as f64 * n / (total * tags[tag]))
                })
                .sum::<f64>()
        })
        .sum();
    let chance =
        chi2_95((tags.len() - 1) * (windows.len() - 1)) / (2.0 * n * std::f64::consts::LN_2);
    (information - chance).max(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_mix_is_no_drift_and_a_switch_is_one_bit() {
        let mix = || BTreeMap::from([(1, 50), (2, 50)]);
        assert_eq!(drift(&[mix(), mix(), mix(), mix()]), 0.0);
        let switch = [
            BTreeMap::from([(1, 1000)]),
            BTreeMap::from([(1, 1000)]),
            BTreeMap::from([(2, 1000)]),
            BTreeMap::from([(2, 1000)]),
        ];
        assert!((drift(&switch) - 1.0).abs() < 0.01);
    }
}
