//! `pss compare`: what it finds between files, what it says of bad input, and how it ends.

use std::path::Path;

use serde_json::Value;

use crate::work::{Work, lines, record};

/// A run of 600 traces over 10 minutes: a request, a query and a page. `day` moves it, `slower` makes the query slower, `seed` makes it another run.
fn traces(seed: u64, day: u32, slower: f64) -> String {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) + 1;
    let mut unit = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 11) as f64 / (1u64 << 53) as f64
    };
    let mut out = String::new();
    for trace in 0..600 {
        let time = 1_700_000_000.0 + 86_400.0 * f64::from(day) + f64::from(trace);
        for (name, median, parent) in [
            ("GET /cart", 0.040, "null"),
            ("db query", 0.008 * slower, "\"r\""),
            ("render", 0.012, "\"r\""),
        ] {
            let duration = median * (0.5 * (unit() + unit() + unit() - 1.5)).exp();
            let error = unit() < 0.01;
            out += &format!(
                "{{\"name\":\"{name}\",\"service\":\"shop\",\"span_id\":\"{name}{trace}\",\"parent_span_id\":{parent},\"duration\":{duration:.6},\"timestamp\":{time},\"error\":{error}}}\n"
            );
        }
    }
    out
}

fn compared(work: &Work, arguments: &[&str]) -> (Option<i32>, Value) {
    let ran = work.pss(&[&["compare", "--json"], arguments].concat());
    (
        ran.code,
        serde_json::from_str(&ran.out).unwrap_or_else(|_| panic!("{ran:?}")),
    )
}

fn three_bases(work: &Work) {
    for day in 0..3 {
        work.write(
            &format!("base{day}.jsonl"),
            traces(u64::from(day) + 1, day, 1.0),
        );
    }
}

const THREE: [&str; 3] = ["base0.jsonl", "base1.jsonl", "base2.jsonl"];

#[test]
fn a_regression_between_files_is_found_named_and_fails() {
    let work = Work::new();
    three_bases(&work);
    work.write("head.jsonl", traces(9, 4, 1.6));
    let (code, report) = compared(&work, &[&THREE[..], &["--head", "head.jsonl"]].concat());
    assert_eq!(code, Some(1), "{report}");
    let compare = &report["compare"];
    assert_eq!(compare["regressed"], true);
    assert_eq!(report["verdict"]["outcome"], "fail");
    assert_eq!(compare["sessions"], 3);
    let cause = &compare["causes"][0];
    assert_eq!(
        (&cause["operation"], &cause["kind"]),
        (&"db query".into(), &"slower".into())
    );
    assert!(compare["regression"].as_f64().expect("a number") > 5.0);
    let text = work.pss(&[&["compare"], &THREE[..], &["--head", "head.jsonl"]].concat());
    assert_eq!(text.code, Some(1));
    for says in [
        "verdict fail",
        "what got worse, surest and largest first",
        "shop/db query is ",
        " % slower (",
        "worse",
    ] {
        assert!(text.out.contains(says), "{says} is not in {}", text.out);
    }
}

#[test]
fn one_base_only_warns_unless_the_session_is_stated() {
    let work = Work::new();
    work.write("base.jsonl", traces(1, 0, 1.0))
        .write("head.jsonl", traces(2, 0, 3.0));
    let arguments = ["base.jsonl", "--head", "head.jsonl"];
    let with = |more: &[&str]| compared(&work, &[&arguments[..], more].concat());
    let (code, report) = with(&[]);
    assert_eq!(
        (code, &report["verdict"]["outcome"]),
        (Some(0), &"warn".into())
    );
    assert_eq!(
        report["compare"]["regressed"], true,
        "the finding is not the verdict"
    );
    assert!(
        report["verdict"]["reasons"][0]
            .as_str()
            .expect("text")
            .contains("--same-session")
    );
    assert_eq!(with(&["--same-session"]).0, Some(1));
    assert_eq!(with(&["--fail-on", "warn"]).0, Some(1));
    assert_eq!(with(&["--strict"]).0, Some(1));
    assert_eq!(
        with(&["--same-session", "--fail-on", "inconclusive"]).0,
        Some(0)
    );
}

