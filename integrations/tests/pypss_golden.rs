//! The profiles `pypss` and `pypss-core` against what PyPSS 1.3.1 itself made of the same traces.
#![expect(
    clippy::unwrap_used,
    reason = "what loads and scores the fixtures is part of the tests"
)]

use std::{
    fs::File,
    io::{BufReader, Read},
    path::{Path, PathBuf},
};

use flate2::read::GzDecoder;
use pss_integrations::formats::pypss::{decode, read};
use pss_metrics::pypss::{Profile, Records, Scores, Settings, score};
use serde_json::Value;

const TOLERANCE: f64 = 1e-9;

/// Our code and PyPSS's own short one, where they differ.
const PILLARS: [(&str, &str); 5] = [
    ("TIME", "TS"),
    ("MEM", "MS"),
    ("ERR", "EV"),
    ("BRANCH", "BE"),
    ("CONC", "CC"),
];

fn unpacked(name: &str) -> String {
    let folder: PathBuf =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/fixtures/pypss-golden");
    let mut text = String::new();
    GzDecoder::new(BufReader::new(File::open(folder.join(name)).unwrap()))
        .read_to_string(&mut text)
        .unwrap();
    text
}

/// Every golden case: its name, its records as lines, what PyPSS made of it.
fn cases() -> Vec<(String, String, Value)> {
    let goldens: Value = serde_json::from_str(&unpacked("goldens.json.gz")).unwrap();
    let goldens = goldens.as_object().unwrap().clone();
    let cases: Vec<_> = goldens
        .into_iter()
        .map(|(name, golden)| (name.clone(), unpacked(&format!("{name}.jsonl.gz")), golden))
        .collect();
    assert_eq!(cases.len(), 92);
    cases
}

fn parity_cases() -> Vec<(String, String, Value)> {
    let cases: Vec<_> = cases()
        .into_iter()
        .filter(|(_, _, golden)| golden["parity_expected"] == true)
        .collect();
    assert_eq!(cases.len(), 90);
    cases
}

fn scores(records: &Records, profile: Profile) -> Scores {
    score(records, &Settings::default(), profile).unwrap()
}

fn good(text: &str) -> Records {
    let document = read(text);
    assert_eq!(document.bad, []);
    document.records
}

#[test]
fn unrounded_scores_agree() {
    for (name, lines, golden) in parity_cases() {
        let has_errors = !golden["raw_errors"].as_object().unwrap().is_empty();
        let raw = &golden[if has_errors { "raw_sanitised" } else { "raw" }];
        let records = good(&lines);
        let (core, full) = (
            scores(&records, Profile::Core),
            scores(&records, Profile::Full),
        );
        let mut compared = vec![("pss_core", core.raw), ("pss_plugins", full.raw)];
        for metric in &full.metrics {
            let short = PILLARS.iter().find(|(code, _)| *code == metric.code);
            compared.push((short.map_or(metric.code, |(_, short)| *short), metric.raw));
        }
        for (alone, among) in core.metrics.iter().zip(&full.metrics) {
            // What is printed differs for an empty run: 0 alone, 1 among the plugins.
            assert_eq!((alone.code, alone.raw), (among.code, among.raw), "{name}");
        }
        assert_eq!(core.metrics.len(), 5);
        assert_eq!(compared.len(), raw.as_object().unwrap().len(), "{name}");
        for (key, ours) in compared {
            let theirs = raw[key].as_f64().unwrap();
            assert!(
                (ours - theirs).abs() <= TOLERANCE,
                "{name} {key}: {ours} is not {theirs}"
            );
        }
    }
}

#[test]
fn printed_scores_agree() {
    let mut whole = 0;
    for (name, lines, golden) in parity_cases() {
        let records = good(&lines);
        let failed = golden["raw_errors"].as_object().unwrap();
        for (profile, key) in [(Profile::Core, "core"), (Profile::Full, "plugins")] {
            let ours = scores(&records, profile);
            let theirs = &golden[key];
            let breakdown = theirs["breakdown"].as_object().unwrap();
            assert_eq!(ours.metrics.len(), breakdown.len(), "{name}");
            for metric in &ours.metrics {
                // PyPSS prints 0 for a plugin that raised an exception.
                if !failed.contains_key(metric.key) {
                    let printed = breakdown[metric.key].as_f64().unwrap();
                    assert_eq!(metric.printed, printed, "{name} {key} {}", metric.key);
                }
            }
            if profile == Profile::Core || failed.is_empty() {
                whole += 1;
                assert_eq!(
                    Some(u64::from(ours.pss)),
                    theirs["pss"].as_u64(),
                    "{name} {key}"
                );
            }
        }
    }
    assert_eq!(whole, 90 + 47);
}

#[test]
fn an_array_gives_the_same_as_lines() {
    for (name, lines, _) in parity_cases() {
        let elements: Vec<&str> = lines.lines().collect();
        let array = format!("[\n{}\n]", elements.join(",\n"));
        let wrapped = format!("{{\"run\": null, \"traces\": [{}]}}", elements.join(", "));
        let expected = scores(&good(&lines), Profile::Full);
        for text in [array, wrapped] {
            assert_eq!(scores(&good(&text), Profile::Full), expected, "{name}");
        }
    }
}

#[test]
fn blocks_appended_in_file_order_change_nothing() {
    for (name, lines, _) in parity_cases() {
        let expected = scores(&good(&lines), Profile::Full);
        let elements: Vec<&str> = lines.lines().collect();
        for size in [1, 7, 50] {
            let mut all = Records::new();
            for block in elements.chunks(size) {
                let mut records = Records::new();
                for line in block {
                    decode(line, &mut records).unwrap();
                }
                all.append(records);
            }
            assert_eq!(all.len(), elements.len());
            assert_eq!(
                scores(&all, Profile::Full),
                expected,
                "{name} in blocks of {size}"
            );
        }
    }
}

#[test]
fn malformed_records_are_reported_and_the_others_scored() {
    let malformed: Vec<_> = cases()
        .into_iter()
        .filter(|(_, _, golden)| golden["parity_expected"] == false)
        .collect();
    assert_eq!(malformed.len(), 2);
    for (name, lines, _) in malformed {
        let document = read(&lines);
        assert!(!document.bad.is_empty(), "{name}");
        assert_eq!(
            document.records.len() + document.bad.len(),
            lines.lines().count(),
            "{name}"
        );
        for profile in [Profile::Core, Profile::Full] {
            assert!(scores(&document.records, profile).raw.is_finite(), "{name}");
        }
    }
}
