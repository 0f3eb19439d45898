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
    kept: Vec<Kept>,
    /// How many cells it has.
    pub(super) cells: usize,
    /// The line on which it begins, from 1.
    pub(super) line: u64,
    /// Whether it is longer than what is kept, so that its cells are lost.
    pub(super) too_long: bool,
}

/// Where a cell ends, and whether it stands in quotes.
#[derive(Debug, Clone, Copy)]
struct Kept {
    end: usize,
    quoted: bool,
}

impl Row {
    /// A cell by its place; nothing where the row has fewer, or was not kept.
    pub(super) fn get(&self, at: usize) -> Option<&[u8]> {
        let lost = self.too_long || self.cells > self.kept.len();
        (!lost && at < self.cells).then_some(())?;
        let start = at.checked_sub(1).map_or(0, |before| self.kept[before].end);
        self.bytes.get(start..self.kept[at].end)
    }

    /// Whether a cell stands in quotes, as one must that is an empty text and not nothing.
    pub(super) fn is_quoted(&self, at: usize) -> bool {
        self.kept.get(at).is_some_and(|cell| cell.quoted)
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
        self.skip_line_ends()?;
        row.line = self.reader.line();
        (row.cells, row.too_long) = (0, false);
        row.kept.clear();
        if row.bytes.is_empty() {
            row.bytes.resize(1 << 10, 0);
        }
        let mut bytes = 0;
        loop {
            if !self.has_more()? && row.cells == 0 {
                return Ok(false);
            }
            let quoted = self.left().first() == Some(&b'"');
            let ends_row = match self.cell(row, &mut bytes)? {
                Some(ends_row) => ends_row,
                None => return Ok(row.cells > 0),
            };
            row.cells += 1;
            if row.kept.len() < self.width + SPARE {
                row.kept.push(Kept { end: bytes, quoted });
            } else {
                // What is written over is lost, which the number of cells tells.
                bytes = 0;
            }
            if ends_row {
                return Ok(true);
            }
        }
    }

    /// Reads a cell of a row that has `bytes` so far, from what lies in the buffer and what follows; whether the row ends with it, or `None` at the end of all.
    fn cell(&mut self, row: &mut Row, bytes: &mut usize) -> io::Result<Option<bool>> {
        loop {
            // Room for the end of one cell makes the reader stop behind it.
            let (result, read, written, cells) = self.reader.read_record(
                &self.buffer[self.at..self.len],
                &mut row.bytes[*bytes..],
                &mut [0],
            );
            self.at += read;
            *bytes += written;
            match result {
                ReadRecordResult::Record => return Ok(Some(true)),
                ReadRecordResult::End => return Ok(None),
                _ if cells > 0 => return Ok(Some(false)),
                ReadRecordResult::OutputFull if *bytes < LONGEST => {
                    row.bytes.resize((2 * *bytes).min(LONGEST), 0);
                }
                ReadRecordResult::OutputFull => {
                    row.too_long = true;
                    *bytes = 0;
                }
                ReadRecordResult::InputEmpty | ReadRecordResult::OutputEndsFull => {
                    self.has_more()?;
                }
            }
        }
    }

    /// Passes over what is left of the last row's line end, and over empty lines.
    fn skip_line_ends(&mut self) -> io::Result<()> {
        while self.has_more()? {
            let left = self.left();
            let ends = left.iter().take_while(|byte| matches!(byte, b'\n' | b'\r'));
            let (ends, lines) = ends.fold((0, 0), |(ends, lines), byte| {
                (ends + 1, lines + u64::from(*byte == b'\n'))
            });
            let is_all = ends == left.len();
            self.at += ends;
            self.reader.set_line(self.reader.line() + lines);
            if !is_all {
                break;
            }
        }
        Ok(())
    }

    /// Bytes that are read and not yet looked at.
    fn left(&self) -> &[u8] {
        &self.buffer[self.at..self.len]
    }

    /// Whether the stream has more; then at least one byte of it lies in the buffer.
    #[inline]
    fn has_more(&mut self) -> io::Result<bool> {
        if self.at == self.len && !self.ended {
            self.fill()?;
        }
        Ok(self.at < self.len)
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
            let kept = rows.iter().map(|row| row.bytes.len() + 16 * row.kept.len());
            assert!(kept.max() <= Some(LONGEST + 16 * (2 + SPARE)), "{byte}");
        }
    }

    #[test]
    fn a_quote_that_is_never_closed_is_not_kept() {
        let endless = io::repeat(b'\n').take(LONGEST as u64 + 9);
        let rows = all((&b"a,b\n\"c"[..]).chain(endless), 2);
        assert_eq!(rows.len(), 2);
        assert!(rows[1].too_long);
    }

    #[test]
    fn lines_are_counted_whatever_ends_them() {
        for end in ["\n", "\r\n", "\n\n", "\r\n\r\n"] {
            let text = ["a,b", "c,\"d\ne\"", "f,g", ""].join(end);
            let lines = all(text.as_bytes(), 2)
                .iter()
                .map(|row| row.line)
                .collect::<Vec<_>>();
            let lines_each = end.matches('\n').count() as u64;
            assert_eq!(lines, [1, 1 + lines_each, 2 + 2 * lines_each], "{end:?}");
        }
    }

    #[test]
    fn quotes_tell_an_empty_text_from_nothing() {
        for buffered in [1, 2, 3, 1 << 16] {
            let text = &b"\"\",,\"a\",b,\"\"\n,\"\"\n"[..];
            let rows = all(io::BufReader::with_capacity(buffered, text), 5);
            let quoted = rows.iter().map(|row| {
                (0..row.cells)
                    .map(|at| row.is_quoted(at))
                    .collect::<Vec<_>>()
            });
            assert_eq!(
                quoted.collect::<Vec<_>>(),
                [vec![true, false, true, false, true], vec![false, true]]
            );
            assert_eq!(rows[0].get(2), Some(&b"a"[..]));
        }
    }
}
