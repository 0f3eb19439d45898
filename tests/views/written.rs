//! All views are written, whatever the exit.

use crate::{CHECKOUT, VIEWS, Written};

#[test]
fn every_view_is_written_before_a_failing_exit() {
    let written = Written::of(CHECKOUT, &["--fail-under", "99"]);
    assert_eq!(written.code, Some(1));
    for view in VIEWS {
        assert!(!written.read(view).is_empty(), "{view}");
    }
    let github = written.read("github");
    assert!(
        github.contains("\n::error title=pss%3A fail::Program Stability Score 86.7"),
        "{github}"
    );
    assert!(github.matches("\n::").count() <= 1 + 3, "{github}");
    let junit = written.read("junit");
    assert!(
        junit.contains("failures=\"1\"")
            && junit.contains("<failure message=\"the score 86.7 is below"),
        "{junit}"
    );
    assert_eq!(
        written.json()["pss"]["gate"],
        serde_json::json!({"least": 99.0, "met": false})
    );
    assert!(written.read("github-output").contains("\nverdict=fail\n"));
}

#[test]
fn a_threshold_of_one_metric_fails_its_case_alone() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let config = folder.path().join("pss.toml");
    std::fs::write(&config, "[metrics.DB]\nmin_score = 0.7\n[metrics.GPU]\nmin_score = 0.1\n[metrics.TIME]\nmin_score = 0.5\n").expect("a file");
    let written = Written::of(CHECKOUT, &["--config", config.to_str().expect("UTF-8")]);
    let junit = written.read("junit");
    let case = |code: &str| {
        junit
            .split("<testcase ")
            .find(|case| case.starts_with(&format!("name=\"{code}\"")))
            .unwrap_or_else(|| panic!("no {code} in {junit}"))
            .to_owned()
    };
    assert!(
        case("DB").contains("<failure message=\"DB scores 0.56, below its threshold of 0.7"),
        "{}",
        case("DB")
    );
    assert!(
        case("GPU").contains("<failure message=\"GPU is n/a, so its threshold of 0.1"),
        "{}",
        case("GPU")
    );
    assert!(
        !case("TIME").contains("<failure")
            && case("TIME").contains("name=\"min_score\" value=\"0.5\"")
    );
}

#[test]
fn what_begins_with_a_plus_is_appended_to() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("summary.md");
    std::fs::write(&path, "what was there\n").expect("a file");
    let export = format!("markdown=+{}", path.display());
    let markdown =
        Written::of(CHECKOUT, &["--export", &export, "--export", &export]).read("markdown");
    let both = std::fs::read_to_string(&path).expect("a file");
    assert_eq!(both, format!("what was there\n{markdown}{markdown}"));
}

#[test]
fn a_report_of_before_thresholds_and_distributions_still_reads() {
    let mut report = Written::of(CHECKOUT, &["--fail-under", "80"]).json();
    for list in ["metrics", "operations"] {
        for each in report[list].as_array_mut().expect("a list") {
            let each = each.as_object_mut().expect("an object");
            each.remove("gate");
            each.remove("durations");
        }
    }
    report["pss"]
        .as_object_mut()
        .expect("an object")
        .remove("gate");
    let old: pss_metrics::report::Report =
        serde_json::from_value(report).expect("still pss.report/1");
    assert!(
        old.pss.gate.is_none()
            && old
                .operations
                .iter()
                .all(|operation| operation.durations.is_none())
    );
}
