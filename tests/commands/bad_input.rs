//! Bad input gets a clear message and the right exit code, and costs none of the good records.

use std::{io::Write, process::Stdio};

use crate::work::{Ran, Work, interrupt, lines, record};

/// A file with nothing to score: exit 3 with this message.
#[track_caller]
fn refused(name: &str, content: impl AsRef<[u8]>, says: &[&str]) {
    let work = Work::new();
    work.write(name, content)
        .pss(&["analyze", name])
        .fails(3, says);
}

/// A file with 200 good records and `bad` others: the good ones are scored, the first bad one is named with its line and reason.
#[track_caller]
fn survives(content: impl AsRef<[u8]>, bad: u64, line: u64, reason: &str) {
    let work = Work::new();
    let report = work.write("t.jsonl", content).report(&["t.jsonl"]);
    let input = &report["input"];
    assert_eq!(input["bad_records"], bad, "{input}");
    assert!(input["spans"].as_u64().expect("a count") >= 200, "{input}");
    if bad > 0 {
        assert_eq!(input["bad"][0]["line"], line, "{input}");
        let found = input["bad"][0]["reason"].as_str().expect("a reason");
        assert!(found.contains(reason), "{found:?}");
    }
    let score = report["pss"]["score"].as_f64().expect("a score");
    assert!(score > 95.0, "{score}");
}

fn with_line(bad: impl AsRef<[u8]>) -> Vec<u8> {
    [lines(200).as_bytes(), bad.as_ref(), b"\n"].concat()
}

fn gzip(content: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(content).expect("compresses");
    encoder.finish().expect("compresses")
}

#[test]
fn nothing_to_score_is_refused() {
    refused("empty.jsonl", "", &["`empty.jsonl` is empty"]);
    refused("blank.jsonl", " \n\n", &["is empty"]);
    refused(
        "a.json",
        "[]",
        &["no good record in `a.json`", "no record at all"],
    );
    refused("o.json", "{}", &["o.json:1", "nothing that can be scored"]);
    refused("t.txt", "hello\n", &["no known format", "hello"]);
    refused("n.json", "42", &["no known format", "42"]);
    refused(
        "100.jsonl",
        "{}\n".repeat(100),
        &["100.jsonl:1", "nothing that can be scored"],
    );
    let work = Work::new();
    work.pss(&["analyze", "missing.jsonl"])
        .fails(3, &["no such file: `missing.jsonl`"]);
    std::fs::create_dir(work.path("folder")).expect("a folder");
    work.pss(&["analyze", "folder"])
        .fails(3, &["no trace files in folder `folder`"]);
}

#[test]
fn harmless_differences_change_nothing() {
    let plain = Work::new()
        .write("t.jsonl", lines(200))
        .report(&["t.jsonl"]);
    let array = format!(
        "[{}]",
        (0..200).map(record).collect::<Vec<_>>().join(",\n ")
    );
    let variants: Vec<Vec<u8>> = vec![
        format!("\u{feff}{}", lines(200)).into_bytes(),
        format!("\n\n  \n{}", lines(200)).into_bytes(),
        lines(200).replace('\n', "\r\n").into_bytes(),
        gzip(lines(200).as_bytes()),
        zstd::encode_all(lines(200).as_bytes(), 1).expect("compresses"),
        array.clone().into_bytes(),
        format!("{{\"about\": {{\"traces\": 1}}, \"traces\": {array}, \"more\": [1]}}")
            .into_bytes(),
        (0..200)
            .rev()
            .map(|i| record(i) + "\n")
            .collect::<String>()
            .into_bytes(),
    ];
    for content in variants {
        let work = Work::new();
        work.write("t.jsonl", &content);
        let report = work.report(&["t.jsonl"]);
        for part in ["pss", "metrics", "operations", "timeline"] {
            assert_eq!(
                report[part],
                plain[part],
                "{}",
                String::from_utf8_lossy(&content[..40.min(content.len())])
            );
        }
        let fed = work.pss_fed(&["analyze", "--json", "-"], &content);
        assert_eq!(fed.code, Some(0), "{}", fed.err);
        let fed: serde_json::Value = serde_json::from_str(&fed.out).expect("a report");
        assert_eq!(fed["metrics"], plain["metrics"]);
    }
}

