//! Types of columns that carry their own unit, columns of the wrong type, and empty text.

use std::io::{Read as _, Seek as _};

use polars::prelude::{Column, DataType, TimeUnit};
use polars_arrow::{
    array::{PrimitiveArray, Utf8Array},
    datatypes::{ArrowDataType, TimeUnit as ArrowUnit},
};

use pss_columnar::{arrow::Arrow, parquet::Parquet};
use pss_integrations::formats::Format;
use pss_metrics::model::Span;

use super::{
    files::{Named, arrow_file, parquet_file},
    seen::{Seen, arrow, parquet},
};

fn name() -> Named {
    ("name", Utf8Array::<i64>::from_slice(["a"]).boxed())
}

fn of(column: &'static str, kind: ArrowDataType, value: i64) -> Named {
    let array = PrimitiveArray::from_vec(vec![value]).to(kind);
    (column, array.boxed())
}

#[test]
fn a_length_of_time_has_the_unit_of_its_column() {
    for (unit, of_a_second) in [
        (ArrowUnit::Second, 1),
        (ArrowUnit::Millisecond, 1_000),
        (ArrowUnit::Microsecond, 1_000_000),
        (ArrowUnit::Nanosecond, 1_000_000_000),
    ] {
        let duration = of("duration", ArrowDataType::Duration(unit), of_a_second);
        let seen = arrow(&arrow_file(&[name(), duration], 1, false)).expect("reads");
        assert_eq!(
            seen.spans,
            [(Some("a".to_owned()), None, Some(1_000_000_000))],
            "{unit:?}"
        );
    }
    for (unit, of_a_second) in [
        (TimeUnit::Milliseconds, 1_000_i64),
        (TimeUnit::Microseconds, 1_000_000),
        (TimeUnit::Nanoseconds, 1_000_000_000),
    ] {
        let duration = Column::new("duration_ms".into(), [of_a_second])
            .cast(&DataType::Duration(unit))
            .expect("casts");
        let names = Column::new("name".into(), ["a"]);
        let seen = parquet(&parquet_file(vec![names, duration], 1)).expect("reads");
        assert_eq!(
            seen.spans,
            [(Some("a".to_owned()), None, Some(1_000_000_000))],
            "{unit:?}"
        );
    }
}

#[test]
fn a_negative_length_of_time_is_a_bad_record() {
    let kind = ArrowDataType::Duration(ArrowUnit::Millisecond);
    let columns = [
        ("name", Utf8Array::<i64>::from_slice(["a", "b"]).boxed()),
        (
            "duration",
            PrimitiveArray::from_vec(vec![-1_i64, 1]).to(kind).boxed(),
        ),
    ];
    let seen = arrow(&arrow_file(&columns, 1, false)).expect("reads");
    assert_eq!(seen.spans.len(), 1);
    assert!(seen.bad[0].contains("`duration` is negative"), "{seen:?}");
}

#[test]
fn days_are_instants() {
    let days = PrimitiveArray::from_vec(vec![19_847_i32]).to(ArrowDataType::Date32);
    let second = of("duration", ArrowDataType::Duration(ArrowUnit::Second), 1);
    let columns = [name(), ("start", days.boxed()), second];
    let seen = arrow(&arrow_file(&columns, 1, false)).expect("reads");
    assert_eq!(
        seen.spans,
        [(
            Some("a".to_owned()),
            Some(1_714_780_800_000_000_000),
            Some(1_000_000_000)
        )]
    );
}

#[test]
fn instants_beyond_64_bits_of_nanoseconds_are_bad_records() {
    let seconds = ArrowDataType::Timestamp(ArrowUnit::Second, None);
    let starts = PrimitiveArray::from_vec(vec![1_i64, 10_000_000_000]).to(seconds);
    let columns = [
        ("name", Utf8Array::<i64>::from_slice(["a", "b"]).boxed()),
        ("start", starts.boxed()),
        ("duration", PrimitiveArray::from_vec(vec![1_i64, 1]).boxed()),
    ];
    let seen = arrow(&arrow_file(&columns, 1, false)).expect("reads");
    assert_eq!(seen.spans.len(), 1);
    assert!(seen.bad[0].contains("1677 to 2262"), "{seen:?}");

    let lengths = ArrowDataType::Duration(ArrowUnit::Second);
    let took = PrimitiveArray::from_vec(vec![1_i64, 10_000_000_000]).to(lengths);
    let columns = [
        ("name", Utf8Array::<i64>::from_slice(["a", "b"]).boxed()),
        ("duration", took.boxed()),
    ];
    let seen = arrow(&arrow_file(&columns, 1, false)).expect("reads");
    assert_eq!(seen.spans.len(), 1);
    assert!(seen.bad[0].contains("292 years"), "{seen:?}");
}

