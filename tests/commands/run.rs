//! `pss run`: a transparent wrapper that measures.

use std::{
    os::unix::fs::PermissionsExt,
    process::{Child, Stdio},
    time::{Duration, Instant},
};

use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};

use crate::work::{Ran, Work};

fn json(work: &Work, path: &str) -> serde_json::Value {
    serde_json::from_str(&work.read(path)).expect("JSON")
}

fn alive(pid: &str) -> bool {
    // A zombie is no life.
    std::fs::read_to_string(format!("/proc/{pid}/stat")).is_ok_and(|stat| {
        !stat
            .rsplit(") ")
            .next()
            .is_some_and(|rest| rest.starts_with('Z'))
    })
}

fn gone(pid: &str) -> bool {
    let deadline = Instant::now() + Duration::from_secs(10);
    while Instant::now() < deadline {
        if !alive(pid) {
            return true;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    false
}

/// Waits until a file has a line.
fn line_of(work: &Work, name: &str) -> String {
    let deadline = Instant::now() + Duration::from_secs(20);
    loop {
        let text = std::fs::read_to_string(work.path(name)).unwrap_or_default();
        if text.ends_with('\n') {
            return text.trim().to_owned();
        }
        assert!(Instant::now() < deadline, "{name} was never written");
        std::thread::sleep(Duration::from_millis(10));
    }
}

#[test]
fn streams_and_arguments_are_the_commands_own() {
    let work = Work::new();
    let script = "cat; echo \"$1|$2\"; echo to-err >&2";
    let ran = work.pss_fed(
        &[
            "run", "--quiet", "--", "sh", "-c", script, "x", "a b", "--json",
        ],
        b"line 1\nline 2\n",
    );
    assert_eq!(
        (ran.code, ran.out.as_str()),
        (Some(0), "line 1\nline 2\na b|--json\n")
    );
    assert_eq!(ran.err, "to-err\n");
    // The report goes to standard error, and nothing but what the command writes to standard output.
    let ran = work.pss(&["run", "--", "echo", "hello"]);
    assert_eq!(ran.out, "hello\n");
    assert!(ran.err.contains("1 round of echo hello"), "{}", ran.err);
}

#[test]
fn what_cannot_be_run_is_told_before_anything_is_written() {
    let work = Work::new();
    work.write("plain.txt", "text")
        .write("nonsense", "\u{1}\u{2}");
    let mode = std::fs::Permissions::from_mode(0o755);
    std::fs::set_permissions(work.path("nonsense"), mode).expect("run bit");
    for (word, says) in [
        ("no-such-program", "no program `no-such-program` in PATH"),
        ("./no-such-file", "no file `./no-such-file`"),
        (".", "no program `.`"),
        ("./", "is a directory"),
        ("./plain.txt", "chmod +x"),
        ("plain.txt", "write ./plain.txt"),
        ("./nonsense", "no program that this system can start"),
    ] {
        work.pss(&["run", "--save", "run.jsonl", "--", word])
            .fails(2, &["cannot run", says]);
    }
    work.pss(&["run", "--save", "run.csv", "--", "true"])
        .fails(2, &["end `run.csv` in .jsonl"]);
    work.pss(&["run", "--timeout", "soon", "--", "true"])
        .fails(2, &["--timeout", "250ms, 1.5s, 2m or 1h"]);
    work.pss(&["run", "--prepare", "exit 7", "--", "true"])
        .fails(2, &["--prepare failed (exit code 7)"]);
    work.pss(&["run"]).fails(2, &["<CMD>"]);
}

#[test]
fn failures_have_their_exit_codes() {
    let work = Work::new();
    let fails = ["--quiet", "--", "sh", "-c", "exit 7"];
    let ran = |more: &[&str]| work.pss(&[&["run"], more, &fails].concat()).code;
    assert_eq!(ran(&[]), Some(4));
    assert_eq!(ran(&["--ignore-failure"]), Some(0));
    assert_eq!(ran(&["--exit-with-child"]), Some(7));
    assert_eq!(
        ran(&["--metrics", "KAFKA", "--fail-under", "1"]),
        Some(4),
        "before the threshold"
    );
    assert_eq!(
        ran(&[
            "--ignore-failure",
            "--metrics",
            "KAFKA",
            "--fail-under",
            "1"
        ]),
        Some(1)
    );
    let killed = [
        "run",
        "--quiet",
        "--exit-with-child",
        "--",
        "sh",
        "-c",
        "kill -9 $$",
    ];
    assert_eq!(work.pss(&killed).code, Some(137));
    let late = ["run", "--timeout", "200ms", "--json", "--", "sleep", "20"];
    let ran = work.pss(&late);
    assert_eq!(ran.code, Some(4), "{}", ran.err);
    let report: serde_json::Value = serde_json::from_str(&ran.err).expect("JSON on stderr");
    let round = &report["run"]["rounds"][0];
    assert_eq!(
        (&round["timed_out"], &round["signal"]),
        (&true.into(), &15.into())
    );
    assert!(round["seconds"].as_f64().expect("seconds") < 10.0);
}

#[test]
fn rounds_are_spans_and_have_statistics() {
    let work = Work::new();
    let ran = work.pss(&[
        "run",
        "--runs",
        "30",
        "--warmup",
        "2",
        "--prepare",
        "echo p >> log",
        "--cleanup",
        "echo c >> log",
        "--ignore-failure",
        "--export",
        "json=r.json",
        "--save",
        "run.jsonl",
        "--quiet",
        "--",
        "sh",
        "-c",
        "echo r >> log; [ $(( $(grep -c r log) % 3 )) != 0 ]",
    ]);
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    assert_eq!(work.read("log"), "p\nr\nc\n".repeat(32));
    let report = json(&work, "r.json");
    let run = &report["run"];
    assert_eq!(run["rounds"].as_array().expect("a list").len(), 30);
    assert_eq!(run["failed"], 10);
    assert!(run["seconds"]["median"].as_f64().expect("a number") > 0.0);
    assert!(run["outliers"].is_number());
    let metric = |code: &str| {
        let metrics = report["metrics"].as_array().expect("a list");
        let found = metrics.iter().find(|metric| metric["code"] == code);
        found.expect("a metric")["score"].as_f64()
    };
    // One of three fails: that is what ERR is for.
    assert!(metric("ERR").expect("30 spans say whether they failed") < 0.5);
    assert!(
        metric("TIME").is_some(),
        "the operation run needs 10 spans only"
    );
    let runs = work.read("run.jsonl");
    let spans = runs
        .lines()
        .filter(|line| line.contains("\"name\":\"run\""))
        .count();
    assert_eq!(spans, 30);
}

#[test]
fn a_duration_is_filled_with_rounds() {
    let work = Work::new();
    let ran = work.pss(&[
        "run",
        "--duration",
        "1s",
        "--export",
        "json=r.json",
        "--quiet",
        "--",
        "sleep",
        "0.1",
    ]);
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    let rounds = json(&work, "r.json")["run"]["rounds"]
        .as_array()
        .expect("a list")
        .len();
    assert!((2..=10).contains(&rounds), "{rounds}");
}

#[test]
fn what_was_saved_scores_as_the_run_did() {
    let work = Work::new();
    let script = "for i in 1 2 3 4 5 6 7 8; do echo \"{\\\"name\\\":\\\"step\\\",\\\"duration\\\":0.0$i,\\\"error\\\":false}\" >> $PSS_TRACE_FILE; done; sleep 0.4";
    let ran = work.pss(&[
        "run",
        "--runs",
        "5",
        "--save",
        "run.jsonl.zst",
        "--export",
        "json=a.json",
        "--export",
        "summary=run.pss",
        "--quiet",
        "--",
        "sh",
        "-c",
        script,
    ]);
    assert_eq!((ran.code, ran.err.as_str()), (Some(0), ""));
    for (input, output) in [("run.jsonl.zst", "b.json"), ("run.pss", "c.json")] {
        let export = format!("json={output}");
        let again = work.pss(&["analyze", input, "--export", &export, "--quiet"]);
        assert_eq!(again.code, Some(0), "{}", again.err);
        let (a, b) = (json(&work, "a.json"), json(&work, output));
        for part in ["pss", "metrics", "operations", "timeline"] {
            assert_eq!(a[part], b[part], "{part} of {input}");
        }
        assert_eq!(b["input"]["spans"], 45, "five rounds of eight steps");
    }
}

#[test]
fn files_that_the_command_writes_are_read() {
    let work = Work::new();
    let log = "[0.100s][info][gc] GC(0) Pause Young (Normal) 10M->5M(20M) 400.000ms\n[0.900s][info][gc] GC(1) Pause Young (Normal) 10M->5M(20M) 400.000ms\n";
    work.write("gc.txt", log)
        .write("stale.jsonl", crate::work::lines(3));
    let hour_ago = std::time::SystemTime::now() - Duration::from_secs(3600);
    let stale = std::fs::File::options()
        .append(true)
        .open(work.path("stale.jsonl"));
    stale
        .and_then(|file| file.set_modified(hour_ago))
        .expect("its time is set");
    let ran = work.pss(&[
        "run",
        "--read",
        "gc.log",
        "--read",
        "stale.jsonl",
        "--export",
        "json=r.json",
        "--",
        "sh",
        "-c",
        "sleep 0.2; cp gc.txt gc.log; sleep 1",
    ]);
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    assert!(
        ran.err
            .contains("`stale.jsonl` was not written by the command"),
        "{}",
        ran.err
    );
    let report = json(&work, "r.json");
    let start = report["input"]["start"].as_f64().expect("a time");
    assert!(
        start > 1e9,
        "the log's clock counts from the start of the round: {start}"
    );
    let gc = report["metrics"]
        .as_array()
        .expect("a list")
        .iter()
        .find(|metric| metric["code"] == "GC")
        .expect("GC");
    assert!(
        gc["score"].as_f64().expect("a log alone gives a score") < 0.5,
        "{gc}"
    );
}

#[test]
fn a_broken_trace_file_costs_only_its_broken_records() {
    let work = Work::new();
    let ran = work.pss(&[
        "run", "--export", "json=r.json", "--", "sh", "-c", "echo '{\"name\":\"a\",\"duration\":1}' > $PSS_TRACE_FILE; echo '{\"name\":7}' >> $PSS_TRACE_FILE",
    ]);
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    assert!(
        ran.err
            .contains("1 of 2 records of `PSS_TRACE_FILE` cannot be used"),
        "{}",
        ran.err
    );
    assert_eq!(
        json(&work, "r.json")["input"]["spans"],
        2,
        "the good one, and the round"
    );
}

#[test]
fn a_trace_file_that_the_user_names_is_read_from_where_the_run_began() {
    let work = Work::new();
    work.write("mine.jsonl", crate::work::lines(7));
    let script = "echo '{\"name\":\"new\",\"duration\":1}' >> $PSS_TRACE_FILE";
    let ran = work.pss_with(
        &[
            "run",
            "--runs",
            "3",
            "--warmup",
            "1",
            "--export",
            "json=r.json",
            "--",
            "sh",
            "-c",
            script,
        ],
        &[("PSS_TRACE_FILE", "mine.jsonl")],
    );
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    assert!(
        ran.err.contains("PSS_TRACE_FILE is set, and left as it is"),
        "{}",
        ran.err
    );
    assert_eq!(
        work.read("mine.jsonl").lines().count(),
        11,
        "nothing is lost"
    );
    let report = json(&work, "r.json");
    assert_eq!(
        report["input"]["spans"], 6,
        "three rounds, a record of each"
    );
    let operations = report["operations"].as_array().expect("a list");
    let new = operations.iter().find(|found| found["operation"] == "new");
    assert_eq!(
        new.expect("it was read")["n"],
        3,
        "the warm-up does not count"
    );
}

#[test]
fn a_trace_file_that_cannot_be_read_fails_no_run() {
    let work = Work::new();
    let ran = work.pss_with(&["run", "--", "true"], &[("PSS_TRACE_FILE", ".")]);
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    assert!(
        ran.err.contains("what PSS_TRACE_FILE names cannot be read"),
        "{}",
        ran.err
    );
}

#[test]
fn processes_that_outlive_the_command_are_stopped() {
    let work = Work::new();
    // One stays in the command's group, one leaves it and its parent.
    let script = "sleep 100 & echo $! > in; setsid sh -c 'sleep 100 & echo $! > out'; sleep 0.3";
    let ran = work.pss(&["run", "--", "sh", "-c", script]);
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    assert!(
        ran.err.contains("outlived the command, and were stopped"),
        "{}",
        ran.err
    );
    for file in ["in", "out"] {
        assert!(gone(&line_of(&work, file)), "{file}");
    }
}

fn start(work: &Work, arguments: &[&str]) -> Child {
    work.command(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("pss starts")
}

fn send(signal: Signal, child: &Child) {
    kill(Pid::from_raw(child.id().cast_signed()), signal).expect("sent");
}

#[test]
fn an_interrupt_reaches_the_command_and_leaves_a_partial_report() {
    let work = Work::new();
    let script =
        "trap 'echo caught > caught; exit 0' INT; echo $$ > pid; while true; do sleep 0.05; done";
    for (signal, name) in [(Signal::SIGINT, "INT"), (Signal::SIGTERM, "TERM")] {
        let script = script.replace("INT", name);
        let _ = std::fs::remove_file(work.path("pid"));
        let _ = std::fs::remove_file(work.path("caught"));
        let child = start(
            &work,
            &[
                "run",
                "--runs",
                "5",
                "--export",
                "json=r.json",
                "--",
                "sh",
                "-c",
                &script,
            ],
        );
        let pid = line_of(&work, "pid");
        send(signal, &child);
        let ran = Ran::of(child.wait_with_output().expect("pss ends"));
        assert_eq!(ran.code, Some(130), "{signal}: {}", ran.err);
        assert_eq!(line_of(&work, "caught"), "caught");
        assert!(gone(&pid));
        assert_eq!(json(&work, "r.json")["input"]["partial"], true);
    }
}

/// While nobody reads its standard error, `pss` stands still in the middle of its report.
#[test]
fn a_signal_behind_the_rounds_ends_pss_as_it_ends_any_program() {
    use std::os::unix::process::ExitStatusExt;
    let work = Work::new();
    let letters = || ('a'..='z').flat_map(|a| ('a'..='z').map(move |b| format!("{a}{b}")));
    let line = |name: String| format!("{{\"name\":\"operation {name}\",\"duration\":1}}\n");
    work.write("all.jsonl", letters().map(line).collect::<String>());
    let script = "echo $$ > pid; cat all.jsonl >> $PSS_TRACE_FILE";
    for signal in [Signal::SIGINT, Signal::SIGTERM] {
        let _ = std::fs::remove_file(work.path("run.pss"));
        let mut child = start(
            &work,
            &[
                "run",
                "--json",
                "--top",
                "1000",
                "--export",
                "summary=run.pss",
                "--",
                "sh",
                "-c",
                script,
            ],
        );
        let deadline = Instant::now() + Duration::from_secs(60);
        // Written before the report is.
        while !work.path("run.pss").exists() {
            assert!(Instant::now() < deadline, "no report");
            std::thread::sleep(Duration::from_millis(10));
        }
        std::thread::sleep(Duration::from_millis(300));
        assert!(child.try_wait().expect("asked").is_none(), "it waits");
        let parent = child.id().to_string();
        let is_child = |entry: &std::fs::DirEntry| {
            let stat = std::fs::read_to_string(entry.path().join("stat")).unwrap_or_default();
            let behind = stat.rsplit(") ").next().unwrap_or_default();
            behind.split(' ').nth(1) == Some(&parent)
        };
        let processes = std::fs::read_dir("/proc").expect("processes").flatten();
        assert_eq!(processes.filter(is_child).count(), 0, "a child is left");
        send(signal, &child);
        let deadline = Instant::now() + Duration::from_secs(20);
        let status = loop {
            if let Some(status) = child.try_wait().expect("asked") {
                break status;
            }
            assert!(Instant::now() < deadline, "{signal} is swallowed");
            std::thread::sleep(Duration::from_millis(10));
        };
        assert_eq!(status.signal(), Some(signal as i32));
        assert!(gone(&line_of(&work, "pid")));
    }
}

#[test]
fn other_signals_are_handed_on() {
    let work = Work::new();
    let script =
        "trap 'echo usr > usr; exit 0' USR1; echo $$ > pid; while true; do sleep 0.05; done";
    let child = start(&work, &["run", "--quiet", "--", "sh", "-c", script]);
    line_of(&work, "pid");
    send(Signal::SIGUSR1, &child);
    let ran = Ran::of(child.wait_with_output().expect("pss ends"));
    assert_eq!(
        (ran.code, line_of(&work, "usr").as_str()),
        (Some(0), "usr"),
        "{}",
        ran.err
    );
}

#[test]
fn a_killed_pss_takes_the_command_with_it_and_leaves_what_it_saved() {
    let work = Work::new();
    let script = "echo $$ > pid; sleep 100 & echo $! > child; wait";
    let mut child = start(
        &work,
        &[
            "run",
            "--save",
            "run.jsonl",
            "--quiet",
            "--",
            "sh",
            "-c",
            script,
        ],
    );
    let (pid, grandchild) = (line_of(&work, "pid"), line_of(&work, "child"));
    std::thread::sleep(Duration::from_millis(900));
    send(Signal::SIGKILL, &child);
    child.wait().expect("it is gone");
    assert!(gone(&pid) && gone(&grandchild));
    let ran = work.pss(&["analyze", "run.jsonl", "--json"]);
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    let report: serde_json::Value = serde_json::from_str(&ran.out).expect("JSON");
    assert!(report["input"]["samples"].as_u64().expect("a count") > 5);
}

#[test]
fn what_the_user_set_is_left_as_it_is() {
    let work = Work::new();
    let script = "env | grep -E '^(OTEL|PSS_TRACE)' | sort > env";
    let ran = work.pss_with(
        &["run", "--", "sh", "-c", script],
        &[
            ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://collector:4317"),
            ("OTEL_TRACES_SAMPLER", "traceidratio"),
        ],
    );
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    let env = work.read("env");
    assert!(env.contains("PSS_TRACE_FILE=/"), "{env}");
    assert!(
        env.contains("OTEL_EXPORTER_OTLP_ENDPOINT=http://collector:4317\n"),
        "{env}"
    );
    assert!(env.contains("OTEL_TRACES_SAMPLER=traceidratio\n"), "{env}");
    if cfg!(feature = "receiver") {
        // A protocol or an exporter that pss chose could keep spans from where the user sends them.
        assert_eq!(env.matches("OTEL_").count(), 2, "{env}");
        assert!(
            ran.err
                .contains("OTEL_EXPORTER_OTLP_ENDPOINT is set, and left as it is"),
            "{}",
            ran.err
        );
    } else {
        assert!(ran.err.contains("--features receiver"), "{}", ran.err);
    }
    let ran = work.pss(&["run", "--otlp", "off", "--quiet", "--", "sh", "-c", script]);
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    assert!(
        !work.read("env").contains("OTEL_EXPORTER"),
        "{}",
        work.read("env")
    );
}

#[cfg(feature = "receiver")]
#[test]
fn a_collector_of_the_users_own_gets_what_the_command_sends() {
    use std::io::{BufRead, BufReader, Read, Write};
    let work = Work::new();
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    let (send, received) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let (stream, _) = listener.accept().expect("a connection");
        let mut stream = BufReader::new(stream);
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            assert!(stream.read_line(&mut head).expect("a line") > 0, "{head}");
        }
        let head = head.to_ascii_lowercase();
        let length = head
            .lines()
            .find_map(|line| line.strip_prefix("content-length: "))
            .expect("a length");
        let mut body = vec![0; length.parse().expect("a number")];
        stream.read_exact(&mut body).expect("a body");
        let answer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}";
        stream.get_mut().write_all(answer.as_bytes()).expect("sent");
        send.send((head, body)).expect("heard");
    });
    let script = "echo $OTEL_EXPORTER_OTLP_ENDPOINT > endpoint; env | grep TRACES_ENDPOINT= > traces; until [ -e sent ]; do sleep 0.01; done";
    let tee = format!("tee=http://{address}/base");
    let child = work
        .command(&[
            "run",
            "--otlp",
            &tee,
            "--export",
            "json=r.json",
            "--",
            "sh",
            "-c",
            script,
        ])
        .env("OTEL_EXPORTER_OTLP_ENDPOINT", "http://collector:4318")
        .env(
            "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",
            "http://collector:4318/v1/traces",
        )
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("pss starts");
    let endpoint = line_of(&work, "endpoint");
    let here = endpoint.strip_prefix("http://").expect("an address");
    let body = "{\"resourceSpans\":[{\"scopeSpans\":[{\"spans\":[{\"traceId\":\"1\",\"spanId\":\"1\",\"name\":\"pay\",\"startTimeUnixNano\":\"1800000000000000000\",\"endTimeUnixNano\":\"1800000001000000000\"}]}]}]}";
    let mut stream = std::net::TcpStream::connect(here).expect("pss listens");
    write!(stream, "POST /v1/traces HTTP/1.1\r\nHost: {here}\r\nAuthorization: Bearer x\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}", body.len()).expect("sent");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("answered");
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    let (head, got) = received
        .recv_timeout(Duration::from_secs(20))
        .expect("it was handed on");
    assert!(
        head.starts_with("post /base/v1/traces http/1.1\r\n"),
        "{head}"
    );
    assert!(head.contains("authorization: bearer x\r\n"), "{head}");
    assert!(head.contains(&format!("host: {address}\r\n")), "{head}");
    assert_eq!(got, body.as_bytes());
    work.write("sent", "");
    let ran = Ran::of(child.wait_with_output().expect("pss ends"));
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    assert_eq!(json(&work, "r.json")["input"]["spans"], 2, "and the round");
    assert_eq!(
        line_of(&work, "traces"),
        "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT="
    );
    assert!(
        // Lines are wrapped.
        ran.err
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" ")
            .contains(&format!("which hands on to http://{address}/base")),
        "{}",
        ran.err
    );

    // Nobody is there: told, and no failure.
    let ran = work.pss(&["run", "--otlp", "tee=http://127.0.0.1:1", "--", "true"]);
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    work.pss(&["run", "--otlp", "tee=https://x", "--", "true"])
        .fails(2, &["https is not spoken here"]);
    work.pss(&["run", "--otlp", "never", "--", "true"])
        .fails(2, &["on, off, only, or tee="]);
}

