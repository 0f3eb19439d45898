//! The messages of an Arrow file or stream, looked over before one is read.
//!
//! polars asks for as much memory as a message says that it needs, and a program that asks for more than there is ends. So everything that a message says of
//! its size is compared with what is there first; of the data itself only the lengths before compressed buffers are read.

use std::{
    fs::File,
    io::{self, BufReader, Read, Seek, SeekFrom},
};

use polars_arrow::io::ipc::{
    format::ipc::{
        Block, FieldRef, FooterRef, MessageHeaderRef, MessageRef, RecordBatchRef, SchemaRef,
        TypeRef,
        planus::{self, ReadAsRoot},
    },
    read::FileMetadata,
};
use pss_integrations::formats::DecodeError;

use crate::hands::damaged;

/// Most bytes of one column of a batch: a batch of 65 536 rows may have texts of 16 KiB.
const LARGEST: i64 = 1 << 30;

/// Rows that a batch may have without a bit of data for each.
const UNPROVEN_ROWS: i64 = 1 << 24;

/// Deepest nesting of a column's type.
const DEEPEST: usize = 64;

/// What a file begins and ends with, and what begins a message.
const MAGIC: &[u8; 6] = b"ARROW1";
const CONTINUATION: [u8; 4] = [0xff; 4];

/// A file's bytes with their number.
pub(crate) struct Messages {
    file: BufReader<File>,
    size: u64,
}

impl Messages {
    pub(crate) fn of(file: File) -> io::Result<Messages> {
        Ok(Messages {
            size: file.metadata()?.len(),
            file: BufReader::new(file),
        })
    }

    /// Looks at the end of a file, and at the types of its columns.
    pub(crate) fn footer(&mut self) -> Result<(), DecodeError> {
        let mut tail = [0; 10];
        let smallest = (MAGIC.len() + 2 + tail.len()) as u64;
        if self.size < smallest {
            return Err(damaged("it ends before its first batch"));
        }
        self.file.seek(SeekFrom::Start(self.size - 10))?;
        self.file.read_exact(&mut tail)?;
        if &tail[4..] != MAGIC {
            return Err(damaged("its end mark is missing"));
        }
        let length = i32::from_le_bytes([tail[0], tail[1], tail[2], tail[3]]);
        let length = u64::try_from(length)
            .ok()
            .filter(|length| *length <= self.size - smallest)
            .ok_or_else(|| damaged("its footer is longer than the file"))?;
        let footer = self.bytes(self.size - 10 - length, length)?;
        let footer = FooterRef::read_as_root(&footer).map_err(odd)?;
        types(footer.schema().map_err(odd)?)
    }

    /// Looks at all batches of a file.
    pub(crate) fn batches(&mut self, metadata: &FileMetadata) -> Result<(), DecodeError> {
        // Whoever else has this file moves its place.
        self.file.rewind()?;
        let dictionaries = metadata.dictionaries.iter().flatten();
        for Block {
            offset,
            meta_data_length,
            body_length,
        } in dictionaries.chain(&metadata.blocks)
        {
            let place = |value: i64| u64::try_from(value).ok();
            let (Some(offset), Some(head), Some(body)) = (
                place(*offset),
                place((*meta_data_length).into()),
                place(*body_length),
            ) else {
                return Err(damaged("its footer names a batch of a negative size"));
            };
            let ends = offset
                .checked_add(head)
                .and_then(|end| end.checked_add(body));
            if ends.is_none_or(|end| end > self.size) {
                return Err(damaged("its footer names a batch beyond its end"));
            }
            let Some(message) = self.message(offset)? else {
                return Err(damaged("its footer names a batch that is none"));
            };
            self.batch(&message.0, offset + head, body)?;
        }
        Ok(())
    }

    /// Looks at all of a stream, and says whether its end mark is there.
    pub(crate) fn stream(&mut self) -> Result<bool, DecodeError> {
        self.file.rewind()?;
        let mut at = 0;
        let mut first = true;
        while at < self.size {
            let Some((message, body)) = self.message(at)? else {
                return Ok(true);
            };
            let parsed = MessageRef::read_as_root(&message).map_err(odd)?;
            let length = u64::try_from(parsed.body_length().map_err(odd)?)
                .ok()
                .filter(|length| {
                    body.checked_add(*length)
                        .is_some_and(|end| end <= self.size)
                })
                .ok_or_else(|| damaged("it ends inside a batch"))?;
            if first {
                let Some(MessageHeaderRef::Schema(schema)) = parsed.header().map_err(odd)? else {
                    return Err(damaged("it does not begin with a schema"));
                };
                types(Some(schema))?;
            } else {
                self.batch(&message, body, length)?;
            }
            first = false;
            at = body + length;
        }
        Ok(false)
    }

    /// The message at a place and where its body begins; `None` for the mark of a stream's end.
    fn message(&mut self, at: u64) -> Result<Option<(Vec<u8>, u64)>, DecodeError> {
        let word = |bytes: Vec<u8>| -> [u8; 4] { bytes.try_into().unwrap_or_default() };
        let mut length = word(self.bytes(at, 4)?);
        let mut start = at + 4;
        if length == CONTINUATION {
            length = word(self.bytes(start, 4)?);
            start += 4;
        }
        let length = u64::try_from(i32::from_le_bytes(length))
            .map_err(|_| damaged("a message has a negative length"))?;
        if length == 0 {
            return Ok(None);
        }
        Ok(Some((self.bytes(start, length)?, start + length)))
    }

