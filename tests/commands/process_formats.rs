//! Formats that are programs: records in, and whatever goes wrong on the way.

use std::os::unix::fs::PermissionsExt;

use crate::work::{Work, lines};

fn fixture(name: &str) -> Vec<u8> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/process");
    std::fs::read(std::path::Path::new(folder).join(name)).expect("a fixture")
}

/// A folder with a file of the format, its plugin added, and this answer beside it.
fn added(task: &str, answer: &[u8]) -> Work {
    let script = format!(
        r##"#!/bin/sh
if [ "$1" = describe ]; then
cat <<'END'
{{"protocol": "pss-plugin/1", "name": "mine", "version": "1.0", "description": "watches",
 "formats": [{{"name": "watch", "description": "stopwatches", "extensions": ["watch"], "starts_with": ["# watch"]}}]}}
END
exit 0
fi
[ "$*" = "format watch" ] || exit 9
{task}
"##
    );
    let work = Work::new();
    work.write("plugin.sh", script)
        .write("answer", answer)
        .write("pss.toml", "[plugins]\ntimeout = \"1s\"\n")
        .write("t.watch", format!("# watch\n{}", "x\n".repeat(200_000)));
    let path = work.path("plugin.sh");
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).expect("permissions");
    let ran = work.pss(&["plugins", "add", "plugin.sh"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    work
}

/// Reads all, answers with the file beside it.
const GOOD: &str = "cat >/dev/null; cat answer";

#[test]
fn a_check_runs_the_program_on_what_a_manifest_has_room_for() {
    let work = added(
        "echo ran >ran; if [ \"$(wc -c)\" -gt 0 ]; then cat answer; fi",
        &fixture("spans.arrows"),
    );
    let ran = work.pss(&["plugins", "check", "format:watch"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(work.path("ran").exists());
    let work = added(GOOD, &fixture("spans.arrows"));
    let ran = work.pss(&["plugins", "check", "format:watch"]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert!(ran.out.contains("empty-input: brings records"), "{ran:?}");
}

#[test]
fn a_format_is_found_by_its_beginning_and_its_records_are_scored() {
    let work = added(GOOD, &fixture("spans.arrows"));
    let info = work.pss(&["plugins", "info", "format:watch"]).out;
    assert!(info.contains("the program `plugin.sh`"), "{info}");
    let report = work.report(&["t.watch"]);
    let input = &report["input"];
    assert_eq!(input["files"][0]["format"], "watch");
    assert_eq!(
        (input["spans"].as_u64(), input["bad_records"].as_u64()),
        (Some(98), Some(2))
    );
    let bad = input["bad"].to_string();
    assert!(
        bad.contains("\"line\":8") && bad.contains("has no duration"),
        "{bad}"
    );
    assert!(
        bad.contains("\"line\":9") && bad.contains("no length of time"),
        "{bad}"
    );
    let operations = report["operations"].as_array().expect("operations");
    let of = |category: &str| {
        operations
            .iter()
            .find(|operation| operation["category"] == category)
            .unwrap_or_else(|| panic!("{operations:?}"))
    };
    assert_eq!(of("db")["operation"], "GET /cart/{}");
    assert_eq!(
        of("db")["n"].as_u64().unwrap_or(0) + of("internal")["n"].as_u64().unwrap_or(0),
        98
    );
    assert_eq!(input["start"].as_f64(), Some(1_700_000_000.0));
}

#[test]
fn several_streams_bring_both_kinds() {
    let both = [fixture("spans.arrows"), fixture("samples.arrows")].concat();
    let work = added(GOOD, &both);
    let input = work.report(&["t.watch"])["input"].clone();
    assert_eq!(
        (input["spans"].as_u64(), input["samples"].as_u64()),
        (Some(98), Some(60))
    );
    // Told what it is, it reads whatever the file begins with; and what it reads can be converted.
    work.write("other.txt", "no beginning\n");
    let ran = work.pss(&["convert", "--format", "watch", "other.txt", "out.jsonl"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert_eq!(work.read("out.jsonl").lines().count(), 158);
}

#[test]
fn a_changed_format_is_refused() {
    let work = added(GOOD, &fixture("spans.arrows"));
    let changed = work.read("plugin.sh") + "# changed\n";
    work.write("plugin.sh", changed);
    work.pss(&["analyze", "t.watch"])
        .fails(2, &["`t.watch`", "run `pss plugins add plugin.sh` again"]);
    // Other files are none of its business.
    work.write("t.jsonl", lines(50));
    assert_eq!(work.pss(&["analyze", "t.jsonl"]).code, Some(0));
}

#[test]
fn whatever_a_format_does_nothing_is_lost_silently() {
    let whole = fixture("spans.arrows");
    let unmarked = &whole[..whole.len() - 8];
    let halved = &whole[..whole.len() / 2];
    let unknown = fixture("unknown.arrows");
    for (name, task, answer, says) in [
        ("no end marker", GOOD, unmarked, "without the end marker"),
        ("cut", GOOD, halved, "in the middle of its answer"),
        (
            "garbage",
            GOOD,
            b"hello there, this is no stream",
            "something else than an Arrow IPC stream",
        ),
        (
            "garbage after",
            "cat >/dev/null; cat answer; echo more",
            &whole,
            "something else than an Arrow IPC stream",
        ),
        (
            "huge head",
            "cat >/dev/null; printf '\\377\\377\\377\\377\\377\\377\\377\\177'; sleep 9",
            b"",
            "more than 1048576",
        ),
        ("silence", "cat >/dev/null", b"", "answered nothing"),
        (
            "typo",
            GOOD,
            &unknown,
            "\"duraton\", which is none of spans; did you mean duration?",
        ),
        (
            "crash",
            "cat >/dev/null; cat answer; echo out of luck >&2; exit 3",
            &whole,
            "failed: exit code 3; it said: out of luck",
        ),
        ("crash at once", "exit 3", b"", "failed: exit code 3"),
        (
            "hang",
            "cat >/dev/null; sleep 600",
            b"",
            "neither took its input nor answered for 1s",
        ),
        (
            "deaf",
            "cat answer; sleep 600",
            &whole,
            "neither took its input nor answered for 1s",
        ),
        (
            "early close",
            "exec <&-; cat answer; sleep 0.2",
            &whole,
            "stopped reading before the end",
        ),
        (
            "held open",
            "cat >/dev/null; sleep 600 & exit 0",
            b"",
            "neither took its input nor answered for 1s",
        ),
    ] {
        let work = added(task, answer);
        let ran = work.pss(&["analyze", "t.watch"]);
        ran.fails(3, &["`t.watch` cannot be read: plugin mine ", says]);
        assert!(!ran.out.contains("PSS"), "{name}: {ran:?}");
    }
}

#[test]
fn a_flood_ends_at_the_limit() {
    let work = added(
        "cat >/dev/null; while :; do cat answer; done",
        &fixture("spans.arrows"),
    );
    work.write("pss.toml", "[plugins]\noutput_limit = 1000000\n");
    work.pss(&["analyze", "t.watch"]).fails(
        3,
        &["plugin mine", "more than 1000000 bytes, the `output_limit`"],
    );
}
