//! `pss run --kafka`: what is said before a command is started.

use crate::work::Work;

const GROUP: [&str; 6] = ["run", "--kafka", "127.0.0.1:1", "--group", "billing", "--"];

#[test]
#[cfg(not(feature = "kafka"))]
fn without_the_feature_it_says_how_to_get_it() {
    let work = Work::new();
    let run = [&GROUP[..], &["touch", "started"]].concat();
    work.pss(&run)
        .fails(2, &["sampler:kafka", "--features kafka"]);
    // Nor is a table that names brokers passed over.
    work.write(
        "pss.toml",
        "[kafka]\n\"bootstrap.servers\" = \"127.0.0.1:1\"\n",
    );
    work.pss(&["run", "--", "touch", "started"])
        .fails(2, &["--features kafka"]);
    assert!(!work.path("started").exists());
}

#[test]
#[cfg(feature = "kafka")]
fn what_cannot_be_used_is_told_before_the_command_starts() {
    let work = Work::new();
    let fails = |toml: &str, more: &[&str], says: &[&str]| {
        work.write("pss.toml", toml);
        let run = [&GROUP[..5], more, &["--", "touch", "started"]].concat();
        let ran = work.pss(&run);
        assert!(!ran.err.contains("hunter2"), "{}", ran.err);
        ran.fails(2, says);
        assert!(!work.path("started").exists());
    };
    fails("", &[], &["sampler:kafka", "--topic"]);
    fails("", &["--topic", "a/b"], &["a/b"]);
    fails(
        "[kafka]\nsasl.pasword = \"hunter2\"\n",
        &["--topic", "orders"],
        &["sasl.pasword"],
    );
    fails(
        "[kafka]\n\"sasl.password\" = \"${PSS_TEST_UNSET}\"\n",
        &["--topic", "orders"],
        &["pss.toml:2", "kafka.sasl.password", "PSS_TEST_UNSET"],
    );
}

#[test]
#[cfg(feature = "kafka")]
fn a_cluster_that_is_away_fails_no_run() {
    let work = Work::new();
    let began = std::time::Instant::now();
    let run = [&GROUP[..5], &["--topic", "orders", "--", "true"]].concat();
    let ran = work.pss(&run);
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    assert!(ran.err.contains("kafka: "), "{}", ran.err);
    assert!(began.elapsed() < std::time::Duration::from_secs(30));
}

#[cfg(feature = "kafka")]
mod with_a_cluster {
    use std::{process::Stdio, time::Duration};

    use crate::{
        cluster::Cluster,
        work::{Ran, Work},
    };

    /// The score of KAFKA in a run during which so many of a hundred messages are handled as come.
    fn score(handled: u64) -> f64 {
        let work = Work::new();
        let mut cluster = Cluster::new();
        for order in [
            "topic orders 1",
            "produce orders 0 100",
            "commit billing orders 0 0",
        ] {
            cluster.order(order);
        }
        let script = "until [ -e done ]; do sleep 0.05; done";
        let child = work
            .command(&[
                "run",
                "--kafka",
                &cluster.servers,
                "--group",
                "billing",
                "--topic",
                "orders",
                "--export",
                "json=r.json",
                "--",
                "sh",
                "-c",
                script,
            ])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("pss starts");
        for step in 1..=25 {
            cluster.order(&format!("commit billing orders 0 {}", handled * step));
            cluster.order("produce orders 0 100");
            std::thread::sleep(Duration::from_millis(200));
        }
        work.write("done", "");
        let ran = Ran::of(child.wait_with_output().expect("pss ends"));
        assert_eq!(ran.code, Some(0), "{}", ran.err);
        let report: serde_json::Value =
            serde_json::from_str(&work.read("r.json")).expect("a report");
        let metrics = report["metrics"].as_array().expect("a list");
        let kafka = metrics.iter().find(|metric| metric["code"] == "KAFKA");
        let kafka = kafka.expect("KAFKA");
        kafka["score"].as_f64().unwrap_or_else(|| panic!("{kafka}"))
    }

    #[test]
    fn a_run_whose_lag_grows_loses_kafka_and_one_that_keeps_up_does_not() {
        let (grows, keeps_up) = (score(10), score(100));
        assert!(grows < 0.5, "{grows}");
        assert!(keeps_up > 0.9, "{keeps_up}");
    }

    #[test]
    fn very_short_rounds_have_readings() {
        let work = Work::new();
        let mut cluster = Cluster::new();
        for order in [
            "topic orders 1",
            "produce orders 0 9",
            "commit billing orders 0 4",
        ] {
            cluster.order(order);
        }
        let ran = work.pss(&[
            "run",
            "--runs",
            "12",
            "--kafka",
            &cluster.servers,
            "--group",
            "billing",
            "--topic",
            "orders",
            "--save",
            "run.jsonl",
            "--",
            "true",
        ]);
        assert_eq!(ran.code, Some(0), "{}", ran.err);
        let saved = work.read("run.jsonl");
        let rounds = (1..=12).filter(|round| {
            let entity = format!("\"partition\":\"0 run {round}\"");
            saved
                .lines()
                .any(|line| line.contains("kafka_lag") && line.contains(&entity))
        });
        assert!(rounds.count() >= 10, "{saved}");
    }
}

#[test]
fn a_group_without_brokers_is_a_mistake() {
    Work::new()
        .pss(&["run", "--topic", "orders", "--", "true"])
        .fails(2, &["--kafka HOST:PORT"]);
}

#[test]
fn its_table_is_checked_and_shown_without_secrets() {
    let work = Work::new();
    work.write(
        "pss.toml",
        "[kafka]\ntopics = [\"orders\"]\ngroup.id = \"billing\"\n\"security.protocol\" = \"sasl_ssl\"\nsasl.password = \"hunter2\"\n\"ssl.key.password\" = \"${KEY}\"\n\"socket.timeout.ms\" = 3000\n",
    );
    assert_eq!(work.pss(&["config", "check"]).code, Some(0));
    let shown = work.pss(&["config", "show"]).out;
    for line in [
        "kafka.topics = [\"orders\"]  # pss.toml:2",
        "kafka.group.id = \"billing\"  # pss.toml:3",
        "kafka.security.protocol = \"sasl_ssl\"  # pss.toml:4",
        "kafka.sasl.password = \"***\"  # pss.toml:5",
        "kafka.ssl.key.password = \"${KEY}\"  # pss.toml:6",
        "kafka.socket.timeout.ms = \"3000\"  # pss.toml:7",
    ] {
        assert!(shown.contains(line), "{line} in {shown}");
    }
    work.write("pss.toml", "[kafka]\ntopics = \"orders\"\n");
    work.pss(&["config", "check"])
        .fails(2, &["pss.toml:2", "expected a list"]);
    work.write("pss.toml", "[kafak]\ntopics = [\"orders\"]\n");
    work.pss(&["config", "check"])
        .fails(2, &["did you mean `kafka`?"]);
}
