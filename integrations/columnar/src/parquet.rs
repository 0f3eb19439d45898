//! Parquet.

use std::{
    fs::File,
    io::{Read, Seek, SeekFrom, Write},
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
    frame::push,
    hands::{asked, damaged, together},
    judged::Judged,
    pages::Chunk,
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

/// What a file begins and ends with.
const MAGIC: &[u8; 4] = b"PAR1";

/// The format.
#[derive(Debug)]
pub struct Parquet;

inventory::submit! { FormatEntry { format: &Parquet } }

impl Format for Parquet {
    fn meta(&self) -> &'static FormatMeta {
        &META
    }

    fn sniff(&self, head: &Head<'_>) -> Option<Likeness> {
        head.bytes().starts_with(MAGIC).then_some(Likeness::Surely)
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
        end_mark(&file)?;
        let mut reader = ParquetReader::new(file.try_clone()?);
        let metadata = asked(|| reader.get_metadata().cloned())?;
        let schema = asked(|| reader.schema())?;
        let names: Vec<&str> = schema.iter_names().map(PlSmallStr::as_str).collect();
        let columns = Columns::find(&names, &self.settings).map_err(DecodeError::Settings)?;
        if let (Some(unread), Some(sink)) = (columns.unread(&names), sinks.first_mut()) {
            sink.notice(unread);
        }
        let wanted = |name: &str| columns.of.iter().any(|(_, place, _)| names[*place] == name);
        for group in &metadata.row_groups {
            let chunks = asked(|| {
                let chunks = group.parquet_columns().iter().filter(|column| {
                    let path = &column.descriptor().path_in_schema;
                    path.first().is_some_and(|name| wanted(name))
                });
                let chunks = chunks.map(|column| Chunk {
                    bytes: column.byte_range(),
                    values: column.num_values(),
                    uncompressed: column.uncompressed_size(),
                    rows: (column.descriptor().descriptor.max_rep_level == 0)
                        .then(|| group.num_rows()),
                });
                Ok(chunks.collect::<Vec<Chunk>>())
            })?;
            chunks.iter().try_for_each(|chunk| chunk.look(&file))?;
        }
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
        let read = |judged: &Judged, offset: usize, length: usize| {
            let mut distinct = judged.names.clone();
            distinct.sort();
            distinct.dedup();
            let mut reader = ParquetReader::new(file.try_clone()?)
                .with_slice(Some((offset, length)))
                .with_columns(Some(distinct))
                .read_parallel(ParallelStrategy::None);
            reader.set_metadata(metadata.clone());
            let frame = asked(|| reader.finish())?;
            Ok::<_, DecodeError>(frame)
        };
        let start = columns
            .place(Field::Start)
            .map(|place| names[place].to_owned());
        let judged = Judged::new(&columns, &names);
        let lean = columns.without_identities().map(|lean| {
            let judged = judged.of_fewer(&lean, &names);
            (lean, judged)
        });
        let work = |sink: &mut dyn Sink| -> Result<(), DecodeError> {
            while let Some((offset, length)) = pieces.get(next.fetch_add(1, Ordering::Relaxed)) {
                if sink.interrupted() {
                    break;
                }
                if let (Some((lean, judged)), Some(start), false) =
                    (&lean, &start, sink.wants_identities())
                {
                    let frame = read(judged, *offset, *length)?;
                    // Spans without a time are told apart by their trace.
                    if asked(|| frame.column(start))?.null_count() == 0 {
                        push(&frame, lean, judged, *offset as u64 + 1, sink)?;
                        continue;
                    }
                }
                let frame = read(&judged, *offset, *length)?;
                push(&frame, &columns, &judged, *offset as u64 + 1, sink)?;
            }
            Ok(())
        };
        together(sinks, work)?;
        judged.verdict()
    }
}

/// A file that was cut off has no end mark, behind which nothing of it can be found.
fn end_mark(mut file: &File) -> Result<(), DecodeError> {
    let mut mark = [0; MAGIC.len()];
    let size = file.metadata()?.len();
    if size < 12 {
        return Err(damaged("it ends before its first row group"));
    }
    file.seek(SeekFrom::Start(size - MAGIC.len() as u64))?;
    file.read_exact(&mut mark)?;
    if &mark != MAGIC {
        return Err(damaged("its end mark is missing"));
    }
    Ok(())
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
