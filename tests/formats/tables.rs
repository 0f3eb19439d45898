//! Tables: layouts, mapping, what is missing, and conversion's mistakes.

use std::{path::Path, process::Command};

use crate::{
    reading::{read_bytes, records},
    same::convert,
    truncation::every_cut,
};

const CLICKHOUSE: &str = "Timestamp,TraceId,SpanId,ParentSpanId,SpanName,SpanKind,ServiceName,Duration,StatusCode,SpanAttributes
2024-05-04 12:00:00.000000001,t,a,,GET /,Server,shop,1500000,Unset,{}
2024-05-04 12:00:00.100000000,t,b,a,SELECT,Client,shop,500,Error,\"{'db.system':'postgresql'}\"
";

#[test]
fn clickhouse_tables_need_no_mapping() {
    assert_eq!(
        records("otel_traces.csv", CLICKHOUSE.as_bytes()),
        [
            "span t a  Root service=Some(\"shop\") name=Some(\"GET /\") kind=Some(Server) start=Some(1714824000000000001) duration=Some(1500000) wait=None memory=None error=Some(false) ",
            "span t b a Child service=Some(\"shop\") name=Some(\"SELECT\") kind=Some(Client) start=Some(1714824000100000000) duration=Some(500) wait=None memory=None error=Some(true) db.system=postgresql",
        ]
    );
}

#[test]
fn nezha_tables_need_no_mapping() {
    let text = "TraceID,SpanID,ParentID,PodName,OperationName,StartTimeUnixNano,EndTimeUnixNano,Duration\nt,a,root,pod,op,1700000000000000000,1700000000000000500,500\n";
    assert_eq!(
        records("trace.csv", text.as_bytes()),
        [
            "span t a root Child service=Some(\"pod\") name=Some(\"op\") kind=None start=Some(1700000000000000000) duration=Some(500) wait=None memory=None error=None "
        ]
    );
}

#[test]
fn bad_rows_are_counted_with_their_line() {
    let text =
        "name;duration_ms;error\na;1.5;false\nb;x;false\nc;2\n\"d\nd\";-1;0\ne;3;maybe\nf;4;1\n";
    let read = read_bytes("a.csv", text.as_bytes()).expect("reads");
    assert_eq!((read.files[0].spans, read.files[0].bad), (2, 4));
    let lines: Vec<u64> = read
        .summary
        .facts()
        .bad_examples
        .iter()
        .map(|bad| bad.line)
        .collect();
    assert_eq!(lines, [3, 4, 5, 7]);
}

#[test]
fn every_cut_of_a_table_is_told() {
    let at_line_end = |cut: usize| CLICKHOUSE.as_bytes()[cut - 1] == b'\n';
    every_cut("a.csv", CLICKHOUSE.as_bytes(), at_line_end);
}

fn analyze(folder: &Path, arguments: &[&str]) -> (Option<i32>, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_pss"))
        .arg("analyze")
        .args(arguments)
        .current_dir(folder)
        .env("NO_COLOR", "1")
        .output()
        .expect("runs");
    (
        output.status.code(),
        format!(
            "{}{}",
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        ),
    )
}

#[test]
fn columns_are_mapped_by_the_configuration() {
    let folder = tempfile::tempdir().expect("a folder");
    let write = |name: &str, text: &str| {
        std::fs::write(folder.path().join(name), text).expect("written");
    };
    write("a.csv", "ts,op,took\n1700000000000000,x,12\n");
    let (code, said) = analyze(folder.path(), &["a.csv"]);
    assert_eq!(code, Some(2), "{said}");
    assert!(
        said.contains("a.csv") && said.contains("ts, op, took"),
        "{said}"
    );

    write(
        "pss.toml",
        "[input.columns]\nname = \"op\"\nstart = { column = \"ts\", unit = \"us\" }\nduration = { column = \"took\", unit = \"ms\" }\n",
    );
    let (code, said) = analyze(folder.path(), &["a.csv", "--json"]);
    assert_eq!(code, Some(0), "{said}");
    let report: serde_json::Value = serde_json::from_str(&said).expect("JSON");
    assert_eq!(report["operations"][0]["operation"], "x");
    assert_eq!(report["input"]["files"][0]["spans"], 1);

    write(
        "pss.toml",
        "[input.columns]\nname = \"opp\"\nduration = { column = \"took\", unit = \"ms\" }\n",
    );
    let (code, said) = analyze(folder.path(), &["a.csv"]);
    assert_eq!(code, Some(2), "{said}");
    assert!(
        said.contains("\"opp\"") && said.contains("\"op\""),
        "{said}"
    );

    for wrong in [
        "[input.columns]\nname = { column = \"op\", unit = \"parsec\" }\n",
        "[input.columns]\nstart = { column = \"ts\", unit = \"parsec\" }\n",
        "[input.columns]\nnaem = \"op\"\n",
        "[input.columns]\nname = 7\n",
    ] {
        write("pss.toml", wrong);
        let (code, said) = analyze(folder.path(), &["a.csv"]);
        assert_eq!(code, Some(2), "{wrong}: {said}");
        assert!(said.contains("pss.toml:2"), "{wrong}: {said}");
    }
}

