//! Columns with one value or none a row, in the encodings that nearly all files have. What else there is, polars reads.

use std::{fs::File, ops::Range};

use polars_arrow::datatypes::ArrowDataType;
use polars_parquet::parquet::{compression::Compression, metadata::ColumnChunkMetadata};
use pss_integrations::formats::DecodeError;

use super::{
    gather::Room,
    kind::Kind,
    made::{bools, numbers, texts},
    pages::{Form, Page},
};
use crate::values::Values;

/// Such a column in one row group.
pub(super) struct Flat {
    kind: Kind,
    /// Whether a row may have none.
    pub(super) optional: bool,
    pub(super) compression: Compression,
    pub(super) pages: Vec<Page>,
}

impl Flat {
    /// `None` where polars has to read it. `kind` is what polars makes of the column.
    pub(super) fn of(
        column: &ColumnChunkMetadata,
        kind: &ArrowDataType,
        pages: Vec<Page>,
    ) -> Option<Flat> {
        let descriptor = column.descriptor();
        let levels = &descriptor.descriptor;
        let is_flat = descriptor.path_in_schema.len() == 1
            && levels.max_rep_level == 0
            && (0..=1).contains(&levels.max_def_level);
        let kind = Kind::of(column, kind).filter(|_| is_flat)?;
        let readable = pages.iter().enumerate().all(|(at, page)| match page.form {
            Form::Dictionary => at == 0,
            Form::Together(encoding) => kind.may_be(encoding),
            Form::Apart { encoding, .. } => kind.may_be(encoding),
            Form::Other => false,
        });
        readable.then(|| Flat {
            kind,
            optional: levels.max_def_level == 1,
            compression: column.compression(),
            pages,
        })
    }

    /// Whether its values are texts.
    pub(super) fn is_text(&self) -> bool {
        self.kind == Kind::Text
    }

    /// The values of some of its rows.
    ///
    /// # Errors
    /// A page that does not hold what it should.
    pub(super) fn read(
        &self,
        file: &File,
        rows: Range<usize>,
        room: &mut Room,
    ) -> Result<Values, DecodeError> {
        let wanted = (self, file, rows);
        match self.kind {
            Kind::Text => texts(wanted, room),
            Kind::Bool => bools(wanted, room),
            Kind::Int64 => numbers(wanted, room, i64::from_le_bytes, Values::Int),
            Kind::Int32 => {
                let widen = |bytes| i64::from(i32::from_le_bytes(bytes));
                numbers(wanted, room, widen, Values::Int)
            }
            Kind::Unsigned64 => numbers(wanted, room, u64::from_le_bytes, Values::Unsigned),
            Kind::Unsigned32 => {
                let widen = |bytes| u64::from(u32::from_le_bytes(bytes));
                numbers(wanted, room, widen, Values::Unsigned)
            }
            Kind::Float64 => numbers(wanted, room, f64::from_le_bytes, Values::Float),
            Kind::Float32 => {
                let widen = |bytes| f64::from(f32::from_le_bytes(bytes));
                numbers(wanted, room, widen, Values::Float)
            }
            Kind::Instant(factor) => numbers(wanted, room, i64::from_le_bytes, |values| {
                Values::Instant(values, factor)
            }),
            Kind::Days => {
                let widen = |bytes| i64::from(i32::from_le_bytes(bytes));
                numbers(wanted, room, widen, |values| {
                    Values::Instant(values, 86_400_000_000_000)
                })
            }
            Kind::Time(factor) => numbers(wanted, room, i64::from_le_bytes, |values| {
                Values::Time(values, factor)
            }),
        }
    }
}
