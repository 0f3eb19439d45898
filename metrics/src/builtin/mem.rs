//! MEM: does memory stay where it is?

use super::memory::Memory;
use crate::{
    model::Signal,
    plugin_meta,
    score::{
        Curve, Example, FactorMeta, Metric, MetricEntry, MetricMeta, Outcome, Over, PerSubject,
        Settings, Story, Subject, SummaryView, even,
    },
};

const OPINION: &str = "an opinion that waits for data";

static META: MetricMeta = MetricMeta {
    plugin: plugin_meta!(Metric, "mem", "does memory stay where it is?"),
    code: "MEM",
    question: "does memory stay where it is?",
    weight: 0.20,
    reads: "memory.rss per process; without it, the memory that spans report, per service",
    factors: &[
        FactorMeta {
            name: "leak",
            what: "growth over the run that noise does not explain (Sen's lower bound of the slope x run / median)",
            unit: "",
            curve: Curve {
                good: 0.05,
                mid: 0.30,
                exponent: 0.4,
            },
            origin: OPINION,
        },
        FactorMeta {
            name: "spike",
            what: "third largest window maximum above the trend / median",
            unit: "",
            curve: Curve {
                good: 0.10,
                mid: 0.50,
                exponent: 0.4,
            },
            origin: OPINION,
        },
        FactorMeta {
            name: "spread",
            what: "interquartile range of window means about the trend / 1.349 / median",
            unit: "",
            curve: Curve {
                good: 0.05,
                mid: 0.25,
                exponent: 0.2,
            },
            origin: OPINION,
        },
    ],
    combination: "leak ^ .4 x spike ^ .4 x spread ^ .2 per process; mean and worst process, weight of the median memory",
    needs: "samples of memory.rss (system records with `memory_rss`), or spans with `memory`",
    minimum: "4 windows of a process; for leak 8",
    limits: "a short run cannot tell a leak from warm-up: the first 5 % of a life are dropped when it has 20 windows",
    advice: "a leak shows as a slope that does not bend: compare heap profiles of two times; spikes ask for what ran in that window",
    sources: &["Sen, Estimates of the regression coefficient based on Kendall's tau, JASA 1968"],
    examples: &[
        Example {
            title: "200 to 204 MB all the time",
            story: flat,
            score: Some(0.998),
        },
        Example {
            title: "grows from 200 to 400 MB",
            story: leak,
            score: Some(0.613),
        },
        Example {
            title: "twice as much for five seconds",
            story: spike,
            score: Some(0.601),
        },
        Example {
            title: "two samples",
            story: short,
            score: None,
        },
    ],
};

/// Megabytes of one process, twice a second for 100 seconds.
fn memory(megabytes: impl Fn(u64) -> f64) -> Story {
    Story::default().readings(Signal::MEMORY_RSS, "shop", 200, 500, |at| {
        1e6 * megabytes(at)
    })
}

fn flat() -> Story {
    memory(|at| 200.0 + 4.0 * even(at))
}

fn leak() -> Story {
    memory(|at| 200.0 + 4.0 * even(at) + at as f64)
}

fn spike() -> Story {
    memory(|at| 200.0 + 4.0 * even(at) + if (100..110).contains(&at) { 200.0 } else { 0.0 })
}

fn short() -> Story {
    Story::default().readings(Signal::MEMORY_RSS, "shop", 2, 500, |_| 2e8)
}

/// The metric.
#[derive(Debug)]
pub struct Mem;

inventory::submit! { MetricEntry { metric: &Mem } }

const LEAK: usize = 0;
const SPIKE: usize = 1;
const SPREAD: usize = 2;
/// Least windows of a process.
const MIN_WINDOWS: usize = 4;

impl Metric for Mem {
    fn meta(&self) -> &'static MetricMeta {
        &META
    }

    fn score(&self, view: &SummaryView<'_>, settings: &Settings) -> Outcome {
        if view.is_window() {
            return Outcome::NoData("needs more than one window".to_owned());
        }
        let mut entities = view.entities(Signal::MEMORY_RSS);
        let by_service = entities.is_empty();
        if by_service {
            entities = view.entities(Signal::MEMORY_SPAN);
        }
        let mut subjects = PerSubject::new(&META, settings, Over::Worst);
        let seen = entities.len();
        for entity in entities {
            let subject = if by_service {
                Subject::Service(entity.name.into())
            } else {
                entity.subject()
            };
            let windows = entity.gauges();
            let count = windows.len();
            let Some(memory) = Memory::new(windows) else {
                continue;
            };
            let fresh = || (count >= MIN_WINDOWS).then(|| memory.median());
            let values: Vec<(usize, Option<f64>)> = [
                (LEAK, memory.leak()),
                (SPIKE, memory.spike()),
                (SPREAD, memory.spread()),
            ]
            .into_iter()
            .filter(|(factor, value)| {
                value.is_some() && view.weight(*factor, &subject, fresh).is_some()
            })
            .collect();
            if let Some((factor, _)) = values.first()
                && let Some(weight) = view.weight(*factor, &subject, fresh)
            {
                subjects.add(&subject, weight, entity.n(), &values);
            }
        }
        subjects.finish(|| match seen {
            0 => "no memory samples, and no span reports memory".to_owned(),
            _ => "no process has memory in 4 windows".to_owned(),
        })
    }
}
