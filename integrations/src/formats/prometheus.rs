//! The text formats of Prometheus and OpenMetrics: one scrape, or many put one behind the other.

use std::{
    borrow::Cow,
    collections::{HashMap, hash_map::Entry},
    io::Read,
};

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
    signals::{Point, PointValue, Points, known},
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
              are read against the scrape before, and where a file has the series one after the other, as \
              `promtool tsdb dump-openmetrics` writes them, by their count and sum; labels instance, pod, container or pid: process; group, topic, partition: partition; gpu, UUID or device: device. Timestamps \
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
    name: Cow<'a, str>,
    labels: Vec<(Cow<'a, str>, Cow<'a, str>)>,
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
        let mut labels = Vec::new();
        let mut quoted = None;
        if let Some(inner) = rest.strip_prefix('{') {
            rest = read_labels(inner, &mut labels, &mut quoted)?;
        }
        // `promtool tsdb dump` writes the name as the label that it is stored as.
        let quoted = quoted.or_else(|| {
            let at = labels.iter().position(|(key, _)| key == "__name__")?;
            Some(labels.swap_remove(at).1)
        });
        let name = match quoted {
            Some(quoted) if name.is_empty() => quoted,
            None if named && !name.is_empty() => Cow::Borrowed(name),
            _ => return Err("does not begin with the name of a metric".to_owned()),
        };
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
            .find(|(name, _)| name == key)
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

/// Reads labels up to the closing brace. A quoted text without a value is the name of the metric, as Prometheus 3 writes names that hold more than letters.
fn read_labels<'a>(
    text: &'a str,
    labels: &mut Vec<(Cow<'a, str>, Cow<'a, str>)>,
    metric: &mut Option<Cow<'a, str>>,
) -> Result<&'a str, String> {
    let broken = || "has labels that are not of the form {name=\"value\"}".to_owned();
    let mut rest = text.trim_start();
    loop {
        if let Some(behind) = rest.strip_prefix('}') {
            return Ok(behind);
        }
        let name = if rest.starts_with('"') {
            let (name, behind) = quoted(rest).ok_or_else(broken)?;
            rest = behind.trim_start();
            name
        } else {
            let (name, _) = rest.split_once('=').ok_or_else(broken)?;
            rest = &rest[name.len()..];
            Cow::Borrowed(name.trim())
        };
        if let Some(behind) = rest.strip_prefix('=') {
            let (value, behind) = quoted(behind.trim_start()).ok_or_else(broken)?;
            labels.push((name, value));
            rest = behind.trim_start();
        } else if metric.is_none() && labels.is_empty() && rest.starts_with([',', '}']) {
            *metric = Some(name);
        } else {
            return Err(broken());
        }
        rest = rest.strip_prefix(',').unwrap_or(rest).trim_start();
    }
}

/// The text between the quotes that this begins with, and what stands behind them.
fn quoted(text: &str) -> Option<(Cow<'_, str>, &str)> {
    let inner = text.strip_prefix('"')?;
    let bytes = inner.as_bytes();
    let (mut end, mut escaped) = (0, false);
    while *bytes.get(end)? != b'"' {
        if bytes[end] == b'\\' {
            escaped = true;
            end += 1;
        }
        end += 1;
    }
    let raw = inner.get(..end)?;
    let value = if escaped {
        Cow::Owned(unescaped(raw))
    } else {
        Cow::Borrowed(raw)
    };
    Some((value, &inner[end + 1..]))
}

fn unescaped(raw: &str) -> String {
    let mut text = String::with_capacity(raw.len());
    let mut letters = raw.chars();
    while let Some(letter) = letters.next() {
        if letter != '\\' {
            text.push(letter);
            continue;
        }
        match letters.next() {
            Some('n') => text.push('\n'),
            Some(other) => text.push(other),
            None => {}
        }
    }
    text
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

/// What a series was first read by. Later lines that tell the same observations in the other way are passed over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum By {
    Buckets,
    CountAndSum,
}

/// A count or a sum whose other half stands elsewhere in the file.
#[derive(Debug, Clone, Copy)]
enum Half {
    Count(f64),
    Sum(f64),
}

