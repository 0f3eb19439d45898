//! Tables of GPU readings: what `nvidia-smi --query-gpu` prints as CSV, and CSV with DCGM's field names.

use std::io::Read;

use pss_metrics::{
    model::{Decimal, Sample, Signal},
    plugin_meta,
};

use super::{
    contract::{
        Capabilities, DecodeError, Format, FormatEntry, FormatMeta, Likeness, Reading, Sink,
        StreamDecoder,
    },
    head::Head,
    instant::instant,
    lines::each_line,
    settings::InputSettings,
};

static META: FormatMeta = FormatMeta {
    plugin: plugin_meta!(
        Format,
        "gpu-csv",
        "GPU readings as CSV with a header: nvidia-smi --query-gpu, or DCGM's field names"
    ),
    extensions: &["gpu.csv", "csv", "log", "txt"],
    media_types: &["text/csv"],
    capabilities: Capabilities::TEXT,
    mapping: "timestamp (a date, taken as UTC where it has no offset, or seconds or milliseconds since the epoch): time; index, gpu, GPU, uuid or pci.bus_id: device; \
              memory.used, memory.total, memory.free, DCGM_FI_DEV_FB_USED, _FB_FREE, _FB_TOTAL (MiB where no unit is given): gpu.memory.used and gpu.memory.total; \
              utilization.gpu, DCGM_FI_DEV_GPU_UTIL (percent): gpu.utilization; [N/A] and the like: no sample",
};

/// The format.
#[derive(Debug)]
pub struct GpuCsv;

inventory::submit! { FormatEntry { format: &GpuCsv } }

impl Format for GpuCsv {
    fn meta(&self) -> &'static FormatMeta {
        &META
    }

    fn specimen(&self) -> Option<Vec<u8>> {
        Some(include_bytes!("specimens/gpu_csv.csv").to_vec())
    }

    fn sniff(&self, head: &Head<'_>) -> Option<Likeness> {
        let first = head.lines().next()?;
        (Header::parse(first).is_some() || is_without_header(first)).then_some(Likeness::Surely)
    }

    fn open(&self, head: &Head<'_>, _: &InputSettings) -> Result<Reading, DecodeError> {
        if head.lines().next().and_then(Header::parse).is_none() {
            return Err(DecodeError::Content(
                "has no header that names GPU readings: run nvidia-smi without `noheader`, as in \
                 `nvidia-smi --query-gpu=timestamp,index,memory.used,memory.total,utilization.gpu --format=csv -l 1`"
                    .to_owned(),
            ));
        }
        Ok(Reading::Stream(Box::new(Table::default())))
    }
}

/// Whether this is a row of nvidia-smi's without a header before it: only it writes dates like this. Which number is which cannot be told.
fn is_without_header(line: &str) -> bool {
    let dated = |cell: &str| {
        let shape = cell
            .bytes()
            .map(|byte| if byte.is_ascii_digit() { b'0' } else { byte });
        shape.eq(*b"0000/00/00 00:00:00.000")
    };
    let cells = || line.split(", ").map(str::trim);
    cells().count() > 2 && cells().any(dated)
}

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Field {
    Time,
    Device,
    Used,
    Total,
    Free,
    Utilization,
    Other,
}

#[derive(Debug, Clone)]
struct Header(Vec<(Field, Option<Unit>)>);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Unit {
    Bytes,
    KiB,
    MiB,
    GiB,
}

impl Header {
    fn parse(line: &str) -> Option<Header> {
        let columns: Vec<(Field, Option<Unit>)> = line
            .split(',')
            .map(|column| {
                let column = column.trim().trim_matches('"');
                let (name, unit) = match column.split_once(" [") {
                    Some((name, unit)) => (name, Unit::parse(unit.trim_end_matches(']'))),
                    None => (column, None),
                };
                let field = match name.trim() {
                    "timestamp" | "time" | "Timestamp" | "Time" => Field::Time,
                    "index" | "gpu" | "GPU" | "uuid" | "UUID" | "gpu_uuid" | "pci.bus_id"
                    | "gpu_bus_id" | "device" | "Entity" => Field::Device,
                    "memory.used" | "DCGM_FI_DEV_FB_USED" => Field::Used,
                    "memory.total" | "DCGM_FI_DEV_FB_TOTAL" => Field::Total,
                    "memory.free" | "DCGM_FI_DEV_FB_FREE" => Field::Free,
                    "utilization.gpu" | "DCGM_FI_DEV_GPU_UTIL" => Field::Utilization,
                    _ => Field::Other,
                };
                (field, unit)
            })
            .collect();
        columns
            .iter()
            .any(|(field, _)| {
                matches!(
                    field,
                    Field::Used | Field::Total | Field::Free | Field::Utilization
                )
            })
            .then_some(Header(columns))
    }
}

