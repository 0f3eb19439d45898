//! CACHE: do caches answer, and steadily?

use std::{collections::BTreeMap, sync::Arc};

use crate::{
    plugin_meta,
    score::{
        Call, Curve, Example, FactorMeta, Metric, MetricEntry, MetricMeta, Outcome, Over,
        PerSubject, Settings, Story, Subject, SummaryView, even, plain,
    },
    stats::excess_spread,
};

const OPINION: &str = "an opinion that waits for data";

static META: MetricMeta = MetricMeta {
    plugin: plugin_meta!(Metric, "cache", "do caches answer, and steadily?"),
    code: "CACHE",
    question: "do caches answer, and steadily?",
    weight: 0.15,
    reads: "hits and misses per service and operation: attribute cache.hit, or branch tags such as cache_hit and cache_miss",
    factors: &[
        FactorMeta {
            name: "miss",
            what: "miss ratio",
            unit: "",
            curve: Curve {
                good: 0.10,
                mid: 0.50,
                exponent: 0.5,
            },
            origin: OPINION,
        },
        FactorMeta {
            name: "swing",
            what: "spread of the windowed hit ratio beyond what chance gives",
            unit: "",
            curve: Curve {
                good: 0.03,
                mid: 0.15,
                exponent: 0.5,
            },
            origin: OPINION,
        },
    ],
    combination: "miss ^ .5 x swing ^ .5 per operation, mean over operations, weight n",
    needs: "spans with the attribute `cache.hit`, or branch tags that say cache_hit or cache_miss",
    minimum: "30 lookups of an operation; for swing 4 windows",
    limits: "a cold cache at the start of a short run reads as misses: warm up first",
    advice: "a high miss ratio asks for size, keys or time to live; a swing for what empties the cache: deploys, evictions, restarts",
    sources: &[
        "Yang, Yue and Rashmi, A large scale analysis of hundreds of in-memory cache clusters at Twitter, OSDI 2020",
    ],
    examples: &[
        Example {
            title: "95 of 100 look-ups hit",
            story: warm,
            score: Some(0.979),
        },
        Example {
            title: "for a fifth of the time only 20 of 100 hit",
            story: lost,
            score: Some(0.471),
        },
        Example {
            title: "nobody says whether a look-up hit",
            story: none,
            score: None,
        },
    ],
};

/// Look-ups that hit with a probability.
fn hitting(hits: impl Fn(u64) -> f64) -> Story {
    Story::default().calls(
        "look up",
        2000,
        50,
        |_| 1_000.0,
        |at, call| Call {
            tag: Some(if even(at) < hits(at) {
                "cache_hit"
            } else {
                "cache_miss"
            }),
            ..call
        },
    )
}

fn warm() -> Story {
    hitting(|_| 0.95)
}

fn lost() -> Story {
    hitting(|at| if (800..1200).contains(&at) { 0.2 } else { 0.95 })
}

fn none() -> Story {
    Story::default().calls("look up", 2000, 50, |_| 1_000.0, plain)
}

/// The metric.
#[derive(Debug)]
pub struct Cache;

inventory::submit! { MetricEntry { metric: &Cache } }

const MISS: usize = 0;
const SWING: usize = 1;

#[derive(Default)]
struct Lookups {
    hits: u64,
    n: u64,
    minimum: u64,
    windows: BTreeMap<usize, (u64, u64)>,
}

impl Metric for Cache {
    fn meta(&self) -> &'static MetricMeta {
        &META
    }

    fn score(&self, view: &SummaryView<'_>, settings: &Settings) -> Outcome {
        let mut operations: BTreeMap<(&str, &str), Lookups> = BTreeMap::new();
        let groups: Vec<_> = view.groups().collect();
        for group in &groups {
            let (hits, n) = group.cells().fold((0, 0), |(hits, n), cell| {
                (hits + cell.hits, n + cell.hits + cell.misses)
            });
            if n == 0 {
                continue;
            }
            let lookups = operations
                .entry((&group.key().service, &group.key().operation))
                .or_default();
            lookups.hits += hits;
            lookups.n += n;
            lookups.minimum = group.minimum();
            for (slot, cell) in group.windows() {
                let window = lookups.windows.entry(slot).or_default();
                *window = (window.0 + cell.hits, window.1 + cell.hits + cell.misses);
            }
        }
        let mut subjects = PerSubject::new(&META, settings, Over::Mean);
        let seen: u64 = operations.values().map(|lookups| lookups.n).sum();
        for ((service, operation), lookups) in operations {
            let subject = Subject::Operation(Arc::from(service), Arc::from(operation));
            let Some(weight) = view.weight(MISS, &subject, || {
                (lookups.n >= lookups.minimum).then_some(lookups.n as f64)
            }) else {
                continue;
            };
            let mut values = vec![(MISS, Some(1.0 - lookups.hits as f64 / lookups.n as f64))];
            if !view.is_window()
                && view.weight(SWING, &subject, || Some(weight)).is_some()
                && let Some(swing) = excess_spread(lookups.windows.into_values())
            {
                values.push((SWING, Some(swing)));
            }
            subjects.add(&subject, weight, lookups.n, &values);
        }
        subjects.finish(|| match seen {
            0 => "no span tells a cache hit or miss".to_owned(),
            _ => format!("no operation has 30 cache lookups ({seen} in all)"),
        })
    }
}
