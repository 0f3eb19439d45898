//! Scores runs as others were scored: with the operations they share, and the weights of the reference.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    frozen::Frozen,
    interval::jackknife,
    outcome::{Outcome, Part, Subject},
    plan::Plan,
    run::{block_sizes, pss},
    totals::Totals,
    view::SummaryView,
};
use crate::summary::{GroupKey, Summary};

/// A subject by what it is called, which is the same in every run.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Named {
    Group(GroupKey),
    Other(Subject),
}

/// A factor of a metric and a subject of it.
type Place = (usize, Named);

/// A run with what its metrics answer on their own.
pub(crate) struct Run<'a> {
    summary: &'a Summary,
    totals: Totals,
    keys: Vec<&'a GroupKey>,
    outcomes: Vec<Outcome>,
}

impl<'a> Run<'a> {
    pub(crate) fn of(summary: &'a Summary, plan: &Plan) -> Run<'a> {
        let totals = Totals::of(summary);
        let view = SummaryView::whole(summary, &totals);
        let outcomes = plan
            .metrics
            .iter()
            .map(|planned| planned.score(&view))
            .collect();
        Run {
            summary,
            keys: summary.groups().map(|(key, _)| key).collect(),
            totals,
            outcomes,
        }
    }

    fn places(&self, metric: usize) -> BTreeMap<Place, f64> {
        let named = |part: &Part| {
            let subject = match part.subject {
                Subject::Group(at) => Named::Group((*self.keys.get(at)?).clone()),
                ref other => Named::Other(other.clone()),
            };
            Some(((part.factor, subject), part.weight))
        };
        self.outcomes[metric]
            .parts()
            .iter()
            .filter_map(named)
            .collect()
    }

    /// The parts of this run that the reference scores, with its weights.
    fn parts(&self, weights: &BTreeMap<Place, f64>) -> Outcome {
        let places: BTreeMap<&GroupKey, usize> = self
            .keys
            .iter()
            .enumerate()
            .map(|(at, key)| (*key, at))
            .collect();
        let part = |((factor, named), weight): (&Place, &f64)| {
            let subject = match named {
                Named::Group(key) => Subject::Group(*places.get(key)?),
                Named::Other(subject) => subject.clone(),
            };
            Some(Part {
                factor: *factor,
                subject,
                weight: *weight,
                value: 0.0,
                score: 0.0,
                n: 0,
                share: 0.0,
            })
        };
        Outcome::Scored {
            score: 0.0,
            n: 0,
            factors: Vec::new(),
            parts: weights.iter().filter_map(part).collect(),
            flags: Vec::new(),
        }
    }
}

/// What each metric is scored by.
enum Measure {
    /// The operations that all runs have data for, with the weights of the reference.
    Shared(BTreeMap<Place, f64>),
    /// Whatever each run has: processes, partitions and devices are called otherwise in every run.
    Own,
    /// Nothing, for this reason.
    None(Lacking),
}

/// Why a metric has no score by a reference.
#[derive(Debug, Clone)]
pub(crate) struct Lacking {
    /// The reason, with the side that it is of.
    pub(crate) reason: String,
    /// Whether it failed, and does not merely lack data.
    pub(crate) failed: bool,
}

impl Lacking {
    /// Too little data.
    pub(crate) fn data(reason: impl Into<String>) -> Lacking {
        Lacking {
            reason: reason.into(),
            failed: false,
        }
    }

    fn failed(reason: String) -> Lacking {
        Lacking {
            reason,
            failed: true,
        }
    }
}

/// How runs are scored so that their scores can be held against each other.
pub(crate) struct Reference(Vec<Measure>);

impl Reference {
    /// Weights from `base`, which is all base runs together; operations that every base run and the head have enough data for.
    pub(crate) fn new(base: &Run<'_>, bases: &[Run<'_>], head: &Run<'_>, plan: &Plan) -> Reference {
        let runs = || {
            let bases = bases.iter().map(|run| ("a base run", run));
            bases.chain([("head", head)])
        };
        let measure = |metric: usize| {
            let lacking = |who: &str, outcome: &Outcome| match outcome {
                Outcome::NoData(reason) => {
                    Some(Measure::None(Lacking::data(format!("{who}: {reason}"))))
                }
                Outcome::Failed(reason) => Some(Measure::None(Lacking::failed(format!(
                    "{who}: failed: {reason}"
                )))),
                Outcome::Scored { .. } => None,
            };
            let outcomes = || {
                let all = [("base", base)].into_iter().chain(runs());
                all.map(|(who, run)| (who, &run.outcomes[metric]))
            };
            // A failure on one side is said before a lack of data on the other.
            let failed = |(_, outcome): &(&str, &Outcome)| matches!(outcome, Outcome::Failed(_));
            let failed = outcomes().find(failed);
            if let Some(none) = failed
                .into_iter()
                .chain(outcomes())
                .find_map(|(who, outcome)| lacking(who, outcome))
            {
                return none;
            }
            let mut weights = base.places(metric);
            let of_run = |subject: &Named| {
                matches!(subject, Named::Other(Subject::Run | Subject::Entity(_)))
            };
            if weights.keys().all(|(_, subject)| of_run(subject)) {
                return Measure::Own;
            }
            for (_, run) in runs() {
                let there: BTreeSet<Place> = run.places(metric).into_keys().collect();
                weights.retain(|place, _| there.contains(place));
            }
            if weights.is_empty() {
                Measure::None(Lacking::data("no operation has enough data on both sides"))
            } else {
                Measure::Shared(weights)
            }
        };
        Reference((0..plan.metrics.len()).map(measure).collect())
    }
}

