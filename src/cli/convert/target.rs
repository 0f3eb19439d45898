//! Where converted records go: a file, or standard output.

use std::{
    ffi::OsStr,
    fmt,
    fs::File,
    io::{self, IsTerminal, Read, Seek, Write},
    path::Path,
    sync::atomic::{AtomicBool, Ordering},
};

use pss_integrations::formats::Format;

use super::super::stdout::{self, Stream};
use crate::{error::Error, files, input::Compression};

/// An output.
#[derive(Debug, Clone, Copy)]
pub(super) enum Target<'a> {
    Stdout,
    File(&'a Path),
}

impl<'a> Target<'a> {
    pub(super) fn of(argument: &'a Path) -> Target<'a> {
        if argument.as_os_str() == OsStr::new("-") {
            Target::Stdout
        } else {
            Target::File(argument)
        }
    }

    /// Whether the output would replace one of the inputs.
    pub(super) fn is_among(self, inputs: &[std::path::PathBuf]) -> bool {
        matches!(self, Target::File(path) if inputs.iter().any(|input| input == path))
    }

    /// Whether a terminal would get what it cannot show.
    pub(super) fn garbles(self, format: &dyn Format) -> bool {
        let is_text = |kind: &&str| kind.starts_with("text/") || kind.contains("json");
        matches!(self, Target::Stdout)
            && io::stdout().is_terminal()
            && !format.meta().media_types.iter().any(is_text)
    }

    /// A file without a name, beside the output, for what is not known to be wanted yet: nothing of it stays, however the program ends.
    ///
    /// # Errors
    /// A folder that is not there, or what the system says.
    pub(super) fn draft(self) -> Result<File, Error> {
        match self {
            Target::Stdout => tempfile::tempfile(),
            // Nobody makes files beside a device.
            Target::File(path) if files::is_device(path) => tempfile::tempfile(),
            Target::File(path) => files::folder(path).and_then(tempfile::tempfile_in),
        }
        .map_err(|error| self.failed(error))
    }

    /// Puts a draft into its place, compressed as the output's name says.
    ///
    /// # Errors
    /// What the system says, or an interrupt; what stood in the place stays then.
    pub(super) fn put(self, draft: &mut File, interrupt: &AtomicBool) -> Result<(), Error> {
        draft.rewind().map_err(|error| self.failed(error))?;
        let mut draft = Interruptible { draft, interrupt };
        match self {
            Target::Stdout => stdout::write(|out| io::copy(&mut draft, out).map(drop)),
            Target::File(path) => files::write(path, |out| {
                compress(&mut draft, Compression::of_name(path), out)
            })
            .map_err(|error| self.failed(error)),
        }
    }

    /// Tells what was done, where it does not stand among the records.
    ///
    /// # Errors
    /// What the system says.
    pub(super) fn tell(self, text: &str) -> Result<(), Error> {
        let stream = match self {
            Target::Stdout => Stream::Err,
            Target::File(_) => Stream::Out,
        };
        stream.write(|out| out.write_all(text.as_bytes()))
    }

    /// Where things are written: a fragment that follows "written".
    pub(super) fn place(self) -> String {
        match self {
            Target::Stdout => "to standard output".to_owned(),
            Target::File(path) => format!("to {}", path.display()),
        }
    }

    pub(super) fn failed(self, error: io::Error) -> Error {
        Error::Output {
            what: self.to_string(),
            error,
        }
    }
}

impl fmt::Display for Target<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Target::Stdout => f.write_str("to standard output"),
            Target::File(path) => write!(f, "`{}`", path.display()),
        }
    }
}

/// A file whose reading ends with an error when the user asks for an end.
struct Interruptible<'a> {
    draft: &'a mut File,
    interrupt: &'a AtomicBool,
}

impl Read for Interruptible<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.interrupt.load(Ordering::Relaxed) {
            // What is called interrupted, readers try again.
            return Err(io::Error::other("interrupted"));
        }
        self.draft.read(buffer)
    }
}

fn compress(
    plain: &mut dyn Read,
    compression: Compression,
    sink: &mut dyn Write,
) -> io::Result<()> {
    match compression {
        Compression::None => io::copy(plain, sink).map(drop),
        Compression::Gzip => {
            let mut encoder = flate2::write::GzEncoder::new(sink, flate2::Compression::default());
            io::copy(plain, &mut encoder)?;
            encoder.finish().map(drop)
        }
        Compression::Zstd => {
            let mut encoder = zstd::stream::write::Encoder::new(sink, 3)?;
            io::copy(plain, &mut encoder)?;
            encoder.finish().map(drop)
        }
    }
}
