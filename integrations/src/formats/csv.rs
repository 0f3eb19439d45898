//! CSV: one row a record, columns by their names.

use std::io::{self, BufWriter, Read, Write};

use pss_metrics::{
    model::{Intake, Kind, Parent, Sample, Span},
    plugin_meta,
};

use super::{
    contract::{
        Capabilities, DecodeError, Format, FormatEntry, FormatMeta, Likeness, Reading,
        RecordWriter, Sink, StreamDecoder,
    },
    head::Head,
    rows::{Row, Rows},
    settings::InputSettings,
    table::{Cell, Columns, RowReader, attributes_json},
};

static META: FormatMeta = FormatMeta {
    plugin: plugin_meta!(Format, "csv", "spans and samples as CSV with a header"),
    extensions: &["csv", "tsv"],
    media_types: &["text/csv"],
    capabilities: Capabilities {
        write: true,
        ..Capabilities::TEXT
    },
    mapping: "columns by [input.columns] of pss.toml, else a known layout (what `pss convert` writes, ClickHouse's otel_traces, Nezha), else names that leave no doubt, such as \
              name, service, start (s), duration (s), duration_ms, error; times with their unit: s, ms, us, ns, rfc3339; a tab, semicolon or bar may stand for the comma",
};

/// The format.
#[derive(Debug)]
pub struct Csv;

inventory::submit! { FormatEntry { format: &Csv } }

impl Format for Csv {
    fn meta(&self) -> &'static FormatMeta {
        &META
    }

    fn sniff(&self, head: &Head<'_>) -> Option<Likeness> {
        let header = head.lines().next()?;
        // JSON has commas too.
        if header.starts_with(['{', '[', '#', '<']) {
            return None;
        }
        let header_names = names(header)?;
        let columns: Vec<&str> = header_names.iter().map(String::as_str).collect();
        let known = Columns::is_known(&columns);
        // Prose has commas too, but seldom as many on its second line.
        let row = head.lines().nth(1).and_then(names);
        if !known
            && !Columns::any_named(&columns)
            && row.is_none_or(|row| row.len() != columns.len())
        {
            return None;
        }
        Some(if known {
            Likeness::Surely
        } else {
            Likeness::Perhaps
        })
    }

    fn open(&self, head: &Head<'_>, settings: &InputSettings) -> Result<Reading, DecodeError> {
        let header = head
            .lines()
            .next()
            .ok_or_else(|| DecodeError::Content("has no header".to_owned()))?;
        let names = names(header).ok_or_else(|| {
            DecodeError::Content(
                "has a header of one column only: a table of spans has more".to_owned(),
            )
        })?;
        let all: Vec<&str> = names.iter().map(String::as_str).collect();
        let columns = Columns::find(&all, settings).map_err(DecodeError::Settings)?;
        let mut notices = same_names(&columns, &names);
        notices.extend(columns.unread(&all));
        Ok(Reading::Stream(Box::new(Table {
            notices,
            columns,
            delimiter: delimiter(header),
            width: names.len(),
        })))
    }

    fn writer(&self, out: Box<dyn Write + Send>) -> Option<Box<dyn RecordWriter>> {
        Some(Box::new(CsvWriter::new(out)))
    }
}

/// The sign between the cells of a header.
fn delimiter(header: &str) -> u8 {
    b",\t;|"
        .iter()
        .copied()
        .max_by_key(|sign| {
            // Of equals the last wins, and the comma shall.
            (
                header.bytes().filter(|byte| byte == sign).count(),
                *sign == b',',
            )
        })
        .unwrap_or(b',')
}

fn names(header: &str) -> Option<Vec<String>> {
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .delimiter(delimiter(header))
        .from_reader(header.as_bytes());
    let record = reader.records().next()?.ok()?;
    let names: Vec<String> = record.iter().map(|name| name.trim().to_owned()).collect();
    (names.len() > 1).then_some(names)
}

/// Says which of several columns of one name is read.
fn same_names(columns: &Columns, names: &[String]) -> Vec<String> {
    let read = columns.of.iter().map(|(_, place, _)| &names[*place]);
    read.filter(|name| names.iter().filter(|other| other == name).count() > 1)
        .map(|name| format!("has several columns named {name:?}, of which the first is read"))
        .collect()
}

struct Table {
    columns: Columns,
    delimiter: u8,
    /// Columns of the header.
    width: usize,
    notices: Vec<String>,
}

impl StreamDecoder for Table {
    fn decode(
        mut self: Box<Self>,
        stream: &mut dyn Read,
        sink: &mut dyn Sink,
    ) -> Result<(), DecodeError> {
        let notices = std::mem::take(&mut self.notices);
        notices.into_iter().for_each(|notice| sink.notice(notice));
        let mut rows = Rows::new(stream, self.delimiter, self.width);
        let mut row = Row::default();
        if !rows.next(&mut row)? {
            return Ok(());
        }
        let width = row.cells;
        let reader = RowReader::new(&self.columns);
        // The last row is held back: only when the stream ended is it known whether it is whole.
        let mut held: Option<Row> = None;
        let mut outcome = Ok(());
        loop {
            match rows.next(&mut row) {
                Ok(true) => {}
                Ok(false) => break,
                Err(error) => {
                    outcome = Err(DecodeError::Io(error));
                    break;
                }
            }
            match &mut held {
                Some(held) => {
                    std::mem::swap(held, &mut row);
                    let outcome = push(&self.columns, &reader, &row, width, sink);
                    sink.record(row.line, outcome);
                }
                None => held = Some(std::mem::take(&mut row)),
            }
            if sink.interrupted() {
                break;
            }
        }
        if let Some(row) = held {
            let pushed = if rows.ended_with_a_line() {
                push(&self.columns, &reader, &row, width, sink)
            } else {
                // A number that is cut off is another number.
                Err("is truncated: the file ends inside it, or without a line end".to_owned())
            };
            sink.record(row.line, pushed);
        }
        outcome
    }
}

