//! What the values of a column are, and how they lie in its pages.

use polars_arrow::datatypes::{ArrowDataType, TimeUnit};
use polars_parquet::parquet::{
    metadata::ColumnChunkMetadata,
    schema::types::{PhysicalType, PrimitiveLogicalType, TimeUnit as Unit},
};
use polars_parquet_format::Encoding;

/// One of those that are read here.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Kind {
    Text,
    Bool,
    Int64,
    Int32,
    Unsigned64,
    Unsigned32,
    Float64,
    Float32,
    /// Instants, with what makes nanoseconds of them.
    Instant(i64),
    Days,
    Time(i64),
}

impl Kind {
    /// `None` where polars has to read it.
    pub(super) fn of(column: &ColumnChunkMetadata, kind: &ArrowDataType) -> Option<Kind> {
        use ArrowDataType as Type;
        let primitive = &column.descriptor().descriptor.primitive_type;
        Some(match (primitive.physical_type, kind) {
            (PhysicalType::ByteArray, Type::Utf8View) => Kind::Text,
            (PhysicalType::Boolean, Type::Boolean) => Kind::Bool,
            (PhysicalType::Int64, Type::Int64) => Kind::Int64,
            (PhysicalType::Int64, Type::UInt64) => Kind::Unsigned64,
            (PhysicalType::Int32, Type::Int8 | Type::Int16 | Type::Int32) => Kind::Int32,
            (PhysicalType::Int32, Type::UInt8 | Type::UInt16 | Type::UInt32) => Kind::Unsigned32,
            (PhysicalType::Double, Type::Float64) => Kind::Float64,
            (PhysicalType::Float, Type::Float32) => Kind::Float32,
            (PhysicalType::Int32, Type::Date32) => Kind::Days,
            (PhysicalType::Int64, Type::Timestamp(..)) => match primitive.logical_type {
                Some(PrimitiveLogicalType::Timestamp { unit, .. }) => Kind::Instant(match unit {
                    Unit::Nanoseconds => 1,
                    Unit::Microseconds => 1_000,
                    Unit::Milliseconds => 1_000_000,
                }),
                _ => return None,
            },
            (PhysicalType::Int64, Type::Duration(unit)) => Kind::Time(match unit {
                TimeUnit::Nanosecond => 1,
                TimeUnit::Microsecond => 1_000,
                TimeUnit::Millisecond => 1_000_000,
                TimeUnit::Second => 1_000_000_000,
            }),
            _ => return None,
        })
    }

    /// Whether values of the kind may be written so.
    pub(super) fn may_be(self, encoding: Encoding) -> bool {
        match self {
            Kind::Bool => matches!(encoding, Encoding::PLAIN | Encoding::RLE),
            _ => matches!(
                encoding,
                Encoding::PLAIN | Encoding::PLAIN_DICTIONARY | Encoding::RLE_DICTIONARY
            ),
        }
    }
}
