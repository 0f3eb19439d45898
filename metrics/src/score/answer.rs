//! Takes nothing of a metric's answer for granted: a third-party metric may answer what cannot be, and nothing that comes after must stumble over that.

use super::{
    metric::MetricMeta,
    outcome::{Outcome, Subject},
};

/// What cannot be in an answer, as a fragment; `groups` counts the operations there are.
pub(super) fn wrong(
    meta: &MetricMeta,
    outcome: &Outcome,
    groups: impl FnOnce() -> usize,
) -> Option<String> {
    let what = what_is_wrong(meta, outcome, groups)?;
    // Whoever wrote a program knows it by another name than its metric's.
    Some(match meta.plugin.is_program() {
        true => format!("plugin {} {what}", meta.plugin.origin),
        false => what,
    })
}

fn what_is_wrong(
    meta: &MetricMeta,
    outcome: &Outcome,
    groups: impl FnOnce() -> usize,
) -> Option<String> {
    let Outcome::Scored {
        score,
        factors,
        parts,
        ..
    } = outcome
    else {
        return None;
    };
    let fraction = 0.0..=1.0;
    if !fraction.contains(score) {
        return Some(format!(
            "answered a score of {score}, which is not in [0, 1]"
        ));
    }
    let named = meta.factors.len();
    let of_factors = factors.iter().map(|factor| (factor.factor, factor.score));
    let of_parts = parts.iter().map(|part| (part.factor, part.score));
    for (factor, score) in of_factors.chain(of_parts) {
        if factor >= named {
            return Some(format!(
                "answered for factor {factor}, and its description has {named}"
            ));
        }
        if !fraction.contains(&score) {
            let name = meta.factors[factor].name;
            return Some(format!(
                "answered a score of {score} for its factor {name}, which is not in [0, 1]"
            ));
        }
    }
    // Counted only where an answer speaks of them, since groups are many and views more.
    let groups = match parts
        .iter()
        .any(|part| matches!(part.subject, Subject::Group(_)))
    {
        true => groups(),
        false => 0,
    };
    parts.iter().find_map(|part| match part.subject {
        Subject::Group(at) if at >= groups => Some(format!(
            "answered for operation {at}, and there are {groups}"
        )),
        _ if !(part.weight.is_finite() && part.weight >= 0.0 && part.share.is_finite()) => {
            Some("answered with a weight or a share that is no number".to_owned())
        }
        _ => None,
    })
}