#[test]
fn one_bad_record_costs_none_of_the_good() {
    let middle: String = (0..200)
        .map(|i| {
            if i == 50 {
                format!("{{\"name\": }}\n{}\n", record(i))
            } else {
                record(i) + "\n"
            }
        })
        .collect();
    survives(middle, 1, 51, "is not JSON");
    survives(
        with_line("{\"name\":\"x\",\"duration\":NaN}"),
        1,
        201,
        "NaN",
    );
    survives(
        with_line(b"{\"name\":\"caf\xe9\",\"duration\":1}"),
        1,
        201,
        "UTF-8",
    );
    survives(
        with_line(format!(
            "{{\"name\":\"x\",\"y\":{}{}}}",
            "[".repeat(20_000),
            "]".repeat(20_000)
        )),
        1,
        201,
        "nested deeper",
    );
    survives(with_line("[1,2]"), 1, 201, "is an array");
    survives(
        with_line("{\"system_metric\":true,\"metadata\":5}"),
        1,
        201,
        "`metadata` is a number, expected an object",
    );
    survives(
        with_line("{\"name\":\"x\",\"error\":\"false\"}"),
        1,
        201,
        "`error` is text, expected true or false without quotes",
    );
    survives(
        with_line("{\"name\":\"x\",\"duration\":[1]}"),
        1,
        201,
        "`duration` is an array",
    );
    survives(
        with_line("{\"name\":\"x\",\"duration\":-1}"),
        1,
        201,
        "`duration` is negative",
    );
    survives(
        with_line("{\"name\":\"x\",\"duration\":1e400}"),
        1,
        201,
        "`duration` is out of range",
    );
    survives(
        with_line("{\"name\":\"x\",\"duration\":\"0.5\"}"),
        1,
        201,
        "`duration` is text, expected a number",
    );
    survives(
        with_line("{\"name\":\"x\",\"timestamp\":9246000000}"),
        1,
        201,
        "`timestamp` is out of range",
    );
    survives(with_line("{\"name\":\"x\",\"duration\":null}"), 0, 0, "");
}

#[test]
fn lines_before_the_first_record_are_bad_records() {
    for stray in ["# of Monday", "Listening on port 8080", "[INFO] started"] {
        let text = format!("{stray}\n\n{}", lines(200));
        survives(text, 1, 1, "is");
    }
    // Fields that others have too: who reads it says what it is.
    let plain = "{\"name\":\"a\",\"duration\":0.5}\n".repeat(50);
    let work = Work::new();
    work.write("t.log", format!("started\n{plain}"));
    work.pss(&["analyze", "t.log"])
        .fails(3, &["no known format"]);
    let report = work.report(&["t.log", "--format", "native"]);
    assert_eq!(report["input"]["spans"], 50);
    assert_eq!(report["input"]["bad_records"], 1);
}

#[test]
fn cut_files_keep_what_stands_before() {
    let array = format!("[{}", (0..201).map(record).collect::<Vec<_>>().join(","));
    survives(&array[..array.len() - 9], 1, 201, "truncated");
    let work = Work::new();
    let whole = gzip(lines(2000).as_bytes());
    let report = work
        .write("t.gz", &whole[..whole.len() - 900])
        .report(&["t.gz"]);
    assert!(
        report["input"]["spans"].as_u64().expect("a count") > 200,
        "{}",
        report["input"]
    );
    assert!(
        report["warnings"][0]
            .as_str()
            .expect("a warning")
            .contains("truncated"),
        "{}",
        report["warnings"]
    );
}

