//! A piece of a table as typed columns, which become records row by row.

use std::ops::Range;

use polars::prelude::*;
use polars_arrow::{
    array::{Array, PrimitiveArray},
    bitmap::utils::BitmapIter,
    types::NativeType,
};
use pss_integrations::formats::{
    Sink,
    table::{Cell, Columns, Draft, Place, RowReader},
};

use crate::{judged::Judged, words::Words};

/// Rows that are filled together, column by column: few enough to stay in a processor's second cache.
const TOGETHER: usize = 512;

/// The one chunk of a column.
pub(crate) type Chunk<T> = <T as PolarsDataType>::Array;

/// One column, in one chunk: which chunk a row lies in would be asked for each cell otherwise.
pub(crate) enum Values {
    Text(Chunk<StringType>),
    Words(Words),
    Int(Chunk<Int64Type>),
    Unsigned(Chunk<UInt64Type>),
    Float(Chunk<Float64Type>),
    Bool(Chunk<BooleanType>),
    /// Dates or lengths of time, with what makes nanoseconds of them.
    Instant(Chunk<Int64Type>, i64),
    Time(Chunk<Int64Type>, i64),
    /// Maps, each from its first to before its last pair.
    Pairs(Vec<(String, String)>, Vec<Range<usize>>),
    /// Null in every row.
    Nothing,
}

impl Values {
    /// The texts that rows have by their place, where they do.
    fn words(&self) -> Vec<&str> {
        match self {
            Values::Words(words) => words.all(),
            _ => Vec::new(),
        }
    }

    /// Adds some rows to what is made of them. `words` are those of [`Values::words`].
    fn fill<'a>(
        &'a self,
        words: &[&'a str],
        rows: Range<usize>,
        place: &Place,
        drafts: &mut [Draft<'a>],
    ) {
        match self {
            Values::Int(values) => fill(values, rows, place, drafts, Cell::Int),
            Values::Unsigned(values) => fill(values, rows, place, drafts, Cell::Unsigned),
            Values::Float(values) => fill(values, rows, place, drafts, Cell::Float),
            Values::Instant(values, factor) => fill(values, rows, place, drafts, |value| {
                nanoseconds(Some(value), *factor, Cell::Instant)
            }),
            Values::Time(values, factor) => fill(values, rows, place, drafts, |value| {
                nanoseconds(Some(value), *factor, Cell::Length)
            }),
            Values::Words(of) => {
                let texts = drafts.iter_mut().zip(&of.rows()[rows]);
                place.fill(texts.filter_map(|(draft, word)| {
                    let text = words.get(*word as usize)?;
                    Some((draft, Cell::Text(text)))
                }));
            }
            Values::Text(_) | Values::Bool(_) | Values::Pairs(..) => {
                place.fill(drafts.iter_mut().zip(rows.map(|row| self.cell(row))));
            }
            Values::Nothing => {}
        }
    }

    /// Whether there is a value for each of so many rows: of what is damaged polars does not always see to that.
    pub(crate) fn has(&self, rows: usize) -> bool {
        let (length, valid) = match self {
            Values::Text(values) => (values.len(), values.validity()),
            Values::Int(values) | Values::Instant(values, _) | Values::Time(values, _) => {
                (values.values().len(), values.validity())
            }
            Values::Unsigned(values) => (values.values().len(), values.validity()),
            Values::Float(values) => (values.values().len(), values.validity()),
            Values::Bool(values) => (values.len(), values.validity()),
            Values::Words(words) => (words.len(), None),
            Values::Pairs(_, rows) => (rows.len(), None),
            Values::Nothing => return true,
        };
        length == rows && valid.is_none_or(|valid| valid.len() == rows)
    }

    /// Whether some of the values are null, as far as is known without a look at each.
    pub(crate) fn may_be_null(&self) -> bool {
        let valid = match self {
            Values::Int(values) | Values::Instant(values, _) | Values::Time(values, _) => {
                values.validity()
            }
            Values::Unsigned(values) => values.validity(),
            Values::Float(values) => values.validity(),
            Values::Text(values) => values.validity(),
            _ => return true,
        };
        valid.is_some_and(|valid| valid.unset_bits() > 0)
    }

    fn cell(&self, row: usize) -> Cell<'_> {
        match self {
            Values::Text(values) => values.get(row).map_or(Cell::Null, Cell::Text),
            Values::Words(words) => words.get(row).map_or(Cell::Null, Cell::Text),
            Values::Int(values) => values.get(row).map_or(Cell::Null, Cell::Int),
            Values::Unsigned(values) => values.get(row).map_or(Cell::Null, Cell::Unsigned),
            Values::Float(values) => values.get(row).map_or(Cell::Null, Cell::Float),
            Values::Bool(values) => values.get(row).map_or(Cell::Null, Cell::Bool),
            Values::Instant(values, factor) => nanoseconds(values.get(row), *factor, Cell::Instant),
            Values::Time(values, factor) => nanoseconds(values.get(row), *factor, Cell::Length),
            Values::Pairs(pairs, rows) => Cell::Pairs(&pairs[rows[row].clone()]),
            Values::Nothing => Cell::Null,
        }
    }
}

/// Adds rows of a column without nulls, or with them, to what is made of those rows.
fn fill<'a, T: NativeType>(
    values: &PrimitiveArray<T>,
    rows: Range<usize>,
    place: &Place,
    drafts: &mut [Draft<'a>],
    cell: impl Fn(T) -> Cell<'a>,
) {
    let drafts = drafts.iter_mut().zip(&values.values()[rows.clone()]);
    let cells = drafts.map(|(draft, value)| (draft, cell(*value)));
    match values.validity() {
        None => place.fill(cells),
        Some(valid) => {
            let (bits, offset, _) = valid.as_slice();
            let known = BitmapIter::new(bits, offset + rows.start, rows.len());
            let cells = cells.zip(known);
            place.fill(cells.filter_map(|(cell, known)| known.then_some(cell)));
        }
    }
}

fn nanoseconds(value: Option<i64>, factor: i64, cell: fn(i64) -> Cell<'static>) -> Cell<'static> {
    value.map_or(Cell::Null, |value| {
        value.checked_mul(factor).map_or(Cell::TooFar, cell)
    })
}

/// Pushes so many rows, of which `values` has the columns, those of `columns` in their order; the first row is number `first` of the file.
pub(crate) fn push(
    values: &[Values],
    height: usize,
    columns: &Columns,
    judged: &Judged,
    first: u64,
    sink: &mut dyn Sink,
) {
    let rows = RowReader::new(columns).without(|at| matches!(values[at], Values::Nothing));
    let mut open = judged.open(&rows);
    open.retain(|at| !matches!(values[*at], Values::Nothing));
    let words: Vec<Vec<&str>> = values.iter().map(Values::words).collect();
    let mut drafts = Vec::with_capacity(TOGETHER);
    for start in (0..height).step_by(TOGETHER) {
        let these = start..height.min(start + TOGETHER);
        drafts.clear();
        drafts.resize_with(these.len(), Draft::default);
        for place in rows.places() {
            let words = &words[place.at];
            values[place.at].fill(words, these.clone(), place, &mut drafts);
        }
        for (row, draft) in these.zip(&mut drafts) {
            if !open.is_empty() {
                judged.look(&mut open, &rows, |at| values[at].cell(row));
            }
            let outcome = rows.finish(draft, sink);
            sink.record(first + row as u64, outcome);
        }
        if sink.interrupted() {
            break;
        }
    }
}
