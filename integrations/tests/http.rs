//! Messages to a server of our own that takes them, refuses, stalls, or is not there.
#![cfg(feature = "http")]

use std::{
    io::{Read, Write},
    net::{TcpListener, TcpStream},
    thread::{JoinHandle, spawn},
    time::{Duration, Instant},
};

use pss_integrations::http::{HttpError, Message, Method, send};

/// Reads one request to its end, answers, and gives the request.
fn server(answer: &'static str, wait: Duration) -> (u16, JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let port = listener.local_addr().expect("bound").port();
    let handle = spawn(move || {
        let (mut stream, _) = listener.accept().expect("a connection");
        let request = request(&mut stream);
        std::thread::sleep(wait);
        let _ = stream.write_all(answer.as_bytes());
        request
    });
    (port, handle)
}

fn request(stream: &mut TcpStream) -> String {
    let (mut text, mut block) = (String::new(), [0; 4096]);
    loop {
        let n = stream.read(&mut block).expect("readable");
        text += &String::from_utf8_lossy(&block[..n]);
        let Some((head, body)) = text.split_once("\r\n\r\n") else {
            continue;
        };
        let length = head
            .lines()
            .find_map(|line| {
                let (name, value) = line.split_once(':')?;
                let length = name.eq_ignore_ascii_case("content-length");
                length.then(|| value.trim().parse::<usize>().expect("a number"))
            })
            .unwrap_or(0);
        if n == 0 || body.len() >= length {
            return text;
        }
    }
}

fn message(url: &str) -> Message<'_> {
    Message {
        method: Method::Put,
        url,
        content_type: "text/plain; version=0.0.4",
        headers: &[("x-run", "7")],
        body: b"pss_score 81.5\n",
        limit: Duration::from_secs(20),
    }
}

#[test]
fn a_message_arrives_whole() {
    let (port, server) = server(
        "HTTP/1.1 202 Accepted\r\ncontent-length: 0\r\n\r\n",
        Duration::ZERO,
    );
    let url = format!("http://me:word@127.0.0.1:{port}/metrics/job/x?y=1");
    assert_eq!(send(&message(&url)).expect("taken"), 202);
    let request = server.join().expect("it ran");
    let (head, body) = request.split_once("\r\n\r\n").expect("a head");
    assert_eq!(body, "pss_score 81.5\n");
    assert!(
        head.starts_with("PUT /metrics/job/x?y=1 HTTP/1.1\r\n"),
        "{head}"
    );
    let head = head.to_ascii_lowercase();
    for wanted in [
        "content-type: text/plain; version=0.0.4",
        "x-run: 7",
        "authorization: basic bwu6d29yza==",
        "user-agent: pss/",
    ] {
        assert!(head.contains(wanted), "{wanted}: {head}");
    }
}

#[test]
fn a_refusal_is_told_with_what_the_server_says_and_without_credentials() {
    let (port, server) = server(
        "HTTP/1.1 400 Bad Request\r\ncontent-length: 57\r\n\r\npushed metrics are invalid:\n\x1b[31m me:word is not allowed\n",
        Duration::ZERO,
    );
    let url = format!("http://me:word@127.0.0.1:{port}/job?token=abc");
    let error = send(&message(&url)).expect_err("refused");
    server.join().expect("it ran");
    assert!(matches!(error, HttpError::Refused { status: 400, .. }));
    assert_eq!(
        error.to_string(),
        format!(
            "http://127.0.0.1:{port}/job answered 400: pushed metrics are invalid: [31m *** is not allowed"
        )
    );
}

#[test]
fn a_redirect_is_not_followed() {
    let (port, server) = server(
        "HTTP/1.1 307 Temporary Redirect\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n",
        Duration::ZERO,
    );
    let error = send(&message(&format!("http://127.0.0.1:{port}/"))).expect_err("refused");
    server.join().expect("it ran");
    assert!(
        matches!(error, HttpError::Refused { status: 307, .. }),
        "{error}"
    );
}

#[test]
fn a_server_that_stalls_is_left_after_the_limit() {
    let (port, server) = server("", Duration::from_secs(3));
    let url = format!("http://127.0.0.1:{port}/");
    let begun = Instant::now();
    let error = send(&Message {
        limit: Duration::from_millis(400),
        ..message(&url)
    })
    .expect_err("too late");
    assert!(
        begun.elapsed() < Duration::from_secs(2),
        "{:?}",
        begun.elapsed()
    );
    assert_eq!(
        error.to_string(),
        format!("{url} did not answer within 0.400 s")
    );
    server.join().expect("it ran");
}

#[test]
fn nobody_there_is_told() {
    let port = {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        listener.local_addr().expect("bound").port()
    };
    let error = send(&message(&format!("http://me:word@127.0.0.1:{port}/x"))).expect_err("nobody");
    assert!(matches!(error, HttpError::Unreachable { .. }));
    assert!(
        error
            .to_string()
            .starts_with(&format!("http://127.0.0.1:{port}/x cannot be reached: ")),
        "{error}"
    );
    assert!(!error.to_string().contains("word"));
}

#[test]
fn what_is_no_address_is_told() {
    for (url, wanted) in [
        (
            "ftp://me:word@host/x",
            "ftp://host/x is no address to send to",
        ),
        ("http://", "http:// is no address to send to"),
        ("http://ho st/", "http://ho st/ is no address to send to"),
    ] {
        let error = send(&message(url)).expect_err("no address").to_string();
        assert!(
            error.starts_with(wanted) && !error.contains("word"),
            "{error}"
        );
    }
    let bad = Message {
        headers: &[("x-key", "se\ncret")],
        ..message("http://127.0.0.1:1/")
    };
    let error = send(&bad).expect_err("no header").to_string();
    assert!(error.starts_with("header \"x-key\" cannot be sent") && !error.contains("cret"));
}
