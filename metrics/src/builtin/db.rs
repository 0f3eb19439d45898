//! DB: do database calls take a steady time?

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
    Story::default().calls(
        "db query",
        400,
        50,
        |at| 9_000.0 + 2_000.0 * even(at),
        plain,
    )
}

fn tail() -> Story {
    Story::default().calls(
        "db query",
        400,
        50,
        |at| 9_000.0 + 2_000.0 * even(at) + if at % 20 == 7 { 400_000.0 } else { 0.0 },
        plain,
    )
}

fn shift() -> Story {
    Story::default().calls(
        "db query",
        400,
        50,
        |at| (9_000.0 + 2_000.0 * even(at)) * if at < 200 { 1.0 } else { 3.0 },
        plain,
    )
}

fn few() -> Story {
    Story::default().calls("db query", 20, 50, |_| 9_000.0, plain)
}

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