#[test]
fn conversion_says_what_it_cannot_do() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name);
    std::fs::write(
        path("a.jsonl"),
        "{\"name\":\"a\",\"duration\":1}\n{\"name\":2}\n",
    )
    .expect("written");
    let said = convert(&[&path("a.jsonl"), &path("a.txt")]).expect_err("no format");
    assert!(said.contains("Some(2)") && said.contains("--to"), "{said}");
    let said = convert(&[&path("a.jsonl"), &path("a.jsonl")]).expect_err("the same file");
    assert!(said.contains("Some(2)"), "{said}");
    let said = convert(&[&path("b.jsonl"), &path("c.jsonl")]).expect_err("missing");
    assert!(
        said.contains("Some(3)") && !path("c.jsonl").exists(),
        "{said}"
    );
    let said = convert(&[&path("a.jsonl"), &path("a.csv")]).expect("converts the good one");
    assert!(
        said.contains("1 spans") && said.contains("1 of 2 records"),
        "{said}"
    );
    assert!(
        std::fs::read_dir(folder.path()).expect("a folder").count() == 2,
        "nothing is left behind"
    );
}

#[cfg(feature = "columnar")]
mod columnar {
    use super::*;

    fn written(name: &str, count: usize) -> Vec<u8> {
        let folder = tempfile::tempdir().expect("a folder");
        let from = folder.path().join("a.jsonl");
        let text: String = (0..count)
            .map(|at| {
                format!(
                    "{{\"name\":\"op{}\",\"start\":{},\"duration\":0.{:03}}}\n",
                    at % 7,
                    1_700_000_000 + at,
                    1 + at % 900
                )
            })
            .collect();
        std::fs::write(&from, text).expect("written");
        let to = folder.path().join(name);
        convert(&[&from, &to]).expect("converts");
        std::fs::read(to).expect("read")
    }

    /// A file that another program wrote; `make.py` beside it says how.
    fn foreign(name: &str) -> Vec<u8> {
        let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/columnar");
        std::fs::read(fixtures.join(name)).expect("a fixture")
    }

    #[test]
    fn maps_and_categories_of_clickhouse_are_read() {
        assert_eq!(
            records("otel_traces.parquet", &foreign("otel_traces.parquet")),
            [
                "span t a  Root service=Some(\"shop\") name=Some(\"GET /\") kind=Some(Server) start=Some(1714824000000000001) duration=Some(1500000) wait=None memory=None error=Some(false) ",
                "span t b a Child service=Some(\"shop\") name=Some(\"SELECT\") kind=Some(Client) start=Some(1714824000100000001) duration=Some(500) wait=None memory=None error=Some(true) db.operation=select db.system=postgresql",
                "span t c a Child service=Some(\"shop\") name=Some(\"wait\") kind=Some(Internal) start=Some(1714824000200000001) duration=Some(7) wait=None memory=None error=Some(false) ",
            ]
        );
    }

    #[test]
    fn small_numbers_decimals_and_bytes_are_read() {
        assert_eq!(
            records("types.parquet", &foreign("types.parquet")),
            [
                "span 00ff00ff00ff00ff00ff00ff00ff00ff 11  Unknown service=None name=Some(\"pay\") kind=Some(Server) start=Some(1714824000000000001) duration=Some(12000000) wait=None memory=None error=Some(false) ",
                "span 00ff00ff00ff00ff00ff00ff00ff00ff 12  Unknown service=None name=Some(\"pay\") kind=Some(Client) start=Some(1714824000500000000) duration=Some(300000000) wait=None memory=None error=Some(true) ",
            ]
        );
    }

