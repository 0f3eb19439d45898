//! STARVE: does ready work wait for a processor?

use super::gc::tail_probability;
use crate::{
    model::Signal,
    plugin_meta,
    score::{
        Curve, Example, FactorMeta, Metric, MetricEntry, MetricMeta, Outcome, Over, PerSubject,
        Settings, Story, Subject, SummaryView, by_name, even, plain,
    },
};

const OPINION: &str = "an opinion that waits for data";

static META: MetricMeta = MetricMeta {
    plugin: plugin_meta!(Metric, "starve", "does ready work wait for a processor?"),
    code: "STARVE",
    question: "does ready work wait for a processor?",
    weight: 0.10,
    reads: "loop.lag (zeros count), sched.run_delay and sched.on_cpu, the host's pressure of processors",
    factors: &[
        FactorMeta {
            name: "tail",
            what: "tail quantile of lag: p = clamp(1 - 10/n, .90, .99)",
            unit: "s",
            curve: Curve {
                good: 0.02,
                mid: 0.10,
                exponent: 0.35,
            },
            origin: "RAIL: work in chunks of 50 ms keeps an answer within 100 ms",
        },
        FactorMeta {
            name: "median",
            what: "median lag",
            unit: "s",
            curve: Curve {
                good: 0.005,
                mid: 0.05,
                exponent: 0.25,
            },
            origin: OPINION,
        },
        FactorMeta {
            name: "delay",
            what: "run delay / (run delay + time on a processor)",
            unit: "",
            curve: Curve {
                good: 0.05,
                mid: 0.25,
                exponent: 0.25,
            },
            origin: OPINION,
        },
        FactorMeta {
            name: "pressure",
            what: "mean share of time in which some task waited for a processor (PSI cpu some)",
            unit: "",
            curve: Curve {
                good: 0.05,
                mid: 0.25,
                exponent: 0.15,
            },
            origin: OPINION,
        },
    ],
    combination: "tail ^ .35 x median ^ .25 x delay ^ .25 x pressure ^ .15 per process, mean over processes",
    needs: "samples of event-loop lag (system records with `lag`), scheduler statistics, or pressure",
    minimum: "one sample",
    limits: "lag of a loop that measures itself misses what happens between its measurements",
    advice: "find the work that holds the loop or the processors: long callbacks, too many threads, a processor limit of the container",
    sources: &["Weiner, psi: pressure stall information, Linux 4.20"],
    examples: &[
        Example {
            title: "the loop is at most 2 ms late",
            story: prompt,
            score: Some(0.988),
        },
        Example {
            title: "one task of fifty starts 300 ms late",
            story: stalls,
            score: Some(0.367),
        },
        Example {
            title: "ready work waits two fifths of its time for a processor",
            story: queued,
            score: Some(0.345),
        },
        Example {
            title: "nobody measured lag",
            story: unknown,
            score: None,
        },
    ],
};

/// How late an event loop is, ten times a second, in milliseconds.
fn late(milliseconds: impl Fn(u64) -> f64) -> Story {
    Story::default().readings(Signal::LOOP_LAG, "shop", 600, 100, |at| {
        1e6 * milliseconds(at)
    })
}

fn prompt() -> Story {
    late(|at| 2.0 * even(at))
}

fn stalls() -> Story {
    late(|at| if at % 50 == 3 { 300.0 } else { 2.0 * even(at) })
}

fn queued() -> Story {
    Story::default()
        .readings(Signal::RUN_DELAY, "shop", 60, 1000, |at| 4e8 * at as f64)
        .readings(Signal::ON_CPU, "shop", 60, 1000, |at| 6e8 * at as f64)
}

fn unknown() -> Story {
    Story::default().calls("handle", 400, 50, |_| 10_000.0, plain)
}

/// The metric.
#[derive(Debug)]
pub struct Starve;

inventory::submit! { MetricEntry { metric: &Starve } }

const TAIL: usize = 0;
const MEDIAN: usize = 1;
const DELAY: usize = 2;
const PRESSURE: usize = 3;

impl Metric for Starve {
    fn meta(&self) -> &'static MetricMeta {
        &META
    }

    fn score(&self, view: &SummaryView<'_>, settings: &Settings) -> Outcome {
        let (lag, delay, on_cpu) = (
            view.entities(Signal::LOOP_LAG),
            view.entities(Signal::RUN_DELAY),
            view.entities(Signal::ON_CPU),
        );
        let pressure = view.entities(Signal::PSI_CPU_SOME);
        // Pressure is the host's; it counts for each of its processes.
        let host = pressure
            .first()
            .and_then(|entity| entity.gauge().mean())
            .map(|mean| mean * 1e-6);
        let mut subjects = PerSubject::new(&META, settings, Over::Mean);
        let processes = by_name([&lag, &delay, &on_cpu]);
        for (name, [lag, delay, on_cpu]) in &processes {
            let subject = if name.is_empty() {
                Subject::Run
            } else {
                Subject::Entity((*name).into())
            };
            let mut values = Vec::new();
            let mut n = 0;
            if let Some(lag) = lag {
                let gauge = lag.gauge();
                n += gauge.n;
                values.extend(
                    gauge
                        .quantile(tail_probability(gauge.n))
                        .map(|value| (TAIL, Some(value * 1e-9))),
                );
                values.extend(
                    gauge
                        .quantile(0.5)
                        .map(|value| (MEDIAN, Some(value * 1e-9))),
                );
            }
            if let (Some(delay), Some(on_cpu)) = (delay, on_cpu)
                && let (Some((waited, _)), Some((ran, _))) = (delay.growth(), on_cpu.growth())
                && waited + ran > 0.0
            {
                n += delay.n();
                values.push((DELAY, Some(waited / (waited + ran))));
            }
            values.extend(host.map(|pressure| (PRESSURE, Some(pressure))));
            values.retain(|(factor, _)| view.weight(*factor, &subject, || Some(1.0)).is_some());
            if !values.is_empty() {
                subjects.add(&subject, 1.0, n, &values);
            }
        }
        if processes.is_empty()
            && let Some(pressure) = host
        {
            subjects.add(&Subject::Run, 1.0, 1, &[(PRESSURE, Some(pressure))]);
        }
        subjects.finish(|| "no samples of lag, run delay or pressure".to_owned())
    }
}