/// A run's scores by a reference, each with its standard error where there is one.
pub(crate) struct Against {
    /// By metric of the plan; the reason where there is none.
    pub(crate) metrics: Vec<Result<(f64, Option<f64>), Lacking>>,
    /// The PSS over the metrics that can be compared.
    pub(crate) pss: Option<(f64, Option<f64>)>,
}

/// Scores a run by a reference, with standard errors where they are asked for.
pub(crate) fn against(run: &Run<'_>, reference: &Reference, plan: &Plan, errors: bool) -> Against {
    let parts: Vec<Option<Outcome>> = reference
        .0
        .iter()
        .zip(&run.outcomes)
        .map(|(measure, own)| match measure {
            Measure::Shared(weights) => Some(run.parts(weights)),
            Measure::Own => Some(own.clone()),
            Measure::None(_) => None,
        })
        .collect();
    let frozen: Vec<Option<Frozen<'_>>> = parts
        .iter()
        .map(|parts| parts.as_ref().map(Frozen::of))
        .collect();
    let score = |metric: usize, left_out: Option<usize>| {
        let frozen = frozen[metric].as_ref()?;
        let view = match left_out {
            Some(block) => SummaryView::without(run.summary, &run.totals, block, frozen),
            None => SummaryView::weighed(run.summary, &run.totals, frozen),
        };
        Some(plan.metrics[metric].score(&view))
    };
    let sizes = block_sizes(run.summary);
    let whole: Vec<Option<Outcome>> = (0..plan.metrics.len())
        .map(|metric| score(metric, None))
        .collect();
    let blocks = if errors { sizes.len() } else { 0 };
    let left_out: Vec<Vec<Option<Outcome>>> = (0..blocks)
        .map(|block| {
            let one = |(metric, whole): (usize, &Option<Outcome>)| match whole {
                Some(Outcome::Scored { .. }) => score(metric, Some(block)),
                _ => None,
            };
            whole.iter().enumerate().map(one).collect()
        })
        .collect();
    let failed = |metric: usize| {
        let left_out = left_out.iter().map(|outcomes| &outcomes[metric]);
        [&whole[metric]]
            .into_iter()
            .chain(left_out)
            .find_map(|outcome| match outcome {
                Some(Outcome::Failed(reason)) => Some(Lacking::failed(format!("failed: {reason}"))),
                _ => None,
            })
    };
    let failed: Vec<Option<Lacking>> = (0..plan.metrics.len()).map(failed).collect();
    let full: Vec<Option<f64>> = whole
        .iter()
        .zip(&failed)
        .map(|(outcome, failed)| match failed {
            Some(_) => None,
            None => outcome.as_ref()?.score(),
        })
        .collect();
    let without: Vec<Vec<Option<f64>>> = left_out
        .iter()
        .map(|outcomes| {
            let one = |(full, outcome): (&Option<f64>, &Option<Outcome>)| {
                let score = outcome.as_ref().and_then(Outcome::score);
                full.map(|full| score.unwrap_or(full))
            };
            full.iter().zip(outcomes).map(one).collect()
        })
        .collect();
    let error = |full: f64, value: &dyn Fn(&[Option<f64>]) -> Option<f64>| {
        let values: Vec<(f64, f64)> = sizes
            .iter()
            .zip(&without)
            .map(|(n, scores)| (*n, value(scores).unwrap_or(full)))
            .collect();
        jackknife(full, &values).map(|interval| interval.error)
    };
    let of_all = |scores: &[Option<f64>]| {
        pss(scores
            .iter()
            .enumerate()
            .filter_map(|(metric, score)| Some((plan.metrics[metric].weight, (*score)?))))
    };
    let metrics = full
        .iter()
        .zip(&reference.0)
        .enumerate()
        .map(|(metric, (full, measure))| match (full, measure) {
            (_, Measure::None(lacking)) => Err(lacking.clone()),
            (None, _) => Err(failed[metric].clone().unwrap_or_else(|| {
                Lacking::data("too little data under the operations of the base")
            })),
            (Some(full), _) => Ok((*full, error(*full, &|scores| scores[metric]))),
        })
        .collect();
    Against {
        metrics,
        pss: of_all(&full).map(|full| (full, error(full, &of_all))),
    }
}
