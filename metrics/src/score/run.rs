//! Scores a summary by a plan.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::{
    blocks::{BLOCKS, block, shard_block},
    confidence::{Confidence, confidence},
    frozen::Frozen,
    interval::{Interval, jackknife},
    outcome::{Outcome, Subject},
    plan::{NoDataPolicy, Plan, Planned},
    timeline::{Timeline, timeline},
    totals::Totals,
    view::SummaryView,
};
use crate::{
    each::{ForEach, every, in_turn},
    summary::Summary,
};

/// One metric, scored.
#[derive(Debug, Clone, PartialEq)]
pub struct ScoredMetric {
    /// Its answer.
    pub outcome: Outcome,
    /// Its interval.
    pub interval: Option<Interval>,
    /// Points of the PSS it lost; 0 where it has no score.
    pub points: f64,
}

/// A run, scored.
#[derive(Debug, Clone, PartialEq)]
pub struct Scored {
    /// The PSS as a fraction, 0..1; `None` where no metric has data.
    pub pss: Option<f64>,
    /// Its interval.
    pub interval: Option<Interval>,
    /// The metrics, in the plan's order.
    pub metrics: Vec<ScoredMetric>,
    /// Whether all that had to have data has, and nothing failed.
    pub complete: bool,
    /// Why it is not complete.
    pub incomplete: Vec<String>,
    /// The score over time.
    pub timeline: Timeline,
    /// How far it can be trusted.
    pub confidence: Confidence,
}

/// `sum(W s) / sum(W)` over the metrics that have data; `None` where none has.
pub(crate) fn pss(scores: impl Iterator<Item = (f64, f64)>) -> Option<f64> {
    let (weights, sum) = scores.fold((0.0, 0.0), |(weights, sum), (weight, score)| {
        (weights + weight, sum + weight * score)
    });
    (weights > 0.0).then(|| sum / weights)
}

/// Scores a summary: every metric, its interval by leaving out each of 16 blocks in turn, the points each lost, the timeline.
pub fn score(summary: &Summary, plan: &Plan) -> Scored {
    score_with(summary, plan, &in_turn)
}

/// As [`score`], with the independent parts run by `for_each`: this crate has no threads, but who calls it may. The result is the same, bit for bit.
pub fn score_with(summary: &Summary, plan: &Plan, for_each: ForEach<'_>) -> Scored {
    score_given(summary, plan, &Given::new(), for_each)
}

/// Outcomes that observers of the raw records brought, by the codes of their metrics.
pub type Given = BTreeMap<&'static str, Outcome>;

/// As [`score_with`], with outcomes that are not computed from the summary. Such a metric has no interval and no place in the timeline: nothing of it can be left
/// out. In the interval of the whole it stands as it is.
pub fn score_given(summary: &Summary, plan: &Plan, given: &Given, for_each: ForEach<'_>) -> Scored {
    let totals = Totals::of_with(summary, for_each);
    let whole = SummaryView::whole(summary, &totals);
    let mut outcomes: Vec<Outcome> = every(plan.metrics.len(), for_each, &|at| {
        let planned = &plan.metrics[at];
        match given.get(planned.metric.meta().code) {
            Some(outcome) => planned.checked(outcome.clone(), &whole),
            None => planned.score(&whole),
        }
    });
    let sizes = block_sizes(summary);
    let without = left_out(summary, &totals, plan, given, &outcomes, for_each);
    let windows = in_windows(summary, &totals, plan, given, &outcomes, for_each);
    // A metric that fails on a part of the run has no interval and no place in the timeline, so that its score cannot be told as the others are.
    for (at, outcome) in outcomes.iter_mut().enumerate() {
        let failed = |views: &[Vec<Outcome>]| {
            views.iter().find_map(|view| match &view[at] {
                Outcome::Failed(reason) => Some(reason.clone()),
                _ => None,
            })
        };
        if matches!(outcome, Outcome::Failed(_)) {
            continue;
        }
        if let Some(reason) = failed(&without) {
            *outcome = Outcome::Failed(format!("with a part of the run left out: {reason}"));
        } else if let Some(reason) = failed(&windows) {
            *outcome = Outcome::Failed(format!("on a window of the run: {reason}"));
        }
    }
    let counted: Vec<Option<f64>> = outcomes
        .iter()
        .map(|outcome| match outcome {
            Outcome::NoData(_) if plan.no_data == NoDataPolicy::One => Some(1.0),
            outcome => outcome.score(),
        })
        .collect();
    let weight = |at: usize| plan.metrics[at].weight;
    let total = pss(counted
        .iter()
        .enumerate()
        .filter_map(|(at, score)| Some((weight(at), (*score)?))));
    let without: Vec<Vec<f64>> = without
        .iter()
        .map(|view| {
            let known = view.iter().zip(&counted);
            known
                .map(|(outcome, counted)| outcome.score().or(*counted).unwrap_or(0.0))
                .collect()
        })
        .collect();
    let interval_of = |full: f64, value: &dyn Fn(&[f64]) -> f64| {
        let values: Vec<(f64, f64)> = sizes
            .iter()
            .zip(&without)
            .map(|(n, scores)| (*n, value(scores)))
            .collect();
        jackknife(full, &values)
    };
    let interval = total.and_then(|full| {
        interval_of(full, &|scores| {
            pss(counted
                .iter()
                .enumerate()
                .filter(|(_, score)| score.is_some())
                .map(|(at, _)| (weight(at), scores[at])))
            .unwrap_or(full)
        })
    });

    let weights: f64 = counted
        .iter()
        .enumerate()
        .filter(|(_, score)| score.is_some())
        .map(|(at, _)| weight(at))
        .sum();
    let mut incomplete = Vec::new();
    for (planned, outcome) in plan.metrics.iter().zip(&outcomes) {
        let code = planned.metric.meta().code;
        match outcome {
            Outcome::Failed(reason) => incomplete.push(format!("{code} failed: {reason}")),
            Outcome::NoData(reason)
                if plan.no_data == NoDataPolicy::Fail
                    || plan.require.iter().any(|required| required == code) =>
            {
                incomplete.push(format!("{code} is required and has no data: {reason}"));
            }
            Outcome::NoData(_) | Outcome::Scored { .. } => {}
        }
    }
    let covered = covered(summary, &outcomes);
    let outcome_is_used: Vec<bool> = outcomes
        .iter()
        .map(|outcome| !matches!(outcome, Outcome::Failed(_)))
        .collect();
    let metrics = outcomes
        .into_iter()
        .enumerate()
        .map(|(at, outcome)| ScoredMetric {
            interval: outcome
                .score()
                .filter(|_| !given.contains_key(plan.metrics[at].metric.meta().code))
                .and_then(|full| interval_of(full, &|scores| scores[at])),
            points: outcome
                .score()
                .map_or(0.0, |score| 100.0 * weight(at) * (1.0 - score) / weights),
            outcome,
        })
        .collect();
    Scored {
        pss: total,
        metrics,
        complete: incomplete.is_empty(),
        incomplete,
        timeline: timeline(summary, plan, &outcome_is_used, &windows),
        confidence: confidence(
            summary,
            interval.map(|interval| (interval.high - interval.low) / 2.0),
            covered,
        ),
        interval,
    }
}

