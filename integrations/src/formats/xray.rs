//! AWS X-Ray: segment documents with their subsegments, plain or wrapped as text by BatchGetTraces.

use std::borrow::Cow;

use pss_metrics::{
    model::{Attribute, Intake, Kind, Parent, Span, Value},
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
    json::{Number, Outline, Shape, parse},
    settings::InputSettings,
};

static META: FormatMeta = FormatMeta {
    plugin: plugin_meta!(
        Format,
        "xray",
        "AWS X-Ray segments as JSON lines or an array, with the daemon's headers or without, and what BatchGetTraces answers"
    ),
    extensions: &["xray.json", "xray.jsonl", "json", "jsonl"],
    media_types: &["application/json"],
    capabilities: Capabilities::TEXT,
    mapping: "start_time, end_time: seconds; a segment is an entry span of the service it names, its operation the http method and path where there are some; a subsegment is \
              an internal span of that service, or a client span where its namespace is aws or remote or it holds sql; fault: an error, and error (4xx) too in a client \
              span; sql.database_type, http.request.method, http.response.status and aws.operation: attributes db.system, http.request.method, \
              http.response.status_code, rpc.method; a segment in progress has no duration",
};

/// The format.
#[derive(Debug)]
pub struct XRay;

inventory::submit! { FormatEntry { format: &XRay } }

impl Format for XRay {
    fn meta(&self) -> &'static FormatMeta {
        &META
    }

    fn specimen(&self) -> Option<Vec<u8>> {
        Some(include_bytes!("specimens/xray.jsonl").to_vec())
    }

    fn sniff(&self, head: &Head<'_>) -> Option<Likeness> {
        let root = first(head)?;
        if let Some(traces) = root.get("Traces") {
            let Some(trace) = traces.first() else {
                return Some(Likeness::Surely);
            };
            return trace.has(&["Segments"]).then_some(Likeness::Surely);
        }
        let value = match root.shape() {
            Shape::Array => root.first()?,
            _ => root,
        };
        (value.has(&["Segments"]) || is_segment(&value)).then_some(Likeness::Surely)
    }

    fn open(&self, head: &Head<'_>, _: &InputSettings) -> Result<Reading, DecodeError> {
        let root = first(head).ok_or_else(|| {
            DecodeError::Content("is no JSON: X-Ray's segments are JSON objects".to_owned())
        })?;
        let traces = root
            .get("Traces")
            .filter(|traces| traces.shape() == Shape::Array);
        let layout = match (root.shape(), traces) {
            (_, Some(traces)) => Layout::Array(traces.inside()),
            (Shape::Array, _) => Layout::Array(root.inside()),
            _ if root.one_a_line() => Layout::Lines,
            _ => Layout::Values,
        };
        Ok(Reading::Records(layout, |_| Box::new(XRayDecoder)))
    }
}

/// The first value behind what the daemon is told before each segment.
fn first<'a>(head: &Head<'a>) -> Option<Outline<'a>> {
    let root = head.json()?;
    let text = root.end().map(|end| &head.bytes()[root.start()..end]);
    if text.is_some_and(is_header) {
        return root.next();
    }
    Some(root)
}

/// Whether a record is `{"format": "json", "version": 1}`, the line before a segment that is sent to the daemon.
fn is_header(record: &[u8]) -> bool {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Header<'a> {
        #[serde(borrow)]
        format: Cow<'a, str>,
        #[serde(rename = "version")]
        _version: u32,
    }
    // Segments are longer: they are not parsed for this.
    record.len() < 100
        && serde_json::from_slice::<Header<'_>>(record).is_ok_and(|header| header.format == "json")
}

/// Keys of a segment that no other format has in one object.
fn is_segment(value: &Outline<'_>) -> bool {
    value.has(&["start_time"])
        && value.has(&["end_time", "in_progress"])
        && value.has(&["id"])
        && value.has(&["trace_id", "subsegments"])
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Trace<'a> {
    #[serde(borrow, default)]
    segments: Option<Vec<Wrapped<'a>>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Wrapped<'a> {
    /// A segment as text.
    #[serde(borrow, default)]
    document: Option<Cow<'a, str>>,
}

#[derive(Deserialize)]
struct Segment<'a> {
    #[serde(borrow, default)]
    trace_id: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    id: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    parent_id: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    name: Option<Cow<'a, str>>,
    /// `subsegment` where one is sent on its own.
    #[serde(borrow, default, rename = "type")]
    own_kind: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    start_time: Option<Number<'a>>,
    #[serde(borrow, default)]
    end_time: Option<Number<'a>>,
    #[serde(default)]
    fault: Option<bool>,
    #[serde(default)]
    error: Option<bool>,
    #[serde(borrow, default)]
    namespace: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    http: Option<Http<'a>>,
    #[serde(borrow, default)]
    sql: Option<Sql<'a>>,
    #[serde(borrow, default)]
    aws: Option<Aws<'a>>,
    #[serde(borrow, default)]
    subsegments: Option<Vec<&'a RawValue>>,
}

#[derive(Deserialize)]
struct Http<'a> {
    #[serde(borrow, default)]
    request: Option<Request<'a>>,
    #[serde(borrow, default)]
    response: Option<Response<'a>>,
}

#[derive(Deserialize)]
struct Request<'a> {
    #[serde(borrow, default)]
    method: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    url: Option<Cow<'a, str>>,
}

#[derive(Deserialize)]
struct Response<'a> {
    #[serde(borrow, default)]
    status: Option<Number<'a>>,
}

#[derive(Deserialize)]
struct Sql<'a> {
    #[serde(borrow, default)]
    database_type: Option<Cow<'a, str>>,
}

