//! An input opened: its first bytes known, the rest a stream of plain bytes.

use std::{
    fs::File,
    io::{self, Read},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
};

use pss_integrations::formats::Head;

use super::{
    compressed::{Compression, plain},
    error::InputError,
    options::Progress,
    place::Place,
    split::BLOCK,
};

/// An input opened, decompressed and looked at.
pub(super) struct Source<'a> {
    place: &'a Place,
    /// How it is compressed.
    pub(super) compression: Compression,
    /// Its first plain bytes, up to a block.
    pub(super) head: Vec<u8>,
    /// What broke the stream while its head was read; the head has all it can give then.
    pub(super) failed: Option<io::Error>,
    /// The plain bytes behind the head.
    pub(super) rest: Box<dyn Read + Send + 'a>,
    bytes: Arc<AtomicU64>,
}

impl<'a> Source<'a> {
    /// Opens an input.
    ///
    /// # Errors
    /// One that is missing, unreadable or empty.
    pub(super) fn open(
        place: &'a Place,
        progress: &'a dyn Progress,
        interrupt: &'a AtomicBool,
    ) -> Result<Source<'a>, InputError> {
        let unreadable = |error| InputError::Unreadable {
            path: place.name(),
            error,
        };
        let stream: Box<dyn Read + Send + 'a> = match place.path() {
            // Messages never come here: they are no stream of bytes.
            None => waited_for(io::stdin(), interrupt),
            Some(path) => {
                let file = File::open(path).map_err(unreadable)?;
                if file.metadata().is_ok_and(|meta| meta.is_file()) {
                    Box::new(file)
                } else {
                    waited_for(file, interrupt)
                }
            }
        };
        let bytes = Arc::new(AtomicU64::new(0));
        let mut counted = Counted {
            inner: stream,
            bytes: Arc::clone(&bytes),
            progress,
        };
        let mut magic = Vec::new();
        (&mut counted)
            .take(4)
            .read_to_end(&mut magic)
            .map_err(unreadable)?;
        if magic.is_empty() {
            return Err(InputError::Empty(place.name()));
        }
        let compression = Compression::of(&magic);
        let mut rest =
            plain(compression, io::Cursor::new(magic).chain(counted)).map_err(unreadable)?;
        let mut head = Vec::with_capacity(BLOCK);
        let failed = (&mut rest).take(BLOCK as u64).read_to_end(&mut head).err();
        let source = Source {
            place,
            compression,
            head,
            failed,
            rest,
            bytes,
        };
        let text = source.head.strip_prefix(b"\xef\xbb\xbf");
        let text = text.unwrap_or(&source.head);
        if text.iter().all(u8::is_ascii_whitespace) && source.is_complete() {
            return Err(InputError::Empty(place.name()));
        }
        Ok(source)
    }

    /// The first bytes as formats look at them.
    pub(super) fn seen(&self) -> Head<'_> {
        Head::new(&self.head, self.is_complete())
    }

    /// A counter of the bytes read from the input itself, compressed as they are.
    pub(super) fn counter(&self) -> Arc<AtomicU64> {
        Arc::clone(&self.bytes)
    }

    /// The stream from its very beginning.
    pub(super) fn whole(self) -> Whole<'a> {
        Whole {
            head: io::Cursor::new(self.head),
            rest: self.rest,
            failed: self.failed,
        }
    }

    /// The plain bytes as a file to seek in: the input itself, or a temporary copy.
    pub(super) fn file(self) -> io::Result<File> {
        match (self.place.path(), self.compression) {
            (Some(path), Compression::None) => File::open(path),
            _ => {
                let mut file = tempfile::tempfile()?;
                io::copy(&mut self.whole(), &mut file)?;
                io::Seek::rewind(&mut file)?;
                Ok(file)
            }
        }
    }

    /// Whether the head is all there is.
    pub(super) fn is_complete(&self) -> bool {
        self.head.len() < BLOCK && self.failed.is_none()
    }
}

/// A stream that may have nothing to give for long: it ends on an interrupt.
#[cfg(unix)]
fn waited_for<'a>(
    stream: impl Read + std::os::fd::AsFd + Send + 'a,
    interrupt: &'a AtomicBool,
) -> Box<dyn Read + Send + 'a> {
    Box::new(super::patient::Patient::new(stream, interrupt))
}

#[cfg(not(unix))]
fn waited_for<'a>(stream: impl Read + Send + 'a, _: &'a AtomicBool) -> Box<dyn Read + Send + 'a> {
    Box::new(stream)
}

/// A stream from its very beginning, the head included, up to where it broke.
pub(super) struct Whole<'a> {
    head: io::Cursor<Vec<u8>>,
    rest: Box<dyn Read + Send + 'a>,
    failed: Option<io::Error>,
}

impl Read for Whole<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self.head.read(buffer)? {
            0 => match self.failed.take() {
                Some(error) => Err(error),
                None => self.rest.read(buffer),
            },
            n => Ok(n),
        }
    }
}

/// A stream that reports what goes through it.
struct Counted<'a, R> {
    inner: R,
    bytes: Arc<AtomicU64>,
    progress: &'a dyn Progress,
}

impl<R: Read> Read for Counted<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.inner.read(buffer)?;
        self.bytes.fetch_add(n as u64, Ordering::Relaxed);
        self.progress.advance(n as u64);
        Ok(n)
    }
}
