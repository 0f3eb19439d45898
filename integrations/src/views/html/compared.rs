//! The comparison with the base, where there is one.

use pss_metrics::{
    compare::{Change, Direction, MetricChange, OperationChange, Quantity, Strangers, WHOLE},
    report::Report,
};

use super::{
    super::{
        names::{named, sentence, visible},
        numbers::seconds,
    },
    number::{Number, left_out},
};

/// What the section is filled with.
pub(super) struct Compared {
    pub(super) regressed: bool,
    pub(super) regression: Number,
    pub(super) causes: Vec<String>,
    pub(super) mismatches: Vec<String>,
    pub(super) metrics: Vec<Metric>,
    pub(super) untested: Vec<Untested>,
    pub(super) operations: Vec<Operation>,
    pub(super) operations_left_out: Option<String>,
    pub(super) new: Vec<String>,
    pub(super) new_left_out: Option<String>,
    pub(super) vanished: Vec<String>,
    pub(super) vanished_left_out: Option<String>,
}

/// A metric that cannot be compared.
pub(super) struct Untested {
    pub(super) code: String,
    pub(super) reason: String,
}

/// A metric of both sides.
pub(super) struct Metric {
    pub(super) code: String,
    pub(super) base: Number,
    pub(super) head: Number,
    pub(super) delta: Number,
    pub(super) low: Number,
    pub(super) high: Number,
    pub(super) said: String,
    pub(super) grade: &'static str,
}

/// An operation of both sides.
pub(super) struct Operation {
    pub(super) name: String,
    pub(super) n_base: Number,
    pub(super) n_head: Number,
    pub(super) errors_base: Number,
    pub(super) errors_head: Number,
    pub(super) q50_base: Number,
    pub(super) q50_head: Number,
    pub(super) said: String,
    pub(super) grade: &'static str,
}

impl Compared {
    /// The comparison, with at most so many rows of what may be many.
    pub(super) fn of(report: &Report, rows: usize) -> Option<Compared> {
        let compare = report.compare.as_ref()?;
        let strangers = |list: &[Strangers]| {
            let name = |stranger: &Strangers| named(&stranger.service, &stranger.operation);
            list.iter().take(rows).map(name).collect()
        };
        Some(Compared {
            regressed: compare.regressed,
            regression: Number::new(compare.regression, |points| format!("{points:.1}")),
            causes: compare
                .causes
                .iter()
                .take(rows)
                .map(|cause| sentence(&cause.text))
                .collect(),
            mismatches: compare
                .mismatches
                .iter()
                .map(|text| visible(text))
                .collect(),
            metrics: compare
                .metrics
                .iter()
                .filter(|metric| metric.delta.is_some())
                .map(metric)
                .collect(),
            untested: compare
                .metrics
                .iter()
                .filter(|metric| metric.delta.is_none())
                .map(untested)
                .collect(),
            operations: compare
                .operations
                .iter()
                .take(rows)
                .map(operation)
                .collect(),
            operations_left_out: left_out(compare.operations.len(), rows),
            new: strangers(&compare.new),
            new_left_out: left_out(compare.new.len(), rows),
            vanished: strangers(&compare.vanished),
            vanished_left_out: left_out(compare.vanished.len(), rows),
        })
    }
}

fn metric(metric: &MetricChange) -> Metric {
    // The whole is known by its points.
    let (scale, places) = if metric.code == WHOLE {
        (100.0, 1)
    } else {
        (1.0, 2)
    };
    let score = |score: Option<f64>| {
        Number::new(score.map(|score| scale * score), |score| {
            format!("{score:.places$}")
        })
    };
    let signed = |score: Option<f64>| {
        Number::new(score.map(|score| scale * score), |score| {
            format!("{score:+.places$}")
        })
    };
    let (said, grade) = said(metric.direction);
    Metric {
        code: visible(&metric.code),
        base: score(metric.base),
        head: score(metric.head),
        delta: signed(metric.delta),
        low: signed(metric.low),
        high: signed(metric.high),
        said: metric
            .no_test
            .as_deref()
            .map_or_else(|| said.to_owned(), sentence),
        grade,
    }
}

fn untested(metric: &MetricChange) -> Untested {
    Untested {
        code: visible(&metric.code),
        reason: sentence(metric.no_test.as_deref().unwrap_or("no data")),
    }
}

fn operation(operation: &OperationChange) -> Operation {
    let found = |change: &&Change| change.direction != Direction::Same;
    let most = operation
        .changes
        .iter()
        .filter(found)
        .min_by(|a, b| a.p.total_cmp(&b.p));
    let (said, grade) = match most {
        Some(change) => {
            let what = match change.quantity {
                Quantity::Median => "median",
                Quantity::Q90 => "slowest tenth",
                Quantity::Errors => "odds of failing",
            };
            let (_, grade) = said(change.direction);
            (format!("{what} {:+.0} %", 100.0 * change.change), grade)
        }
        None => {
            let why = operation.no_test.as_deref();
            (why.map_or_else(|| "no change".to_owned(), sentence), "none")
        }
    };
    Operation {
        name: named(&operation.service, &operation.operation),
        n_base: Number::count(operation.n_base),
        n_head: Number::count(operation.n_head),
        errors_base: Number::count(operation.errors_base),
        errors_head: Number::count(operation.errors_head),
        q50_base: Number::new(operation.q50_base, seconds),
        q50_head: Number::new(operation.q50_head, seconds),
        said,
        grade,
    }
}

fn said(direction: Direction) -> (&'static str, &'static str) {
    match direction {
        Direction::Worse => ("worse", "poor"),
        Direction::Better => ("better", "good"),
        Direction::Same => ("no change", "none"),
    }
}
