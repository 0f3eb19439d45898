//! The rules for metrics that watch the records, in the place of scoring a summary.

use super::{
    finding::Finding,
    probe::{Probe, probes},
};
use crate::{
    plugin::caught,
    score::{Metric, Observer, Outcome, Planned, Setup, Story, SummaryView, Totals},
};

/// How far two answers of the same records may lie apart: sums of floating-point numbers depend on the order by less.
const SLACK: f64 = 1e-9;

/// Tries one that was built. One that fails is asked no more: a program that hangs would be waited for each time.
pub(super) fn check(
    metric: &'static dyn Metric,
    observer: &dyn Observer,
    planned: &Planned,
) -> Vec<Finding> {
    let mut findings: Vec<Finding> = empty_input(observer).into_iter().collect();
    for probe in probes(metric.meta()) {
        findings.extend(on(observer, planned, &probe));
        if findings.iter().any(|finding| finding.rule == "answers") {
            break;
        }
    }
    findings
}

/// What it answers of records that pass by in parts, each on a tap of its own.
pub(super) fn told(observer: &dyn Observer, parts: &[Story]) -> Outcome {
    let answer = caught(|| {
        let watch = observer.watch(Setup::default());
        for part in parts {
            part.tell(&mut *watch.tap());
        }
        watch.finish(None)
    });
    answer.unwrap_or_else(Outcome::Failed)
}

fn empty_input(observer: &dyn Observer) -> Option<Finding> {
    let (rule, what) = match told(observer, &[Story::default()]) {
        Outcome::NoData(reason) if reason.trim().is_empty() => {
            ("empty-input", "gives no reason".to_owned())
        }
        Outcome::NoData(_) => return None,
        Outcome::Scored { score, .. } => ("empty-input", format!("scores {score}")),
        Outcome::Failed(why) => ("answers", format!("on no record: {why}")),
    };
    Some(Finding::new(rule, what))
}

/// One run. The rules are tried in turn, and the first that is broken ends it.
fn on(observer: &dyn Observer, planned: &Planned, probe: &Probe) -> Option<Finding> {
    let found =
        |rule, what: String| Some(Finding::new(rule, format!("on {}: {what}", probe.title)));
    let summary = probe.story.summary();
    let totals = Totals::of(&summary);
    let view = SummaryView::whole(&summary, &totals);
    let whole = [probe.story.clone()];
    let first = told(observer, &whole);
    if let Outcome::Failed(why) = first {
        return found("answers", why);
    }
    if let Some(why) = planned.wrong_answer(&first, &view) {
        return found("range", why);
    }
    let differs = |parts: &[Story]| {
        let other = told(observer, parts);
        (!alike(&first, &other)).then(|| format!("{} and {}", shown(&first), shown(&other)))
    };
    if let Some(both) = differs(&whole) {
        return found("deterministic", format!("asked twice, it answers {both}"));
    }
    if let Some(both) = differs(&[probe.story.backwards()]) {
        return found(
            "order",
            format!("of records in the opposite order it answers otherwise: {both}"),
        );
    }
    if let Some(both) = differs(&[2, 0, 1].map(|at| probe.story.part(at))) {
        return found(
            "splits",
            format!("of three parts of it, from several threads, it answers otherwise: {both}"),
        );
    }
    match planned.ask(&view) {
        Ok(Outcome::NoData(_)) => None,
        Ok(outcome) => found(
            "capabilities",
            format!(
                "it watches records, and of a summary it answers {}",
                shown(&outcome)
            ),
        ),
        Err(why) => found("capabilities", format!("of a summary it says: {why}")),
    }
}

fn alike(one: &Outcome, other: &Outcome) -> bool {
    match (one, other) {
        (Outcome::Scored { score, n, .. }, Outcome::Scored { score: s, n: m, .. }) => {
            (score - s).abs() <= SLACK && n == m
        }
        (one, other) => one == other,
    }
}

fn shown(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Scored { score, n, .. } => format!("{score} of {n} records"),
        Outcome::NoData(why) => format!("no data ({why})"),
        Outcome::Failed(why) => format!("a failure ({why})"),
    }
}
