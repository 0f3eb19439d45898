//! Every number of every view stands in the JSON.

use std::collections::BTreeSet;

use pss_integrations::views::numbers;
use serde_json::Value;

use crate::{CHECKOUT, Written};

/// What a report holds.
#[derive(Default)]
struct Known {
    numbers: Vec<f64>,
    /// Numbers as views show them, and those inside of texts.
    shown: BTreeSet<String>,
}

impl Known {
    fn of(report: &Value) -> Known {
        let mut known = Known::default();
        known.take(report);
        let at = |path: &str| report.pointer(path).and_then(Value::as_f64);
        // What follows from two of them.
        if let (Some(start), Some(end)) = (at("/input/start"), at("/input/end")) {
            known.text(&numbers::span(end - start));
        }
        if let Some(score) = at("/pss/score") {
            known.number(100.0 - score);
        }
        // The scale of scores and regressions, and a comparison calls the whole by its points.
        known.number(100.0);
        // Whether it regressed, as a number.
        known.number(f64::from(u8::from(report["compare"]["regressed"] == true)));
        for metric in report["compare"]["metrics"]
            .as_array()
            .into_iter()
            .flatten()
        {
            for field in ["base", "head", "delta", "low", "high"] {
                if let Some(share) = metric[field].as_f64().filter(|_| metric["code"] == "PSS") {
                    known.number(100.0 * share);
                }
            }
        }
        for list in ["/metrics", "/pss/with_data"] {
            let n = report
                .pointer(list)
                .and_then(Value::as_array)
                .map_or(0, Vec::len);
            known.number(n as f64);
        }
        known
    }

    fn take(&mut self, value: &Value) {
        match value {
            Value::Number(number) => self.number(number.as_f64().expect("a number")),
            Value::String(text) => self.text(text),
            Value::Array(all) => all.iter().for_each(|each| self.take(each)),
            Value::Object(all) => all.values().for_each(|each| self.take(each)),
            Value::Null | Value::Bool(_) => {}
        }
    }

    fn number(&mut self, number: f64) {
        self.numbers.push(number);
        for form in [
            number.to_string(),
            format!("{number:.1}"),
            format!("{number:.2}"),
            numbers::digits(number),
            numbers::seconds(number),
            numbers::bytes(number),
            numbers::percent(number),
            numbers::percent(number.abs()),
            numbers::clock(number * 1e-9),
        ] {
            self.text(&form);
        }
        if number >= 0.0 && number.fract() == 0.0 {
            self.text(&numbers::count(number as u64));
        }
    }

    fn text(&mut self, text: &str) {
        self.shown.extend(tokens(text));
    }

    #[track_caller]
    fn has(&self, number: f64, place: &str) {
        assert!(
            self.numbers.contains(&number),
            "{number} is not in the JSON: {place}"
        );
    }

    #[track_caller]
    fn has_all_of(&self, text: &str) {
        for token in tokens(text) {
            assert!(
                self.shown.contains(&token),
                "{token} is not in the JSON: {text}"
            );
        }
    }
}

/// Numbers in a text: digits with their thousands, fraction and exponent. What is part of a word, such as q99, is none.
fn tokens(text: &str) -> Vec<String> {
    let chars: Vec<char> = text.replace('\u{a0}', " ").chars().collect();
    let digit = |at: usize| chars.get(at).is_some_and(char::is_ascii_digit);
    let mut all = Vec::new();
    let mut at = 0;
    while at < chars.len() {
        if !digit(at) {
            at += 1;
            continue;
        }
        let from = at;
        loop {
            while digit(at) {
                at += 1;
            }
            let grouped = chars.get(at) == Some(&' ')
                && (1..=3).all(|i| digit(at + i))
                && !digit(at + 4)
                && chars[from..at]
                    .iter()
                    .rev()
                    .take_while(|c| **c != ' ')
                    .count()
                    <= 3
                && !chars[from..at].contains(&'.');
            let goes_on = matches!(chars.get(at), Some('.' | ':')) && digit(at + 1);
            let exponent =
                chars.get(at) == Some(&'e') && chars.get(at + 1) == Some(&'-') && digit(at + 2);
            match (grouped || goes_on, exponent) {
                (true, _) => at += 1,
                (false, true) => at += 2,
                (false, false) => break,
            }
        }
        let in_word = from > 0 && (chars[from - 1].is_alphanumeric() || chars[from - 1] == '_');
        if !in_word {
            all.push(chars[from..at].iter().collect());
        }
    }
    all
}

