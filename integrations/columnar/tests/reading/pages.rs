//! Parquet's pages: whatever packs them, however small they are, wherever their nulls stand, the records are the same.

use polars::prelude::{Column, DataFrame, DataType, ParquetCompression, ParquetWriter, TimeUnit};

use super::seen::{Seen, parquet};

/// Pages of the second version, packed by Snappy, two row groups and a rest; made with pyarrow 26 by
/// `write_table(table, compression="snappy", data_page_version="2.0", data_page_size=200, row_group_size=150, use_dictionary=["name"])`.
pub(super) const SECOND: &[u8] = include_bytes!("second.parquet");

const ROWS: usize = 3000;

/// Whether a row has a value: all, by turns, in runs, hardly any, none.
const PATTERNS: [fn(usize) -> bool; 5] = [
    |_| true,
    |row| row % 3 > 0,
    |row| row / 100 % 2 > 0,
    |row| row == 1234,
    |_| false,
];

fn name(row: usize) -> String {
    format!("operation {}", row % 5)
}

fn start(row: usize) -> i64 {
    1_700_000_000_000_000 + row as i64
}

fn duration(row: usize) -> u64 {
    1 + (row * row) as u64 % 1009
}

fn written(
    known: fn(usize) -> bool,
    compression: ParquetCompression,
    page: Option<usize>,
    group: usize,
) -> Vec<u8> {
    let rows = || 0..ROWS;
    let names: Vec<Option<String>> = rows().map(|row| known(row).then(|| name(row))).collect();
    let starts: Vec<Option<i64>> = rows()
        .map(|row| known(row + 1).then(|| start(row)))
        .collect();
    let columns = vec![
        Column::new("name".into(), names),
        Column::new("start".into(), starts)
            .cast(&DataType::Datetime(TimeUnit::Microseconds, None))
            .expect("instants"),
        Column::new(
            "duration_ns".into(),
            rows().map(duration).collect::<Vec<_>>(),
        ),
        Column::new(
            "error".into(),
            rows()
                .map(|row| known(row + 2).then_some(row % 7 == 0))
                .collect::<Vec<_>>(),
        ),
    ];
    let mut frame = DataFrame::new(ROWS, columns).expect("a table");
    let mut out = Vec::new();
    ParquetWriter::new(&mut out)
        .set_parallel(false)
        .with_compression(compression)
        .with_data_page_size(page)
        .with_row_group_size(Some(group))
        .finish(&mut frame)
        .expect("writes");
    out
}

fn expected(known: fn(usize) -> bool) -> Seen {
    let mut seen = Seen::default();
    for row in 0..ROWS {
        seen.spans.push((
            known(row).then(|| name(row)),
            known(row + 1).then(|| start(row) * 1000),
            Some(duration(row)),
        ));
        if known(row + 2) {
            seen.ended[usize::from(row % 7 == 0)] += 1;
        }
    }
    seen.spans.sort();
    seen
}

#[test]
fn all_that_pack_and_all_sizes_bring_the_same() {
    for (pattern, known) in PATTERNS.into_iter().enumerate() {
        let expected = expected(known);
        for compression in [
            ParquetCompression::Uncompressed,
            ParquetCompression::Snappy,
            ParquetCompression::Gzip(None),
            ParquetCompression::Brotli(None),
            ParquetCompression::Lz4Raw,
            ParquetCompression::Zstd(None),
        ] {
            for (page, group) in [(None, ROWS), (Some(100), 700), (Some(1000), 1000)] {
                let seen = parquet(&written(known, compression, page, group)).expect("reads");
                let what = format!("pattern {pattern}, {compression:?}, {page:?}, {group}");
                assert!(seen.spans == expected.spans, "{what}");
                assert_eq!(seen.ended, expected.ended, "{what}");
                assert!(seen.bad.is_empty(), "{what}: {:?}", seen.bad);
            }
        }
    }
}

/// More rows than are read at once, so that most reading begins within a row group.
#[test]
fn a_row_group_is_read_by_pieces() {
    let rows = 300_000;
    let names: Vec<Option<&str>> = (0..rows).map(|row| (row % 10 > 0).then_some("a")).collect();
    let durations: Vec<Option<i64>> = (0..rows).map(|row| (row % 4 > 0).then_some(row)).collect();
    for page in [None, Some(1 << 12)] {
        let columns = vec![
            Column::new("name".into(), &names),
            Column::new("duration_ns".into(), &durations),
        ];
        let mut frame = DataFrame::new(rows as usize, columns).expect("a table");
        let mut out = Vec::new();
        ParquetWriter::new(&mut out)
            .with_data_page_size(page)
            .with_row_group_size(Some(rows as usize))
            .finish(&mut frame)
            .expect("writes");
        let seen = parquet(&out).expect("reads");
        // Rows with neither are told as such.
        let nothing = (0..rows).filter(|row| row % 20 == 0).count();
        assert_eq!(seen.bad.len(), nothing);
        let mut expected: Vec<_> = (0..rows)
            .filter(|row| row % 20 > 0)
            .map(|row| {
                let name = (row % 10 > 0).then(|| "a".to_owned());
                (name, None, (row % 4 > 0).then_some(row as u64))
            })
            .collect();
        expected.sort();
        assert!(seen.spans == expected);
    }
}

#[test]
fn pages_of_the_second_version() {
    let seen = parquet(SECOND).expect("reads");
    let rows = 400_u64;
    let known = |row: u64, each: u64| !row.is_multiple_of(each);
    let name = |row: u64| [None, Some("a"), Some("bé")][row as usize % 3].map(str::to_owned);
    let is_record = |row: &u64| known(*row, 3) || known(*row, 7) || known(*row, 11);
    let mut expected: Vec<_> = (0..rows)
        .filter(is_record)
        .map(|row| {
            let start = (1_700_000_000_000_000 + 1000 * row as i64) * 1000;
            (name(row), Some(start), known(row, 7).then_some(1 + row))
        })
        .collect();
    expected.sort();
    assert_eq!(seen.spans, expected);
    let ended = |failed: bool| {
        let rows = (0..rows).filter(|row| known(*row, 11));
        rows.filter(|row| (row % 5 == 0) == failed).count()
    };
    assert_eq!(seen.ended, [ended(false), ended(true)]);
    assert_eq!(seen.bad.len(), 2);
}

#[test]
fn text_that_is_none_is_told() {
    let mut bytes = written(PATTERNS[0], ParquetCompression::Uncompressed, None, ROWS);
    let places: Vec<usize> = (0..bytes.len() - 11)
        .filter(|at| &bytes[*at..at + 11] == b"operation 3")
        .collect();
    for at in places {
        bytes[at] = 0xff;
    }
    let said = parquet(&bytes).expect_err("refused");
    assert!(said.contains("no valid UTF-8"), "{said}");
}
