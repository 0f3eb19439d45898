//! Spans that the command sends.

#[cfg(feature = "receiver")]
use std::{process::Stdio, time::Duration};

#[cfg(feature = "receiver")]
use super::{json, line_of, start};
#[cfg(feature = "receiver")]
use crate::work::Ran;
use crate::work::Work;

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
