//! `pss run --load --http`: a service under load.

use std::time::Duration;

use serde_json::Value;

use crate::{
    service::{Manner, Service},
    work::Work,
};

fn report(work: &Work, arguments: &[&str]) -> (Option<i32>, Value) {
    let (ran, report) = work.run_report(&[&["--load", "constant"], arguments].concat());
    (ran.code, report)
}

#[test]
fn requests_carry_what_is_said_over_connections_that_are_kept() {
    let work = Work::new();
    let service = Service::new(Manner::Answer);
    let url = format!("{}/cart?token=abc", service.url);
    let (code, report) = report(
        &work,
        &[
            "--rate",
            "50",
            "--duration",
            "1s",
            "--http",
            &url,
            "--header",
            "X-Who: me",
            "--body",
            "{\"a\":1}",
        ],
    );
    assert_eq!(code, Some(0));
    let load = &report["run"]["load"];
    assert_eq!((&load["started"], &load["failed"]), (&50.into(), &0.into()));
    assert_eq!(service.count(), 50);
    assert!(service.connections() <= 25, "{}", service.connections());
    let request = service.requests().remove(0).to_ascii_lowercase();
    assert!(
        request.starts_with("post /cart?token=abc http/1.1"),
        "{request}"
    );
    assert!(
        request.contains("x-who: me") && request.ends_with("{\"a\":1}"),
        "{request}"
    );
    let operation = &report["operations"][0];
    assert_eq!(operation["operation"], "POST /cart", "{operation}");
    assert!(!report.to_string().contains("token=abc"));
}

#[test]
fn a_status_that_is_not_expected_fails() {
    let work = Work::new();
    let service = Service::new(Manner::Refuse);
    let flags = ["--rate", "50", "--count", "20", "--http", &service.url];
    let (code, failed) = report(&work, &flags);
    assert_eq!(code, Some(4), "nothing went well");
    assert_eq!(failed["run"]["load"]["failures"][0]["what"], "status 503");
    assert_eq!(failed["run"]["load"]["failures"][0]["n"], 20);
    let (code, expected) = report(
        &work,
        &[&flags[..], &["--expect-status", "200,503"]].concat(),
    );
    assert_ne!(code, Some(4));
    assert_eq!(expected["run"]["load"]["failed"], 0);
}

#[test]
fn nobody_there_is_a_failure_and_no_hang() {
    let work = Work::new();
    let flags = [
        "--rate",
        "50",
        "--count",
        "5",
        "--http",
        "http://127.0.0.1:9/",
    ];
    let (code, report) = report(&work, &flags);
    assert_eq!(code, Some(4));
    assert_eq!(
        report["run"]["load"]["failures"][0]["what"],
        "connection refused"
    );
}

/// A service stands still for two of five seconds: the schedule stays, and the stall is in the tail.
#[test]
fn a_stall_keeps_the_schedule_and_shows_in_the_tail() {
    let work = Work::new();
    let service = Service::new(Manner::Stall(
        Duration::from_secs(1),
        Duration::from_secs(3),
    ));
    let (code, report) = report(
        &work,
        &[
            "--rate",
            "50",
            "--duration",
            "5s",
            "--save",
            "run.jsonl",
            "--http",
            &service.url,
        ],
    );
    assert_eq!(code, Some(0));
    let load = &report["run"]["load"];
    // 50 a second all the time: nothing was held back, dropped or moved.
    assert_eq!(
        (&load["planned"], &load["started"], &load["dropped"]),
        (&250.into(), &250.into(), &0.into())
    );
    assert!(load["achieved_rate"].as_f64() > Some(47.5), "{load}");
    assert!(
        load["in_flight"].as_u64() >= Some(90),
        "two seconds of arrivals are in flight: {load}"
    );
    let latency = &load["latency"];
    // Of 250, the 100 of the stall wait from 2 s down to 0: the longest hundredth almost 2 s, the middle nothing.
    assert!(
        (1.8..4.0).contains(&latency["p99"].as_f64().expect("a number")),
        "{latency}"
    );
    assert!(latency["p50"].as_f64() < Some(0.5), "{latency}");
    let mut starts: Vec<f64> = work
        .read("run.jsonl")
        .lines()
        .map(|line| {
            let span: Value = serde_json::from_str(line).expect("JSON");
            span["start"].as_f64().expect("a number")
        })
        .collect();
    starts.sort_by(f64::total_cmp);
    for (k, start) in starts.iter().enumerate() {
        assert!((start - starts[0] - k as f64 * 0.02).abs() < 1e-5, "{k}");
    }
}

/// With one request in flight at most, as a closed loop has, a service time hides a stall; here what was not sent is counted.
#[test]
fn what_a_closed_loop_would_hide_is_dropped_and_counted() {
    let work = Work::new();
    let service = Service::new(Manner::Stall(
        Duration::from_millis(500),
        Duration::from_millis(2500),
    ));
    let (_, report) = report(
        &work,
        &[
            "--rate",
            "50",
            "--duration",
            "3s",
            "--max-in-flight",
            "1",
            "--http",
            &service.url,
        ],
    );
    let load = &report["run"]["load"];
    assert!(load["dropped"].as_u64() >= Some(90), "{load}");
    assert!(
        report["warnings"].to_string().contains("were dropped"),
        "{report}"
    );
}

#[test]
fn a_service_that_hangs_ends_with_the_grace() {
    let work = Work::new();
    let service = Service::new(Manner::Hang);
    let (code, report) = report(
        &work,
        &[
            "--rate",
            "50",
            "--count",
            "5",
            "--grace",
            "300ms",
            "--http",
            &service.url,
        ],
    );
    assert_eq!(code, Some(4));
    assert_eq!(report["run"]["load"]["unfinished"], 5);
}

#[test]
fn what_cannot_be_asked_for_is_told_before_anything_starts() {
    let work = Work::new();
    let flags = ["run", "--load=constant", "--rate=5", "--count=5"];
    for (more, says) in [
        (
            &["--http=http://127.0.0.1:99999/x"][..],
            "`load.http.url` cannot be used",
        ),
        (
            &["--http=http://h/x", "--header=X Y: z"],
            "`load.http.headers` cannot be sent: X Y",
        ),
    ] {
        work.pss(&[&flags[..], more].concat()).fails(2, &[says]);
    }
}

#[test]
fn mistakes_of_flags_are_told_together() {
    let work = Work::new();
    let ran = work.pss(&[
        "run",
        "--load=constant",
        "--rate=5",
        "--count=5",
        "--http=http://h/x",
        "--header=foo",
        "--expect-status=9xx",
        "--method=G T",
        "--body=@none",
    ]);
    let says = [
        "--header is not of the form 'NAME: VALUE'",
        "`load.http.expect` must hold statuses",
        "`load.http.method` must be a method",
        "--body: `none` cannot be read",
    ];
    ran.fails(2, &says);
    assert_eq!(
        ran.err.matches("error: ").count(),
        says.len(),
        "{}",
        ran.err
    );
}
