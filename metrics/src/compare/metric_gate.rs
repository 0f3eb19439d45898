//! The metric gate: which scores fell by more than chance and run-to-run differences explain.

use super::data::{Direction, MetricChange};
use crate::{
    score::{Against, Lacking, Plan, Reference, Run, against},
    stats::{false_discovery, student_below, student_quantile},
    summary::Summary,
};

/// Standard deviation of a score between runs of one program: what one base run cannot show. An opinion; three or more base runs correct it.
const TAU: f64 = 0.01;
const TAU_PSS: f64 = 0.005;
/// Base runs' worth of that opinion.
const TAU_RUNS: f64 = 4.0;
/// Base runs from which their own spread is heard.
const RUNS_HEARD: usize = 3;
/// Degrees of freedom: the interval leaves out 16 blocks.
const FREEDOM: f64 = 15.0;
/// Share of false findings.
const FALSE_SHARE: f64 = 0.05;
/// A smaller fall matters to nobody, however sure.
const LEAST_FALL: f64 = 0.03;
const LEAST_FALL_PSS: f64 = 0.02;

/// The code of the whole score among the metrics of a comparison.
pub const WHOLE: &str = "PSS";

/// Every metric of the plan in its order, and first the whole score.
pub(super) fn metric_gate(
    pooled: &Summary,
    bases: &[&Summary],
    head: &Summary,
    plan: &Plan,
) -> Vec<MetricChange> {
    let runs: Vec<Run<'_>> = bases.iter().map(|base| Run::of(base, plan)).collect();
    let head = Run::of(head, plan);
    let together;
    let reference = match &runs[..] {
        // One base is all of them, and scoring it once more would take a twelfth of the whole comparison.
        [one] => Reference::new(one, &runs, &head, plan),
        _ => {
            together = Run::of(pooled, plan);
            Reference::new(&together, &runs, &head, plan)
        }
    };
    let base: Vec<Against> = runs
        .iter()
        .map(|run| against(run, &reference, plan, true))
        .collect();
    let head = against(&head, &reference, plan, false);

    let whole = || Lacking::data("no metric can be compared");
    let mut changes = vec![change(
        WHOLE,
        TAU_PSS,
        base.iter().map(|run| run.pss.ok_or_else(whole)).collect(),
        head.pss.ok_or_else(whole),
    )];
    for (at, planned) in plan.metrics.iter().enumerate() {
        changes.push(change(
            planned.metric.meta().code,
            TAU,
            base.iter().map(|run| run.metrics[at].clone()).collect(),
            head.metrics[at].clone(),
        ));
    }
    let tested: Vec<f64> = changes.iter().filter_map(|change| change.p).collect();
    let mut q = false_discovery(&tested).into_iter();
    // Rises are not gated: their probability is that of a fall, seen from the other side.
    let risen: Vec<f64> = tested.iter().map(|p| 1.0 - p).collect();
    let mut q_risen = false_discovery(&risen).into_iter();
    for change in changes.iter_mut().filter(|change| change.p.is_some()) {
        let (q, q_risen) = (q.next().unwrap_or(1.0), q_risen.next().unwrap_or(1.0));
        change.q = Some(q);
        let least = if change.code == WHOLE {
            LEAST_FALL_PSS
        } else {
            LEAST_FALL
        };
        change.direction = match change.delta {
            Some(delta) if delta < -least && q <= FALSE_SHARE => Direction::Worse,
            Some(delta) if delta > least && q_risen <= FALSE_SHARE => Direction::Better,
            _ => Direction::Same,
        };
    }
    changes
}

/// A score with its standard error.
type Score = Result<(f64, Option<f64>), Lacking>;

fn change(code: &str, tau: f64, base: Vec<Score>, head: Score) -> MetricChange {
    let none = |lacking: Lacking| MetricChange {
        code: code.to_owned(),
        base: None,
        head: None,
        delta: None,
        low: None,
        high: None,
        p: None,
        q: None,
        direction: Direction::Same,
        failed: lacking.failed,
        no_test: Some(lacking.reason),
    };
    let base: Vec<(f64, Option<f64>)> = match base.into_iter().collect() {
        Ok(base) => base,
        Err(lacking) => return none(lacking),
    };
    let head = match head {
        Ok((head, _)) => head,
        Err(lacking) => return none(lacking),
    };
    let r = base.len() as f64;
    let mean = base.iter().map(|(score, _)| score).sum::<f64>() / r;
    let Some(squares) = base
        .iter()
        .map(|(_, error)| error.map(|error| error * error))
        .sum::<Option<f64>>()
    else {
        return MetricChange {
            base: Some(mean),
            head: Some(head),
            delta: Some(head - mean),
            ..none(Lacking::data(
                "too few blocks of time in the base to know how far it strays",
            ))
        };
    };
    let between = if base.len() >= RUNS_HEARD {
        let apart: f64 = base
            .iter()
            .map(|(score, _)| (score - mean) * (score - mean))
            .sum();
        (TAU_RUNS * tau * tau + apart) / (TAU_RUNS + r - 1.0)
    } else {
        tau * tau
    };
    // The base's error on both sides: a fault inside one window inflates the head's own error, and would hide itself.
    let error = libm::sqrt((1.0 + 1.0 / r) * (squares / r + between));
    let delta = head - mean;
    let half = student_quantile(0.975, FREEDOM) * error;
    MetricChange {
        base: Some(mean),
        head: Some(head),
        delta: Some(delta),
        low: Some((delta - half).max(-1.0)),
        high: Some((delta + half).min(1.0)),
        p: Some(student_below(delta / error, FREEDOM)),
        no_test: None,
        ..none(Lacking::data(""))
    }
}
