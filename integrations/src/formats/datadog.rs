//! Datadog traces as its libraries send them to the agent: an array of traces, each an array of spans.

use std::{borrow::Cow, collections::BTreeMap};

use pss_metrics::{
    model::{Attribute, Intake, Kind, Parent, Span, Value, error_flag},
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
        "datadog",
        "Datadog traces: arrays of arrays of spans, {\"traces\": [[..]]}, or JSON lines of either"
    ),
    extensions: &["datadog.json", "datadog.jsonl", "json", "jsonl"],
    media_types: &["application/json"],
    capabilities: Capabilities::TEXT,
    mapping: "start, duration: nanoseconds; name and resource: operation; service; parent_id: 0 or absent in the first span; error: 1 or 0; type: decides the category \
              (sql, cache, queue, http ..); meta: attributes, of which span.kind is the kind; metrics: attributes",
};

/// The format.
#[derive(Debug)]
pub struct Datadog;

inventory::submit! { FormatEntry { format: &Datadog } }

impl Format for Datadog {
    fn meta(&self) -> &'static FormatMeta {
        &META
    }

    fn specimen(&self) -> Option<Vec<u8>> {
        Some(include_bytes!("specimens/datadog.json").to_vec())
    }

    fn sniff(&self, head: &Head<'_>) -> Option<Likeness> {
        let root = head.json()?;
        let mut span = root.get("traces").unwrap_or(root);
        let mut levels = 0;
        while levels < 2 && span.shape() == Shape::Array {
            span = span.first()?;
            levels += 1;
        }
        // No other format has lists of lists of objects with these.
        let listed = levels == 2 && span.has(&["span_id"]) && span.has(&["trace_id"]);
        (listed || is_span(&span)).then_some(Likeness::Surely)
    }

    fn open(&self, head: &Head<'_>, _: &InputSettings) -> Result<Reading, DecodeError> {
        let root = head.json().ok_or_else(|| {
            DecodeError::Content("is no JSON: Datadog's traces are JSON arrays".to_owned())
        })?;
        let traces = root
            .get("traces")
            .filter(|traces| traces.shape() == Shape::Array);
        let line = root.shape() == Shape::Array
            && root.one_a_line()
            && root.end().is_some_and(|end| {
                // Another array on the next line: each line is a trace or a payload.
                Outline::new(&head.bytes()[end..]).is_some()
            });
        let layout = match (root.shape(), traces) {
            (_, Some(traces)) => Layout::Array(traces.inside()),
            (Shape::Array, _) if !line => Layout::Array(root.inside()),
            _ if root.one_a_line() => Layout::Lines,
            _ => Layout::Values,
        };
        Ok(Reading::Records(layout, |_| Box::new(DatadogDecoder)))
    }
}

/// Keys of a Datadog span that no other format has in one object.
fn is_span(value: &Outline<'_>) -> bool {
    value.has(&["span_id"])
        && value.has(&["trace_id"])
        && value.has(&["resource", "meta", "metrics"])
        && value.has(&["start"])
}

#[derive(Deserialize)]
struct Record<'a> {
    #[serde(borrow, default)]
    trace_id: Option<&'a RawValue>,
    #[serde(borrow, default)]
    span_id: Option<&'a RawValue>,
    #[serde(borrow, default)]
    parent_id: Option<&'a RawValue>,
    #[serde(borrow, default)]
    service: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    name: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    resource: Option<Cow<'a, str>>,
    #[serde(borrow, default, rename = "type")]
    kind: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    start: Option<Number<'a>>,
    #[serde(borrow, default)]
    duration: Option<Number<'a>>,
    #[serde(borrow, default)]
    error: Option<Scalar<'a>>,
    #[serde(borrow, default)]
    meta: Option<BTreeMap<Cow<'a, str>, Scalar<'a>>>,
    #[serde(borrow, default)]
    metrics: Option<BTreeMap<Cow<'a, str>, Scalar<'a>>>,
}

struct DatadogDecoder;

impl Decoder for DatadogDecoder {
    fn decode(&mut self, record: &str, into: &mut dyn Intake) -> Result<(), String> {
        // A payload holds traces, which hold spans.
        decode(record, 2, into)
    }
}

fn decode(text: &str, levels: u32, into: &mut dyn Intake) -> Result<(), String> {
    if levels == 0 || !text.trim_start().starts_with('[') {
        return push(text, into);
    }
    for (at, element) in parse::<Vec<&RawValue>>(text)?.iter().enumerate() {
        if let Err(reason) = decode(element.get(), levels - 1, into) {
            into.unusable(format!("holds a span, number {}, that {reason}", at + 1));
        }
    }
    Ok(())
}

fn push(text: &str, into: &mut dyn Intake) -> Result<(), String> {
    let record: Record<'_> = parse(text)?;
    let id = |raw: Option<&'_ RawValue>| -> String {
        let text = raw.map_or("", RawValue::get).trim_matches('"');
        if matches!(text, "null" | "0") {
            String::new()
        } else {
            text.to_owned()
        }
    };
    let (trace_id, span_id, parent_id) = (
        id(record.trace_id),
        id(record.span_id),
        id(record.parent_id),
    );
    if span_id.is_empty() {
        return Err(
            "has no `span_id`: a Datadog span has trace_id, span_id, start, duration".to_owned(),
        );
    }
    let name = match (
        record.name.as_deref().filter(|name| !name.is_empty()),
        record.resource.as_deref().filter(|name| !name.is_empty()),
    ) {
        (Some(name), Some(resource)) if name != resource => {
            Some(Cow::Owned(format!("{name} {resource}")))
        }
        (name, resource) => name.or(resource).map(Cow::Borrowed),
    };
    let mut attributes: Vec<Attribute<'_>> = record
        .meta
        .iter()
        .chain(&record.metrics)
        .flatten()
        .filter_map(|(key, value)| value.attribute(key))
        .collect();
    let kind = attributes
        .iter()
        .find(|attribute| attribute.key == "span.kind")
        .and_then(|attribute| attribute.value.text())
        .and_then(Kind::parse);
    attributes.retain(|attribute| attribute.key != "span.kind");
    if let Some(kind) = record.kind.as_deref().filter(|kind| !kind.is_empty()) {
        attributes.push(Attribute {
            key: "type",
            value: Value::Text(kind),
        });
    }
    let error = match &record.error {
        Some(flag @ (Scalar::Bool(_) | Scalar::Number(_))) => flag.is_true(),
        _ => error_flag(&attributes).unwrap_or(false),
    };
    into.span(&Span {
        trace_id: &trace_id,
        span_id: &span_id,
        parent_id: &parent_id,
        parent: if parent_id.is_empty() {
            Parent::Root
        } else {
            Parent::Child
        },
        service: record.service.as_deref(),
        name: name.as_deref(),
        kind,
        start: record
            .start
            .map_or(Ok(None), |number| number.instant("start", 0))?,
        duration: record
            .duration
            .map_or(Ok(None), |number| number.unsigned("duration", 0))?,
        error: Some(error),
        attributes: &attributes,
        ..Span::default()
    });
    Ok(())
}
