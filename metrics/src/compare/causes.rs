//! What got worse, in words, the surest first and of those the largest; what another cause explains stands behind that one.

use std::collections::BTreeMap;

use super::{
    data::{Cause, CauseKind, Change, Direction, MetricChange, OperationChange, Quantity},
    metric_gate::WHOLE,
};
use crate::{model::Category, summary::GroupKey};

/// Below this probability of chance all causes are equally sure: so far out no test of ours is exact, and the larger change says more. An opinion without evidence
/// yet: in tests/faults it changes no count of first causes against plain order by probability.
const SURE: f64 = 0.001;

/// All that got worse. The whole score stands last: it says that something fell, not what. `explained` tells which metric explains a fall of which: the first is not
/// news where the second fell as well, and follows it.
pub(super) fn causes(
    metrics: &[MetricChange],
    operations: &[OperationChange],
    explained: &BTreeMap<&str, &str>,
) -> Vec<Cause> {
    let mut causes: Vec<Cause> = metrics
        .iter()
        .filter(|change| change.direction == Direction::Worse)
        .map(of_metric)
        .collect();
    for operation in operations {
        let worse = |change: &&Change| change.direction == Direction::Worse;
        let mut worse: Vec<&Change> = operation.changes.iter().filter(worse).collect();
        // That its slow tenth is slower as well says nothing new of an operation whose median is.
        if worse
            .iter()
            .any(|change| change.quantity == Quantity::Median)
        {
            worse.retain(|change| change.quantity != Quantity::Q90);
        }
        causes.extend(
            worse
                .into_iter()
                .map(|change| of_operation(operation, change)),
        );
    }
    causes.sort_by(|a, b| {
        let last = |cause: &Cause| cause.kind == CauseKind::Score;
        last(a)
            .cmp(&last(b))
            .then(a.p.max(SURE).total_cmp(&b.p.max(SURE)))
            .then(b.size.total_cmp(&a.size))
            .then_with(|| a.text.cmp(&b.text))
    });
    for (code, by) in explained {
        let place = |code: &str| {
            let is = |cause: &Cause| {
                cause.kind == CauseKind::Metric && cause.metric.as_deref() == Some(code)
            };
            causes.iter().position(is)
        };
        if let (Some(at), Some(behind)) = (place(code), place(by)) {
            causes[at].text += &format!("; the fall of {by} explains it");
            if at < behind {
                causes[at..=behind].rotate_left(1);
            }
        }
    }
    causes
}

/// What got better, in words.
pub(super) fn improvements(operations: &[OperationChange]) -> Vec<String> {
    let faster = operations.iter().flat_map(|operation| {
        let better = |change: &&Change| {
            change.direction == Direction::Better && change.quantity == Quantity::Median
        };
        operation
            .changes
            .iter()
            .filter(better)
            .map(|change| in_words(operation, change))
    });
    faster.collect()
}

fn of_metric(change: &MetricChange) -> Cause {
    let whole = change.code == WHOLE;
    let (scale, digits) = if whole { (100.0, 1) } else { (1.0, 2) };
    let value = |value: Option<f64>| format!("{:.digits$}", scale * value.unwrap_or_default());
    Cause {
        kind: if whole {
            CauseKind::Score
        } else {
            CauseKind::Metric
        },
        metric: (!whole).then(|| change.code.clone()),
        service: None,
        operation: None,
        p: change.p.unwrap_or(1.0),
        q: change.q.unwrap_or(1.0),
        size: -change.delta.unwrap_or_default(),
        text: format!(
            "{} fell from {} to {}, by {} ({}..{}), {}",
            change.code,
            value(change.base),
            value(change.head),
            value(change.delta.map(|delta| -delta)),
            value(change.high.map(|high| -high)),
            value(change.low.map(|low| -low)),
            share(change.q.unwrap_or(1.0)),
        ),
    }
}

fn of_operation(operation: &OperationChange, change: &Change) -> Cause {
    let (kind, metric) = match change.quantity {
        Quantity::Errors => (CauseKind::Errors, Some("ERR")),
        Quantity::Median => (CauseKind::Slower, durations_in(operation.category)),
        Quantity::Q90 => (CauseKind::Tail, durations_in(operation.category)),
    };
    Cause {
        kind,
        metric: metric.map(str::to_owned),
        service: Some(operation.service.clone()),
        operation: Some(operation.operation.clone()),
        p: change.p,
        q: change.q,
        size: 1.0 - 1.0 / (1.0 + change.change),
        text: in_words(operation, change),
    }
}

/// The metric that reads durations of a category.
fn durations_in(category: Category) -> Option<&'static str> {
    match category {
        Category::Internal => Some("TIME"),
        Category::Db => Some("DB"),
        Category::Net => Some("NET"),
        Category::Io => Some("IO"),
        Category::Cache | Category::Messaging => None,
    }
}

fn in_words(operation: &OperationChange, change: &Change) -> String {
    let name = full_name(&operation.service, &operation.operation);
    let windows = format!("{} windows, {}", change.windows, share(change.q));
    if change.quantity == Quantity::Errors {
        let rate = |errors: u64, n: u64| 100.0 * errors as f64 / n.max(1) as f64;
        return format!(
            "{name} fails {} often: {:.2} % of calls became {:.2} %, odds x {:.1} ({:.1}..{:.1}), {windows}",
            if change.change > 0.0 { "more" } else { "less" },
            rate(operation.errors_base, operation.n_base),
            rate(operation.errors_head, operation.n_head),
            1.0 + change.change,
            1.0 + change.low,
            1.0 + change.high,
        );
    }
    let subject = match change.quantity {
        Quantity::Q90 => format!("the slow tenth of {name}"),
        Quantity::Median | Quantity::Errors => name,
    };
    let percent = |share: f64| format!("{:.0}", 100.0 * share);
    if change.change > 0.0 {
        format!(
            "{subject} is {} % slower ({}..{} %), {windows}",
            percent(change.change),
            percent(change.low),
            percent(change.high)
        )
    } else {
        format!(
            "{subject} is {} % faster ({}..{} %), {windows}",
            percent(-change.change),
            percent(-change.high),
            percent(-change.low)
        )
    }
}

/// A group as people call it.
pub(super) fn name(key: &GroupKey) -> String {
    full_name(&key.service, &key.operation)
}

fn full_name(service: &str, operation: &str) -> String {
    if service.is_empty() {
        operation.to_owned()
    } else {
        format!("{service}/{operation}")
    }
}

fn share(q: f64) -> String {
    if q < 0.001 {
        "q < .001".to_owned()
    } else {
        format!("q = {}", format!("{q:.3}").trim_start_matches('0'))
    }
}