/// Texts between two marks.
fn between<'a>(text: &'a str, from: &str, to: &str) -> Vec<&'a str> {
    text.split(from)
        .skip(1)
        .map(|rest| rest.split(to).next().expect("one part"))
        .collect()
}

pub(crate) fn agree(written: &Written) {
    let report = written.json();
    let known = Known::of(&report);

    let html = written.read("html");
    let data = between(&html, "<data value=\"", "</data>");
    for each in &data {
        let (value, shown) = each.split_once("\">").expect("a value and a text");
        known.has(value.parse().expect("a number"), each);
        let number = Known::of(&serde_json::json!(value.parse::<f64>().expect("a number")));
        number.has_all_of(shown);
    }
    assert!(data.len() > 10, "{}", data.len());

    let markdown = written.read("markdown");
    for line in markdown.lines() {
        known.has_all_of(&line.replace('\\', "").replace("&#64;", "@"));
    }
    for line in written.read("github").lines() {
        known.has_all_of(
            &line
                .replace("%25", "%")
                .replace("%0A", "\n")
                .replace("%3A", ":"),
        );
    }
    for text in between(&written.read("svg"), "\">", "</text>")
        .iter()
        .rev()
        .take(1)
    {
        known.has_all_of(text);
    }

    for line in written
        .read("openmetrics")
        .lines()
        .filter(|line| !line.starts_with('#'))
    {
        let value: f64 = line
            .rsplit(' ')
            .next()
            .expect("a value")
            .parse()
            .expect("a number");
        let flag = ["_info", "_verdict", "_complete", "_has_data", "_regressed"]
            .iter()
            .any(|end| {
                line.split(['{', ' '])
                    .next()
                    .expect("a name")
                    .ends_with(end)
            });
        if !flag {
            known.has(value, line);
        }
    }

    let csv = written.read("csv");
    let mut reader = csv::Reader::from_reader(csv.as_bytes());
    let mut values = 0;
    for record in reader.records() {
        let record = record.expect("a record");
        if let Ok(value) = record[7].parse::<f64>() {
            known.has(value, &format!("{record:?}"));
            values += 1;
        } else {
            assert!(
                !record[9].is_empty() || &record[0] == "verdict",
                "{record:?}"
            );
        }
    }
    assert!(values > 10, "{values}");

    let junit = written.read("junit");
    for each in between(&junit, "<property ", "/>") {
        let value = between(each, "value=\"", "\"")[0];
        if let Ok(value) = value.parse::<f64>() {
            known.has(value, each);
        }
    }
    assert_eq!(
        between(&junit, "<testcase ", ">").len(),
        1 + usize::from(!report["compare"].is_null())
            + report["metrics"].as_array().expect("metrics").len()
    );

    for line in written.read("github-output").lines() {
        let (name, value) = line.split_once('=').expect("name=value");
        if let Ok(value) = value.parse::<f64>() {
            known.has(value, name);
        }
    }
}

#[test]
fn the_sample() {
    let written = Written::of(CHECKOUT, &["--top", "1000"]);
    assert_eq!(written.code, Some(0));
    agree(&written);
    // One that is small enough to be passed on by mail, and has all figures.
    let html = Written::of(CHECKOUT, &[]).read("html");
    assert!(html.len() < 300_000, "{}", html.len());
    for part in [
        "class=\"gauge",
        "class=\"curve",
        "class=\"ridge",
        "class=\"plot",
        "id=\"absent\"",
    ] {
        assert!(html.contains(part), "{part}");
    }
}

