//! Decompression, chosen by the first bytes: a name may lie.

use std::io::{self, BufReader, Read};

/// How an input is compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Compression {
    /// Not at all.
    None,
    /// gzip, of any number of members.
    Gzip,
    /// Zstandard, of any number of frames.
    Zstd,
}

impl Compression {
    /// The name in reports.
    pub fn name(self) -> &'static str {
        match self {
            Compression::None => "none",
            Compression::Gzip => "gzip",
            Compression::Zstd => "zstd",
        }
    }

    /// What the ending of a name asks for.
    pub fn of_name(name: &std::path::Path) -> Compression {
        match name.extension().and_then(std::ffi::OsStr::to_str) {
            Some("gz") => Compression::Gzip,
            Some("zst" | "zstd") => Compression::Zstd,
            _ => Compression::None,
        }
    }

    /// From the first bytes.
    pub fn of(head: &[u8]) -> Compression {
        if head.starts_with(&[0x1f, 0x8b]) {
            Compression::Gzip
        } else if head.starts_with(&[0x28, 0xb5, 0x2f, 0xfd]) {
            Compression::Zstd
        } else {
            Compression::None
        }
    }
}

/// Bytes read from the compressed side at once.
const BUFFER: usize = 256 << 10;

/// The plain bytes of a stream whose first bytes are `head`. What breaks says which compression is damaged.
pub(super) fn plain<'a>(
    compression: Compression,
    stream: impl Read + Send + 'a,
) -> io::Result<Box<dyn Read + Send + 'a>> {
    let plain: Box<dyn Read + Send + 'a> = match compression {
        Compression::None => return Ok(Box::new(stream)),
        Compression::Gzip => Box::new(flate2::bufread::MultiGzDecoder::new(
            BufReader::with_capacity(BUFFER, stream),
        )),
        Compression::Zstd => Box::new(zstd::stream::read::Decoder::new(stream)?),
    };
    Ok(Box::new(Unpacked { plain, compression }))
}

/// A stream that says of itself what a decompressor leaves to be guessed.
struct Unpacked<'a> {
    plain: Box<dyn Read + Send + 'a>,
    compression: Compression,
}

impl Read for Unpacked<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.plain.read(buffer).map_err(|error| {
            let again = error.kind() == io::ErrorKind::Interrupted;
            // What the system says is about the file, not about what is in it.
            if again || error.raw_os_error().is_some() {
                return error;
            }
            let name = self.compression.name();
            io::Error::new(error.kind(), format!("damaged {name}: {error}"))
        })
    }
}
