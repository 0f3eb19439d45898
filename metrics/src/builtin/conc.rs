//! CONC: do some requests queue far longer than others?

use std::collections::BTreeMap;

use crate::{
    plugin_meta,
    score::{
        Call, Curve, Example, FactorMeta, GroupView, Metric, MetricEntry, MetricMeta, Outcome,
        Over, PerSubject, Settings, Story, SummaryView, even, plain,
    },
    stats::{body, tail},
    summary::GroupKey,
};

static META: MetricMeta = MetricMeta {
    plugin: plugin_meta!(
        Metric,
        "conc",
        "do some requests queue far longer than others?"
    ),
    code: "CONC",
    question: "do some requests queue far longer than others?",
    weight: 0.15,
    reads: "waits on locks or queues where present, else all waits; of entry spans where those are known",
    factors: &[FactorMeta {
        name: "tail",
        what: "slow tail of the odds of waiting: with o = min(wait/max(duration - wait, 1 us), 1000) + .1, (mean of ln o over the largest 5 % - ln median)/2.0627",
        unit: "",
        curve: Curve {
            good: 0.25,
            mid: 0.8,
            exponent: 1.0,
        },
        origin: "an opinion that waits for data",
    }],
    combination: "mean over operations, weight n",
    needs: "spans with `lock_wait` or `queue_wait`, else `wait_time` or `cpu_time`",
    minimum: "30 spans of an operation",
    limits: "waits that all requests share are steady; where neither locks nor queues are measured, waits that spread as a whole lower CONC and IO, and a comparison names IO first",
    advice: "look for the lock, pool or queue behind the operation with the most points; a few requests wait out of proportion to their work",
    sources: &["Gunther, Guerrilla Capacity Planning, Springer 2007"],
    examples: &[
        Example {
            title: "every call waits about a tenth of its time",
            story: steady,
            score: Some(0.998),
        },
        Example {
            title: "one call of 25 does nothing but wait",
            story: locked,
            score: Some(0.186),
        },
        Example {
            title: "nobody measured waiting",
            story: unknown,
            score: None,
        },
    ],
};

/// Calls of which a share of the time is waiting.
fn waiting(share: impl Fn(u64) -> f64) -> Story {
    Story::default().calls(
        "handle",
        400,
        50,
        |_| 10_000.0,
        |at, call| Call {
            wait: Some((call.duration as f64 * share(at)) as u64),
            ..call
        },
    )
}

fn steady() -> Story {
    waiting(|at| 0.09 + 0.02 * even(at))
}

fn locked() -> Story {
    waiting(|at| if at % 25 == 3 { 0.95 } else { 0.1 })
}

fn unknown() -> Story {
    Story::default().calls("handle", 400, 50, |_| 10_000.0, plain)
}

/// The metric.
#[derive(Debug)]
pub struct Conc;

inventory::submit! { MetricEntry { metric: &Conc } }

impl Metric for Conc {
    fn meta(&self) -> &'static MetricMeta {
        &META
    }

    fn score(&self, view: &SummaryView<'_>, settings: &Settings) -> Outcome {
        let mut subjects = PerSubject::new(&META, settings, Over::Mean);
        for group in view.groups() {
            let lock = group.lock_odds();
            let odds = if lock.n() >= group.minimum() {
                lock
            } else {
                group.wait_odds()
            };
            let (n, subject) = (odds.n(), group.subject());
            if let Some(weight) =
                view.weight(0, &subject, || (n >= group.minimum()).then_some(n as f64))
                && let Some(tail) = tail(&odds)
            {
                subjects.add(&subject, weight, n, &[(0, Some(tail))]);
            }
        }
        subjects.finish(|| "no operation has 30 spans whose wait is known".to_owned())
    }

    /// IO, where half of what the tails grew, or more, is growth of the bodies: then all requests wait more unequally, and the longest waits with them. Waits on
    /// locks and queues are CONC's own, whatever their spread.
    fn explained_by(&self, base: &SummaryView<'_>, head: &SummaryView<'_>) -> Option<&'static str> {
        let before: BTreeMap<&GroupKey, GroupView<'_>> =
            base.groups().map(|group| (group.key(), group)).collect();
        let (mut bodies, mut tails) = (0.0, 0.0);
        for group in head.groups() {
            let Some(base) = before.get(group.key()) else {
                continue;
            };
            if group.lock_odds().n() >= group.minimum() {
                return None;
            }
            let (base, head) = (base.wait_odds(), group.wait_odds());
            if base.n().min(head.n()) < group.minimum() {
                continue;
            }
            let weight = base.n() as f64;
            bodies += weight * (body(&head)? - body(&base)?);
            tails += weight * (tail(&head)? - tail(&base)?);
        }
        (tails > 0.0 && 2.0 * bodies >= tails).then_some("IO")
    }
}
