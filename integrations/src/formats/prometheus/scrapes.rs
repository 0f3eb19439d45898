//! Scrapes, one behind the other.

use std::{
    collections::{HashMap, hash_map::Entry},
    io::Read,
};

use pss_metrics::model::{Attribute, Value};

use super::{
    super::{
        contract::{DecodeError, Sink, StreamDecoder},
        lines::each_line,
        signals::{Point, PointValue, Points, known},
    },
    family::{By, Family, Half, total},
    row::{Row, own},
};

#[derive(Default)]
pub(super) struct Scrapes {
    points: Points,
    types: HashMap<String, String>,
    family: Option<Family>,
    /// Series of families, by name and labels: their numbers, and what each is read by.
    series: HashMap<String, (u32, Option<By>)>,
    /// By series and time.
    halves: HashMap<(u32, Option<i64>), Half>,
    timeless: bool,
    /// Whether a timestamp has a decimal point, as those of OpenMetrics have.
    open_metrics: bool,
    /// Whether the last line says that the text ends here.
    ended: bool,
}

impl StreamDecoder for Scrapes {
    fn decode(
        mut self: Box<Self>,
        stream: &mut dyn Read,
        sink: &mut dyn Sink,
    ) -> Result<(), DecodeError> {
        let outcome = each_line(stream, |line| {
            self.ended = line.text.trim_end() == "# EOF";
            if let Some(comment) = line.text.strip_prefix('#') {
                self.open_metrics |= comment.starts_with(" UNIT ");
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
                    Ok(row) => {
                        self.open_metrics |= row.decimal_time;
                        self.row(row, line.number, sink);
                    }
                    Err(reason) => sink.record(line.number, Err(reason)),
                }
            }
            !sink.interrupted()
        });
        self.flush(sink);
        self.points.flush(sink);
        if !self.halves.is_empty() {
            sink.skipped("metric points without a value", self.halves.len() as u64);
        }
        if self.timeless {
            sink.notice(
                "has samples without timestamps: nothing can be said of changes over time"
                    .to_owned(),
            );
        }
        if self.open_metrics && !self.ended {
            sink.notice(
                "has no `# EOF` at its end, as OpenMetrics has: it may be truncated".to_owned(),
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
