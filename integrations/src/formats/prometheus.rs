//! The text formats of Prometheus and OpenMetrics: one scrape, or many put one behind the other.

use std::{borrow::Cow, collections::HashMap, io::Read};

use pss_metrics::{
    model::{Attribute, Decimal, Value},
    plugin_meta,
};

use super::{
    contract::{
        Capabilities, DecodeError, Format, FormatEntry, FormatMeta, Likeness, Reading, Sink,
        StreamDecoder,
    },
    head::Head,
    lines::each_line,
    settings::InputSettings,
    signals::{Point, PointValue, Points},
};

static META: FormatMeta = FormatMeta {
    plugin: plugin_meta!(
        Format,
        "prometheus",
        "metrics in the text formats of Prometheus and OpenMetrics, best with timestamps"
    ),
    extensions: &["prom", "om", "metrics", "txt"],
    media_types: &["text/plain", "application/openmetrics-text"],
    capabilities: Capabilities::TEXT,
    mapping: "metrics that `pss` knows by name (garbage collection, event loop lag, resident memory, Kafka consumer lag, GPU, pressure): samples; histograms, summaries and totals \
              are read against the scrape before; labels instance, pod, container or pid: process; group, topic, partition: partition; gpu, UUID or device: device. Timestamps \
              in milliseconds (Prometheus) or seconds (OpenMetrics); without them the samples have no time",
};

/// The format.
#[derive(Debug)]
pub struct Prometheus;

inventory::submit! { FormatEntry { format: &Prometheus } }

impl Format for Prometheus {
    fn meta(&self) -> &'static FormatMeta {
        &META
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
        // Without comments: every line but the last, which may be cut off, is a sample.
        let all: Vec<&str> = lines.collect();
        let whole = &all[..all.len().saturating_sub(usize::from(!head.is_complete()))];
        (!whole.is_empty()
            && whole
                .iter()
                .all(|line| line.starts_with('#') || Row::parse(line).is_ok()))
        .then_some(Likeness::Perhaps)
    }

    fn open(&self, _: &Head<'_>, _: &InputSettings) -> Result<Reading, DecodeError> {
        Ok(Reading::Stream(Box::new(Scrapes::default())))
    }
}

/// One line of a scrape.
#[derive(Debug, PartialEq)]
struct Row<'a> {
    name: &'a str,
    labels: Vec<(&'a str, Cow<'a, str>)>,
    value: f64,
    time: Option<i64>,
}

impl<'a> Row<'a> {
    fn parse(line: &'a str) -> Result<Row<'a>, String> {
        let line = line.trim();
        let end = line
            .find(|c: char| c == '{' || c.is_whitespace())
            .ok_or_else(|| "has no value".to_owned())?;
        let (name, mut rest) = line.split_at(end);
        let named = name.chars().enumerate().all(|(at, c)| {
            c.is_ascii_alphabetic() || c == '_' || c == ':' || (at > 0 && c.is_ascii_digit())
        });
        if name.is_empty() || !named {
            return Err("does not begin with the name of a metric".to_owned());
        }
        let mut labels = Vec::new();
        if let Some(inner) = rest.strip_prefix('{') {
            rest = read_labels(inner, &mut labels)?;
        }
        // An exemplar follows behind a number sign.
        let rest = rest.split(" # ").next().unwrap_or(rest);
        let mut words = rest.split_whitespace();
        let value = words.next().ok_or_else(|| "has no value".to_owned())?;
        let value = match value {
            "NaN" => f64::NAN,
            "+Inf" | "Inf" => f64::INFINITY,
            "-Inf" => f64::NEG_INFINITY,
            number => number
                .parse()
                .map_err(|_| format!("has the value {number:?}, expected a number"))?,
        };
        let time = words.next().map(time).transpose()?;
        if words.next().is_some() {
            return Err("has more than a value and a timestamp".to_owned());
        }
        Ok(Row {
            name,
            labels,
            value,
            time,
        })
    }

    fn label(&self, key: &str) -> Option<&str> {
        self.labels
            .iter()
            .find(|(name, _)| *name == key)
            .map(|(_, value)| &**value)
    }
}

/// Milliseconds without a point have thirteen digits in this age, seconds ten.
fn time(text: &str) -> Result<i64, String> {
    let number = Decimal::parse(text.as_bytes())
        .map_err(|_| format!("has the timestamp {text:?}, expected a number"))?;
    let shift = match number.signed(0) {
        Ok(whole) if whole.abs() < 100_000_000_000 => 9,
        _ => 6,
    };
    number
        .signed(shift)
        .map_err(|error| format!("has a timestamp that {error}"))
}

fn read_labels<'a>(
    text: &'a str,
    labels: &mut Vec<(&'a str, Cow<'a, str>)>,
) -> Result<&'a str, String> {
    let broken = || "has labels that are not of the form {name=\"value\"}".to_owned();
    let mut rest = text.trim_start();
    loop {
        if let Some(behind) = rest.strip_prefix('}') {
            return Ok(behind);
        }
        let (name, behind) = rest.split_once('=').ok_or_else(broken)?;
        let inner = behind.trim_start().strip_prefix('"').ok_or_else(broken)?;
        let bytes = inner.as_bytes();
        let (mut end, mut escaped) = (0, false);
        while *bytes.get(end).ok_or_else(broken)? != b'"' {
            if bytes[end] == b'\\' {
                escaped = true;
                end += 1;
            }
            end += 1;
        }
        let raw = inner.get(..end).ok_or_else(broken)?;
        let value = if escaped {
            Cow::Owned(
                raw.replace("\\n", "\n")
                    .replace("\\\"", "\"")
                    .replace("\\\\", "\\"),
            )
        } else {
            Cow::Borrowed(raw)
        };
        labels.push((name.trim(), value));
        rest = inner[end + 1..].trim_start();
        rest = rest.strip_prefix(',').unwrap_or(rest).trim_start();
    }
}

