//! Whether thresholds are met.

use super::data::Gate;
use crate::score::{Plan, Planned, Scored, ScoredMetric};

/// The threshold of the whole score, 0..100.
pub(super) fn run_gate(scored: &Scored, plan: &Plan) -> Option<Gate> {
    plan.fail_under.map(|least| Gate {
        least,
        met: (scored.complete || plan.allow_incomplete)
            && scored.pss.is_some_and(|score| 100.0 * score >= least),
    })
}

/// The threshold of one metric, 0..1.
pub(super) fn metric_gate(planned: &Planned, metric: &ScoredMetric) -> Option<Gate> {
    planned.min_score.map(|least| Gate {
        least,
        met: metric.outcome.score().is_some_and(|score| score >= least),
    })
}
