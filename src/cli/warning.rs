//! What meets the user on standard error.

use std::io::Write;

use crate::config::hidden;

/// Prints a warning.
pub(super) fn warn(text: &str) {
    say("warning", text);
}

/// Prints a line behind what it is.
pub(super) fn say(what: &str, text: &str) {
    // A disk that is full or a terminal that is gone must not hide the exit code.
    let _ = writeln!(std::io::stderr(), "{what}: {}", hidden(text));
}
