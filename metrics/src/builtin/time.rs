//! TIME: does the program's own work take a steady time?

use super::durations;
use crate::{
    model::Category,
    plugin_meta,
    score::{
        Example, Metric, MetricEntry, MetricMeta, Outcome, Settings, Story, SummaryView, even,
        plain,
    },
};

static META: MetricMeta = MetricMeta {
    plugin: plugin_meta!(
        Metric,
        "time",
        "does the program's own work take a steady time?"
    ),
    code: "TIME",
    question: "does the program's own work take a steady time?",
    weight: 0.30,
    reads: "durations of spans of category internal: entry spans and all work that is no call to elsewhere",
    factors: durations::FACTORS,
    combination: durations::COMBINATION,
    needs: "spans with a duration",
    minimum: durations::MINIMUM,
    limits: durations::LIMITS,
    advice: "look at the operation with the most points: a large disp means that equal requests take unequal time (caches, locks, input size); a large lev that its level moved during the run (deploys, noisy neighbours, growing data)",
    sources: &["Dean and Barroso, The Tail at Scale, CACM 2013"],
    examples: &[
        Example {
            title: "every call takes 9 to 11 ms",
            story: steady,
            score: Some(0.999),
        },
        Example {
            title: "one call of twenty takes 400 ms more",
            story: tail,
            score: Some(0.489),
        },
        Example {
            title: "calls take three times as long from half time on",
            story: shift,
            score: Some(0.395),
        },
        Example {
            title: "twenty calls",
            story: few,
            score: None,
        },
    ],
};

fn steady() -> Story {
    Story::default().calls("handle", 400, 50, |at| 9_000.0 + 2_000.0 * even(at), plain)
}

fn tail() -> Story {
    Story::default().calls(
        "handle",
        400,
        50,
        |at| 9_000.0 + 2_000.0 * even(at) + if at % 20 == 7 { 400_000.0 } else { 0.0 },
        plain,
    )
}

fn shift() -> Story {
    Story::default().calls(
        "handle",
        400,
        50,
        |at| (9_000.0 + 2_000.0 * even(at)) * if at < 200 { 1.0 } else { 3.0 },
        plain,
    )
}

fn few() -> Story {
    Story::default().calls("handle", 20, 50, |_| 9_000.0, plain)
}

/// The metric.
#[derive(Debug)]
pub struct Time;

inventory::submit! { MetricEntry { metric: &Time } }

impl Metric for Time {
    fn meta(&self) -> &'static MetricMeta {
        &META
    }

    fn score(&self, view: &SummaryView<'_>, settings: &Settings) -> Outcome {
        durations::score(&META, Category::Internal, view, settings)
    }
}
