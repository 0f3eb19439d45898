//! The pages of Parquet's columns, by their headers, looked over before one is read: polars asks for as much memory as a header says that its page needs.

use std::{
    fs::File,
    io::{BufReader, Seek, SeekFrom},
    ops::Range,
};

use polars_parquet_format::{
    Encoding, PageHeader, PageType, thrift::protocol::TCompactInputProtocol,
};
use pss_integrations::formats::DecodeError;

use crate::hands::damaged;

/// Bytes that a page may hold whatever its column is said to hold: writers cut pages at a few MiB.
const UNPROVEN: i64 = 1 << 26;

/// Most bytes of a header, which may have the smallest and the largest value of its page.
const HEADER: usize = 1 << 24;

/// One column of a row group, as the footer has it.
pub(super) struct Chunk {
    pub(super) bytes: Range<u64>,
    pub(super) values: i64,
    pub(super) uncompressed: i64,
    /// How many values it must have, where each row has one.
    pub(super) rows: Option<usize>,
}

/// A page, as its header has it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Page {
    /// Where its content begins in the file.
    pub(super) at: u64,
    /// Bytes of its content as it lies there.
    pub(super) packed: usize,
    /// Bytes of its content once unpacked.
    pub(super) holds: usize,
    /// Values, nulls among them; of a dictionary its words.
    pub(super) values: usize,
    pub(super) form: Form,
}

/// What a page holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    Dictionary,
    /// Levels and values, packed together.
    Together(Encoding),
    /// So many bytes of levels, and behind them values that may be packed.
    Apart {
        encoding: Encoding,
        levels: usize,
        packed: bool,
    },
    /// Repeated values, levels in another encoding, or nothing known.
    Other,
}

impl Chunk {
    /// Looks at all its pages.
    pub(super) fn look(&self, file: &File) -> Result<Vec<Page>, DecodeError> {
        if self.bytes.end > file.metadata()?.len() || self.bytes.start > self.bytes.end {
            return Err(damaged("its footer names a column beyond its end"));
        }
        let rows = self.rows.map(i64::try_from);
        if rows.is_some_and(|rows| rows != Ok(self.values)) {
            return Err(damaged("a column has another number of values than rows"));
        }
        let mut file = BufReader::with_capacity(512, file.try_clone()?);
        let mut at = self.bytes.start;
        file.seek(SeekFrom::Start(at))?;
        let mut pages = Vec::new();
        let mut values = 0;
        while values < self.values && at < self.bytes.end {
            let mut protocol = TCompactInputProtocol::new(&mut file, HEADER);
            let header = PageHeader::read_from_in_protocol(&mut protocol)
                .map_err(|error| damaged(&format!("a page has no header: {error}")))?;
            let holds = i64::from(header.uncompressed_page_size);
            if !(0..=UNPROVEN.max(self.uncompressed)).contains(&holds) {
                return Err(damaged(&format!(
                    "a page is said to hold {holds} bytes, and its column {}",
                    self.uncompressed
                )));
            }
            let data = header.data_page_header.as_ref();
            let data = data.map(|data| data.num_values);
            let second = header.data_page_header_v2.as_ref();
            let count = i64::from(data.or(second.map(|data| data.num_values)).unwrap_or(0));
            values += count;
            // A dictionary's values take a byte each at least.
            let words = header.dictionary_page_header.as_ref();
            let words = words.map_or(0, |words| i64::from(words.num_values));
            if !(0..=self.values).contains(&count) || !(0..=holds).contains(&words) {
                return Err(damaged("a page is said to have more values than it can"));
            }
            let packed = usize::try_from(header.compressed_page_size)
                .map_err(|_| damaged("a page has a negative size"))?;
            let form = Form::of(&header);
            let begins = file.stream_position()?;
            if begins.saturating_add(packed as u64) > self.bytes.end {
                return Err(damaged("a page ends behind its column"));
            }
            pages.push(Page {
                at: begins,
                packed,
                holds: holds as usize,
                values: if form == Form::Dictionary {
                    words
                } else {
                    count
                } as usize,
                form,
            });
            file.seek_relative(packed as i64)?;
            at = begins + packed as u64;
        }
        if self.rows.is_some() && values != self.values {
            return Err(damaged("a column has another number of values than rows"));
        }
        Ok(pages)
    }
}

impl Form {
    fn of(header: &PageHeader) -> Form {
        let kind = header.type_;
        if kind == PageType::DICTIONARY_PAGE && header.dictionary_page_header.is_some() {
            return Form::Dictionary;
        }
        match (&header.data_page_header, &header.data_page_header_v2) {
            (Some(data), _) if kind == PageType::DATA_PAGE => {
                if data.definition_level_encoding == Encoding::RLE {
                    Form::Together(data.encoding)
                } else {
                    Form::Other
                }
            }
            (_, Some(data)) if kind == PageType::DATA_PAGE_V2 => {
                let levels = usize::try_from(data.definition_levels_byte_length);
                match (levels, data.repetition_levels_byte_length) {
                    (Ok(levels), 0) => Form::Apart {
                        encoding: data.encoding,
                        levels,
                        packed: data.is_compressed.unwrap_or(true),
                    },
                    _ => Form::Other,
                }
            }
            _ => Form::Other,
        }
    }
}