#[test]
fn halves_of_one_run_do_not_differ() {
    let work = Work::new();
    let all = traces(5, 0, 1.0);
    let lines: Vec<&str> = all.lines().collect();
    let half = |at: usize| {
        let chunks = lines.chunks(3).skip(at).step_by(2);
        chunks
            .map(|chunk| chunk.join("\n") + "\n")
            .collect::<String>()
    };
    work.write("a.jsonl", half(0)).write("b.jsonl", half(1));
    let (code, report) = compared(
        &work,
        &["a.jsonl", "--head", "b.jsonl", "--same-session", "--strict"],
    );
    assert_eq!(
        (code, &report["compare"]["regressed"]),
        (Some(0), &false.into()),
        "{report}"
    );
    assert_eq!(report["verdict"]["outcome"], "pass");
    let (_, same) = compared(&work, &["a.jsonl", "--head", "a.jsonl"]);
    assert_eq!(same["compare"]["regression"], 0.0);
    let warnings = same["warnings"].to_string();
    assert!(
        warnings.contains("the same records as a base run"),
        "{warnings}"
    );
}

#[test]
fn summaries_compare_as_their_traces() {
    let work = Work::new();
    three_bases(&work);
    work.write("head.jsonl", traces(9, 4, 1.3));
    for name in ["base0", "base1", "base2", "head"] {
        work.report(&[
            &format!("{name}.jsonl"),
            "--export",
            &format!("summary={name}.pss"),
        ]);
    }
    let (_, traces) = compared(&work, &[&THREE[..], &["--head", "head.jsonl"]].concat());
    let (_, summaries) = compared(
        &work,
        &[
            "base2.pss",
            "base0.jsonl",
            "base1.pss",
            "--head",
            "head.pss",
        ],
    );
    for part in [
        "regression",
        "regressed",
        "causes",
        "metrics",
        "operations",
        "new",
        "vanished",
    ] {
        assert_eq!(
            traces["compare"][part], summaries["compare"][part],
            "{part}"
        );
    }
    work.write("run/part1.jsonl", lines(150));
    work.write(
        "run/part2.jsonl",
        (150..300).map(|i| record(i) + "\n").collect::<String>(),
    );
    work.write("whole.jsonl", lines(300));
    let (_, folder) = compared(&work, &["run", "--head", "whole.jsonl"]);
    assert_eq!(
        folder["compare"]["runs"].as_array().map(Vec::len),
        Some(2),
        "a folder is one run"
    );
    assert_eq!(folder["compare"]["regression"], 0.0);
}

#[test]
fn machines_that_differ_warn_and_unknown_ones_do_not() {
    let work = Work::new();
    work.write("t.jsonl", traces(1, 0, 1.0));
    work.report(&["t.jsonl", "--export", "summary=plain.pss"]);
    work.report(&[
        "t.jsonl",
        "--measured-here",
        "--session",
        "night",
        "--export",
        "summary=here.pss",
    ]);
    let (code, report) = compared(&work, &["plain.pss", "--head", "here.pss", "--strict"]);
    assert_eq!(code, Some(0), "{report}");
    let runs = &report["compare"]["runs"];
    assert_eq!(
        runs[0]["machine"]["kernel"], "unknown",
        "reading traces does not measure them here"
    );
    assert_eq!(runs[0]["machine"]["pss.version"], env!("CARGO_PKG_VERSION"));
    assert_eq!(runs[1]["session"], "night");
    if cfg!(target_os = "linux") {
        assert_ne!(runs[1]["machine"]["kernel"], "unknown");
        assert_ne!(runs[1]["machine"]["memory.bytes"], "unknown");
    }
}

