//! A stream line by line, for formats whose lines lean on those before them.

use std::io::{self, BufRead, BufReader, Read};

/// Longest line that is looked at; what is beyond it is passed over.
const LONGEST: u64 = 1 << 20;

/// One line.
#[derive(Debug, Clone, Copy)]
pub(super) struct Line<'a> {
    /// Its number, from 1.
    pub(super) number: u64,
    /// Its text without the line end; what is no UTF-8 in it is replaced.
    pub(super) text: &'a str,
    /// Whether the stream ended without a line end after it: it may be cut off.
    pub(super) unfinished: bool,
}

/// Calls with each line that holds anything, until told to stop.
///
/// # Errors
/// What the stream says, after all lines that came before.
pub(super) fn each_line(
    stream: &mut dyn Read,
    mut with: impl FnMut(Line<'_>) -> bool,
) -> io::Result<()> {
    let mut stream = BufReader::with_capacity(1 << 16, stream);
    let mut buffer = Vec::new();
    let mut number = 0;
    loop {
        buffer.clear();
        if (&mut stream).take(LONGEST).read_until(b'\n', &mut buffer)? == 0 {
            return Ok(());
        }
        number += 1;
        let ended = buffer.ends_with(b"\n");
        if !ended && buffer.len() as u64 == LONGEST {
            skip_line(&mut stream)?;
        }
        let text = String::from_utf8_lossy(&buffer);
        let text = text.trim_end_matches(['\n', '\r']);
        let text = if number == 1 {
            text.strip_prefix('\u{feff}').unwrap_or(text)
        } else {
            text
        };
        if text.trim().is_empty() {
            continue;
        }
        let line = Line {
            number,
            text,
            unfinished: !ended && (buffer.len() as u64) < LONGEST,
        };
        if !with(line) {
            return Ok(());
        }
    }
}

fn skip_line(stream: &mut impl BufRead) -> io::Result<()> {
    loop {
        let (used, done) = match stream.fill_buf()? {
            [] => return Ok(()),
            bytes => match memchr::memchr(b'\n', bytes) {
                Some(at) => (at + 1, true),
                None => (bytes.len(), false),
            },
        };
        stream.consume(used);
        if done {
            return Ok(());
        }
    }
}