#[test]
fn a_line_beyond_all_bounds_is_passed_over() {
    let mut content = lines(200).into_bytes();
    content.extend_from_slice(b"{\"name\":\"");
    content.resize(content.len() + 200_000_000, b'x');
    content.extend_from_slice(b"\"}\n");
    content.extend_from_slice(lines(200).as_bytes());
    let work = Work::new();
    let report = work.write("t.jsonl", content).report(&["t.jsonl"]);
    assert_eq!(
        (&report["input"]["spans"], &report["input"]["bad_records"]),
        (&400.into(), &1.into())
    );
    assert!(
        report["input"]["bad"][0]["reason"]
            .as_str()
            .expect("a reason")
            .contains("longer than the limit")
    );
}

#[test]
fn a_bomb_stays_small() {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder
        .write_all(lines(200).as_bytes())
        .expect("compresses");
    let zeros = vec![b'0'; 1 << 20];
    for _ in 0..300 {
        encoder.write_all(&zeros).expect("compresses");
    }
    let work = Work::new();
    let report = work
        .write("t.gz", encoder.finish().expect("compresses"))
        .report(&["t.gz"]);
    assert_eq!(
        (&report["input"]["spans"], &report["input"]["bad_records"]),
        (&200.into(), &1.into())
    );
}

#[test]
fn odd_times_do_no_harm() {
    let untimed = "{\"name\":\"op\",\"duration\":0.01,\"error\":false}\n";
    let work = Work::new();
    let report = work
        .write("t.jsonl", untimed.repeat(200))
        .report(&["t.jsonl"]);
    assert_eq!(report["input"]["untimed"], 200);
    assert_eq!(
        report["timeline"]["windows"]
            .as_array()
            .expect("a list")
            .len(),
        0
    );
    survives(lines(200) + &untimed.repeat(50), 0, 0, "");
    survives(
        with_line("{\"name\":\"op\",\"duration\":0.01,\"timestamp\":1}"),
        0,
        0,
        "",
    );
    survives(lines(200) + &lines(200), 0, 0, "");
    let memory = "{\"name\":\"op\",\"service\":\"s\",\"duration\":0.01,\"timestamp\":1700000001,\"memory\":1000000}";
    survives(with_line(memory), 0, 0, "");
}

