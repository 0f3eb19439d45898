//! DB: do database calls take a steady time?

use super::durations;
use crate::{
    model::Category,
    plugin_meta,
    score::{Metric, MetricEntry, MetricMeta, Outcome, Settings, SummaryView},
};

static META: MetricMeta = MetricMeta {
    plugin: plugin_meta!(Metric, "db", "do database calls take a steady time?"),
    code: "DB",
    question: "do database calls take a steady time?",
    weight: 0.20,
    reads: "durations of spans of category db",
    factors: durations::FACTORS,
    combination: durations::COMBINATION,
    needs: "client spans of the database driver (attribute db.system.name), or operation names with a word such as query, sql, db",
    minimum: durations::MINIMUM,
    limits: durations::LIMITS,
    advice: "look at the operation with the most points: missing indexes and lock waits show as disp, a filling table or a changed plan as lev",
    sources: &["Dean and Barroso, The Tail at Scale, CACM 2013"],
    examples: &durations::examples([
        || durations::steady("db query"),
        || durations::tail("db query"),
        || durations::shift("db query"),
        || durations::few("db query"),
    ]),
};

/// The metric.
#[derive(Debug)]
pub struct Db;

inventory::submit! { MetricEntry { metric: &Db } }

impl Metric for Db {
    fn meta(&self) -> &'static MetricMeta {
        &META
    }

    fn score(&self, view: &SummaryView<'_>, settings: &Settings) -> Outcome {
        durations::score(&META, Category::Db, view, settings)
    }
}
