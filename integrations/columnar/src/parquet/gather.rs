//! Goes through the pages of a column, for whoever makes something of them.

use std::{fs::File, ops::Range};

use polars_arrow::bitmap::{Bitmap, BitmapBuilder};
use polars_parquet::parquet::encoding::hybrid_rle::{HybridRleChunk, HybridRleDecoder};
use polars_parquet_format::Encoding;
use pss_integrations::formats::DecodeError;

use super::{flat::Flat, levels::Rows, pages::Form, unpack::Unpacker};
use crate::hands::{asked, damaged};

/// A column, where it lies, and which of its rows are wanted.
pub(super) type Wanted<'a> = (&'a Flat, &'a File, Range<usize>);

/// Memory for one column after another.
#[derive(Default)]
pub(super) struct Room {
    pages: Unpacker,
    chosen: Vec<u32>,
}

/// What is made of pages. `None` from any of these where a page has fewer values than it should, or others.
pub(super) trait Gather {
    /// Takes so many values as those that others choose from.
    fn dictionary(&mut self, page: &[u8], count: usize) -> Option<()>;

    /// Adds rows whose values lie in the page as they are.
    fn plain(&mut self, page: &[u8], rows: &Rows) -> Option<()>;

    /// Adds rows with values that were chosen by number, from the dictionary.
    fn chosen(&mut self, numbers: &[u32], rows: &Rows) -> Option<()>;
}

/// Gathers the wanted rows. Answers which of them have a value: `Some(None)` where all have one, `None` where none has.
pub(super) fn gather(
    (flat, file, wanted): Wanted<'_>,
    room: &mut Room,
    into: &mut impl Gather,
) -> Result<Option<Option<Bitmap>>, DecodeError> {
    let wrong = || damaged("a page holds other values than its header says");
    let mut valid: Option<BitmapBuilder> = None;
    let (mut rows, mut values, mut end) = (0, 0, 0);
    for page in &flat.pages {
        let start = end;
        if page.form != Form::Dictionary {
            end += page.values;
            if end <= wanted.start || start >= wanted.end {
                continue;
            }
        }
        let content = room.pages.content(file, page, flat.compression)?;
        let (encoding, levels) = match page.form {
            Form::Dictionary => {
                into.dictionary(content, page.values).ok_or_else(wrong)?;
                continue;
            }
            Form::Together(encoding) => (encoding, None),
            Form::Apart {
                encoding, levels, ..
            } => (encoding, Some(levels)),
            Form::Other => return Err(wrong()),
        };
        let (levels, content) = match levels {
            Some(length) => content.split_at_checked(length).ok_or_else(wrong)?,
            None if flat.optional => with_length(content).ok_or_else(wrong)?,
            None => (&[][..], content),
        };
        let part = wanted.start.max(start) - start..wanted.end.min(end) - start;
        let these = if flat.optional {
            asked(|| Ok(Rows::of(levels, page.values, &part)?))?.ok_or_else(wrong)?
        } else {
            Rows::all(&part)
        };
        match (&mut valid, &these.valid) {
            (None, None) => {}
            (Some(valid), None) => valid.extend_constant(these.count, true),
            (known, Some(more)) => {
                let valid = known.get_or_insert_with(|| {
                    let mut valid = BitmapBuilder::with_capacity(wanted.len());
                    valid.extend_constant(rows, true);
                    valid
                });
                valid.extend_from_bitmap(more);
            }
        }
        rows += these.count;
        values += these.values;
        let added = if encoding == Encoding::PLAIN {
            into.plain(content, &these)
        } else {
            choose(content, encoding, &these, &mut room.chosen)?;
            let all = room.chosen.len() == these.values;
            all.then(|| into.chosen(&room.chosen, &these)).flatten()
        };
        added.ok_or_else(wrong)?;
    }
    if rows != wanted.len() {
        return Err(damaged(
            "a column has another number of values than there are rows",
        ));
    }
    Ok((values > 0).then(|| valid.map(BitmapBuilder::freeze)))
}

/// What begins with its length in four bytes, and what stands behind it.
pub(super) fn with_length(page: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = page.split_first_chunk()?;
    rest.split_at_checked(u32::from_le_bytes(*length) as usize)
}

/// The numbers that the wanted values of a page are chosen by.
fn choose(
    page: &[u8],
    encoding: Encoding,
    rows: &Rows,
    into: &mut Vec<u32>,
) -> Result<(), DecodeError> {
    let wrong = || damaged("a page has values of no known width");
    let (width, page) = if encoding == Encoding::RLE {
        // Truths, which are numbers of one bit.
        (1, with_length(page).ok_or_else(wrong)?.0)
    } else {
        let (width, page) = page.split_first().unwrap_or((&0, &[]));
        (u32::from(*width), page)
    };
    if width > 32 {
        return Err(wrong());
    }
    into.clear();
    let mut runs = HybridRleDecoder::new(page, width, rows.before + rows.values);
    let mut before = rows.before;
    asked(|| {
        while let Some(run) = runs.next_chunk()? {
            let passed = before.min(run.len());
            before -= passed;
            match run {
                HybridRleChunk::Rle(value, count) => {
                    into.resize(into.len() + count - passed, value);
                }
                HybridRleChunk::Bitpacked(values) => {
                    let start = into.len();
                    values.collect_into(into);
                    into.drain(start..start + passed);
                }
            }
        }
        Ok(())
    })
}
