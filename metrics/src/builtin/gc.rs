//! GC: does garbage collection stop the program for long, or often?

use super::memory::Memory;
use crate::{
    model::Signal,
    plugin_meta,
    score::{
        Curve, Example, FactorMeta, Metric, MetricEntry, MetricMeta, Outcome, Over, PerSubject,
        Settings, Story, Subject, SummaryView, even, plain,
    },
    stats::quantile,
};

static META: MetricMeta = MetricMeta {
    plugin: plugin_meta!(
        Metric,
        "gc",
        "does garbage collection stop the program for long, or often?"
    ),
    code: "GC",
    question: "does garbage collection stop the program for long, or often?",
    weight: 0.10,
    reads: "gc.pause per process; without it, the sawtooth of the memory that spans or processes report",
    factors: &[
        FactorMeta {
            name: "share",
            what: "sum of pauses / life of the process",
            unit: "",
            curve: Curve {
                good: 0.02,
                mid: 0.10,
                exponent: 0.5,
            },
            origin: "common advice for the JVM: below 5 % of time in collection; an opinion that waits for data",
        },
        FactorMeta {
            name: "pause",
            what: "tail quantile of pauses: p = clamp(1 - 10/n, .90, .99)",
            unit: "s",
            curve: Curve {
                good: 0.05,
                mid: 0.25,
                exponent: 0.5,
            },
            origin: "G1's default pause goal is 200 ms",
        },
        FactorMeta {
            name: "sawtooth",
            what: "95 % quantile of the drops of memory from window to window / median; only where no pause telemetry is there",
            unit: "",
            curve: Curve {
                good: 0.15,
                mid: 0.6,
                exponent: 1.0,
            },
            origin: "an opinion that waits for data",
        },
    ],
    combination: "share ^ .5 x pause ^ .5 per process, mean over processes",
    needs: "samples of gc.pause (system records with `gc_pause_duration`); memory gives an inferred score",
    minimum: "one sample of gc.pause: telemetry on and no pause scores 1; for the sawtooth 8 windows",
    limits: "the sawtooth infers collections from memory that falls; a program that frees memory itself looks alike",
    advice: "long pauses ask for another collector or a smaller heap; a large share for fewer allocations or a larger heap",
    sources: &["Detlefs et al., Garbage-first garbage collection, ISMM 2004"],
    examples: &[
        Example {
            title: "pauses of 4 to 6 ms, one a second",
            story: short,
            score: Some(0.989),
        },
        Example {
            title: "one pause of five takes 400 ms",
            story: long,
            score: Some(0.438),
        },
        Example {
            title: "somebody looked, and there was no pause",
            story: never,
            score: Some(1.000),
        },
        Example {
            title: "no pauses are known, and memory doubles and falls back every ten seconds",
            story: sawtooth,
            score: Some(0.500),
        },
        Example {
            title: "neither pauses nor memory are known",
            story: unknown,
            score: None,
        },
    ],
};

/// Pauses of one process, one a second, in milliseconds.
fn pauses(milliseconds: impl Fn(u64) -> f64) -> Story {
    Story::default().readings(Signal::GC_PAUSE, "shop", 120, 1000, |at| {
        1e6 * milliseconds(at)
    })
}

fn short() -> Story {
    pauses(|at| 4.0 + 2.0 * even(at))
}

fn long() -> Story {
    pauses(|at| if at % 5 == 0 { 400.0 } else { 5.0 })
}

fn never() -> Story {
    pauses(|_| 0.0)
}

fn sawtooth() -> Story {
    Story::default().readings(Signal::MEMORY_RSS, "shop", 120, 1000, |at| {
        1e8 * (1.0 + 0.1 * (at % 10) as f64)
    })
}

fn unknown() -> Story {
    Story::default().calls("handle", 400, 50, |_| 10_000.0, plain)
}

/// The metric.
#[derive(Debug)]
pub struct Gc;

inventory::submit! { MetricEntry { metric: &Gc } }

const SHARE: usize = 0;
const PAUSE: usize = 1;
const SAWTOOTH: usize = 2;
/// Least windows for the sawtooth.
const MIN_WINDOWS: usize = 8;

impl Metric for Gc {
    fn meta(&self) -> &'static MetricMeta {
        &META
    }

    fn score(&self, view: &SummaryView<'_>, settings: &Settings) -> Outcome {
        let pauses = view.entities(Signal::GC_PAUSE);
        if pauses.is_empty() {
            return inferred(view, settings);
        }
        let mut subjects = PerSubject::new(&META, settings, Over::Mean);
        for entity in pauses {
            let subject = entity.subject();
            let gauge = entity.gauge();
            let above = gauge.n - gauge.zeros;
            // A process of which only pauses are known may have lived as long as the run.
            let life = view
                .seconds()
                .into_iter()
                .chain(entity.life())
                .fold(0.0, f64::max);
            let mut values = Vec::new();
            if life > 0.0 && view.weight(SHARE, &subject, || Some(1.0)).is_some() {
                values.push((SHARE, Some(gauge.sum as f64 * 1e-9 / life)));
            }
            if view.weight(PAUSE, &subject, || Some(1.0)).is_some() {
                let pause = if above == 0 {
                    Some(0.0)
                } else {
                    gauge.values.quantile(tail_probability(above))
                };
                values.extend(pause.map(|pause| (PAUSE, Some(pause * 1e-9))));
            }
            subjects.add(&subject, 1.0, gauge.n, &values);
        }
        subjects.finish(|| "no samples of gc.pause".to_owned())
    }
}

/// `clamp(1 - 10/n, .90, .99)`: as far into the tail as some ten samples beyond allow.
pub(super) fn tail_probability(n: u64) -> f64 {
    (1.0 - 10.0 / n as f64).clamp(0.90, 0.99)
}

fn inferred(view: &SummaryView<'_>, settings: &Settings) -> Outcome {
    let mut entities = view.entities(Signal::MEMORY_RSS);
    if entities.is_empty() {
        entities = view.entities(Signal::MEMORY_SPAN);
    }
    let mut subjects = PerSubject::new(&META, settings, Over::Mean);
    for entity in entities {
        let windows = entity.gauges();
        let means: Vec<f64> = windows.iter().filter_map(|(_, cell)| cell.mean()).collect();
        let subject = if entity.name.is_empty() {
            Subject::Run
        } else {
            entity.subject()
        };
        let Some(weight) = view.weight(SAWTOOTH, &subject, || {
            (means.len() >= MIN_WINDOWS && !view.is_window()).then_some(1.0)
        }) else {
            continue;
        };
        let drops: Vec<f64> = means
            .windows(2)
            .map(|pair| (pair[0] - pair[1]).max(0.0))
            .collect();
        if let Some(memory) = Memory::new(windows)
            && let Some(drop) = quantile(&drops, 0.95)
        {
            subjects.add(
                &subject,
                weight,
                entity.n(),
                &[(SAWTOOTH, Some(drop / memory.median()))],
            );
        }
    }
    subjects
        .finish(|| {
            "no samples of gc.pause, and no memory in 8 windows to infer collections from"
                .to_owned()
        })
        .flagged("inferred from memory")
}
