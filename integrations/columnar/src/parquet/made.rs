//! What is made of pages: numbers, truths, and texts of which each is kept once.

use polars_arrow::{
    array::{BooleanArray, PrimitiveArray},
    bitmap::Bitmap,
    datatypes::ArrowDataType,
    types::NativeType,
};
use pss_integrations::formats::DecodeError;

use super::{
    gather::{Gather, Room, Wanted, gather, with_length},
    levels::Rows,
};
use crate::{
    hands::damaged,
    values::Values,
    words::{NONE, Words},
};

struct Numbers<T, F, const WIDTH: usize> {
    read: F,
    dictionary: Vec<T>,
    values: Vec<T>,
}

impl<T, F, const WIDTH: usize> Gather for Numbers<T, F, WIDTH>
where
    T: Copy + Default,
    F: Fn([u8; WIDTH]) -> T,
{
    fn dictionary(&mut self, page: &[u8], count: usize) -> Option<()> {
        let page = page.get(..count * WIDTH)?.as_chunks().0;
        self.dictionary = page.iter().map(|bytes| (self.read)(*bytes)).collect();
        Some(())
    }

    fn plain(&mut self, page: &[u8], rows: &Rows) -> Option<()> {
        let page = page.get(rows.before * WIDTH..(rows.before + rows.values) * WIDTH)?;
        let page = page.as_chunks().0;
        rows.spread(|at| (self.read)(page[at]), T::default(), &mut self.values);
        Some(())
    }

    fn chosen(&mut self, chosen: &[u32], rows: &Rows) -> Option<()> {
        let dictionary = &self.dictionary[..];
        if chosen.iter().any(|at| *at as usize >= dictionary.len()) {
            return None;
        }
        let value = |at: usize| dictionary[chosen[at] as usize];
        rows.spread(value, T::default(), &mut self.values);
        Some(())
    }
}

/// A column of numbers, each of so many bytes.
pub(super) fn numbers<T: NativeType, const WIDTH: usize>(
    wanted: Wanted<'_>,
    room: &mut Room,
    read: impl Fn([u8; WIDTH]) -> T,
    made: impl Fn(PrimitiveArray<T>) -> Values,
) -> Result<Values, DecodeError> {
    let mut numbers = Numbers {
        read,
        dictionary: Vec::new(),
        values: Vec::with_capacity(wanted.2.len()),
    };
    let valid = gather(wanted, room, &mut numbers)?;
    Ok(valid.map_or(Values::Nothing, |valid| {
        let kind = T::PRIMITIVE.into();
        made(PrimitiveArray::new(kind, numbers.values.into(), valid))
    }))
}

struct Bools(Vec<bool>);

impl Gather for Bools {
    fn dictionary(&mut self, _: &[u8], _: usize) -> Option<()> {
        None
    }

    fn plain(&mut self, page: &[u8], rows: &Rows) -> Option<()> {
        let end = rows.before + rows.values;
        let page = page.get(..end.div_ceil(8))?;
        let bit = |at: usize| page[at / 8] >> (at % 8) & 1 > 0;
        rows.spread(|at| bit(rows.before + at), false, &mut self.0);
        Some(())
    }

    fn chosen(&mut self, chosen: &[u32], rows: &Rows) -> Option<()> {
        rows.spread(|at| chosen[at] > 0, false, &mut self.0);
        Some(())
    }
}

/// A column of truths.
pub(super) fn bools(wanted: Wanted<'_>, room: &mut Room) -> Result<Values, DecodeError> {
    let mut bools = Bools(Vec::with_capacity(wanted.2.len()));
    let valid = gather(wanted, room, &mut bools)?;
    Ok(valid.map_or(Values::Nothing, |valid| {
        let values = Bitmap::from_iter(bools.0);
        Values::Bool(BooleanArray::new(ArrowDataType::Boolean, values, valid))
    }))
}

struct Texts {
    bytes: Vec<u8>,
    ends: Vec<usize>,
    rows: Vec<u32>,
    dictionary: usize,
}

impl Texts {
    /// Adds words that lie one behind another, each behind its length, but for some at the beginning.
    fn add(&mut self, mut page: &[u8], but: usize, count: usize) -> Option<()> {
        for at in 0..but + count {
            let (word, rest) = with_length(page)?;
            page = rest;
            if at >= but {
                self.bytes.extend_from_slice(word);
                self.ends.push(self.bytes.len());
            }
        }
        Some(())
    }
}

impl Gather for Texts {
    fn dictionary(&mut self, page: &[u8], count: usize) -> Option<()> {
        self.dictionary = count;
        self.add(page, 0, count)
    }

    fn plain(&mut self, page: &[u8], rows: &Rows) -> Option<()> {
        let first = self.ends.len() as u32 - 1;
        self.add(page, rows.before, rows.values)?;
        rows.spread(|at| first + at as u32, NONE, &mut self.rows);
        Some(())
    }

    fn chosen(&mut self, chosen: &[u32], rows: &Rows) -> Option<()> {
        if chosen.iter().any(|at| *at as usize >= self.dictionary) {
            return None;
        }
        rows.spread(|at| chosen[at], NONE, &mut self.rows);
        Some(())
    }
}

/// A column of texts.
pub(super) fn texts(wanted: Wanted<'_>, room: &mut Room) -> Result<Values, DecodeError> {
    let mut texts = Texts {
        bytes: Vec::new(),
        ends: vec![0],
        rows: Vec::with_capacity(wanted.2.len()),
        dictionary: 0,
    };
    if gather(wanted, room, &mut texts)?.is_none() {
        return Ok(Values::Nothing);
    }
    Words::of(texts.bytes, texts.ends, texts.rows)
        .map(Values::Words)
        .ok_or_else(|| damaged("a column of text has bytes that are none: no valid UTF-8"))
}
