//! Files that were cut or changed: records or a reason, whatever the bytes.

use polars::prelude::Column;
use polars_arrow::{
    array::{PrimitiveArray, Utf8Array, new_null_array},
    datatypes::ArrowDataType,
};
use pss_metrics::plugin::caught;

use super::{
    files::{Named, arrow_file, arrow_stream, parquet_file, parquet_of},
    pages::SECOND,
    seen::{Seen, arrow, parquet},
};

const ROWS: usize = 20;

fn columns() -> Vec<Named> {
    let names: Vec<String> = (0..ROWS)
        .map(|at| format!("operation {}", at % 3))
        .collect();
    let durations = (0..ROWS as i64).map(|at| 1 + at * 7).collect::<Vec<_>>();
    vec![
        ("name", Utf8Array::<i64>::from_slice(names).boxed()),
        ("duration_ms", PrimitiveArray::from_vec(durations).boxed()),
    ]
}

fn table() -> Vec<u8> {
    let names: Vec<String> = (0..ROWS)
        .map(|at| format!("operation {}", at % 3))
        .collect();
    let durations: Vec<Option<f64>> = (0..ROWS)
        .map(|at| (at % 5 > 0).then_some(at as f64))
        .collect();
    let columns = vec![
        Column::new("name".into(), names),
        Column::new("duration_ms".into(), durations),
    ];
    parquet_file(columns, ROWS)
}

type Read = fn(&[u8]) -> Result<Seen, String>;

/// Each form with its bytes and its reader.
fn forms() -> Vec<(&'static str, Vec<u8>, Read)> {
    vec![
        ("a file", arrow_file(&columns(), 2, false), arrow),
        ("a compressed file", arrow_file(&columns(), 2, true), arrow),
        ("a stream", arrow_stream(&columns(), 2, false), arrow),
        (
            "a compressed stream",
            arrow_stream(&columns(), 2, true),
            arrow,
        ),
        ("a table", table(), parquet),
        ("a table of the second version", SECOND.to_vec(), parquet),
    ]
}

#[test]
fn every_cut_is_told() {
    for (what, bytes, read) in forms() {
        let whole = read(&bytes).expect("reads");
        assert!(whole.notices.is_empty(), "{what}: {whole:?}");
        for cut in 4..bytes.len() {
            match read(&bytes[..cut]) {
                Ok(seen) => assert!(
                    seen.notices
                        .iter()
                        .any(|notice| notice.contains("truncated")),
                    "{what} at {cut} of {}: {seen:?}",
                    bytes.len()
                ),
                Err(said) => assert!(
                    said.contains("truncated or damaged"),
                    "{what} at {cut}: {said}"
                ),
            }
        }
    }
}

#[test]
fn a_stream_that_ends_between_batches_is_read_with_a_notice() {
    let whole = arrow_stream(&columns(), 2, false);
    let seen = arrow(&whole[..whole.len() - 8]).expect("reads");
    assert_eq!(seen.spans.len(), 2 * ROWS);
    assert_eq!(
        seen.notices,
        ["ends without its end mark: it may be truncated"]
    );
}

#[test]
fn a_buffer_may_not_ask_for_more_than_a_file_can_hold() {
    let whole = arrow_file(&columns(), 1, true);
    let honest = i64::try_from(ROWS * 8).expect("few").to_le_bytes();
    let places: Vec<usize> = (0..whole.len() - 8)
        .filter(|at| whole[*at..*at + 8] == honest)
        .collect();
    assert!(!places.is_empty(), "a compressed buffer has its length");
    for at in places {
        let mut greedy = whole.clone();
        greedy[at + 6] = 0xff;
        let said = arrow(&greedy).expect_err("refused");
        assert!(said.contains("damaged"), "{said}");
    }
}

#[test]
fn a_page_may_not_ask_for_more_than_its_column_holds() {
    let rows = 1 << 17;
    let names: Vec<String> = (0..rows)
        .map(|at| format!("operation number {at:08}"))
        .collect();
    let columns = vec![
        Column::new("name".into(), names),
        Column::new("duration".into(), vec![1_i64; rows]),
    ];
    let mut bytes = parquet_of(columns, rows, rows);
    assert_eq!(parquet(&bytes).expect("reads").spans.len(), rows);
    // The first page's header: its type, and what it holds as a number of four bytes.
    assert_eq!((bytes[4], bytes[6]), (0x15, 0x15));
    assert!(bytes[7..10].iter().all(|byte| byte & 0x80 > 0) && bytes[10] & 0x80 == 0);
    bytes[7..11].copy_from_slice(&[0xfe, 0xff, 0xff, 0x7f]);
    let said = parquet(&bytes).expect_err("refused");
    assert!(
        said.contains("a page is said to hold 134217727 bytes"),
        "{said}"
    );
}

#[test]
fn a_column_of_a_type_that_is_not_known_is_named_where_it_is_needed() {
    let halves = || new_null_array(ArrowDataType::Float16, ROWS);
    let mut with_halves = columns();
    with_halves.push(("ratio", halves()));
    let seen = arrow(&arrow_file(&with_halves, 1, false)).expect("nobody needs it");
    assert_eq!(seen.spans.len(), ROWS);
    let needed = vec![columns().remove(0), ("duration", halves())];
    let said = arrow(&arrow_file(&needed, 1, false)).expect_err("refused");
    assert!(said.contains("\"duration\""), "{said}");
}

/// Cases of each form: `FUZZ_CASES` for more than the usual, `FUZZ_SEED` for others.
#[test]
fn changed_bytes_bring_records_or_a_reason() {
    let given = |name| std::env::var(name).ok()?.parse().ok();
    let mut state: u64 = given("FUZZ_SEED").unwrap_or(0x2545_f491_4f6c_dd1d);
    let cases = given("FUZZ_CASES").unwrap_or(300);
    let mut next = move |below: usize| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % below
    };
    let (mut refused, mut read_all_the_same) = (0, 0);
    for (what, bytes, read) in forms() {
        for case in 0..cases {
            let mut changed = bytes.clone();
            for _ in 0..=next(3) {
                let at = next(changed.len());
                let end = (at + next(64)).min(changed.len());
                match next(8) {
                    0 => drop(changed.drain(at..end.min(changed.len() - 1))),
                    1 => changed.extend_from_within(at..end),
                    2 => {
                        let middle = changed.len() / 2;
                        changed.copy_within(at..end, middle);
                    }
                    _ => changed[at] = [0, 1, 0x7f, 0x80, 0xff, next(256) as u8][next(6)],
                }
            }
            let answer = caught(|| read(&changed));
            let answer = answer.unwrap_or_else(|why| panic!("{what}, case {case}: {why}"));
            match answer {
                Ok(_) => read_all_the_same += 1,
                Err(said) => {
                    refused += 1;
                    assert!(!said.is_empty());
                }
            }
        }
    }
    println!("{refused} refused, {read_all_the_same} read");
    assert!(refused > cases, "only {refused} were refused");
}