#[test]
fn a_great_many_names_are_made_coarser() {
    let name = |i: u32| {
        (0..5)
            .map(|place| char::from(b'a' + (i / 26u32.pow(place) % 26) as u8))
            .collect::<String>()
    };
    let content: String = (0..200_000)
        .map(|i| {
            format!(
                "{{\"name\":\"/shop/{}\",\"duration\":0.01,\"timestamp\":{}}}\n",
                name(i),
                1_700_000_000 + i / 1000
            )
        })
        .collect();
    let work = Work::new();
    let report = work.write("t.jsonl", content).report(&["t.jsonl"]);
    assert!(
        report["warnings"][0]
            .as_str()
            .expect("a warning")
            .contains("10 000 operations"),
        "{}",
        report["warnings"]
    );
    assert!(report["pss"]["score"].as_f64().expect("a score") > 99.0);
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let work = Work::new();
    work.write("t.jsonl", lines(200));
    let mut child = work
        .command(&["analyze", "t.jsonl"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("pss starts");
    drop(child.stdout.take());
    let ran = Ran::of(child.wait_with_output().expect("pss ends"));
    assert_eq!((ran.code, ran.err.as_str()), (Some(0), ""));
}

#[test]
#[cfg(unix)]
fn an_interrupt_leaves_a_partial_report() {
    let work = Work::new();
    let mut child = work
        .command(&["analyze", "--json", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("pss starts");
    let mut stdin = child.stdin.take().expect("piped");
    // Three blocks, so that some are read before the signal comes.
    stdin
        .write_all(lines(40_000).as_bytes())
        .expect("pss reads");
    std::thread::sleep(std::time::Duration::from_millis(300));
    interrupt(&child);
    // Nothing wakes it up: the other end of the pipe stays open, and silent.
    let ran = Ran::of(child.wait_with_output().expect("pss ends"));
    assert_eq!(ran.code, Some(130), "{}", ran.err);
    drop(stdin);
    let report: serde_json::Value = serde_json::from_str(&ran.out).expect("a report");
    assert_eq!(report["input"]["partial"], true);
}

/// The same before anything came.
#[cfg(unix)]
#[test]
fn an_interrupt_before_the_first_record_is_no_empty_input() {
    let work = Work::new();
    let mut child = work
        .command(&["analyze", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("pss starts");
    let stdin = child.stdin.take().expect("piped");
    std::thread::sleep(std::time::Duration::from_millis(300));
    interrupt(&child);
    let ran = Ran::of(child.wait_with_output().expect("pss ends"));
    drop(stdin);
    assert_eq!(ran.code, Some(130), "{ran:?}");
}

#[test]
#[cfg(unix)]
fn a_file_that_may_not_be_read_is_named() {
    use std::os::unix::fs::PermissionsExt;
    let work = Work::new();
    work.write("t.jsonl", lines(10));
    std::fs::set_permissions(work.path("t.jsonl"), std::fs::Permissions::from_mode(0o000))
        .expect("permissions");
    if std::fs::read(work.path("t.jsonl")).is_ok() {
        eprintln!("skipped: this user may read everything");
        return;
    }
    work.pss(&["analyze", "t.jsonl"])
        .fails(3, &["cannot read `t.jsonl`"]);
}

/// A folder may hold files that end as traces do and are none; whoever names one wants it read.
#[test]
fn other_files_in_a_folder_are_passed_over_with_a_notice() {
    let work = Work::new();
    work.write("out/a.jsonl", lines(100))
        .write("out/notes.txt", "remember the milk\n")
        .write("out/package.json", "{\"name\": 5, \"scripts\": {}}\n")
        .write("out/empty.jsonl", "");
    let ran = work.pss(&["analyze", "out"]);
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    for name in ["notes.txt", "package.json", "empty.jsonl"] {
        let told = ran.out.contains("passed over") && ran.out.contains(name);
        assert!(told, "{name}: {}", ran.out);
    }
    work.pss(&["analyze", "out/a.jsonl", "out/notes.txt"])
        .fails(3, &["`out/notes.txt` is in no known format"]);
    work.write("none/notes.txt", "remember the milk\n");
    work.pss(&["analyze", "none"])
        .fails(3, &["`none/notes.txt` is in no known format"]);
}

/// One document is one record, but the limit is for what it holds: half of its spans, here.
#[test]
fn bad_spans_of_one_document_reach_the_limit() {
    let spans: Vec<String> = (0..100)
        .map(|i| {
            let took = if i % 2 == 0 { 5 } else { -5 };
            format!(r#"{{"traceID":"t","spanID":"{i}","operationName":"x","startTime":{i},"duration":{took}}}"#)
        })
        .collect();
    let work = Work::new();
    work.write(
        "jaeger.json",
        format!(
            r#"{{"data":[{{"traceID":"t","spans":[{}]}}]}}"#,
            spans.join(",")
        ),
    );
    work.pss(&["analyze", "jaeger.json"])
        .fails(3, &["50 of 100 records cannot be used"]);
}

/// Logs that are rotated have a number behind their names, the JVM's one more word while it is written.
#[test]
fn rotated_files_in_a_folder_are_read_as_what_they_are() {
    let gc = include_bytes!("../../integrations/src/formats/specimens/gc_log.txt");
    let work = Work::new();
    work.write("logs/gc.log.0", gc)
        .write("logs/gc.log.1.current", gc)
        .write("logs/gc.log.2.gz", gzip(gc))
        .write("logs/traces.jsonl", lines(50))
        .write("logs/traces.jsonl.1", lines(50))
        .write("logs/traces.jsonl.gz.12", gzip(lines(50).as_bytes()))
        .write("logs/app.log.3", "no log of ours\n")
        .write("logs/readme.1", "not asked for\n");
    let report = work.report(&["logs"]);
    let read: Vec<(&str, &str)> = report["input"]["files"]
        .as_array()
        .expect("files")
        .iter()
        .map(|file| {
            let text = |key: &str| file[key].as_str().expect("text");
            (text("name"), text("format"))
        })
        .collect();
    assert_eq!(
        read,
        [
            ("logs/gc.log.0", "gc-log"),
            ("logs/gc.log.1.current", "gc-log"),
            ("logs/gc.log.2.gz", "gc-log"),
            ("logs/traces.jsonl", "native"),
            ("logs/traces.jsonl.1", "native"),
            ("logs/traces.jsonl.gz.12", "native"),
        ]
    );
    assert_eq!(report["input"]["spans"], 150);
    let notices = report["warnings"].to_string();
    assert!(
        notices.contains("app.log.3") && !notices.contains("whatever its name says"),
        "{notices}"
    );
}

/// Before the first byte came out of it, whatever reads it.
#[test]
fn a_damaged_archive_is_named_as_one() {
    let work = Work::new();
    let mut gz = gzip(lines(200).as_bytes());
    // A kind of block that there is not.
    gz[10] |= 0b110;
    let mut zst = zstd::encode_all(lines(200).as_bytes(), 1).expect("compresses");
    for byte in &mut zst[6..40] {
        *byte ^= 0xff;
    }
    work.write("t.jsonl.gz", gz).write("t.jsonl.zst", zst);
    for (name, damaged) in [
        ("t.jsonl.gz", "damaged gzip: "),
        ("t.jsonl.zst", "damaged zstd: "),
    ] {
        for arguments in [&["analyze", name][..], &["convert", name, "out.csv"]] {
            let ran = work.pss(arguments);
            ran.fails(3, &[&format!("cannot read `{name}`: {damaged}")]);
            assert!(!ran.err.contains("no known format"), "{ran:?}");
        }
    }
}

/// What is missing in one record makes all behind it look like a part of it.
#[test]
fn a_broken_record_of_an_array_costs_none_of_the_others() {
    let good: Vec<String> = (0..2000).map(|i| record(i).trim().to_owned()).collect();
    let pretty = |record: &str| {
        let value: serde_json::Value = serde_json::from_str(record).expect("JSON");
        let text = serde_json::to_string_pretty(&value).expect("text");
        format!("  {}", text.replace('\n', "\n  "))
    };
    for (kind, broken) in [
        ("brace", good[1000].trim_end_matches('}').to_owned()),
        ("quote", good[1000].replacen("\"op\"", "\"o\"p\"", 1)),
        ("opened", format!("{{{}", good[1000])),
    ] {
        let work = Work::new();
        let mut records = good.clone();
        records[1000].clone_from(&broken);
        let lines = records.join("\n") + "\n";
        let mut shown: Vec<String> = good.iter().map(|record| pretty(record)).collect();
        shown[1000] = format!("  {broken}");
        work.write("a.jsonl", &lines)
            .write("a.json", format!("[\n{}\n]\n", records.join(",\n")))
            .write(
                "b.json",
                format!("{{\"traces\": [\n{}\n]}}\n", records.join(",\n")),
            )
            .write("c.json", format!("[\n{}\n]\n", shown.join(",\n")))
            .write("d.json", format!("[{}]", records.join("\n,")));
        let expected = work.report(&["a.jsonl"]);
        for name in ["a.json", "b.json", "c.json", "d.json"] {
            let report = work.report(&[name]);
            for key in ["records", "spans", "bad_records"] {
                assert_eq!(
                    report["input"][key], expected["input"][key],
                    "{kind}, {name}: {key}"
                );
            }
            assert_eq!(
                report["pss"]["score"], expected["pss"]["score"],
                "{kind}, {name}"
            );
            assert_eq!(report["input"]["bad"][0]["line"], 1001, "{kind}, {name}");
        }
    }
}
