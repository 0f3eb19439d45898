//! OpenTelemetry's own protocol, as JSON: what the Collector's file exporter writes, what SDKs post, what Tempo answers.

mod json;
mod mapping;
mod metrics;
mod rejected;
mod request;
mod stream;

use pss_metrics::{model::Intake, plugin_meta};

pub use self::request::{Encoding, Requests, Signal, Unusable};

pub(super) use self::{
    mapping::{Fields, Status, push},
    metrics::process,
    rejected::Rejected,
};

use self::json::{Documents, List, is_wrapper};
use super::{
    contract::{
        Capabilities, DecodeError, Decoder, Format, FormatEntry, FormatMeta, Layout, Likeness,
        Reading,
    },
    head::Head,
    json::{Outline, Scanner, Shape},
    settings::InputSettings,
};

static META: FormatMeta = FormatMeta {
    plugin: plugin_meta!(
        Format,
        "otlp",
        "OTLP as JSON: one document a line, one or several documents, wrapped by a query's answer, Tempo's batches"
    ),
    extensions: &["otlp.json", "otlp.jsonl", "json", "jsonl", "ndjson"],
    media_types: &["application/json"],
    capabilities: Capabilities::TEXT,
    mapping: "resourceSpans or batches: spans. Resource attribute service.name: service; name: operation; kind as number or name; startTimeUnixNano, endTimeUnixNano as text or \
              number: nanoseconds, no end is no duration; parentSpanId: absent, empty or zeros in the first span of a trace; status code ERROR: an error, unset: as error.type, \
              the http status (500 and more) or the rpc status say; attributes: semantic conventions. resourceMetrics: samples of the metrics that `pss` knows \
              (garbage collection, event loop delay, memory, Kafka lag, GPU), in any unit of their dimension; of nodejs.eventloop.delay.* the first of p99, max, p90, mean, p50 \
              that a process exports, of kafka.consumer.records_lag the first of itself, _max, _avg that a client exports; histograms that count from the start are read against the point before. resourceLogs: \
              passed over, and counted",
};

/// The format.
#[derive(Debug)]
pub struct Otlp;

inventory::submit! { FormatEntry { format: &Otlp } }

impl Format for Otlp {
    fn meta(&self) -> &'static FormatMeta {
        &META
    }

    fn specimen(&self) -> Option<Vec<u8>> {
        Some(include_bytes!("../specimens/otlp.json").to_vec())
    }

    fn sniff(&self, head: &Head<'_>) -> Option<Likeness> {
        is_document(&head.json()?).then_some(Likeness::Surely)
    }

    fn open(&self, head: &Head<'_>, _: &InputSettings) -> Result<Reading, DecodeError> {
        let root = head.json().ok_or_else(|| {
            DecodeError::Content("is no JSON: OTLP documents are JSON objects".to_owned())
        })?;
        // Totals are read against the point before, which needs their order; a document longer than the head may be longer than any record.
        let lines = root.shape() == Shape::Object
            && root.one_a_line()
            && root.end().is_some()
            && [&b"resourceMetrics"[..], b"resource_metrics"]
                .iter()
                .all(|key| memchr::memmem::find(head.bytes(), key).is_none());
        Ok(if lines {
            Reading::Records(Layout::Lines, |_| {
                Box::new(LineDecoder(Documents::without_order()))
            })
        } else {
            Reading::Stream(Box::new(stream::Walk::default()))
        })
    }
}

/// Whether a value is an OTLP document, or wraps one.
pub(super) fn is_document(value: &Outline<'_>) -> bool {
    holds(value, 0)
}

fn holds(value: &Outline<'_>, depth: u32) -> bool {
    if depth > 4 {
        return false;
    }
    match value.shape() {
        Shape::Array => value.first().is_some_and(|first| holds(&first, depth + 1)),
        Shape::Object => value.members().any(|(key, inner)| {
            let Ok(key) = std::str::from_utf8(key) else {
                return false;
            };
            match List::of(key) {
                // Others have lists called batches.
                Some(List::Spans) if key == "batches" => inner.first().is_some_and(|batch| {
                    batch.has(&[
                        "resource",
                        "scopeSpans",
                        "instrumentationLibrarySpans",
                        "scope_spans",
                    ])
                }),
                Some(_) => inner.shape() == Shape::Array,
                None => is_wrapper(key) && holds(&inner, depth + 1),
            }
        }),
        Shape::Text | Shape::Plain => false,
    }
}

/// Decodes a document a line.
struct LineDecoder(Documents);

impl Decoder for LineDecoder {
    fn decode(&mut self, record: &str, into: &mut dyn Intake) -> Result<(), String> {
        let mut scanner = Scanner::new(record);
        let mut read = self.0.document(&mut scanner, 0, into);
        // Some writers end no line between documents.
        while read.is_ok() && scanner.another() {
            read = self.0.document(&mut scanner, 0, into);
        }
        let read = read.and_then(|()| scanner.end());
        self.0.points.flush(into);
        self.0.rejected.take().each(|reason| into.unusable(reason));
        read.map_err(|reason| reason.explain(record))
    }
}
