//! Warnings on standard error.

/// Prints one.
#[expect(
    clippy::print_stderr,
    reason = "a warning meets the user on standard error"
)]
pub(super) fn warn(text: &str) {
    eprintln!("warning: {}", crate::config::hidden(text));
}
