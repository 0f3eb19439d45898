//! The verdict of one run: policy, apart from what was measured.

use super::{
    data::{Gate, Verdict, VerdictOutcome},
    gate::{metric_gate, run_gate},
};
use crate::score::{Level, Outcome, Plan, Scored};

/// A score with so many digits behind the point, or as many more as it takes to be seen below a threshold.
fn below(score: f64, least: f64, digits: usize) -> String {
    let is_seen = |text: &String| text.parse().is_ok_and(|shown: f64| shown < least);
    (digits..15)
        .map(|digits| format!("{score:.digits$}"))
        .find(is_seen)
        .unwrap_or_else(|| score.to_string())
}

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
                "the score {} is below the threshold of {least}",
                below(100.0 * score, least, 1)
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
                    "{code} scores {}, below its threshold of {least}",
                    below(score, least, 2)
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

#[cfg(test)]
mod tests {
    use super::below;

    #[test]
    fn what_is_below_a_threshold_is_seen_to_be() {
        for (score, least, digits, shown) in [
            (71.84, 80.0, 1, "71.8"),
            (99.994, 100.0, 1, "99.99"),
            (0.6996, 0.7, 2, "0.6996"),
            (80.0_f64.next_down(), 80.0, 1, "79.99999999999999"),
        ] {
            assert_eq!(below(score, least, digits), shown);
        }
    }
}