/// Spans as an SDK posts them, at the very end of the command.
#[cfg(feature = "receiver")]
#[test]
fn spans_are_received() {
    use std::io::{Read, Write};
    let work = Work::new();
    let posts = |endpoint: &str, count: u32| {
        let address = endpoint.strip_prefix("http://").expect("an address");
        let body = format!(
            "{{\"resourceSpans\":[{{\"resource\":{{\"attributes\":[{{\"key\":\"service.name\",\"value\":{{\"stringValue\":\"shop\"}}}}]}},\"scopeSpans\":[{{\"spans\":[{}]}}]}}]}}",
            (1..=count)
                .map(|at| format!("{{\"traceId\":\"{at:032x}\",\"spanId\":\"{at:016x}\",\"name\":\"pay\",\"kind\":2,\"startTimeUnixNano\":\"1800000000{at:09}\",\"endTimeUnixNano\":\"1800000001{at:09}\",\"status\":{{}}}}"))
                .collect::<Vec<_>>()
                .join(",")
        );
        let mut stream = std::net::TcpStream::connect(address).expect("it listens");
        write!(stream, "POST /v1/traces HTTP/1.1\r\nHost: {address}\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}", body.len()).expect("sent");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("answered");
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    };
    let script =
        "echo $OTEL_EXPORTER_OTLP_ENDPOINT > endpoint; until [ -e sent ]; do sleep 0.01; done";
    let child = start(
        &work,
        &[
            "run",
            "--export",
            "json=r.json",
            "--save",
            "run.jsonl",
            "--otlp",
            "only",
            "--",
            "sh",
            "-c",
            script,
        ],
    );
    posts(&line_of(&work, "endpoint"), 100);
    work.write("sent", "");
    let ran = Ran::of(child.wait_with_output().expect("pss ends"));
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    let report = json(&work, "r.json");
    assert_eq!(
        (&report["input"]["spans"], &report["input"]["samples"]),
        (&101.into(), &0.into())
    );
    let pay = report["operations"]
        .as_array()
        .expect("a list")
        .iter()
        .find(|operation| operation["operation"] == "pay");
    assert_eq!(pay.expect("it was received")["n"], 100);
}

#[test]
fn two_commands_take_turns_and_are_compared() {
    let work = Work::new();
    let against = "sh -c 'echo b >> log; sleep 0.05'";
    let slower = "echo h >> log; sleep 0.15";
    let compared = |command: &str, export: &str| {
        work.pss(&[
            "run",
            "--runs",
            "30",
            "--otlp",
            "off",
            "--against",
            against,
            "--export",
            export,
            "--",
            "sh",
            "-c",
            command,
        ])
    };
    let ran = compared(slower, "json=r.json");
    assert_eq!(work.read("log"), "h\nb\n".repeat(30), "round by round");
    let report = json(&work, "r.json");
    assert_eq!(report["compare"]["regressed"], true, "{}", ran.err);
    assert_eq!(
        ran.code,
        Some(1),
        "interleaved on one machine, so a regression fails: {}",
        ran.err
    );
    assert!(ran.err.contains("sh/run is"), "{}", ran.err);
    assert_eq!(
        report["run"]["rounds"].as_array().expect("a list").len(),
        30
    );
}