impl Unit {
    fn parse(text: &str) -> Option<Unit> {
        match text.trim() {
            "B" => Some(Unit::Bytes),
            "KiB" => Some(Unit::KiB),
            "MiB" => Some(Unit::MiB),
            "GiB" => Some(Unit::GiB),
            _ => None,
        }
    }

    fn bytes(self) -> u64 {
        match self {
            Unit::Bytes => 1,
            Unit::KiB => 1 << 10,
            Unit::MiB => 1 << 20,
            Unit::GiB => 1 << 30,
        }
    }
}

#[derive(Default)]
struct Table {
    header: Option<Header>,
}

impl StreamDecoder for Table {
    fn decode(
        mut self: Box<Self>,
        stream: &mut dyn Read,
        sink: &mut dyn Sink,
    ) -> Result<(), DecodeError> {
        each_line(stream, |line| {
            // Files put one behind the other repeat the header.
            if let Some(header) = Header::parse(line.text) {
                self.header = Some(header);
            } else if let Some(header) = &self.header {
                let outcome = row(header, line.text, line.unfinished, sink);
                sink.record(line.number, outcome);
            }
            !sink.interrupted()
        })
        .map_err(DecodeError::Io)
    }
}

fn row(header: &Header, line: &str, unfinished: bool, sink: &mut dyn Sink) -> Result<(), String> {
    let cells: Vec<&str> = line
        .split(',')
        .map(|cell| cell.trim().trim_matches('"'))
        .collect();
    if cells.len() != header.0.len() {
        return Err(if unfinished {
            "is truncated: the file ends inside it".to_owned()
        } else {
            format!(
                "has {} cells, and the header has {} columns",
                cells.len(),
                header.0.len()
            )
        });
    }
    let cell = |wanted| {
        header
            .0
            .iter()
            .position(|(field, _)| *field == wanted)
            .map(|at| (cells[at], header.0[at].1))
    };
    let time = match cell(Field::Time) {
        Some((text, _)) => Some(time(text).ok_or_else(|| {
            format!("has the timestamp {text:?}, expected a date or seconds since the epoch")
        })?),
        None => None,
    };
    let device = cell(Field::Device).map_or("0", |(text, _)| text);
    let memory = |field| cell(field).map_or(Ok(None), |(text, unit)| bytes(text, unit));
    let (used, total, free) = (
        memory(Field::Used)?,
        memory(Field::Total)?,
        memory(Field::Free)?,
    );
    let utilization = match cell(Field::Utilization) {
        Some((text, _)) => share(text)?,
        None => None,
    };
    if unfinished
        && header
            .0
            .last()
            .is_some_and(|(field, _)| *field != Field::Other)
    {
        // A number that is cut off is another number.
        let last = cells.last().copied().unwrap_or_default();
        if !last.ends_with(['B', '%', ']']) {
            return Err("is truncated: the file ends inside it, or without a line end".to_owned());
        }
    }
    for (signal, value) in [
        (Signal::GPU_MEMORY_USED, used),
        (
            Signal::GPU_MEMORY_TOTAL,
            total.or_else(|| used.zip(free).map(|(used, free)| used.saturating_add(free))),
        ),
        (Signal::GPU_UTILIZATION, utilization),
    ] {
        if let Some(value) = value {
            sink.sample(&Sample {
                signal,
                entity: device,
                time,
                value,
            });
        }
    }
    Ok(())
}

fn time(text: &str) -> Option<i64> {
    match Decimal::parse(text.as_bytes()) {
        // Seconds of a date in this age have ten digits, milliseconds thirteen.
        Ok(number) => match number.signed(0) {
            Ok(whole) if whole < 100_000_000_000 => number.signed(9).ok(),
            _ => number.signed(6).ok(),
        },
        Err(_) => instant(text),
    }
}

fn absent(text: &str) -> bool {
    text.is_empty() || text.starts_with('[') || text.eq_ignore_ascii_case("n/a")
}

fn bytes(text: &str, unit: Option<Unit>) -> Result<Option<u64>, String> {
    if absent(text) {
        return Ok(None);
    }
    let (number, own) = match text.split_once(' ') {
        Some((number, unit)) => (number, Unit::parse(unit)),
        None => (text, None),
    };
    let unit = own.or(unit).unwrap_or(Unit::MiB);
    Decimal::parse(number.as_bytes())
        .ok()
        .and_then(|number| number.unsigned(0).ok())
        .and_then(|number| number.checked_mul(unit.bytes()))
        .map(Some)
        .ok_or_else(|| format!("has {text:?} where memory should be"))
}

fn share(text: &str) -> Result<Option<u64>, String> {
    if absent(text) {
        return Ok(None);
    }
    let number = text.trim_end_matches('%').trim();
    Decimal::parse(number.as_bytes())
        .ok()
        .and_then(|number| number.unsigned(4).ok())
        .map(Some)
        .ok_or_else(|| format!("has {text:?} where a utilisation in percent should be"))
}
