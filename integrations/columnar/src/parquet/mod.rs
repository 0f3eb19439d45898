//! Parquet: `table` looks a file over, by the headers of its `pages`; columns that are `flat` are read from them, all others by polars.

mod flat;
mod gather;
mod kind;
mod levels;
mod made;
mod pages;
mod table;
mod unpack;

use std::{
    fs::File,
    io::{Read, Seek, SeekFrom, Write},
    sync::Mutex,
};

use polars::{io::SerReader, prelude::*};
use pss_integrations::formats::{
    Capabilities, DecodeError, FileDecoder, Format, FormatEntry, FormatMeta, Head, InputSettings,
    Likeness, Reading, RecordWriter, Sink,
    table::{Columns, Field},
};
use pss_metrics::plugin_meta;

use self::{gather::Room, table::Table};
use crate::{
    hands::{asked, damaged, together},
    judged::Judged,
    rows::schema,
    values::push,
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
        let table = Table::look(file, metadata, &schema, wanted)?;
        let pieces = Mutex::new(table.pieces());
        let is_start = |(field, ..): &(Field, usize, _)| *field == Field::Start;
        let judged = Judged::new(&columns, &names);
        let lean = columns.without_identities().and_then(|lean| {
            let start = lean.of.iter().position(is_start)?;
            let judged = judged.of_fewer(&lean, &names);
            Some((lean, judged, start))
        });
        let work = |sink: &mut dyn Sink| -> Result<(), DecodeError> {
            let mut room = Room::default();
            while let Some(piece) = pieces.lock().ok().and_then(|mut pieces| pieces.next()) {
                if sink.interrupted() {
                    break;
                }
                let (height, first) = (piece.rows.len(), table.number(&piece));
                if let (Some((lean, judged, start)), false) = (&lean, sink.wants_identities()) {
                    let values = table.read(&piece, lean, judged, &mut room)?;
                    // Spans without a time are told apart by their trace.
                    if !values[*start].may_be_null() {
                        push(&values, height, lean, judged, first, sink);
                        continue;
                    }
                }
                let values = table.read(&piece, &columns, &judged, &mut room)?;
                push(&values, height, &columns, &judged, first, sink);
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
