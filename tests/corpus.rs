//! The corpus of the fuzzer, through the same targets, on any toolchain.

#[path = "fuzz/targets/mod.rs"]
mod targets;

use std::path::Path;

fn run(name: &str, target: fn(&[u8])) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/fuzz/corpus")
        .join(name);
    let mut count = 0;
    for entry in std::fs::read_dir(&folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        target(&std::fs::read(&path).expect("a file"));
        count += 1;
    }
    assert!(count > 0, "{} is empty", folder.display());
}

#[test]
fn formats() {
    run("formats", targets::formats);
}

#[test]
fn native() {
    run("native", targets::native);
}

#[test]
fn reader() {
    run("reader", targets::reader);
}

#[test]
fn pypss() {
    run("pypss", targets::pypss);
}

#[test]
fn summary() {
    run("summary", targets::summary);
}

#[test]
fn config() {
    run("config", targets::config);
}
