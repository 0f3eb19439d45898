//! Points lost: they add up exactly to 100 - PSS.

use std::collections::BTreeMap;

use super::outcome::{Outcome, Subject};

/// What one subject cost one metric.
#[derive(Debug, Clone, PartialEq)]
pub struct Share {
    /// The subject.
    pub subject: Subject,
    /// Points of the PSS lost.
    pub points: f64,
    /// Its own score: the product of its factors' scores is at most the lowest of them, which is shown.
    pub score: f64,
    /// Spans or samples.
    pub n: u64,
    /// Share of the metric's weight, 0..1: the largest over its factors.
    pub weight: f64,
}

/// Shown at least this many, and any other with a score below .5 and 1 % of the weight.
const SHOWN: usize = 5;

/// The subjects that cost a metric most, given the points the metric lost.
pub fn worst(outcome: &Outcome, lost: f64) -> Vec<Share> {
    let mut all = subjects(outcome, lost);
    all.sort_by(|a, b| {
        b.points
            .total_cmp(&a.points)
            .then_with(|| a.subject.cmp(&b.subject))
    });
    let bad = |share: &Share| share.score < 0.5 && share.weight >= 0.01;
    all.into_iter()
        .enumerate()
        .filter(|(at, share)| share.points > 0.0 && (*at < SHOWN || bad(share)))
        .map(|(_, share)| share)
        .collect()
}

/// All subjects of an outcome, with the points each cost of those the metric lost.
pub fn subjects(outcome: &Outcome, lost: f64) -> Vec<Share> {
    let mut totals: BTreeMap<usize, f64> = BTreeMap::new();
    for part in outcome.parts() {
        *totals.entry(part.factor).or_default() += part.weight;
    }
    let mut subjects: BTreeMap<&Subject, Share> = BTreeMap::new();
    for part in outcome.parts() {
        let share = subjects.entry(&part.subject).or_insert_with(|| Share {
            subject: part.subject.clone(),
            points: 0.0,
            score: 1.0,
            n: 0,
            weight: 0.0,
        });
        share.points += lost * part.share;
        share.score = share.score.min(part.score);
        share.n = share.n.max(part.n);
        share.weight = share.weight.max(part.weight / totals[&part.factor]);
    }
    subjects.into_values().collect()
}
