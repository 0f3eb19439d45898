//! Jaeger's JSON: what its UI and query service export, and spans one a line as its Elasticsearch storage keeps them.

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
        "jaeger",
        "Jaeger traces as its UI and query service export them, and its spans as JSON lines"
    ),
    extensions: &["jaeger.json", "jaeger.jsonl", "json", "jsonl"],
    media_types: &["application/json"],
    capabilities: Capabilities::TEXT,
    mapping: "startTime, duration: microseconds; processes[processID].serviceName: service; operationName: operation; tag span.kind: kind; references: the first CHILD_OF, \
              else the first FOLLOWS_FROM, else parentSpanID is the parent; tags, and the fields of tag with @ for a dot: attributes, less what Jaeger adds itself (span.kind, otel.scope.*, otel.library.*, \
              otel.status_*, internal.span.format); tag error, otel.status_code ERROR, or an http status of 500 and more: an error",
};

/// The format.
#[derive(Debug)]
pub struct Jaeger;

inventory::submit! { FormatEntry { format: &Jaeger } }

impl Format for Jaeger {
    fn meta(&self) -> &'static FormatMeta {
        &META
    }

    fn specimen(&self) -> Option<Vec<u8>> {
        Some(include_bytes!("specimens/jaeger.json").to_vec())
    }

    fn sniff(&self, head: &Head<'_>) -> Option<Likeness> {
        let root = head.json()?;
        let inner = match root.shape() {
            Shape::Array => root.first()?,
            _ => match root.get("data") {
                Some(data) if data.shape() == Shape::Array => match data.first() {
                    Some(trace) => trace,
                    // A search without a hit.
                    None => {
                        return root
                            .has(&["total", "limit", "offset", "errors"])
                            .then_some(Likeness::Surely);
                    }
                },
                Some(_) if answered_error(&root).is_some() => return Some(Likeness::Surely),
                Some(data) => data,
                None => root,
            },
        };
        (is_trace(&inner) || is_span(&inner)).then_some(Likeness::Surely)
    }

    fn open(&self, head: &Head<'_>, _: &InputSettings) -> Result<Reading, DecodeError> {
        let root = head.json().ok_or_else(|| {
            DecodeError::Content("is no JSON: Jaeger exports JSON objects".to_owned())
        })?;
        if let Some(error) = answered_error(&root) {
            return Err(DecodeError::Content(format!(
                "is an answer of Jaeger's query service without traces, which says {error:?}"
            )));
        }
        let data = root.get("data").filter(|data| data.shape() == Shape::Array);
        let layout = match (root.shape(), data) {
            (Shape::Array, _) => Layout::Array(root.inside()),
            (_, Some(data)) => Layout::Array(data.inside()),
            _ if root.one_a_line() => Layout::Lines,
            _ => Layout::Values,
        };
        Ok(Reading::Records(layout, |_| Box::new(JaegerDecoder)))
    }
}

/// What the query service says where it has no data.
fn answered_error(root: &Outline<'_>) -> Option<String> {
    let data = root.get("data")?;
    (data.shape() == Shape::Plain).then_some(())?;
    let message = root.get("errors")?.first()?.get("msg")?.text()?;
    Some(String::from_utf8_lossy(message).into_owned())
}

fn is_trace(value: &Outline<'_>) -> bool {
    let first = value.get("spans").and_then(|spans| spans.first());
    first.is_some_and(|span| is_span(&span))
        || (value.has(&["traceID"]) && value.has(&["spans", "processes"]))
}

fn is_span(value: &Outline<'_>) -> bool {
    value.has(&["traceID"]) && value.has(&["spanID"])
}

#[derive(Deserialize)]
struct Document<'a> {
    #[serde(borrow, default)]
    data: Option<&'a RawValue>,
    #[serde(borrow, default)]
    spans: Option<Vec<&'a RawValue>>,
    #[serde(borrow, default)]
    processes: Option<BTreeMap<Cow<'a, str>, Process<'a>>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Process<'a> {
    #[serde(borrow, default)]
    service_name: Option<Cow<'a, str>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Record<'a> {
    #[serde(borrow, default, rename = "traceID")]
    trace_id: Option<Cow<'a, str>>,
    #[serde(borrow, default, rename = "spanID")]
    span_id: Option<Cow<'a, str>>,
    #[serde(borrow, default, rename = "parentSpanID")]
    parent_span_id: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    operation_name: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    references: Option<Vec<Reference<'a>>>,
    #[serde(borrow, default)]
    start_time: Option<Number<'a>>,
    #[serde(borrow, default)]
    duration: Option<Number<'a>>,
    #[serde(borrow, default)]
    tags: Option<Vec<Tag<'a>>>,
    /// How the Elasticsearch storage keeps tags when it is told to, with `@` for each dot of their names.
    #[serde(borrow, default)]
    tag: Option<BTreeMap<Cow<'a, str>, Scalar<'a>>>,
    #[serde(borrow, default, rename = "processID")]
    process_id: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    process: Option<Process<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Reference<'a> {
    #[serde(borrow, default)]
    ref_type: Option<Cow<'a, str>>,
    #[serde(borrow, default, rename = "spanID")]
    span_id: Option<Cow<'a, str>>,
}

