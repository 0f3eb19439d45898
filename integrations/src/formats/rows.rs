//! The rows of a CSV stream one by one, none of which takes more memory than one record may.

use std::io::{self, Read};

use csv_core::ReadRecordResult;

/// Longest row that is kept, in bytes of its cells.
const LONGEST: usize = 64 << 20;
/// Cells kept of a row beyond those of the header; of a wider one only their number is of use.
const SPARE: usize = 64;

/// One row.
#[derive(Debug, Clone, Default)]
pub(super) struct Row {
    bytes: Vec<u8>,
    ends: Vec<usize>,
    /// How many cells it has.
    pub(super) cells: usize,
    /// The line on which it begins, from 1.
    pub(super) line: u64,
    /// Whether it is longer than what is kept, so that its cells are lost.
    pub(super) too_long: bool,
}

impl Row {
    /// A cell by its place; nothing where the row has fewer, or was not kept.
    pub(super) fn get(&self, at: usize) -> Option<&[u8]> {
        let lost = self.too_long || self.cells > self.ends.len();
        (!lost && at < self.cells).then_some(())?;
        let start = at.checked_sub(1).map_or(0, |before| self.ends[before]);
        self.bytes.get(start..self.ends[at])
    }
}

/// Reads rows.
pub(super) struct Rows<'a> {
    stream: &'a mut dyn Read,
    reader: Box<csv_core::Reader>,
    buffer: Vec<u8>,
    at: usize,
    len: usize,
    ended: bool,
    last: u8,
    width: usize,
}

impl<'a> Rows<'a> {
    /// `width` is how many cells a row shall have: much wider ones are not kept.
    pub(super) fn new(stream: &'a mut dyn Read, delimiter: u8, width: usize) -> Rows<'a> {
        Rows {
            stream,
            reader: Box::new(csv_core::ReaderBuilder::new().delimiter(delimiter).build()),
            buffer: vec![0; 1 << 16],
            at: 0,
            len: 0,
            ended: false,
            last: b'\n',
            width,
        }
    }

    /// Reads the next row; false at the end.
    ///
    /// # Errors
    /// What the stream says.
    pub(super) fn next(&mut self, row: &mut Row) -> io::Result<bool> {
        row.line = self.reader.line();
        (row.cells, row.too_long) = (0, false);
        row.ends.resize(self.width + SPARE, 0);
        if row.bytes.is_empty() {
            row.bytes.resize(1 << 10, 0);
        }
        let (mut bytes, mut ends) = (0, 0);
        loop {
            if self.at == self.len && !self.ended {
                self.fill()?;
            }
            let (result, read, written, ended) = self.reader.read_record(
                &self.buffer[self.at..self.len],
                &mut row.bytes[bytes..],
                &mut row.ends[ends..],
            );
            self.at += read;
            bytes += written;
            ends += ended;
            row.cells += ended;
            match result {
                ReadRecordResult::InputEmpty => {}
                ReadRecordResult::OutputFull if bytes < LONGEST => {
                    row.bytes.resize((2 * bytes).min(LONGEST), 0);
                }
                ReadRecordResult::OutputFull => {
                    row.too_long = true;
                    bytes = 0;
                }
                // What is written over is lost, which the number of cells tells.
                ReadRecordResult::OutputEndsFull => (bytes, ends) = (0, 0),
                ReadRecordResult::Record => return Ok(true),
                ReadRecordResult::End => return Ok(false),
            }
        }
    }

    /// Whether the stream, read to its end, ended with a line end.
    pub(super) fn ended_with_a_line(&self) -> bool {
        matches!(self.last, b'\n' | b'\r')
    }

    fn fill(&mut self) -> io::Result<()> {
        (self.at, self.len) = (0, 0);
        loop {
            match self.stream.read(&mut self.buffer) {
                Ok(0) => self.ended = true,
                Ok(n) => {
                    self.len = n;
                    self.last = self.buffer[n - 1];
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            }
            return Ok(());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(mut stream: impl Read, width: usize) -> Vec<Row> {
        let mut rows = Rows::new(&mut stream, b',', width);
        let mut all = Vec::new();
        let mut row = Row::default();
        while rows.next(&mut row).expect("reads") {
            all.push(row.clone());
        }
        all
    }

    #[test]
    fn a_row_without_end_is_not_kept_and_those_around_it_are() {
        for (byte, cells) in [(b'x', 1), (b',', (LONGEST as u64 + 9) as usize + 1)] {
            let endless = io::repeat(byte).take(LONGEST as u64 + 9);
            let rows = all(
                (&b"a,b\n"[..])
                    .chain(endless)
                    .chain(&b"\nc,\"d\"\"e\"\n"[..]),
                2,
            );
            assert_eq!(rows.len(), 3);
            assert_eq!((rows[1].cells, rows[1].too_long), (cells, byte == b'x'));
            assert_eq!(rows[1].get(0), None);
            assert_eq!(
                (rows[2].get(0), rows[2].get(1)),
                (Some(&b"c"[..]), Some(&b"d\"e"[..]))
            );
            assert_eq!(
                (rows[2].get(2), rows[2].line, rows[2].too_long),
                (None, 3, false)
            );
            let kept = rows.iter().map(|row| row.bytes.len() + 8 * row.ends.len());
            assert!(kept.max() <= Some(LONGEST + 8 * (2 + SPARE)), "{byte}");
        }
    }

    #[test]
    fn a_quote_that_is_never_closed_is_not_kept() {
        let endless = io::repeat(b'\n').take(LONGEST as u64 + 9);
        let rows = all((&b"a,b\n\"c"[..]).chain(endless), 2);
        assert_eq!(rows.len(), 2);
        assert!(rows[1].too_long);
    }
}
