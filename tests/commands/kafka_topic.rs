//! `kafka://..` as an input.

use crate::work::Work;

#[test]
#[cfg(not(feature = "kafka"))]
fn without_the_feature_it_says_how_to_get_it() {
    let work = Work::new();
    for command in [
        &["analyze", "kafka://127.0.0.1:1/spans"][..],
        &["convert", "kafka://127.0.0.1:1/spans", "out.jsonl"],
        &["compare", "kafka://127.0.0.1:1/a", "--head", "b.jsonl"],
    ] {
        work.pss(command)
            .fails(2, &["source:kafka", "--features kafka"]);
    }
}

#[test]
fn a_scheme_that_nobody_reads_is_told_and_files_are_not_followed() {
    let work = Work::new();
    work.pss(&["analyze", "nats://localhost/spans"])
        .fails(2, &["`nats://localhost/spans`", "source:nats"]);
    work.write("t.jsonl", crate::work::lines(3));
    work.pss(&["analyze", "t.jsonl", "--follow", "1s"])
        .fails(2, &["--follow", "kafka://"]);
    work.pss(&["analyze", "t.jsonl", "--follow", "soon"])
        .fails(2, &["--follow", "250ms"]);
}

#[cfg(feature = "kafka")]
mod with_a_cluster {
    use std::{
        io::Read,
        process::{Child, Stdio},
        time::{Duration, Instant},
    };

    use crate::{
        cluster::Cluster,
        work::{Ran, Work, interrupt, lines, record},
    };

    /// What an SDK posts: 40 spans.
    fn otlp() -> String {
        let spans: Vec<String> = (1..=40)
            .map(|at| format!("{{\"traceId\":\"{at:032x}\",\"spanId\":\"{at:016x}\",\"name\":\"pay\",\"kind\":2,\"startTimeUnixNano\":\"17000000{at:02}000000000\",\"endTimeUnixNano\":\"17000000{at:02}100000000\"}}"))
            .collect();
        format!(
            "{{\"resourceSpans\":[{{\"resource\":{{\"attributes\":[{{\"key\":\"service.name\",\"value\":{{\"stringValue\":\"shop\"}}}}]}},\"scopeSpans\":[{{\"spans\":[{}]}}]}}]}}",
            spans.join(",")
        )
    }

    /// The same 40 spans as protobuf.
    fn protobuf() -> Vec<u8> {
        fn field(tag: u8, bytes: &[u8]) -> Vec<u8> {
            let mut field = vec![tag];
            let mut length = bytes.len();
            while length >= 0x80 {
                field.push(length as u8 | 0x80);
                length >>= 7;
            }
            field.push(length as u8);
            field.extend(bytes);
            field
        }
        let spans: Vec<u8> = (1..=40_u64)
            .flat_map(|at| {
                let start = (1_700_000_000 + at) * 1_000_000_000;
                let mut span = field(0x0a, &u128::from(at).to_be_bytes());
                span.extend(field(0x12, &at.to_be_bytes()));
                span.extend(field(0x2a, b"pay"));
                span.extend([0x30, 2, 0x39]);
                span.extend(start.to_le_bytes());
                span.push(0x41);
                span.extend((start + 100_000_000).to_le_bytes());
                field(0x12, &span)
            })
            .collect();
        let name = [
            field(0x0a, b"service.name"),
            field(0x12, &field(0x0a, b"shop")),
        ]
        .concat();
        let resource = [field(0x0a, &field(0x0a, &name)), field(0x12, &spans)].concat();
        field(0x0a, &resource)
    }

    fn order_file(work: &Work, cluster: &mut Cluster, topic: &str, part: u32, content: &[u8]) {
        work.write("message", content);
        let path = work.path("message");
        cluster.order(&format!("send {topic} {part} {}", path.display()));
    }

