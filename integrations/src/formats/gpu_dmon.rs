//! Monitors of GPUs that print a table without end: `nvidia-smi dmon` and `dcgmi dmon`.

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
    lines::{Line, each_line},
    settings::InputSettings,
};

static META: FormatMeta = FormatMeta {
    plugin: plugin_meta!(
        Format,
        "gpu-dmon",
        "GPU readings as `nvidia-smi dmon` and `dcgmi dmon` print them"
    ),
    extensions: &["dmon", "log", "txt", "csv"],
    media_types: &["text/plain"],
    capabilities: Capabilities::TEXT,
    mapping: "Date and Time (taken as UTC; Time alone: of a clock without a date): time; gpu or Entity: device; fb or FBUSD (MiB): gpu.memory.used; FBTTL, else FBUSD + FBFRE: \
              gpu.memory.total; sm or GPUTL (percent): gpu.utilization; `-`, N/A: no sample. dcgmi prints no times, nor does nvidia-smi without `-o DT`: such samples have none",
};

/// The format.
#[derive(Debug)]
pub struct GpuDmon;

inventory::submit! { FormatEntry { format: &GpuDmon } }

impl Format for GpuDmon {
    fn meta(&self) -> &'static FormatMeta {
        &META
    }

    fn specimen(&self) -> Option<Vec<u8>> {
        Some(include_bytes!("specimens/gpu_dmon.txt").to_vec())
    }

    fn sniff(&self, head: &Head<'_>) -> Option<Likeness> {
        let first = head.lines().next()?;
        let is_header = Header::parse(first).is_some_and(|header| {
            header.tells() || words(first).any(|name| OTHERS.contains(&name))
        });
        (is_header || is_of_processes(first)).then_some(Likeness::Surely)
    }

    fn open(&self, head: &Head<'_>, _: &InputSettings) -> Result<Reading, DecodeError> {
        let first = head.lines().next().unwrap_or_default();
        if is_of_processes(first) {
            return Err(DecodeError::Content(
                "is a table of processes by `nvidia-smi pmon`, and pss scores devices: record them with `nvidia-smi dmon -o DT -s um`"
                    .to_owned(),
            ));
        }
        match Header::parse(first) {
            Some(header) if header.tells() => Ok(Reading::Stream(Box::<Table>::default())),
            Some(_) => Err(DecodeError::Content(
                "has neither memory nor utilisation among its columns: record them with `nvidia-smi dmon -o DT -s um` or `dcgmi dmon -e 203,250,252`"
                    .to_owned(),
            )),
            None => Err(DecodeError::Content(
                "does not begin with a header such as `# gpu sm mem fb` or `#Entity GPUTL FBUSD`"
                    .to_owned(),
            )),
        }
    }
}

/// Columns that tell nothing here, and are there in most tables that were recorded without the others: by nvidia-smi power and clocks, by dcgmi power and
/// temperature.
const OTHERS: &[&str] = &["pwr", "mclk", "pclk", "POWER", "TMPTR"];

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Field {
    Date,
    Time,
    Device,
    Used,
    Total,
    Free,
    Utilization,
    Other,
}

#[derive(Debug, Clone)]
struct Header(Vec<Field>);

impl Header {
    /// The names of the columns, where this is the first line of a header: the second has their units.
    fn parse(line: &str) -> Option<Header> {
        let fields: Vec<Field> = words(line.trim_start().strip_prefix('#')?)
            .map(|name| match name {
                "Date" => Field::Date,
                "Time" => Field::Time,
                "gpu" | "Entity" | "EntityId" => Field::Device,
                "fb" | "FBUSD" => Field::Used,
                "FBTTL" => Field::Total,
                "FBFRE" => Field::Free,
                "sm" | "GPUTL" => Field::Utilization,
                _ => Field::Other,
            })
            .collect();
        let lead = fields
            .iter()
            .take_while(|field| matches!(field, Field::Date | Field::Time))
            .count();
        (fields.get(lead) == Some(&Field::Device)
            && fields.len() > lead + 1
            && !is_of_processes(line))
        .then_some(Header(fields))
    }

    fn tells(&self) -> bool {
        self.0.iter().any(|field| {
            matches!(
                field,
                Field::Used | Field::Total | Field::Free | Field::Utilization
            )
        })
    }
}

/// Whether this is the header of `nvidia-smi pmon`.
fn is_of_processes(line: &str) -> bool {
    line.trim_start().strip_prefix('#').is_some_and(|names| {
        words(names).any(|name| name == "gpu") && words(names).any(|name| name == "pid")
    })
}

/// Cells, between which stand blanks, or commas with `--format csv`.
fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split([' ', '\t', ',']).filter(|word| !word.is_empty())
}

#[derive(Default)]
struct Table {
    header: Option<Header>,
    /// Days that a clock without a date has passed, and its last time.
    days: i64,
    last: i64,
    timeless: bool,
}

const DAY: i64 = 86_400_000_000_000;

