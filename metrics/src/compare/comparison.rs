//! A whole comparison.

use std::borrow::Cow;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    causes::causes,
    data::{Cause, Direction, MetricChange, OperationChange, RegressionPart, RunFacts, Strangers},
    explained::explained,
    machine::{facts, mismatches, sessions},
    metric_gate::metric_gate,
    operation_gate::operation_gate,
    pairs::{Pair, pairs, strangers},
    regression::regression,
};
use crate::{
    score::Plan,
    summary::{GroupKey, Summary},
};

/// What the comparison of a head with its base says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Comparison {
    /// How different the head is beyond noise, 0..100, in either direction: 0 where nothing changed; null where nothing can be compared.
    pub regression: Option<f64>,
    /// Its parts; their points sum to it.
    pub parts: Vec<RegressionPart>,
    /// Whether anything got worse by more than chance and run-to-run differences explain. Not the verdict, which is policy.
    pub regressed: bool,
    /// What, the surest first and of those the largest; a metric whose fall another explains stands behind that one, the whole score last.
    pub causes: Vec<Cause>,
    /// The whole score and every metric.
    pub metrics: Vec<MetricChange>,
    /// Operations of both sides: what changed first, then by points.
    pub operations: Vec<OperationChange>,
    /// Operations that only the head has, the most frequent first.
    pub new: Vec<Strangers>,
    /// Operations that only the base has.
    pub vanished: Vec<Strangers>,
    /// The runs: the base in the order of time, the head last.
    pub runs: Vec<RunFacts>,
    /// Sessions that the base runs are known to span.
    pub sessions: u64,
    /// What is known to differ between the machines of base and head.
    pub mismatches: Vec<String>,
}

impl Comparison {
    /// Whether anything could be tested.
    pub fn tested(&self) -> bool {
        let metric = |change: &MetricChange| change.p.is_some();
        let operation = |change: &OperationChange| !change.changes.is_empty();
        self.metrics.iter().any(metric) || self.operations.iter().any(operation)
    }
}

/// Compares a head with base runs. Their order does not matter.
pub fn compare(bases: &[Summary], head: &Summary, plan: &Plan) -> Comparison {
    let mut bases: Vec<&Summary> = bases.iter().collect();
    if bases.len() > 1 {
        // Sums of floats depend on their order, so the order must not depend on the caller.
        bases.sort_by_cached_key(|base| base.to_bytes().unwrap_or_default());
    }
    let pooled = match bases[..] {
        [one] => Cow::Borrowed(one),
        _ => {
            let merge = |all: Summary, base: &&Summary| all.merge((*base).clone());
            Cow::Owned(bases.iter().fold(Summary::default(), merge))
        }
    };
    let pooled: &Summary = &pooled;

    let pairs = pairs(pooled, head);
    let regression = regression(&pairs, (pooled.facts().roots, head.facts().roots));
    let keys: Vec<&GroupKey> = pairs.iter().map(|pair| pair.key).collect();
    let changes = operation_gate(&bases, head, &keys);
    let mut operations: Vec<OperationChange> = pairs
        .iter()
        .zip(&regression.operations)
        .zip(changes)
        .filter_map(|((pair, beyond), changes)| operation(pair, *beyond, changes))
        .collect();
    operations.sort_by(|a, b| {
        let rank = |operation: &OperationChange| {
            let changes = operation.changes.iter();
            let found = changes.filter(|change| change.direction != Direction::Same);
            found.map(|change| change.p).fold(1.0, f64::min)
        };
        rank(a)
            .total_cmp(&rank(b))
            .then(b.points.total_cmp(&a.points))
            .then(b.n_base.cmp(&a.n_base))
    });
    let metrics = metric_gate(pooled, &bases, head, plan);
    let explained = explained(pooled, head, plan, &metrics);
    let causes = causes(&metrics, &operations, &explained);
    let (new, vanished) = strangers(&pairs, pooled, head);
    let mut runs: Vec<RunFacts> = bases.iter().map(|base| facts("base", base)).collect();
    runs.sort_by_cached_key(|run| (run.start, run.sources.clone()));
    runs.push(facts("head", head));
    Comparison {
        regression: regression.points,
        parts: regression.parts,
        regressed: !causes.is_empty(),
        causes,
        metrics,
        operations,
        new,
        vanished,
        sessions: sessions(&runs) as u64,
        mismatches: mismatches(&runs),
        runs,
    }
}

fn operation(
    pair: &Pair<'_>,
    beyond: Option<(f64, f64)>,
    changes: Vec<super::data::Change>,
) -> Option<OperationChange> {
    let (base, head) = (pair.base.as_ref()?, pair.head.as_ref()?);
    let median = |total: &super::pairs::Total| total.durations.quantile(0.5).map(|ns| ns * 1e-9);
    Some(OperationChange {
        service: pair.key.service.to_string(),
        operation: pair.key.operation.to_string(),
        category: pair.key.category,
        n_base: base.n,
        n_head: head.n,
        errors_base: base.errors,
        errors_head: head.errors,
        q50_base: median(base),
        q50_head: median(head),
        beyond_noise: beyond.map(|(beyond, _)| libm::expm1(beyond)),
        points: beyond.map_or(0.0, |(_, points)| points),
        no_test: changes
            .is_empty()
            .then(|| "fewer than 4 windows of time with spans on one side".to_owned()),
        changes,
    })
}
