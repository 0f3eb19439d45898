//! NET: do calls to other services take a steady time?

use super::durations;
use crate::{
    model::Category,
    plugin_meta,
    score::{Metric, MetricEntry, MetricMeta, Outcome, Settings, SummaryView},
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
    examples: &durations::examples([
        || durations::steady("http get"),
        || durations::tail("http get"),
        || durations::shift("http get"),
        || durations::few("http get"),
    ]),
};

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
