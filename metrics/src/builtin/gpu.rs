//! GPU: do devices work steadily, within their memory?

use super::memory::Memory;
use crate::{
    model::Signal,
    plugin_meta,
    score::{
        Curve, Example, FactorMeta, Metric, MetricEntry, MetricMeta, Outcome, Over, PerSubject,
        Settings, Story, Subject, SummaryView, by_name, even, plain,
    },
    stats::{median, quantile},
};

const OPINION: &str = "an opinion that waits for data";

static META: MetricMeta = MetricMeta {
    plugin: plugin_meta!(
        Metric,
        "gpu",
        "do devices work steadily, within their memory?"
    ),
    code: "GPU",
    question: "do devices work steadily, within their memory?",
    weight: 0.10,
    reads: "memory used and installed, and utilisation, per device; out-of-memory events",
    factors: &[
        FactorMeta {
            name: "spike",
            what: "as spike of MEM",
            unit: "",
            curve: Curve {
                good: 0.10,
                mid: 0.50,
                exponent: 0.3,
            },
            origin: OPINION,
        },
        FactorMeta {
            name: "leak",
            what: "as leak of MEM",
            unit: "",
            curve: Curve {
                good: 0.05,
                mid: 0.30,
                exponent: 0.2,
            },
            origin: OPINION,
        },
        FactorMeta {
            name: "full",
            what: "99 % quantile of the window maxima of memory used / installed; an out-of-memory event scores the least",
            unit: "",
            curve: Curve {
                good: 0.85,
                mid: 0.97,
                exponent: 0.3,
            },
            origin: OPINION,
        },
        FactorMeta {
            name: "stall",
            what: "share of windows whose utilisation is below 25 % of its median",
            unit: "",
            curve: Curve {
                good: 0.05,
                mid: 0.30,
                exponent: 0.2,
            },
            origin: OPINION,
        },
    ],
    combination: "spike ^ .3 x leak ^ .2 x full ^ .3 x stall ^ .2 per device; mean and worst device",
    needs: "samples of device memory and utilisation (system records with `gpu_memory_used`, `gpu_memory_total`, `gpu_utilization`, `gpu`)",
    minimum: "4 windows of a device; for leak 8",
    limits: "an allocator that takes all memory at the start shows neither leak nor spike",
    advice: "stalls ask for the input pipeline or synchronisation; memory near full for smaller batches",
    sources: &["NVIDIA Management Library reference, utilisation and memory"],
    examples: &[
        Example {
            title: "half of the memory, busy all the time",
            story: steady,
            score: Some(0.999),
        },
        Example {
            title: "idle one second of four",
            story: stalls,
            score: Some(0.889),
        },
        Example {
            title: "98 % of the memory is used",
            story: full,
            score: Some(0.791),
        },
        Example {
            title: "memory grows from 15 to 27 GB",
            story: leak,
            score: Some(0.801),
        },
        Example {
            title: "there is no device",
            story: unknown,
            score: None,
        },
    ],
};

/// One device of 40 GB: gigabytes used and percent busy, once a second.
fn device(used: impl Fn(u64) -> f64, busy: impl Fn(u64) -> f64) -> Story {
    Story::default()
        .readings(Signal::GPU_MEMORY_USED, "0", 120, 1000, |at| 1e9 * used(at))
        .readings(Signal::GPU_MEMORY_TOTAL, "0", 120, 1000, |_| 40e9)
        .readings(Signal::GPU_UTILIZATION, "0", 120, 1000, |at| 1e4 * busy(at))
}

fn steady() -> Story {
    device(|at| 20.0 + 0.2 * even(at), |_| 90.0)
}

fn stalls() -> Story {
    device(
        |at| 20.0 + 0.2 * even(at),
        |at| if at % 4 == 0 { 5.0 } else { 90.0 },
    )
}

fn full() -> Story {
    device(|at| 39.0 + 0.2 * even(at), |_| 90.0)
}

fn leak() -> Story {
    device(|at| 15.0 + 0.1 * at as f64, |_| 90.0)
}

fn unknown() -> Story {
    Story::default().calls("handle", 400, 50, |_| 10_000.0, plain)
}

/// The metric.
#[derive(Debug)]
pub struct Gpu;

inventory::submit! { MetricEntry { metric: &Gpu } }

const SPIKE: usize = 0;
const LEAK: usize = 1;
const FULL: usize = 2;
const STALL: usize = 3;
/// Least windows of a device.
const MIN_WINDOWS: usize = 4;
/// A window below this part of the median utilisation is a stall.
const STALLED: f64 = 0.25;

impl Metric for Gpu {
    fn meta(&self) -> &'static MetricMeta {
        &META
    }

    fn score(&self, view: &SummaryView<'_>, settings: &Settings) -> Outcome {
        if view.is_window() {
            return Outcome::NoData("needs more than one window".to_owned());
        }
        let (used, total) = (
            view.entities(Signal::GPU_MEMORY_USED),
            view.entities(Signal::GPU_MEMORY_TOTAL),
        );
        let (busy, oom) = (
            view.entities(Signal::GPU_UTILIZATION),
            view.entities(Signal::OOM),
        );
        let mut subjects = PerSubject::new(&META, settings, Over::Worst);
        for (name, [used, total, busy, oom]) in by_name([&used, &total, &busy, &oom]) {
            let subject = if name.is_empty() {
                Subject::Run
            } else {
                Subject::Entity(name.into())
            };
            // An out-of-memory event of what is no device is none of this metric's.
            if used.is_none() && total.is_none() && busy.is_none() {
                continue;
            }
            let mut values = Vec::new();
            let mut n = 0;
            let ran_out = oom.is_some_and(|oom| oom.gauge().sum > 0);
            if ran_out {
                values.push((FULL, None));
            }
            if let Some(used) = used {
                n += used.n();
                let windows = used.gauges();
                let maxima: Vec<f64> = windows.iter().map(|(_, cell)| cell.max as f64).collect();
                let enough = windows.len() >= MIN_WINDOWS;
                if let Some(memory) = Memory::new(windows)
                    && enough
                {
                    values.extend(memory.spike().map(|value| (SPIKE, Some(value))));
                    values.extend(memory.leak().map(|value| (LEAK, Some(value))));
                }
                let installed = total
                    .map(|total| total.gauge().max as f64)
                    .filter(|installed| *installed > 0.0);
                if let (Some(installed), Some(high)) = (installed, quantile(&maxima, 0.99))
                    && enough
                    && !ran_out
                {
                    values.push((FULL, Some(high / installed)));
                }
            }
            if let Some(busy) = busy {
                n += busy.n();
                let means: Vec<f64> = busy
                    .gauges()
                    .iter()
                    .filter_map(|(_, cell)| cell.mean())
                    .collect();
                if means.len() >= MIN_WINDOWS
                    && let Some(middle) = median(&means)
                {
                    let stalled = means
                        .iter()
                        .filter(|mean| **mean < STALLED * middle)
                        .count();
                    values.push((STALL, Some(stalled as f64 / means.len() as f64)));
                }
            }
            values.retain(|(factor, _)| view.weight(*factor, &subject, || Some(1.0)).is_some());
            if !values.is_empty() {
                subjects.add(&subject, 1.0, n, &values);
            }
        }
        subjects.finish(|| "no samples of a device in 4 windows".to_owned())
    }
}