/// A histogram or summary whose lines are still coming.
struct Family {
    name: String,
    labels: Vec<(String, String)>,
    time: Option<i64>,
    buckets: Vec<(f64, f64)>,
    sum: Option<f64>,
    count: Option<f64>,
    line: u64,
}

#[derive(Default)]
struct Scrapes {
    points: Points,
    types: HashMap<String, String>,
    family: Option<Family>,
    timeless: bool,
}

impl StreamDecoder for Scrapes {
    fn decode(
        mut self: Box<Self>,
        stream: &mut dyn Read,
        sink: &mut dyn Sink,
    ) -> Result<(), DecodeError> {
        let outcome = each_line(stream, |line| {
            if let Some(comment) = line.text.strip_prefix('#') {
                self.comment(comment);
            } else {
                match Row::parse(line.text) {
                    // A number that is cut off is another number.
                    Ok(_) if line.unfinished => sink.record(
                        line.number,
                        Err(
                            "is truncated: the file ends inside it, or without a line end"
                                .to_owned(),
                        ),
                    ),
                    Ok(row) => self.row(row, line.number, sink),
                    Err(reason) => sink.record(line.number, Err(reason)),
                }
            }
            !sink.interrupted()
        });
        self.flush(sink);
        if self.timeless {
            sink.notice(
                "has samples without timestamps: nothing can be said of changes over time"
                    .to_owned(),
            );
        }
        outcome.map_err(DecodeError::Io)
    }
}

/// Families whose types are remembered.
const TYPES: usize = 1 << 16;

impl Scrapes {
    fn comment(&mut self, comment: &str) {
        let mut words = comment.split_whitespace();
        if words.next() == Some("TYPE")
            && let (Some(name), Some(kind)) = (words.next(), words.next())
            && self.types.len() < TYPES
        {
            self.types.insert(name.to_owned(), kind.to_owned());
        }
    }

    /// The family that a line belongs to, and what the line says of it, if it is one of several.
    fn part(&self, row: &Row<'_>) -> Option<(String, &'static str)> {
        for ending in ["_bucket", "_sum", "_count"] {
            let Some(base) = row.name.strip_suffix(ending) else {
                continue;
            };
            let typed = self.types.get(base).map(String::as_str);
            if matches!(typed, Some("histogram" | "summary" | "gaugehistogram"))
                || (typed.is_none() && (ending != "_bucket" || row.label("le").is_some()))
            {
                return Some((base.to_owned(), ending));
            }
        }
        let summary = row.label("quantile").is_some()
            && self
                .types
                .get(row.name)
                .is_none_or(|kind| kind == "summary");
        summary.then(|| (row.name.to_owned(), "quantile"))
    }

