//! Standard output: a reader that went away is no error.

use std::io::{self, Write};

use crate::error::Error;

/// Writes to standard output.
///
/// # Errors
/// What the system says, except that nobody listens any more.
pub(super) fn write(content: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<(), Error> {
    let mut out = io::stdout().lock();
    let written = content(&mut out).and_then(|()| out.flush());
    match written {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(Error::Output {
            what: "to standard output".to_owned(),
            error,
        }),
        _ => Ok(()),
    }
}

/// Writes text.
///
/// # Errors
/// As [`write`].
pub(super) fn text(text: &str) -> Result<(), Error> {
    write(|out| out.write_all(text.as_bytes()))
}
