//! What is said of the history in a build without it.

use crate::work::{Work, lines};

#[test]
fn the_command_that_brings_it_is_told() {
    let work = Work::new();
    work.write("t.jsonl", lines(200));
    let brings = "cargo build --release --features history";
    work.pss(&["history"])
        .fails(2, &["pss history is not in this build", brings]);
    work.pss(&["history", "add", "t.jsonl", "--branch", "main"])
        .fails(2, &["pss history add is not in this build", brings]);
    work.pss(&["compare", "--head", "t.jsonl", "--against", "last:3@main"])
        .fails(2, &["--against is not in this build", brings]);
}
