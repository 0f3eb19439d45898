//! Parquet.

use std::{
    fs::File,
    io::Write,
    sync::atomic::{AtomicUsize, Ordering},
};

use polars::{io::SerReader, prelude::*};
use pss_integrations::formats::{
    Capabilities, DecodeError, FileDecoder, Format, FormatEntry, FormatMeta, Head, InputSettings,
    Likeness, Reading, RecordWriter, Sink,
    table::{Columns, Field},
};
use pss_metrics::plugin_meta;

use crate::{
    frame::{content, push, stopped},
    rows::schema,
    writer::{FrameWriter, Frames},
};

static META: FormatMeta = FormatMeta {
    plugin: plugin_meta!(Format, "parquet", "spans and samples as Parquet"),
    extensions: &["parquet", "pq"],
    media_types: &["application/vnd.apache.parquet"],
    capabilities: Capabilities {
        read: true,
        write: true,
        streaming: true,
        projection: true,
        compression: true,
        stdin: true,
    },
    mapping: "columns as for CSV (`pss plugins info format:csv`); dates and lengths of time keep their own unit; maps are attributes; bytes that are no text are read as hexadecimal digits; read by pieces of at most 131 072 rows of a row group, only \
              the columns that are needed; what `pss convert` writes has row groups of 65 536 rows",
};

/// Most rows of a piece that is read at once.
const PIECE: usize = 1 << 17;

/// The format.
#[derive(Debug)]
pub struct Parquet;

inventory::submit! { FormatEntry { format: &Parquet } }

impl Format for Parquet {
    fn meta(&self) -> &'static FormatMeta {
        &META
    }

    fn sniff(&self, head: &Head<'_>) -> Option<Likeness> {
        head.bytes()
            .starts_with(b"PAR1")
            .then_some(Likeness::Surely)
    }

    fn open(&self, _: &Head<'_>, settings: &InputSettings) -> Result<Reading, DecodeError> {
        Ok(Reading::File(Box::new(Reader {
            settings: settings.clone(),
        })))
    }

    fn writer(&self, out: Box<dyn Write + Send>) -> Option<Box<dyn RecordWriter>> {
        let out = ParquetWriter::new(out)
            .set_parallel(false)
            .batched(&schema());
        Some(Box::new(FrameWriter::new(out)))
    }
}

struct Reader {
    settings: InputSettings,
}

impl FileDecoder for Reader {
    fn decode(
        self: Box<Self>,
        file: File,
        sinks: &mut [Box<dyn Sink + '_>],
    ) -> Result<(), DecodeError> {
        let mut reader = ParquetReader::new(file.try_clone()?);
        let metadata = reader.get_metadata().map_err(content)?.clone();
        let schema = reader.schema().map_err(content)?;
        let names: Vec<&str> = schema.iter_names().map(PlSmallStr::as_str).collect();
        let columns = Columns::find(&names, &self.settings).map_err(DecodeError::Settings)?;
        let mut pieces = Vec::new();
        let mut offset = 0;
        for group in &metadata.row_groups {
            let end = offset + group.num_rows();
            while offset < end {
                let length = PIECE.min(end - offset);
                pieces.push((offset, length));
                offset += length;
            }
        }
        let next = AtomicUsize::new(0);
        let read = |columns: &Columns, offset: usize, length: usize| {
            let wanted: Vec<String> = columns
                .of
                .iter()
                .map(|(_, place, _)| names[*place].to_owned())
                .collect();
            let mut distinct = wanted.clone();
            distinct.sort();
            distinct.dedup();
            let mut reader = ParquetReader::new(file.try_clone()?)
                .with_slice(Some((offset, length)))
                .with_columns(Some(distinct))
                .read_parallel(ParallelStrategy::None);
            reader.set_metadata(metadata.clone());
            let frame = reader.finish().map_err(content)?;
            Ok::<_, DecodeError>((frame, wanted))
        };
        let start = columns
            .place(Field::Start)
            .map(|place| names[place].to_owned());
        let lean = columns.without_identities();
        let work = |sink: &mut dyn Sink| -> Result<(), DecodeError> {
            while let Some((offset, length)) = pieces.get(next.fetch_add(1, Ordering::Relaxed)) {
                if sink.interrupted() {
                    break;
                }
                if let (Some(lean), Some(start), false) = (&lean, &start, sink.wants_identities()) {
                    let (frame, wanted) = read(lean, *offset, *length)?;
                    // Spans without a time are told apart by their trace.
                    if frame.column(start).map_err(content)?.null_count() == 0 {
                        push(&frame, lean, &wanted, *offset as u64 + 1, sink)?;
                        continue;
                    }
                }
                let (frame, wanted) = read(&columns, *offset, *length)?;
                push(&frame, &columns, &wanted, *offset as u64 + 1, sink)?;
            }
            Ok(())
        };
        std::thread::scope(|scope| {
            let handles: Vec<_> = sinks
                .iter_mut()
                .map(|sink| scope.spawn(|| work(&mut **sink)))
                .collect();
            handles
                .into_iter()
                .try_for_each(|handle| handle.join().unwrap_or_else(|_| Err(stopped())))
        })
    }
}

type Batched = polars::io::parquet::write::BatchedWriter<Box<dyn Write + Send>>;

impl Frames for Batched {
    fn write(&mut self, frame: &DataFrame) -> PolarsResult<()> {
        self.write_batch(frame)
    }

    fn finish(&mut self) -> PolarsResult<()> {
        Batched::finish(self).map(drop)
    }
}