    fn start(work: &Work, arguments: &[&str]) -> Child {
        work.command(arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("pss starts")
    }

    #[test]
    fn a_topic_scores_as_a_file_of_its_records_does() {
        let work = Work::new();
        let mut cluster = Cluster::new();
        work.write("t.jsonl", lines(2000));
        cluster.order("topic spans 1");
        let path = work.path("t.jsonl");
        cluster.order(&format!("lines spans 0 {} zstd", path.display()));
        let url = format!("kafka://{}/spans", cluster.servers);
        let (topic, file) = (work.report(&[&url]), work.report(&["t.jsonl"]));
        for part in ["pss", "metrics", "operations", "timeline"] {
            assert_eq!(topic[part], file[part], "{part}");
        }
        let input = &topic["input"];
        assert_eq!(
            (&input["records"], &input["bad_records"]),
            (&2000.into(), &0.into())
        );
        assert_eq!(input["files"][0]["name"], url.as_str());
        assert_eq!(input["files"][0]["format"], "native");
        // What else takes inputs takes it too.
        let ran = work.pss(&["convert", &url, "out.jsonl"]);
        assert_eq!(ran.code, Some(0), "{ran:?}");
        assert_eq!(work.read("out.jsonl").lines().count(), 2000);
        let ran = work.pss(&["compare", "t.jsonl", "--head", &url, "--same-session"]);
        assert_eq!(ran.code, Some(0), "{ran:?}");
    }

    #[test]
    fn otlp_and_native_messages_may_lie_side_by_side() {
        let work = Work::new();
        let mut cluster = Cluster::new();
        cluster.order("topic spans 2");
        let json = otlp();
        order_file(&work, &mut cluster, "spans", 0, json.as_bytes());
        order_file(&work, &mut cluster, "spans", 1, &protobuf());
        order_file(&work, &mut cluster, "spans", 0, lines(20).as_bytes());
        let url = format!("kafka://{}/spans", cluster.servers);
        let report = work.report(&[&url]);
        assert_eq!(
            (&report["input"]["spans"], &report["input"]["bad_records"]),
            (&100.into(), &0.into())
        );
        assert_eq!(
            report["input"]["files"][0]["format"],
            "native, otlp, otlp-protobuf"
        );
        let operations = report["operations"].as_array().expect("a list");
        let pay = operations.iter().find(|found| found["operation"] == "pay");
        assert_eq!(pay.expect("received")["n"], 80);
        work.pss(&["analyze", &url, "--format", "csv"])
            .fails(2, &["native, otlp, otlp-protobuf", "csv"]);
    }

    #[test]
    fn bad_messages_are_told_with_partition_and_offset() {
        let work = Work::new();
        let mut cluster = Cluster::new();
        cluster.order("topic spans 3");
        let text: String = (0..500).map(|at| record(at) + "\n").collect();
        work.write("t.jsonl", text);
        let path = work.path("t.jsonl");
        cluster.order(&format!("lines spans 2 {} none", path.display()));
        order_file(&work, &mut cluster, "spans", 2, b"hello");
        order_file(&work, &mut cluster, "spans", 2, b"{\"name\":7}");
        let url = format!("kafka://{}/spans", cluster.servers);
        let report = work.report(&[&url]);
        let input = &report["input"];
        assert_eq!(
            (&input["records"], &input["bad_records"]),
            (&502.into(), &2.into())
        );
        let bad: Vec<(String, u64)> = input["bad"]
            .as_array()
            .expect("a list")
            .iter()
            .map(|bad| {
                let file = bad["file"].as_str().expect("a text").to_owned();
                (file, bad["line"].as_u64().expect("a number"))
            })
            .collect();
        let place = format!("{url}/2");
        assert_eq!(bad, [(place.clone(), 500), (place.clone(), 501)]);
        // More bad messages than are allowed: exit 3, as for files.
        for _ in 0..12 {
            order_file(&work, &mut cluster, "spans", 0, b"hello");
        }
        let ran = work.pss(&["analyze", &url]);
        ran.fails(3, &["14 of 514 records cannot be used"]);
        assert!(ran.out.contains(&format!("{url}/0:0:")), "{}", ran.out);
    }

    #[test]
    fn what_is_not_there_has_its_exit_code() {
        let work = Work::new();
        let mut cluster = Cluster::new();
        cluster.order("topic empty 2");
        let of = |topic: &str| format!("kafka://{}/{topic}", cluster.servers);
        work.pss(&["analyze", &of("empty")])
            .fails(3, &["is empty: no records"]);
        work.pss(&["analyze", &of("later")])
            .fails(3, &["cannot read", "the cluster knows no topic later"]);
        work.pss(&["analyze", "kafka://127.0.0.1:1/spans"]).fails(
            3,
            &["cannot read `kafka://127.0.0.1:1/spans`: no broker answers"],
        );
        work.pss(&["analyze", "kafka://127.0.0.1:1"])
            .fails(2, &["names no topic", "kafka://BROKER:PORT"]);
        let ran = work.pss(&["analyze", "kafka://me:hunter2@127.0.0.1:1/spans"]);
        assert!(!ran.err.contains("hunter2"), "{}", ran.err);
        ran.fails(2, &["`kafka://***@127.0.0.1:1/spans`", "sasl.username"]);
        work.write("pss.toml", "[kafka]\nsasl.pasword = \"hunter2\"\n");
        let ran = work.pss(&["analyze", &of("empty")]);
        assert!(!ran.err.contains("hunter2"), "{}", ran.err);
        ran.fails(2, &["sasl.pasword"]);
        // The table may say who the brokers are.
        work.write(
            "pss.toml",
            format!("[kafka]\n\"bootstrap.servers\" = \"{}\"\n", cluster.servers),
        );
        work.pss(&["analyze", "kafka:///empty"])
            .fails(3, &["`kafka:///empty` is empty"]);
    }

    #[test]
    fn following_ends_with_its_time_or_with_ctrl_c() {
        let work = Work::new();
        let mut cluster = Cluster::new();
        cluster.order("topic spans 1");
        order_file(&work, &mut cluster, "spans", 0, lines(50).as_bytes());
        let url = format!("kafka://{}/spans", cluster.servers);
        let began = Instant::now();
        let report = work.report(&[&url, "--follow", "2s"]);
        assert!(began.elapsed() >= Duration::from_secs(2));
        assert_eq!(report["input"]["spans"], 50);

        let child = start(&work, &["analyze", "--json", &url, "--follow", "1h"]);
        std::thread::sleep(Duration::from_secs(3));
        interrupt(&child);
        let ran = Ran::of(child.wait_with_output().expect("pss ends"));
        assert_eq!(ran.code, Some(130), "{ran:?}");
        let report: serde_json::Value = serde_json::from_str(&ran.out).expect("a report");
        assert_eq!(
            (&report["input"]["partial"], &report["input"]["spans"]),
            (&true.into(), &50.into())
        );
    }

    #[test]
    fn a_cluster_that_is_lost_costs_what_was_not_read_and_is_told() {
        let work = Work::new();
        let mut cluster = Cluster::new();
        cluster.order("topic spans 1");
        order_file(&work, &mut cluster, "spans", 0, lines(500).as_bytes());
        let url = format!("kafka://{}/spans", cluster.servers);
        let mut child = start(&work, &["analyze", "--json", &url, "--follow", "6s"]);
        std::thread::sleep(Duration::from_secs(3));
        cluster.order("down");
        let (mut out, mut err) = (String::new(), String::new());
        let streams = (child.stdout.take(), child.stderr.take());
        streams
            .0
            .expect("piped")
            .read_to_string(&mut out)
            .expect("text");
        streams
            .1
            .expect("piped")
            .read_to_string(&mut err)
            .expect("text");
        // One bad record of 501: what came before is scored.
        assert_eq!(child.wait().expect("pss ends").code(), Some(0), "{err}");
        let report: serde_json::Value = serde_json::from_str(&out).expect("a report");
        assert_eq!(
            (&report["input"]["spans"], &report["input"]["bad_records"]),
            (&500.into(), &1.into())
        );
        let told = report["warnings"].to_string();
        assert!(
            told.contains("reading stopped: no broker answers"),
            "{told}"
        );
    }
}
