//! The `pypss` profiles, from the command line.

use std::{io::Read, path::Path};

use crate::work::{Work, lines};

fn golden() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/pypss-golden")
}

#[test]
fn every_golden_case_has_pypss_s_numbers() {
    let mut packed = flate2::read::GzDecoder::new(
        std::fs::File::open(golden().join("goldens.json.gz")).expect("the goldens"),
    );
    let mut text = String::new();
    packed.read_to_string(&mut text).expect("text");
    let goldens: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    let work = Work::new();
    let mut compared = 0;
    // Each case is two processes; every fourth is enough here, all are compared in pss-integrations.
    for (name, case) in goldens
        .as_object()
        .expect("cases by name")
        .iter()
        .step_by(4)
    {
        if case["parity_expected"] != true || case["records"] == 0 {
            continue;
        }
        let raw = if case["raw_errors"]
            .as_object()
            .is_some_and(|errors| !errors.is_empty())
        {
            &case["raw_sanitised"]
        } else {
            &case["raw"]
        };
        let file = golden().join(format!("{name}.jsonl.gz"));
        for (profile, key) in [("pypss", "pss_plugins"), ("pypss-core", "pss_core")] {
            let report = work.report(&["--profile", profile, file.to_str().expect("text")]);
            let score = report["pss"]["score"].as_f64().expect("a score") / 100.0;
            assert!(
                (score - raw[key].as_f64().expect("a number")).abs() < 1e-9,
                "{name} {profile} {score} {raw}"
            );
            compared += 1;
        }
    }
    assert!(compared > 30, "{compared}");
}

#[test]
fn what_the_profiles_cannot_do_is_said() {
    let work = Work::new();
    work.write("t.jsonl", lines(100)).write("empty.jsonl", "");
    work.pss(&["analyze", "t.jsonl", "--quiet", "--export", "summary=t.pss"]);
    work.pss(&["analyze", "--profile", "pypss", "t.pss"])
        .fails(2, &["`t.pss` is a summary"]);
    work.pss(&[
        "analyze",
        "--profile",
        "pypss",
        "t.jsonl",
        "--export",
        "summary=x.pss",
    ])
    .fails(2, &["makes no summary"]);
    work.pss(&["analyze", "--profile", "pypss-core", "empty.jsonl"])
        .fails(3, &["no good record"]);
    work.pss(&["analyze", "--profile", "pyps", "t.jsonl"])
        .fails(2, &["did you mean \"pypss\"?"]);
}

#[test]
fn the_configuration_of_pypss_is_read() {
    let work = Work::new();
    work.write("a.jsonl", crate::work::lines(50));
    let score = |work: &Work| {
        let report: serde_json::Value = serde_json::from_str(
            &work
                .pss(&["analyze", "a.jsonl", "--profile", "pypss-core", "--json"])
                .out,
        )
        .expect("JSON");
        report["pss"]["score"].as_f64().expect("a score")
    };
    let plain = score(&work);
    work.write(
        "pyproject.toml",
        "[tool.pypss]\nalpha = 50.0\nplugins = [\"mine\"]\n",
    );
    let set = score(&work);
    assert!(set < plain, "{set} {plain}");
    let said = work.pss(&["analyze", "a.jsonl", "--profile", "pypss-core"]);
    assert!(said.err.contains("Python modules"), "{}", said.err);
    work.write("pypss.toml", "[pypss]\nalpha = \"much\"\n");
    work.pss(&["analyze", "a.jsonl", "--profile", "pypss-core"])
        .fails(2, &["pypss.toml", "alpha"]);
    assert_eq!(work.pss(&["analyze", "a.jsonl"]).code, Some(0));
}