    fn row(&mut self, row: Row<'_>, line: u64, sink: &mut dyn Sink) {
        self.timeless |= row.time.is_none();
        let Some((base, part)) = self.part(&row) else {
            self.flush(sink);
            if row.name.ends_with("_created") {
                sink.record(line, Ok(()));
                return;
            }
            if !row.value.is_finite() {
                // Absent, not wrong.
                sink.skipped("metric points without a value", 1);
                sink.record(line, Ok(()));
                return;
            }
            let labels: Vec<(String, String)> = own(&row);
            let cumulative = true;
            let outcome = self.push(
                row.name,
                &labels,
                row.time,
                PointValue::Number(row.value),
                cumulative,
                sink,
            );
            sink.record(line, outcome);
            return;
        };
        let labels = own(&row);
        let same = self.family.as_ref().is_some_and(|family| {
            family.name == base && family.labels == labels && family.time == row.time
        });
        if !same {
            self.flush(sink);
            self.family = Some(Family {
                name: base,
                labels,
                time: row.time,
                buckets: Vec::new(),
                sum: None,
                count: None,
                line,
            });
        }
        let Some(family) = &mut self.family else {
            return;
        };
        match part {
            "_bucket" => {
                let bound = match row.label("le") {
                    Some("+Inf" | "Inf") => f64::INFINITY,
                    Some(text) => text.parse().unwrap_or(f64::NAN),
                    None => f64::NAN,
                };
                family.buckets.push((bound, row.value));
            }
            "_sum" => family.sum = Some(row.value),
            "_count" => family.count = Some(row.value),
            _ => {}
        }
    }

    /// Hands on the family whose lines have come.
    fn flush(&mut self, sink: &mut dyn Sink) {
        let Some(family) = self.family.take() else {
            return;
        };
        let count = |value: f64| (value.is_finite() && value >= 0.0).then_some(value as u64);
        let finite = family
            .buckets
            .iter()
            .all(|(bound, count)| !bound.is_nan() && count.is_finite() && *count >= 0.0);
        let rising = family
            .buckets
            .windows(2)
            .all(|pair| pair[0].0 < pair[1].0 && pair[0].1 <= pair[1].1);
        let value = if family.buckets.len() > 1
            && family
                .buckets
                .last()
                .is_some_and(|last| last.0.is_infinite())
        {
            if !finite || !rising {
                sink.record(
                    family.line,
                    Err(format!(
                        "`{}` is a histogram whose buckets do not rise",
                        family.name
                    )),
                );
                return;
            }
            let mut before = 0.0;
            let mut bounds = Vec::new();
            let mut counts = Vec::new();
            for (bound, total) in &family.buckets {
                if bound.is_finite() {
                    bounds.push(*bound);
                }
                counts.push((total - before) as u64);
                before = *total;
            }
            PointValue::Histogram {
                bounds,
                counts,
                sum: family.sum.filter(|sum| sum.is_finite()),
            }
        } else if let (Some(count), Some(sum)) = (family.count.and_then(count), family.sum) {
            PointValue::Total { count, sum }
        } else {
            sink.skipped("metric points without a value", 1);
            sink.record(family.line, Ok(()));
            return;
        };
        let outcome = self.push(&family.name, &family.labels, family.time, value, true, sink);
        sink.record(family.line, outcome);
    }

    fn push(
        &mut self,
        name: &str,
        labels: &[(String, String)],
        time: Option<i64>,
        value: PointValue,
        cumulative: bool,
        sink: &mut dyn Sink,
    ) -> Result<(), String> {
        let attributes: Vec<Attribute<'_>> = labels
            .iter()
            .map(|(key, value)| Attribute {
                key,
                value: Value::Text(value),
            })
            .collect();
        let process = labels
            .iter()
            .find(|(key, _)| key == "job" || key == "service")
            .map_or("", |(_, value)| value);
        let known = self.points.push(
            &Point {
                name,
                unit: "",
                attributes: &attributes,
                process,
                time,
                value,
                cumulative,
            },
            sink,
        )?;
        if !known {
            sink.skipped("metric points of no known signal", 1);
        }
        Ok(())
    }
}

/// Labels without those that tell lines of one family apart.
fn own(row: &Row<'_>) -> Vec<(String, String)> {
    row.labels
        .iter()
        .filter(|(key, _)| !matches!(*key, "le" | "quantile"))
        .map(|(key, value)| ((*key).to_owned(), value.clone().into_owned()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_read() {
        let row = Row::parse(r#"a:b_c{x="1,\"}",y="z",} 1.5e3 1700000000123 # {t="u"} 1"#)
            .expect("a row");
        assert_eq!(
            (row.name, row.value, row.time),
            ("a:b_c", 1500.0, Some(1_700_000_000_123_000_000))
        );
        assert_eq!(row.label("x"), Some("1,\"}"));
        assert_eq!(row.label("y"), Some("z"));
        assert_eq!(
            Row::parse("m 1 1700000000.5").map(|row| row.time),
            Ok(Some(1_700_000_000_500_000_000))
        );
        for bad in [
            "",
            "m",
            "m{",
            "m{a} 1",
            "m x",
            "1m 1",
            "m 1 2 3",
            "m{a=\"\\",
            "m{a=\"b\\\"} 1",
        ] {
            assert!(Row::parse(bad).is_err(), "{bad}");
        }
    }
}