#[test]
fn a_column_of_no_useful_cell_is_the_wrong_one() {
    let columns = [
        ("name", Utf8Array::<i64>::from_slice(["a", "b"]).boxed()),
        (
            "duration",
            Utf8Array::<i64>::from_slice(["fast", "slow"]).boxed(),
        ),
        ("took", PrimitiveArray::from_vec(vec![1_i64, 2]).boxed()),
    ];
    let said = arrow(&arrow_file(&columns, 3, false)).expect_err("refused");
    for part in ["\"duration\"", "\"fast\"", "name, duration, took"] {
        assert!(said.contains(part), "{said}");
    }
    let columns = vec![
        Column::new("name".into(), ["a", "b"]),
        Column::new("duration".into(), [Some("x"), None]),
    ];
    let said = parquet(&parquet_file(columns, 2)).expect_err("refused");
    assert!(said.contains("no cell of which"), "{said}");
    let columns = vec![
        Column::new("name".into(), ["a", "b"]),
        Column::new("duration".into(), ["x", "1"]),
    ];
    let seen = parquet(&parquet_file(columns, 2)).expect("one is a number");
    assert_eq!((seen.spans.len(), seen.bad.len()), (1, 1));
}

/// One of them may be the one that was meant.
#[test]
fn columns_that_nobody_reads_are_told() {
    let columns = [
        ("name", Utf8Array::<i64>::from_slice(["a"]).boxed()),
        ("duration", PrimitiveArray::from_vec(vec![1_i64]).boxed()),
        ("took", PrimitiveArray::from_vec(vec![1_i64]).boxed()),
    ];
    let frame = vec![
        Column::new("name".into(), ["a"]),
        Column::new("duration".into(), [1]),
        Column::new("took".into(), [1]),
    ];
    for seen in [
        arrow(&arrow_file(&columns, 1, false)),
        parquet(&parquet_file(frame, 1)),
    ] {
        let told = seen.expect("reads").notices;
        assert_eq!(told, ["has columns that nobody reads: took"]);
    }
    let known = [columns[0].clone(), columns[1].clone()];
    let seen = arrow(&arrow_file(&known, 1, false)).expect("reads");
    assert!(seen.notices.is_empty(), "{seen:?}");
}

#[test]
fn empty_text_is_kept_apart_from_none() {
    type Read = fn(&[u8]) -> Result<Seen, String>;
    let forms: [(&dyn Format, Read); 2] = [(&Parquet, parquet), (&Arrow, arrow)];
    for (format, read) in forms {
        let mut file = tempfile::tempfile().expect("a file");
        let out = file.try_clone().expect("a handle");
        let mut writer = format.writer(Box::new(out)).expect("writes");
        for name in [None, Some(""), Some("a")] {
            writer.span(&Span {
                name,
                duration: Some(1),
                ..Span::default()
            });
        }
        writer.finish().expect("ends");
        let mut bytes = Vec::new();
        file.rewind().expect("seeks");
        file.read_to_end(&mut bytes).expect("reads");
        let seen = read(&bytes).expect("reads");
        let names: Vec<Option<&str>> = seen.spans.iter().map(|span| span.0.as_deref()).collect();
        assert_eq!(names, [None, Some(""), Some("a")]);
    }
    // Others write empty text where they have none.
    let columns = vec![
        Column::new("name".into(), [""]),
        Column::new("duration".into(), [1]),
    ];
    let seen = parquet(&parquet_file(columns, 1)).expect("reads");
    assert_eq!(seen.spans[0].0, None);
}
