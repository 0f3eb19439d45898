//! The headers of a column's pages in Parquet, looked over before one is read: polars asks for as much memory as a header says that its page needs.

use std::{
    fs::File,
    io::{BufReader, Seek, SeekFrom},
    ops::Range,
};

use polars_parquet_format::{PageHeader, thrift::protocol::TCompactInputProtocol};
use pss_integrations::formats::DecodeError;

use crate::hands::damaged;

/// Bytes that a page may hold whatever its column is said to hold: writers cut pages at a few MiB.
const UNPROVEN: i64 = 1 << 26;

/// Most bytes of a header, which may have the smallest and the largest value of its page.
const HEADER: usize = 1 << 24;

/// One column of a row group, as the footer has it.
pub(crate) struct Chunk {
    pub(crate) bytes: Range<u64>,
    pub(crate) values: i64,
    pub(crate) uncompressed: i64,
    /// How many values it must have, where each row has one.
    pub(crate) rows: Option<usize>,
}

impl Chunk {
    /// Looks at all its pages.
    pub(crate) fn look(&self, file: &File) -> Result<(), DecodeError> {
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
        let mut values = 0;
        while values < self.values && at < self.bytes.end {
            let mut protocol = TCompactInputProtocol::new(&mut file, HEADER);
            let header = PageHeader::read_from_in_protocol(&mut protocol)
                .map_err(|error| damaged(&format!("a page has no header: {error}")))?;
            let size = i64::from(header.compressed_page_size);
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
            if size < 0 {
                return Err(damaged("a page has a negative size"));
            }
            file.seek_relative(size)?;
            at = file.stream_position()?;
        }
        Ok(())
    }
}