    #[test]
    fn a_column_of_the_wrong_type_is_named() {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(folder.path().join("a.parquet"), foreign("mistyped.parquet"))
            .expect("written");
        let (code, said) = analyze(folder.path(), &["a.parquet"]);
        assert_eq!(code, Some(2), "{said}");
        for part in [
            "a.parquet",
            "\"service\"",
            "list[str]",
            "[input.columns]",
            "there are: ",
        ] {
            assert!(said.contains(part), "{said}");
        }
        let config = "[input.columns]\nservice = \"\"\n";
        std::fs::write(folder.path().join("pss.toml"), config).expect("written");
        let (code, said) = analyze(folder.path(), &["a.parquet"]);
        assert_eq!(code, Some(0), "{said}");
    }

    #[test]
    fn many_row_groups_are_read_whole() {
        for name in ["a.parquet", "a.arrow"] {
            let read = read_bytes(name, &written(name, 150_000)).expect("reads");
            assert_eq!(
                (read.files[0].spans, read.files[0].bad),
                (150_000, 0),
                "{name}"
            );
        }
    }

    #[test]
    fn every_cut_of_a_columnar_file_is_told() {
        for name in ["a.parquet", "a.arrow"] {
            let bytes = written(name, 3);
            // Less is not known for what it is.
            for cut in [12, bytes.len() / 2, bytes.len() - 1] {
                let said = read_bytes(name, &bytes[..cut])
                    .expect_err("cut")
                    .to_string();
                assert!(said.contains("truncated"), "{name} at {cut}: {said}");
            }
            // Every byte is tried where that is quick, in the package of these formats.
            let step = if name == "a.parquet" { 7 } else { 3 };
            for cut in (0..bytes.len()).step_by(step) {
                let read = read_bytes(name, &bytes[..cut]);
                assert!(
                    read.as_ref().map_or(true, |read| read.files[0].spans == 3),
                    "{name} at {cut} of {}: {:?}",
                    bytes.len(),
                    read.map(|read| read.files)
                );
            }
        }
    }

    #[test]
    fn a_columnar_file_may_be_compressed_or_misnamed() {
        use std::io::Write as _;
        let bytes = written("a.parquet", 10);
        let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        gz.write_all(&bytes).expect("compresses");
        let read = read_bytes("a.bin", &gz.finish().expect("compresses")).expect("reads");
        assert_eq!(
            (&*read.files[0].format, read.files[0].spans),
            ("parquet", 10)
        );
        let read = read_bytes("a.jsonl", &bytes).expect("reads");
        assert!(
            read.notices.iter().any(|notice| notice.contains("parquet")),
            "{:?}",
            read.notices
        );
    }
}

#[cfg(not(feature = "columnar"))]
#[test]
fn what_is_not_built_says_how_to_get_it() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("a.parquet"), b"PAR1....").expect("written");
    for arguments in [&["a.parquet"][..], &["a.parquet", "--format", "parquet"]] {
        let (code, said) = analyze(folder.path(), arguments);
        assert!(matches!(code, Some(2 | 3)), "{said}");
        assert!(said.contains("--features columnar"), "{said}");
    }
}

#[test]
fn columns_of_one_name_are_told() {
    let read = read_bytes(
        "a.csv",
        b"name,name,other,other,start,duration\na,b,,,1,2\n",
    )
    .expect("reads");
    let told = &read.notices;
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(
        told[0].contains("several columns named \"name\""),
        "{told:?}"
    );
    assert!(told[1].ends_with("nobody reads: other"), "{told:?}");
}

#[test]
fn a_row_with_very_many_cells_costs_only_itself() {
    let text = format!("name,duration\na,1\n{}\nb,2\n", ",".repeat(1 << 20));
    let read = read_bytes("a.csv", text.as_bytes()).expect("reads");
    assert_eq!((read.files[0].spans, read.files[0].bad), (2, 1));
    let bad = read.summary.facts().bad_examples.first().expect("told");
    assert_eq!(
        (bad.line, &*bad.reason),
        (3, "has 1048577 cells, and the header has 2 columns")
    );
}
