//! IO: is the part of the time spent waiting steady?

use crate::{
    model::{Category, Signal},
    plugin_meta,
    score::{
        Call, Curve, Example, FactorMeta, Metric, MetricEntry, MetricMeta, Outcome, Over, Product,
        Settings, Story, SummaryView, even, plain,
    },
    stats::{dispersion, weight},
};

const OPINION: &str = "an opinion that waits for data";

static META: MetricMeta = MetricMeta {
    plugin: plugin_meta!(
        Metric,
        "io",
        "is the part of the time spent waiting steady?"
    ),
    code: "IO",
    question: "is the part of the time spent waiting steady?",
    weight: 0.15,
    reads: "wait share of spans (wait as measured, or duration - cpu; not where wait is just the duration), durations of file spans, the host's pressure of storage",
    factors: &[
        FactorMeta {
            name: "share",
            what: "spread of an operation's wait share: (q90 - q10)/2.563; sigma, for a normal",
            unit: "",
            curve: Curve {
                good: 0.05,
                mid: 0.20,
                exponent: 0.5,
            },
            origin: OPINION,
        },
        FactorMeta {
            name: "file",
            what: "dispersion of the durations of file spans, as disp of TIME",
            unit: "",
            curve: Curve {
                good: 0.50,
                mid: 1.25,
                exponent: 0.3,
            },
            origin: "as disp of TIME",
        },
        FactorMeta {
            name: "pressure",
            what: "mean share of time in which some task waited for storage (PSI io some)",
            unit: "",
            curve: Curve {
                good: 0.05,
                mid: 0.25,
                exponent: 0.2,
            },
            origin: OPINION,
        },
    ],
    combination: "share (mean over operations, weight n) ^ .5 x file (mean, weight n sqrt(median)) ^ .3 x pressure ^ .2",
    needs: "spans with `wait_time` or `cpu_time`, spans of files, or samples of pressure",
    minimum: "30 spans of an operation",
    limits: "a wait that is always the same is steady, however long it is",
    advice: "look at the operation with the most points: its requests wait for unequal parts of their time, as on a contended disk, pool or lock",
    sources: &["Weiner, psi: pressure stall information, Linux 4.20"],
    examples: &[
        Example {
            title: "28 to 32 % of every call is waiting",
            story: steady,
            score: Some(0.988),
        },
        Example {
            title: "5 to 95 % of a call is waiting",
            story: unsteady,
            score: Some(0.368),
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
    waiting(|at| 0.28 + 0.04 * even(at))
}

fn unsteady() -> Story {
    waiting(|at| 0.05 + 0.9 * even(at))
}

fn unknown() -> Story {
    Story::default().calls("handle", 400, 50, |_| 10_000.0, plain)
}

/// The metric.
#[derive(Debug)]
pub struct Io;

inventory::submit! { MetricEntry { metric: &Io } }

const SHARE: usize = 0;
const FILE: usize = 1;
const PRESSURE: usize = 2;
/// `q90 - q10` of a standard normal.
const NORMAL_RANGE: f64 = 2.563;

impl Metric for Io {
    fn meta(&self) -> &'static MetricMeta {
        &META
    }

    fn score(&self, view: &SummaryView<'_>, settings: &Settings) -> Outcome {
        let mut product =
            Product::new(&META, settings, &[Over::Mean, Over::Mean, Over::Mean], true);
        let mut used = 0;
        for group in view.groups() {
            let subject = group.subject();
            let shares = group.wait_share();
            let n = shares.n();
            if let Some(weight) = view.weight(SHARE, &subject, || {
                (n >= group.minimum()).then_some(n as f64)
            }) && let (Some(low), Some(high)) = (shares.quantile(0.1), shares.quantile(0.9))
            {
                product.add(
                    SHARE,
                    subject.clone(),
                    weight,
                    (high - low) / NORMAL_RANGE,
                    n,
                );
                used += n;
            }
            if group.key().category == Category::Io {
                let durations = group.durations();
                let n = durations.n();
                if let Some(w) = view.weight(FILE, &subject, || {
                    if n >= group.minimum() {
                        weight(&durations)
                    } else {
                        None
                    }
                }) && let Some(value) = dispersion(&durations)
                {
                    product.add(FILE, subject, w, value, n);
                    used = used.max(n);
                }
            }
        }
        for entity in view.entities(Signal::PSI_IO_SOME) {
            if let Some(mean) = entity.gauge().mean()
                && let Some(weight) = view.weight(PRESSURE, &entity.subject(), || Some(1.0))
            {
                product.add(PRESSURE, entity.subject(), weight, mean * 1e-6, entity.n());
                used = used.max(entity.n());
            }
        }
        product.finish(used, || "no operation has 30 spans whose wait is known, no file spans, no samples of pressure".to_owned())
    }
}