#[test]
fn bad_input_is_told_with_the_file() {
    let work = Work::new();
    work.write("t.jsonl", traces(1, 0, 1.0))
        .write("bad.jsonl", "{\"name\":1}\n".repeat(30) + &lines(100));
    let pss = |arguments: &[&str]| work.pss(&[&["compare"], arguments].concat());
    pss(&["t.jsonl"]).fails(2, &["--head"]);
    pss(&["--head", "t.jsonl"]).fails(2, &["BASE"]);
    pss(&["no.jsonl", "--head", "t.jsonl"]).fails(3, &["no such file: `no.jsonl`"]);
    pss(&["t.jsonl", "--head", "no.jsonl"]).fails(3, &["no such file: `no.jsonl`"]);
    pss(&["t.jsonl", "--head", "t.jsonl", "--metrics", "DBB"]).fails(2, &["DB"]);
    pss(&["t.jsonl", "--head", "t.jsonl", "--export", "jsn=x"]).fails(2, &["did you mean json?"]);
    pss(&["bad.jsonl", "--head", "t.jsonl"]).fails(
        3,
        &[
            "30 of 130 records of the base run `bad.jsonl`",
            "bad_records",
        ],
    );
    pss(&["t.jsonl", "--head", "bad.jsonl"]).fails(3, &["30 of 130 records cannot be used"]);
    work.write("pss.toml", "[pss]\nprofile = \"pypss\"\n");
    pss(&["t.jsonl", "--head", "t.jsonl"]).fails(2, &["profile pypss cannot compare"]);
}

#[test]
fn too_little_is_inconclusive() {
    let work = Work::new();
    work.write("few.jsonl", lines(3));
    let (code, report) = compared(&work, &["few.jsonl", "--head", "few.jsonl"]);
    assert_eq!(
        (code, &report["verdict"]["outcome"]),
        (Some(0), &"inconclusive".into())
    );
    assert_eq!(
        compared(
            &work,
            &[
                "few.jsonl",
                "--head",
                "few.jsonl",
                "--fail-on",
                "inconclusive"
            ]
        )
        .0,
        Some(1)
    );
}

#[test]
fn the_head_s_own_threshold_still_counts() {
    let work = Work::new();
    work.write("t.jsonl", traces(1, 0, 1.0));
    let (code, report) = compared(
        &work,
        &["t.jsonl", "--head", "t.jsonl", "--fail-under", "100"],
    );
    assert_eq!(
        (code, &report["verdict"]["outcome"]),
        (Some(1), &"fail".into())
    );
}

#[test]
fn the_report_follows_its_schema_and_fits_the_screen() {
    let work = Work::new();
    three_bases(&work);
    work.write("head.jsonl", traces(9, 4, 1.6) + &lines(200));
    let (_, report) = compared(&work, &[&THREE[..], &["--head", "head.jsonl"]].concat());
    let schema = Path::new(env!("CARGO_MANIFEST_DIR")).join("metrics/report.schema.json");
    let schema: Value =
        serde_json::from_str(&std::fs::read_to_string(schema).expect("in the repository"))
            .expect("JSON");
    let validator = jsonschema::validator_for(&schema).expect("a valid schema");
    let errors: Vec<String> = validator
        .iter_errors(&report)
        .map(|error| error.to_string())
        .collect();
    assert!(errors.is_empty(), "{errors:?}");
    assert_eq!(report["compare"]["new"][0]["operation"], "op");
    for width in ["80", "120"] {
        for locale in ["C", "C.UTF-8"] {
            let arguments = [&["compare"], &THREE[..], &["--head", "head.jsonl"]].concat();
            let out = work
                .pss_with(&arguments, &[("COLUMNS", width), ("LC_ALL", locale)])
                .out;
            let limit = width.parse().expect("a number");
            let long = out
                .lines()
                .find(|line| line.chars().count() > limit && !line.starts_with("read"));
            assert_eq!(long, None, "{width}");
            assert_eq!(out.is_ascii(), locale == "C", "{out}");
        }
    }
}
