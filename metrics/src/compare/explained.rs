//! Which fall of a metric is explained by the fall of another that reads the same observations.

use std::collections::BTreeMap;

use super::data::{Direction, MetricChange};
use crate::{
    score::{Plan, SummaryView, Totals},
    summary::Summary,
};

/// Codes of metrics that fell, each with the one that fell as well and [explains](crate::score::Metric::explained_by) it.
pub(super) fn explained(
    pooled: &Summary,
    head: &Summary,
    plan: &Plan,
    changes: &[MetricChange],
) -> BTreeMap<&'static str, &'static str> {
    let fell = |code: &str| {
        let worse =
            |change: &MetricChange| change.code == code && change.direction == Direction::Worse;
        changes.iter().any(worse)
    };
    let fallen: Vec<_> = plan
        .metrics
        .iter()
        .filter(|planned| fell(planned.metric.meta().code))
        .collect();
    if fallen.len() < 2 {
        return BTreeMap::new();
    }
    let totals = [Totals::of(pooled), Totals::of(head)];
    let base = SummaryView::whole(pooled, &totals[0]);
    let head = SummaryView::whole(head, &totals[1]);
    fallen
        .into_iter()
        .filter_map(|planned| {
            let by = planned.metric.explained_by(&base, &head)?;
            fell(by).then_some((planned.metric.meta().code, by))
        })
        .collect()
}