impl StreamDecoder for Table {
    fn decode(
        mut self: Box<Self>,
        stream: &mut dyn Read,
        sink: &mut dyn Sink,
    ) -> Result<(), DecodeError> {
        let outcome = each_line(stream, |line| {
            if line.unfinished {
                // A number that is cut off is another number, and a header one of fewer columns.
                let reason = "is truncated: the file ends inside it, or without a line end";
                sink.record(line.number, Err(reason.to_owned()));
            // The header comes again every few rows.
            } else if let Some(header) = Header::parse(line.text) {
                self.header = Some(header);
            } else if !is_units(line.text)
                && let Some(header) = self.header.take()
            {
                let outcome = self.row(&header, line, sink);
                sink.record(line.number, outcome);
                self.header = Some(header);
            }
            !sink.interrupted()
        });
        if self.timeless {
            sink.notice(
                "has rows without a time: nothing can be said of changes over time; `nvidia-smi dmon -o DT` prints it"
                    .to_owned(),
            );
        }
        outcome.map_err(DecodeError::Io)
    }
}

/// Whether this is the second line of a header.
fn is_units(line: &str) -> bool {
    line.trim_start().starts_with('#')
        || words(line)
            .next()
            .is_some_and(|word| matches!(word, "ID" | "Id"))
}

impl Table {
    fn row(&mut self, header: &Header, line: Line<'_>, sink: &mut dyn Sink) -> Result<(), String> {
        let mut cells: Vec<&str> = words(line.text).collect();
        // dcgmi names a device by its kind and number.
        let mut kind = "";
        if let Some(at) = header.0.iter().position(|field| *field == Field::Device)
            && cells.len() == header.0.len() + 1
            && cells[at].starts_with(|c: char| c.is_ascii_alphabetic())
        {
            kind = cells.remove(at);
        }
        if cells.len() != header.0.len() {
            return Err(format!(
                "has {} cells, and the header has {} columns",
                cells.len(),
                header.0.len()
            ));
        }
        let cell = |wanted| {
            let at = header.0.iter().position(|field| *field == wanted)?;
            Some(cells[at]).filter(|text| !matches!(*text, "-" | "N/A" | "n/a"))
        };
        let time = self.time(cell(Field::Date), cell(Field::Time))?;
        self.timeless |= time.is_none();
        let number = |field, shift, factor: u64| -> Result<Option<u64>, String> {
            let Some(text) = cell(field) else {
                return Ok(None);
            };
            Decimal::parse(text.as_bytes())
                .and_then(|number| number.unsigned(shift))
                .ok()
                .and_then(|number| number.checked_mul(factor))
                .map(Some)
                .ok_or_else(|| format!("has {text:?} where memory or utilisation should be"))
        };
        // Both tools say MB and count MiB.
        let used = number(Field::Used, 0, 1 << 20)?;
        let free = number(Field::Free, 0, 1 << 20)?;
        let total = number(Field::Total, 0, 1 << 20)?
            .or_else(|| used.zip(free).map(|(used, free)| used.saturating_add(free)));
        let utilization = number(Field::Utilization, 4, 1)?;
        let number = cell(Field::Device).unwrap_or_default();
        let device = if matches!(kind, "" | "GPU") {
            number.to_owned()
        } else {
            format!("{kind} {number}")
        };
        for (signal, value) in [
            (Signal::GPU_MEMORY_USED, used),
            (Signal::GPU_MEMORY_TOTAL, total),
            (Signal::GPU_UTILIZATION, utilization),
        ] {
            if let Some(value) = value {
                sink.sample(&Sample {
                    signal,
                    entity: &device,
                    time,
                    value,
                });
            }
        }
        Ok(())
    }

    fn time(&mut self, date: Option<&str>, time: Option<&str>) -> Result<Option<i64>, String> {
        let Some(time) = time else {
            return Ok(None);
        };
        let day = match date {
            None => "1970-01-01".to_owned(),
            Some(date) if date.len() == 8 && date.bytes().all(|byte| byte.is_ascii_digit()) => {
                format!("{}-{}-{}", &date[..4], &date[4..6], &date[6..])
            }
            Some(date) => date.to_owned(),
        };
        let found = instant(&format!("{day} {time}"))
            .ok_or_else(|| format!("has the time {day:?} {time:?}, expected YYYYMMDD HH:MM:SS"))?;
        if date.is_some() {
            return Ok(Some(found));
        }
        // Rows of several devices may be a second out of order; half a day back is midnight.
        if found.saturating_add(DAY / 2) < self.last {
            self.days = self.days.saturating_add(DAY);
        }
        self.last = found;
        Ok(Some(found.saturating_add(self.days)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_are_told_from_other_lines() {
        for line in [
            "# gpu   pwr gtemp mtemp    sm   mem   enc   dec  mclk  pclk",
            "#Date       Time        gpu    sm   mem    fb  bar1",
            "#Time        gpu    sm",
            "#Entity   GPUTL   FBUSD",
            "# EntityId   GPUTL",
            "# gpu, sm, fb",
        ] {
            assert!(Header::parse(line).is_some(), "{line}");
        }
        for line in [
            "# Idx     W     C     C     %     %",
            "#YYYYMMDD   HH:MM:SS    Idx      %",
            "# gpu        pid  type    sm   mem   enc   dec   command",
            "# HELP go_gc_duration_seconds x",
            "# gpu",
            "gpu sm",
            "# Entity",
            "#",
            "",
        ] {
            assert!(Header::parse(line).is_none(), "{line}");
        }
    }
}
