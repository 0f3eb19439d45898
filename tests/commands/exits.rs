//! Exit codes, and which one wins.

use crate::work::{Work, lines};

fn bad(n: u32) -> String {
    "{\"name\":1}\n".repeat(n as usize)
}

#[test]
fn thresholds_decide_between_0_and_1() {
    let work = Work::new();
    work.write("t.jsonl", lines(200));
    assert_eq!(
        work.pss(&["analyze", "t.jsonl", "--fail-under", "90"]).code,
        Some(0)
    );
    assert_eq!(
        work.pss(&["analyze", "t.jsonl", "--fail-if-below", "99.9"])
            .code,
        Some(1)
    );
    assert_eq!(
        work.pss(&["analyze", "t.jsonl", "--strict"]).code,
        Some(1),
        "200 spans give low confidence, which warns"
    );
    assert_eq!(
        work.pss(&[
            "analyze",
            "t.jsonl",
            "--metrics",
            "GPU",
            "--fail-under",
            "1"
        ])
        .code,
        Some(1),
        "a score that is n/a meets no threshold"
    );
    assert_eq!(
        work.pss(&[
            "analyze",
            "t.jsonl",
            "--metrics",
            "GPU",
            "--fail-on",
            "inconclusive"
        ])
        .code,
        Some(1)
    );
    work.write("pss.toml", "[metrics.TIME]\nmin_score = 0.999\n");
    assert_eq!(work.pss(&["analyze", "t.jsonl"]).code, Some(1));
    // Which verdicts fail takes no threshold away.
    for fail_on in ["warn", "inconclusive"] {
        let flags = ["analyze", "t.jsonl", "--fail-on", fail_on];
        assert_eq!(work.pss(&flags).code, Some(1), "{fail_on}");
    }
    work.write("pss.toml", "[pss]\nfail_on = []\n");
    assert_eq!(
        work.pss(&["analyze", "t.jsonl", "--fail-under", "100"])
            .code,
        Some(1)
    );
    work.write("pss.toml", "[pss]\nrequire = [\"GPU\"]\n");
    assert_eq!(
        work.pss(&["analyze", "t.jsonl", "--fail-under", "1"]).code,
        Some(1),
        "an incomplete score meets no threshold"
    );
}

#[test]
fn too_many_bad_records_beat_a_threshold_and_the_reports_are_written() {
    let work = Work::new();
    work.write("t.jsonl", lines(200) + &bad(11));
    let ran = work.pss(&[
        "analyze",
        "t.jsonl",
        "--fail-under",
        "100",
        "--export",
        "json=r.json",
        "--export",
        "summary=r.pss",
    ]);
    ran.fails(3, &["11 of 211 records cannot be used", "bad_records"]);
    assert!(ran.out.contains("verdict fail"), "{}", ran.out);
    assert!(work.read("r.json").contains("pss.report/1"));
    assert!(work.path("r.pss").is_file());
    work.write("t.jsonl", lines(200) + &bad(10));
    assert_eq!(
        work.pss(&["analyze", "t.jsonl"]).code,
        Some(0),
        "ten are always allowed"
    );
    work.write("t.jsonl", lines(200) + &bad(11))
        .write("pss.toml", "[pss]\nbad_records = \"10%\"\n");
    assert_eq!(work.pss(&["analyze", "t.jsonl"]).code, Some(0));
}

#[test]
fn the_share_of_bad_records_is_of_records_and_not_of_what_they_hold() {
    let work = Work::new();
    let samples = |n: u32| -> String {
        (0..n)
            .map(|i| format!("{{\"system_metric\":true,\"timestamp\":{},\"metadata\":{{\"lag\":0,\"run_delay\":0,\"on_cpu\":{i},\"memory_rss\":1000}}}}\n", 1_700_000_000 + i))
            .collect()
    };
    work.write("t.jsonl", samples(9_980) + &bad(20));
    let ran = work.pss(&["analyze", "t.jsonl"]);
    ran.fails(3, &["20 of 10000 records cannot be used"]);
    work.write("t.jsonl", samples(19_980) + &bad(20));
    assert_eq!(work.pss(&["analyze", "t.jsonl"]).code, Some(0));
}

#[test]
fn reports_are_written_where_no_record_is_good() {
    let work = Work::new();
    work.write("t.jsonl", "{}\n".repeat(100));
    let flags = ["analyze", "t.jsonl", "--export", "json=r.json"];
    let ran = work.pss(&flags);
    ran.fails(3, &["holds nothing that can be scored"]);
    assert_eq!(ran.out, "");
    let report: serde_json::Value = serde_json::from_str(&work.read("r.json")).expect("JSON");
    assert_eq!(report["input"]["bad_records"], 100);
    assert!(report["pss"]["score"].is_null());
}

