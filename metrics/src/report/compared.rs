//! Fills the report of a comparison: the head's own report, with what the comparison says and its verdict.

use super::data::{Report, Verdict, VerdictOutcome};
use crate::compare::{Comparison, Direction, OperationChange, Policy, judge};

/// Operations that did not change and cost no points are shown up to this many where nothing else is said.
fn shown(operations: Vec<OperationChange>, top: usize) -> Vec<OperationChange> {
    let changed = |operation: &OperationChange| {
        let mut changes = operation.changes.iter();
        changes.any(|change| change.direction != Direction::Same)
    };
    operations
        .into_iter()
        .enumerate()
        .filter(|(at, operation)| *at < top || changed(operation))
        .map(|(_, operation)| operation)
        .collect()
}

/// The head's report with the comparison. A threshold that the head misses fails whatever the comparison says; all that changed is kept, and of what did not the
/// first `top` operations.
#[must_use]
pub fn compared(mut report: Report, comparison: Comparison, policy: Policy, top: usize) -> Report {
    let own = report.verdict;
    let judged = judge(&comparison, policy);
    report.verdict = if own.outcome == VerdictOutcome::Fail {
        Verdict {
            outcome: VerdictOutcome::Fail,
            reasons: [own.reasons, judged.reasons].concat(),
        }
    } else if report.input.partial && judged.outcome == VerdictOutcome::Pass {
        Verdict {
            outcome: VerdictOutcome::Warn,
            reasons: vec!["reading was stopped before the end: the report is partial".to_owned()],
        }
    } else {
        judged
    };
    report.compare = Some(Comparison {
        operations: shown(comparison.operations, top),
        ..comparison
    });
    report
}
