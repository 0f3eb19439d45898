//! The first bytes of a stream, as formats look at them.

use super::json::Outline;

/// The first bytes of a stream, after decompression.
#[derive(Debug, Clone, Copy)]
pub struct Head<'a> {
    bytes: &'a [u8],
    complete: bool,
}

impl<'a> Head<'a> {
    /// `complete` says that these are all bytes of the stream.
    pub fn new(bytes: &'a [u8], complete: bool) -> Head<'a> {
        Head { bytes, complete }
    }

    /// The bytes.
    pub fn bytes(&self) -> &'a [u8] {
        self.bytes
    }

    /// Whether the stream ends here.
    pub fn is_complete(&self) -> bool {
        self.complete
    }

    /// The text without a byte order mark, as far as it is valid UTF-8.
    pub fn text(&self) -> &'a str {
        let text = match std::str::from_utf8(self.bytes) {
            Ok(text) => text,
            Err(error) => std::str::from_utf8(&self.bytes[..error.valid_up_to()]).unwrap_or(""),
        };
        text.strip_prefix('\u{feff}').unwrap_or(text)
    }

    /// Its first lines that hold anything, without line ends; the very last may be cut off.
    pub fn lines(&self) -> impl Iterator<Item = &'a str> {
        self.text().lines().filter(|line| !line.trim().is_empty())
    }

    /// The outline, if this begins like JSON.
    pub fn json(&self) -> Option<Outline<'a>> {
        Outline::new(self.bytes)
    }
}