#[test]
fn a_profile_without_interval_operations_and_windows() {
    agree(&Written::of(CHECKOUT, &["--profile", "pypss"]));
}

#[test]
fn a_run_of_which_nothing_is_known() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("few.jsonl");
    std::fs::write(&path, "{\"name\": \"only\", \"duration\": 0.5}\n").expect("a file");
    let written = Written::of(path.to_str().expect("UTF-8"), &[]);
    agree(&written);
    assert!(written.json()["pss"]["score"].is_null());
    for (view, text) in [
        ("html", "<span class=\"na\">n/a</span>"),
        (
            "markdown",
            "Program Stability Score n/a: no metric has enough data",
        ),
        ("github", "Program Stability Score n/a: inconclusive"),
        ("github-output", "score=\n"),
        ("csv", "run,,,,,,score,,points,no metric has enough data"),
        ("junit", "<skipped message=\""),
        ("openmetrics", "pss_metric_has_data{metric=\"TIME\"} 0"),
        ("svg", "n/a, no metric has enough data"),
    ] {
        assert!(
            written.read(view).contains(text),
            "{view}: {}",
            written.read(view)
        );
    }
    assert!(!written.read("openmetrics").contains("pss_score "));
}

#[cfg(unix)]
#[test]
fn rounds_of_a_command() {
    let run = ["run", "--quiet", "--otlp", "off", "--runs", "6"];
    let written = Written::by(&run, &["--", "sleep", "0.02"]);
    assert_eq!(written.code, Some(0));
    agree(&written);
    for (view, text) in [
        ("html", "<section id=\"rounds\""),
        ("markdown", "#### 6 rounds of `sleep 0.02`"),
        ("csv", "\nround_time,,,,,,median,"),
        (
            "openmetrics",
            "pss_run_value{of=\"round_time\",name=\"median\",unit=\"s\"}",
        ),
    ] {
        assert!(written.read(view).contains(text), "{view}");
    }
}

#[cfg(unix)]
#[test]
fn load_on_a_command() {
    let load = [
        "--load", "constant", "--rate", "40", "--count", "30", "--warmup", "250ms",
    ];
    let run = [&["run", "--quiet", "--otlp", "off"], &load[..]].concat();
    // One in two fails.
    let script = "mkdir \"$0\" 2>/dev/null || { rmdir \"$0\"; exit 3; }";
    let folder = tempfile::tempdir().expect("a temporary folder");
    let toggle = folder.path().join("toggle");
    let written = Written::by(
        &run,
        &["--", "sh", "-c", script, toggle.to_str().expect("UTF-8")],
    );
    let failed = &written.json()["run"]["load"]["failed"];
    assert!(failed.as_u64().is_some_and(|failed| failed > 0), "{failed}");
    agree(&written);
    for (view, text) in [
        ("html", "<section id=\"load\""),
        ("html", "code 3"),
        ("markdown", "#### 30 arrivals at"),
        ("markdown", "| Latency, from the scheduled start: scored |"),
        ("csv", "\nload_latency,,,,,,p99,"),
        ("csv", "\nload,,,,,,started,30,"),
        (
            "openmetrics",
            "pss_run_value{of=\"load\",name=\"started\",unit=\"\"} 30",
        ),
    ] {
        assert!(written.read(view).contains(text), "{view}: {text}");
    }
    assert!(!written.read("html").contains("id=\"rounds\""));
}

#[test]
fn numbers_are_found_in_texts() {
    assert_eq!(
        tokens("86.7 of q99 3 002 spans, 08:57:20 and 1.2e-4; 4 min 59 s, 12 345 678"),
        [
            "86.7",
            "3 002",
            "08:57:20",
            "1.2e-4",
            "4",
            "59",
            "12 345 678"
        ]
    );
}
