//! Reports put to a Pushgateway: one of our own that takes them, refuses, stalls, or is not there.

use crate::work::{Work, lines};

#[cfg(feature = "http")]
mod built {
    use std::{
        io::{Read, Write},
        net::TcpListener,
        thread::{JoinHandle, spawn},
        time::{Duration, Instant},
    };

    use super::*;

    /// Answers one request, after a while, and gives it.
    fn gateway(answer: &'static str, after: Duration) -> (String, JoinHandle<String>) {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let port = listener.local_addr().expect("bound").port();
        let handle = spawn(move || {
            let (mut stream, _) = listener.accept().expect("a connection");
            let (mut text, mut block) = (String::new(), [0; 65_536]);
            while !text.ends_with("# EOF\n") {
                let n = stream.read(&mut block).expect("readable");
                assert!(n > 0, "the body breaks off: {text}");
                text += &String::from_utf8_lossy(&block[..n]);
            }
            std::thread::sleep(after);
            let _ = stream.write_all(answer.as_bytes());
            text
        });
        (format!("127.0.0.1:{port}/metrics/job/shop"), handle)
    }

    const TAKEN: &str = "HTTP/1.1 202 Accepted\r\ncontent-length: 0\r\n\r\n";

    #[test]
    fn a_report_is_put_as_the_file_has_it() {
        let work = Work::new();
        work.write("t.jsonl", lines(300));
        let (place, gateway) = gateway(TAKEN, Duration::ZERO);
        let ran = work.pss(&[
            "analyze",
            "t.jsonl",
            "--export",
            &format!("openmetrics=http://me:xyzzy@{place}"),
            "--export=openmetrics=t.prom",
        ]);
        assert_eq!(ran.code, Some(0), "{ran:?}");
        let request = gateway.join().expect("it ran");
        let (head, body) = request.split_once("\r\n\r\n").expect("a head");
        assert!(
            head.starts_with("PUT /metrics/job/shop HTTP/1.1\r\n"),
            "{head}"
        );
        assert!(
            head.to_lowercase()
                .contains("content-type: text/plain; version=0.0.4")
        );
        assert_eq!(body, work.read("t.prom"));
        assert!(!(ran.out + &ran.err).contains("xyzzy"));
    }

    /// A gateway's no is exit 5, and comes before that of a threshold; all files are there.
    #[test]
    fn a_refusal_is_told_and_files_are_written() {
        let work = Work::new();
        work.write("t.jsonl", lines(300));
        let (place, gateway) = gateway(
            "HTTP/1.1 400 Bad Request\r\ncontent-length: 22\r\n\r\nsecond line of pss_run",
            Duration::ZERO,
        );
        let url = format!("openmetrics=http://me:xyzzy@{place}");
        let arguments = [
            "analyze",
            "t.jsonl",
            "--export",
            &url,
            "--export=json=r.json",
            "--fail-under=100",
        ];
        let ran = work.pss(&arguments);
        gateway.join().expect("it ran");
        ran.fails(
            5,
            &[&format!(
                "cannot write view openmetrics: http://{place} answered 400: second line of pss_run"
            )],
        );
        assert!(!ran.err.contains("xyzzy"), "{}", ran.err);
        assert!(work.read("r.json").contains("pss.report/1"));
    }

    #[test]
    fn one_that_stalls_is_left_and_nobody_is_told() {
        let work = Work::new();
        work.write("t.jsonl", lines(300));
        let (place, gateway) = gateway("", Duration::from_secs(14));
        let begun = Instant::now();
        work.pss(&[
            "analyze",
            "t.jsonl",
            "--export",
            &format!("openmetrics=http://{place}"),
        ])
        .fails(5, &["did not answer within 10.000 s"]);
        assert!(
            (9..14).contains(&begun.elapsed().as_secs()),
            "{:?}",
            begun.elapsed()
        );
        gateway.join().expect("it ran");
        work.pss(&[
            "analyze",
            "t.jsonl",
            "--export=openmetrics=http://127.0.0.1:1/x",
        ])
        .fails(5, &["http://127.0.0.1:1/x cannot be reached"]);
    }

    #[test]
    fn what_cannot_be_pushed_is_told_before_anything_is_read() {
        let work = Work::new();
        for (export, told) in [
            ("json=http://host/x", "view json goes to a file"),
            ("openmetrics=http://", "no address to send to"),
            ("summary=https://host/x", "a summary is kept in a file"),
        ] {
            let ran = work.pss(&["analyze", "no.jsonl", "--export", export]);
            ran.fails(2, &[told]);
        }
    }
}

#[cfg(not(feature = "http"))]
#[test]
fn without_the_feature_it_is_named() {
    let work = Work::new();
    work.write("t.jsonl", lines(300));
    let ran = work.pss(&[
        "analyze",
        "t.jsonl",
        "--export=openmetrics=http://me:xyzzy@host/x",
    ]);
    ran.fails(
        2,
        &[
            "--export to a server is not in this build",
            "--features http",
        ],
    );
    assert!(!ran.err.contains("xyzzy"), "{}", ran.err);
}
