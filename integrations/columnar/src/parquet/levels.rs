//! Which rows of a page have a value, and which of its values those are.

use std::ops::Range;

use polars_arrow::bitmap::{Bitmap, BitmapBuilder, utils::count_zeros};
use polars_parquet::parquet::{
    encoding::hybrid_rle::{HybridRleChunk, HybridRleDecoder},
    error::ParquetError,
};

/// The wanted rows of a page: which have a value, and which of the page's values those are.
pub(super) struct Rows {
    pub(super) count: usize,
    /// Values that come before.
    pub(super) before: usize,
    pub(super) values: usize,
    /// `None` where all have one.
    pub(super) valid: Option<Bitmap>,
}

impl Rows {
    /// Where every row has a value.
    pub(super) fn all(wanted: &Range<usize>) -> Rows {
        Rows {
            count: wanted.len(),
            before: wanted.start,
            values: wanted.len(),
            valid: None,
        }
    }

    /// Which of a page's rows have a value, of all of them and of the wanted ones. `Ok(None)` where there are fewer rows.
    pub(super) fn of(
        levels: &[u8],
        rows: usize,
        wanted: &Range<usize>,
    ) -> Result<Option<Rows>, ParquetError> {
        let mut levels = HybridRleDecoder::new(levels, 1, rows);
        let (mut at, mut before, mut values) = (0, 0, 0);
        let mut valid = BitmapBuilder::with_capacity(wanted.len());
        while at < wanted.end {
            let Some(run) = levels.next_chunk()? else {
                return Ok(None);
            };
            let length = run.len();
            // Of the run's rows: those before the wanted ones, and those.
            let start = wanted.start.saturating_sub(at).min(length);
            let end = (wanted.end - at).min(length);
            match run {
                HybridRleChunk::Rle(level, _) => {
                    before += start * usize::from(level > 0);
                    values += (end - start) * usize::from(level > 0);
                    valid.extend_constant(end - start, level > 0);
                }
                HybridRleChunk::Bitpacked(bits) => {
                    let bits = bits.as_slice();
                    before += start - count_zeros(bits, 0, start);
                    values += end - start - count_zeros(bits, start, end - start);
                    valid.extend_from_slice(bits, start, end - start);
                }
            }
            at += length;
        }
        let count = wanted.len();
        Ok(Some(Rows {
            count,
            before,
            values,
            valid: (values < count).then(|| valid.freeze()),
        }))
    }

    /// Adds the values of the rows that have one, and `none` for the others. `value` gives the values by their place among them.
    pub(super) fn spread<T: Copy>(&self, value: impl Fn(usize) -> T, none: T, into: &mut Vec<T>) {
        let Some(valid) = &self.valid else {
            return into.extend((0..self.values).map(value));
        };
        let start = into.len();
        into.resize(start + self.count, none);
        let Some(last) = self.values.checked_sub(1) else {
            return;
        };
        // Where the next value comes is looked up for every row, which no processor has to guess.
        let mut next = 0;
        for (slot, has_one) in into[start..].iter_mut().zip(valid) {
            let value = value(next.min(last));
            *slot = if has_one { value } else { none };
            next += usize::from(has_one);
        }
    }
}
