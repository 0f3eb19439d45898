//! The verdict of a comparison: policy, apart from what the statistics say.

use super::{causes::improvements, comparison::Comparison, data::MetricChange};
use crate::report::{Verdict, VerdictOutcome};

/// Sessions the base runs must span before a regression may fail: SCORING.md section 4. Real normal runs of another day fail a naive gate up to 100 % of the time.
pub const SESSIONS_WANTED: u64 = 3;

/// What is known of how the runs were made, beyond what their summaries say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Policy {
    /// Base and head ran in one session: on the same machine, one after the other.
    pub same_session: bool,
    /// Base and head took turns in one session.
    pub interleaved: bool,
    /// Whether the head may pass although a metric failed.
    pub allow_incomplete: bool,
}

/// Judges a comparison.
///
/// A regression fails only where the runs tell one session from another: base runs of three or more sessions, base and head in turns, or one session by the
/// user's word. Else it warns. Operations that only got faster warn: a request that fails early is fast. Without a single test nothing can be said.
pub fn judge(comparison: &Comparison, policy: Policy) -> Verdict {
    let (outcome, mut reasons) = if !comparison.tested() {
        (
            VerdictOutcome::Inconclusive,
            vec!["too little data to say: no metric and no operation has enough windows of time on both sides".to_owned()],
        )
    } else if comparison.regressed {
        let trusted = if policy.interleaved {
            Some("base and head took turns".to_owned())
        } else if policy.same_session {
            Some("base and head are of one session, as stated".to_owned())
        } else if comparison.sessions >= SESSIONS_WANTED {
            Some(format!("the base spans {} sessions", comparison.sessions))
        } else {
            None
        };
        let what = match comparison.causes.len() {
            1 => "the head is worse beyond noise".to_owned(),
            n => format!("the head is worse beyond noise in {n} ways"),
        };
        match trusted {
            Some(why) => (VerdictOutcome::Fail, vec![format!("{what}, and {why}")]),
            None => (
                VerdictOutcome::Warn,
                vec![format!(
                    "{what}; it only warns because the base spans {} of the {SESSIONS_WANTED} sessions wanted, and sessions differ by themselves: give base runs of more days, or state --same-session",
                    comparison.sessions
                )],
            ),
        }
    } else {
        let faster = improvements(&comparison.operations);
        if faster.is_empty() {
            (VerdictOutcome::Pass, Vec::new())
        } else {
            let mut reasons = vec![
                "nothing is worse, but what fails early is fast: look whether these still do their work".to_owned(),
            ];
            reasons.extend(faster);
            (VerdictOutcome::Warn, reasons)
        }
    };
    let outcome = if outcome == VerdictOutcome::Pass && !comparison.mismatches.is_empty() {
        VerdictOutcome::Warn
    } else {
        outcome
    };
    let failed: Vec<String> = comparison.metrics.iter().filter_map(failure).collect();
    let outcome = match (failed.is_empty(), policy.allow_incomplete) {
        (true, _) => outcome,
        (false, false) => VerdictOutcome::Fail,
        (false, true) if outcome == VerdictOutcome::Pass => VerdictOutcome::Warn,
        (false, true) => outcome,
    };
    reasons.splice(0..0, failed);
    reasons.extend(comparison.mismatches.iter().cloned());
    Verdict { outcome, reasons }
}

fn failure(change: &MetricChange) -> Option<String> {
    let why = change.no_test.as_ref().filter(|_| change.failed)?;
    Some(format!("{} cannot be compared: {why}", change.code))
}
