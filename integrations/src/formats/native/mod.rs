//! Native records: PyPSS's own, and ours with services, parents and attributes, as JSON lines, a JSON array or `{"traces": [..]}`.

mod careful;
mod field;
mod fields;
mod metadata;
mod plain;
mod record;
mod sniff;
mod writer;

use std::io::Write;

use pss_metrics::{model::Intake, plugin_meta};

pub use super::json::Reason;
pub use record::RecordDecoder;
pub use sniff::layout;

use super::{
    contract::{
        Capabilities, DecodeError, Decoder, Format, FormatEntry, FormatMeta, Layout, Likeness,
        Reading, RecordWriter,
    },
    head::Head,
    json::Outline,
    settings::InputSettings,
};

static META: FormatMeta = FormatMeta {
    plugin: plugin_meta!(
        Format,
        "native",
        "records of pss and PyPSS as JSON lines, a JSON array or {\"traces\": [..]}"
    ),
    extensions: &["jsonl", "ndjson", "json"],
    media_types: &[
        "application/jsonl",
        "application/x-ndjson",
        "application/json",
    ],
    capabilities: Capabilities {
        write: true,
        ..Capabilities::TEXT
    },
    mapping: "timestamp or start, duration, cpu_time, wait_time, lock_wait, queue_wait: seconds; memory: bytes; error: true or false; name, service, module, branch_tag, kind: \
              text; span_id and parent_span_id tell entry spans; attributes: semantic conventions. Records with \"system_metric\": true carry samples in metadata: lag, \
              gc_pause_duration, run_delay, on_cpu (seconds), memory_rss, gpu_memory_used, gpu_memory_total (bytes), gpu_utilization (percent), kafka_lag, committed_offset, oom, xid, and the shares of time under pressure psi_cpu_some, psi_io_some, psi_memory_some (0 to 1); process or pid, device or gpu, group_id, topic and partition say of what; any other known signal by its name in signal, with value \
              (nanoseconds, bytes or items)",
};

/// The format.
#[derive(Debug)]
pub struct Native;

inventory::submit! { FormatEntry { format: &Native } }

impl Format for Native {
    fn meta(&self) -> &'static FormatMeta {
        &META
    }

    fn sniff(&self, head: &Head<'_>) -> Option<Likeness> {
        sniff::sniff(head)
    }

    fn open(&self, head: &Head<'_>, _: &InputSettings) -> Result<Reading, DecodeError> {
        // Who says that these are native records need not be convinced by the first line.
        let any = || head.lines().any(|line| line.trim_start().starts_with('{'));
        let layout = layout(head)
            .or_else(|| any().then_some(Layout::Lines))
            .ok_or_else(|| {
                DecodeError::Content("is no JSON: native records are JSON objects".to_owned())
            })?;
        Ok(Reading::Records(layout, |_| {
            Box::new(RecordDecoder::default())
        }))
    }

    fn writer(&self, out: Box<dyn Write + Send>) -> Option<Box<dyn RecordWriter>> {
        Some(Box::new(writer::LineWriter::new(out)))
    }
}

/// Where the first of several objects on one line ends.
fn first_of_several(line: &str) -> Option<usize> {
    let end = Outline::new(line.as_bytes())?.end()?;
    line.get(end..)?
        .trim_start()
        .starts_with('{')
        .then_some(end)
}

impl RecordDecoder {
    /// Records that stand on one line, of which the first ends there: some writers end no line between them.
    #[cold]
    fn several(
        &mut self,
        mut line: &str,
        mut end: usize,
        into: &mut dyn Intake,
    ) -> Result<(), String> {
        loop {
            let (record, rest) = line.split_at(end);
            match self.push(record, into) {
                Ok(()) => into.one_of_several(),
                Err(reason) => into.unusable(reason.explain(record)),
            }
            if rest.trim_ascii().is_empty() {
                return Ok(());
            }
            line = rest;
            end = first_of_several(line).unwrap_or(line.len());
        }
    }
}

impl Decoder for RecordDecoder {
    fn decode(&mut self, record: &str, into: &mut dyn Intake) -> Result<(), String> {
        match self.push(record, into) {
            Ok(()) => Ok(()),
            Err(Reason::Syntax) => match first_of_several(record) {
                Some(end) => self.several(record, end, into),
                None => Err(Reason::Syntax.explain(record)),
            },
            Err(reason) => Err(reason.explain(record)),
        }
    }

    fn take_unknown_fields(&mut self) -> Vec<String> {
        self.take_unknown()
    }
}
