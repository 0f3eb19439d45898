//! NET: do calls to other services take a steady time?

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
        "net",
        "do calls to other services take a steady time?"
    ),
    code: "NET",
    question: "do calls to other services take a steady time?",
    weight: 0.15,
    reads: "durations of client spans: HTTP, RPC, sockets",
    factors: durations::FACTORS,
    combination: durations::COMBINATION,
    needs: "client spans of HTTP or RPC (attributes http.request.method, rpc.system), or operation names with a word such as http, grpc, fetch",
    minimum: durations::MINIMUM,
    limits: durations::LIMITS,
    advice: "look at the operation with the most points: time-outs and retries show as disp, a peer that slows down as lev",
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
        "http get",
        400,
        50,
        |at| 9_000.0 + 2_000.0 * even(at),
        plain,
    )
}

fn tail() -> Story {
    Story::default().calls(
        "http get",
        400,
        50,
        |at| 9_000.0 + 2_000.0 * even(at) + if at % 20 == 7 { 400_000.0 } else { 0.0 },
        plain,
    )
}

fn shift() -> Story {
    Story::default().calls(
        "http get",
        400,
        50,
        |at| (9_000.0 + 2_000.0 * even(at)) * if at < 200 { 1.0 } else { 3.0 },
        plain,
    )
}

fn few() -> Story {
    Story::default().calls("http get", 20, 50, |_| 9_000.0, plain)
}

/// The metric.
#[derive(Debug)]
pub struct Net;

inventory::submit! { MetricEntry { metric: &Net } }

impl Metric for Net {
    fn meta(&self) -> &'static MetricMeta {
        &META
    }

    fn score(&self, view: &SummaryView<'_>, settings: &Settings) -> Outcome {
        durations::score(&META, Category::Net, view, settings)
    }
}