    /// Looks at the batch of a message, whose body begins at `body` and has `length` bytes.
    fn batch(&mut self, message: &[u8], body: u64, length: u64) -> Result<(), DecodeError> {
        let message = MessageRef::read_as_root(message).map_err(odd)?;
        let batch = match message.header().map_err(odd)? {
            Some(MessageHeaderRef::RecordBatch(batch)) => batch,
            Some(MessageHeaderRef::DictionaryBatch(batch)) => batch
                .data()
                .map_err(odd)?
                .ok_or_else(|| damaged("a dictionary is empty"))?,
            _ => return Err(damaged("a message is no batch")),
        };
        let mut bits: i64 = 0;
        for (offset, size) in buffers(batch)? {
            let end = offset.checked_add(size);
            if end.is_none_or(|end| end > length) {
                return Err(damaged("a buffer lies outside of its batch"));
            }
            let mut holds = i64::try_from(size).unwrap_or(i64::MAX);
            if size > 0 && batch.compression().map_err(odd)?.is_some() {
                if size < 8 {
                    return Err(damaged("a compressed buffer has no length"));
                }
                let said = self.bytes(body + offset, 8)?;
                let said = i64::from_le_bytes(said.try_into().unwrap_or_default());
                // -1: it is not compressed after all.
                if said != -1 {
                    holds = said;
                }
            }
            if !(0..=LARGEST).contains(&holds) {
                return Err(damaged(&format!(
                    "a buffer of a batch is said to hold {holds} bytes, and {LARGEST} are the most that is read"
                )));
            }
            bits = bits.saturating_add(holds.saturating_mul(8));
        }
        let rows = batch.length().map_err(odd)?;
        if !(0..=bits.max(UNPROVEN_ROWS)).contains(&rows) {
            return Err(damaged(&format!(
                "a batch is said to have {rows} rows, and holds {} bytes",
                bits / 8
            )));
        }
        Ok(())
    }

    fn bytes(&mut self, at: u64, length: u64) -> Result<Vec<u8>, DecodeError> {
        if at.checked_add(length).is_none_or(|end| end > self.size) {
            return Err(damaged("it ends inside a message"));
        }
        let here = self.file.stream_position()?;
        // Only so the rest of what was read ahead is kept.
        match i64::try_from(at).ok().zip(i64::try_from(here).ok()) {
            Some((at, here)) => self.file.seek_relative(at - here)?,
            None => return Err(damaged("it ends inside a message")),
        }
        let mut bytes = Vec::new();
        (&mut self.file).take(length).read_to_end(&mut bytes)?;
        if (bytes.len() as u64) < length {
            return Err(damaged("it ends inside a message"));
        }
        Ok(bytes)
    }
}

/// Offset and length of each buffer.
fn buffers(batch: RecordBatchRef<'_>) -> Result<Vec<(u64, u64)>, DecodeError> {
    let Some(buffers) = batch.buffers().map_err(odd)? else {
        return Err(damaged("a batch has no buffers"));
    };
    buffers
        .iter()
        .map(|buffer| {
            let offset = u64::try_from(buffer.offset()).ok();
            offset
                .zip(u64::try_from(buffer.length()).ok())
                .ok_or_else(|| damaged("a buffer has a negative place"))
        })
        .collect()
}

/// Looks at the type of every column.
fn types(schema: Option<SchemaRef<'_>>) -> Result<(), DecodeError> {
    let fields = match schema {
        Some(schema) => schema.fields().map_err(odd)?,
        None => None,
    };
    let Some(fields) = fields else {
        return Err(damaged("it has no schema"));
    };
    for field in fields.iter() {
        let field = field.map_err(odd)?;
        let name = field.name().map_err(odd)?.unwrap_or_default();
        known(field, DEEPEST)
            .map_err(|why| damaged(&format!("its column {name:?} has a type that {why}")))?;
    }
    Ok(())
}

fn known(field: FieldRef<'_>, depth: usize) -> Result<(), String> {
    if depth == 0 {
        return Err(format!("is nested more than {DEEPEST} deep"));
    }
    match field.type_() {
        // What polars stops at, whether the column is wanted or not.
        Ok(Some(TypeRef::RunEndEncoded(_))) => return Err("is run-end encoded".to_owned()),
        Ok(Some(TypeRef::ListView(_) | TypeRef::LargeListView(_))) => {
            return Err("is a view of lists".to_owned());
        }
        Ok(Some(_)) => {}
        Ok(None) | Err(_) => return Err("is not known".to_owned()),
    }
    let children = field.children().map_err(|_| "is not known")?;
    for child in children.iter().flat_map(|children| children.iter()) {
        known(child.map_err(|_| "is not known")?, depth - 1)?;
    }
    Ok(())
}

fn odd(error: planus::Error) -> DecodeError {
    damaged(&format!("a message cannot be read: {error}"))
}
