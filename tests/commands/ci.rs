//! What the logs of systems of continuous integration are given.

use crate::work::Work;

const GITHUB: (&str, &str) = ("GITHUB_ACTIONS", "true");

fn traces(work: &Work) {
    let lines: String = (0..60)
        .map(|at| {
            format!(
                "{{\"name\":\"::error::x ##[error]y\",\"timestamp\":{},\"duration\":0.{:02},\"error\":{}}}\n",
                1_700_000_000 + at,
                1 + at % 50,
                at % 3 == 0
            )
        })
        .collect();
    work.write("a.jsonl", &lines);
}

#[test]
fn github_takes_nothing_of_a_trace_for_a_command_and_gets_annotations() {
    let work = Work::new();
    traces(&work);
    let ran = work.pss_with(&["analyze", "a.jsonl", "--fail-under", "100"], &[GITHUB]);
    assert_eq!(ran.code, Some(1));
    let (word, rest) = ran
        .out
        .strip_prefix("::stop-commands::")
        .and_then(|rest| rest.split_once('\n'))
        .expect("commands stop first");
    let (text, after) = rest
        .split_once(&format!("::{word}::\n"))
        .expect("commands begin again");
    assert!(text.contains("::error::x"), "{text}");
    assert!(text.contains("\u{1b}[1m"), "a log shows colours: {text}");
    let annotations: Vec<&str> = after.lines().collect();
    assert!((1..=3).contains(&annotations.len()), "{after}");
    assert!(
        annotations[0].starts_with("::error title=pss%3A fail::"),
        "{after}"
    );
    assert!(!after.contains("##["), "{after}");

    let again = work.pss_with(&["analyze", "a.jsonl"], &[GITHUB]);
    assert!(!again.out.contains(word), "the word is another each time");
}

#[test]
fn annotations_that_are_asked_for_come_once() {
    let work = Work::new();
    traces(&work);
    let ran = work.pss_with(
        &["analyze", "a.jsonl", "--export", "github=step.txt"],
        &[GITHUB],
    );
    assert!(work.read("step.txt").contains("::notice"));
    assert!(
        ran.out.ends_with("::\n") && !ran.out.contains("::notice"),
        "{}",
        ran.out
    );
}

#[test]
fn gitlab_folds_the_report() {
    let work = Work::new();
    traces(&work);
    let ran = work.pss_with(&["analyze", "a.jsonl"], &[("GITLAB_CI", "true")]);
    assert!(
        ran.out.starts_with("\u{1b}[0Ksection_start:"),
        "{}",
        ran.out
    );
    assert!(
        ran.out.contains(":pss\r\u{1b}[0KProgram Stability Score: "),
        "{}",
        ran.out
    );
    assert!(ran.out.ends_with(":pss\r\u{1b}[0K\n"), "{}", ran.out);
}

#[test]
fn elsewhere_and_in_other_forms_nothing_is_added() {
    let work = Work::new();
    traces(&work);
    let plain = work.pss(&["analyze", "a.jsonl"]);
    for arguments in [
        &["analyze", "a.jsonl", "--ci", "off"][..],
        &["analyze", "a.jsonl", "--ci", "off", "--color", "never"],
    ] {
        assert_eq!(work.pss_with(arguments, &[GITHUB]).out, plain.out);
    }
    let json = work.pss_with(&["analyze", "a.jsonl", "--json"], &[GITHUB]);
    assert!(serde_json::from_str::<serde_json::Value>(&json.out).is_ok());
    let quiet = work.pss_with(&["analyze", "a.jsonl", "--quiet"], &[GITHUB]);
    assert_eq!(quiet.out, "");
}
