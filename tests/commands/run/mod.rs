//! `pss run`: a transparent wrapper that measures.

mod ends;
mod files;
mod rounds;
mod spans;
mod streams;
mod terminal;

use std::{
    process::{Child, Stdio},
    time::{Duration, Instant},
};

use crate::work::{Work, send};

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

fn start(work: &Work, arguments: &[&str]) -> Child {
    work.command(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("pss starts")
}