#[derive(Deserialize)]
struct Tag<'a> {
    #[serde(borrow)]
    key: Cow<'a, str>,
    #[serde(borrow, default)]
    value: Option<Scalar<'a>>,
}

struct JaegerDecoder;

impl Decoder for JaegerDecoder {
    fn decode(&mut self, record: &str, into: &mut dyn Intake) -> Result<(), String> {
        let document: Document<'_> = parse(record)?;
        let Some(data) = document.data else {
            return trace(record, document, into);
        };
        let data = data.get();
        if !data.starts_with('[') {
            return trace(data, parse(data)?, into);
        }
        // A whole answer of the query service behind another one.
        for (at, text) in parse::<Vec<&RawValue>>(data)?.iter().enumerate() {
            let read = parse(text.get()).and_then(|document| trace(text.get(), document, into));
            if let Err(reason) = read {
                into.unusable(format!("holds a trace, number {}, that {reason}", at + 1));
            }
        }
        Ok(())
    }
}

/// A trace with its spans, or a span on its own.
fn trace(text: &str, document: Document<'_>, into: &mut dyn Intake) -> Result<(), String> {
    let processes = document.processes.unwrap_or_default();
    let Some(spans) = document.spans else {
        return push(text, &processes, into);
    };
    for (at, span) in spans.iter().enumerate() {
        if let Err(reason) = push(span.get(), &processes, into) {
            into.unusable(format!("holds a span, number {}, that {reason}", at + 1));
        }
    }
    Ok(())
}

/// Tags that say what a span's own fields say, or which Jaeger adds for itself.
fn is_own(key: &str) -> bool {
    matches!(
        key,
        "span.kind"
            | "error"
            | "internal.span.format"
            | "w3c.tracestate"
            | "otel.status_code"
            | "otel.status_description"
    ) || key.starts_with("otel.scope.")
        || key.starts_with("otel.library.")
}

/// A tag's name from that of a field of Elasticsearch, which may hold no dot: `@` stands for it, as Jaeger's `--es.tags-as-fields.dot-replacement` has it unless told
/// otherwise.
fn dotted(key: &str) -> Cow<'_, str> {
    if key.contains('@') {
        Cow::Owned(key.replace('@', "."))
    } else {
        Cow::Borrowed(key)
    }
}

fn push(
    text: &str,
    processes: &BTreeMap<Cow<'_, str>, Process<'_>>,
    into: &mut dyn Intake,
) -> Result<(), String> {
    let record: Record<'_> = parse(text)?;
    let Some(span_id) = record.span_id.as_deref().filter(|id| !id.is_empty()) else {
        return Err(
            "has no `spanID`: a Jaeger span has traceID, spanID, startTime, duration".to_owned(),
        );
    };
    let listed = record.tags.iter().flatten();
    let listed = listed.filter_map(|tag| Some((&*tag.key, tag.value.as_ref()?)));
    let keyed: Vec<(Cow<'_, str>, &Scalar<'_>)> = record
        .tag
        .iter()
        .flatten()
        .map(|(key, value)| (dotted(key), value))
        .collect();
    let tags: Vec<(&str, &Scalar<'_>)> = listed
        .chain(keyed.iter().map(|(key, value)| (&**key, *value)))
        .collect();
    let tag = |key: &str| {
        tags.iter()
            .find(|(name, _)| *name == key)
            .map(|(_, value)| *value)
    };
    let attributes: Vec<Attribute<'_>> = tags
        .iter()
        .filter(|(key, _)| !is_own(key))
        .filter_map(|(key, value)| value.attribute(key))
        .collect();
    let error = tag("error").is_some_and(Scalar::is_true)
        || tag("otel.status_code").and_then(Scalar::text) == Some("ERROR")
        || error_flag(&attributes).unwrap_or(false);
    let references = record.references.as_deref().unwrap_or_default();
    let cause = references
        .iter()
        .find(|reference| reference.ref_type.as_deref() == Some("CHILD_OF"))
        .or_else(|| references.first())
        .and_then(|reference| reference.span_id.as_deref());
    let parent_id = cause
        .or(record.parent_span_id.as_deref())
        .unwrap_or_default();
    let process = match (&record.process, &record.process_id) {
        (Some(process), _) => Some(process),
        (None, Some(id)) => processes.get(id),
        (None, None) => None,
    };
    into.span(&Span {
        trace_id: record.trace_id.as_deref().unwrap_or_default(),
        span_id,
        parent_id,
        parent: if parent_id.is_empty() {
            Parent::Root
        } else {
            Parent::Child
        },
        service: process.and_then(|process| process.service_name.as_deref()),
        name: record.operation_name.as_deref(),
        kind: tag("span.kind")
            .and_then(Scalar::text)
            .and_then(Kind::parse)
            .or(Some(Kind::Internal)),
        start: record
            .start_time
            .map_or(Ok(None), |number| number.instant("startTime", 3))?,
        duration: record
            .duration
            .map_or(Ok(None), |number| number.unsigned("duration", 3))?,
        error: Some(error),
        attributes: &attributes,
        ..Span::default()
    });
    Ok(())
}
