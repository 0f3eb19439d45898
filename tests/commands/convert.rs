//! `pss convert`: what stood in the output's place stays unless a whole conversion takes it.

use std::{
    io::Write,
    process::{Child, Stdio},
    time::{Duration, Instant},
};

use nix::sys::signal::Signal;

use crate::work::{Ran, Work, lines, send};

const BEFORE: &str = "what stood there before\n";

fn bad(n: u32) -> String {
    "{\"name\":1}\n".repeat(n as usize)
}

/// Everything in the folder, hidden files too.
fn names(work: &Work) -> Vec<String> {
    let mut names: Vec<String> = std::fs::read_dir(work.path(""))
        .expect("a folder")
        .map(|entry| {
            let name = entry.expect("an entry").file_name();
            name.to_string_lossy().into_owned()
        })
        .collect();
    names.sort();
    names
}

fn started(work: &Work, arguments: &[&str]) -> Child {
    work.command(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("pss starts")
}

/// Ends while the other end of the pipe stays open and silent.
fn stopped(signal: Signal, arguments: &[&str], fed: &str) -> (Ran, Work) {
    let work = Work::new();
    work.write("out.csv", BEFORE);
    let mut child = started(&work, arguments);
    let mut stdin = child.stdin.take().expect("piped");
    stdin.write_all(fed.as_bytes()).expect("pss reads");
    std::thread::sleep(Duration::from_millis(300));
    send(signal, &child);
    let ran = Ran::of(child.wait_with_output().expect("pss ends"));
    drop(stdin);
    (ran, work)
}

#[test]
fn a_signal_ends_it_with_130_and_leaves_nothing_behind() {
    let many = lines(40_000);
    for signal in [Signal::SIGINT, Signal::SIGTERM] {
        for fed in ["", &many] {
            let (ran, work) = stopped(signal, &["convert", "-", "out.csv"], fed);
            ran.fails(130, &["interrupted", "out.csv"]);
            assert_eq!(work.read("out.csv"), BEFORE, "{signal}");
            assert_eq!(names(&work), ["out.csv"], "{signal}");
        }
    }
    let arguments = ["convert", "--to", "csv", "-", "-"];
    let (ran, _) = stopped(Signal::SIGINT, &arguments, &many);
    ran.fails(130, &["interrupted"]);
    assert_eq!(ran.out, "");
}

/// A kill that nobody can catch leaves no draft either.
#[test]
fn nothing_is_left_of_one_that_is_killed() {
    let (ran, work) = stopped(
        Signal::SIGKILL,
        &["convert", "-", "out.csv"],
        &lines(40_000),
    );
    assert_eq!(ran.code, None);
    assert_eq!(work.read("out.csv"), BEFORE);
    assert_eq!(names(&work), ["out.csv"]);
}

#[test]
fn too_many_bad_records_write_nothing_and_fewer_are_counted() {
    let work = Work::new();
    work.write("t.jsonl", lines(200) + &bad(11))
        .write("out.csv", BEFORE);
    let convert = || work.pss(&["convert", "t.jsonl", "out.csv"]);
    convert().fails(
        3,
        &[
            "11 of 211 records cannot be used, more than the 0.1 % allowed",
            "nothing was written to out.csv",
            "bad_records in [pss] of pss.toml",
        ],
    );
    assert_eq!(work.read("out.csv"), BEFORE);

    work.write("pss.toml", "[pss]\nbad_records = \"10%\"\n");
    let ran = convert();
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(
        ran.out.contains("11 of 211 records could not be used"),
        "{ran:?}"
    );
    assert_eq!(work.read("out.csv").lines().count(), 201);

    let work = Work::new();
    work.write("t.jsonl", lines(200) + &bad(10));
    let ran = work.pss(&["convert", "t.jsonl", "out.csv"]);
    assert_eq!(ran.code, Some(0), "ten are always allowed: {ran:?}");
    assert!(ran.out.contains("10 of 210 records"), "{ran:?}");
}

#[test]
fn a_dash_is_standard_output() {
    let work = Work::new();
    work.write("t.jsonl", lines(3));
    let ran = work.pss(&["convert", "t.jsonl", "-", "--to", "csv"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert_eq!(ran.out.lines().count(), 4, "{ran:?}");
    assert!(ran.out.contains(",op,"), "{ran:?}");
    assert!(
        ran.err
            .contains("3 spans and 0 samples written to standard output as csv"),
        "{ran:?}"
    );
    assert_eq!(names(&work), ["t.jsonl"]);
    let quiet = work.pss(&["--quiet", "convert", "t.jsonl", "-", "--to", "csv"]);
    assert_eq!((quiet.code, quiet.err.as_str()), (Some(0), ""));

    // From one stream to the other, and back again.
    let back = work.pss_fed(&["convert", "--to", "native", "-", "-"], ran.out.as_bytes());
    let there = work.pss_fed(
        &["convert", "--to", "native", "-", "-"],
        lines(3).as_bytes(),
    );
    assert_eq!((back.code, &back.out), (Some(0), &there.out), "{back:?}");
    assert_eq!(back.out.lines().count(), 3);

    work.pss(&["convert", "t.jsonl", "-"])
        .fails(2, &["standard output", "--to"]);
    assert_eq!(names(&work), ["t.jsonl"]);
}

#[test]
fn a_reader_of_standard_output_that_went_away_is_no_error() {
    let work = Work::new();
    // More than fits a pipe.
    work.write("t.jsonl", lines(20_000));
    let arguments = ["--quiet", "convert", "t.jsonl", "-", "--to", "native"];
    let mut child = started(&work, &arguments);
    drop(child.stdout.take());
    let ran = Ran::of(child.wait_with_output().expect("pss ends"));
    assert_eq!((ran.code, ran.err.as_str()), (Some(0), ""));
}

#[test]
fn a_folder_that_is_not_there_is_named_at_once() {
    let work = Work::new();
    let began = Instant::now();
    // Its input never ends, and is not waited for.
    let child = started(&work, &["convert", "-", "no/such/out.csv"]);
    let ran = Ran::of(child.wait_with_output().expect("pss ends"));
    ran.fails(
        5,
        &[
            "cannot write `no/such/out.csv`",
            "there is no folder `no/such`",
        ],
    );
    assert!(!ran.err.contains(".tmp"), "{}", ran.err);
    assert!(began.elapsed() < Duration::from_secs(60));
}
