//! Arrow IPC: files and streams.

use std::{
    fs::File,
    io::{self, Write},
};

use polars::{
    io::{SerReader, ipc::IpcReader},
    prelude::*,
};
use pss_integrations::formats::{
    Capabilities, DecodeError, FileDecoder, Format, FormatEntry, FormatMeta, Head, InputSettings,
    Likeness, Reading, RecordWriter, Sink, table::Columns,
};
use pss_metrics::plugin_meta;

use crate::{
    frame::{content, push},
    rows::schema,
    writer::{FrameWriter, Frames},
};

static META: FormatMeta = FormatMeta {
    plugin: plugin_meta!(
        Format,
        "arrow",
        "spans and samples as Arrow IPC, files or streams"
    ),
    extensions: &["arrow", "ipc", "feather", "arrows"],
    media_types: &[
        "application/vnd.apache.arrow.file",
        "application/vnd.apache.arrow.stream",
    ],
    capabilities: Capabilities {
        read: true,
        write: true,
        // The needed columns are in memory while they are read.
        streaming: false,
        projection: true,
        compression: true,
        stdin: true,
    },
    mapping: "columns as for CSV (`pss plugins info format:csv`); dates and lengths of time keep their own unit; what `pss convert` writes is a file with record batches of \
              65 536 rows",
};

/// The format.
#[derive(Debug)]
pub struct Arrow;

inventory::submit! { FormatEntry { format: &Arrow } }

/// What begins a message of a stream.
const CONTINUATION: [u8; 4] = [0xff; 4];

impl Format for Arrow {
    fn meta(&self) -> &'static FormatMeta {
        &META
    }

    fn sniff(&self, head: &Head<'_>) -> Option<Likeness> {
        (head.bytes().starts_with(b"ARROW1") || head.bytes().starts_with(&CONTINUATION))
            .then_some(Likeness::Surely)
    }

    fn open(&self, head: &Head<'_>, settings: &InputSettings) -> Result<Reading, DecodeError> {
        Ok(Reading::File(Box::new(Reader {
            settings: settings.clone(),
            stream: head.bytes().starts_with(&CONTINUATION),
        })))
    }

    fn writer(&self, out: Box<dyn Write + Send>) -> Option<Box<dyn RecordWriter>> {
        // No column of it is a dictionary.
        let schema = schema();
        let out = IpcWriter::new(out)
            // Without text views, which many readers do not know.
            .with_compat_level(CompatLevel::oldest())
            .batched(&schema, vec![Default::default(); schema.len()]);
        Some(Box::new(FrameWriter::new(out)))
    }
}

struct Reader {
    settings: InputSettings,
    stream: bool,
}

impl FileDecoder for Reader {
    fn decode(
        self: Box<Self>,
        file: File,
        sinks: &mut [Box<dyn Sink + '_>],
    ) -> Result<(), DecodeError> {
        let Some(sink) = sinks.first_mut() else {
            return Ok(());
        };
        let names: Vec<String> = if self.stream {
            let mut reader = IpcStreamReader::new(file.try_clone()?);
            let schema = reader.schema().map_err(content)?;
            schema.iter_names().map(ToString::to_string).collect()
        } else {
            let mut reader = IpcReader::new(file.try_clone()?);
            let schema = reader.schema().map_err(content)?;
            schema.iter_names().map(ToString::to_string).collect()
        };
        let borrowed: Vec<&str> = names.iter().map(String::as_str).collect();
        let columns = Columns::find(&borrowed, &self.settings).map_err(DecodeError::Settings)?;
        let wanted: Vec<String> = columns
            .of
            .iter()
            .map(|(_, place, _)| names[*place].clone())
            .collect();
        let mut distinct = wanted.clone();
        distinct.sort();
        distinct.dedup();
        let mut file = file;
        io::Seek::rewind(&mut file)?;
        let frame = if self.stream {
            IpcStreamReader::new(file)
                .with_columns(Some(distinct))
                .finish()
        } else {
            IpcReader::new(file).with_columns(Some(distinct)).finish()
        }
        .map_err(content)?;
        push(&frame, &columns, &wanted, 1, &mut **sink)
    }
}

type Batched = polars::io::ipc::BatchedWriter<Box<dyn Write + Send>>;

impl Frames for Batched {
    fn write(&mut self, frame: &DataFrame) -> PolarsResult<()> {
        self.write_batch(frame)
    }

    fn finish(&mut self) -> PolarsResult<()> {
        Batched::finish(self)
    }
}
