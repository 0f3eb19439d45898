//! What an analysis makes of plugins that fail.

use crate::Work;

/// The views that show metrics, and what each must say of one that failed.
const VIEWS: [&str; 5] = ["html", "markdown", "junit", "csv", "github"];

fn analyse(work: &Work, more: &[&str]) -> crate::Ran {
    work.pss(&[&["analyze", "t.jsonl", "--export", "json=r.json"], more].concat())
}

#[test]
fn a_metric_that_panics_is_shown_with_its_reason_and_leaves_the_others_as_they_are() {
    let work = Work::traced();
    analyse(&work, &["--metrics", "TIME,ERR"]).ends(0);
    let alone = work.json("r.json");
    let ran = analyse(&work, &["--metrics", "TIME,ERR,FAINTS"]);
    ran.ends(0).says(&[
        "incomplete",
        "failed, so that the score is incomplete",
        "FAINTS  panicked: all went \"dark\" (tests/broken/plugins.rs:",
    ]);
    assert!(!ran.err.contains("panicked at"), "{}", ran.err);
    let with = work.json("r.json");
    for key in ["score", "low", "high"] {
        assert_eq!(with["pss"][key], alone["pss"][key], "{key}");
    }
    for metric in [0, 1] {
        assert_eq!(with["metrics"][metric], alone["metrics"][metric]);
    }
    assert_eq!(with["timeline"], alone["timeline"]);
    assert_eq!(with["pss"]["complete"], false);
    assert!(
        with["pss"]["incomplete"][0]
            .as_str()
            .is_some_and(|why| why.starts_with("FAINTS failed: panicked: all went"))
    );
    let failed = with["metrics"][2]["failed"].as_str().expect("a reason");
    assert!(
        failed.starts_with("panicked: all went \"dark\""),
        "{failed}"
    );
    assert_eq!(with["metrics"][2]["score"], serde_json::Value::Null);
}

#[test]
fn every_view_says_what_failed() {
    let work = Work::traced();
    let exports: Vec<String> = VIEWS
        .iter()
        .map(|view| format!("{view}={view}.out"))
        .collect();
    let mut words = vec!["--metrics", "TIME,FAINTS", "--quiet"];
    for export in &exports {
        words.extend(["--export", export]);
    }
    analyse(&work, &words).ends(0);
    for view in VIEWS {
        let text = std::fs::read_to_string(work.path(&format!("{view}.out"))).expect("a file");
        assert!(text.contains("all went"), "{view} does not say it: {text}");
    }
}

#[test]
fn with_a_failure_no_threshold_is_met_unless_that_is_allowed() {
    let work = Work::traced();
    for metric in ["FAINTS", "UNBUILT"] {
        let metrics = format!("TIME,{metric}");
        let gate = ["--metrics", metrics.as_str(), "--fail-under", "1"];
        analyse(&work, &gate)
            .ends(1)
            .says(&["incomplete", "panicked"]);
        analyse(&work, &[&gate[..], &["--allow-incomplete"]].concat())
            .ends(0)
            .says(&["verdict warn"]);
        work.write("pss.toml", "[pss]\nallow_incomplete = true\n");
        analyse(&work, &gate).ends(0);
        std::fs::remove_file(work.path("pss.toml")).expect("removed");
        work.write("pss.toml", format!("[metrics.{metric}]\nmin_score = 0.1\n"));
        analyse(&work, &["--metrics", &metrics, "--allow-incomplete"]).ends(1);
        work.write("pss.toml", format!("[metrics.{metric}]\nenabled = false\n"));
        analyse(&work, &gate).ends(0);
        std::fs::remove_file(work.path("pss.toml")).expect("removed");
    }
}

#[test]
fn a_comparison_with_a_failure_does_not_pass() {
    let work = Work::traced();
    let compare = [
        "compare",
        "t.jsonl",
        "--head",
        "t.jsonl",
        "--metrics",
        "TIME,FAINTS",
    ];
    work.pss(&compare)
        .ends(1)
        .says(&["FAINTS cannot be compared", "all went"]);
    work.pss(&[&compare[..], &["--allow-incomplete"]].concat())
        .ends(0);
}

#[test]
fn a_format_that_panics_refuses_its_input_by_name() {
    let work = Work::traced();
    work.write("a.txt", "crumbs\ncrumbs\n");
    for words in [&["analyze", "a.txt"][..], &["convert", "a.txt", "out.csv"]] {
        work.pss(words).ends(3).says(&[
            "format crumbles stopped with a bug on `a.txt`",
            "panicked: fell apart",
        ]);
    }
    // More blocks than fit into the queue of workers that are all gone.
    work.write("a.txt", "crumbs\n".repeat(3_000_000));
    work.pss(&["analyze", "a.txt"])
        .ends(3)
        .says(&["fell apart"]);
    work.pss(&["analyze", "t.jsonl", "--format", "nosy"])
        .ends(3)
        .says(&["format nosy stopped with a bug", "cannot open"]);
}

#[test]
fn a_format_that_panics_when_it_looks_is_passed_over_and_told() {
    let work = Work::new();
    let line = |i: u32| {
        format!(
            "{{\"name\":\"secret\",\"duration\":0.01,\"timestamp\":{}}}\n",
            1_700_000_000 + i
        )
    };
    work.write("t.jsonl", (0..200).map(line).collect::<String>());
    analyse(&work, &["--metrics", "TIME"])
        .ends(0)
        .says(&["format nosy failed on the first bytes", "saw too much"]);
}

#[test]
fn a_view_that_panics_is_a_report_that_could_not_be_written() {
    let work = Work::traced();
    let words = [
        "--metrics",
        "TIME",
        "--export",
        "smears=s.txt",
        "--export",
        "csv=after.csv",
    ];
    analyse(&work, &words)
        .ends(5)
        .says(&["view smears failed", "wet paint"]);
    assert!(work.path("after.csv").is_file(), "the others are written");
    assert!(!work.path("s.txt").exists());
}

#[test]
fn what_is_switched_off_is_not_used_and_says_where() {
    let work = Work::traced();
    work.write(
        "pss.toml",
        "[formats.native]\nenabled = false\n[views.csv]\nenabled = false\n[formats.crumbles]\nenabled = false\n",
    );
    work.pss(&["analyze", "t.jsonl", "--format", "native"])
        .ends(2)
        .says(&["format:native is switched off by pss.toml:2"]);
    work.pss(&["analyze", "t.jsonl", "--export", "csv=x"])
        .ends(2)
        .says(&["view:csv is switched off by pss.toml:4"]);
    work.write("a.txt", "crumbs\n");
    work.pss(&["analyze", "a.txt"]).ends(3).says(&["`a.txt`"]);
    assert!(!work.pss(&["analyze", "a.txt"]).err.contains("fell apart"));
}
