//! TIME: does the program's own work take a steady time?

use super::durations;
use crate::{
    model::Category,
    plugin_meta,
    score::{Metric, MetricEntry, MetricMeta, Outcome, Settings, SummaryView},
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
    examples: &durations::examples([
        || durations::steady("handle"),
        || durations::tail("handle"),
        || durations::shift("handle"),
        || durations::few("handle"),
    ]),
};

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
