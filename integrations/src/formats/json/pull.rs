//! Pulls the values of a large JSON document out of a stream one by one, whatever stands around them.

use std::io::{self, Read};

use super::outline::skip;

/// Bytes read at once.
const STEP: usize = 256 << 10;

/// A place in a stream of JSON.
pub(in crate::formats) struct Pull<'r> {
    stream: &'r mut dyn Read,
    buffer: Vec<u8>,
    at: usize,
    ended: bool,
    limit: usize,
}

/// Why no value could be pulled.
#[derive(Debug)]
pub(in crate::formats) enum PullError {
    /// The stream broke.
    Io(io::Error),
    /// The stream ended inside the value.
    Truncated,
    /// The value is longer than the limit.
    TooLong,
    /// No value begins here.
    Syntax,
}

impl<'r> Pull<'r> {
    /// `limit` is the most bytes that one value may have.
    pub(in crate::formats) fn new(stream: &'r mut dyn Read, limit: usize) -> Pull<'r> {
        Pull {
            stream,
            buffer: Vec::new(),
            at: 0,
            ended: false,
            limit,
        }
    }

    /// The next byte that is no blank; `None` at the end.
    pub(in crate::formats) fn peek(&mut self) -> Result<Option<u8>, PullError> {
        loop {
            let rest = &self.buffer[self.at..];
            if let Some(skip) = rest.iter().position(|byte| !byte.is_ascii_whitespace()) {
                self.at += skip;
                return Ok(Some(self.buffer[self.at]));
            }
            self.at = self.buffer.len();
            if self.ended {
                return Ok(None);
            }
            self.fill(STEP)?;
        }
    }

    /// Passes over the next byte, if it is this one.
    pub(in crate::formats) fn eat(&mut self, byte: u8) -> Result<bool, PullError> {
        let found = self.peek()? == Some(byte);
        self.at += usize::from(found);
        Ok(found)
    }

    /// Passes over one byte of what is no value, so that reading may go on behind it.
    pub(in crate::formats) fn step_over(&mut self) {
        self.at = (self.at + 1).min(self.buffer.len());
    }

    /// The bytes of the next value, unchecked inside.
    pub(in crate::formats) fn value(&mut self) -> Result<&[u8], PullError> {
        let first = self.peek()?.ok_or(PullError::Truncated)?;
        if matches!(first, b',' | b':' | b']' | b'}') {
            return Err(PullError::Syntax);
        }
        let mut wanted = STEP;
        let end = loop {
            match skip(&self.buffer, self.at) {
                Some(end) => break end,
                None if self.ended && !matches!(first, b'{' | b'[' | b'"') => {
                    break self.buffer.len();
                }
                None if self.ended => return Err(PullError::Truncated),
                None if self.buffer.len() - self.at > self.limit => {
                    return Err(PullError::TooLong);
                }
                None => {
                    self.fill(wanted)?;
                    // Looked at again from its beginning: twice as much each time keeps that linear.
                    wanted *= 2;
                }
            }
        };
        let start = std::mem::replace(&mut self.at, end);
        Ok(&self.buffer[start..end])
    }

    fn fill(&mut self, wanted: usize) -> Result<(), PullError> {
        self.buffer.drain(..self.at);
        self.at = 0;
        let before = self.buffer.len();
        self.buffer.resize(before + wanted, 0);
        let mut len = before;
        while len < self.buffer.len() {
            match self.stream.read(&mut self.buffer[len..]) {
                Ok(0) => {
                    self.ended = true;
                    break;
                }
                Ok(n) => len += n,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => {
                    self.ended = true;
                    self.buffer.truncate(len);
                    return Err(PullError::Io(error));
                }
            }
        }
        self.buffer.truncate(len);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A stream that gives one byte at a time.
    struct Slow<'a>(&'a [u8]);

    impl Read for Slow<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let n = self.0.len().min(1).min(buffer.len());
            buffer[..n].copy_from_slice(&self.0[..n]);
            self.0 = &self.0[n..];
            Ok(n)
        }
    }

    #[test]
    fn values_are_pulled_one_by_one() {
        let mut stream = Slow(b" [ {\"a\": \"]}\"} , 12,\"x\\\"\" ] ");
        let mut pull = Pull::new(&mut stream, 1 << 10);
        assert!(pull.eat(b'[').expect("reads"));
        assert_eq!(pull.value().expect("a value"), b"{\"a\": \"]}\"}");
        assert!(pull.eat(b',').expect("reads"));
        assert_eq!(pull.value().expect("a value"), b"12");
        assert!(pull.eat(b',').expect("reads"));
        assert_eq!(pull.value().expect("a value"), b"\"x\\\"\"");
        assert!(pull.eat(b']').expect("reads"));
        assert_eq!(pull.peek().expect("reads"), None);
    }

    #[test]
    fn what_is_cut_off_or_too_long_is_told() {
        let mut stream: &[u8] = b"{\"a\": 1";
        assert!(matches!(
            Pull::new(&mut stream, 1 << 10).value(),
            Err(PullError::Truncated)
        ));
        let long = format!("\"{}\"", "x".repeat(3 * STEP));
        let mut stream = long.as_bytes();
        assert!(matches!(
            Pull::new(&mut stream, 1 << 10).value(),
            Err(PullError::TooLong)
        ));
        let mut stream: &[u8] = b"12";
        assert_eq!(
            Pull::new(&mut stream, 1 << 10).value().expect("a number"),
            b"12"
        );
    }
}