fn push(
    columns: &Columns,
    rows: &RowReader,
    record: &Row,
    width: usize,
    sink: &mut dyn Sink,
) -> Result<(), String> {
    if record.open {
        return Err(
            "holds a quote that is not closed in its line, nor so that the lines behind it make a row: close it, or write \"\" for a quote in a cell"
                .to_owned(),
        );
    }
    if record.too_long {
        return Err(
            "is longer than the limit for one record (64 MiB), or a quote in it is never closed"
                .to_owned(),
        );
    }
    if record.cells != width {
        return Err(format!(
            "has {} cells, and the header has {width} columns",
            record.cells
        ));
    }
    let mut cells = Vec::with_capacity(columns.of.len());
    for (_, place, _) in &columns.of {
        let text = std::str::from_utf8(record.get(*place).unwrap_or_default())
            .map_err(|_| "is no valid UTF-8".to_owned())?;
        // Without quotes they are nothing, as PostgreSQL and ClickHouse write it.
        let is_nothing = matches!(text, "" | "\\N") && !record.is_quoted(*place);
        cells.push(if is_nothing {
            Cell::Null
        } else {
            Cell::Text(text)
        });
    }
    rows.push(|at| cells[at], sink)
}

/// The columns that are written, in their order.
const WRITTEN: [&str; 20] = [
    "trace_id",
    "span_id",
    "parent_id",
    "is_root",
    "service",
    "name",
    "module",
    "tag",
    "kind",
    "start_ns",
    "duration_ns",
    "cpu_ns",
    "wait_ns",
    "lock_wait_ns",
    "memory_bytes",
    "error",
    "attributes",
    "signal",
    "entity",
    "value",
];

/// Writes the schema that the module of tables describes. A cell without anything is nothing; an empty text stands in quotes, which no writer of a library
/// does for one cell and not for another.
struct CsvWriter {
    out: BufWriter<Box<dyn Write + Send>>,
    line: String,
    failed: Option<io::Error>,
}

impl CsvWriter {
    fn new(out: Box<dyn Write + Send>) -> CsvWriter {
        let mut writer = CsvWriter {
            out: BufWriter::with_capacity(1 << 16, out),
            line: String::new(),
            failed: None,
        };
        writer.write(&WRITTEN.map(Some));
        writer
    }

    fn write(&mut self, cells: &[Option<&str>; WRITTEN.len()]) {
        self.line.clear();
        for (at, cell) in cells.iter().enumerate() {
            if at > 0 {
                self.line.push(',');
            }
            if let Some(text) = cell {
                push_cell(&mut self.line, text);
            }
        }
        self.line.push('\n');
        if self.failed.is_none()
            && let Err(error) = self.out.write_all(self.line.as_bytes())
        {
            self.failed = Some(error);
        }
    }
}

/// Appends a text that is there, in quotes where it would be read as something else without.
fn push_cell(line: &mut String, text: &str) {
    let is_plain = !matches!(text, "" | "\\N") && !text.contains([',', '"', '\n', '\r']);
    if is_plain {
        line.push_str(text);
        return;
    }
    line.push('"');
    for (at, part) in text.split('"').enumerate() {
        if at > 0 {
            line.push_str("\"\"");
        }
        line.push_str(part);
    }
    line.push('"');
}

fn number(value: Option<impl ToString>) -> Option<String> {
    value.map(|value| value.to_string())
}

impl Intake for CsvWriter {
    fn span(&mut self, span: &Span<'_>) {
        let truth = |truth: Option<bool>| truth.map(|truth| if truth { "true" } else { "false" });
        let is_root = truth(match span.parent {
            Parent::Unknown => None,
            Parent::Root => Some(true),
            Parent::Child => Some(false),
        });
        self.write(&[
            some(span.trace_id),
            some(span.span_id),
            some(span.parent_id),
            is_root,
            span.service,
            span.name,
            span.module,
            span.tag,
            span.kind.map(Kind::name),
            number(span.start).as_deref(),
            number(span.duration).as_deref(),
            number(span.cpu).as_deref(),
            number(span.wait).as_deref(),
            number(span.lock_wait).as_deref(),
            number(span.memory).as_deref(),
            truth(span.error),
            attributes_json(span.attributes).as_deref(),
            None,
            None,
            None,
        ]);
    }

    fn sample(&mut self, sample: &Sample<'_>) {
        let mut cells = [None; WRITTEN.len()];
        let (time, value) = (number(sample.time), sample.value.to_string());
        cells[9] = time.as_deref();
        cells[17] = Some(sample.signal.name);
        cells[18] = some(sample.entity);
        cells[19] = Some(&value);
        self.write(&cells);
    }

    fn skipped(&mut self, _: &'static str, _: u64) {}
}

/// An identity, which is nothing where it is empty.
fn some(text: &str) -> Option<&str> {
    (!text.is_empty()).then_some(text)
}

impl RecordWriter for CsvWriter {
    fn finish(mut self: Box<Self>) -> io::Result<()> {
        match self.failed.take() {
            Some(error) => Err(error),
            None => self.out.flush(),
        }
    }
}
