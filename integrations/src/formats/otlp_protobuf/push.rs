//! From messages to records.

use std::fmt::Write as _;

use prost::Message;
use pss_metrics::model::{Attribute, Intake, Kind, Value};

use super::{
    super::{
        otlp::{Fields, Rejected, Status, process, push},
        signals::{Exponential, Point, PointValue, Points},
    },
    messages::{KeyValue, Metric, ResourceMetrics, ResourceSpans, Scalar, Span},
    wire::{Content, records},
};

/// Pushes what one resource made.
///
/// # Errors
/// Why it is no message of its kind.
pub(super) fn resource(
    content: Content,
    message: &[u8],
    points: &mut Points,
    rejected: &mut Rejected,
    into: &mut dyn Intake,
) -> Result<(), String> {
    let broken = |error: prost::DecodeError| format!("is no OTLP message: {error}");
    match content {
        Content::Spans | Content::Nothing => {
            let message = ResourceSpans::decode(message).map_err(broken)?;
            spans(&message, rejected, into);
        }
        Content::Metrics => {
            let message = ResourceMetrics::decode(message).map_err(broken)?;
            metrics(&message, points, rejected, into);
        }
        Content::Logs => into.skipped("log records", records(message)),
    }
    Ok(())
}

fn attributes(values: &[KeyValue]) -> Vec<Attribute<'_>> {
    values
        .iter()
        .filter_map(|pair| {
            Some(Attribute {
                key: &pair.key,
                value: match pair.value.as_ref()?.value.as_ref()? {
                    Scalar::Text(text) => Value::Text(text),
                    Scalar::Bool(truth) => Value::Bool(*truth),
                    Scalar::Int(number) => Value::Number(*number as f64),
                    Scalar::Double(number) => Value::Number(*number),
                },
            })
        })
        .collect()
}

fn hex(bytes: &[u8], text: &mut String) {
    text.clear();
    for byte in bytes {
        // Writing to a text cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
}

fn spans(message: &ResourceSpans, rejected: &mut Rejected, into: &mut dyn Intake) {
    let resource = message.resource.as_ref();
    let resource = attributes(resource.map_or(&[], |resource| &resource.attributes));
    let service = resource
        .iter()
        .find(|attribute| attribute.key == "service.name")
        .and_then(|attribute| attribute.value.text());
    let mut ids: [String; 3] = Default::default();
    for span in message.scope_spans.iter().flat_map(|scope| &scope.spans) {
        if let Err(reason) = one(span, service, &mut ids, into) {
            rejected.note(reason);
        }
    }
}

fn one(
    span: &Span,
    service: Option<&str>,
    ids: &mut [String; 3],
    into: &mut dyn Intake,
) -> Result<(), String> {
    hex(&span.trace_id, &mut ids[0]);
    hex(&span.span_id, &mut ids[1]);
    hex(&span.parent_span_id, &mut ids[2]);
    let code = span.status.as_ref().map_or(0, |status| status.code);
    push(
        &Fields {
            trace_id: &ids[0],
            span_id: &ids[1],
            parent_id: &ids[2],
            name: Some(&span.name),
            kind: u64::try_from(span.kind).ok().and_then(Kind::from_number),
            start: span.start,
            end: span.end,
            status: Status::from_number(u64::try_from(code).unwrap_or(0)),
        },
        service,
        &attributes(&span.attributes),
        into,
    )
}

fn metrics(
    message: &ResourceMetrics,
    points: &mut Points,
    rejected: &mut Rejected,
    into: &mut dyn Intake,
) {
    let resource = message.resource.as_ref();
    let resource = attributes(resource.map_or(&[], |resource| &resource.attributes));
    let process = process(&resource);
    for metric in message
        .scope_metrics
        .iter()
        .flat_map(|scope| &scope.metrics)
    {
        for (labels, time, value, cumulative) in values(metric) {
            let known = points.push(
                &Point {
                    name: &metric.name,
                    unit: &metric.unit,
                    attributes: &labels,
                    process: &process,
                    time: i64::try_from(time).ok().filter(|time| *time != 0),
                    value,
                    cumulative,
                },
                into,
            );
            match known {
                Ok(true) => {}
                Ok(false) => into.skipped("metric points of no known signal", 1),
                Err(reason) => rejected.note(reason),
            }
        }
    }
}

/// The points of a metric: labels, time, value, and whether it counts from the start.
type Values<'a> = Vec<(Vec<Attribute<'a>>, u64, PointValue, bool)>;

/// `AGGREGATION_TEMPORALITY_DELTA`. Unspecified, which no exporter may say, is read as the SDKs' default: from the start.
const DELTA: i32 = 1;

fn values(metric: &Metric) -> Values<'_> {
    let mut values = Values::new();
    for (numbers, is_sum) in [(&metric.gauge, false), (&metric.sum, true)] {
        for point in numbers.iter().flat_map(|numbers| &numbers.points) {
            let Some(value) = point.double.or(point.int.map(|int| int as f64)) else {
                continue;
            };
            values.push((
                attributes(&point.attributes),
                point.time,
                PointValue::Number(value),
                // A gauge says nothing of time past.
                is_sum && numbers.as_ref().is_some_and(|sum| sum.temporality != DELTA),
            ));
        }
    }
    if let Some(histogram) = &metric.histogram {
        for point in &histogram.points {
            let value = if point.counts.len() == point.bounds.len() + 1 && !point.bounds.is_empty()
            {
                PointValue::Histogram {
                    bounds: point.bounds.clone(),
                    counts: point.counts.clone(),
                    sum: point.sum,
                }
            } else {
                PointValue::Total {
                    count: point.count,
                    sum: point.sum.unwrap_or(0.0),
                }
            };
            values.push((
                attributes(&point.attributes),
                point.time,
                value,
                histogram.temporality != DELTA,
            ));
        }
    }
    if let Some(histogram) = &metric.exponential_histogram {
        for point in &histogram.points {
            let (offset, counts) = point
                .positive
                .as_ref()
                .map_or((0, &[][..]), |buckets| (buckets.offset, &buckets.counts));
            let buckets =
                Exponential::new(point.scale, point.zero_count, offset, counts, point.sum);
            values.push((
                attributes(&point.attributes),
                point.time,
                buckets.map_or_else(
                    || PointValue::Total {
                        count: point.count,
                        sum: point.sum.unwrap_or(0.0),
                    },
                    PointValue::Exponential,
                ),
                histogram.temporality != DELTA,
            ));
        }
    }
    if let Some(summary) = &metric.summary {
        for point in &summary.points {
            values.push((
                attributes(&point.attributes),
                point.time,
                PointValue::Total {
                    count: point.count,
                    sum: point.sum,
                },
                true,
            ));
        }
    }
    values
}