#[derive(Deserialize)]
struct Aws<'a> {
    #[serde(borrow, default)]
    operation: Option<Cow<'a, str>>,
}

/// What a subsegment takes from what it stands in.
#[derive(Clone, Copy)]
struct Outer<'a> {
    trace_id: &'a str,
    service: &'a str,
    parent_id: &'a str,
    depth: u32,
}

/// Levels of subsegments followed.
const DEPTH: u32 = 64;

struct XRayDecoder;

impl Decoder for XRayDecoder {
    fn decode(&mut self, record: &str, into: &mut dyn Intake) -> Result<(), String> {
        if is_header(record.trim().as_bytes()) {
            return Ok(());
        }
        let Some(wrapped) = parse::<Trace<'_>>(record)?.segments else {
            return push(record, None, into);
        };
        for segment in &wrapped {
            let pushed = match &segment.document {
                Some(document) => push(document, None, into),
                None => Err("has no `Document`".to_owned()),
            };
            if let Err(reason) = pushed {
                into.unusable(format!("holds a segment that {reason}"));
            }
        }
        Ok(())
    }
}

fn push(text: &str, outer: Option<Outer<'_>>, into: &mut dyn Intake) -> Result<(), String> {
    let segment: Segment<'_> = parse(text)?;
    let (Some(id), Some(start)) = (segment.id.as_deref(), segment.start_time) else {
        return Err(
            "has no `id` or no `start_time`: an X-Ray segment has id, name, start_time, end_time"
                .to_owned(),
        );
    };
    let start = start.instant("start_time", 9)?;
    let end = segment
        .end_time
        .map_or(Ok(None), |number| number.instant("end_time", 9))?;
    let duration = match (start, end) {
        (Some(start), Some(end)) => Some(
            u64::try_from(i128::from(end) - i128::from(start))
                .map_err(|_| "ends before it starts".to_owned())?,
        ),
        _ => None,
    };
    let request = segment.http.as_ref().and_then(|http| http.request.as_ref());
    let method = request.and_then(|request| request.method.as_deref());
    let status = segment
        .http
        .as_ref()
        .and_then(|http| http.response.as_ref()?.status);
    let status = status.map_or(Ok(None), |status| status.unsigned("status", 0))?;
    let operation = segment
        .aws
        .as_ref()
        .and_then(|aws| aws.operation.as_deref());
    let database = segment
        .sql
        .as_ref()
        .map(|sql| sql.database_type.as_deref().unwrap_or("other_sql"))
        .or_else(|| (segment.name.as_deref() == Some("DynamoDB")).then_some("aws.dynamodb"));
    let remote = matches!(segment.namespace.as_deref(), Some("aws" | "remote"));
    let inside = outer.is_some() || segment.own_kind.as_deref() == Some("subsegment");
    let client = inside && (remote || database.is_some());
    let mut attributes: Vec<Attribute<'_>> = Vec::new();
    attributes.extend(status.map(|status| Attribute {
        key: "http.response.status_code",
        value: Value::Number(status as f64),
    }));
    for (key, text) in [
        ("db.system", database),
        ("http.request.method", method),
        ("rpc.method", operation),
        (
            "rpc.system",
            (segment.namespace.as_deref() == Some("aws")).then_some("aws-api"),
        ),
    ] {
        attributes.extend(text.map(|text| Attribute {
            key,
            value: Value::Text(text),
        }));
    }
    let name = segment.name.as_deref().unwrap_or_default();
    let path = request
        .and_then(|request| request.url.as_deref())
        .map(path_of);
    let operation = match (inside, method, path, operation) {
        (false, Some(method), Some(path), _) => Cow::Owned(format!("{method} {path}")),
        (true, _, _, Some(operation)) => Cow::Owned(format!("{name} {operation}")),
        _ => Cow::Borrowed(name),
    };
    let trace_id = segment
        .trace_id
        .as_deref()
        .or(outer.map(|outer| outer.trace_id))
        .unwrap_or_default();
    let parent_id = segment
        .parent_id
        .as_deref()
        .or(outer.map(|outer| outer.parent_id))
        .unwrap_or_default();
    // A subsegment on its own does not say whose it is.
    let service = match outer {
        Some(outer) => Some(outer.service),
        None if inside => None,
        None => Some(name),
    };
    into.span(&Span {
        trace_id,
        span_id: id,
        parent_id,
        parent: if parent_id.is_empty() {
            Parent::Root
        } else {
            Parent::Child
        },
        service,
        name: Some(&operation),
        kind: Some(if client {
            Kind::Client
        } else if inside {
            Kind::Internal
        } else {
            Kind::Server
        }),
        start,
        duration,
        error: Some(
            segment.fault == Some(true)
                || (client && segment.error == Some(true))
                || status.is_some_and(|status| status >= 500),
        ),
        attributes: &attributes,
        ..Span::default()
    });
    let inner = Outer {
        trace_id,
        service: service.unwrap_or_default(),
        parent_id: id,
        depth: outer.map_or(1, |outer| outer.depth + 1),
    };
    if inner.depth > DEPTH && segment.subsegments.is_some() {
        return Err(format!("nests subsegments deeper than {DEPTH} levels"));
    }
    for subsegment in segment.subsegments.iter().flatten() {
        if let Err(reason) = push(subsegment.get(), Some(inner), into) {
            into.unusable(format!("holds a subsegment that {reason}"));
        }
    }
    Ok(())
}

/// The path of an address, without scheme, host and query.
fn path_of(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| {
        rest.find('/').map_or("/", |at| &rest[at..])
    });
    rest.split(['?', '#']).next().unwrap_or(rest)
}