#[cfg(unix)]
#[test]
fn reports_go_into_what_is_no_plain_file_and_through_links() {
    use std::os::unix::fs::{FileTypeExt, symlink};
    let work = Work::new();
    work.write("t.jsonl", lines(200)).write("there.json", "old");
    symlink("there.json", work.path("link.json")).expect("a link");
    nix::unistd::mkfifo(&work.path("pipe"), nix::sys::stat::Mode::S_IRWXU).expect("a pipe");
    let pipe = work.path("pipe");
    let reader = std::thread::spawn(move || std::fs::read_to_string(pipe).expect("read"));
    let flags = ["--export", "json=link.json", "--export", "json=pipe"];
    let ran = work.pss(&[&["analyze", "t.jsonl", "--quiet"], &flags[..]].concat());
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(reader.join().expect("joined").contains("pss.report/1"));
    assert!(work.read("there.json").contains("pss.report/1"));
    let kind = |name: &str| {
        let metadata = std::fs::symlink_metadata(work.path(name));
        metadata.expect("it is there").file_type()
    };
    assert!(kind("link.json").is_symlink() && kind("pipe").is_fifo());
    let ran = work.pss(&["analyze", "t.jsonl", "--export", "json=/dev/full"]);
    ran.fails(5, &["cannot write `/dev/full`"]);
    assert!(std::fs::metadata("/dev/full").is_ok_and(|full| full.file_type().is_char_device()));
}

#[test]
fn no_report_is_written_over_an_input() {
    let work = Work::new();
    work.write("t.jsonl", lines(200));
    work.pss(&["analyze", "t.jsonl", "--export", "json=./t.jsonl"])
        .fails(2, &["would write over `./t.jsonl`"]);
    assert_eq!(work.read("t.jsonl"), lines(200));
}

#[test]
fn a_report_that_cannot_be_written_is_5_and_the_others_are_written() {
    let work = Work::new();
    work.write("t.jsonl", lines(200));
    let ran = work.pss(&[
        "analyze",
        "t.jsonl",
        "--export",
        "json=no/such/folder/r.json",
        "--export",
        "json=r.json",
        "--fail-under",
        "100",
    ]);
    ran.fails(5, &["cannot write `no/such/folder/r.json`"]);
    assert!(work.path("r.json").is_file());
}

#[test]
fn bad_input_beats_a_report_that_cannot_be_written_and_both_are_told() {
    let work = Work::new();
    work.write("t.jsonl", lines(200) + &bad(50));
    let ran = work.pss(&[
        "analyze",
        "t.jsonl",
        "--export",
        "json=no/such/folder/r.json",
    ]);
    ran.fails(
        3,
        &[
            "50 of 250 records cannot be used",
            "cannot write `no/such/folder/r.json`",
        ],
    );
}

#[test]
fn usage_beats_input() {
    Work::new()
        .pss(&["analyze", "missing.jsonl", "--weight", "X"])
        .fails(2, &["CODE=WEIGHT"]);
    Work::new().pss(&["analyse", "x"]).fails(2, &["analyze"]);
}

#[test]
fn help_and_version_are_no_errors() {
    let work = Work::new();
    for arguments in [
        &["--help"][..],
        &["--version"],
        &["analyze", "--help"],
        &["completions", "bash"],
        &["explain", "db"],
        &["man", "pages"],
    ] {
        let ran = work.pss(arguments);
        assert_eq!((ran.code, ran.err.as_str()), (Some(0), ""), "{arguments:?}");
        assert!(!ran.out.is_empty());
    }
    work.pss(&["explain", "DBB"])
        .fails(2, &["did you mean DB?"]);
}

#[test]
fn quiet_prints_nothing_and_json_goes_where_it_is_asked_to() {
    let work = Work::new();
    work.write("t.jsonl", lines(200));
    assert_eq!(work.pss(&["analyze", "t.jsonl", "--quiet"]).out, "");
    let exported = work.pss(&["analyze", "t.jsonl", "--export", "json=-"]).out;
    assert_eq!(exported, work.pss(&["analyze", "t.jsonl", "--json"]).out);
}

#[test]
fn colour_is_asked_for_or_absent() {
    let work = Work::new();
    work.write("t.jsonl", lines(200));
    assert!(!work.pss(&["analyze", "t.jsonl"]).out.contains('\u{1b}'));
    assert!(
        work.pss(&["analyze", "t.jsonl", "--color", "always"])
            .out
            .contains('\u{1b}')
    );
    for width in ["80", "120"] {
        for locale in ["C", "C.UTF-8"] {
            let out = work
                .pss_with(
                    &["analyze", "t.jsonl"],
                    &[("COLUMNS", width), ("LC_ALL", locale)],
                )
                .out;
            let long = out
                .lines()
                .find(|line| line.chars().count() > width.parse().expect("a number"));
            assert_eq!(long, None, "{width}");
            assert_eq!(out.is_ascii(), locale == "C", "{out}");
        }
    }
}

#[cfg(not(feature = "sql"))]
#[test]
fn sql_that_is_not_built_in_says_how_to_get_it() {
    Work::new()
        .pss(&["query", "SELECT name FROM spans", "t.jsonl"])
        .fails(
            2,
            &["pss query is not in this build: build pss with `cargo build --release --features sql`"],
        );
}

#[test]
fn every_report_that_cannot_be_written_is_told() {
    let work = Work::new();
    work.write("t.jsonl", lines(200));
    let ran = work.pss(&[
        "analyze",
        "t.jsonl",
        "--export",
        "json=no/such/folder/r.json",
        "--export",
        "csv=.",
        "--export",
        "html=r.html",
    ]);
    ran.fails(
        5,
        &[
            "there is no folder `no/such/folder`; make it first",
            "cannot write `.`: it is a folder",
        ],
    );
    assert!(work.path("r.html").exists());
}
