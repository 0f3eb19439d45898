//! Names from outside do no harm, and runs of any size fit.

use crate::Written;

const NAMES: [&str; 6] = [
    "<script>alert(1)</script>",
    "\"' onload='x'",
    "a|b `c` [x](http://e.example) @team",
    "=HYPERLINK(\"x\")",
    "::error::x ##[error]y\n::stop-commands::z",
    "\u{202e}txt.exe",
];

fn trace(names: impl Iterator<Item = String>, times: u32) -> String {
    let mut text = String::new();
    for (at, name) in names.enumerate() {
        for i in 0..times {
            let record = serde_json::json!({
                "name": name, "service": name, "duration": 0.01 * f64::from(1 + i % 5 * i % 7),
                "timestamp": 1_760_000_000.0 + f64::from(i) + at as f64 * 0.001, "error": i % 40 == 0,
            });
            text.push_str(&record.to_string());
            text.push('\n');
        }
    }
    text
}

fn written(text: &str, arguments: &[&str]) -> Written {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("t.jsonl");
    std::fs::write(&path, text).expect("a file");
    Written::of(path.to_str().expect("UTF-8"), arguments)
}

#[test]
fn names_do_no_harm() {
    let names = NAMES.iter().map(|name| (*name).to_owned());
    let written = written(&trace(names, 200), &["--fail-under", "99.9"]);
    let html = written.read("html");
    assert_eq!(html.matches("<script>").count(), 1);
    assert!(!html.contains('\u{202e}') && html.contains("script&#62;alert(1)"));
    for line in written.read("github").lines() {
        assert!(!line.contains("##["), "{line}");
        assert!(
            !line.starts_with("::")
                || [
                    "::group::",
                    "::endgroup::",
                    "::error title=pss",
                    "::notice title=pss"
                ]
                .iter()
                .any(|own| line.starts_with(own)),
            "{line}"
        );
    }
    let csv = written.read("csv");
    for record in csv::Reader::from_reader(csv.as_bytes()).records() {
        let record = record.expect("a record");
        for text in record.iter().take(7) {
            assert!(!text.starts_with(['=', '+', '-', '@']), "{record:?}");
        }
    }
    let markdown = written.read("markdown");
    assert!(
        !markdown.contains("<script>alert") || markdown.contains("`<script>alert"),
        "{markdown}"
    );
    for line in markdown.lines().filter(|line| line.contains("team")) {
        assert!(
            line.contains("a\\|b `c` [x](http://e.example) @team``"),
            "{line}"
        );
    }
    assert!(written.read("openmetrics").contains("onload='x'"));
}

#[test]
fn thousands_of_long_names_fit_into_a_step_summary() {
    let names = (0..6000).map(|i| {
        let letters: String = format!("{i:04}")
            .chars()
            .map(|c| char::from(b'a' + c as u8 - b'0'))
            .collect();
        format!("{letters} {}", "word".repeat(40))
    });
    let written = written(&trace(names, 2), &["--top", "10000"]);
    let markdown = written.read("markdown");
    assert!(markdown.len() < 1 << 20, "{}", markdown.len());
    assert!(markdown.contains(" lines did not fit here; the JSON report has them."));
    let html = written.read("html");
    assert!(html.len() < 300_000, "{}", html.len());
    let all = written.json()["operations"]
        .as_array()
        .expect("a list")
        .len();
    let rows = html.matches("<td class=\"right\"><data value=").count();
    let table = html.split("<table id=\"operations-table\">").nth(1);
    let table = table.and_then(|rest| rest.split("</table>").next());
    let shown = table.expect("a table").matches("<tr>").count() - 1;
    let told = format!(
        "The {shown} that cost most points; {} more are left out to keep this page small",
        pss_integrations::views::numbers::count((all - shown) as u64)
    );
    assert!(shown > 100 && rows > shown, "{shown} of {all}");
    assert!(html.contains(&told), "{told}");
    assert_eq!(
        markdown.matches("<details").count(),
        markdown.matches("</details>").count()
    );
}
