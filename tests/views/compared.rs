//! What a comparison says stands in every view, with the numbers of the JSON.

use std::{path::Path, process::Command};

use crate::{VIEWS, Written, forms::agree};

const SLOW: &str = "SELECT <b>\"stock\"</b> | `x` ::error::";

/// Five minutes of three operations, of which one may be slower and fail more.
fn run(folder: &Path, name: &str, seed: u32, slower: f64, failing: u32) -> String {
    let mut text = String::new();
    for at in 0..1500u32 {
        for (place, operation) in ["GET /", SLOW, "render"].iter().enumerate() {
            let noise = f64::from((at * 7919 + seed * 104_729 + place as u32 * 31) % 97) / 97.0;
            let hit = *operation == SLOW;
            let record = serde_json::json!({
                "name": operation, "service": "shop", "start": 1_760_000_000.0 + f64::from(at) * 0.2,
                "duration": 0.01 * (1.0 + noise) * if hit { slower } else { 1.0 },
                "error": hit && at % 100 < failing,
            });
            text.push_str(&record.to_string());
            text.push('\n');
        }
    }
    let path = folder.join(name);
    std::fs::write(&path, text).expect("a file");
    path.display().to_string()
}

fn compared(slower: f64, failing: u32) -> Written {
    let runs = tempfile::tempdir().expect("a temporary folder");
    let base = run(runs.path(), "base.jsonl", 1, 1.0, 0);
    let head = run(runs.path(), "head.jsonl", 2, slower, failing);
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut command = Command::new(env!("CARGO_BIN_EXE_pss"));
    command
        .current_dir(runs.path())
        .args([
            "compare",
            &base,
            "--head",
            &head,
            "--same-session",
            "--quiet",
        ])
        .env("XDG_CONFIG_HOME", "/nonexistent");
    for view in VIEWS {
        let path = folder.path().join(view);
        command.args(["--export", &format!("{view}={}", path.display())]);
    }
    let output = command.output().expect("pss starts");
    Written {
        folder,
        code: output.status.code(),
    }
}

#[test]
fn causes_and_both_sides_stand_in_every_view() {
    let written = compared(4.0, 30);
    assert_eq!(written.code, Some(1));
    agree(&written);
    let causes = &written.json()["compare"]["causes"];
    let causes = causes.as_array().expect("causes");
    assert!(causes.len() >= 2, "{causes:?}");
    for (view, said) in [
        (
            "markdown",
            "### Worse than the base beyond noise; regression ",
        ),
        ("markdown", "What got worse, surest and largest first:"),
        ("github", "::error title=pss%3A got worse::shop/SELECT"),
        ("github-output", "\nregressed=true\n"),
        (
            "junit",
            "<testcase name=\"Regression\" classname=\"pss.compare\">",
        ),
        ("openmetrics", "\npss_regressed 1\n"),
        ("openmetrics", "quantity=\"odds_of_failing\"} "),
        ("csv", "\ncompare,,,,,,regressed,1,,\n"),
        ("html", "Worse beyond noise."),
    ] {
        let text = written.read(view);
        assert!(text.contains(said), "{said} is not in {view}: {text}");
    }
    let github = written.read("github");
    assert!(github.matches("\n::error").count() <= 3, "{github}");
    // Its causes make a case of their own fail.
    assert!(written.read("junit").contains("failures=\"2\""));
}

#[test]
fn a_head_that_is_as_its_base_says_so() {
    let written = compared(1.0, 0);
    assert_eq!(written.code, Some(0));
    agree(&written);
    for (view, said) in [
        (
            "markdown",
            "### Nothing got worse beyond noise; regression 0.0 of 100",
        ),
        ("github", "nothing got worse beyond noise"),
        ("github-output", "\nregressed=false\n"),
        ("openmetrics", "\npss_regressed 0\n"),
    ] {
        let text = written.read(view);
        assert!(text.contains(said), "{said} is not in {view}: {text}");
    }
    assert!(written.read("junit").contains("failures=\"0\""));
}
