//! The verdict of one run: policy, apart from what was measured.

use super::{
    data::{Gate, Verdict, VerdictOutcome},
    gate::{metric_gate, run_gate},
};
use crate::score::{Level, Outcome, Plan, Scored};

/// Judges a scored run by the plan's thresholds.
///
/// A threshold on a score that is n/a is not met, nor on one that is incomplete unless the plan allows that. Without a threshold there is nothing to fail; low confidence, an incomplete score or a partial
/// input then only warn.
pub(super) fn verdict(scored: &Scored, plan: &Plan, warnings: &[String]) -> Verdict {
    let mut failed = Vec::new();
    if let Some(Gate { least, met: false }) = run_gate(scored, plan) {
        match scored.pss {
            None => failed.push(format!(
                "no metric has data, so the threshold of {least} is not met"
            )),
            Some(_) if !scored.complete && !plan.allow_incomplete => failed.push(format!(
                "the score is incomplete, so the threshold of {least} is not met: {}",
                scored.incomplete.join("; ")
            )),
            Some(score) => failed.push(format!(
                "the score {:.1} is below the threshold of {least}",
                100.0 * score
            )),
        }
    }
    for (planned, metric) in plan.metrics.iter().zip(&scored.metrics) {
        if let Some(Gate { least, met: false }) = metric_gate(planned, metric) {
            let code = planned.metric.meta().code;
            match metric.outcome.score() {
                None => failed.push(match &metric.outcome {
                    Outcome::Failed(reason) => {
                        format!("{code} failed, so its threshold of {least} is not met: {reason}")
                    }
                    _ => format!("{code} has no score, so its threshold of {least} is not met"),
                }),
                Some(score) => failed.push(format!(
                    "{code} scores {score:.2}, below its threshold of {least}"
                )),
            }
        }
    }
    if !failed.is_empty() {
        return Verdict {
            outcome: VerdictOutcome::Fail,
            reasons: failed,
        };
    }
    if scored.pss.is_none() {
        return Verdict {
            outcome: VerdictOutcome::Inconclusive,
            reasons: [
                vec!["no metric has enough data".to_owned()],
                scored.incomplete.clone(),
            ]
            .concat(),
        };
    }
    let mut reasons = scored.incomplete.clone();
    if scored.confidence.level == Level::Low {
        reasons.extend(scored.confidence.reasons.iter().cloned());
    }
    reasons.extend(warnings.iter().cloned());
    Verdict {
        outcome: if reasons.is_empty() {
            VerdictOutcome::Pass
        } else {
            VerdictOutcome::Warn
        },
        reasons,
    }
}