/// Every metric's answer with each block left out; that of a metric without a score is its first.
fn left_out(
    summary: &Summary,
    totals: &Totals,
    plan: &Plan,
    given: &Given,
    outcomes: &[Outcome],
    for_each: ForEach<'_>,
) -> Vec<Vec<Outcome>> {
    let frozen: Vec<Frozen<'_>> = outcomes.iter().map(Frozen::of).collect();
    let asked = |left_out: usize| {
        let one = |((planned, full), frozen): ((&Planned, &Outcome), &Frozen<'_>)| match full {
            _ if given.contains_key(planned.metric.meta().code) => full.clone(),
            Outcome::Scored { .. } => {
                planned.score(&SummaryView::without(summary, totals, left_out, frozen))
            }
            other => other.clone(),
        };
        let planned = plan.metrics.iter().zip(outcomes).zip(&frozen);
        planned.map(one).collect()
    };
    every(BLOCKS, for_each, &asked)
}

/// Every metric's answer to each window alone; that of a metric that failed is its first.
fn in_windows(
    summary: &Summary,
    totals: &Totals,
    plan: &Plan,
    given: &Given,
    outcomes: &[Outcome],
    for_each: ForEach<'_>,
) -> Vec<Vec<Outcome>> {
    let asked = |window: usize| {
        let view = SummaryView::window(summary, totals, window);
        let one = |(planned, full): (&Planned, &Outcome)| match full {
            Outcome::Failed(_) => full.clone(),
            _ if given.contains_key(planned.metric.meta().code) => {
                Outcome::NoData("it is not computed from windows".to_owned())
            }
            _ => planned.score(&view).without_parts(),
        };
        plan.metrics.iter().zip(outcomes).map(one).collect()
    };
    every(summary.windows().len(), for_each, &asked)
}

/// Records in each block: spans where there are any, else samples.
pub(super) fn block_sizes(summary: &Summary) -> Vec<f64> {
    let mut sizes = vec![0.0; BLOCKS];
    let windows = summary.windows().len();
    for (_, group) in summary.groups() {
        for (slot, cell) in group.timed() {
            sizes[block(slot, windows, BLOCKS)] += cell.n as f64;
        }
        for (shard, cell) in group.untimed() {
            sizes[shard_block(shard, windows)] += cell.n as f64;
        }
    }
    if summary.facts().spans == 0 {
        for signal in summary.signals() {
            let Some(series) = summary.series(signal) else {
                continue;
            };
            for (_, entity) in series.entities() {
                for (slot, _) in entity.timed() {
                    sizes[block(slot, series.windows().len(), BLOCKS)] += 1.0;
                }
            }
        }
    }
    sizes
}

/// Spans in groups that some metric scored.
fn covered(summary: &Summary, outcomes: &[Outcome]) -> u64 {
    let scored: BTreeSet<usize> = outcomes
        .iter()
        .flat_map(Outcome::parts)
        .filter_map(|part| {
            if let Subject::Group(at) = part.subject {
                Some(at)
            } else {
                None
            }
        })
        .collect();
    let sizes: HashMap<usize, u64> = summary
        .groups()
        .enumerate()
        .map(|(at, (_, group))| {
            (
                at,
                group
                    .timed()
                    .chain(group.untimed())
                    .map(|(_, cell)| cell.n)
                    .sum(),
            )
        })
        .collect();
    scored.iter().filter_map(|at| sizes.get(at)).sum()
}
