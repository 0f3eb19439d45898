//! OTLP's metrics: points with their attributes, handed to the table of known names.

use std::borrow::Cow;

use pss_metrics::model::{Attribute, Intake};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::{
    super::{
        json::{Number, Scalar, parse},
        signals::{Exponential, Point, PointValue, Points},
    },
    rejected::Rejected,
};

/// Counts logs by their scopes' lists.
pub(super) fn count_logs(text: &str) -> u64 {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Logs<'a> {
        #[serde(
            borrow,
            default,
            alias = "scope_logs",
            alias = "instrumentationLibraryLogs"
        )]
        scope_logs: Option<Vec<Scope<'a>>>,
    }
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Scope<'a> {
        #[serde(borrow, default, alias = "log_records", alias = "logs")]
        log_records: Option<Vec<&'a RawValue>>,
    }
    let scopes = parse::<Logs<'_>>(text)
        .ok()
        .and_then(|logs| logs.scope_logs);
    scopes
        .iter()
        .flatten()
        .map(|scope| {
            scope
                .log_records
                .as_ref()
                .map_or(0, |records| records.len() as u64)
        })
        .sum()
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ResourceMetrics<'a> {
    #[serde(borrow, default)]
    resource: Option<Resource<'a>>,
    #[serde(
        borrow,
        default,
        alias = "scope_metrics",
        alias = "instrumentationLibraryMetrics"
    )]
    scope_metrics: Option<Vec<Scope<'a>>>,
}

#[derive(Deserialize)]
struct Resource<'a> {
    #[serde(borrow, default)]
    attributes: Option<Vec<KeyValue<'a>>>,
}

#[derive(Deserialize)]
struct Scope<'a> {
    #[serde(borrow, default)]
    metrics: Option<Vec<Metric<'a>>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Metric<'a> {
    #[serde(borrow, default)]
    name: Cow<'a, str>,
    #[serde(borrow, default)]
    unit: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    gauge: Option<Data<'a>>,
    #[serde(borrow, default)]
    sum: Option<Data<'a>>,
    #[serde(borrow, default)]
    histogram: Option<Data<'a>>,
    #[serde(borrow, default, alias = "exponential_histogram")]
    exponential_histogram: Option<Data<'a>>,
    #[serde(borrow, default)]
    summary: Option<Data<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Data<'a> {
    #[serde(borrow, default, alias = "data_points")]
    data_points: Option<Vec<DataPoint<'a>>>,
    #[serde(borrow, default, alias = "aggregation_temporality")]
    aggregation_temporality: Option<Scalar<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct DataPoint<'a> {
    #[serde(borrow, default)]
    attributes: Option<Vec<KeyValue<'a>>>,
    #[serde(borrow, default, alias = "time_unix_nano")]
    time_unix_nano: Option<Number<'a>>,
    #[serde(borrow, default, alias = "as_int")]
    as_int: Option<Scalar<'a>>,
    #[serde(borrow, default, alias = "as_double")]
    as_double: Option<Scalar<'a>>,
    #[serde(borrow, default)]
    count: Option<Number<'a>>,
    #[serde(borrow, default)]
    sum: Option<Scalar<'a>>,
    #[serde(borrow, default, alias = "bucket_counts")]
    bucket_counts: Option<Vec<Number<'a>>>,
    #[serde(borrow, default, alias = "explicit_bounds")]
    explicit_bounds: Option<Vec<Scalar<'a>>>,
    #[serde(borrow, default)]
    scale: Option<Scalar<'a>>,
    #[serde(borrow, default, alias = "zero_count")]
    zero_count: Option<Number<'a>>,
    #[serde(borrow, default)]
    positive: Option<Buckets<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Buckets<'a> {
    #[serde(borrow, default)]
    offset: Option<Scalar<'a>>,
    #[serde(borrow, default, alias = "bucket_counts")]
    bucket_counts: Option<Vec<Number<'a>>>,
}

#[derive(Deserialize)]
struct KeyValue<'a> {
    #[serde(borrow, default)]
    key: Cow<'a, str>,
    #[serde(borrow, default)]
    value: Option<AnyValue<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct AnyValue<'a> {
    #[serde(borrow, default, alias = "string_value")]
    string_value: Option<Scalar<'a>>,
    #[serde(borrow, default, alias = "int_value")]
    int_value: Option<Scalar<'a>>,
    #[serde(borrow, default, alias = "double_value")]
    double_value: Option<Scalar<'a>>,
    #[serde(borrow, default, alias = "bool_value")]
    bool_value: Option<Scalar<'a>>,
}

impl<'a> AnyValue<'a> {
    fn scalar(&self) -> Option<&Scalar<'a>> {
        self.string_value
            .as_ref()
            .or(self.int_value.as_ref())
            .or(self.double_value.as_ref())
            .or(self.bool_value.as_ref())
    }
}