#[derive(Default)]
struct Scrapes {
    points: Points,
    types: HashMap<String, String>,
    family: Option<Family>,
    /// Series of families, by name and labels: their numbers, and what each is read by.
    series: HashMap<String, (u32, Option<By>)>,
    /// By series and time.
    halves: HashMap<(u32, Option<i64>), Half>,
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
        if !self.halves.is_empty() {
            sink.skipped("metric points without a value", self.halves.len() as u64);
        }
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
/// Series of families that are remembered.
const SERIES: usize = 1 << 16;
/// Counts and sums that wait for each other: a day of scrapes, one every 15 s, of 80 series. Bounds memory to some 40 MB.
const HALVES: usize = 1 << 19;

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
                .get(&*row.name)
                .is_none_or(|kind| kind == "summary");
        summary.then(|| (row.name.clone().into_owned(), "quantile"))
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
                &row.name,
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
        let Some(mut family) = self.family.take() else {
            return;
        };
        let by = family.by();
        let outcome = match by {
            Some(by) => family.value(by),
            None => self.join(&family, sink),
        };
        let (by, value) = match outcome {
            Ok(Some(value)) => (by.unwrap_or(By::CountAndSum), value),
            Ok(None) => {
                if by.is_some() {
                    sink.skipped("metric points without a value", 1);
                }
                sink.record(family.line, Ok(()));
                return;
            }
            Err(reason) => {
                sink.record(family.line, Err(reason));
                return;
            }
        };
        if known(&family.name).is_some()
            && let Some((_, read_by)) = self.series(&family)
            && *read_by.get_or_insert(by) != by
        {
            sink.record(family.line, Ok(()));
            return;
        }
        let outcome = self.push(&family.name, &family.labels, family.time, value, true, sink);
        sink.record(family.line, outcome);
    }

    /// Puts a count or a sum together with its other half, where that has come. Nothing that is not known has to wait.
    fn join(&mut self, family: &Family, sink: &mut dyn Sink) -> Result<Option<PointValue>, String> {
        let half = match (family.count, family.sum) {
            (Some(count), None) => Half::Count(count),
            (None, Some(sum)) => Half::Sum(sum),
            _ => {
                sink.skipped("metric points without a value", 1);
                return Ok(None);
            }
        };
        if known(&family.name).is_none() {
            sink.skipped("metric points of no known signal", 1);
            return Ok(None);
        }
        let Some((series, read_by)) = self.series(family).map(|series| *series) else {
            return Err(format!("is of more than {SERIES} series of known metrics"));
        };
        if read_by == Some(By::Buckets) {
            return Ok(None);
        }
        let key = (series, family.time);
        let full = self.halves.len() >= HALVES;
        match (self.halves.entry(key), half) {
            (Entry::Occupied(other), half) => match (*other.get(), half) {
                (Half::Count(count), Half::Sum(sum)) | (Half::Sum(sum), Half::Count(count)) => {
                    other.remove();
                    Ok(total(count, sum))
                }
                _ => Err(format!("`{}` says the same twice at one time", family.name)),
            },
            (Entry::Vacant(_), _) if full => Err(format!(
                "is one of more than {HALVES} counts and sums that stand too far from each other"
            )),
            (Entry::Vacant(place), half) => {
                place.insert(half);
                Ok(None)
            }
        }
    }

    /// The number of a family's series, and what it is read by.
    fn series(&mut self, family: &Family) -> Option<&mut (u32, Option<By>)> {
        let mut labels: Vec<String> = family
            .labels
            .iter()
            .map(|(key, value)| format!("{key}\u{0}{value}"))
            .collect();
        labels.sort();
        let key = format!("{}\u{0}{}", family.name, labels.join("\u{0}"));
        let next = self.series.len();
        match self.series.entry(key) {
            Entry::Occupied(found) => Some(found.into_mut()),
            Entry::Vacant(_) if next >= SERIES => None,
            Entry::Vacant(place) => Some(place.insert((next as u32, None))),
        }
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

impl Family {
    /// What it can be read by as it is. One bucket alone tells nothing.
    fn by(&self) -> Option<By> {
        let endless = |(bound, _): &(f64, f64)| bound.is_infinite() && *bound > 0.0;
        if self.buckets.len() > 1 && self.buckets.iter().any(endless) {
            Some(By::Buckets)
        } else {
            (self.count.is_some() && self.sum.is_some()).then_some(By::CountAndSum)
        }
    }

    fn value(&mut self, by: By) -> Result<Option<PointValue>, String> {
        match by {
            By::Buckets => self.histogram().map(Some),
            By::CountAndSum => Ok(self
                .count
                .zip(self.sum)
                .and_then(|(count, sum)| total(count, sum))),
        }
    }

    fn histogram(&mut self) -> Result<PointValue, String> {
        // Federation orders the bounds as text.
        self.buckets.sort_by(|a, b| a.0.total_cmp(&b.0));
        let finite = self
            .buckets
            .iter()
            .all(|(bound, count)| !bound.is_nan() && count.is_finite() && *count >= 0.0);
        let rising = self
            .buckets
            .windows(2)
            .all(|pair| pair[0].0 < pair[1].0 && pair[0].1 <= pair[1].1);
        if !finite || !rising {
            return Err(format!(
                "`{}` is a histogram whose buckets do not rise",
                self.name
            ));
        }
        let mut before = 0.0;
        let (mut bounds, mut counts) = (Vec::new(), Vec::new());
        for (bound, total) in &self.buckets {
            if bound.is_finite() {
                bounds.push(*bound);
            }
            counts.push((total - before) as u64);
            before = *total;
        }
        Ok(PointValue::Histogram {
            bounds,
            counts,
            sum: self.sum.filter(|sum| sum.is_finite()),
        })
    }
}

fn total(count: f64, sum: f64) -> Option<PointValue> {
    (count.is_finite() && count >= 0.0).then_some(PointValue::Total {
        count: count as u64,
        sum,
    })
}

/// Labels without those that tell lines of one family apart.
fn own(row: &Row<'_>) -> Vec<(String, String)> {
    row.labels
        .iter()
        .filter(|(key, _)| !matches!(&**key, "le" | "quantile"))
        .map(|(key, value)| (key.clone().into_owned(), value.clone().into_owned()))
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
            (&*row.name, row.value, row.time),
            ("a:b_c", 1500.0, Some(1_700_000_000_123_000_000))
        );
        assert_eq!(row.label("x"), Some("1,\"}"));
        assert_eq!(row.label("y"), Some("z"));
        let row = Row::parse(r#"{__name__="m",x="y"} 1 5"#).expect("a row");
        assert_eq!((&*row.name, row.labels.len()), ("m", 1));
        let row = Row::parse(r#"{"jvm.gc.duration","a.b"="C:\\new\n"} 1"#).expect("a row");
        assert_eq!(
            (&*row.name, row.label("a.b")),
            ("jvm.gc.duration", Some("C:\\new\n"))
        );
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
            "{a=\"b\"} 1",
            "{\"m\",\"n\"} 1",
            "m{\"n\"} 1",
            "m{\"",
        ] {
            assert!(Row::parse(bad).is_err(), "{bad}");
        }
    }
}
