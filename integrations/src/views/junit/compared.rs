//! The comparison: a case of its own, and what it says of a metric beside the metric's score.

use pss_metrics::{compare::Comparison, report::VerdictOutcome};
use quick_junit::{NonSuccessKind, TestCase, TestCaseStatus};

use super::{failure, numbers, skipped};

/// Fails with its causes where the verdict does: a regression that policy only warns of passes, with its causes in the output.
pub(super) fn case(compare: &Comparison, outcome: VerdictOutcome) -> TestCase {
    let causes: Vec<&str> = compare
        .causes
        .iter()
        .map(|cause| cause.text.as_str())
        .collect();
    let causes = causes.join("\n");
    let status = if compare.regressed && outcome == VerdictOutcome::Fail {
        failure(NonSuccessKind::Failure, causes.clone())
    } else if compare.tested() {
        TestCaseStatus::success()
    } else {
        skipped("too little data on both sides to compare".to_owned())
    };
    let mut case = TestCase::new("Regression", status);
    case.set_classname("pss.compare");
    numbers(&mut case, [("regression", compare.regression)]);
    case.add_property(("regressed", compare.regressed.to_string().as_str()));
    if !causes.is_empty() {
        case.set_system_out(causes);
    }
    case
}

/// Both sides of a metric as properties of its case.
pub(super) fn add_change(case: &mut TestCase, compare: &Comparison, code: &str) {
    let Some(metric) = compare.metrics.iter().find(|metric| metric.code == code) else {
        return;
    };
    numbers(
        case,
        [
            ("base.score", metric.base),
            ("head.score", metric.head),
            ("change", metric.delta),
            ("change.low", metric.low),
            ("change.high", metric.high),
            ("change.q", metric.q),
        ],
    );
}