fn attributes<'a>(values: &'a [KeyValue<'a>]) -> Vec<Attribute<'a>> {
    values
        .iter()
        .filter_map(|pair| pair.value.as_ref()?.scalar()?.attribute(&pair.key))
        .collect()
}

/// Pushes the metrics of one resource. A point that cannot be used is noted; the others are pushed.
///
/// # Errors
/// Why it is no resource with metrics.
pub(super) fn push_json(
    text: &str,
    points: &mut Points,
    rejected: &mut Rejected,
    into: &mut dyn Intake,
) -> Result<(), String> {
    let metrics: ResourceMetrics<'_> = parse(text)?;
    let resource = metrics
        .resource
        .and_then(|resource| resource.attributes)
        .unwrap_or_default();
    let resource = attributes(&resource);
    let process = process(&resource);
    for metric in metrics
        .scope_metrics
        .iter()
        .flatten()
        .flat_map(|scope| scope.metrics.iter().flatten())
    {
        for data in [
            &metric.gauge,
            &metric.sum,
            &metric.histogram,
            &metric.exponential_histogram,
            &metric.summary,
        ]
        .into_iter()
        .flatten()
        {
            // A gauge says nothing of time past, a summary always counts from the start; unspecified, which no exporter may say, is read as the SDKs' default.
            let cumulative = match &data.aggregation_temporality {
                _ if metric.gauge.is_some() => false,
                Some(Scalar::Number(number)) => *number != 1.0,
                Some(Scalar::Text(text)) => !text.ends_with("DELTA"),
                _ => true,
            };
            for point in data.data_points.iter().flatten() {
                if let Err(reason) = push(metric, point, cumulative, &process, points, into) {
                    rejected.note(reason);
                }
            }
        }
    }
    Ok(())
}

fn push(
    metric: &Metric<'_>,
    point: &DataPoint<'_>,
    cumulative: bool,
    process: &str,
    points: &mut Points,
    into: &mut dyn Intake,
) -> Result<(), String> {
    let labels = point.attributes.as_deref().unwrap_or_default();
    let labels = attributes(labels);
    let single = point.as_double.as_ref().or(point.as_int.as_ref());
    let count = point
        .count
        .map_or(Ok(None), |count| count.unsigned("count", 0))?;
    let sum = point.sum.as_ref().and_then(number);
    let counts = counts(point.bucket_counts.as_deref())?;
    let bounds: Vec<f64> = point
        .explicit_bounds
        .iter()
        .flatten()
        .filter_map(number)
        .collect();
    let value = if let Some(single) = single {
        PointValue::Number(
            number(single)
                .ok_or_else(|| format!("`{}` has a value that is no number", metric.name))?,
        )
    } else if counts.len() == bounds.len() + 1 && !bounds.is_empty() {
        PointValue::Histogram {
            bounds,
            counts,
            sum,
        }
    } else if let Some(buckets) = exponential(point, sum)? {
        PointValue::Exponential(buckets)
    } else if let Some(count) = count {
        PointValue::Total {
            count,
            sum: sum.unwrap_or(0.0),
        }
    } else {
        into.skipped("metric points without a value", 1);
        return Ok(());
    };
    let known = points.push(
        &Point {
            name: &metric.name,
            unit: metric.unit.as_deref().unwrap_or_default(),
            attributes: &labels,
            process,
            time: point
                .time_unix_nano
                .map_or(Ok(None), |time| time.instant("timeUnixNano", 0))?
                .filter(|time| *time != 0),
            value,
            cumulative,
        },
        into,
    )?;
    if !known {
        into.skipped("metric points of no known signal", 1);
    }
    Ok(())
}

fn counts(counts: Option<&[Number<'_>]>) -> Result<Vec<u64>, String> {
    counts
        .unwrap_or_default()
        .iter()
        .map(|count| Ok(count.unsigned("bucketCounts", 0)?.unwrap_or(0)))
        .collect()
}

/// The buckets of a point of an exponential histogram; nothing where it is none, or none that can be.
fn exponential(point: &DataPoint<'_>, sum: Option<f64>) -> Result<Option<Exponential>, String> {
    let whole = |value: &Scalar<'_>| {
        let value = number(value)?;
        (value.trunc() == value && value.abs() < f64::from(i32::MAX)).then_some(value as i32)
    };
    if point.positive.is_none() && point.zero_count.is_none() {
        return Ok(None);
    }
    // Zeros are left out by exporters.
    let scale = point.scale.as_ref().map_or(Some(0), whole);
    let positive = point.positive.as_ref();
    let offset = positive
        .and_then(|buckets| buckets.offset.as_ref())
        .map_or(Some(0), whole);
    let zero = point
        .zero_count
        .map_or(Ok(None), |zero| zero.unsigned("zeroCount", 0))?
        .unwrap_or(0);
    let counts = counts(positive.and_then(|buckets| buckets.bucket_counts.as_deref()))?;
    Ok(scale
        .zip(offset)
        .and_then(|(scale, offset)| Exponential::new(scale, zero, offset, &counts, sum)))
}

fn number(value: &Scalar<'_>) -> Option<f64> {
    match value {
        Scalar::Number(number) => Some(*number),
        Scalar::Text(text) => text.parse().ok(),
        _ => None,
    }
}

/// The process that a resource is: its service, and which instance of it where that is said.
pub(in crate::formats) fn process(resource: &[Attribute<'_>]) -> String {
    let of = |key: &str| {
        resource
            .iter()
            .find(|attribute| attribute.key == key)
            .and_then(|attribute| match attribute.value {
                pss_metrics::model::Value::Text(text) => Some(text.to_owned()),
                pss_metrics::model::Value::Number(number) => Some(number.to_string()),
                pss_metrics::model::Value::Bool(_) => None,
            })
    };
    let service = of("service.name");
    let instance = of("service.instance.id").or_else(|| of("process.pid"));
    match (service, instance) {
        (Some(service), Some(instance)) => format!("{service}/{instance}"),
        (service, instance) => service.or(instance).unwrap_or_default(),
    }
}
