//! ERR: do operations fail, and do failures come in bursts?

use std::{collections::BTreeMap, sync::Arc};

use crate::{
    plugin_meta,
    score::{
        Call, Curve, Example, FactorMeta, Metric, MetricEntry, MetricMeta, Outcome, Over, Product,
        Settings, Story, Subject, SummaryView, plain,
    },
    stats::excess_spread,
};

static META: MetricMeta = MetricMeta {
    plugin: plugin_meta!(
        Metric,
        "err",
        "do operations fail, and do failures come in bursts?"
    ),
    code: "ERR",
    question: "do operations fail, and do failures come in bursts?",
    weight: 0.20,
    reads: "the error flag of spans",
    factors: &[
        FactorMeta {
            name: "rate",
            what: "errors of an operation, drawn towards the overall rate p0 where spans are few: (errors + 20 p0)/(n + 20)",
            unit: "",
            curve: Curve {
                good: 0.001,
                mid: 0.05,
                exponent: 0.6,
            },
            origin: "SRE practice: three nines are good, one request in twenty failing is not; an opinion that waits for data",
        },
        FactorMeta {
            name: "burst",
            what: "spread of a service's windowed error rate beyond what chance gives",
            unit: "",
            curve: Curve {
                good: 0.005,
                mid: 0.05,
                exponent: 0.4,
            },
            origin: "an opinion that waits for data",
        },
    ],
    combination: "rate (mean over operations, weight n) ^ .6 x burst (mean and worst service, weight n) ^ .4",
    needs: "spans that say whether they failed: `error`, a span status, or an HTTP or RPC status",
    minimum: "30 spans with a known error flag in an operation; for burst 4 windows",
    limits: "an error nobody records is not seen",
    advice: "look at the operation with the most points; a bad burst with a good rate means a short outage: see the worst window",
    sources: &["Beyer et al., Site Reliability Engineering, O'Reilly 2016, chapter 4"],
    examples: &[
        Example {
            title: "2000 calls, and none fails",
            story: clean,
            score: Some(1.000),
        },
        Example {
            title: "one call of fifty fails, all the time",
            story: rate,
            score: Some(0.755),
        },
        Example {
            title: "as many fail within two seconds",
            story: burst,
            score: Some(0.502),
        },
        Example {
            title: "nobody says whether a call failed",
            story: unknown,
            score: None,
        },
    ],
};

/// Calls of which some fail.
fn failing(fails: impl Fn(u64) -> bool) -> Story {
    Story::default().calls(
        "handle",
        2000,
        50,
        |_| 10_000.0,
        |at, call| Call {
            error: Some(fails(at)),
            ..call
        },
    )
}

fn clean() -> Story {
    failing(|_| false)
}

fn rate() -> Story {
    failing(|at| at % 50 == 11)
}

fn burst() -> Story {
    failing(|at| (1000..1040).contains(&at))
}

fn unknown() -> Story {
    Story::default().calls("handle", 400, 50, |_| 10_000.0, plain)
}

/// The metric.
#[derive(Debug)]
pub struct Err;

inventory::submit! { MetricEntry { metric: &Err } }

const RATE: usize = 0;
const BURST: usize = 1;

/// Errors and spans with a known flag, by window.
type Windows = BTreeMap<usize, (u64, u64)>;

/// Spans' worth of the overall rate that each operation's own rate is drawn towards.
const PRIOR: f64 = 20.0;

impl Metric for Err {
    fn meta(&self) -> &'static MetricMeta {
        &META
    }

    fn score(&self, view: &SummaryView<'_>, settings: &Settings) -> Outcome {
        let mut product = Product::new(&META, settings, &[Over::Mean, Over::Worst], true);
        let mut groups = Vec::new();
        // Groups come in the order of their services.
        let mut services: Vec<(&str, Windows)> = Vec::new();
        let groups_seen: Vec<_> = view.groups().collect();
        for group in &groups_seen {
            let (errors, n) = group.cells().fold((0, 0), |(errors, n), cell| {
                (errors + cell.errors, n + cell.error_known)
            });
            if n > 0 {
                groups.push((group.subject(), group.minimum(), errors, n));
            }
            let service: &str = &group.key().service;
            if services.last().is_none_or(|(last, _)| !same(last, service)) {
                services.push((service, Windows::new()));
            }
            let Some((_, windows)) = services.last_mut() else {
                continue;
            };
            for (slot, cell) in group.windows() {
                let window = windows.entry(slot).or_default();
                *window = (window.0 + cell.errors, window.1 + cell.error_known);
            }
        }
        let (errors, n) = groups
            .iter()
            .fold((0, 0), |(errors, n), (_, _, e, k)| (errors + e, n + k));
        let overall = errors as f64 / (n as f64).max(1.0);
        let mut used = 0;
        for (subject, minimum, errors, n) in groups {
            let Some(weight) = view.weight(RATE, &subject, || (n >= minimum).then_some(n as f64))
            else {
                continue;
            };
            product.add(
                RATE,
                subject,
                weight,
                (errors as f64 + PRIOR * overall) / (n as f64 + PRIOR),
                n,
            );
            used += n;
        }
        if !view.is_window() {
            for (service, windows) in services {
                let n: u64 = windows.values().map(|(_, n)| n).sum();
                let subject = Subject::Service(Arc::from(service));
                if let Some(weight) = view.weight(BURST, &subject, || {
                    (n >= crate::score::MIN_SPANS).then_some(n as f64)
                }) && let Some(spread) = excess_spread(windows.into_values())
                {
                    product.add(BURST, subject, weight, spread, n);
                }
            }
        }
        if !product.has(RATE) {
            return Outcome::NoData(match n {
                0 => "no span says whether it failed".to_owned(),
                _ => format!("no operation has 30 spans that say whether they failed ({n} in all)"),
            });
        }
        product.finish(used, String::new)
    }
}

/// Equality of names that are often empty, for which comparing bytes is slow (see the batch of the model).
fn same(a: &str, b: &str) -> bool {
    a.len() == b.len() && (a.is_empty() || a == b)
}
