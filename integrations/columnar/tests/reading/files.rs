//! Small files, as other programs write them.

use std::sync::Arc;

use polars::prelude::{Column, DataFrame, ParquetWriter};
use polars_arrow::{
    array::Array,
    datatypes::{ArrowSchema, Field},
    io::ipc::write::{Compression, FileWriter, StreamWriter, WriteOptions},
    record_batch::RecordBatchT,
};

/// A column's name and values.
pub(crate) type Named = (&'static str, Box<dyn Array>);

fn batch(columns: &[Named]) -> (ArrowSchema, RecordBatchT<Box<dyn Array>>) {
    let schema: ArrowSchema = columns
        .iter()
        .map(|(name, array)| {
            let name: polars::prelude::PlSmallStr = (*name).into();
            (name.clone(), Field::new(name, array.dtype().clone(), true))
        })
        .collect();
    let arrays: Vec<Box<dyn Array>> = columns.iter().map(|(_, array)| array.clone()).collect();
    let height = arrays[0].len();
    let batch = RecordBatchT::new(height, Arc::new(schema.clone()), arrays);
    (schema, batch)
}

fn options(compressed: bool) -> WriteOptions {
    WriteOptions {
        compression: compressed.then_some(Compression::ZSTD(Default::default())),
    }
}

/// An Arrow file whose one batch comes so many times.
pub(crate) fn arrow_file(columns: &[Named], times: usize, compressed: bool) -> Vec<u8> {
    let (schema, batch) = batch(columns);
    let mut out = Vec::new();
    let mut writer =
        FileWriter::try_new(&mut out, Arc::new(schema), None, options(compressed)).expect("starts");
    for _ in 0..times {
        writer.write(&batch, None).expect("writes");
    }
    writer.finish().expect("ends");
    drop(writer);
    out
}

/// An Arrow stream whose one batch comes so many times.
pub(crate) fn arrow_stream(columns: &[Named], times: usize, compressed: bool) -> Vec<u8> {
    let (schema, batch) = batch(columns);
    let mut out = Vec::new();
    let mut writer = StreamWriter::new(&mut out, options(compressed));
    writer.start(&schema, None).expect("starts");
    for _ in 0..times {
        writer.write(&batch, None).expect("writes");
    }
    writer.finish().expect("ends");
    drop(writer);
    out
}

/// A Parquet file of row groups of 8 rows.
pub(crate) fn parquet_file(columns: Vec<Column>, height: usize) -> Vec<u8> {
    parquet_of(columns, height, 8)
}

/// A Parquet file.
pub(crate) fn parquet_of(columns: Vec<Column>, height: usize, group: usize) -> Vec<u8> {
    let mut out = Vec::new();
    let mut frame = DataFrame::new(height, columns).expect("a table");
    ParquetWriter::new(&mut out)
        .set_parallel(false)
        .with_row_group_size(Some(group))
        .finish(&mut frame)
        .expect("writes");
    out
}
