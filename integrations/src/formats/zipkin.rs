//! Zipkin v2: an array of spans, an array of traces, or one span a line.

use std::{borrow::Cow, collections::BTreeMap};

use pss_metrics::{
    model::{Attribute, Intake, Kind, Parent, Span, error_flag},
    plugin_meta,
};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::{
    contract::{
        Capabilities, DecodeError, Decoder, Format, FormatEntry, FormatMeta, Layout, Likeness,
        Reading,
    },
    head::Head,
    json::{Number, Outline, Scalar, Shape, parse},
    settings::InputSettings,
};

static META: FormatMeta = FormatMeta {
    plugin: plugin_meta!(
        Format,
        "zipkin",
        "Zipkin v2 spans as a JSON array, an array of traces, or JSON lines"
    ),
    extensions: &["zipkin.json", "zipkin.jsonl", "json", "jsonl"],
    media_types: &["application/json"],
    capabilities: Capabilities::TEXT,
    mapping: "timestamp, duration: microseconds; localEndpoint.serviceName: service; name: operation; kind: CLIENT, SERVER, PRODUCER, CONSUMER, internal where it is \
              absent; parentId: absent in the first span of a trace; tags: attributes; a tag error (whatever it says, except false) or an http status of 500 and more: an \
              error; remoteEndpoint.serviceName: attribute peer.service; a span without duration counts for errors and calls",
};

/// The format.
#[derive(Debug)]
pub struct Zipkin;

inventory::submit! { FormatEntry { format: &Zipkin } }

impl Format for Zipkin {
    fn meta(&self) -> &'static FormatMeta {
        &META
    }

    fn specimen(&self) -> Option<Vec<u8>> {
        Some(include_bytes!("specimens/zipkin.json").to_vec())
    }

    fn sniff(&self, head: &Head<'_>) -> Option<Likeness> {
        let root = head.json()?;
        let mut span = root;
        for _ in 0..2 {
            if span.shape() == Shape::Array {
                span = span.first()?;
            }
        }
        (is_span(&span) || is_v1(&span)).then_some(Likeness::Surely)
    }

    fn open(&self, head: &Head<'_>, _: &InputSettings) -> Result<Reading, DecodeError> {
        let first = head.json().map(|root| root.first().unwrap_or(root));
        if first.is_some_and(|span| is_v1(&span.first().unwrap_or(span))) {
            return Err(DecodeError::Content(
                "holds spans of Zipkin v1, which keep service, kind and times in annotations: export v2 (`/api/v2/traces`)"
                    .to_owned(),
            ));
        }
        let layout = match head.json() {
            Some(root) if root.shape() == Shape::Array => Layout::Array(root.inside()),
            Some(root) if root.one_a_line() => Layout::Lines,
            Some(_) => Layout::Values,
            None => {
                return Err(DecodeError::Content(
                    "is no JSON: Zipkin's spans are JSON objects".to_owned(),
                ));
            }
        };
        Ok(Reading::Records(layout, |_| Box::new(ZipkinDecoder)))
    }
}

/// Keys of a Zipkin span that no other format has in one object.
fn is_span(value: &Outline<'_>) -> bool {
    value.has(&["traceId"])
        && value.has(&["id"])
        && value.has(&[
            "localEndpoint",
            "remoteEndpoint",
            "timestamp",
            "kind",
            "tags",
        ])
}

/// Keys that a span has in the version before: an annotation says where it was made.
fn is_v1(value: &Outline<'_>) -> bool {
    let annotation = value.get("annotations").and_then(|list| list.first());
    value.has(&["traceId"])
        && !value.has(&["localEndpoint", "remoteEndpoint", "kind", "tags"])
        && (value.has(&["binaryAnnotations"])
            || annotation.is_some_and(|first| first.has(&["endpoint"])))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Record<'a> {
    #[serde(borrow, default)]
    trace_id: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    id: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    parent_id: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    name: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    kind: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    timestamp: Option<Number<'a>>,
    #[serde(borrow, default)]
    duration: Option<Number<'a>>,
    #[serde(borrow, default)]
    local_endpoint: Option<Endpoint<'a>>,
    #[serde(borrow, default)]
    remote_endpoint: Option<Endpoint<'a>>,
    #[serde(borrow, default)]
    tags: Option<BTreeMap<Cow<'a, str>, Scalar<'a>>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Endpoint<'a> {
    #[serde(borrow, default)]
    service_name: Option<Cow<'a, str>>,
}

struct ZipkinDecoder;

impl Decoder for ZipkinDecoder {
    fn decode(&mut self, record: &str, into: &mut dyn Intake) -> Result<(), String> {
        if record.trim_start().starts_with('[') {
            let spans: Vec<&RawValue> = parse(record)?;
            for (at, span) in spans.iter().enumerate() {
                if let Err(reason) = push(span.get(), into) {
                    into.unusable(format!("holds a span, number {}, that {reason}", at + 1));
                }
            }
            return Ok(());
        }
        push(record, into)
    }
}

fn push(text: &str, into: &mut dyn Intake) -> Result<(), String> {
    let record: Record<'_> = parse(text)?;
    let Some(id) = record.id.as_deref().filter(|id| !id.is_empty()) else {
        return Err("has no `id`: a Zipkin span has traceId, id, timestamp, duration".to_owned());
    };
    let tags = record.tags.unwrap_or_default();
    let peer = record
        .remote_endpoint
        .and_then(|endpoint| endpoint.service_name);
    let mut attributes: Vec<Attribute<'_>> = tags
        .iter()
        .filter_map(|(key, value)| value.attribute(key))
        .collect();
    if let Some(peer) = peer.as_deref().filter(|peer| !peer.is_empty())
        && !tags.contains_key("peer.service")
    {
        attributes.push(Attribute {
            key: "peer.service",
            value: pss_metrics::model::Value::Text(peer),
        });
    }
    let error =
        tags.get("error").is_some_and(Scalar::is_true) || error_flag(&attributes).unwrap_or(false);
    let parent_id = record.parent_id.as_deref().unwrap_or_default();
    let time = |number: Option<Number<'_>>, field| {
        number.map_or(Ok(None), |number| number.instant(field, 3))
    };
    into.span(&Span {
        trace_id: record.trace_id.as_deref().unwrap_or_default(),
        span_id: id,
        parent_id,
        parent: if parent_id.is_empty() {
            Parent::Root
        } else {
            Parent::Child
        },
        service: record
            .local_endpoint
            .as_ref()
            .and_then(|endpoint| endpoint.service_name.as_deref()),
        name: record.name.as_deref(),
        kind: Some(
            record
                .kind
                .as_deref()
                .and_then(Kind::parse)
                .unwrap_or(Kind::Internal),
        ),
        start: time(record.timestamp, "timestamp")?,
        duration: record
            .duration
            .map_or(Ok(None), |number| number.unsigned("duration", 3))?,
        error: Some(error),
        attributes: &attributes,
        ..Span::default()
    });
    Ok(())
}
