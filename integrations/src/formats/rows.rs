//! The rows of a CSV stream one by one, none of which takes more memory than one record may.

use std::io::{self, Read};

use csv_core::ReadRecordResult;

/// Longest row that is kept, in bytes of its cells.
const LONGEST: usize = 64 << 20;
/// Cells kept of a row beyond those of the header; of a wider one only their number is of use.
const SPARE: usize = 64;

/// Most bytes of a row over several lines: a quote that is still open then is never closed.
const OPEN: usize = 1 << 20;

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
    /// Whether a quote in it makes it go on over lines that are no part of it: it is its first line, and what follows are rows again.
    pub(super) open: bool,
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
    /// Where the row that is being read begins in the buffer, and what of it was there before.
    start: usize,
    before: Vec<u8>,
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
            start: 0,
            before: Vec::new(),
        }
    }

    /// Reads the next row; false at the end.
    ///
    /// # Errors
    /// What the stream says.
    pub(super) fn next(&mut self, row: &mut Row) -> io::Result<bool> {
        self.skip_line_ends()?;
        row.line = self.reader.line();
        (row.cells, row.too_long, row.open) = (0, false, false);
        self.start = self.at;
        self.before.clear();
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
            if row.open {
                return Ok(true);
            }
            row.cells += 1;
            if row.kept.len() < self.width + SPARE {
                row.kept.push(Kept { end: bytes, quoted });
            } else {
                // What is written over is lost, which the number of cells tells.
                bytes = 0;
            }
            if ends_row {
                let lines = self.reader.line() - row.line;
                let wrong = row.cells != self.width || (!self.has_more()? && self.is_open());
                // The row's own line end is one of them, unless the next row has it.
                if lines > 1 && wrong {
                    self.back_to_the_second_line(row);
                }
                return Ok(true);
            }
        }
    }

    /// Reads a cell of a row that has `bytes` so far, from what lies in the buffer and what follows; whether the row ends with it, or `None` at the end of all.
    fn cell(&mut self, row: &mut Row, bytes: &mut usize) -> io::Result<Option<bool>> {
        loop {
            let seen = self.before.len() + self.at - self.start;
            if seen > OPEN && self.reader.line() > row.line {
                self.back_to_the_second_line(row);
                return Ok(Some(true));
            }
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

    /// Whether a quote of the row is still open.
    fn is_open(&self) -> bool {
        let last = &self.buffer[self.start..self.at];
        let quotes = |bytes: &[u8]| memchr::memchr_iter(b'"', bytes).count();
        (quotes(&self.before) + quotes(last)) % 2 == 1
    }

    /// Takes a row for its first line only.
    fn back_to_the_second_line(&mut self, row: &mut Row) {
        self.before
            .extend_from_slice(&self.buffer[self.start..self.at]);
        let Some(end) = memchr::memchr(b'\n', &self.before) else {
            return;
        };
        let mut again = self.before.split_off(end + 1);
        again.extend_from_slice(&self.buffer[self.at..self.len]);
        (self.at, self.start, self.len) = (0, 0, again.len());
        again.resize(again.len().max(1 << 16), 0);
        self.buffer = again;
        self.reader.reset();
        self.reader.set_line(row.line + 1);
        row.open = true;
        row.bytes.truncate(1 << 10);
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
        // Of one line that is longer nothing need be kept: it has no second one.
        match self.before.len() > OPEN {
            true => self.before.clear(),
            false => self
                .before
                .extend_from_slice(&self.buffer[self.start..self.len]),
        }
        (self.start, self.at, self.len) = (0, 0, 0);
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
        assert!(rows[1].open);
    }

    #[test]
    fn a_quote_that_is_not_closed_costs_its_line_only() {
        let rest = |n: usize| "a,1,x\n".repeat(n);
        for (text, bad, good) in [
            (format!("h,i,j\n\"oops,1,x\n{}", rest(2000)), 2, 2000),
            (
                format!("h,i,j\n{}o,1,\"oops\n{}", rest(10), rest(300_000)),
                12,
                300_010,
            ),
            (
                format!("h,i,j\no,\"1,x\n{}\"q\",2,x\n{}", rest(5), rest(5)),
                2,
                11,
            ),
            ("h,i,j\n\"a\nb\",1,\"c\n\nd\"\n".to_owned(), 0, 1),
        ] {
            let rows = all(text.as_bytes(), 3);
            let open = rows.iter().filter(|row| row.open).map(|row| row.line);
            assert_eq!(open.collect::<Vec<_>>(), [bad].repeat(usize::from(bad > 0)));
            let whole = rows[1..].iter().filter(|row| !row.open && row.cells == 3);
            assert_eq!(whole.count(), good, "{bad}");
        }
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
