//! Standard output, or standard error where that is the command's: a reader that went away is no error.

use std::io::{self, Write};

use crate::error::Error;

/// Bytes written at once.
const BUFFER: usize = 64 << 10;

/// Where a report goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stream {
    /// Standard output.
    Out,
    /// Standard error.
    Err,
}

impl Stream {
    /// Writes to it.
    ///
    /// # Errors
    /// What the system says, except that nobody listens any more.
    pub(super) fn write(
        self,
        content: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> Result<(), Error> {
        // Standard output would be asked to write each line by itself, and a report has thousands.
        let stream: Box<dyn Write> = match self {
            Stream::Out => Box::new(io::stdout().lock()),
            Stream::Err => Box::new(io::stderr().lock()),
        };
        let mut stream = io::BufWriter::with_capacity(BUFFER, stream);
        let written = content(&mut stream).and_then(|()| stream.flush());
        match written {
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(Error::Output {
                what: match self {
                    Stream::Out => "to standard output".to_owned(),
                    Stream::Err => "to standard error".to_owned(),
                },
                error,
            }),
            _ => Ok(()),
        }
    }
}

/// Writes to standard output.
///
/// # Errors
/// As [`Stream::write`].
pub(super) fn write(content: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<(), Error> {
    Stream::Out.write(content)
}

/// Writes text.
///
/// # Errors
/// As [`write`].
pub(super) fn text(text: &str) -> Result<(), Error> {
    write(|out| out.write_all(text.as_bytes()))
}
