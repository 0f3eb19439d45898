//! The text formats of Prometheus and OpenMetrics: one scrape, or many put one behind the other.

mod family;
mod row;
mod scrapes;

use pss_metrics::plugin_meta;

use super::{
    contract::{Capabilities, DecodeError, Format, FormatEntry, FormatMeta, Likeness, Reading},
    head::Head,
    settings::InputSettings,
};
use row::Row;
use scrapes::Scrapes;

static META: FormatMeta = FormatMeta {
    plugin: plugin_meta!(
        Format,
        "prometheus",
        "metrics in the text formats of Prometheus and OpenMetrics, best with timestamps"
    ),
    extensions: &["prom", "om", "metrics", "txt"],
    media_types: &["text/plain", "application/openmetrics-text"],
    capabilities: Capabilities::TEXT,
    mapping: "metrics that `pss` knows by name (garbage collection, event loop lag, resident memory, Kafka consumer lag, GPU, pressure): samples; of `nodejs_eventloop_delay_*` and of Kafka's \
              `records_lag*` one, as in format otlp; the unit is what the name ends with; histograms, summaries and totals \
              are read against the scrape before, and where a file has the series one after the other, as \
              `promtool tsdb dump-openmetrics` writes them, by their count and sum; labels instance, pod, container or pid: process; group, topic, partition: partition; gpu, UUID or device: device. Timestamps \
              in milliseconds (Prometheus) or seconds (OpenMetrics); without them the samples have no time",
};

/// Good lines that a bad one needs among them, so that the text is still taken for samples.
const GOOD_FOR_ONE_BAD: usize = 4;

/// The format.
#[derive(Debug)]
pub struct Prometheus;

inventory::submit! { FormatEntry { format: &Prometheus } }

impl Format for Prometheus {
    fn meta(&self) -> &'static FormatMeta {
        &META
    }

    fn specimen(&self) -> Option<Vec<u8>> {
        Some(include_bytes!("../specimens/prometheus.txt").to_vec())
    }

    fn sniff(&self, head: &Head<'_>) -> Option<Likeness> {
        let mut lines = head.lines().take(200).peekable();
        let first = lines.peek()?;
        if first.starts_with("# HELP ")
            || first.starts_with("# TYPE ")
            || first.starts_with("# UNIT ")
        {
            return Some(Likeness::Surely);
        }
        // Without comments: the lines but the last, which may be cut off, are samples; a broken one among many is a bad record.
        let all: Vec<&str> = lines.collect();
        let whole = &all[..all.len().saturating_sub(usize::from(!head.is_complete()))];
        let rows = whole.iter().filter(|line| !line.starts_with('#'));
        let bad = rows.filter(|line| Row::parse(line).is_err()).count();
        let good = whole.len() - bad;
        (!whole.is_empty() && bad <= good / GOOD_FOR_ONE_BAD).then_some(Likeness::Perhaps)
    }

    fn open(&self, _: &Head<'_>, _: &InputSettings) -> Result<Reading, DecodeError> {
        Ok(Reading::Stream(Box::new(Scrapes::default())))
    }
}
