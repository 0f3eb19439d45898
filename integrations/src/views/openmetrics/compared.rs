//! The comparison as gauges: what an alert asks for. Operations that did not change stay out, since each would be a series of its own.

use pss_metrics::compare::{Comparison, Direction, MetricChange, Quantity};

use super::{Text, flag};

pub(super) fn put(text: &mut Text, compare: &Comparison) {
    text.gauge(
        "pss_regression",
        "How different the run is from its base beyond noise, 0 to 100.",
        [(vec![], compare.regression)],
    );
    text.gauge(
        "pss_regressed",
        "Whether something got worse beyond noise.",
        [(vec![], Some(flag(compare.regressed)))],
    );
    let each = |value: &dyn Fn(&MetricChange) -> Option<f64>| {
        compare
            .metrics
            .iter()
            .map(|metric| (vec![("metric", metric.code.as_str())], value(metric)))
            .collect::<Vec<_>>()
    };
    text.gauge(
        "pss_metric_change",
        "Score of a metric less that of the base, -1 to 1; PSS is the whole.",
        each(&|metric| metric.delta),
    );
    text.gauge(
        "pss_metric_change_q",
        "Share of false findings, were the fall of this metric taken.",
        each(&|metric| metric.q),
    );
    let changed = compare.operations.iter().flat_map(|operation| {
        let changes = operation.changes.iter();
        let found = changes.filter(|change| change.direction != Direction::Same);
        found.map(move |change| {
            let quantity = match change.quantity {
                Quantity::Median => "median",
                Quantity::Q90 => "q90",
                Quantity::Errors => "odds_of_failing",
            };
            let labels = vec![
                ("service", operation.service.as_str()),
                ("operation", operation.operation.as_str()),
                ("category", operation.category.name()),
                ("quantity", quantity),
            ];
            (labels, Some(change.change))
        })
    });
    text.gauge(
        "pss_operation_change",
        "What changed of an operation beyond noise, as a share of the base: .5 is half as much again.",
        changed,
    );
}
