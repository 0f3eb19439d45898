//! Arrow IPC: files and streams.

use std::{
    collections::BTreeSet,
    fs::File,
    io::{BufReader, Seek, Write},
    sync::Mutex,
};

use polars::prelude::*;
use polars_arrow::io::ipc::read::{
    FileMetadata, FileReader, StreamMetadata, StreamReader, StreamState, read_file_metadata,
    read_stream_metadata,
};
use pss_integrations::formats::{
    Capabilities, DecodeError, FileDecoder, Format, FormatEntry, FormatMeta, Head, InputSettings,
    Likeness, Reading, RecordWriter, Sink, table::Columns,
};
use pss_metrics::plugin_meta;

use crate::{
    hands::{asked, together},
    judged::Judged,
    messages::Messages,
    rows::schema,
    values::{Values, push},
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
        streaming: true,
        projection: true,
        compression: true,
        stdin: true,
    },
    mapping: "columns as for CSV (`pss plugins info format:csv`); dates and lengths of time keep their own unit; read batch by batch, only the columns that are needed; what `pss convert` writes is a file with record batches of \
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
        let mut messages = Messages::of(file.try_clone()?)?;
        let ended = if self.stream {
            messages.stream()?
        } else {
            messages.footer()?;
            true
        };
        let (batches, columns, judged) = self.open(file, &mut messages)?;
        drop(messages);
        if let Some(sink) = sinks.first_mut() {
            if !ended {
                sink.notice("ends without its end mark: it may be truncated".to_owned());
            }
            if let Some(unread) = batches.unread.clone() {
                sink.notice(unread);
            }
        }
        // Batches are read one after another, and their rows looked at by everyone at once.
        let batches = Mutex::new(Some(batches));
        together(sinks, |sink| {
            while !sink.interrupted() {
                let next = match batches.lock() {
                    Ok(mut batches) => {
                        let next = match &mut *batches {
                            Some(batches) => asked(|| batches.next().transpose()).transpose(),
                            None => None,
                        };
                        // Behind an error nothing is where it should be.
                        if !matches!(next, Some(Ok(_))) {
                            *batches = None;
                        }
                        next
                    }
                    // It panicked in another's hands, who tells so.
                    Err(_) => None,
                };
                let Some(batch) = next else { break };
                let (first, frame) = batch?;
                let named = columns.of.iter().zip(&judged.names);
                let values = named
                    .map(|((field, ..), name)| Values::of_frame(*field, name, &frame, &judged))
                    .collect::<Result<Vec<Values>, DecodeError>>()?;
                push(&values, frame.height(), &columns, &judged, first, sink);
            }
            Ok(())
        })?;
        judged.verdict()
    }
}

impl Reader {
    /// The batches with the needed columns, which those are, and what is known of them.
    fn open(
        &self,
        mut file: File,
        messages: &mut Messages,
    ) -> Result<(Batches, Columns, Judged), DecodeError> {
        enum Metadata {
            File(FileMetadata),
            Stream(StreamMetadata),
        }
        file.rewind()?;
        let mut file = BufReader::new(file);
        let metadata = if self.stream {
            Metadata::Stream(asked(|| read_stream_metadata(&mut file))?)
        } else {
            let metadata = asked(|| read_file_metadata(&mut file))?;
            messages.batches(&metadata)?;
            file.rewind()?;
            Metadata::File(metadata)
        };
        let schema = match &metadata {
            Metadata::File(metadata) => &metadata.schema,
            Metadata::Stream(metadata) => &metadata.schema,
        };
        let names: Vec<String> = schema.iter_names().map(ToString::to_string).collect();
        let borrowed: Vec<&str> = names.iter().map(String::as_str).collect();
        let columns = Columns::find(&borrowed, &self.settings).map_err(DecodeError::Settings)?;
        let places = columns.of.iter().map(|(_, place, _)| *place);
        let judged = Judged::new(&columns, &borrowed);
        // Ascending, as its reader wants them.
        let distinct: Vec<usize> = places.collect::<BTreeSet<usize>>().into_iter().collect();
        let form = match metadata {
            Metadata::File(metadata) => {
                Form::File(FileReader::new(file, metadata, Some(distinct), None))
            }
            Metadata::Stream(metadata) => {
                Form::Stream(StreamReader::new(file, metadata, Some(distinct)))
            }
        };
        let batches = Batches {
            form,
            rows: 0,
            unread: columns.unread(&borrowed),
        };
        Ok((batches, columns, judged))
    }
}

enum Form {
    File(FileReader<BufReader<File>>),
    Stream(StreamReader<BufReader<File>>),
}

/// Record batches in their order, one in memory at a time.
struct Batches {
    form: Form,
    /// Rows until now.
    rows: u64,
    /// What to tell of columns that nobody reads.
    unread: Option<String>,
}

impl Iterator for Batches {
    /// The number of its first row, from 1, and the batch.
    type Item = PolarsResult<(u64, DataFrame)>;

    fn next(&mut self) -> Option<Self::Item> {
        let batch = match &mut self.form {
            Form::File(reader) => reader.next()?,
            Form::Stream(reader) => match reader.next()? {
                Ok(StreamState::Some(batch)) => Ok(batch),
                // A stream may end without its marker.
                Ok(StreamState::Waiting) => return None,
                Err(error) => Err(error),
            },
        };
        Some(batch.and_then(|batch| {
            let first = self.rows + 1;
            let height = batch.len();
            self.rows += height as u64;
            let (schema, arrays) = batch.into_schema_and_arrays();
            let columns = schema.iter_values().zip(arrays).map(|(field, array)| {
                let series = Series::try_from((field, array));
                let named =
                    |error: PolarsError| error.context(format!("column {:?}", field.name).into());
                series.map(IntoColumn::into_column).map_err(named)
            });
            let columns = columns.collect::<PolarsResult<Vec<Column>>>()?;
            Ok((first, DataFrame::new(height, columns)?))
        }))
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
