//! `.pss` summaries and real traces.

use std::{io::Write, path::Path};

use crate::work::{Work, lines, record};

fn same(a: &serde_json::Value, b: &serde_json::Value) {
    for part in ["pss", "metrics", "operations", "timeline"] {
        assert_eq!(a[part], b[part], "{part}");
    }
    for count in ["records", "spans", "samples", "bad_records"] {
        assert_eq!(a["input"][count], b["input"][count], "{count}");
    }
}

#[test]
fn summaries_analysed_together_equal_their_inputs() {
    let work = Work::new();
    work.write("a.jsonl", lines(300)).write(
        "b.jsonl",
        (250..900).map(|i| record(i) + "\n").collect::<String>(),
    );
    work.report(&["a.jsonl", "--export", "summary=a.pss"]);
    work.report(&["b.jsonl", "--export", "summary=b.pss"]);
    let both = work.report(&["a.jsonl", "b.jsonl"]);
    same(&work.report(&["a.pss", "b.pss"]), &both);
    same(&work.report(&["b.pss", "a.jsonl"]), &both);
    work.report(&["a.pss", "b.pss", "--export", "summary=c.pss"]);
    same(&work.report(&["c.pss"]), &both);
}

#[test]
fn damaged_and_foreign_summaries_are_refused() {
    let work = Work::new();
    work.write("t.jsonl", lines(300))
        .report(&["t.jsonl", "--export", "summary=t.pss"]);
    let plain = zstd::decode_all(&std::fs::read(work.path("t.pss")).expect("a file")[..])
        .expect("a zstd file");
    let refused = |change: &dyn Fn(&mut Vec<u8>), says: &str| {
        let mut bytes = plain.clone();
        change(&mut bytes);
        work.write(
            "x.pss",
            zstd::encode_all(&bytes[..], 1).expect("compresses"),
        );
        work.pss(&["analyze", "x.pss"]).fails(3, &["x.pss", says]);
    };
    refused(&|bytes| bytes[100] ^= 1, "damaged");
    refused(&|bytes| bytes.truncate(200), "damaged");
    refused(&|bytes| bytes[4] = 9, "format version 9");
}

#[test]
fn reports_follow_their_schema() {
    let schema = std::fs::read_to_string(
        Path::new(env!("CARGO_MANIFEST_DIR")).join("metrics/report.schema.json"),
    )
    .expect("the schema is in the repository");
    let schema: serde_json::Value = serde_json::from_str(&schema).expect("JSON");
    let validator = jsonschema::validator_for(&schema).expect("a valid schema");
    let checkout = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples/checkout/traces.jsonl");
    let work = Work::new();
    work.write("t.jsonl", lines(5));
    for input in [checkout.to_str().expect("text"), "t.jsonl"] {
        let report = work.report(&[input]);
        let errors: Vec<String> = validator
            .iter_errors(&report)
            .map(|error| error.to_string())
            .collect();
        assert!(errors.is_empty(), "{errors:?}");
        let lost: f64 = report["metrics"]
            .as_array()
            .expect("a list")
            .iter()
            .map(|metric| metric["points"].as_f64().expect("a number"))
            .sum();
        if let Some(score) = report["pss"]["score"].as_f64() {
            assert!((100.0 - score - lost).abs() < 1e-9);
        }
    }
}

/// Windows of real systems: those in the repository, and all others where they lie beside it.
#[test]
fn every_real_window_yields_a_report() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let more = root.join("../shared/data/nezha-dev");
    let mut folders = vec![root.join("tests/fixtures/nezha")];
    if more.is_dir() {
        folders.push(more);
    } else {
        // Not by a macro, of which the output of tests that pass is kept back.
        let _ = writeln!(
            std::io::stderr(),
            "the 202 windows beside the repository are not here: only those in tests/fixtures/nezha are read"
        );
    }
    let work = Work::new();
    let mut read = 0;
    for folder in folders {
        // In the debug profile a tenth of the larger folder is enough.
        let step = if read > 0 { 10 } else { 1 };
        let mut files: Vec<_> = std::fs::read_dir(folder)
            .expect("a folder")
            .filter_map(|entry| Some(entry.ok()?.path()))
            .filter(|path| path.to_string_lossy().ends_with(".jsonl.gz"))
            .collect();
        files.sort();
        for file in files.iter().step_by(step) {
            let report = work.report(&[file.to_str().expect("text")]);
            let score = report["pss"]["score"].as_f64().expect("a score");
            assert!(
                (20.0..=100.0).contains(&score),
                "{} {score}",
                file.display()
            );
            assert_eq!(report["input"]["bad_records"], 0);
            read += 1;
        }
    }
    assert!(read >= 8);
}
